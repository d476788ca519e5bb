"""From chapters to one timeline: seconds become frames, chapters follow each other, markers are set.

A chapter leaves nothing behind: whatever it touched goes back to rest where the next one starts,
and between two chapters the camera, opacities and places glide for a second from the end of one to
the opening of the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, compress, pairwise
from operator import attrgetter

import numpy as np

from .cast.cast import Cast
from .loader import Chapter
from .page.said import Beat
from .score.channels import Between, Row, row
from .score.clips import Clip, keys
from .score.moving import moving
from .score.score import Staff
from .score.timeline import CAMERA, Channel, ChapterSpan, Marker, Subtitle, Timeline, Track
from .telling import Telling

GLIDE = 1.0
"""Seconds between two chapters."""
FAR = 20
"""Way between two chapters that is a cut, in distances that the camera has from what it looks at."""
TAIL = 0.5
"""Seconds that the last picture of a chapter stays."""
Asked = tuple[tuple[Clip, ...], ...]
"""The clips of a channel, chapter by chapter."""
Manners = tuple[Between | None, ...]
"""How a channel goes to the opening of each chapter."""


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
    found = tuple(_Compiler(placed, fps).tracks() if tracks else ())
    asked = {track.channel.actor for track in found}
    made = (one for item in placed for one in item.telling.cast.drawings.values())
    return Timeline(
        fps=fps,
        size=size,
        frames=placed[-1].end if placed else 1,
        tracks=found,
        drawings=tuple(  # where tracks tell, without those that are never there
            one for one in made if not tracks or one.opacity > 0 or one.name in asked
        ),
        fragments=tuple(one for item in placed for one in item.telling.cast.fragments.values()),
        grids=tuple(made for item in placed for made in item.telling.cast.made.values()),
        outlines=tuple({s.once.name: s for item in placed for s in item.telling.cast.standing}.values()),
        markers=tuple(_markers(placed, fps)),
        subtitles=tuple(_subtitles(placed, fps)),
        chapters=tuple(_span(item, fps) for item in placed),
        made_by=_made_by(placed),
    )


class _Compiler:
    """Makes tracks of channels. Those that were always asked for together share their arrays."""

    def __init__(self, placed: Sequence[_Told], fps: int) -> None:
        self._placed, self._fps = placed, fps
        tellings = [item.telling for item in placed]
        self._cuts = [False, *(bool(after.cover) or _far(before, after) for before, after in pairwise(tellings))]
        self._covers = {one.cover for one in tellings if one.cover}
        self._casts = [one.cast for one in tellings]
        self._left = [{name for name in one.splits.ever if one.splits.left(name) is not None} for one in tellings]
        self._apart = set[str]().union(*self._left)
        self._made: dict[tuple[object, ...], tuple[np.ndarray, np.ndarray, tuple[str, ...]]] = {}
        self._manners: dict[Row, Manners] = {}

    def tracks(self) -> list[Track]:
        """All keys of every channel that was asked for and goes anywhere, or hides what it is of, in order."""
        found: list[Track | None] = []
        scores = [item.telling.score for item in self._placed]
        for prop, index in dict.fromkeys(key for score in scores for key in score.parts):
            parts = [score.parts.get((prop, index), {}) for score in scores]
            actors = list(dict.fromkeys(chain.from_iterable(parts)))
            clips: dict[tuple[Staff | None, ...], Asked] = {}  # of thousands that were always asked for together
            for actor, staves in zip(actors, zip(*(map(part.get, actors) for part in parts), strict=True), strict=True):
                if staves not in clips:
                    clips[staves] = tuple(staff.clips if staff else () for staff in staves)
                if any(clips[staves]):
                    found.append(self._track(Channel(actor, prop, index), clips[staves]))
        return sorted((track for track in found if track is not None), key=attrgetter("channel"))

    def _track(self, channel: Channel, asked: Asked) -> Track | None:
        owner = next(cast for cast in self._casts if cast.knows(channel.actor))
        told, rest = row(owner.kind(channel.actor), channel.prop), owner.rest(channel)
        manners = self._usually(channel.actor, told)
        by_then = self._by_then(channel, owner, manners) if told.between is Between.HANDS else None
        skipped = channel.actor == CAMERA
        key = (skipped, rest, by_then, *map(id, manners), *map(id, asked))  # the clips are kept meanwhile
        if key not in self._made:
            self._made[key] = self._keys(asked, rest, manners, by_then, skipped)
        frames, values, easings = self._made[key]
        stays = len(frames) == 1 and values[0] == rest and not told.hides  # what nothing hides is there
        return None if stays else Track(channel, frames, values, easings)

    def _by_then(self, channel: Channel, owner: Cast, manners: Manners) -> tuple[float | None, ...]:
        """How solid the grid of a fragment is when each chapter opens to which that goes hand in hand with it."""
        whole = channel._replace(actor=owner.fragments[channel.actor].grid)
        rest, found = owner.rest(whole), []
        for manner, item in zip(manners, self._placed, strict=True):
            clips = item.telling.score.clips.of(whole)
            found.append(keys(clips, rest, self._fps, item.start)[1][0] if manner is Between.HANDS else None)
        return tuple(found)

    def _usually(self, actor: str, told: Row) -> Manners:
        """How a channel goes to the opening of each chapter; to that of the first it does not.

        That follows from its row, but for those of which it depends on how the chapter before left the actor.
        """
        if told.between is Between.UNSEEN or (told.hides and actor in self._apart | self._covers):
            return self._each(actor, told)
        if told not in self._manners:
            self._manners[told] = self._each(actor, told)
        return self._manners[told]

    def _each(self, actor: str, told: Row) -> Manners:
        return (None, *(self._manner(actor, number, told) for number in range(1, len(self._placed))))

    def _manner(self, actor: str, number: int, told: Row) -> Between:
        """How a channel goes from a chapter's end to the opening of the next, which is ``number``.

        A grid that was left in pieces is shown by them up to there.
        """
        before, between = self._placed[number - 1].telling, told.between
        if told.hides and actor in self._left[number - 1]:
            return Between.LATE
        if told.hides and actor == self._placed[number].telling.cover:
            return Between.COVERS
        if between is Between.FLIES:
            return Between.CUTS if self._cuts[number] else Between.GLIDES
        if between is Between.UNSEEN and before.cast.knows(actor):
            return between if before.score.staff(Channel(actor, "opacity")).value == 0 else Between.LATE
        return between

    def _keys(
        self, asked: Asked, rest: float, manners: Manners,
        by_then: Sequence[float | None] | None, skipped: bool,
    ) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:  # fmt: skip
        """Frames, values and easings; chapters that ask for nothing are ``skipped``, or bring the channel to rest."""
        frames: list[int] = []
        values: list[float] = []
        easings: list[str] = []
        for number, (clips, item) in enumerate(zip(asked, self._placed, strict=True)):
            if not clips and (skipped or (frames and values[-1] == rest)):
                continue
            new = keys(clips, rest, self._fps, item.start)
            if frames:
                if values[-1] == new[1][0] and len(new[0]) == 1:
                    continue
                before = self._placed[number - 1]
                begin, end = _glide(manners[number], values[-1], before.end, item.start)
                if frames[-1] <= before.end and begin < end:
                    if frames[-1] < begin:
                        frames.append(begin)
                        values.append(values[-1])
                        easings.append("smooth")
                    else:
                        easings[-1] = "smooth"
                if end < item.start:
                    frames.append(end)
                    whole = by_then[number] if by_then is not None else None
                    values.append(new[1][0] if whole is None else whole)
                    easings.append("constant")
            frames += new[0]
            values += new[1]
            easings += new[2]
        return _needed(np.array(frames, dtype=np.float64), np.array(values, dtype=np.float64), easings)


def _needed(
    frames: np.ndarray, values: np.ndarray, easings: list[str]
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Keys without those between two of the same value, which change nothing."""
    same = values[1:] == values[:-1]
    needed = np.ones(len(values), dtype=bool)
    needed[1:-1] = ~(same[:-1] & same[1:])
    needed[1:][-1:] = ~same[-1:]
    return frames[needed], values[needed], tuple(compress(easings, needed.tolist()))


def _glide(manner: Between | None, value: float, end: int, start: int) -> tuple[int, int]:
    """Frames from and to which a channel goes from its ``value`` at one chapter's end to the next one's start."""
    middle = (end + start) // 2
    match manner:
        case Between.WORDS:
            return (middle, start) if value == 0 else (end, middle)
        case Between.CUTS:
            return middle, middle
        case Between.COVERS:
            return end, middle
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
