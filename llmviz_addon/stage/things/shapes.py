"""The shapes of drawings as triangles; where things are lit with round edges, which catch light, and a soft ground."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from ...layout.lettering.drawing import (
    BELOW,
    TINTS,
    Band,
    Between,
    Disc,
    Line,
    Plane,
    Polygon,
    Rect,
    Shade,
    Shape,
    Text,
)
from . import glyphs
from .forms import CORNERS, bars, corners_of, disc, polygon, rectangle, stroke
from .mesh2d import Flat, filling, fringed, inset, join

ROUND, FIGURE, ARROW = 0.16, 0.4, 0.44
"""Width of a round edge, as a share of the shorter side of what has it; of figures and arrows, of their thickness."""
PLAIN = ("ground", "ink", "muted", "white")
"""Colours of what is no body: it has no edges to catch light."""
GLOWING = {*BELOW, *BELOW.values(), *TINTS, "plate", "card", "muted", "accent"}
"""Colours of bodies that are dark, with edges that glow, as are slabs with their dots."""
DEEP = 0.2
"""Light of the face of such a body; of all others it is 1."""
SLIM, LEADS = 0.25, 1.7
"""How much slimmer an arrow is on each side, as a share of how thick it is, and its light: a tube in which it runs."""
CARD, TROUGH, RING = 3.8, 4.5, 0.5
"""Light of a card, which is darker than all else that has edges, and of an empty bar; and width of a line around
something, which glows."""
POINTED = -0.1
"""Cosine of the turn at a corner up to which its sides stay as they are: those of an arrow's head."""
STRAIGHT = 1e-3
"""Sine of the turn from one side to the next up to which there is no corner."""
QUIET, BOARD = 1.6, 0.07
"""Light of figures, which are seen from afar, beside what glows; and how wide the edge of a board is, as ``FIGURE``."""
FADES = 6
"""Parts from the middle of a shade to where it ends."""
BESIDE, OVER, STEPS = (0.08, 0.11), (0.02, 0.06), 10
"""How far a ground ends inside its edge, and outside, beside the set and under it, in heights of the picture; and in
how many parts."""
THIN, SHEETS = 0.18, 5
"""How much of the set a sheet of the ground under words hides that stand over or under it, and how many of them there
are: the floor goes on there, and the lens, for which none of them is there, blurs what is behind them."""
SMOOTHED, BENT = 2, -0.6
"""How often the bends of a figure are cut, and the cosine between its sides at a point from which on that is a corner.
"""
THROUGH = 0.6
"""How much of what is behind it the ground under a name on the set hides."""
Piece = tuple[Flat, str, float]
"""Triangles, their colour, and how light that is."""


def all_pieces(shapes: Sequence[tuple[int, Shape]], fringe: float, lit: bool) -> Iterator[list[Piece]]:
    """The pieces of each of some shapes of a drawing, told with their numbers; plain rectangles, of which a map of a
    deep model has hundreds, are made at once."""
    plain = {number: shape for number, shape in shapes if isinstance(shape, Rect) and not (lit or shape.radius)}
    corners = corners_of(*((one.x, one.y, one.width, one.height) for one in plain.values()))
    flats = dict(zip(plain, bars(corners, fringe) if plain else (), strict=True))
    for number, shape in shapes:
        is_plain = number in plain
        yield [(flats[number], plain[number].color, 1.0)] if is_plain else pieces(shape, fringe, lit, not number)


def pieces(shape: Shape, fringe: float, lit: bool, is_under: bool = False) -> list[Piece]:
    """A shape, with fringes of that many metres; whether it ``is_under`` all others of its drawing."""
    light = 1.0
    if lit and isinstance(shape, Rect | Band | Disc) and shape.color not in PLAIN:
        return [(_body(shape, fringe), shape.color, _empty(shape))]
    match shape:
        case Shade(points, color, dark):
            return [(_shade(points, dark), color, light)] if lit else []
        case Plane(points, _, falls) if lit:
            return [(_figure(points, fringe, BOARD), "ink", falls)]
        case Polygon(points, color) if lit and not isinstance(shape, Between):
            if color in BELOW:
                return [(_figure(points, fringe, ARROW, SLIM), color, LEADS)]
            return [(_figure(points, fringe, FIGURE), color, QUIET)]
        case Rect() if lit and _is_page(shape):
            sheets = 1 if shape.height >= 1.0 else SHEETS
            return [(_soft(shape, fringe), shape.color, light)] * sheets
        case Rect(x, y, width, height, color, radius):
            flat = rectangle(x, y, width, height, radius, fringe)
            if lit and is_under and color == "ground" and radius > 0:  # of a name: a card's has no round corners
                flat = replace(flat, cover=np.full(len(flat.points), THROUGH))
            return [(flat, color, light)]
        case Line(points, width, color, head):
            width = width * RING if lit and not head and points[0] == points[-1] else width
            return [(stroke(points, width, head, fringe), color, light)]
        case Polygon(points, color):
            return [(polygon(points, fringe), color, DEEP if lit else light)]
        case Disc(x, y, radius, color):
            return [(disc(x, y, radius, fringe), color, light)]
        case Text():
            return [(flat, color, light) for flat, color in glyphs.placed(shape)]
    return []


