"""A row of dot products in one go: one vector slides along many, leaves behind where they agree, and that adds up.

Of ``head.scores[t]`` the keys stand apart, and the query slides from one to the next. Beside each it leaves what it
makes of that key, cell by cell: large where both agree in sign, of the other hue where they do not. Every column of
these products then folds down into one cell under its key, with the sum written on it, and the cells drop into the row.
What is done to a sum after that, such as dividing it by a root, is its formula's business.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...errors import ScriptError
from ...layout.grid import CELL, Grid, Region, Role
from ...layout.lettering.drawing import Drawing, Rect, Shape, Text, pose
from ...layout.lettering.font import CAP_HEIGHT, fit
from ...layout.signs.tiles import tile, wide
from ...layout.tensor import Axis
from ...rounding import of_cell
from ..score.timeline import Channel
from ..telling import Telling
from ..verbs import camera
from ..verbs.arranging import faded_out
from ..verbs.copies import BEFORE, copy, flat, fly, make
from ..verbs.dismissing import dismiss
from ..verbs.fading import fade
from ..verbs.reading import tint_at, token_text
from .dot_product import terms

MOST = 8
"""Vectors that stand apart at most: those whose sums are largest."""
PITCH = 3.7 * CELL
"""From one to the next: room for the one that slides, itself, and their product, which touch."""
TILE = 1.5 * CELL
"""Height of a token's tile."""
UNDER = 0.9 * CELL
"""How far under its products their sum stands."""
LETTER = 0.09
"""Em of what is written, in metres."""


class Fan(NamedTuple):
    """The vectors of a row that stand apart: which, in order; the left edge of each one's products; top and bottom."""

    kept: list[int]
    xs: list[float]
    y: float
    top: float
    bottom: float

    @property
    def corners(self) -> np.ndarray:
        """All that it takes with tiles, sums and words, (n, 3) metres."""
        ends = self.xs[0] - 6.5 * CELL, self.xs[-1] + 1.5 * CELL
        heights = self.top + 0.2 * CELL + TILE, self.tiles - 0.6 * TILE
        return np.array([(x, self.y, z) for x in ends for z in heights])

    @property
    def tiles(self) -> float:
        """The middle of the tiles under the sums."""
        return self.bottom - UNDER - 0.7 * CELL - TILE / 2


def slide_along(telling: Telling, row: Region, *, seconds: float = 8.0) -> None:
    """Tell how a ``row`` such as ``head.scores[t, : t + 1]`` is made: one vector meets others side by side."""
    seconds = telling.length(seconds)
    sliding, columns = _sides(telling, row)
    dismiss(telling)
    back = telling.view
    others = np.array([np.ravel(one.drawn(telling.values(one.grid))) for one in columns])
    products = others * np.ravel(sliding.drawn(telling.values(sliding.grid)))
    fan = _fan(telling, columns, np.abs(products.sum(axis=1)))
    vector, keys = copy(telling, sliding), [copy(telling, columns[j]) for j in fan.kept]
    homes = [np.array(grid.origin) for grid in keys]
    flat(telling, vector, *keys)
    gone = faded_out(telling, 0.08 * seconds, vector, *keys)
    with telling.together(seconds=0.12 * seconds):
        for key, x in zip(keys, fan.xs, strict=True):
            fly(telling, key, (x - CELL, fan.y, fan.top))
        fly(telling, vector, (fan.xs[0] - 3.5 * CELL, fan.y - BEFORE, fan.top))
        camera.frame(telling, fan.corners, azimuth=270 + 0.3 * (telling.view.azimuth - 270), elevation=1)
    signs = _names(telling, fan, sliding, columns, vector, 0.04 * seconds)
    made = _slide(telling, fan, vector, products, 0.48 * seconds)
    sums = _fold(telling, fan, made, products, 0.14 * seconds)
    signs += sums
    telling.pass_time(0.02 * seconds)
    with telling.together(seconds=0.2 * seconds):
        fade(telling, vector, to=0, seconds=0.05 * seconds)
        for key, home in zip(keys, homes, strict=True):
            fly(telling, key, tuple(home))
        fade(telling, *signs, to=0, seconds=0.1 * seconds)
        for opacity, names in gone.items():
            telling.score.set_all(names, "opacity", opacity, telling.now + 0.1 * seconds, 0.1 * seconds)
        for column, j in zip(made, fan.kept, strict=True):
            low, high = telling.box(row.grid[row.ranges[0][0], row.ranges[1][0] + j])
            fly(telling, column, (float(low[0]), float(low[1]) - BEFORE, float(high[2])))
        camera.go(telling, back)
    telling.splits.show(row, telling.now)
    fade(telling, *made, *keys, to=0, seconds=0.0)


def _fan(telling: Telling, columns: list[Region], sizes: np.ndarray) -> Fan:
    """Where the vectors go: spread to both sides of where they stand."""
    kept = sorted(np.argsort(-sizes, kind="stable")[:MOST].tolist())
    lows, highs = zip(*(telling.box(column) for column in columns), strict=True)
    middle = (lows[0][0] + highs[-1][0]) / 2
    xs = [float(middle + (i - (len(kept) - 1) / 2) * PITCH + CELL) for i in range(len(kept))]
    return Fan(kept, xs, float(min(low[1] for low in lows)) - CELL, float(highs[0][2]), float(lows[0][2]))


