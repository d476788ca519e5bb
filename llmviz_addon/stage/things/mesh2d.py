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
from mathutils.geometry import delaunay_2d_cdt, tessellate_polygon

from ...kept import kept

_ROUND = 10  # points per quarter circle
_ANGLES = [[math.radians(start + 90 * step / _ROUND) for step in range(_ROUND + 1)] for start in (-90, 0, 90, 180)]
CORNERS = np.array([[(math.cos(angle), math.sin(angle)) for angle in corner] for corner in _ANGLES])
"""Of a rectangle, from the lower right one on: a quarter of a unit circle each, (4, n, 2)."""


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
        return cls(_columns(*np.divmod(found, max(count, 1))), of.reshape(-1, 3))


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
    border = border[_lengths(points[border[:, 1]] - points[border[:, 0]]) > 1e-12]
    outward, miter = _normals(points, border)
    a, b = border.T
    bordering = np.zeros(count, dtype=bool)
    bordering[a] = bordering[b] = True
    on_border = np.flatnonzero(bordering)
    edge, outer = np.zeros((2, count), dtype=np.int64)
    edge[a] = np.arange(len(border))
    outer[on_border] = count + np.arange(len(on_border))
    band = np.concatenate([_columns(a, outer[a], outer[b]), _columns(a, outer[b], b)])
    return Flat(
        np.concatenate([points, points[on_border] + miter[on_border] * width]),
        np.concatenate([np.zeros_like(points), outward[edge[on_border]] * width]),
        np.concatenate([triangles, band]),
    )


def _normals(points: np.ndarray, border: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each edge of a border, the outward unit normal, and of each point, the way out that moves both its edges 1.

    An edge between two points at one place leads nowhere, and counts at neither.
    """
    along = points[border[:, 1]] - points[border[:, 0]]
    lengths = _lengths(along)
    along /= np.maximum(lengths, 1e-12)[:, None]
    outward = _columns(along[:, 1], -along[:, 0])
    ends, normals = border.T.ravel(), np.concatenate([outward, outward])
    counted = np.tile(lengths > 0, 2)
    sums = [np.bincount(ends, weights, minlength=len(points)) for weights in normals.T]
    # the miter: half the sum of two unit normals, divided by its squared length, has the right reach
    normal = _columns(*sums) / np.maximum(np.bincount(ends, counted, minlength=len(points)), 1)[:, None]
    return outward, normal / np.maximum((normal**2).sum(axis=1), 0.3)[:, None]


def inset(outline: np.ndarray, width: float) -> tuple[np.ndarray, np.ndarray]:
    """An outline (n, 2) counter-clockwise ``width`` further in, and at each point the unit way out, both (n, 2)."""
    number = np.arange(len(outline))
    _, miter = _normals(outline, _columns(number, np.roll(number, -1)))
    return outline - miter * width, miter / np.maximum(_lengths(miter), 1e-12)[:, None]


def _lengths(vectors: np.ndarray) -> np.ndarray:
    """Of each of (n, 2) vectors, which numpy's own norm takes longer for."""
    return np.sqrt((vectors**2).sum(axis=1))


def _columns(*columns: np.ndarray) -> np.ndarray:
    """Arrays (n,) side by side."""
    return np.array(columns).T


def shrunk(points: np.ndarray, triangles: np.ndarray, by: float, epsilon: float) -> tuple[np.ndarray, np.ndarray]:
    """A triangulated shape, counter-clockwise, with its border moved inwards; ``epsilon`` as in ``filled``."""
    border = _border(triangles, len(points))
    border = border[_lengths(points[border[:, 1]] - points[border[:, 0]]) > epsilon / 10]
    moved = points - _normals(points, border)[1] * by
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
    length = _lengths(away)
    inward = np.where(_windings(places, starts, ends) != 0, 1.0, -1.0)
    return length * inward, away * (inward / np.maximum(length, 1e-12))[:, None]


def polygon(points: Sequence[tuple[float, float]], width: float) -> Flat:
    """A filled simple polygon."""
    array = np.asarray(points, dtype=float)
    return fringed(array, filling(array), width)


def filling(array: np.ndarray) -> np.ndarray:
    """Triangles (m, 3), counter-clockwise, that fill a simple polygon (n, 2)."""
    triangles = np.array(tessellate_polygon([[(x, y, 0.0) for x, y in array]]), dtype=np.int64).reshape(-1, 3)
    corners = array[triangles]
    u, v = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    clockwise = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0] < 0
    triangles[clockwise] = triangles[clockwise][:, ::-1]
    return triangles


