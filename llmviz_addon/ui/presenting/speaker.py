"""A window for the speaker: the words of this paragraph and of the next, large, with what is done and what is to come.

It is an editor without text, in a window of its own, that ours is drawn on: nothing of the user's is opened or made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import bpy

from ...stage.kept_language import phrased
from ...stage.story import Story, read_story
from ..confirm import Result
from ..over import Over
from ..play import Playing
from ..write import broken
from .drawing import where_we_are
from .overlay import LEADING, lines, rectangle

PERIOD = 0.2
"""Seconds between two looks at whether something else is told."""
GROUND, WHITE, PALE, FAINT = (
    (0.05, 0.055, 0.07, 1.0),
    (1.0, 1.0, 1.0, 1.0),
    (0.62, 0.65, 0.7, 1.0),
    (0.45, 0.5, 0.6, 1.0),
)
MARGIN, HEAD, NOW, NEXT = 28.0, 18.0, 28.0, 20.0
"""At a scale of 1: free at the sides; heights of letters."""


@dataclass
class _Window:
    """The editor that is drawn on, by its space's pointer, and what was drawn last."""

    space: int
    over: Over
    told: tuple[object, ...] = ()


_windows: list[_Window] = []


def paragraphs(story: Story) -> list[tuple[str, int, str]]:
    """The rest, the first frame and the words of each paragraph."""
    found: dict[str, tuple[int, list[str]]] = {}
    for line in story.subtitles:
        found.setdefault(line.marker, (line.start, []))[1].append(line.text)
    return [(marker, start, " ".join(texts)) for marker, (start, texts) in found.items()]


def now_and_next(story: Story, frame: int) -> tuple[tuple[str, str], tuple[str, str]]:
    """Rest and words of the paragraph that is told at ``frame``, and of the one after; empty where there is none."""
    told = paragraphs(story)
    begun = [place for place, (_, start, _) in enumerate(told) if start <= frame]
    place = begun[-1] if begun else -1
    pairs = {place: (marker, text) for place, (marker, _, text) in enumerate(told)}
    return pairs.get(place, ("", "")), pairs.get(place + 1, ("", ""))


def shown() -> bool:
    """Whether there is such a window."""
    return bool(_windows)


def stop() -> None:
    """Draw no more on it; the window is the user's to close."""
    while _windows:
        _windows.pop().over.stop()
    if bpy.app.timers.is_registered(_watch):
        bpy.app.timers.unregister(_watch)


def _watch() -> float | None:
    for kept in _windows:
        found = [(w, area) for w in bpy.context.window_manager.windows for area in w.screen.areas if _is(kept, area)]
        if not found:
            stop()
            return None
        for window, area in found:
            told = (window.scene.name, window.scene.frame_current, area.width, area.height)
            if told != kept.told:
                kept.told = told
                area.tag_redraw()
    return PERIOD


def _is(kept: _Window, area: bpy.types.Area | None) -> bool:
    return area is not None and area.type == "TEXT_EDITOR" and area.spaces.active.as_pointer() == kept.space


def _draw() -> None:
    context = bpy.context
    area, region, story = context.area, context.region, read_story(context.scene)
    if not any(_is(kept, area) for kept in _windows) or region is None:
        return
    scale = context.preferences.system.ui_scale
    rectangle(0, 0, region.width, region.height, GROUND)
    if story is None:
        return
    (_, text), (name, following) = now_and_next(story, context.scene.frame_current)
    said = story.paragraph(context.scene.frame_current)
    coming = phrased(context.scene, "Next: {}", name) if name else phrased(context.scene, "Nothing more is told")
    top = region.height - MARGIN * scale
    for words, size, colour in (
        (where_we_are(context.scene, story), HEAD, FAINT),
        (said, NOW, WHITE),
        (text.removeprefix(said).strip(), NOW, PALE),
        (coming, HEAD, FAINT),
        (following, NEXT, PALE),
    ):
        top = _paragraph(words, top, size * scale, colour, region.width - 2 * MARGIN * scale, MARGIN * scale)


def _paragraph(words: str, top: float, size: float, colour: Any, width: float, left: float) -> float:
    """Write it, and return where the next begins."""
    told: Sequence[str] = broken(words, size, max(width, 10 * size)) if words else ()
    lines(told, left, top, size, colour)
    return top - size * LEADING * len(told) - (0.8 * size if told else 0)


class LLMVIZ_OT_speaker(Playing, bpy.types.Operator):
    """Open a window for the speaker, with the words of this paragraph and of what comes next"""

    bl_idname = "llmviz.speaker"
    bl_label = "Speaker's Window"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where there is a film, and one of them."""
        if shown():
            cls.poll_message_set("There is one already")
            return False
        return context.area is not None and super().poll(context)

    def execute(self, context: bpy.types.Context) -> Result:
        """Open it."""
        if bpy.app.background:
            self.report({"ERROR"}, "There are no windows in the background.")
            return {"CANCELLED"}
        before = {window.as_pointer() for window in context.window_manager.windows}
        bpy.ops.screen.area_dupli("INVOKE_DEFAULT")
        area = next(w.screen.areas[0] for w in context.window_manager.windows if w.as_pointer() not in before)
        area.type = "TEXT_EDITOR"
        space: Any = area.spaces.active
        space.text = None
        for name in ("header", "footer", "ui"):
            setattr(space, f"show_region_{name}", False)
        _windows.append(_Window(space.as_pointer(), Over(_draw, space=bpy.types.SpaceTextEditor)))
        _windows[-1].over.start()
        bpy.app.timers.register(_watch, persistent=True)
        return {"FINISHED"}


CLASSES = (LLMVIZ_OT_speaker,)
