"""Plain flat shapes: polygons, rectangles, bars, discs and strokes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from .mesh2d import Flat, Sides, columns, filling, fringed, join, lengths, miters

_ROUND = 10  # points per quarter circle
_ANGLES = [[math.radians(start + 90 * step / _ROUND) for step in range(_ROUND + 1)] for start in (-90, 0, 90, 180)]
CORNERS = np.array([[(math.cos(angle), math.sin(angle)) for angle in corner] for corner in _ANGLES])
"""Of a rectangle, from the lower right one on: a quarter of a unit circle each, (4, n, 2)."""


def polygon(points: Sequence[tuple[float, float]], width: float) -> Flat:
    """A filled simple polygon."""
    array = np.asarray(points, dtype=float)
    return fringed(array, filling(array), width)


def rectangle(x: float, y: float, width: float, height: float, radius: float, fringe: float) -> Flat:
    """A filled rectangle from its lower-left corner, its corners rounded."""
    radius = min(radius, width / 2, height / 2)
    if radius <= 0:
        return bars(corners_of((x, y, width, height)), fringe)[0]
    left, right, bottom, top = x + radius, x + width - radius, y + radius, y + height - radius
    centers = np.array([[right, bottom], [right, top], [left, top], [left, bottom]])
    return _fan((centers[:, None] + radius * CORNERS).reshape(-1, 2), fringe)


def corners_of(*rects: tuple[float, float, float, float]) -> np.ndarray:
    """The corners of rectangles that are told as x, y, width and height, (n, 4, 2) counter-clockwise."""
    each = (((x, y), (x + wide, y), (x + wide, y + high), (x, y + high)) for x, y, wide, high in rects)
    return np.array([*each], dtype=float).reshape(-1, 4, 2)


def bars(corners: np.ndarray, fringe: float) -> list[Flat]:
    """Rectangles, (n, 4, 2) counter-clockwise, whose sides have fringes of their own: they stay straight if stretched.

    Where two sides shared the end of a fringe, the way from the outline would turn along it from one's to the
    other's, and these are of two lengths in what is stretched one way only.
    """
    number = np.arange(4)
    following = (number + 1) % 4
    ends = columns(number, following)  # of each side: where it starts, and where it ends
    border = (ends + 4 * np.arange(len(corners))[:, None, None]).reshape(-1, 2)
    outward, miter = (one.reshape(-1, 4, 2) for one in miters(corners.reshape(-1, 2), border))
    start, end = 4 + 2 * number, 5 + 2 * number
    inner = np.array([[0, 1, 2], [0, 2, 3]])
    triangles = np.concatenate([inner, columns(number, start, end), columns(number, end, following)])
    points = np.concatenate([corners, (corners + miter * fringe)[:, ends.ravel()]], axis=1)
    edges = np.concatenate([np.zeros_like(corners), outward.repeat(2, axis=1) * fringe], axis=1)
    return [_alike(("bar", 4), Flat(*both, triangles)) for both in zip(points, edges, strict=True)]


_ALIKE: dict[tuple[str, int], Sides] = {}
"""The sides of a kind of shape, by how many corners it has: they follow from that."""


def _alike(kind: tuple[str, int], flat: Flat) -> Flat:
    """The same shape, its sides those that all of its kind have."""
    if kind not in _ALIKE:
        _ALIKE[kind] = flat.sides
    return Flat(flat.points, flat.edge, flat.triangles, _ALIKE[kind])


def disc(x: float, y: float, radius: float, fringe: float) -> Flat:
    """A filled circle."""
    angles = np.arange(4 * _ROUND) * (math.tau / (4 * _ROUND))
    return _fan(np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], axis=1), fringe)


def _fan(points: np.ndarray, fringe: float) -> Flat:
    """A convex polygon, counter-clockwise."""
    points = points[lengths(points - np.roll(points, 1, axis=0)) > 1e-9]
    number = np.arange(len(points))
    triangles = columns(np.zeros_like(number[2:]), number[1:-1], number[2:])
    flat = fringed(points, triangles, fringe, columns(number, np.roll(number, -1)))
    return _alike(("fan", len(points)), flat)


def stroke(points: Sequence[tuple[float, float]], width: float, head: float, fringe: float) -> Flat:
    """A line of ``width`` through ``points`` with mitred corners, and an arrow head of length ``head``.

    Where it turns back, as at the foot of a root, there is no mitre: it goes on as a line of its own.
    """
    path = np.asarray(points, dtype=float)
    path = path[np.append(True, lengths(path[1:] - path[:-1]) > 1e-9)]
    if len(path) < 2:
        return join([])
    ways = path[1:] - path[:-1]
    back = np.flatnonzero((ways[1:] * ways[:-1]).sum(axis=1) < -1e-9) + 1
    if len(back):
        turn = back[0]
        until = np.concatenate([path[:turn], path[turn : turn + 1] + _unit(ways[turn - 1]) * width / 2])
        return join([stroke(until.tolist(), width, 0.0, fringe), stroke(path[turn:].tolist(), width, head, fringe)])
    parts = []
    if head > 0:
        tip, direction = path[-1], _unit(path[-1] - path[-2])
        side = np.array([-direction[1], direction[0]]) * head * 0.45
        back = tip - direction * head
        parts.append(polygon([tuple(tip), tuple(back + side), tuple(back - side)], fringe))
        reach = np.linalg.norm(path[-1] - path[-2])
        path = path.copy()
        path[-1] = tip - direction * min(head * 0.9, reach * 0.98)
    sides = offset_path(path) * (width / 2)
    if len(path) == 2:
        ends = path[[0, 1, 1, 0]] + sides[[0, 1, 1, 0]] * [[-1], [-1], [1], [1]]
        return join([*bars(ends[None], fringe), *parts])
    left, right = np.arange(2 * len(path)).reshape(2, -1)
    triangles = np.concatenate([columns(right[:-1], right[1:], left[1:]), columns(right[:-1], left[1:], left[:-1])])
    around = np.concatenate([right, left[::-1]])
    border = columns(around, np.roll(around, -1))
    return join([fringed(np.concatenate([path + sides, path - sides]), triangles, fringe, border), *parts])


def offset_path(path: np.ndarray) -> np.ndarray:
    """Per point of a path (n, 2), the mitred offset that lies 1 to its left, (n, 2)."""
    along = path[1:] - path[:-1]
    along /= lengths(along)[:, None]
    left = columns(-along[:, 1], along[:, 0])
    normal = (np.concatenate([left[:1], left]) + np.concatenate([left, left[-1:]])) / 2
    return normal / np.maximum((normal**2).sum(axis=1), 0.2)[:, None]


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)