def rectangle(x: float, y: float, width: float, height: float, radius: float, fringe: float) -> Flat:
    """A filled rectangle from its lower-left corner, its corners rounded."""
    radius = min(radius, width / 2, height / 2)
    if radius <= 0:
        corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
        return _bar(np.array(corners, dtype=float), fringe)
    left, right, bottom, top = x + radius, x + width - radius, y + radius, y + height - radius
    centers = np.array([[right, bottom], [right, top], [left, top], [left, bottom]])
    return _fan((centers[:, None] + radius * CORNERS).reshape(-1, 2), fringe)


def _bar(corners: np.ndarray, fringe: float) -> Flat:
    """A rectangle, (4, 2) counter-clockwise, whose sides have fringes of their own: they stay straight if stretched.

    Where two sides shared the end of a fringe, the way from the outline would turn along it from one's to the
    other's, and these are of two lengths in what is stretched one way only.
    """
    number = np.arange(4)
    following = (number + 1) % 4
    outward, miter = _normals(corners, _columns(number, following))
    ends = _columns(number, following).ravel()  # of each side: where it starts, and where it ends
    start, end = 4 + 2 * number, 5 + 2 * number
    inner = np.array([[0, 1, 2], [0, 2, 3]])
    return _alike(
        ("bar", 4),
        Flat(
            np.concatenate([corners, (corners + miter * fringe)[ends]]),
            np.concatenate([np.zeros((4, 2)), outward.repeat(2, axis=0) * fringe]),
            np.concatenate([inner, _columns(number, start, end), _columns(number, end, following)]),
        ),
    )


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
    points = points[_lengths(points - np.roll(points, 1, axis=0)) > 1e-9]
    number = np.arange(len(points))
    triangles = _columns(np.zeros_like(number[2:]), number[1:-1], number[2:])
    flat = fringed(points, triangles, fringe, _columns(number, np.roll(number, -1)))
    return _alike(("fan", len(points)), flat)


def stroke(points: Sequence[tuple[float, float]], width: float, head: float, fringe: float) -> Flat:
    """A line of ``width`` through ``points`` with mitred corners, and an arrow head of length ``head``.

    Where it turns back, as at the foot of a root, there is no mitre: it goes on as a line of its own.
    """
    path = np.asarray(points, dtype=float)
    path = path[np.append(True, _lengths(path[1:] - path[:-1]) > 1e-9)]
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
        return join([_bar(ends, fringe), *parts])
    left, right = np.arange(2 * len(path)).reshape(2, -1)
    triangles = np.concatenate([_columns(right[:-1], right[1:], left[1:]), _columns(right[:-1], left[1:], left[:-1])])
    around = np.concatenate([right, left[::-1]])
    border = _columns(around, np.roll(around, -1))
    return join([fringed(np.concatenate([path + sides, path - sides]), triangles, fringe, border), *parts])


def offset_path(path: np.ndarray) -> np.ndarray:
    """Per point of a path (n, 2), the mitred offset that lies 1 to its left, (n, 2)."""
    along = path[1:] - path[:-1]
    along /= _lengths(along)[:, None]
    left = _columns(-along[:, 1], along[:, 0])
    normal = (np.concatenate([left[:1], left]) + np.concatenate([left, left[-1:]])) / 2
    return normal / np.maximum((normal**2).sum(axis=1), 0.2)[:, None]


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)
