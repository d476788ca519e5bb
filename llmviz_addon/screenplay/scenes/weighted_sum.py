"""A weighted sum in full: vectors fan out before the column that they make, each meets its weight and takes it on as
brightness, + stands between them, they merge into one behind =, or ≈ where the numbers as shown do not add up.

Weights, products and their sum then stand side by side, row by row level with each other, to be compared until the
beat is over. Then the sum can be seen going where it belongs, see ``going_home``.

A vector that has taken on its weight is a grid of its own with the true products, drawn with the
gain of the vectors: a small weight leaves it pale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...errors import ScriptError
from ...language import phrase
from ...layout.grid import CELL, Grid, Region
from ...layout.lettering.drawing import Drawing, Rect, Text, pose
from ...layout.lettering.font import CAP_HEIGHT, fit
from ...layout.rules.formula import Dot, Operand
from ...layout.signs.tiles import tile, wide
from ...rounding import in_cell, relation, written_shares
from ..score.timeline import Channel
from ..telling import Telling
from ..verbs import camera
from ..verbs.arranging import sign
from ..verbs.copies import copy, flat, fly, make
from ..verbs.dismissing import dismiss
from ..verbs.fading import fade
from ..verbs.reading import tint_at, token_text

VECTORS = 8
"""Vectors shown at most: those with the largest weights."""
HIGH = 1.6
"""Metres up to which vectors are as high that all that is written around them has the size told here; else larger."""
NARROW, WIDE = 0.24, 0.6
"""Metres from vector to vector, as the page has room."""
OVER = 0.24
"""Metres from a vector's top up to that of its weight, on which its number comes to lie."""
ABOVE, BELOW = 0.06, 0.3
"""Room over the weights, and under the vectors for their tokens, in metres."""
TILE = 1.5 * CELL
"""Height of a token's tile under its vector."""
BROAD, BROADEST = 0.66, 2.2
"""Of the way from vector to vector, how broad one is, for its numbers to be read; and in cells at most."""


@dataclass(frozen=True, eq=False)
class Summed:
    """A weighted sum that is up: of which column, and where that stands, with its tile and its other signs.

    ``terms`` are the columns that it is the sum of, with all that is written at them.
    """

    result: Region
    column: Grid
    tile: Drawing
    signs: tuple[Drawing, ...]
    terms: tuple[Grid | Drawing, ...]
    area: np.ndarray  # that all of it covers, points (n, 3) metres
    pitch: float  # from column to column, in metres
    broad: float  # a column, in cells


def weighted_sum(telling: Telling, result: Region, *, seconds: float = 9.0, home: bool = True) -> Summed:
    """Tell how a column such as ``head.output[t]`` comes from vectors and their weights; from then on it is known,
    unless it has yet to be brought ``home``.

    The vectors fan out before the grid that they make, and their products stay there, with the column that these make
    behind =, until the beat is over; all three grids step aside. What is returned can be brought home.
    """
    seconds = telling.length(seconds)
    weights, vectors = _sources(telling, result)
    shares = np.asarray(telling.values(weights.grid)[weights.index], dtype=np.float64).ravel()
    kept = sorted(np.argsort(-shares, kind="stable")[:VECTORS].tolist())
    dismiss(telling)
    low, high = telling.box(result.grid)
    y, top, bottom = low[1] - CELL, float(high[2]), float(high[2] - vectors.grid.size[2])
    unit = max(1.0, vectors.grid.size[2] / HIGH)
    pitch = _pitch(telling, vectors.grid, len(kept), unit)
    *xs, behind = (float(low[0]) + (i - len(kept) - 1) * pitch for i in range(len(kept) + 1))
    ends = xs[0] + CELL / 2 - pitch / 2, behind + CELL / 2 + pitch / 2
    fan = np.array([(x, y, z) for x in ends for z in (top + unit * (OVER + ABOVE), bottom - unit * BELOW)])

    columns = [copy(telling, vectors.grid[_first(vectors) + j]) for j in kept]
    cells = [copy(telling, _nth(weights, j)) for j in kept]
    flat(telling, *columns, *cells)
    broad = float(np.clip(BROAD * pitch / CELL, 1.0, BROADEST))
    aside = (broad - 1) / 2 * CELL
    with telling.together(seconds=0.28 * seconds):
        for grid, x in zip(columns, xs, strict=True):
            fly(telling, grid, (x - aside, y, top))
            telling.change(grid.name, "scale", broad, 0.28 * seconds, 0)
        for grid, x in zip(cells, xs, strict=True):
            fly(telling, grid, (x, y, top + unit * (OVER - CELL / 2) + CELL / 2))
        fade(telling, vectors.grid, weights.grid, result.grid, to=0, seconds=0.08 * seconds)
        camera.frame(telling, fan, azimuth=270 + 0.3 * (telling.view.azimuth - 270), elevation=1)
    telling.pass_time(0.07 * seconds)
    signs, along = _signs(telling, xs, y, (bottom, top), shares, kept, pitch, unit, 0.05 * seconds)
    telling.pass_time(0.08 * seconds)
    scaled = _take_on(telling, columns, cells, shares, kept, signs, broad, 0.2 * seconds)
    with telling.together(seconds=0.05 * seconds):
        middle, equals = (top + bottom) / 2, _equals(telling, result, scaled)
        for x in (*xs[1:], behind):
            text = equals if x > xs[-1] else "+"
            along.append(sign(telling, text, (x + CELL / 2 - pitch / 2, y, middle), size=0.1 * unit))
        title, at = phrase(result.grid.title), (behind + CELL / 2, y, top + unit * (OVER - CELL / 2))
        named = sign(telling, title, at, size=fit(title, 0.12 * unit, 0.86 * pitch), color="muted")
        own = _tile(telling, result.ranges[0][0], (behind + CELL / 2, y), bottom, pitch, unit)
    telling.pass_time(0.07 * seconds)
    whole = _merge(telling, result, scaled, (behind - aside, y, top), broad, 0.2 * seconds)
    if home:
        telling.splits.show(result, telling.now)
    telling.pictures += telling.cast.names(columns, cells, scaled, whole, signs, along, named, own)
    *along, equal = along
    return Summed(result, whole, own, (equal, named), (*scaled, *signs[1::2], *along), fan, pitch, broad)


