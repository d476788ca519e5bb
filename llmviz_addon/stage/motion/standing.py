"""What stands on stage and is seen, at any frames of a film, worked out from its tracks alone.

What follows what is seen asks it: the floor, and the lens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

import numpy as np

from ...layout.grid import Grid, Ribbon
from ...layout.lettering.drawing import Drawing
from ...screenplay.page import pose
from ...screenplay.page.view import View, boxes_seen
from ...screenplay.score.timeline import CAMERA, Channel, Timeline, Track

SEEN = 0.02
"""Opacity from which on a thing counts."""
TURNS = ("opacity", "highlight", "focus")
"""Channels by which a thing comes into play, or is pointed out."""
MARKED = 0.3
"""How strongly it glows, or what is outside the focus steps back, where it counts as pointed out."""
FOCUS_ENDS = ("focus_lo", "focus_hi")
AT_ONCE = 256
"""Frames that are looked at together."""


@dataclass(frozen=True, eq=False)
class Standing:
    """A thing of the set: its corners at home, (3,) metres each, how solid it is at rest, and what carries it along.

    It shows as ``parts``, too; ``foot`` is the point from which it is stretched. Grids and outlines have cells.
    """

    name: str
    low: np.ndarray
    high: np.ndarray
    rest: float
    carrier: str = ""
    parts: tuple[str, ...] = ()
    foot: np.ndarray | None = None
    has_cells: bool = False


def standing(
    grids: Iterable[Grid], made: Iterable[Grid], ribbons: Iterable[Ribbon], signs: Iterable[Drawing], timeline: Timeline
) -> list[Standing]:
    """All that stands in the world: grids, those that are ``made`` by chapters, models in outline, ribbons, words."""
    parts: dict[str, list[str]] = {}
    for piece in timeline.fragments:
        parts.setdefault(piece.grid, []).append(piece.name)
    found: list[Standing] = []
    for some, rest in ((grids, 1.0), (made, 0.0)):
        found += [
            Standing(one.name, *one.box, rest, parts=tuple(parts.get(one.name, ())), has_cells=True) for one in some
        ]
    for model in timeline.outlines:
        for one in model.pieces:
            low, high = (end + one.at for end in one.boxes.box)
            found.append(Standing(one.name, low, high, 0.0, has_cells=True))
    found += [Standing(ribbon.name, ribbon.path.min(axis=0), ribbon.path.max(axis=0), 1.0) for ribbon in ribbons]
    for drawings, rest in ((signs, 1.0), (timeline.drawings, 0.0)):
        for drawing in drawings:
            if drawing.parent != "camera" and len(points := drawing.points):
                carrier = "" if drawing.parent == "world" else drawing.parent
                low, high = points.min(axis=0), points.max(axis=0)
                found.append(Standing(drawing.name, low, high, rest, carrier, foot=drawing.pose[:3, 3]))
    return found


@dataclass(frozen=True, eq=False)
class Look:
    """What is within the picture at a frame: numbers of ``things`` (k,), their outermost corners and depths of all."""

    view: View
    things: np.ndarray
    low: np.ndarray  # (k, 3) metres
    high: np.ndarray  # (k, 3)
    depth: np.ndarray  # (8, k) metres before the camera


@dataclass(frozen=True, eq=False)
class Ways:
    """How the camera goes on from each of some ``frames`` (n,): by an easing, or, where that is empty, not at all."""

    frames: np.ndarray
    easings: np.ndarray

    def at(self, frame: int) -> str:
        """How it moves from a frame on."""
        before = int(np.searchsorted(self.frames, frame, side="right")) - 1
        return str(self.easings[before]) if before >= 0 else ""


class Film:
    """What is seen at some frames: boxes of things, and poses of the camera."""

    def __init__(self, things: Sequence[Standing], timeline: Timeline) -> None:
        self.things, self.fps = things, timeline.fps
        self._half = timeline.size[0] / timeline.size[1] / 2
        self._tracks = {track.channel: track for track in timeline.tracks}
        self._asked = np.zeros(0)
        self._known: dict[tuple[int, int], np.ndarray] = {}  # of the frames that were asked for last
        self.camera = [channel for channel in self._tracks if channel.actor == CAMERA]

    def takes(self, frames: int) -> list[tuple[int, int]]:
        """First and last frames between the camera's cuts."""
        cuts = {1}
        for channel in self.camera:
            track = self._tracks[channel]
            jumps = holds(track)[:-1] & (np.diff(track.values) != 0)
            cuts.update(track.frames[1:][jumps].astype(int).tolist())
        starts = sorted(cut for cut in cuts if 1 <= cut <= frames)
        return [(start, stop - 1) for start, stop in zip(starts, [*starts[1:], frames + 1], strict=True)]

    def ways(self) -> Ways:
        """How the camera moves."""
        tracks = [self._tracks[channel] for channel in self.camera]
        frames = np.unique(np.concatenate([track.frames for track in tracks])).astype(int)
        easings = np.full(len(frames), "", dtype=object)
        for track in tracks:
            first = np.searchsorted(frames, track.frames)
            for at in np.flatnonzero((np.diff(track.values) != 0) & ~holds(track)[:-1]).tolist():
                easings[first[at] : first[at + 1]] = track.easings[at]
        return Ways(frames, easings)

    def turns(self) -> np.ndarray:
        """Frames at which something begins or ends to be solid, or to be pointed out, ascending."""
        names = {name for one in self.things for name in (one.name, *one.parts)}
        told = {
            id(track.frames): track.frames
            for channel, track in self._tracks.items()
            if channel.prop in TURNS and channel.actor in names
        }
        return np.unique(np.concatenate([*told.values(), np.zeros(0)])).astype(int)

    def looks(self, frames: np.ndarray, wanted: np.ndarray) -> Iterator[Look]:
        """What is within the picture at each of some frames, of the things that are ``wanted`` there, (things, n).

        Many frames at once, and what stands still while one reads is looked at once.
        """
        moved = {n: way for n, one in enumerate(self.things) if (way := self.way(one, frames)) is not None}
        larger = {n: size for n, one in enumerate(self.things) if (size := self._size(one, frames)) is not None}
        camera = {channel: self.at(channel, frames, 0.0) for channel in self.camera}
        told = np.array([*camera.values(), *(line for way in moved.values() for line in way), *larger.values()])
        anew = np.ones(len(frames), dtype=bool)
        anew[1:] = (wanted[:, 1:] != wanted[:, :-1]).any(axis=0)
        anew[1:] |= (told.reshape(-1, len(frames))[:, 1:] != told.reshape(-1, len(frames))[:, :-1]).any(axis=0)
        places = np.flatnonzero(anew)
        views = [pose.seen(partial(_told, camera, number)) for number in places.tolist()]
        found: Iterator[Look] = iter(())
        for start in range(0, len(places), AT_ONCE):
            some = slice(start, start + AT_ONCE)
            found = chain(found, self._looks(places[some], views[some], wanted, moved, larger))
        look: Look | None = None
        for number in range(len(frames)):
            look = next(found) if look is None or anew[number] else look
            yield look

    def _looks(
        self,
        places: np.ndarray,
        views: Sequence[View],
        wanted: np.ndarray,
        moved: dict[int, np.ndarray],
        larger: dict[int, np.ndarray],
    ) -> Iterator[Look]:
        """Those of some ``places`` among the frames that are asked for, seen by ``views``."""
        lows, highs = (np.array([getattr(one, end) for one in self.things]).reshape(-1, 3) for end in ("low", "high"))
        at, now = np.nonzero(wanted[:, places].T)
        low, high = lows[now], highs[now]
        for some, is_size in ((larger, True), (moved, False)):
            rows = np.full(len(self.things), -1)
            rows[list(some)] = np.arange(len(some))
            chosen = np.flatnonzero(rows[now] >= 0)
            if not len(chosen):
                continue
            told = np.array(list(some.values()))
            if is_size:
                feet = np.array([self.things[n].foot for n in some])[rows[now[chosen]]]
                size = told[rows[now[chosen]], places[at[chosen]], None]
                low[chosen], high[chosen] = (feet + size * (end[chosen] - feet) for end in (low, high))
            else:
                way = told[rows[now[chosen]], :, places[at[chosen]]]
                low[chosen], high[chosen] = low[chosen] + way, high[chosen] + way
        across, up, depth = boxes_seen(views, at, low, high)
        seen = (depth.max(axis=0) > 0) & (across.max(axis=0) > -self._half) & (across.min(axis=0) < self._half)
        seen &= (up.min(axis=0) < 0.5) & (up.max(axis=0) > -0.5)
        at, now, low, high, depth = at[seen], now[seen], low[seen], high[seen], depth[:, seen]
        ends = np.searchsorted(at, np.arange(len(places) + 1)).tolist()
        for view, first, stop in zip(views, ends, ends[1:], strict=False):
            yield Look(view, now[first:stop], low[first:stop], high[first:stop], depth[:, first:stop])

    def solid(self, frames: np.ndarray, least: float) -> np.ndarray:
        """Whether each thing is at ``least`` so solid at some frames, (things, n) bool."""
        return np.array([self._solid(one, frames) >= least for one in self.things]).reshape(-1, len(frames))

    def marked(self, frames: np.ndarray) -> np.ndarray:
        """Whether each thing is pointed out at some frames: it glows, or some of its cells are in focus; as above."""
        return np.array([self._marked(one, frames) for one in self.things]).reshape(-1, len(frames))

    def _solid(self, one: Standing, frames: np.ndarray) -> np.ndarray:
        """How solid a thing is, or the most solid of its parts."""
        whole = self.at(Channel(one.name, "opacity"), frames, one.rest)
        for part in one.parts:
            whole = np.maximum(whole, self.at(Channel(part, "opacity"), frames, 0.0))
        return whole

    def _marked(self, one: Standing, frames: np.ndarray) -> np.ndarray:
        found = np.zeros(len(frames), dtype=bool)
        for name in (one.name, *one.parts):
            found |= self.at(Channel(name, "highlight"), frames, 0.0) >= MARKED
            if Channel(name, "focus") in self._tracks:  # of no cells where all of it steps back
                ends = [[self.at(Channel(name, end, i), frames, 0.0) for i in range(3)] for end in FOCUS_ENDS]
                some = (np.array(ends[1]) > np.array(ends[0])).any(axis=0)
                found |= some & (self.at(Channel(name, "focus"), frames, 0.0) >= MARKED)
        return found

    def way(self, one: Standing, frames: np.ndarray) -> np.ndarray | None:
        """How far a thing is from home, with what carries it, (3, n) metres; None where it never moves."""
        actors = [name for name in (one.name, one.carrier) if any(self._has(name, "offset", i) for i in range(3))]
        if not actors:
            return None
        each = [[self.at(Channel(name, "offset", i), frames, 0.0) for i in range(3)] for name in actors]
        return np.asarray(np.sum(each, axis=0))

    def _size(self, one: Standing, frames: np.ndarray) -> np.ndarray | None:
        """How many times as large as at home a thing is, (n,); None where it always is as there."""
        if one.foot is None or not any(self._has(one.name, "scale", i) for i in range(2)):
            return None
        return np.max([self.at(Channel(one.name, "scale", i), frames, 1.0) for i in range(2)], axis=0)

    def _has(self, name: str, prop: str, index: int) -> bool:
        return Channel(name, prop, index) in self._tracks

    def at(self, channel: Channel, frames: np.ndarray, rest: float) -> np.ndarray:
        """Values at some frames, as if every way were even."""
        track = self._tracks.get(channel)
        if track is None:
            return np.full(len(frames), rest)
        if self._asked is not frames:
            self._asked = frames
            self._known.clear()
        key = id(track.frames), id(track.values)
        if key not in self._known:
            first = np.clip(np.searchsorted(track.frames, frames, side="right") - 1, 0, len(track.frames) - 1)
            after = np.minimum(first + 1, len(track.frames) - 1)
            span = np.maximum(track.frames[after] - track.frames[first], 1)
            share = np.clip((frames - track.frames[first]) / span, 0, 1)
            share[holds(track)[first]] = 0.0
            self._known[key] = track.values[first] + (track.values[after] - track.values[first]) * share
        return self._known[key]


def holds(track: Track) -> np.ndarray:
    """After which keys a track holds its value, (n,) bool."""
    return np.array([name == "constant" for name in track.easings], dtype=bool)


def _told(camera: dict[Channel, np.ndarray], number: int, channel: Channel) -> float:
    """What a channel of the camera is at one of the frames."""
    return float(camera[channel][number]) if channel in camera else 0.0
