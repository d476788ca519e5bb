"""What is told when, written on the scene as plain data.

The sidebar shows the commentary of the current frame and jumps to chapters and rests. It reads that
from here, so a file that was saved and opened again needs nothing but itself.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import lru_cache

import bpy

from ..screenplay.timeline import ChapterSpan, Marker, Subtitle, Timeline

OURS = "llmviz_story"


@dataclass(frozen=True)
class Story:
    """Chapters, markers and commentary of the film in a scene; frames are those it was built with."""

    chapters: tuple[ChapterSpan, ...]
    markers: tuple[Marker, ...]
    subtitles: tuple[Subtitle, ...]

    def commentary(self, frame: int) -> Subtitle | None:
        """What was said last when ``frame`` is reached; None before the first word."""
        return next((subtitle for subtitle in reversed(self.subtitles) if subtitle.start <= frame), None)

    def chapter(self, frame: int) -> ChapterSpan | None:
        """The chapter that ``frame`` lies in, or the one before it in a glide; None before the first."""
        return next((chapter for chapter in reversed(self.chapters) if chapter.start <= frame), None)


def write_story(scene: bpy.types.Scene, timeline: Timeline) -> None:
    """Keep what the sidebar needs of ``timeline`` in a custom property of the scene."""
    parts = {"chapters": timeline.chapters, "markers": timeline.markers, "subtitles": timeline.subtitles}
    scene[OURS] = json.dumps({name: [asdict(item) for item in items] for name, items in parts.items()})


def read_story(scene: bpy.types.Scene) -> Story | None:
    """The story of the film in ``scene``; None where there is no film, or its story was damaged."""
    return _parse(str(scene.get(OURS, "")))


def clear_story(scene: bpy.types.Scene) -> None:
    """Take it away."""
    if OURS in scene:
        del scene[OURS]


@lru_cache(maxsize=4)
def _parse(text: str) -> Story | None:
    try:
        content = json.loads(text)
        return Story(
            tuple(ChapterSpan(**item) for item in content["chapters"]),
            tuple(Marker(**item) for item in content["markers"]),
            tuple(Subtitle(**item) for item in content["subtitles"]),
        )
    except (ValueError, TypeError, KeyError):
        return None
