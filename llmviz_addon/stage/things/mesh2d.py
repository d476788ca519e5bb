"""Flat shapes as antialiased triangles: what they are filled with, and what is around them.

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
from mathutils.geometry import delaunay_2d_cdt, tessellate_polygon

from ...kept import kept


@dataclass(frozen=True, eq=False)
class Sides:
    """The sides of triangles: ``ends`` (k, 2), points, each side once; ``of`` (m, 3), which of them a triangle has.

    Blender would find them itself, but takes longer for that than for all else that a mesh needs.
    """

    ends: np.ndarray
    of: np.ndarray

    @classmethod
    def between(cls, triangles: np.ndarray, count: int) -> Sides:
        """Those of ``triangles`` between so many points."""
        following = triangles[:, [1, 2, 0]]
        keys = np.minimum(triangles, following) * count + np.maximum(triangles, following)
        found, of = np.unique(keys.ravel(), return_inverse=True)
        return cls(columns(*np.divmod(found, max(count, 1))), of.reshape(-1, 3))


@dataclass(frozen=True, eq=False)
class Flat:
    """Triangles in a plane: ``points`` (n, 2), ``edge`` (n, 2) from the outline to each, ``triangles`` (m, 3).

    ``lean`` (n, 2) is how far a surface leans at each, and ``cover`` (n,) how much it hides, where these are told.
    """

    points: np.ndarray
    edge: np.ndarray
    triangles: np.ndarray
    known_sides: Sides | None = None
    lean: np.ndarray | None = None
    cover: np.ndarray | None = None

    @kept
    def sides(self) -> Sides:
        """The sides of the triangles."""
        return self.known_sides or Sides.between(self.triangles, len(self.points))

    def moved(self, x: float, y: float, scale: float = 1.0) -> Flat:
        """The same, scaled and then moved."""
        return Flat(self.points * scale + (x, y), self.edge * scale, self.triangles, self.sides)

    def tidied(self) -> Flat:
        """The same with equal points made one, and those that no triangle uses left out."""
        keys = np.round(np.hstack([self.points, self.edge]), 7)[self.triangles.ravel()]
        _, first, number = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        used = self.triangles.ravel()[first]
        return Flat(self.points[used], self.edge[used], number.reshape(-1, 3))


def join(flats: Sequence[Flat]) -> Flat:
    """Several as one."""
    if not flats:
        return Flat(np.zeros((0, 2)), np.zeros((0, 2)), np.zeros((0, 3), dtype=np.int64))
    return Flat(
        np.concatenate([flat.points for flat in flats]),
        np.concatenate([flat.edge for flat in flats]),
        numbered([flat.triangles for flat in flats], [len(flat.points) for flat in flats]),
        lean=_told([(flat.lean, np.zeros_like(flat.points)) for flat in flats]),
        cover=_told([(flat.cover, np.ones(len(flat.points))) for flat in flats]),
    )


def _told(parts: Sequence[tuple[np.ndarray | None, np.ndarray]]) -> np.ndarray | None:
    """What is told of any of some parts, of the others what it is without a word; None where it is told of none."""
    if all(told is None for told, _ in parts):
        return None
    return np.concatenate([usual if told is None else told for told, usual in parts])


def join_sides(sides: Sequence[Sides], points: Sequence[int]) -> Sides:
    """The sides of several that are joined, each of so many ``points``."""
    of = numbered([one.of for one in sides], [len(one.ends) for one in sides])
    return Sides(numbered([one.ends for one in sides], points), of)


def numbered(lists: Sequence[np.ndarray], counts: Sequence[int]) -> np.ndarray:
    """Numbers of members, of each list so many as ``counts`` says, as numbers among all of them."""
    starts = np.cumsum([0, *counts[:-1]])
    return np.concatenate([numbers + start for numbers, start in zip(lists, starts, strict=True)])


def fringed(points: np.ndarray, triangles: np.ndarray, width: float, border: np.ndarray | None = None) -> Flat:
    """A triangulated shape, counter-clockwise, with a fringe of ``width`` metres around its border.

    Points that the shape uses more than once on its border must be given once per border. Where the ``border`` is
    known, edges (n, 2) with the shape at their left, it need not be looked for.
    """
    count = len(points)
    border = _border(triangles, count) if border is None else border
    border = border[lengths(points[border[:, 1]] - points[border[:, 0]]) > 1e-12]
    outward, miter = miters(points, border)
    a, b = border.T
    bordering = np.zeros(count, dtype=bool)
    bordering[a] = bordering[b] = True
    on_border = np.flatnonzero(bordering)
    edge, outer = np.zeros((2, count), dtype=np.int64)
    edge[a] = np.arange(len(border))
    outer[on_border] = count + np.arange(len(on_border))
    band = np.concatenate([columns(a, outer[a], outer[b]), columns(a, outer[b], b)])
    return Flat(
        np.concatenate([points, points[on_border] + miter[on_border] * width]),
        np.concatenate([np.zeros_like(points), outward[edge[on_border]] * width]),
        np.concatenate([triangles, band]),
    )


def miters(points: np.ndarray, border: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each edge of a border, the outward unit normal, and of each point, the way out that moves both its edges 1.

    An edge between two points at one place leads nowhere, and counts at neither.
    """
    along = points[border[:, 1]] - points[border[:, 0]]
    far = lengths(along)
    along /= np.maximum(far, 1e-12)[:, None]
    outward = columns(along[:, 1], -along[:, 0])
    ends, normals = border.T.ravel(), np.concatenate([outward, outward])
    counted = np.tile(far > 0, 2)
    sums = [np.bincount(ends, weights, minlength=len(points)) for weights in normals.T]
    # the miter: half the sum of two unit normals, divided by its squared length, has the right reach
    normal = columns(*sums) / np.maximum(np.bincount(ends, counted, minlength=len(points)), 1)[:, None]
    return outward, normal / np.maximum((normal**2).sum(axis=1), 0.3)[:, None]


