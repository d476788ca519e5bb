"""What is told when, written on the scene as plain data.

The sidebar shows the commentary of the current frame and jumps to chapters and rests. It reads that
from here, so a file that was saved and opened again needs nothing but itself.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from functools import lru_cache

import bpy

from ..screenplay.score.timeline import ChapterSpan, Marker, Subtitle, Timed, Timeline, storyboard
from .ours import is_inherited
from .plain import loads, written_text

OURS = "llmviz_story"
NAME = re.compile(r"[a-z0-9-]{1,100}")
"""Of a chapter, which becomes that of stills and films."""
LAST = 1_048_574
"""The last frame that Blender has."""


@dataclass(frozen=True)
class Story(Timed):
    """Chapters, markers and commentary of the film in a scene; frames, rate and theme are those it was built with.

    ``theme`` is all of the theme, as written.
    """

    chapters: tuple[ChapterSpan, ...]
    markers: tuple[Marker, ...]
    subtitles: tuple[Subtitle, ...]
    fps: int = 30
    theme: str = ""

    @property
    def frames(self) -> int:
        """How many it has."""
        return max(chapter.end for chapter in self.chapters)

    def __repr__(self) -> str:
        """The storyboard."""
        return storyboard(self)

    @property
    def is_sound(self) -> bool:
        """Whether it can be that of a film: chapters are named as their files are, and frames are frames."""
        spans = [(span.start, span.end) for span in self.chapters]
        spans += [(subtitle.start, subtitle.end) for subtitle in self.subtitles]
        spans += [(marker.frame, marker.end) for marker in self.markers]
        named = all(NAME.fullmatch(chapter.name) for chapter in self.chapters) and all(m.name for m in self.markers)
        return (
            bool(self.chapters)
            and self.fps > 0
            and named
            and all(0 <= chapter.frozen <= 1 for chapter in self.chapters)
            and all(0 <= start <= LAST and 0 <= end <= LAST for start, end in spans)
        )

    def commentary(self, frame: int) -> Subtitle | None:
        """What was said last when ``frame`` is reached; None before the first word."""
        return next((subtitle for subtitle in reversed(self.subtitles) if subtitle.start <= frame), None)

    def paragraph(self, frame: int) -> str:
        """All that has been said of the paragraph that is told when ``frame`` is reached."""
        said = self.commentary(frame)
        lines = [line.text for line in self.subtitles if said and line.marker == said.marker and line.start <= frame]
        return " ".join(lines)

    def chapter(self, frame: int) -> ChapterSpan | None:
        """The chapter that ``frame`` lies in, or the one before it in a glide; None before the first."""
        return next((chapter for chapter in reversed(self.chapters) if chapter.start <= frame), None)


def write_story(scene: bpy.types.Scene, timeline: Timeline, theme: str) -> None:
    """Keep what is told when, and in which look, in a custom property of the scene."""
    story = Story(timeline.chapters, timeline.markers, timeline.subtitles, timeline.fps, theme)
    scene[OURS] = json.dumps(asdict(story))


def read_story(scene: bpy.types.Scene) -> Story | None:
    """The story of the film in ``scene``; None where there is no film, or its story was damaged."""
    return None if is_inherited(scene) else _parse(written_text(scene, OURS))


def clear_story(scene: bpy.types.Scene) -> None:
    """Take it away."""
    if scene.get(OURS) is not None:
        del scene[OURS]


@lru_cache(maxsize=4)
def _parse(text: str) -> Story | None:
    story = loads(Story, text)
    return story if story is not None and story.is_sound else None
