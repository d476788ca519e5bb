"""From chapters to one timeline: seconds become frames, chapters follow each other, markers are set.

A chapter leaves nothing behind: whatever it touched goes back to rest where the next one starts,
and between two chapters the camera, opacities and places glide for a second from the end of one to
the opening of the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .loader import Chapter
from .page.said import Beat
from .score.channels import Between, Row, row
from .score.clips import Clip, keys
from .score.moving import moving
from .score.timeline import CAMERA, Channel, ChapterSpan, Marker, Subtitle, Timeline, Track
from .telling import Telling

GLIDE = 1.0
"""Seconds between two chapters."""
FAR = 20
"""Way between two chapters that is a cut, in distances that the camera has from what it looks at."""
TAIL = 0.5
"""Seconds that the last picture of a chapter stays."""


@dataclass(frozen=True)
class _Told:
    chapter: Chapter
    telling: Telling
    start: int
    end: int


def assemble(told: Sequence[tuple[Chapter, Telling]], fps: int, size: tuple[int, int], tracks: bool = True) -> Timeline:
    """Compile finished chapters, in the given order, into one timeline; without ``tracks`` only what is when."""
    placed, frame = [], 1
    for chapter, telling in told:
        end = frame + round((max(telling.now, telling.score.end) + TAIL) * fps)
        placed.append(_Told(chapter, telling, frame, end))
        frame = end + round(GLIDE * fps)
    channels = sorted({channel for item in placed for channel in item.telling.score.clips} if tracks else ())
    compiler = _Compiler(placed, fps)
    return Timeline(
        fps=fps,
        size=size,
        frames=placed[-1].end if placed else 1,
        tracks=tuple(compiler.track(channel) for channel in channels),
        drawings=tuple(d for item in placed for d in item.telling.cast.drawings.values()),
        fragments=tuple(one for item in placed for one in item.telling.cast.fragments.values()),
        grids=tuple(made for item in placed for made in item.telling.cast.made.values()),
        outlines=tuple({s.once.name: s for item in placed for s in item.telling.cast.standing}.values()),
        markers=tuple(_markers(placed, fps)),
        subtitles=tuple(_subtitles(placed, fps)),
        chapters=tuple(_span(item, fps) for item in placed),
        made_by=_made_by(placed),
    )


@dataclass(frozen=True)
class _Asked:
    """What one chapter asks of a channel, and the manner of the glide to it; see ``_Compiler``."""

    clips: tuple[Clip, ...]
    rest: float
    manner: Between | None
    by_then: float | None  # of a grid's fragment: how solid the grid is when the chapter opens

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for those that have the same keys; the clips must be kept meanwhile."""
        return id(self.clips), self.rest, self.manner, self.by_then


class _Compiler:
    """Makes tracks of channels. Those that were always asked for together share their arrays."""

    def __init__(self, placed: Sequence[_Told], fps: int) -> None:
        self._placed, self._fps = placed, fps
        self._cuts = [False, *(_far(before.telling, item.telling) for before, item in pairwise(placed))]
        self._made: dict[tuple[object, ...], tuple[np.ndarray, np.ndarray, tuple[str, ...]]] = {}

    def track(self, channel: Channel) -> Track:
        """All keys of ``channel``."""
        owner = next(i.telling.cast for i in self._placed if i.telling.cast.knows(channel.actor))
        told, rest = row(owner.kind(channel.actor), channel.prop), owner.rest(channel)
        asked = [self._asked(channel, number, told, rest) for number in range(len(self._placed))]
        key = (channel.actor == CAMERA, *(one.key for one in asked))
        if key not in self._made:
            self._made[key] = self._keys(asked, skipped=channel.actor == CAMERA)
        return Track(channel, *self._made[key])

    def _asked(self, channel: Channel, number: int, told: Row, rest: float) -> _Asked:
        clips = self._placed[number].telling.score.clips.of(channel)
        manner = self._manner(channel, number, told) if number else None
        return _Asked(clips, rest, manner, self._by_then(channel, number) if manner is Between.HANDS else None)

    def _by_then(self, channel: Channel, number: int) -> float:
        """How solid the grid of a fragment is when a chapter opens."""
        owner = next(i.telling.cast for i in self._placed if i.telling.cast.knows(channel.actor))
        whole, item = channel._replace(actor=owner.fragments[channel.actor].grid), self._placed[number]
        clips = item.telling.score.clips.of(whole)
        return keys(clips, owner.rest(whole), self._fps, item.start)[1][0]

    def _manner(self, channel: Channel, number: int, told: Row) -> Between:
        """How a channel goes from a chapter's end to the opening of the next, which is ``number``.

        A grid that was left in pieces is shown by them up to there.
        """
        before, between = self._placed[number - 1].telling, told.between
        if told.hides and before.splits.left(channel.actor) is not None:
            return Between.LATE
        if between is Between.FLIES:
            return Between.CUTS if self._cuts[number] else Between.GLIDES
        if between is Between.UNSEEN and before.cast.knows(channel.actor):
            return between if before.score.value(Channel(channel.actor, "opacity")) == 0 else Between.LATE
        return between

    def _keys(self, asked: Sequence[_Asked], skipped: bool) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
        """Frames, values and easings; chapters that ask for nothing are ``skipped``, or bring the channel to rest."""
        frames: list[int] = []
        values: list[float] = []
        easings: list[str] = []
        for number, (one, item) in enumerate(zip(asked, self._placed, strict=True)):
            if skipped and not one.clips:
                continue
            new = keys(one.clips, one.rest, self._fps, item.start)
            if frames:
                if values[-1] == new[1][0] and len(new[0]) == 1:
                    continue
                before = self._placed[number - 1]
                begin, end = _glide(one.manner, values[-1], before.end, item.start)
                if frames[-1] <= before.end and begin < end:
                    if frames[-1] < begin:
                        frames.append(begin)
                        values.append(values[-1])
                        easings.append("smooth")
                    else:
                        easings[-1] = "smooth"
                if end < item.start:
                    frames.append(end)
                    values.append(new[1][0] if one.by_then is None else one.by_then)
                    easings.append("constant")
            frames += new[0]
            values += new[1]
            easings += new[2]
        return np.array(frames, dtype=np.float64), np.array(values, dtype=np.float64), tuple(easings)


