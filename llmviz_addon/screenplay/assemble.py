"""From chapters to one timeline: seconds become frames, chapters follow each other, markers are set.

A chapter leaves nothing behind: whatever it touched goes back to rest where the next one starts,
and between two chapters the camera, opacities and places glide for a second from the end of one to
the opening of the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .film import Film
from .loader import Chapter
from .score.clips import Clip, keys
from .score.timeline import CAMERA, Channel, ChapterSpan, Marker, Subtitle, Timeline, Track

GLIDE = 1.0
"""Seconds between two chapters."""
FAR = 20
"""Way between two chapters that is a cut, in distances that the camera has from what it looks at."""
GLIDING = ("opacity", "offset", "scale", "highlight")
TAIL = 0.5
"""Seconds that the last picture of a chapter stays."""


@dataclass(frozen=True)
class _Told:
    chapter: Chapter
    film: Film
    start: int
    end: int


def assemble(told: Sequence[tuple[Chapter, Film]], fps: int, size: tuple[int, int], tracks: bool = True) -> Timeline:
    """Compile finished chapters, in the given order, into one timeline; without ``tracks`` only what is when."""
    placed, frame = [], 1
    for chapter, film in told:
        end = frame + round((max(film.now, film.score.end) + TAIL) * fps)
        placed.append(_Told(chapter, film, frame, end))
        frame = end + round(GLIDE * fps)
    channels = sorted({channel for item in placed for channel in item.film.score.clips} if tracks else ())
    compiler = _Compiler(placed, fps)
    return Timeline(
        fps=fps,
        size=size,
        frames=placed[-1].end if placed else 1,
        tracks=tuple(compiler.track(channel) for channel in channels),
        drawings=tuple(d for item in placed for d in item.film.cast.drawings.values()),
        parts=tuple(p for item in placed for p in item.film.cast.parts.values()),
        grids=tuple(made for item in placed for made in item.film.cast.made.values()),
        outlines=tuple({s.once.name: s for item in placed for s in item.film.cast.standing}.values()),
        markers=tuple(_markers(placed, fps)),
        subtitles=tuple(_subtitles(placed, fps)),
        chapters=tuple(
            ChapterSpan(i.chapter.name, i.chapter.number, i.chapter.title, i.chapter.part, i.start, i.end)
            for i in placed
        ),
    )


@dataclass(frozen=True)
class _Part:
    """What one chapter asks of a channel, and the manner of the glide to it; see ``_Compiler``."""

    clips: tuple[Clip, ...]
    rest: float
    manner: str

    @property
    def key(self) -> tuple[int, float, str]:
        """Equal for those that have the same keys; the clips must be kept meanwhile."""
        return id(self.clips), self.rest, self.manner


class _Compiler:
    """Makes tracks of channels. Those that were always asked for together share their arrays."""

    def __init__(self, placed: Sequence[_Told], fps: int) -> None:
        self._placed, self._fps = placed, fps
        self._cuts = [False, *(_far(before.film, item.film) for before, item in pairwise(placed))]
        self._made: dict[tuple[object, ...], tuple[np.ndarray, np.ndarray, tuple[str, ...]]] = {}

    def track(self, channel: Channel) -> Track:
        """All keys of ``channel``."""
        parts = [self._part(channel, number) for number in range(len(self._placed))]
        key = (channel.actor == CAMERA, *(part.key for part in parts))
        if key not in self._made:
            self._made[key] = self._keys(parts, skipped=channel.actor == CAMERA)
        return Track(channel, *self._made[key])

    def _part(self, channel: Channel, number: int) -> _Part:
        film = self._placed[number].film
        clips = film.score.clips.get(channel, ())
        return _Part(clips, _rest(film, channel), self._manner(channel, number) if number else "")

    def _manner(self, channel: Channel, number: int) -> str:
        """How a channel goes from a chapter's end to the opening of the next, which is ``number``.

        The words of one chapter are gone before those of the next one come, and the plate under them stays;
        what nobody sees changes at once.
        """
        before, item = self._placed[number - 1], self._placed[number]
        if channel.actor.endswith(":plate"):
            return "late"
        if channel.prop == "opacity" and (
            channel.actor in before.film.cast.drawings or channel.actor in item.film.cast.drawings
        ):
            return "words"
        if channel.actor == CAMERA and self._cuts[number]:
            return "cut"
        if channel.actor == CAMERA or channel.prop in GLIDING:
            return "glide"
        if channel.prop == "reveal" and before.film.score.value(Channel(channel.actor, "opacity")) == 0:
            return "unseen"
        return "late"

    def _keys(self, parts: Sequence[_Part], skipped: bool) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
        """Frames, values and easings; chapters that ask for nothing are ``skipped``, or bring the channel to rest."""
        frames: list[int] = []
        values: list[float] = []
        easings: list[str] = []
        for number, (part, item) in enumerate(zip(parts, self._placed, strict=True)):
            if skipped and not part.clips:
                continue
            new = keys(part.clips, part.rest, self._fps, item.start)
            if frames:
                if values[-1] == new[1][0] and len(new[0]) == 1:
                    continue
                before = self._placed[number - 1]
                begin, end = _glide(part.manner, values[-1], before.end, item.start)
                if frames[-1] <= before.end and begin < end:
                    if frames[-1] < begin:
                        frames.append(begin)
                        values.append(values[-1])
                        easings.append("smooth")
                    else:
                        easings[-1] = "smooth"
                if end < item.start:
                    frames.append(end)
                    values.append(new[1][0])
                    easings.append("constant")
            frames += new[0]
            values += new[1]
            easings += new[2]
        return np.array(frames, dtype=np.float64), np.array(values, dtype=np.float64), tuple(easings)


def _glide(manner: str, value: float, end: int, start: int) -> tuple[int, int]:
    """Frames from and to which a channel goes from its ``value`` at one chapter's end to the next one's start."""
    middle = (end + start) // 2
    match manner:
        case "words":
            return (middle, start) if value == 0 else (end, middle)
        case "cut":
            return middle, middle
        case "glide":
            return end, start
        case "unseen":
            return end + 1, end + 1
    return start, start


def _far(before: Film, after: Film) -> bool:
    """Whether the camera would race over a way many times as long as it sees: it then cuts, amid the fade."""
    start = [before.score.value(Channel(CAMERA, "target", i)) for i in range(3)]
    opening = [after.score.clips.get(Channel(CAMERA, "target", i), ()) for i in range(3)]
    if not all(opening):
        return False
    way = np.linalg.norm([clips[0].value - value for clips, value in zip(opening, start, strict=True)])
    return bool(way > FAR * before.score.value(Channel(CAMERA, "distance")))


def _rest(film: Film, channel: Channel) -> float:
    """The channel's rest value in a chapter that may not know the actor (another chapter's drawing)."""
    return film.cast.rest(channel) if film.cast.known(channel.actor) or channel.actor == CAMERA else 0.0


def _markers(placed: Sequence[_Told], fps: int) -> list[Marker]:
    found: list[Marker] = []
    for item in placed:
        number = f"{item.chapter.number:02d}"
        found.append(Marker(item.start, f"{number} {item.chapter.title}", "chapter"))
        for i, rest in enumerate(item.film.rests, start=1):
            frame = max(item.start + round(rest.start * fps), found[-1].frame + 1)
            end = max(item.start + round(rest.end * fps), frame)
            found.append(Marker(frame, f"{number}.{i} {rest.key.replace('-', ' ')}", "rest", end))
    return found


def _subtitles(placed: Sequence[_Told], fps: int) -> list[Subtitle]:
    found: list[Subtitle] = []
    for item in placed:
        rests = item.film.rests
        for i, rest in enumerate(rests):
            start = item.start + round(rest.start * fps)
            end = item.start + round(rests[i + 1].start * fps) - 1 if i + 1 < len(rests) else item.end
            name = f"{item.chapter.number:02d}.{i + 1} {rest.key.replace('-', ' ')}"
            found.append(Subtitle(start, max(end, start), rest.text, name))
    return found