def inset(outline: np.ndarray, width: float) -> tuple[np.ndarray, np.ndarray]:
    """An outline (n, 2) counter-clockwise ``width`` further in, and at each point the unit way out, both (n, 2)."""
    number = np.arange(len(outline))
    _, miter = miters(outline, columns(number, np.roll(number, -1)))
    return outline - miter * width, miter / np.maximum(lengths(miter), 1e-12)[:, None]


def lengths(vectors: np.ndarray) -> np.ndarray:
    """Of each of (n, 2) vectors, which numpy's own norm takes longer for."""
    return np.sqrt((vectors**2).sum(axis=1))


def columns(*arrays: np.ndarray) -> np.ndarray:
    """Arrays (n,) side by side."""
    return np.array(arrays).T


def shrunk(points: np.ndarray, triangles: np.ndarray, by: float, epsilon: float) -> tuple[np.ndarray, np.ndarray]:
    """A triangulated shape, counter-clockwise, with its border moved inwards; ``epsilon`` as in ``filled``."""
    border = _border(triangles, len(points))
    border = border[lengths(points[border[:, 1]] - points[border[:, 0]]) > epsilon / 10]
    moved = points - miters(points, border)[1] * by
    corners, triangles = _delaunay(moved, border, epsilon)
    inside = _windings(corners[triangles].mean(axis=1), moved[border[:, 0]], moved[border[:, 1]]) > 0
    return corners, triangles[inside]


def untangled(flat: Flat, epsilon: float) -> Flat:
    """The same shape, its fringe laid out anew so that it covers nothing twice, nor what is filled.

    Fringes fold where outlines bend sharply or come near each other. That does not show while all is
    opaque, but as dark spots as soon as it fades. Ways from the outline keep their lengths only.
    ``epsilon`` as in ``filled``.
    """
    band = flat.triangles[flat.edge.any(axis=1)[flat.triangles].any(axis=1)]
    ink = flat.triangles[~flat.edge.any(axis=1)[flat.triangles].any(axis=1)]
    border = flat.points[_border(ink, len(flat.points))]  # (n, 2 ends, 2)
    lines = np.unique(np.sort(_edges(band), axis=1), axis=0)
    points, triangles = _delaunay(flat.points, lines, epsilon)
    middles = points[triangles].mean(axis=1)
    inside = _windings(middles, border[:, 0], border[:, 1]) != 0
    corners = flat.points[band]
    left = np.stack([_left(middles, corners[:, i], corners[:, i - 2]) for i in range(3)])
    fringe = triangles[~inside & (left.all(axis=0) | ~left.any(axis=0)).any(axis=1)]
    points, fringe = _raised(points, fringe, border, epsilon)
    away = np.linalg.norm(points - _nearest(points, border[:, 0], border[:, 1]), axis=1)
    # all ways point in one direction: those from both sides of a gap would cancel out between them
    way = np.where(away < epsilon, 0.0, away * math.sqrt(0.5))[:, None].repeat(2, axis=1)
    return join([Flat(flat.points, np.zeros_like(flat.points), ink), Flat(points, way, fringe)]).tidied()


