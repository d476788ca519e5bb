"""Where the floor of a lit theme lies, frame by frame: under what is seen, so that it is mirrored wherever we are.

It glides as the picture changes, and is never above what it is to carry; where the camera cuts it is there at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from ...layout.grid import Grid, Ribbon
from ...layout.lettering.drawing import Drawing
from ...screenplay.page import pose
from ...screenplay.score.timeline import CAMERA, Channel, Timeline, Track

FLOOR = Channel("floor", "offset", 2)
STEP = 0.5
"""Seconds between two looks."""
GLIDES = 2
"""Looks before and after one over which the floor's way is evened out, and which it must not be above."""
SEEN = 0.02
"""Opacity from which on a thing counts."""


@dataclass(frozen=True, eq=False)
class Standing:
    """A thing of the set: its corners at home, (3,) metres each, how solid it is at rest, and what carries it along.

    It shows as ``parts``, too; ``foot`` is the point from which it is stretched.
    """

    name: str
    low: np.ndarray
    high: np.ndarray
    rest: float
    carrier: str = ""
    parts: tuple[str, ...] = ()
    foot: np.ndarray | None = None


def standing(
    grids: Iterable[Grid], made: Iterable[Grid], ribbons: Iterable[Ribbon], signs: Iterable[Drawing], timeline: Timeline
) -> list[Standing]:
    """All that stands in the world: grids, those that are ``made`` by chapters, ribbons, and what is written there."""
    parts: dict[str, list[str]] = {}
    for piece in timeline.fragments:
        parts.setdefault(piece.grid, []).append(piece.name)
    found: list[Standing] = []
    for some, rest in ((grids, 1.0), (made, 0.0)):
        found += [Standing(one.name, *one.box, rest, parts=tuple(parts.get(one.name, ()))) for one in some]
    found += [Standing(ribbon.name, ribbon.path.min(axis=0), ribbon.path.max(axis=0), 1.0) for ribbon in ribbons]
    for drawings, rest in ((signs, 1.0), (timeline.drawings, 0.0)):
        for drawing in drawings:
            if drawing.parent != "camera" and len(points := drawing.points):
                carrier = "" if drawing.parent == "world" else drawing.parent
                low, high = points.min(axis=0), points.max(axis=0)
                found.append(Standing(drawing.name, low, high, rest, carrier, foot=drawing.pose[:3, 3]))
    return found


def footing(things: Sequence[Standing], timeline: Timeline) -> Track | None:
    """How high what is seen begins, in metres, all through a film; None where there is no camera or nothing seen."""
    film = _Film(things, timeline)
    takes = film.takes(timeline.frames) if film.camera else []
    step = max(1, round(STEP * timeline.fps))
    looks = [np.unique(np.append(np.arange(start, stop, step), stop)) for start, stop in takes]
    low = film.lowest(np.concatenate(looks)) if looks else np.zeros(0)
    if not np.isfinite(low).any():
        return None
    low = _filled(low)
    keys: list[tuple[int, float, str]] = []
    for frames, heights in zip(looks, np.split(low, np.cumsum([len(one) for one in looks])[:-1]), strict=True):
        ways = ["linear"] * (len(frames) - 1) + ["constant"]
        keys += zip(frames.tolist(), _evened(heights).tolist(), ways, strict=True)
    ends = (0, len(keys) - 1)
    kept = [key for at, key in enumerate(keys) if at in ends or len({keys[at + off][1] for off in (-1, 0, 1)}) > 1]
    places, values, easings = zip(*kept, strict=True)
    return Track(FLOOR, np.array(places, dtype=np.float64), np.array(values, dtype=np.float64), tuple(easings))


def _filled(low: np.ndarray) -> np.ndarray:
    """Where nothing is seen it is as before, and before all as it will be."""
    known = np.flatnonzero(np.isfinite(low))
    before = np.searchsorted(known, np.arange(len(low)), side="right") - 1
    return np.asarray(low[known[np.maximum(before, 0)]])


def _evened(low: np.ndarray) -> np.ndarray:
    """Gliding from one height to the next, and nowhere above them: the mean of what is lowest around, (n,)."""
    around = np.lib.stride_tricks.sliding_window_view(np.pad(low, GLIDES, mode="edge"), 2 * GLIDES + 1).min(axis=1)
    weights = np.hanning(2 * GLIDES + 3)[1:-1]
    evened = np.convolve(np.pad(around, GLIDES, mode="edge"), weights / weights.sum(), mode="valid")
    return np.asarray(np.minimum(evened.round(3), low))