def _glide(manner: Between | None, value: float, end: int, start: int) -> tuple[int, int]:
    """Frames from and to which a channel goes from its ``value`` at one chapter's end to the next one's start."""
    middle = (end + start) // 2
    match manner:
        case Between.WORDS:
            return (middle, start) if value == 0 else (end, middle)
        case Between.CUTS:
            return middle, middle
        case Between.GLIDES:
            return end, start
        case Between.HANDS:
            return end, start - 1
        case Between.UNSEEN:
            return end + 1, end + 1
    return start, start


def _made_by(placed: Sequence[_Told]) -> dict[str, tuple[int, ...]]:
    """The numbers of the chapters that made what is not of the set, by its name: models in outline are of several."""
    found: dict[str, tuple[int, ...]] = {}
    for number, item in enumerate(placed):
        cast = item.telling.cast
        for name in (*cast.drawings, *cast.fragments, *cast.made, *cast.pieces):
            found[name] = (*found.get(name, ()), number)
    return found


def _far(before: Telling, after: Telling) -> bool:
    """Whether the camera would race over a way many times as long as it sees: it then cuts, amid the fade."""
    start = [before.score.value(Channel(CAMERA, "target", i)) for i in range(3)]
    opening = [after.score.clips.of(Channel(CAMERA, "target", i)) for i in range(3)]
    if not all(opening):
        return False
    way = np.linalg.norm([clips[0].value - value for clips, value in zip(opening, start, strict=True)])
    return bool(way > FAR * before.score.value(Channel(CAMERA, "distance")))


def _span(item: _Told, fps: int) -> ChapterSpan:
    """Where a chapter lies, and how much of it stands still."""
    chapter, telling = item.chapter, item.telling
    moves = moving(telling.score, fps, item.end - item.start + 1)
    told = np.ones(len(moves), dtype=bool)
    for beat in telling.beats:
        start, end = (round(seconds * fps) for seconds in beat.rest)
        told[start + 1 : end + 1] = False
    frozen = float((~moves)[told].mean())
    return ChapterSpan(chapter.name, chapter.number, chapter.title, chapter.part, item.start, item.end, frozen)


def _markers(placed: Sequence[_Told], fps: int) -> list[Marker]:
    found: list[Marker] = []
    for item in placed:
        found.append(Marker(item.start, _title(item), "chapter"))
        for beat, name in _named(item):
            start, end = (item.start + round(seconds * fps) for seconds in beat.rest)
            frame = max(start, found[-1].frame + 1)
            found.append(Marker(frame, name, "rest", max(end, frame)))
    return found


def _title(item: _Told) -> str:
    """How the start of a chapter is called."""
    return f"{item.chapter.number:02d} {item.chapter.title}"


def _named(item: _Told) -> Iterator[tuple[Beat, str]]:
    """The beats of a chapter, and how their rests are called."""
    for number, beat in enumerate(item.telling.beats, start=1):
        yield beat, f"{item.chapter.number:02d}.{number} {beat.key.replace('-', ' ')}"


def _subtitles(placed: Sequence[_Told], fps: int) -> list[Subtitle]:
    """What is said, clause by clause: that fits into two lines and goes with what happens, as a whole beat would not.

    Clauses that come up at once are told as one; each stays until the next one comes. Where a chapter begins before its
    first words, what it is called is said.
    """
    found: list[Subtitle] = []
    for item in placed:
        said: dict[tuple[int, str], list[str]] = {}
        if (asked := item.telling.asked) is not None:
            said[item.start + round(asked.start * fps), _title(item)] = [asked.text]
        for beat, name in _named(item):
            for clause in beat.clauses:
                said.setdefault((item.start + round(clause.start * fps), name), []).append(clause.text)
        begin = found[-1].end + 1 if found else item.start
        if (first := min((start for start, _ in said), default=item.start)) > begin:
            found.append(Subtitle(begin, first - 1, item.chapter.title, _title(item)))
        ends = [start - 1 for start, _ in said][1:] + [item.end]
        for ((start, name), texts), end in zip(said.items(), ends, strict=False):
            found.append(Subtitle(start, max(end, start), " ".join(texts), name))
    return found
