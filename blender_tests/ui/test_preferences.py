"""What films are like where a file does not say so is set in the preferences."""

from __future__ import annotations

from pathlib import Path

import bpy

from blender_tests.ui.test_panels import draw
from llmviz_addon.stage.kept_language import language_of
from llmviz_addon.stage.open_state import read_state
from llmviz_addon.ui import request
from llmviz_addon.ui.preferences import LLMVIZ_AP_preferences, language_items
from llmviz_addon.ui.settings import copy_settings


def test_theme_and_pace_of_new_films(preferences: LLMVIZ_AP_preferences) -> None:
    settings = bpy.context.scene.llmviz_settings
    assert (settings.theme, settings.pauses, request.pace(settings)) == ("light", True, 200.0)
    preferences.theme, preferences.pace = "dark", 150.0
    assert (settings.theme, request.pace(settings)) == ("dark", 150.0)
    preferences.pauses = False
    assert request.pace(settings) is None


def test_what_a_file_says_counts(preferences: LLMVIZ_AP_preferences, tmp_path: Path) -> None:
    settings = bpy.context.scene.llmviz_settings
    settings.theme, settings.pace, settings.pauses = "light", 300.0, True
    preferences.theme, preferences.pace, preferences.pauses = "dark", 150.0, False
    path = str(tmp_path / "hers.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    settings = bpy.context.scene.llmviz_settings
    assert (settings.theme, settings.pace, settings.pauses) == ("light", 300.0, True)


def test_the_language_of_new_films(preferences: LLMVIZ_AP_preferences) -> None:
    settings = bpy.context.scene.llmviz_settings
    assert (settings.language, request.language(settings)) == ("en", "en")
    preferences.language = "de"
    assert (settings.language, request.language(settings)) == ("de", "de")
    bpy.ops.llmviz.open_stage()
    film = bpy.context.scene
    assert language_of(film).name == "de"
    preferences.language = ""  # a film keeps its own
    assert (film.llmviz_settings.language, bpy.data.scenes.new("other").llmviz_settings.language) == ("de", "")
    film.llmviz_settings.language = ""  # is as in the preferences
    assert request.language(film.llmviz_settings) == "en"


def test_languages_are_chosen_by_what_they_are_called(preferences: LLMVIZ_AP_preferences, tmp_path: Path) -> None:
    settings = bpy.context.scene.llmviz_settings
    assert [(item[0], item[1]) for item in language_items(settings, None)] == [("en", "English"), ("de", "Deutsch")]
    (tmp_path / "languages").mkdir()
    (tmp_path / "languages" / "eo.toml").write_text('name = "Esperanto"\n', encoding="utf-8")
    preferences.trusted.add().path = str(tmp_path)
    assert [item[1] for item in language_items(settings, None)] == ["English", "Deutsch", "Esperanto"]
    assert settings.told_in == "en"
    preferences.told_in = "eo"
    assert (preferences.language, settings.told_in, settings.language) == ("eo", "eo", "eo")
    settings.told_in = "de"
    assert (preferences.told_in, settings.told_in, request.language(settings)) == ("eo", "de", "de")
    preferences.trusted.clear()  # her folder is gone: what is set stays so, and is told
    assert (preferences.told_in, settings.told_in) == ("eo", "de")
    assert [item[1] for item in language_items(preferences, None)] == ["English", "Deutsch", "eo"]
    assert "There is no eo.toml" in language_items(preferences, None)[2][2]


def test_a_film_keeps_what_it_was_built_with(preferences: LLMVIZ_AP_preferences) -> None:
    preferences.theme = "dark-safe"
    bpy.ops.llmviz.open_stage()
    film = bpy.context.scene
    assert "dark-safe" in read_state(film).theme
    preferences.theme = "light"
    assert film.llmviz_settings.theme == "dark-safe"
    other = bpy.data.scenes.new("other")
    assert other.llmviz_settings.theme == "light"
    copy_settings(film.llmviz_settings, other.llmviz_settings)
    assert other.llmviz_settings.theme == "dark-safe"


def test_all_of_it_is_drawn(preferences: LLMVIZ_AP_preferences) -> None:
    seen = draw(LLMVIZ_AP_preferences, trusted=[], bl_rna=preferences.bl_rna, pauses=True).drawn
    assert {"theme", "theme_file", "pauses", "pace", "told_in"} <= {text for kind, text, _ in seen if kind == "prop"}
