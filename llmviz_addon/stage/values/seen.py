"""Which rows of which tensors a film sees from so near that single cells can be told apart.

The camera and what hides what are keyframes, so this is known before anything is rendered: from every pose
rays go out, and what they meet first is seen. Rejected: keeping whatever is near, seen or not. Of the
matrices of 144 heads that stand behind each other in GPT-2, one is seen.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from operator import is_

import numpy as np

from ...layout.grid import CELL, Grid, boxes
from ...screenplay.page import pose
from ...screenplay.page.view import TAN, View
from ...screenplay.score import channels
from ...screenplay.score.channels import Kind
from ...screenplay.score.easing import ease
from ...screenplay.score.timeline import CAMERA, Channel, Track

DOT_PIXELS = 2.0
"""Pixels of the smallest cell that counts: with fewer, a dot melts into its surroundings."""
RAYS = 32
"""From the lower to the upper edge of the picture."""
BETWEEN = 3
"""Poses between two keys of the camera."""
APART = 5
"""Frames between two poses: what is seen for less counts for nothing."""
CLOSE = 64
"""Rows between two ranges of one tensor that are taken as one."""
TURNED = channels.named(turns=True)
COMES_OR_MOVES = channels.named(hides=True) | channels.named(changes=channels.Changes.PLACE)


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows ``first`` up to and without ``stop``, along the first axis of what is drawn of a tensor.

    ``name`` is of what shows them: the grid, or a fragment of it.
    """

    name: str
    grid: Grid
    first: int
    stop: int


Seen = dict[int, tuple[float, int, int]]
"""By number of every grid that is seen from near, its depth, and its rows from … to."""


@dataclass(frozen=True, eq=False)
class _Known:
    """What was worked out of some grids: which are near a pose, and what is seen where these are solid and stand so."""

    grids: tuple[Grid, ...]
    near: dict[Hashable, np.ndarray] = field(default_factory=dict)
    seen: dict[Hashable, Seen] = field(default_factory=dict)


_last: list[_Known] = []
MOST_KNOWN = 20_000
"""Poses, and as many looks: of another film on the same set most are the same."""


def _known_of(grids: Sequence[Grid]) -> _Known:
    """What is known of these very grids."""
    last = _last[0] if _last else _Known(())
    if len(grids) != len(last.grids) or not all(map(is_, grids, last.grids)) or len(last.seen) > MOST_KNOWN:
        last = _Known(tuple(grids))
    _last[:] = [last]
    return last


def seen_rows(grids: Sequence[Grid], tracks: Iterable[Track], size: tuple[int, int]) -> list[Rows]:
    """What the camera sees of ``grids`` from near in a film of pictures of ``size``, the nearest first."""
    film = _Film(grids, {track.channel: track for track in tracks}, size)
    found: dict[int, list[tuple[float, int, int]]] = {}
    before: tuple[int, Seen] = (0, {})
    for frame in film.frames():
        now = film.seen(frame)
        for number, (depth, first, stop) in now.items():
            if number in before[1] and film.passes(before[0], frame):  # and sees what lies between
                _, left, right = before[1][number]
                first, stop = min(first, left), max(stop, right)
            found.setdefault(number, []).append((depth, first, stop))
        before = frame, now
    rows = [
        (depth, Rows(grids[n].name, grids[n], a, b)) for n, ranges in found.items() for depth, a, b in _joined(ranges)
    ]
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


