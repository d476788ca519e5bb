"""Flat arrows: from edge to edge of two things that stand in one plane, past whatever stands between.

The layout's own ribbons belong to its places. Where grids have been moved, arrows like these take their places; see
``flow``. A chapter connects by hand what has no ribbon.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, pairwise, starmap
from operator import itemgetter
from typing import TypeAlias

import numpy as np

from ...errors import ScriptError
from ...layout.bands import flows_from
from ...layout.grid import CELL, Grid, Region
from ...layout.lettering.drawing import Drawing, Polygon, pose
from ..page.view import TAN, View
from ..telling import Telling
from .token_tiles import rise

ARROW = 0.3
"""Opacity of an arrow, about that of a ribbon."""
WIDTH = 0.18
"""Of an arrow, in metres."""
BROADEST = 0.055
"""The same in picture heights, from where the camera stands: from near it would be broader than what it tells of."""
GAP = 0.03
"""Metres that stay free at both ends of an arrow."""
LANE = 0.24
"""Metres from what an arrow goes around."""
SHORTEST = 0.06
"""An arrow that is shorter goes on into the label of its target."""
LEG = 1.6
"""How far below what it passes under an arrow goes, in its widths, so that more than its head comes up again."""
CLEAR = 0.06
"""Metres to what it goes past."""
Way: TypeAlias = list[tuple[float, float]]
"""Points of a plane, (x, z) metres."""
Box: TypeAlias = tuple[np.ndarray, np.ndarray]
"""Smallest and largest corner, each (3,) metres."""


def connect(
    telling: Telling, source: Grid | Region, target: Grid | Region, *, seconds: float | None = None,
    width: float = WIDTH,
) -> Drawing:  # fmt: skip
    """A flat arrow from where ``source`` stands now to where ``target`` does, as learned or computed."""
    seconds = telling.length(seconds)
    boxes = _box(telling, source), _box(telling, target)
    over = telling.room(target, view=telling.view)[:, 2].max() if isinstance(target, Grid) else boxes[1][1][2]
    grids = [one if isinstance(one, Grid) else one.grid for one in (source, target)]
    telling.connected.add((grids[0].name, grids[1].name))
    found = way(*boxes, float(over))
    if found is None:
        raise ScriptError("Two things that cover each other, or touch, cannot be connected by an arrow.")
    made = arrow(telling.unique("arrow"), found, str(flows_from(grids[0])), front(*boxes), width)
    return telling.show(made, seconds, ARROW)


def _box(telling: Telling, thing: Grid | Region) -> Box:
    """Where a thing stands now; a whole grid with the tokens along it."""
    if isinstance(thing, Region):
        return telling.box(thing)
    low, high = with_tokens(telling, thing)
    return low + telling.offset(thing), high + telling.offset(thing)


def with_tokens(telling: Telling, grid: Grid) -> Box:
    """What a grid covers at home with the tokens along it, but for those that are fanned out over it."""
    low, high = grid.box
    for one in () if rise(telling, grid) else telling.cast.along.get(grid.name, ()):
        points = one.points[:, [0, 2]]
        least, most = points.min(axis=0), points.max(axis=0)
        low = np.minimum(low, [least[0], low[1], least[1]])
        high = np.maximum(high, [most[0], high[1], most[1]])
    return low, high


def standing(telling: Telling, grids: Sequence[Grid]) -> Sequence[np.ndarray]:
    """What the arrows will cover, piece by piece (n, 3), that stand in for ribbons among grids as these stand now.

    It is kept: panel after panel asks for the same.
    """
    names = {grid.name: grid for grid in grids}
    stands = {grid.name: stand.name for pairs in telling.excerpts for grid, stand in pairs if stand.name in names}
    shifted = names.keys() & (telling.score.moved | {*stands.values()})
    if not shifted:
        return ()
    boxes = telling.boxes([*names.values()])
    key = (*names, *stands.items()), frozenset(shifted), boxes.tobytes()
    if key not in telling.arrows:
        telling.arrows[key] = list(_standing(telling, names.keys(), stands, shifted, boxes))
    return telling.arrows[key]


def _standing(
    telling: Telling, names: Collection[str], stands: Mapping[str, str], shifted: Collection[str], boxes: np.ndarray
) -> Iterator[np.ndarray]:  # fmt: skip
    """Those of grids by name, of which some are ``shifted``, in their ``boxes`` (n, 2, 3); some are ``stands``."""
    numbers, shifted = {name: number for number, name in enumerate(names)}, {*shifted}
    others, wires = boxes.copy(), np.zeros((0, 2, 3))
    starting = (telling.layout.ribbons_of.get(name, ()) for name in {*names, *stands})
    for _, ribbon in sorted(chain.from_iterable(starting), key=itemgetter(0)):
        ends = stands.get(ribbon.source, ribbon.source), stands.get(ribbon.target, ribbon.target)
        if not numbers.keys() >= {*ends} or shifted.isdisjoint(ends):
            continue
        own = [numbers[name] for name in ends]
        source, target = ((low, high) for low, high in boxes[own])
        if not in_plane(source, target):
            continue
        others[own] = np.nan  # nowhere: an arrow may lie on neither of its ends
        found = way(source, target, float(target[1][2]), others, wires=wires) or []
        others[own] = boxes[own]
        wires = np.concatenate([wires, *(np.array([piece]) for piece in pieces(found))])
        for start, end in pairwise(found):
            wide = WIDTH if end == found[-1] else WIDTH / 2  # its head has wings
            flat = np.concatenate([np.array([start, end]) + aside for aside in (-wide, wide)])
            yield np.column_stack([flat[:, 0], np.full(len(flat), front(source, target)), flat[:, 1]])


def in_plane(one: Box, other: Box) -> bool:
    """Whether two boxes have the middle of their depths in common: else a flat arrow leads nowhere."""
    return abs(float((one[0] + one[1] - other[0] - other[1])[1])) < CELL


def front(source: Box, target: Box) -> float:
    """Where along y an arrow lies between two boxes: at their backs, so that it never covers a cell."""
    return float(min(source[0][1], target[0][1])) + CELL


def width_from(view: View) -> float:
    """How wide an arrow is in what a camera looks at."""
    return min(WIDTH, BROADEST * TAN * view.distance)


def arrow(name: str, way: Way, color: str, y: float, width: float = WIDTH) -> Drawing:
    """The drawing of an arrow along a way, not shown yet."""
    return Drawing(name, (Polygon(tuple(_outline(way, width)), color),), pose((0.0, y, 0.0)), opacity=0.0)


def way(
    source: Box, target: Box, over: float, others: np.ndarray | Sequence[Box] = (), above: float | None = None,
    wires: np.ndarray | Sequence[Box] = (),
) -> Way | None:  # fmt: skip
    """From the edge of one box to that of another, whose label reaches up to ``over``; None where they meet.

    That of the first reaches up to ``above``, if it has one: what leaves it upwards begins there.

    Straight where the two face each other, else around one corner, or out at a side and back in, or out below and past
    all that is between: the first way that crosses none of the ``others`` (n, 2, 3) and none of the ``wires`` that are
    there, or else none of the others, or else the first.
    """
    (a_low, a_high), (b_low, b_high) = source, target
    if all(a_low[i] < b_high[i] and b_low[i] < a_high[i] for i in (0, 2)):
        return None
    others, wires = (np.asarray(some, dtype=float).reshape(-1, 2, 3) for some in (others, wires))
    found: dict[bool, Way] = {}  # the first of those that lie on another grid, and of those that do not
    for one in (one for one in _ways(source, target, over, others, above, wires) if _length(one) > CELL / 4):
        is_free = not _crosses(one, others)
        if is_free and not _crosses(one, wires):
            return one
        found.setdefault(is_free, one)
    return found.get(True, found.get(False))


def _ways(
    source: Box, target: Box, over: float, others: np.ndarray, above: float | None, wires: np.ndarray
) -> Iterator[Way]:  # fmt: skip
    (a_low, a_high), (b_low, b_high) = source, target
    left, right = max(a_low[0], b_low[0]), min(a_high[0], b_high[0])
    bottom, top = max(a_low[2], b_low[2]), min(a_high[2], b_high[2])
    down, rightward = b_high[2] <= a_low[2], a_high[0] <= b_low[0]
    leaves = a_low[2] - GAP if down else max(a_high[2], min(above or -np.inf, b_low[2] - SHORTEST)) + GAP
    into = aside = b_low[2] - GAP
    if down:  # over the label, unless that leaves no room
        into, aside = (
            max(min(over + GAP / 2, start - SHORTEST), b_high[2] + GAP / 2)
            for start in (leaves, (a_low + a_high)[2] / 2)
        )
    sides = (a_high[0] + GAP, b_low[0] - GAP) if rightward else (a_low[0] - GAP, b_high[0] + GAP)
    middles = [(low + high) / 2 for low, high in (source, target)]
    if right - left > CELL / 2:
        yield [((left + right) / 2, leaves), ((left + right) / 2, into)]
    if top - bottom > CELL / 2:
        yield [(sides[0], (top + bottom) / 2), (sides[1], (top + bottom) / 2)]
    elif right - left <= CELL / 2:
        yield [(middles[0][0], leaves), (middles[0][0], middles[1][2]), (sides[1], middles[1][2])]
        yield [(sides[0], middles[0][2]), (middles[1][0], middles[0][2]), (middles[1][0], aside)]
    within = np.concatenate([[source, target], others])
    within = within[_level(within, source, target)]
    for sign, i in ((1, 1), (-1, 0)):
        out = sign * (sign * within[:, i, 0]).max() + sign * (LANE + WIDTH)
        ends = [(one[i][0] + sign * GAP, middle[2]) for one, middle in zip((source, target), middles, strict=True)]
        if abs(ends[0][1] - ends[1][1]) > WIDTH:  # else it would turn back on itself
            yield [ends[0], (out, ends[0][1]), (out, ends[1][1]), ends[1]]
    if top - bottom > CELL / 2:
        under = within[:, 0, 2].min() - GAP - CLEAR - LEG * WIDTH
        yield [(middles[0][0], a_low[2] - GAP), *((one[0], under) for one in middles), (middles[1][0], into)]
    elif down:
        yield from _past(source, target, leaves, into, np.concatenate([others, wires]))


def _past(source: Box, target: Box, leaves: float, into: float, others: np.ndarray) -> Iterator[Way]:
    """Out below and to a side, past all that is between, and into the top of a target there or else into its side."""
    (a_low, a_high), (b_low, b_high) = source, target
    start, under = (a_low[0] + a_high[0]) / 2, leaves - CLEAR - WIDTH / 2
    between = others[(others[:, 0, 2] < under) & (others[:, 1, 2] > b_high[2])]
    first = -1 if b_low[0] + b_high[0] < 2 * start else 1
    for sign in (first, -first) if len(between) else ():
        i = (sign + 1) // 2
        lane, edge = sign * (sign * between[:, i, 0]).max() + sign * (LANE + WIDTH / 2), target[i][0]
        if sign * (lane - edge) > GAP + WIDTH:
            for share in (0.5, 0.25, 0.75):
                z, side = b_high[2] - share * (b_high[2] - b_low[2]), edge + sign * GAP
                yield [(start, leaves), (start, under), (lane, under), (lane, z), (side, z)]
        else:
            lane = float(np.clip(lane, b_low[0] + WIDTH, b_high[0] - WIDTH))
            yield [(start, leaves), (start, under), (lane, under), (lane, into)]
    middle = (b_low[0] + b_high[0]) / 2
    yield [(start, leaves), (start, under), (middle, under), (middle, into)]


def pieces(way: Way) -> Iterator[Box]:
    """What the straight pieces of an arrow along a way cover, seen from the front."""
    for (x0, z0), (x1, z1) in pairwise(way):
        low, high = np.array([min(x0, x1), 0.0, min(z0, z1)]), np.array([max(x0, x1), 0.0, max(z0, z1)])
        yield low - WIDTH / 2, high + WIDTH / 2


def _level(boxes: np.ndarray, source: Box, target: Box) -> np.ndarray:
    """Which boxes (n, 2, 3) are level with what lies from one box to another, (n,) bool."""
    top, bottom = max(source[1][2], target[1][2]), min(source[0][2], target[0][2])
    return (boxes[:, 0, 2] < top) & (boxes[:, 1, 2] > bottom)


def _crosses(way: Way, boxes: np.ndarray) -> bool:
    """Whether an arrow along a way would lie on one of the boxes (n, 2, 3)."""
    (left, _, bottom), (right, _, top) = boxes.transpose(1, 2, 0)
    for (x0, z0), (x1, z1) in pairwise(way):
        aside, along = (WIDTH / 2 + CLEAR, 0.0) if abs(z1 - z0) > abs(x1 - x0) else (0.0, WIDTH / 2 + CLEAR)
        across = (min(x0, x1) - aside < right) & (max(x0, x1) + aside > left)
        if (across & (min(z0, z1) - along < top) & (max(z0, z1) + along > bottom)).any():
            return True
    return False


def _length(way: Way) -> float:
    return sum(starmap(math.dist, pairwise(way)))


def _outline(way: Way, width: float) -> Way:
    """Outline of an arrow along a way of straight pieces, its head at the end; thinner where that has little room."""
    points = np.asarray(way)
    width = min(width, 0.8 * _length(way), 0.6 * _length(way[-2:]) if len(way) > 2 else width)
    last = points[-1] - points[-2]
    last = last / np.linalg.norm(last)
    neck = points[-1] - last * min(0.9 * width, 0.6 * float(np.linalg.norm(points[-1] - points[-2])))
    spine = [*points[:-1], neck]
    left, right = [], []
    for i, point in enumerate(spine):
        before = points[i] - points[i - 1] if i else points[1] - points[0]
        after = points[i + 1] - points[i] if i + 1 < len(points) else before
        a, b = (np.array([-d[1], d[0]]) / np.linalg.norm(d) for d in (before, after))
        normal = (a + b) / (1 + a @ b)
        left.append(point + normal * width / 2)
        right.append(point - normal * width / 2)
    wing = np.array([-last[1], last[0]]) * width
    outline = [*left, neck + wing, points[-1], neck - wing, *reversed(right)]
    return [(float(x), float(z)) for x, z in outline]