def _empty(shape: Rect | Band | Disc) -> float:
    """Light of a card, whose corners are round, and of what is to be filled; of all else it is 1."""
    if not isinstance(shape, Rect) or shape.color not in ("card", "plate"):
        return 1.0
    return TROUGH if not shape.radius else CARD if shape.color == "card" else 1.0


def face(color: str) -> float:
    """How bright the face of a body of this colour is; its edges glow the more, the darker that is."""
    return DEEP if color in GLOWING else 1.0


def _is_page(rect: Rect) -> bool:
    """Whether it is the ground under words, which reaches to the picture's lower left corner."""
    return rect.color == "ground" and rect.y == -0.5 and rect.radius == 0


def _soft(rect: Rect, fringe: float) -> Flat:
    """A page's ground, soft where it ends in the picture: at its right if it is as high as that, else at its top."""
    share = np.linspace(0.0, 1.0, STEPS + 1)
    right, top = rect.x + rect.width, rect.y + rect.height
    inside, outside = BESIDE if rect.height >= 1.0 else OVER
    at = share * (inside + outside) - inside
    if rect.height >= 1.0:
        whole = rectangle(rect.x, rect.y, rect.width - inside, rect.height, 0.0, fringe)
        ends = [(right + at, np.full_like(share, end)) for end in (rect.y, top)]
    else:
        whole = rectangle(rect.x, rect.y, rect.width, rect.height - inside, 0.0, fringe)
        ends = [(np.full_like(share, end), top + at) for end in (right, rect.x)]
    flat = _strip([np.column_stack(end) for end in ends])
    alpha = 1.0 - share * share * (3.0 - 2.0 * share)
    thin = 1.0 if rect.height >= 1.0 else THIN
    whole = replace(whole, cover=np.full(len(whole.points), thin))
    return join([whole, Flat(flat.points, flat.edge, flat.triangles, cover=thin * np.tile(alpha, 2))])


def _shade(points: Sequence[tuple[float, float]], dark: float) -> Flat:
    """What is darkest around its middle and ends softly at its outline."""
    outline = np.asarray((*points, points[0]), dtype=float)
    middle, share = outline[:-1].mean(axis=0), np.linspace(0.0, 1.0, FADES + 1)
    flat = _strip([middle + (outline - middle) * at for at in share])
    cover = dark * (1.0 - share * share * (3.0 - 2.0 * share))
    return Flat(flat.points, flat.edge, flat.triangles, cover=np.repeat(cover, len(outline)))


def _body(shape: Rect | Band | Disc, fringe: float) -> Flat:
    """A shape with the ways that its surface leans at each point."""
    if isinstance(shape, Band):
        left, right = np.array(shape.left, dtype=float), np.array(shape.right, dtype=float)
        across = right - left
        across /= np.maximum(np.linalg.norm(across, axis=1), 1e-9)[:, None]
        lean = np.array([-1.0, -0.6, 0.0, 0.6, 1.0])
        rows = [left + (right - left) * (at + 1) / 2 for at in lean]
        return _leaning(_strip(rows), np.concatenate([across * at for at in lean]), fringe)
    if isinstance(shape, Disc):
        around = CORNERS.reshape(-1, 2)
        outer, inner = (np.array([shape.x, shape.y]) + shape.radius * share * around for share in (1.0, 1 - 2 * ROUND))
        return _domed(outer, inner, around, fringe)
    wide = ROUND * min(shape.width, shape.height)
    radius = min(max(shape.radius, 0.4 * wide), shape.width / 2, shape.height / 2)
    rings: list[np.ndarray] = []
    for off, arc in ((radius, radius), (max(radius, wide), max(radius - wide, 0.0))):
        low, high = np.array([shape.x, shape.y]) + off, np.array([shape.x + shape.width, shape.y + shape.height]) - off
        centers = np.array([(high[0], low[1]), high, (low[0], high[1]), low])
        rings.append((centers[:, None] + arc * CORNERS).reshape(-1, 2))
    return _domed(rings[0], rings[1], CORNERS.reshape(-1, 2), fringe)


