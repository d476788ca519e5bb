"""A weighted sum in full: vectors fan out, each meets its weight and takes it on as brightness, + stands
between them, they merge into one behind =, and a copy of that flies home.

Vectors, weights and their sum then stand side by side, to be compared, until the beat is over.

A vector that has taken on its weight is a grid of its own with the true products, drawn with the
gain of the vectors: a small weight leaves it pale.
"""

from __future__ import annotations

import numpy as np

from ...errors import ScriptError
from ...layout.grid import CELL, Grid, Region
from ...layout.lettering.drawing import Drawing
from ...layout.lettering.font import fit
from ...layout.rules.formula import Dot, Operand
from ...rounding import number, parts_of_all
from ..telling import Telling
from ..verbs import camera
from ..verbs.arranging import sign
from ..verbs.copies import copy, fly, land, make
from ..verbs.fading import fade
from ..verbs.reading import token_text

VECTORS = 8
"""Vectors shown at most: those with the largest weights."""
PITCH = 0.46
OVER = 0.34  # metres from a vector's top up to its weight


def weighted_sum(telling: Telling, result: Region, *, seconds: float = 9.0) -> None:
    """Tell how a column such as ``head.output[t]`` comes from vectors and their weights, and let it fly home.

    The vectors fan out to the right of their grid, and stay there until the beat is over; the camera comes near while
    weights and vectors meet.
    """
    seconds = telling.length(seconds)
    weights, vectors = _sources(telling, result)
    shares = np.asarray(telling.values(weights.grid)[weights.index], dtype=np.float64).ravel()
    kept = sorted(np.argsort(-shares, kind="stable")[:VECTORS].tolist())
    telling.dismiss()
    low, high = telling.box(vectors)
    y = low[1] - CELL
    x0 = telling.box(vectors.grid)[1][0] + PITCH
    *xs, end = [x0 + i * PITCH for i in range(len(kept) + 1)]
    fan = np.array([(x, y, z) for x in (xs[0] - 0.25, end + 0.35) for z in (high[2] + OVER + 0.3, low[2] - 0.25)])
    camera.frame(telling, vectors.grid, weights.grid, result.grid, fan, seconds=0.1 * seconds)

    columns = [copy(telling, vectors.grid[_first(vectors) + j]) for j in kept]
    with telling.together(seconds=0.13 * seconds):
        for grid, x in zip(columns, xs, strict=True):
            fly(telling, grid, (x, y, high[2]))
    cells = [copy(telling, _nth(weights, j)) for j in kept]
    with telling.together(seconds=0.14 * seconds):
        for grid, x in zip(cells, xs, strict=True):
            fly(telling, grid, (x, y, high[2] + OVER))
        camera.frame(telling, fan)
        fade(telling, vectors.grid, to=0)
    signs = _signs(telling, xs, y, (low[2], high[2]), shares, kept, 0.05 * seconds)
    telling.pass_time(0.08 * seconds)
    scaled = _take_on(telling, columns, cells, shares, kept, signs, 0.16 * seconds)
    with telling.together(seconds=0.05 * seconds):
        middle = float(low[2] + high[2]) / 2
        for x in (*xs[1:], end):
            signs.append(sign(telling, "=" if x == end else "+", (x + CELL / 2 - PITCH / 2, y, middle)))
    telling.pass_time(0.05 * seconds)
    whole = _merge(telling, result, scaled, (end, y, float(high[2])), 0.1 * seconds)
    with telling.together(seconds=0.12 * seconds):
        for grid, x in zip(cells, xs, strict=True):
            fly(telling, grid, (x, y, high[2] + OVER), seconds=0)
        fade(telling, vectors.grid, *columns, *cells, *signs, to=1)
        camera.frame(telling, vectors.grid, weights.grid, result.grid, fan)
        land(telling, copy(telling, whole), result)
    telling.pictures += telling.cast.names(columns, cells, signs, whole)


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


def _first(vectors: Region) -> int:
    return vectors.ranges[0][0]


def _nth(weights: Region, j: int) -> Region:
    """Cell ``j`` of a row."""
    return weights.grid[weights.ranges[0][0], weights.ranges[1][0] + j]


def _signs(
    telling: Telling, xs: list[float], y: float, ends: tuple[float, float], shares: np.ndarray, kept: list[int],
    seconds: float,
) -> list[Drawing]:  # fmt: skip
    """A × under each weight and its number above it, then the tokens' texts and how many are left out."""
    made, figures = [], parts_of_all(shares)
    low, top = ends
    with telling.together(seconds=seconds):
        for x, j in zip(xs, kept, strict=True):
            made.append(sign(telling, "×", (x + CELL / 2, y, top + (OVER - CELL) / 2), size=0.14))
            made.append(sign(telling, number(figures[j], most=4), (x + CELL / 2, y, top + OVER + 0.1), size=0.13))
        for x, j in zip(xs, kept, strict=True):
            name = token_text(telling, j)
            made.append(sign(telling, name, (x + CELL / 2, y, low - 0.13), size=fit(name, 0.13, PITCH), color="muted"))
        if len(kept) < len(shares):
            tied = np.delete(shares, kept).max() == shares[kept].min()
            words = f"and {len(shares) - len(kept)} more that weigh {'no more' if tied else 'less'}"
            made.append(sign(telling, words, (xs[0], y, low - 0.32), size=0.11, color="muted", align="left"))
    return made


def _take_on(
    telling: Telling, columns: list[Grid], cells: list[Grid], shares: np.ndarray, kept: list[int], signs: list[Drawing],
    seconds: float,
) -> list[Grid]:  # fmt: skip
    """Every weight sinks into its vector, which becomes their product."""
    scaled = []
    with telling.together(seconds=seconds):
        for column, cell, j in zip(columns, cells, kept, strict=True):
            x, y, z = _stands(telling, column)
            grid = make(
                telling,
                telling.values(column) * shares[j],
                column.axes,
                (x, y - 0.02, z),
                column.role,
                column.kind,
                seconds=seconds,
            )
            scaled.append(grid)
            with telling.in_sequence():
                fly(telling, cell, (x, y - 0.04, z), seconds=0.6 * seconds)
                telling.change(cell.name, "opacity", 0.0, 0.4 * seconds)
                telling.pass_time(0.4 * seconds)
                telling.change(column.name, "opacity", 0.0)
        fade(telling, *signs[: 2 * len(kept)], to=0, seconds=0.4 * seconds)
    return scaled


def _stands(telling: Telling, grid: Grid) -> tuple[float, float, float]:
    """The left-front-top corner of a grid now."""
    x, y, z = np.array(grid.origin) + telling.offset(grid)
    return float(x), float(y), float(z)


def _merge(
    telling: Telling, result: Region, scaled: list[Grid], corner: tuple[float, float, float], seconds: float
) -> Grid:
    """The weighted vectors slide into one another and become the sum."""
    values = np.squeeze(result.drawn(telling.values(result.grid)), 0)
    x, y, z = corner
    whole = make(telling, values, scaled[0].axes, (x, y - 0.1, z), result.grid.role, result.grid.kind, shown=False)
    with telling.together(seconds=seconds):
        for i, grid in enumerate(scaled):
            fly(telling, grid, (x, y - 0.02 - 0.005 * i, z))
    telling.change(whole.name, "opacity", 1.0, 0.25 * seconds)
    telling.pass_time(0.25 * seconds)
    fade(telling, *scaled, to=0, seconds=0.0)
    return whole
