"""The speaker's window: the words of now and of what comes next."""

from __future__ import annotations

import bpy
import pytest

from llmviz_addon.stage.story import read_story
from llmviz_addon.ui.presenting.speaker import now_and_next, paragraphs


def test_paragraphs_have_all_words_in_order(film: bpy.types.Scene) -> None:
    story = read_story(film)
    told = paragraphs(story)
    assert [name for name, _, _ in told] == ["03 Layer Norm", *(m.name for m in story.markers if m.kind == "rest")]
    assert " ".join(text for _, _, text in told) == " ".join(line.text for line in story.subtitles)


def test_each_frame_has_its_paragraph_and_the_one_after(film: bpy.types.Scene) -> None:
    story = read_story(film)
    told = [(name, text) for name, _, text in paragraphs(story)]
    assert now_and_next(story, 0) == (("", ""), told[0])
    rests = [marker for marker in story.markers if marker.kind == "rest"]
    for place, rest in enumerate(rests, 1):  # after the chapter's question
        now, coming = now_and_next(story, rest.frame)
        assert now == told[place] == (rest.name, story.paragraph(rest.frame))  # at its rest all of it has been said
        assert coming == (told[place + 1] if place < len(rests) else ("", ""))


def test_without_windows_it_says_so(film: bpy.types.Scene) -> None:
    area = bpy.context.window.screen.areas[0]
    with bpy.context.temp_override(area=area), pytest.raises(RuntimeError, match="no windows in the background"):
        bpy.ops.llmviz.speaker()