def _raised(
    points: np.ndarray, triangles: np.ndarray, border: np.ndarray, epsilon: float
) -> tuple[np.ndarray, np.ndarray]:
    """Split triangles that span a gap from border to border, or the gap would look filled."""
    away = np.linalg.norm(points - _nearest(points, border[:, 0], border[:, 1]), axis=1)
    spans = (away[triangles] < epsilon).all(axis=1)
    a, b, c = triangles[spans].T
    middle = len(points) + np.arange(len(a))
    split = [np.stack(corners, axis=1) for corners in ((a, b, middle), (b, c, middle), (c, a, middle))]
    return np.concatenate([points, points[triangles[spans]].mean(axis=1)]), np.concatenate([triangles[~spans], *split])


def _delaunay(points: np.ndarray, edges: np.ndarray, epsilon: float) -> tuple[np.ndarray, np.ndarray]:
    """Triangles, counter-clockwise, between all points, with these edges among theirs."""
    corners, _, triangles, *_ = delaunay_2d_cdt(points.tolist(), edges.tolist(), [], 0, epsilon, False)
    return np.array([c[:] for c in corners]).reshape(-1, 2), np.array(triangles, dtype=np.int64).reshape(-1, 3)


def _edges(triangles: np.ndarray) -> np.ndarray:
    return np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])


def _border(triangles: np.ndarray, count: int) -> np.ndarray:
    """Edges that only one of the triangles has; the shape lies left of each."""
    edges = _edges(triangles)
    return edges[~np.isin(edges[:, 0] * count + edges[:, 1], edges[:, 1] * count + edges[:, 0])]


def _left(places: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Whether each place lies left of each edge, (m, n)."""
    (x, y), (ax, ay), (bx, by) = places.T[:, :, None], starts.T, ends.T
    return (bx - ax) * (y - ay) - (x - ax) * (by - ay) > 0


def _nearest(places: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """The point of the edges that is nearest to each place, (m, 2)."""
    along = ends - starts
    share = ((places[:, None] - starts) * along).sum(axis=2) / (along**2).sum(axis=1)
    feet = starts + along * np.clip(share, 0.0, 1.0)[..., None]
    first = np.linalg.norm(places[:, None] - feet, axis=2).argmin(axis=1)
    return feet[np.arange(len(places)), first]


def filled(points: np.ndarray, edges: np.ndarray, epsilon: float) -> tuple[np.ndarray, np.ndarray]:
    """Triangles, counter-clockwise, of all that closed outlines go around.

    Outlines may cross and overlap, as the letters of variable fonts do, and run either way: what has a
    winding number other than 0 is inside. Blender's own fill makes holes of overlaps, and loses parts.

    Parameters
    ----------
    points, edges
        (n, 2), and (n, 2) from point to point along the outlines.
    epsilon
        Metres below which two points are one.
    """
    corners, triangles = _delaunay(points, edges, epsilon)
    inside = _windings(corners[triangles].mean(axis=1), points[edges[:, 0]], points[edges[:, 1]]) != 0
    return corners, triangles[inside]


def _windings(places: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """How often the outlines go around each place, (m,)."""
    y, ay, by = places[:, 1:], starts[:, 1], ends[:, 1]
    left = _left(places, starts, ends)
    upward, downward = (ay <= y) & (y < by), (by <= y) & (y < ay)
    return (upward & left).sum(axis=1) - (downward & ~left).sum(axis=1)


def distances(flat: Flat, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far inside a shape each place (n, 2) is, below 0 outside; and which way that grows, (n, 2) of length 1.

    The shape is what is filled: its fringe does not count.
    """
    ink = flat.triangles[~flat.edge.any(axis=1)[flat.triangles].any(axis=1)]
    border = _border(ink, len(flat.points))
    starts, ends = flat.points[border[:, 0]], flat.points[border[:, 1]]
    away = places - _nearest(places, starts, ends)
    length = lengths(away)
    inward = np.where(_windings(places, starts, ends) != 0, 1.0, -1.0)
    return length * inward, away * (inward / np.maximum(length, 1e-12))[:, None]


def filling(array: np.ndarray) -> np.ndarray:
    """Triangles (m, 3), counter-clockwise, that fill a simple polygon (n, 2)."""
    triangles = np.array(tessellate_polygon([[(x, y, 0.0) for x, y in array]]), dtype=np.int64).reshape(-1, 3)
    corners = array[triangles]
    u, v = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    clockwise = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0] < 0
    triangles[clockwise] = triangles[clockwise][:, ::-1]
    return triangles
