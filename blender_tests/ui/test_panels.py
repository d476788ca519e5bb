"""Panels, drawn into a layout that writes down what it is given: names that exist, states with reasons."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy
import pytest

from llmviz_addon.ui import jobs, panels

ICONS = {item.identifier for item in bpy.types.UILayout.bl_rna.functions["label"].parameters["icon"].enum_items}


class Layout:
    """Stands in for a ``UILayout``; children share one list of what was drawn."""

    def __init__(self, parent: Layout | None = None) -> None:
        self.parent = parent
        self.drawn: list[tuple[str, str, Layout]] = [] if parent is None else parent.drawn
        self.enabled = True
        self.alert = False

    def _child(self, **options: object) -> Layout:
        return Layout(self)

    @property
    def usable(self) -> bool:
        """Whether what is in it can be used: Blender disables what stands in something disabled."""
        return self.enabled and (self.parent is None or self.parent.usable)

    row = column = box = split = _child

    def _draw(self, kind: str, text: str, icon: str = "NONE") -> None:
        assert icon in ICONS
        self.drawn.append((kind, text, self))

    def label(self, text: str, icon: str = "NONE") -> None:
        text.encode()  # what cannot be written, Blender does not show
        self._draw("label", text, icon)

    def progress(self, factor: float, text: str) -> None:
        assert 0 <= factor <= 1
        self._draw("progress", text)

    def context_pointer_set(self, name: str, data: object) -> None:
        pass

    def separator(self) -> None:
        pass

    def prop(self, owner: Any, name: str, index: int = -1, **options: object) -> None:
        assert name in owner.bl_rna.properties
        self._draw("prop", name)

    def template_list(self, kind: str, name: str, owner: Any, listed: str, *active: Any, **options: object) -> None:
        assert hasattr(bpy.types, kind)
        assert {listed, active[-1]} <= set(owner.bl_rna.properties.keys())
        self._draw("list", kind)

    def prop_enum(self, owner: Any, name: str, item: str) -> None:
        assert item in owner.bl_rna.properties[name].enum_items
        self._draw("prop", name)

    def operator(self, name: str, text: str = "", icon: str = "NONE", depress: bool = False) -> SimpleNamespace:
        module, _, function = name.partition(".")
        assert getattr(getattr(bpy.ops, module), function).get_rna_type() is not None  # raises where there is none
        self._draw("operator", name, icon)
        return SimpleNamespace()


def draw(panel: type, **of_its_own: object) -> Layout:
    """What ``panel`` shows now."""
    layout = Layout()
    methods = {name: getattr(panel, name) for name in vars(panel) if name.startswith("_") and not name.startswith("__")}
    stand_in = SimpleNamespace(layout=layout, **of_its_own)
    for name, method in methods.items():
        setattr(stand_in, name, method.__get__(stand_in))
    for draw_part in ("draw_header_preset", "draw"):
        if draw_part in vars(panel):
            getattr(panel, draw_part)(stand_in, bpy.context)
    return layout


def shown(panel: type, kind: str) -> list[str]:
    return [text for what, text, _ in draw(panel).drawn if what == kind]


@pytest.fixture
def job() -> Iterator[jobs.Running]:
    progress = jobs.Running("Build", True, "llmviz.build", 0.4, "Grids")
    jobs._running.append(progress)
    yield progress
    jobs._running.clear()


def test_without_a_film_there_is_build_and_a_reason_for_the_rest(sidebar: bpy.types.Scene) -> None:
    assert shown(panels.LLMVIZ_PT_film, "operator") == ["llmviz.build"]
    for panel in (panels.LLMVIZ_PT_play, panels.LLMVIZ_PT_render):
        assert shown(panel, "operator") == []
        assert "There is no film in this scene" in " ".join(shown(panel, "label"))


def test_every_setting_can_be_reached(sidebar: bpy.types.Scene) -> None:
    chapter = {"name": "one", "number": 1, "title": "One", "part": "All", "start": 1, "end": 9}
    sidebar["llmviz_story"] = json.dumps({"chapters": [chapter], "markers": [], "subtitles": []})
    drawn = set()
    for model, theme, length in (("FILE", "light", "full"), ("SHAPE", "FILE", "trailer")):
        settings = sidebar.llmviz_settings
        settings.model, settings.theme, settings.length = model, theme, length
        drawn |= {name for panel in panels.CLASSES[1:-1] for name in shown(panel, "prop")}
    assert drawn == set(sidebar.llmviz_settings.bl_rna.properties.keys()) - {
        "rna_type",
        "name",
        "skipped",
        "seconds",
        "language",
    }


def test_wrong_tokens_are_marked_explained_and_keep_build_away(sidebar: bpy.types.Scene) -> None:
    sidebar.llmviz_settings.tokens = "CBX"
    drawn = draw(panels.LLMVIZ_PT_model).drawn
    assert next(layout for kind, name, layout in drawn if name == "tokens").alert
    assert "possible are A, B, C" in " ".join(text for kind, text, _ in drawn if kind == "label")
    build = next(layout for kind, name, layout in draw(panels.LLMVIZ_PT_film).drawn if name == "llmviz.build")
    assert not build.enabled


def test_play_shows_the_commentary_of_the_frame(film: bpy.types.Scene) -> None:
    film.frame_set(1)
    for _ in range(2):
        bpy.ops.llmviz.jump(to="NEXT")
    text = " ".join(shown(panels.LLMVIZ_PT_play, "label"))
    assert "03.2 one column" in text
    assert "The T = 11 columns hold" in text  # all of the paragraph that has been said
    assert "t = 3" in text


def test_at_the_ends_there_is_no_rest_to_jump_to(film: bpy.types.Scene) -> None:
    def jumps() -> list[bool]:
        return [row.enabled for _, name, row in draw(panels.LLMVIZ_PT_play).drawn if name == "llmviz.jump"]

    film.frame_set(1)
    assert jumps() == [False, True]
    film.frame_set(film.frame_end)
    assert jumps() == [True, False]


def test_an_unsaved_file_is_told_why_nothing_can_be_rendered(film: bpy.types.Scene) -> None:
    assert "Save the .blend file first" in " ".join(shown(panels.LLMVIZ_PT_render, "label"))


def test_a_job_shows_its_progress_and_holds_the_rest(film: bpy.types.Scene, job: jobs.Running) -> None:
    assert shown(panels.LLMVIZ_PT_job, "progress") == ["Build 40%"]
    for panel in panels.CLASSES[1:]:
        assert not any(layout.usable for kind, _, layout in draw(panel).drawn if kind in ("operator", "prop")), panel


def test_a_film_under_way_can_be_stopped_while_one_plays_on(film: bpy.types.Scene, job: jobs.Running) -> None:
    job.exclusive = False
    assert shown(panels.LLMVIZ_PT_job, "operator") == ["llmviz.cancel"]
    assert all(layout.usable for kind, name, layout in draw(panels.LLMVIZ_PT_play).drawn if name == "llmviz.play")
    assert not any(layout.usable for kind, _, layout in draw(panels.LLMVIZ_PT_film).drawn if kind == "prop")
    with pytest.raises(RuntimeError, match="Build is under way"):
        bpy.ops.llmviz.build()
    bpy.ops.llmviz.cancel()
    assert job.unwanted


@pytest.mark.parametrize("exclusive", [True, False])
def test_progress_stands_where_the_button_was_and_can_be_stopped_there(
    film: bpy.types.Scene, job: jobs.Running, exclusive: bool
) -> None:
    job.exclusive, job.operator = exclusive, "llmviz.render_film"
    drawn = draw(panels.LLMVIZ_PT_render).drawn
    assert [text for kind, text, _ in drawn if kind == "progress"] == ["Render Film 40%"]
    assert "llmviz.render_film" not in [name for _, name, _ in drawn]
    stops = [layout for _, name, layout in drawn if name == "llmviz.cancel"]
    assert [layout.usable for layout in stops] == [True] * (not exclusive)


def test_the_first_panel_keeps_its_height(film: bpy.types.Scene, tmp_path: Path) -> None:
    def rows() -> int:
        return sum(kind in ("label", "progress", "operator") for kind, _, _ in draw(panels.LLMVIZ_PT_job).drawn)

    assert rows() == 2
    jobs._ended.clear()
    assert rows() == 2
    jobs._ended[:] = [jobs.Outcome("Saved it", tmp_path / "film.mp4")]
    assert rows() == 2
    jobs._running.append(jobs.Running("Film", False, "llmviz.render_film"))
    try:
        assert rows() == 3  # the last two side by side
    finally:
        jobs._running.clear()
        jobs._ended.clear()


def test_the_end_of_a_job_leads_to_what_it_made(film: bpy.types.Scene, tmp_path: Path) -> None:
    for made, folder in ((tmp_path / "film.mp4", tmp_path), (tmp_path, tmp_path), (None, None)):
        outcome = jobs.Outcome("Done", made)
        assert outcome.folder == folder
        jobs._ended[:] = [outcome]
        assert shown(panels.LLMVIZ_PT_job, "operator") == ["wm.path_open"] * (folder is not None)
    jobs._ended.clear()


def test_names_of_files_that_are_no_text_can_be_shown(film: bpy.types.Scene) -> None:
    jobs._ended[:] = [jobs.Outcome("Saved /tmp/\udcff.mp4", Path("/tmp/\udcff.mp4"))]
    assert "Saved /tmp/\\udcff.mp4" in shown(panels.LLMVIZ_PT_job, "label")
    jobs._ended.clear()


def test_a_scene_of_hers_says_where_the_film_is(film: bpy.types.Scene, sidebar: bpy.types.Scene) -> None:
    bpy.context.window.scene = sidebar
    for panel in (panels.LLMVIZ_PT_play, panels.LLMVIZ_PT_render):
        assert "The film is in the scene 'llmviz'." in " ".join(shown(panel, "label"))
        assert "llmviz.show_film" in shown(panel, "operator")
    assert "There is no open stage" in " ".join(shown(panels.LLMVIZ_PT_generate, "label"))
    assert bpy.ops.llmviz.show_film(scene=film.name) == {"FINISHED"}
    assert bpy.context.window.scene == film
    assert "llmviz.leave_film" in shown(panels.LLMVIZ_PT_play, "operator")
    assert bpy.ops.llmviz.leave_film() == {"FINISHED"}
    assert bpy.context.window.scene == sidebar
