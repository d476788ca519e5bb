"""Panels, drawn into a layout that writes down what it is given: names that exist, states with reasons."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import bpy
import pytest

from llmviz_addon.ui import jobs, panels

ICONS = {item.identifier for item in bpy.types.UILayout.bl_rna.functions["label"].parameters["icon"].enum_items}


class Layout:
    """Stands in for a ``UILayout``; children share one list of what was drawn."""

    def __init__(self, drawn: list[tuple[str, str, Layout]] | None = None) -> None:
        self.drawn: list[tuple[str, str, Layout]] = [] if drawn is None else drawn
        self.enabled = True
        self.alert = False

    def _child(self, **options: object) -> Layout:
        return Layout(self.drawn)

    row = column = box = split = _child

    def _draw(self, kind: str, text: str, icon: str = "NONE") -> None:
        assert icon in ICONS
        self.drawn.append((kind, text, self))

    def label(self, text: str, icon: str = "NONE") -> None:
        self._draw("label", text, icon)

    def progress(self, factor: float, text: str) -> None:
        assert 0 <= factor <= 1
        self._draw("progress", text)

    def separator(self) -> None:
        pass

    def prop(self, owner: Any, name: str, index: int = -1, **options: object) -> None:
        assert name in owner.bl_rna.properties
        self._draw("prop", name)

    def operator(self, name: str, text: str = "", icon: str = "NONE", depress: bool = False) -> SimpleNamespace:
        module, _, function = name.partition(".")
        assert getattr(getattr(bpy.ops, module), function).get_rna_type() is not None  # raises where there is none
        self._draw("operator", name, icon)
        return SimpleNamespace()


def draw(panel: type) -> Layout:
    """What ``panel`` shows now."""
    layout = Layout()
    methods = {name: getattr(panel, name) for name in vars(panel) if name.startswith("_") and not name.startswith("__")}
    stand_in = SimpleNamespace(layout=layout)
    for name, method in methods.items():
        setattr(stand_in, name, method.__get__(stand_in))
    for draw_part in ("draw_header_preset", "draw"):
        if draw_part in vars(panel):
            getattr(panel, draw_part)(stand_in, bpy.context)
    return layout


def shown(panel: type, kind: str) -> list[str]:
    return [text for what, text, _ in draw(panel).drawn if what == kind]


@pytest.fixture
def job() -> Iterator[jobs.Progress]:
    progress = jobs.Progress("Build", True, 0.4, "Grids")
    jobs._running.append(progress)
    yield progress
    jobs._running.clear()


def test_without_a_film_there_is_build_and_a_reason_for_the_rest(sidebar: bpy.types.Scene) -> None:
    assert shown(panels.LLMVIZ_PT_film, "operator") == ["llmviz.build"]
    for panel in (panels.LLMVIZ_PT_play, panels.LLMVIZ_PT_render):
        assert shown(panel, "operator") == []
        assert "There is no film in this scene" in " ".join(shown(panel, "label"))


def test_every_setting_can_be_reached(sidebar: bpy.types.Scene) -> None:
    sidebar["llmviz_story"] = '{"chapters": [], "markers": [], "subtitles": []}'
    drawn = set()
    for model in ("FILE", "SHAPE"):
        sidebar.llmviz_settings.model = model
        drawn |= {name for panel in panels.CLASSES[1:-1] for name in shown(panel, "prop")}
    assert drawn == set(sidebar.llmviz_settings.bl_rna.properties.keys()) - {"rna_type", "name", "skipped"}


def test_wrong_tokens_are_marked_explained_and_keep_build_away(sidebar: bpy.types.Scene) -> None:
    sidebar.llmviz_settings.tokens = "CBX"
    drawn = draw(panels.LLMVIZ_PT_model).drawn
    assert next(layout for kind, name, layout in drawn if name == "tokens").alert
    assert "possible are A, B, C" in " ".join(text for kind, text, _ in drawn if kind == "label")
    build = next(layout for kind, name, layout in draw(panels.LLMVIZ_PT_film).drawn if name == "llmviz.build")
    assert not build.enabled


def test_play_shows_the_commentary_of_the_frame(film: bpy.types.Scene) -> None:
    bpy.ops.llmviz.jump(to="NEXT")
    bpy.ops.llmviz.jump(to="NEXT")
    text = " ".join(shown(panels.LLMVIZ_PT_play, "label"))
    assert "03.2 one column" in text
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


def test_a_job_shows_its_progress_and_holds_the_rest(film: bpy.types.Scene, job: jobs.Progress) -> None:
    assert panels.LLMVIZ_PT_job.poll(bpy.context)
    assert shown(panels.LLMVIZ_PT_job, "progress") == ["Build 40%"]
    assert not any(
        draw(panel).enabled for panel in (panels.LLMVIZ_PT_model, panels.LLMVIZ_PT_film, panels.LLMVIZ_PT_play)
    )


def test_a_film_under_way_can_be_stopped_while_one_plays_on(film: bpy.types.Scene, job: jobs.Progress) -> None:
    job.exclusive = False
    assert shown(panels.LLMVIZ_PT_job, "operator") == ["llmviz.cancel"]
    assert draw(panels.LLMVIZ_PT_play).enabled
    assert not draw(panels.LLMVIZ_PT_film).enabled
    with pytest.raises(RuntimeError, match="Build is under way"):
        bpy.ops.llmviz.build()
    bpy.ops.llmviz.cancel()
    assert job.unwanted


def test_without_a_job_there_is_no_progress(sidebar: bpy.types.Scene) -> None:
    assert not panels.LLMVIZ_PT_job.poll(bpy.context)