def _names(
    telling: Telling, fan: Fan, sliding: Region, columns: list[Region], vector: Grid, seconds: float
) -> list[Drawing]:  # fmt: skip
    """A token's tile over the vector that slides, and under each of the others; what they are to each other."""
    over = fan.top + 0.1 * CELL + TILE / 2
    with telling.together(seconds=seconds):
        made = [_tile(telling, sliding, (fan.xs[0] - 3 * CELL, fan.y, over), vector)]
        made.append(_word(telling, "query", (_left_of(made[0], fan.xs[0] - 3 * CELL), fan.y, over), vector))
        for x, j in zip(fan.xs, fan.kept, strict=True):
            made.append(_tile(telling, columns[j], (x - CELL / 2, fan.y, fan.tiles)))
        more = len(columns) - len(fan.kept)
        words = f"of {len(columns)} keys" if more else "keys"
        made.append(_word(telling, words, (_left_of(made[2], fan.xs[0] - CELL / 2), fan.y, fan.tiles)))
    return made


def _left_of(tile: Drawing, x: float) -> float:
    """Where a word ends before a tile whose middle is at ``x``."""
    return x + min(shape.x for shape in tile.shapes if isinstance(shape, Rect)) - 0.35 * CELL


def _word(telling: Telling, text: str, at: tuple[float, float, float], rider: Grid | None = None) -> Drawing:
    shape = Text(0.0, -CAP_HEIGHT * LETTER / 2, ((text, "muted"),), LETTER, "right")
    return telling.show(_riding(telling, (shape,), at, rider))


def _tile(telling: Telling, region: Region, at: tuple[float, float, float], rider: Grid | None = None) -> Drawing:
    """The tile of the token that a column belongs to."""
    t = region.ranges[[axis.name for axis in region.grid.axes].index("T")][0]
    text = token_text(telling, t)
    shapes = tile(tint_at(telling, t), text, (0.0, 0.0), min(wide(text, TILE), 0.96 * PITCH), TILE)
    return telling.show(_riding(telling, tuple(shapes), at, rider))


def _riding(telling: Telling, shapes: tuple[Shape, ...], at: tuple[float, float, float], rider: Grid | None) -> Drawing:
    """A drawing that stands somewhere now and moves with a grid, if with any."""
    place = np.array(at) - (0.0 if rider is None else telling.offset(rider))
    parent = "world" if rider is None else rider.name
    return Drawing(telling.unique("sign"), shapes, pose(place), parent, opacity=0.0)


def _slide(telling: Telling, fan: Fan, vector: Grid, products: np.ndarray, seconds: float) -> list[Grid]:
    """The vector goes from one to the next, and cell by cell their products appear."""
    each, kind, made = seconds / len(fan.kept), telling.unique("product"), []
    for x, j in zip(fan.xs, fan.kept, strict=True):
        fly(telling, vector, (x - 2 * CELL, fan.y - BEFORE, fan.top), seconds=0.4 * each)  # past keys and products
        axes = (Axis("", products.shape[1], "z"),) if products.shape[1] > 1 else ()
        made.append(make(telling, products[j], axes, (x, fan.y, fan.top), Role.ACTIVATION, kind))
        flat(telling, made[-1])
        telling.score.set(Channel(made[-1].name, "reveal"), 0.0, telling.now)
        telling.score.set(Channel(made[-1].name, "reveal"), made[-1].count, telling.now, 0.5 * each, "linear")
        telling.pass_time(0.6 * each)
    return made


def _fold(telling: Telling, fan: Fan, made: list[Grid], products: np.ndarray, seconds: float) -> list[Drawing]:
    """Every column of products becomes one cell under its key, with the sum written on it."""
    figures = [of_cell(float(products[j].sum())) for j in fan.kept]
    size = min(fit(figure, 0.13, 0.8 * PITCH) for figure in figures)
    with telling.together(seconds=0.6 * seconds):
        for column, x in zip(made, fan.xs, strict=True):
            telling.change(column.name, "scale", 1 / column.cells[2], 0.6 * seconds, 2)
            fly(telling, column, (x, fan.y, fan.bottom - UNDER + CELL))
    plates = []
    with telling.together(seconds=0.4 * seconds):
        for figure, x in zip(figures, fan.xs, strict=True):
            width, high = 0.9 * PITCH, 1.5 * size
            shapes = (
                Rect(-width / 2, -high / 2, width, high, "plate", 0.02),
                Text(0, -CAP_HEIGHT * size / 2, ((figure, "ink"),), size, "center"),
            )
            at = (x - CELL / 2, fan.y - CELL / 2, fan.bottom - UNDER + CELL / 2)
            plates.append(telling.show(Drawing(telling.unique("sign"), shapes, pose(at), opacity=0.0)))
    return plates


def _sides(telling: Telling, row: Region) -> tuple[Region, list[Region]]:
    """The vector that all cells of a row read, and that of each; ScriptError where it is no row of dot products."""
    (t, _), (first, last) = row.ranges if len(row.ranges) == 2 else ((0, 0), (0, 0))
    cells = [row.grid[t, j] for j in range(first, last)] if row.ranges[0][1] == t + 1 else []
    if not cells:
        raise ScriptError(f"{row!r} is not a row; slide_along explains one.")
    sides = [terms(telling, cell).sides for cell in cells]
    fixed = 0 if len({(side.grid.name, side.ranges) for side, _ in sides}) == 1 else 1
    moving = [pair[1 - fixed] for pair in sides]
    tops = {round(float(telling.box(side)[1][2]), 4) for side in moving}
    if len(tops) > 1 or any(side.grid.axis("T").direction != "x" for side in moving):
        raise ScriptError(f"{row!r} is made of vectors that do not stand side by side.")
    return sides[0][fixed], moving
