"""From settings to requests: chapters by name, sizes, the user's own folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import bpy
import pytest

from llmviz_addon.errors import JobError, ModelError
from llmviz_addon.model.checkpoint import BUILTINS
from llmviz_addon.stage.kept_theme import kept_theme
from llmviz_addon.stage.materials.theme_file import theme
from llmviz_addon.ui import request
from llmviz_addon.ui.preferences import LLMVIZ_AP_preferences, catalogue
from llmviz_addon.ui.settings import copy_settings


@pytest.mark.parametrize(
    ("shape", "side", "size"),
    [
        ("16:9", "720", (1280, 720)),
        ("9:16", "1080", (1080, 1920)),
        ("1:1", "480", (480, 480)),
        ("16:9", "2160", (3840, 2160)),
    ],
)
def test_sizes(sidebar: bpy.types.Scene, shape: str, side: str, size: tuple[int, int]) -> None:
    settings = sidebar.llmviz_settings
    settings.shape, settings.short_side = shape, side
    assert request.size(settings) == size


def test_a_tick_box_is_remembered_by_the_chapters_name(sidebar: bpy.types.Scene) -> None:
    settings = sidebar.llmviz_settings
    names = [chapter.name for chapter in catalogue().chapters]
    place = names.index("layer-norm")
    settings.skipped = ""
    settings.included[place] = False
    assert settings.skipped == "layer-norm"
    assert list(settings.included)[: len(names)] == [name != "layer-norm" for name in names]
    settings.included[place] = True
    assert settings.skipped == ""


def test_a_chapter_left_out_elsewhere_stays_left_out(sidebar: bpy.types.Scene) -> None:
    settings = sidebar.llmviz_settings
    settings.skipped = "someones-chapter"
    settings.included[0] = False
    assert settings.skipped.split()[0] == "someones-chapter"


def test_no_chapter_is_an_error(sidebar: bpy.types.Scene) -> None:
    sidebar.llmviz_settings.skipped = " ".join(chapter.name for chapter in catalogue().chapters)
    with pytest.raises(JobError, match="Tick at least one"):
        request.chosen(sidebar.llmviz_settings, ())


def test_tokens_are_judged_while_they_are_typed(sidebar: bpy.types.Scene) -> None:
    settings = sidebar.llmviz_settings
    assert request.tokens_problem(settings) == ""
    settings.tokens = "CBX"
    assert "not in the vocabulary" in request.tokens_problem(settings)
    settings.model = "FILE"
    assert request.tokens_problem(settings) == ""


def test_shapes_are_told_by_the_chapters_that_need_no_numbers(sidebar: bpy.types.Scene) -> None:
    settings = sidebar.llmviz_settings
    settings.model, settings.outlines = "SHAPE", {"gpt3", "nano"}
    with pytest.raises(JobError, match="No chapter is ticked that outlines can tell"):
        request.chosen(settings, ())
    settings.skipped = ""
    assert request.chosen(settings, ()) == ["scale"]
    assert [one.title for one in request.what(settings)] == ["nano-gpt", "GPT-3"]


def test_a_short_film_is_told_by_the_chapters_that_have_a_part_in_it(sidebar: bpy.types.Scene) -> None:
    settings = sidebar.llmviz_settings
    settings.skipped, settings.length = "overview", "short"
    assert request.chosen(settings, ()) == ["self-attention", "output"]
    settings.skipped = "overview self-attention output"
    with pytest.raises(JobError, match="No chapter is ticked that a short film tells. Tick at least one."):
        request.chosen(settings, ())
    settings.skipped, settings.model = "", "SHAPE"
    with pytest.raises(JobError, match="No chapter is ticked that outlines can tell and a short film tells"):
        request.chosen(settings, ())


def test_a_trailer_has_a_tempo_and_no_other_film_has(sidebar: bpy.types.Scene) -> None:
    settings = sidebar.llmviz_settings
    settings.skipped, settings.bpm = "overview", 96
    assert request.tempo(settings) is None
    settings.length = "trailer"
    assert request.tempo(settings) == 96
    assert request.chosen(settings, ())[:2] == ["preliminary", "embedding"]
    settings.skipped, settings.model = "scale", "SHAPE"
    with pytest.raises(JobError, match="No chapter is ticked that outlines can tell and a trailer tells"):
        request.chosen(settings, ())


def test_no_shape_is_an_error(sidebar: bpy.types.Scene) -> None:
    settings = sidebar.llmviz_settings
    settings.model, settings.skipped, settings.outlines = "SHAPE", "", set()
    with pytest.raises(ModelError, match="choose 1 to 7"):
        request.what(settings)


def test_a_theme_file_is_read_when_it_is_asked_for(sidebar: bpy.types.Scene, tmp_path: Path) -> None:
    settings, path = sidebar.llmviz_settings, tmp_path / "mine.toml"
    assert request.theme(settings, None) == theme("light")
    settings.theme = "dark-safe"
    assert request.theme(settings, None) == theme("dark-safe")
    settings.theme = "FILE"
    with pytest.raises(JobError, match="No theme file is chosen"):
        request.theme(settings, None)
    settings.theme_file = str(path)
    with pytest.raises(JobError, match="Cannot read the theme .*mine.toml': No such file"):
        request.theme(settings, None)
    path.write_text('inherits = "dark"\nground = "#102030"\n')
    assert request.theme(settings, None) == theme(path)
    path.write_text('inherits = "dark"\n\nground = 3\n')
    with pytest.raises(JobError, match=r"mine.toml', line 3: ground is a colour"):
        request.theme(settings, None)


def test_build_again_knows_a_theme_whose_file_is_gone(sidebar: bpy.types.Scene, tmp_path: Path) -> None:
    settings, path = sidebar.llmviz_settings, tmp_path / "mine.toml"
    settings.theme, settings.theme_file = "FILE", str(path)
    path.write_text('inherits = "dark"\nground = "#102030"\n')
    look = theme(path)
    bpy.ops.llmviz.build()
    scene = bpy.context.scene
    assert (kept_theme(scene), scene.llmviz_settings.theme_file) == (look, str(path))
    path.unlink()
    bpy.ops.llmviz.build()
    assert kept_theme(scene) == look
    scene.llmviz_settings.theme_file = str(tmp_path / "other.toml")
    with pytest.raises(JobError, match="Cannot read the theme .*other.toml'"):
        request.theme(scene.llmviz_settings, scene)
    path.write_text('inherits = "dark"\nground = "#405060"\n')
    scene.llmviz_settings.theme_file = str(path)
    bpy.ops.llmviz.build()
    assert kept_theme(scene) == theme(path) != look


def test_a_theme_file_may_be_set_for_all_films(preferences: LLMVIZ_AP_preferences, tmp_path: Path) -> None:
    settings, path = bpy.context.scene.llmviz_settings, tmp_path / "house.toml"
    path.write_text('inherits = "dark"\nground = "#102030"\n')
    preferences.theme_file = str(path)
    assert request.theme(settings, None) == theme("light")
    settings.theme = "FILE"
    assert request.theme(settings, None) == theme(path)
    other = tmp_path / "other.toml"
    other.write_text('inherits = "light"\nground = "#ffffff"\n')
    settings.theme_file = str(other)
    assert request.theme(settings, None) == theme(other)


def test_each_model_that_comes_along_has_a_text_until_there_is_one_of_the_user_s(sidebar: bpy.types.Scene) -> None:
    settings = sidebar.llmviz_settings
    for name, one in BUILTINS.items():
        settings.model = name
        assert settings.tokens == one.sample
        assert request.tokens_problem(settings) == ""
        assert request.path(settings) == name
        assert request.checkpoint(settings).name == name
        assert request.what(settings).model is request.checkpoint(settings)
    settings.tokens = "AB"
    settings.model = "nano-gpt"
    assert settings.tokens == "AB"
    copy_settings(settings, other := bpy.data.scenes.new("Other").llmviz_settings)
    assert (other.model, other.tokens) == ("nano-gpt", "AB")


def test_files_keep_which_model_was_chosen_whatever_comes_along(sidebar: bpy.types.Scene) -> None:
    items = sidebar.llmviz_settings.bl_rna.properties["model"].enum_items
    kept = {item.identifier: item.value for item in items}
    assert kept == {"nano-gpt": 0, "FILE": 1, "SHAPE": 2, "austen": 3}


def test_a_checkpoint_called_like_one_of_ours_is_the_user_s(
    sidebar: bpy.types.Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(BUILTINS["nano-gpt"].file, tmp_path / "austen")
    sidebar.llmviz_settings.model, sidebar.llmviz_settings.checkpoint = "FILE", "austen"
    assert request.path(sidebar.llmviz_settings) == str(tmp_path / "austen")
    assert request.checkpoint(sidebar.llmviz_settings).config.vocab_size == 3
