"""Flat shapes as antialiased triangles.

Every filled outline gets a fringe: a narrow band around it that carries the way from the outline in
``edge``. The flat material lets the band fade out over one pixel, so a drawing is smooth with a
single sample per pixel, text included. Rejected: text objects with many samples, which cost eight
times the render time for the same smoothness.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from mathutils.geometry import tessellate_polygon

LIFT = 5e-4
"""Metres by which each shape lies before the one under it."""
_ROUND = 10  # points per quarter circle


@dataclass(frozen=True, eq=False)
class Flat:
    """Triangles in a plane: ``points`` (n, 2), ``edge`` (n, 2) from the outline to each, ``triangles`` (m, 3)."""

    points: np.ndarray
    edge: np.ndarray
    triangles: np.ndarray

    def moved(self, x: float, y: float, scale: float = 1.0) -> Flat:
        """The same, scaled and then moved."""
        return Flat(self.points * scale + (x, y), self.edge * scale, self.triangles)


def join(flats: Sequence[Flat]) -> Flat:
    """Several as one."""
    if not flats:
        return Flat(np.zeros((0, 2)), np.zeros((0, 2)), np.zeros((0, 3), dtype=np.int64))
    starts = np.cumsum([0] + [len(flat.points) for flat in flats[:-1]])
    return Flat(
        np.concatenate([flat.points for flat in flats]),
        np.concatenate([flat.edge for flat in flats]),
        np.concatenate([flat.triangles + start for flat, start in zip(flats, starts, strict=True)]),
    )


def fringed(points: np.ndarray, triangles: np.ndarray, width: float) -> Flat:
    """A triangulated shape, counter-clockwise, with a fringe of ``width`` metres around its border.

    Points that the shape uses more than once on its border must be given once per border.
    """
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    keys = edges[:, 0] * len(points) + edges[:, 1]
    twins = edges[:, 1] * len(points) + edges[:, 0]
    border = edges[~np.isin(keys, twins)]  # the shape lies left of each
    along = points[border[:, 1]] - points[border[:, 0]]
    length = np.linalg.norm(along, axis=1)
    border, along = border[length > 1e-12], along[length > 1e-12] / length[length > 1e-12, None]
    outward = np.stack([along[:, 1], -along[:, 0]], axis=1)
    normal = np.zeros_like(points)
    np.add.at(normal, border[:, 0], outward)
    np.add.at(normal, border[:, 1], outward)
    counts = np.zeros(len(points))
    np.add.at(counts, border.ravel(), 1)
    # the miter: half the sum of two unit normals, divided by its squared length, has the right reach
    normal = normal / np.maximum(counts, 1)[:, None]
    square = (normal**2).sum(axis=1)
    normal /= np.maximum(square, 0.3)[:, None]
    on_border = np.flatnonzero(counts)
    border_of = np.zeros(len(points), dtype=np.int64)
    border_of[border[:, 0]] = np.arange(len(border))
    outer = np.full(len(points), -1)
    outer[on_border] = len(points) + np.arange(len(on_border))
    a, b = border.T
    band = np.concatenate([np.stack([a, outer[a], outer[b]], axis=1), np.stack([a, outer[b], b], axis=1)])
    return Flat(
        np.concatenate([points, points[on_border] + normal[on_border] * width]),
        np.concatenate([np.zeros_like(points), outward[border_of[on_border]] * width]),
        np.concatenate([triangles, band]),
    )


def polygon(points: Sequence[tuple[float, float]], width: float) -> Flat:
    """A filled simple polygon."""
    array = np.asarray(points, dtype=float)
    triangles = np.array(tessellate_polygon([[(x, y, 0.0) for x, y in array]]), dtype=np.int64).reshape(-1, 3)
    corners = array[triangles]
    u, v = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    clockwise = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0] < 0
    triangles[clockwise] = triangles[clockwise][:, ::-1]
    return fringed(array, triangles, width)


def rectangle(x: float, y: float, width: float, height: float, radius: float, fringe: float) -> Flat:
    """A filled rectangle from its lower-left corner, its corners rounded."""
    radius = min(radius, width / 2, height / 2)
    if radius <= 0:
        return polygon([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], fringe)
    centers = [
        (x + width - radius, y + radius, -90),
        (x + width - radius, y + height - radius, 0),
        (x + radius, y + height - radius, 90),
        (x + radius, y + radius, 180),
    ]
    points = []
    for cx, cy, start in centers:
        for step in range(_ROUND + 1):
            angle = math.radians(start + 90 * step / _ROUND)
            points.append((cx + radius * math.cos(angle), cy + radius * math.sin(angle)))
    return _fan(np.array(points), fringe)


def disc(x: float, y: float, radius: float, fringe: float) -> Flat:
    """A filled circle."""
    angles = np.arange(4 * _ROUND) * (math.tau / (4 * _ROUND))
    return _fan(np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], axis=1), fringe)


def _fan(points: np.ndarray, fringe: float) -> Flat:
    """A convex polygon, counter-clockwise."""
    keep = np.linalg.norm(points - np.roll(points, 1, axis=0), axis=1) > 1e-9
    points = points[keep]
    n = len(points)
    triangles = np.stack([np.zeros(n - 2, dtype=np.int64), np.arange(1, n - 1), np.arange(2, n)], axis=1)
    return fringed(points, triangles, fringe)


def stroke(points: Sequence[tuple[float, float]], width: float, head: float, fringe: float) -> Flat:
    """A line of ``width`` through ``points`` with mitred corners, and an arrow head of length ``head``."""
    path = np.asarray(points, dtype=float)
    keep = np.concatenate([[True], np.linalg.norm(np.diff(path, axis=0), axis=1) > 1e-9])
    path = path[keep]
    if len(path) < 2:
        return join([])
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
    n = len(path)
    left, right = path + sides, path - sides
    i = np.arange(n - 1)
    triangles = np.concatenate([np.stack([n + i, n + i + 1, i + 1], axis=1), np.stack([n + i, i + 1, i], axis=1)])
    return join([fringed(np.concatenate([left, right]), triangles, fringe), *parts])


def offset_path(path: np.ndarray) -> np.ndarray:
    """Per point of a path (n, 2), the mitred offset that lies 1 to its left, (n, 2)."""
    along = np.diff(path, axis=0)
    along /= np.linalg.norm(along, axis=1)[:, None]
    left = np.stack([-along[:, 1], along[:, 0]], axis=1)
    normal = (np.concatenate([left[:1], left]) + np.concatenate([left, left[-1:]])) / 2
    return normal / np.maximum((normal**2).sum(axis=1), 0.2)[:, None]


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)