class _Film:
    """The boxes of grids, and the rays of a picture, frame by frame."""

    def __init__(self, grids: Sequence[Grid], tracks: dict[Channel, Track], size: tuple[int, int]) -> None:
        self._grids, self._tracks = grids, tracks
        self._low, self._high = boxes(grids).transpose(1, 0, 2)
        self._reach = CELL * size[1] / (TAN * DOT_PIXELS)
        turned = {channel.actor for channel in tracks if channel.prop in TURNED}
        self._known = np.array([grid.name not in turned for grid in grids])
        self._fades = [tracks.get(Channel(grid.name, "opacity")) for grid in grids]
        self._moved = {channel.actor for channel in tracks if channel.prop == "offset"}
        self._views: dict[int, View] = {}
        self._before, self._size = _known_of(grids), size
        x, y = np.meshgrid(np.linspace(-0.5, 0.5, round(RAYS * size[0] / size[1])) * size[0] / size[1],
                           np.linspace(-0.5, 0.5, RAYS))  # fmt: skip
        self._picture = np.stack([x.ravel(), y.ravel()], axis=1)

    def frames(self) -> list[int]:
        """At which frames to look: at keys of the camera and between them, and where grids come, go or move."""
        keys = {int(f) for channel, track in self._tracks.items() if channel.actor == CAMERA for f in track.frames}
        turns = sorted(keys)
        for start, end in zip(turns, turns[1:], strict=False):
            keys.update(np.linspace(start, end, BETWEEN + 2).astype(int).tolist())
        names = {grid.name for grid in self._grids}
        for channel, track in self._tracks.items():
            if channel.actor in names and channel.prop in COMES_OR_MOVES:
                keys.update(track.frames.astype(int).tolist())
        chosen: list[int] = []
        for frame in sorted(keys) if turns else ():
            if not chosen or frame - chosen[-1] >= APART:
                chosen.append(frame)
        return chosen

    def passes(self, start: int, end: int) -> bool:
        """Whether the camera moves from one frame to the other, and does not only jump."""
        here, middle, there = (self._view(frame).position for frame in (start, (start + end) // 2, end))
        return not (np.array_equal(here, middle) or np.array_equal(middle, there))

    def seen(self, frame: int) -> Seen:
        """What is seen from near."""
        view = self._view(frame)
        pose: Hashable = (*view.target.tolist(), view.azimuth, view.elevation, view.distance, *view.shift, self._size)
        near = self._before.near.get(pose)
        if near is None:
            away = np.maximum(np.maximum(self._low - view.position, view.position - self._high), 0)
            near = self._before.near[pose] = np.flatnonzero((away**2).sum(axis=1) < self._reach**2)
        near = near[self._known[near]]
        opacity = self._opacity(near.tolist(), frame)
        near, opacity = near[opacity > 0], opacity[opacity > 0]
        if not len(near):
            return {}
        moved = np.zeros((len(near), 3))
        for row, name in enumerate(self._grids[n].name for n in near):
            if name in self._moved:
                moved[row] = [self._value(Channel(name, "offset", i), frame) for i in range(3)]
        key = pose, blake2b(near.tobytes() + opacity.tobytes() + moved.tobytes(), digest_size=16).digest()
        if key not in self._before.seen:
            self._before.seen[key] = self._looked(view, near, opacity, moved)
        return self._before.seen[key]

    def _looked(self, view: View, near: np.ndarray, opacity: np.ndarray, moved: np.ndarray) -> Seen:
        """The same, worked out: of grids that are ``near``, so solid, and so far from home."""
        low, high = self._low[near] + moved, self._high[near] + moved
        right, up, forward = view.basis
        plane = (self._picture + view.shift) * TAN
        rays = forward + plane[:, :1] * right + plane[:, 1:] * up  # (rays, 3), one metre deep
        depth = _depths(view.position, rays, low, high)
        hidden = depth > np.where(opacity[:, None] >= 1, depth, np.inf).min(axis=0) + CELL / 10
        depth[hidden | (depth > self._reach)] = np.inf
        found = {}
        for n in np.flatnonzero(np.isfinite(depth).any(axis=1)):
            hit = np.isfinite(depth[n])
            points = view.position + rays[hit] * depth[n][hit, None]
            first, stop = _rows(self._grids[near[n]], points, low[n], high[n], depth[n][hit])
            found[int(near[n])] = (float(depth[n][hit].min()), first, stop)
        return found

    def _opacity(self, near: Sequence[int], frame: int) -> np.ndarray:
        """How solid grids are, (n,); of those that always fade alike, which share their keys, it is worked out once."""
        known: dict[int, float] = {}
        found = []
        for track in (self._fades[n] for n in near):
            keys = id(track and track.values)
            if keys not in known:
                known[keys] = _at(track, frame) if track else channels.row(Kind.GRID, "opacity").rest or 0.0
            found.append(known[keys])
        return np.array(found)

    def _view(self, frame: int) -> View:
        if frame not in self._views:
            self._views[frame] = pose.seen(lambda channel: self._value(channel, frame, Kind.CAMERA))
        return self._views[frame]

    def _value(self, channel: Channel, frame: int, kind: Kind = Kind.GRID) -> float:
        track = self._tracks.get(channel)
        return _at(track, frame) if track else channels.row(kind, channel.prop).rest or 0.0


def _at(track: Track, frame: int) -> float:
    """What a track is at in a frame."""
    at = int(track.frames.searchsorted(frame, side="right")) - 1
    if at < 0 or at == len(track.frames) - 1:
        return float(track.values[max(at, 0)])
    start, end = track.frames[at : at + 2]
    low, high = track.values[at : at + 2]
    return float(low + (high - low) * ease(track.easings[at], (frame - start) / (end - start)))


def _depths(eye: np.ndarray, rays: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """How deep each ray (r, 3) meets each box (n, 3) from outside, (n, r); infinity where it does not."""
    inverse = 1.0 / np.where(np.abs(rays) < 1e-12, 1e-12, rays).T
    ends = (low - eye)[..., None] * inverse, (high - eye)[..., None] * inverse  # (n, 3, r)
    enters, leaves = np.minimum(*ends).max(axis=1), np.maximum(*ends).min(axis=1)
    return np.where((enters <= leaves) & (enters > 0), enters, np.inf)


def _rows(grid: Grid, points: np.ndarray, low: np.ndarray, high: np.ndarray, depth: np.ndarray) -> tuple[int, int]:
    """The rows at ``points``, and as many on both sides as may lie between two rays."""
    axis = grid.axes[0]
    along = "xyz".index(axis.direction)
    at = (high[2] - points[:, 2] if along == 2 else points[:, along] - low[along]) / CELL
    margin = 2 + depth * (TAN / RAYS / CELL)
    return max(0, int((at - margin).min())), min(axis.cells, int((at + margin).max()) + 1)


def _joined(ranges: list[tuple[float, int, int]]) -> list[tuple[float, int, int]]:
    """Ranges (depth, first, stop) with those that overlap or nearly do made one."""
    joined: list[tuple[float, int, int]] = []
    for depth, first, stop in sorted(ranges, key=lambda item: item[1]):
        if joined and first <= joined[-1][2] + CLOSE:
            before = joined.pop()
            joined.append((min(depth, before[0]), before[1], max(stop, before[2])))
        else:
            joined.append((depth, first, stop))
    return joined
