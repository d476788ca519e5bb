"""Ribbons: pale bands with rounded bends and an arrow head, from one grid to another.

They use the same flat material as drawings, half transparent, as what flows must not hide what stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import bpy
import numpy as np

from ...layout.grid import Ribbon
from ..materials.flat_material import REACH
from ..materials.theme import Theme, linear
from ..ours import own
from .arrays import Arrays, joined
from .drawings import ALWAYS

FRINGE = 0.02
_APART, _LAYERS = (6e-4, 9e-4, 4e-4), 13
"""The step in metres from one ribbon to the next, in no plane that one lies in, and how many there are of these."""
_BEND = 8  # points per bend
_HEAD_WIDTH, _HEAD_LENGTH = 1.9, 0.85  # of the ribbon's width


def ribbon_object(
    ribbons: Sequence[Ribbon],
    name: str,
    material: bpy.types.Material,
    theme: Theme,
    collection: bpy.types.Collection,
    first: int = 0,
) -> bpy.types.Object:
    """One object for ribbons that always fade together; the ``first`` of them is that in the number of all."""
    bands = [apart(arrays(ribbon, theme), first + number) for number, ribbon in enumerate(ribbons)]
    mesh = joined(bands).mesh(name, material)
    obj = own(bpy.data.objects.new(name, mesh), "ribbon", name)
    obj.color = (*linear(theme.cells.positive[ribbons[0].role]), 1.0)
    obj[REACH] = ALWAYS
    obj.pass_index = 1  # of the set, and nothing that is read
    collection.objects.link(obj)
    return obj


def apart(one: Arrays, number: int) -> Arrays:
    """The same, moved by millimetres: of bands in one plane a ray would meet one, or all, at random."""
    return replace(one, points=one.points + np.array(_APART) * (number % _LAYERS))


def arrays(ribbon: Ribbon, theme: Theme, fringe: float = FRINGE) -> Arrays:
    """A ribbon as a mesh, with a fringe of that many metres."""
    points, edge, triangles = ribbon_mesh(ribbon, fringe)
    color = (*linear(theme.cells.positive[ribbon.role]), theme.ribbon_opacity)
    return Arrays(points, triangles, np.tile(np.array(color), (len(points), 1)), edge)


def ribbon_mesh(ribbon: Ribbon, fringe: float = FRINGE) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points (n, 3), the way from the outline to each (n, 3), triangles (m, 3)."""
    path = np.asarray(ribbon.path, dtype=float)
    across = np.asarray(ribbon.across, dtype=float)
    way = (path - path[0]).round(6)
    points, edge, triangles = _from_zero(way.tobytes(), across.tobytes(), ribbon.width, ribbon.head, fringe)
    return points + path[0], edge, triangles


