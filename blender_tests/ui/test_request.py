"""From settings to requests: chapters by name, sizes, the user's own folder."""

from __future__ import annotations

import bpy
import pytest

from llmviz_addon.errors import JobError, ModelError
from llmviz_addon.ui import request
from llmviz_addon.ui.preferences import catalogue


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


def test_no_shape_is_an_error(sidebar: bpy.types.Scene) -> None:
    settings = sidebar.llmviz_settings
    settings.model, settings.skipped, settings.outlines = "SHAPE", "", set()
    with pytest.raises(ModelError, match="choose 1 to 7"):
        request.what(settings)