def _pitch(telling: Telling, grid: Grid, count: int, unit: float) -> float:
    """How far apart so many vectors and their sum stand, so that all of it is as large as its height allows."""
    free = telling.page.free
    high = (grid.size[2] + unit * (OVER + ABOVE + BELOW)) / free.height  # metres that are a picture height there
    return float(np.clip(high * free.width / (count + 1), unit * NARROW, unit * WIDE))


def _sources(telling: Telling, result: Region) -> tuple[Region, Region]:
    """The weights (k,) and the vectors (k, A) of a column; raises ScriptError where there are none."""
    grid = result.grid
    time = result.ranges[0]
    if grid.rule is None or len(grid.axes) != 2 or time[1] != time[0] + 1 or result.ranges[1] != (0, grid.shape[1]):
        raise ScriptError(f"{result!r} is not one column; weighted_sum explains one.")
    if grid.shape[0] != telling.layout.n_tokens:
        raise ScriptError(f"{result!r} belongs to no token; weighted_sum explains a column of one.")
    index = (time[0], 0)
    formula = grid.rule.at(index).formula
    match formula:
        case Dot(Operand(first), Operand(second)):
            regions = telling.sources(grid, index)
            weights, cells = regions[first], regions[second]
            if len(weights.grid.axes) == len(cells.grid.axes) == 2 and cells.ranges[1] == (0, 1):
                return weights, cells.grid[slice(*cells.ranges[0])]
    raise ScriptError(f"{result!r} is not a weighted sum of vectors.")


def _equals(telling: Telling, result: Region, terms: list[Grid]) -> str:
    """``=``, or ``≈`` where in any row the numbers, as cells show them, do not add up."""
    sums = np.ravel(result.drawn(telling.values(result.grid))).tolist()
    rows = np.column_stack([np.ravel(telling.values(term)) for term in terms]).tolist()
    signs = {relation(in_cell(total), [in_cell(part) for part in row]) for total, row in zip(sums, rows, strict=True)}
    return "=" if signs == {"="} else "≈"


def _first(vectors: Region) -> int:
    return vectors.ranges[0][0]


def _nth(weights: Region, j: int) -> Region:
    """Cell ``j`` of a row."""
    return weights.grid[weights.ranges[0][0], weights.ranges[1][0] + j]