def _figure(points: Sequence[tuple[float, float]], fringe: float, share: float, slim: float = 0.0) -> Flat:
    """A polygon whose edge leans outwards, as wide as a ``share`` of how thick it is: of a bar, half its width.

    It is ``slim`` by another such share.
    """
    outline = _smooth(np.asarray(points, dtype=float))
    following = np.roll(outline, -1, axis=0)
    area = (outline[:, 0] * following[:, 1] - outline[:, 1] * following[:, 0]).sum() / 2
    outline = outline if area > 0 else outline[::-1]
    thick = 2 * abs(area) / np.linalg.norm(following - outline, axis=1).sum()
    if slim:
        outline, thick = _slimmer(outline, slim * thick), (1 - 2 * slim) * thick
    inner, outward = inset(outline, share * thick)
    n = len(outline)
    i = np.arange(n)
    j = (i + 1) % n
    ring = np.concatenate([np.column_stack([i, j, n + j]), np.column_stack([i, n + j, n + i])])
    flat = Flat(np.concatenate([outline, inner]), np.zeros((2 * n, 2)), np.concatenate([ring, n + filling(inner)]))
    return _leaning(flat, np.concatenate([outward, np.zeros_like(outward)]), fringe, np.column_stack([i, j]))


def _slimmer(outline: np.ndarray, by: float) -> np.ndarray:
    """An outline (n, 2) counter-clockwise further in, but for sides at what is pointed: an arrow's head stays."""
    along = np.roll(outline, -1, axis=0) - outline
    along /= np.linalg.norm(along, axis=1)[:, None]
    before = np.roll(along, 1, axis=0)
    sine = before[:, 0] * along[:, 1] - before[:, 1] * along[:, 0]
    pointed = ((before * along).sum(axis=1) < POINTED) & (sine > 0)
    off = np.where(pointed | np.roll(pointed, -1), 0.0, by)  # of the side from each corner to the next
    across = np.column_stack([-along[:, 1], along[:, 0]]) * off[:, None]
    bent = abs(sine) > STRAIGHT
    meet = (along * np.roll(off, 1)[:, None] - before * off[:, None]) / np.where(bent, sine, 1.0)[:, None]
    return np.asarray(outline + np.where(bent[:, None], meet, across))


def _smooth(outline: np.ndarray) -> np.ndarray:
    """An outline (n, 2) that bends where it was bent a little; corners stay."""
    for _ in range(SMOOTHED):
        before, after = np.roll(outline, 1, axis=0) - outline, np.roll(outline, -1, axis=0) - outline
        lengths = np.maximum(np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1), 1e-12)
        bends = (before * after).sum(axis=1) / lengths < BENT
        cut = np.stack([outline + before / 4, outline + after / 4], axis=1)
        kept = np.where(bends[:, None, None], cut, outline[:, None])
        outline = kept[np.column_stack([np.ones_like(bends), bends])]
    return outline


def _domed(outer: np.ndarray, inner: np.ndarray, around: np.ndarray, fringe: float) -> Flat:
    """A convex outline (n, 2) counter-clockwise, a flat top within it, and between them what leans ``around``."""
    n = len(outer)
    i = np.arange(n)
    j = (i + 1) % n
    ring = np.concatenate([np.column_stack([i, j, n + j]), np.column_stack([i, n + j, n + i])])
    top = np.column_stack([np.full(n - 2, n), n + i[1:-1], n + i[2:]])
    flat = Flat(np.concatenate([outer, inner]), np.zeros((2 * n, 2)), np.concatenate([ring, top]))
    return _leaning(flat, np.concatenate([around, np.zeros_like(around)]), fringe, np.column_stack([i, j]))


def _strip(rows: list[np.ndarray]) -> Flat:
    """Between rows (n, 2) side by side, each of as many points."""
    n, i = len(rows[0]), np.arange(len(rows[0]) - 1)
    triangles = []
    for row in range(len(rows) - 1):
        a, b = row * n + i, (row + 1) * n + i
        triangles += [np.column_stack([a, b, b + 1]), np.column_stack([a, b + 1, a + 1])]
    points = np.concatenate(rows)
    found = np.concatenate(triangles)
    corners = points[found]
    u, v = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    if (u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]).sum() < 0:
        found = found[:, ::-1]
    return Flat(points, np.zeros_like(points), found)


def _leaning(flat: Flat, lean: np.ndarray, fringe: float, border: np.ndarray | None = None) -> Flat:
    """The same with a fringe, which leans as what it is the fringe of."""
    whole = fringed(flat.points, flat.triangles, fringe, border)
    added = whole.edge[len(lean) :]
    outside = whole.points[len(lean) :]
    nearest = ((outside[:, None] - flat.points) ** 2).sum(axis=2).argmin(axis=1)
    assert len(added) == len(outside)
    leans = np.concatenate([lean, lean[nearest]])
    return Flat(whole.points, whole.edge, whole.triangles, lean=leans)