class _Film:
    """What is seen at some frames: boxes of things, and poses of the camera."""

    def __init__(self, things: Sequence[Standing], timeline: Timeline) -> None:
        self._things, self._half = things, timeline.size[0] / timeline.size[1] / 2
        self._tracks = {track.channel: track for track in timeline.tracks}
        self._known: dict[tuple[int, int], np.ndarray] = {}
        self.camera = [channel for channel in self._tracks if channel.actor == CAMERA]

    def takes(self, frames: int) -> list[tuple[int, int]]:
        """First and last frames between the camera's cuts."""
        cuts = {1}
        for channel in self.camera:
            track = self._tracks[channel]
            jumps = _holds(track)[:-1] & (np.diff(track.values) != 0)
            cuts.update(track.frames[1:][jumps].astype(int).tolist())
        starts = sorted(cut for cut in cuts if 1 <= cut <= frames)
        return [(start, stop - 1) for start, stop in zip(starts, [*starts[1:], frames + 1], strict=True)]

    def lowest(self, frames: np.ndarray) -> np.ndarray:
        """The lowest edge of what is seen at each of some frames, (n,) metres; NaN where nothing is."""
        self._known.clear()
        solid = np.array([self._solid(one, frames) >= SEEN for one in self._things]).reshape(-1, len(frames))
        lows, highs = (np.array([getattr(one, end) for one in self._things]).reshape(-1, 3) for end in ("low", "high"))
        moved = {n: way for n, one in enumerate(self._things) if (way := self._way(one, frames)) is not None}
        larger = {n: size for n, one in enumerate(self._things) if (size := self._size(one, frames)) is not None}
        camera = {channel: self._at(channel, frames, 0.0) for channel in self.camera}
        found = np.full(len(frames), np.nan)
        for number in range(len(frames)):
            now = np.flatnonzero(solid[:, number])
            if not len(now):
                continue
            low, high = lows[now], highs[now]
            for place, n in enumerate(now.tolist()):
                foot = self._things[n].foot
                if n in larger and foot is not None:
                    size = larger[n][number]
                    low[place], high[place] = (foot + size * (end[place] - foot) for end in (low, high))
                if n in moved:
                    low[place], high[place] = low[place] + moved[n][:, number], high[place] + moved[n][:, number]
            view = pose.seen(partial(_told, camera, number))
            across, up, depth = view.boxes(low, high)
            seen = (depth.max(axis=0) > 0) & (across.max(axis=0) > -self._half) & (across.min(axis=0) < self._half)
            seen &= (up.min(axis=0) < 0.5) & (up.max(axis=0) > -0.5)
            if seen.any():
                found[number] = low[seen, 2].min()
        return found

    def _solid(self, one: Standing, frames: np.ndarray) -> np.ndarray:
        """How solid a thing is, or the most solid of its parts."""
        whole = self._at(Channel(one.name, "opacity"), frames, one.rest)
        for part in one.parts:
            whole = np.maximum(whole, self._at(Channel(part, "opacity"), frames, 0.0))
        return whole

    def _way(self, one: Standing, frames: np.ndarray) -> np.ndarray | None:
        """How far a thing is from home, with what carries it, (3, n) metres; None where it never moves."""
        actors = [name for name in (one.name, one.carrier) if any(self._has(name, "offset", i) for i in range(3))]
        if not actors:
            return None
        each = [[self._at(Channel(name, "offset", i), frames, 0.0) for i in range(3)] for name in actors]
        return np.asarray(np.sum(each, axis=0))

    def _size(self, one: Standing, frames: np.ndarray) -> np.ndarray | None:
        """How many times as large as at home a thing is, (n,); None where it always is as there."""
        if one.foot is None or not any(self._has(one.name, "scale", i) for i in range(2)):
            return None
        return np.max([self._at(Channel(one.name, "scale", i), frames, 1.0) for i in range(2)], axis=0)

    def _has(self, name: str, prop: str, index: int) -> bool:
        return Channel(name, prop, index) in self._tracks

    def _at(self, channel: Channel, frames: np.ndarray, rest: float) -> np.ndarray:
        """Values at some frames, as if every way were even."""
        track = self._tracks.get(channel)
        if track is None:
            return np.full(len(frames), rest)
        key = id(track.frames), id(track.values)
        if key not in self._known:
            first = np.clip(np.searchsorted(track.frames, frames, side="right") - 1, 0, len(track.frames) - 1)
            after = np.minimum(first + 1, len(track.frames) - 1)
            span = np.maximum(track.frames[after] - track.frames[first], 1)
            share = np.clip((frames - track.frames[first]) / span, 0, 1)
            share[_holds(track)[first]] = 0.0
            self._known[key] = track.values[first] + (track.values[after] - track.values[first]) * share
        return self._known[key]


def _holds(track: Track) -> np.ndarray:
    """After which keys a track holds its value, (n,) bool."""
    return np.array([name == "constant" for name in track.easings], dtype=bool)


def _told(camera: dict[Channel, np.ndarray], number: int, channel: Channel) -> float:
    """What a channel of the camera is at one of the frames."""
    return float(camera[channel][number]) if channel in camera else 0.0