@lru_cache(maxsize=1024)  # the layers of a model are connected alike
def _from_zero(
    way: bytes, across: bytes, width: float, head: bool, fringe: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The mesh of a ribbon that starts at the origin, on its ``way`` (n, 3)."""
    path = rounded(np.frombuffer(way).reshape(-1, 3), width * 0.75)
    aside = np.frombuffer(across)
    half = width / 2
    forward = None
    if head:
        path, forward = _behead(path, width * _HEAD_LENGTH)
    sides = _sides(path, aside / np.linalg.norm(aside))
    rows = [(half + fringe, fringe), (half, 0.0), (-half, 0.0), (-half - fringe, fringe)]
    points = np.concatenate([path + sides * reach for reach, _ in rows])
    edge = np.concatenate([sides * distance for _, distance in rows])
    triangles = _strips(len(rows), len(path))
    if forward is not None:
        more, distance, corners = _head(path[-1], forward, sides[-1], width, fringe)
        triangles = np.concatenate([triangles, corners + len(points)])
        points, edge = np.concatenate([points, more]), np.concatenate([edge, distance])
    return points, edge, triangles


@lru_cache(maxsize=64)
def _strips(rows: int, count: int) -> np.ndarray:
    """Triangles between rows of as many points, (n, 3)."""
    i = np.arange(count - 1)
    triangles = []
    for row in range(rows - 1):
        a, b = row * count + i, (row + 1) * count + i
        triangles += [np.stack([a, b, b + 1], axis=1), np.stack([a, b + 1, a + 1], axis=1)]
    return np.concatenate(triangles)


def rounded(path: np.ndarray, radius: float) -> np.ndarray:
    """A path (n, 3) with its corners replaced by arcs of at most ``radius``; each leg keeps half of itself."""
    points = [path[0]]
    for before, corner, after in zip(path[:-2], path[1:-1], path[2:], strict=True):
        back, ahead = before - corner, after - corner
        lengths = float(np.linalg.norm(back)), float(np.linalg.norm(ahead))
        reach = min(radius, lengths[0] * 0.5, lengths[1] * 0.5)
        if reach < 1e-6:
            continue
        back, ahead = back / lengths[0], ahead / lengths[1]
        if np.linalg.norm(back + ahead) < 1e-6:  # straight on
            points.append(corner)
            continue
        start, end = corner + back * reach, corner + ahead * reach
        t = np.linspace(0.0, 1.0, _BEND + 1)[:, None]
        # A rational quadratic curve is a true circular arc for right angles, and smooth for all others.
        weight = np.sqrt(max(0.0, (1 - back @ ahead) / 2))  # rounding makes it negative where a path turns back
        blend = [(1 - t) ** 2, 2 * t * (1 - t) * weight, t**2]
        points.extend((blend[0] * start + blend[1] * corner + blend[2] * end) / sum(blend))
    points.append(path[-1])
    return np.array(points)


def _behead(path: np.ndarray, length: float) -> tuple[np.ndarray, np.ndarray]:
    """Shorten the path's last leg by an arrow head of ``length``; the vector of the head is returned too."""
    lengths = np.linalg.norm(np.diff(path, axis=0), axis=1)
    length = min(length, lengths.sum() * 0.6)
    rest = length
    while rest >= lengths[-1] and len(path) > 2:
        rest -= lengths[-1]
        path, lengths = path[:-1], lengths[:-1]
    direction = (path[-1] - path[-2]) / lengths[-1]
    end = path[-1] - direction * rest
    return np.concatenate([path[:-1], end[None]]), direction * length


def _sides(path: np.ndarray, across: np.ndarray) -> np.ndarray:
    """Per point, the unit step to the band's side, kept perpendicular to the path and mitred in its bends."""
    along = np.diff(path, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1), 1e-12)[:, None]
    side = across - (along @ across)[:, None] * along
    size = np.linalg.norm(side, axis=1)
    for number in range(len(side)):
        if size[number] < 0.3:  # the path runs along ``across`` here: turn the last side with it
            before = along[number - 1] if number else np.array([0.0, 0.0, 1.0])
            normal = np.cross(before, side[number - 1] if number else np.array([0.0, 1.0, 0.0]))
            side[number] = np.cross(normal, along[number])
    side /= np.maximum(np.linalg.norm(side, axis=1), 1e-12)[:, None]
    normal = (np.concatenate([side[:1], side]) + np.concatenate([side, side[-1:]])) / 2
    return normal / np.maximum((normal**2).sum(axis=1), 0.3)[:, None]


def _head(
    base: np.ndarray, forward: np.ndarray, side: np.ndarray, width: float, fringe: float
) -> tuple[np.ndarray, ...]:
    """The arrow head as points, ways from the outline and triangles; no fringe where it joins the band."""
    side = side / np.linalg.norm(side)
    wing, band = side * (width * _HEAD_WIDTH / 2), side * (width / 2)
    outline = np.array([base - band, base - wing, base + forward, base + wing, base + band])
    back = -forward / np.linalg.norm(forward)
    slope = wing * (forward @ forward) + forward * (wing @ wing)  # perpendicular to the slanted edges
    slope = slope / np.linalg.norm(slope)
    mirrored = slope - 2 * (slope @ side) * side
    points, edges, triangles = [*outline], [np.zeros(3)] * len(outline), [(0, 1, 2), (0, 2, 4), (2, 3, 4)]
    for start, away in ((0, back), (1, mirrored), (2, slope), (3, back)):
        number = len(points)
        points += [outline[start] + away * fringe, outline[start + 1] + away * fringe]
        edges += [away * fringe] * 2
        triangles += [(start, start + 1, number + 1), (start, number + 1, number)]
    return np.array(points), np.array(edges), np.array(triangles, dtype=np.int64)