def _signs(
    telling: Telling, xs: list[float], y: float, ends: tuple[float, float], shares: np.ndarray, kept: list[int],
    pitch: float, unit: float, seconds: float,
) -> tuple[list[Drawing], list[Drawing]]:  # fmt: skip
    """A × under each weight and its number on it; and the tokens' tiles, and how many are left out."""
    made, tiles, figures = [], [], written_shares(shares)
    low, top = ends
    size = min(fit(figures[j], 0.12 * unit, 0.88 * pitch) for j in kept)
    with telling.together(seconds=seconds):
        for x, j in zip(xs, kept, strict=True):
            at = x + CELL / 2, y - CELL / 5, top + unit * (OVER - CELL / 2)
            made.append(sign(telling, "×", (x + CELL / 2, y, top + unit * (OVER - CELL) / 2), size=0.1 * unit))
            made.append(_plate(telling, figures[j], at, size, pitch))
        for x, j in zip(xs, kept, strict=True):
            tiles.append(_tile(telling, j, (x + CELL / 2, y), low, pitch, unit))
        if len(kept) < len(shares):
            tied = np.delete(shares, kept).max() == shares[kept].min()
            more = "and {} more that weigh no more" if tied else "and {} more that weigh less"
            words = phrase(more, len(shares) - len(kept))
            at = (xs[0] - pitch / 2, y, low - unit * (BELOW + 0.04))
            tiles.append(sign(telling, words, at, size=min(0.11 * unit, pitch / 3), color="muted", align="left"))
    return made, tiles


def _plate(telling: Telling, text: str, at: tuple[float, float, float], size: float, pitch: float) -> Drawing:
    """A number on the cell of its weight."""
    width, high = 0.96 * pitch, max(1.3 * size, 1.1 * CELL)
    shapes = (
        Rect(-width / 2, -high / 2, width, high, "plate", 0.02),
        Text(0, -CAP_HEIGHT * size / 2, ((text, "ink"),), size, "center"),
    )
    return telling.show(Drawing(telling.unique("sign"), shapes, pose(at), opacity=0.0))


def _tile(telling: Telling, t: int, at: tuple[float, float], low: float, pitch: float, unit: float) -> Drawing:
    """The tile of a token under its vector, which ends ``low``."""
    text, tall = token_text(telling, t), TILE * unit
    shapes = tile(tint_at(telling, t), text, (0.0, 0.0), min(wide(text, tall), 0.92 * pitch), tall)
    where = pose((*at, low - 0.06 * unit - tall / 2))
    return telling.show(Drawing(telling.unique("sign"), tuple(shapes), where, opacity=0.0))


def _take_on(
    telling: Telling, columns: list[Grid], cells: list[Grid], shares: np.ndarray, kept: list[int], signs: list[Drawing],
    broad: float, seconds: float,
) -> list[Grid]:  # fmt: skip
    """Every weight sinks into its vector, which becomes their product; what it was stays written over it."""
    scaled = []
    with telling.together(seconds=seconds):
        for column, cell, j in zip(columns, cells, kept, strict=True):
            x, y, z = stands(telling, column)
            values = telling.values(column) * shares[j]
            grid = make(telling, values, column.axes, (x, y - 0.02, z), column.role, column.kind, seconds=seconds)
            scaled.append(grid)
            flat(telling, grid)
            telling.score.set(Channel(grid.name, "scale", 0), broad, telling.now)
            with telling.in_sequence():
                fly(telling, cell, (x + (broad - 1) / 2 * CELL, y - 0.04, z), seconds=0.6 * seconds)
                telling.change(cell.name, "opacity", 0.0, 0.4 * seconds)
                telling.pass_time(0.4 * seconds)
                telling.change(column.name, "opacity", 0.0)
        fade(telling, *signs[::2], to=0, seconds=0.4 * seconds)
    return scaled


def stands(telling: Telling, grid: Grid) -> tuple[float, float, float]:
    """The left-front-top corner of a grid now."""
    x, y, z = np.array(grid.origin) + telling.offset(grid)
    return float(x), float(y), float(z)


def _merge(
    telling: Telling, result: Region, scaled: list[Grid], corner: tuple[float, float, float], broad: float,
    seconds: float,
) -> Grid:  # fmt: skip
    """Copies of the products slide into one another and become the sum."""
    values = np.squeeze(result.drawn(telling.values(result.grid)), 0)
    x, y, z = corner
    whole = make(telling, values, scaled[0].axes, (x, y - 0.04, z), result.grid.role, result.grid.kind, shown=False)
    sliding = [make(telling, telling.values(one), one.axes, stands(telling, one), one.role, one.kind) for one in scaled]
    flat(telling, whole, *sliding)
    for one in (whole, *sliding):
        telling.score.set(Channel(one.name, "scale", 0), broad, telling.now)
    with telling.together(seconds=seconds):
        for i, one in enumerate(sliding):
            fly(telling, one, (x, y - 0.022 - 0.002 * i, z))
    telling.change(whole.name, "opacity", 1.0, 0.25 * seconds)
    telling.pass_time(0.25 * seconds)
    fade(telling, *sliding, to=0, seconds=0.0)
    return whole
