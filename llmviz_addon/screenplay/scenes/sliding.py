"""A row of dot products in one go: one vector slides along many, leaves behind where they agree, and that adds up.

Of ``head.scores[t]`` the keys stand apart, and the query's token goes from one to the next. Before each it lets the
query down, and behind it appears what both make, cell by cell: large where they agree in sign, of the other hue where
they do not. No column passes another, so all numbers can be read. Every column of products then folds down into one
cell under its key, with the sum written on it, and the cells drop into the row.
What is done to a sum after that, such as dividing it by a root, is its formula's business.

All of it is wide: where that makes its numbers larger the words become a caption under it meanwhile.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...errors import ScriptError
from ...language import phrase
from ...layout.grid import CELL, Grid, Region, Role
from ...layout.lettering.drawing import Drawing, Rect, Text, pose
from ...layout.lettering.font import CAP_HEIGHT, fit
from ...layout.signs.tiles import tile, wide
from ...layout.tensor import Axis
from ...rounding import of_cell
from ..page.sizes import SMALLEST, pixel
from ..page.view import Page
from ..score.timeline import Channel
from ..telling import Telling
from ..verbs import camera, captions
from ..verbs.arranging import faded_out
from ..verbs.copies import BEFORE, copy, flat, fly, make
from ..verbs.dismissing import dismiss
from ..verbs.fading import fade
from ..verbs.reading import tint_at, token_text
from .dot_product import terms

MOST = 8
"""Vectors that stand apart at most: those whose sums are largest."""
APART, BROADEST = 0.7, 2.2
"""Cells between the product of one and the one that slides, before the next; and how broad a column is at most."""
WORDS, END = 4.1, 0.5
"""Cells beside the columns: for the word before the first, and after the last."""
HEADS = 0.055
"""Em of what columns are called, in metres, where they are broad enough."""
TILE = 1.5 * CELL
"""Height of a token's tile."""
UNDER = 0.9 * CELL
"""How far under its products their sum stands."""
LETTER = 0.09
"""Em of what is written, in metres."""


class Fan(NamedTuple):
    """The vectors of a row that stand apart: which, in order; the left edge of each one's products; top and bottom;
    how broad each column is, in metres."""

    kept: list[int]
    xs: list[float]
    y: float
    top: float
    bottom: float
    broad: float

    @property
    def corners(self) -> np.ndarray:
        """All that it takes with tiles, sums and words, (n, 3) metres."""
        ends = self.query(0) + self.broad / 2 - WORDS * CELL, self.xs[-1] + self.broad + END * CELL
        return np.array([(x, self.y, z) for x in ends for z in _heights(self.top, self.bottom)])

    @property
    def tiles(self) -> float:
        """The middle of the tiles under the sums."""
        return _under(self.bottom)

    @property
    def pitch(self) -> float:
        """From one to the next: room for the one that they all meet, itself, and their product, which touch."""
        return 3 * self.broad + APART * CELL

    def query(self, number: int) -> float:
        """The left edge of the one that they all meet, where it stands before one of them."""
        return self.xs[number] - 2 * self.broad


def _under(bottom: float) -> float:
    return bottom - UNDER - 0.7 * CELL - TILE / 2


def _heights(top: float, bottom: float) -> tuple[float, float]:
    return top + 0.2 * CELL + TILE, _under(bottom) - 0.6 * TILE


def slide_along(telling: Telling, row: Region, *, seconds: float = 8.0) -> None:
    """Tell how a ``row`` such as ``head.scores[t, : t + 1]`` is made: one vector meets others side by side."""
    seconds = telling.length(seconds)
    sliding, columns = _sides(telling, row)
    dismiss(telling)
    back, page, start = telling.view, telling.page, telling.now
    others = np.array([np.ravel(one.drawn(telling.values(one.grid))) for one in columns])
    products = others * np.ravel(sliding.drawn(telling.values(sliding.grid)))
    sizes = np.abs(products.sum(axis=1))
    fan, wide = _fan(telling, columns, sizes, page), page.captioned()
    if seconds >= captions.LONG and captions.may_grow(telling):
        larger = _fan(telling, columns, sizes, wide)
        if _seen(larger, wide) > captions.GAIN * _seen(fan, page):
            telling.page, fan = wide, larger
    vector, keys = copy(telling, sliding), [copy(telling, columns[j]) for j in fan.kept]
    homes = [np.array(grid.origin) for grid in keys]
    flat(telling, vector, *keys)
    gone = faded_out(telling, 0.08 * seconds, vector, *keys)
    with telling.together(seconds=0.12 * seconds):
        for key, x in zip(keys, fan.xs, strict=True):
            fly(telling, key, (x - fan.broad, fan.y, fan.top))
        fly(telling, vector, (fan.query(0), fan.y, fan.top))
        for one in (vector, *keys):
            telling.change(one.name, "scale", fan.broad / CELL, 0.12 * seconds)
        camera.frame(telling, fan.corners, azimuth=270 + 0.3 * (telling.view.azimuth - 270), elevation=1)
    signs = _names(telling, fan, sliding, columns, 0.04 * seconds)
    heads = _heads(telling, fan, 0.02 * seconds)
    met, made = _slide(telling, fan, sliding, signs[:2], heads, products, 0.46 * seconds)
    fade(telling, *heads, to=0, seconds=0.01 * seconds)
    signs += _fold(telling, fan, made, products, 0.13 * seconds)
    telling.pass_time(0.02 * seconds)
    is_caption, telling.page = telling.page is not page, page
    with telling.together(seconds=0.2 * seconds):
        fade(telling, vector, *met, to=0, seconds=0.05 * seconds)
        for one in (*keys, *made):
            telling.change(one.name, "scale", 1.0, 0.2 * seconds)
        for key, home in zip(keys, homes, strict=True):
            fly(telling, key, tuple(home))
        fade(telling, *signs, to=0, seconds=0.1 * seconds)
        for opacity, names in gone.items():
            telling.score.set_all(names, "opacity", opacity, telling.now + 0.1 * seconds, 0.1 * seconds)
        for column, j in zip(made, fan.kept, strict=True):
            low, high = telling.box(row.grid[row.ranges[0][0], row.ranges[1][0] + j])
            fly(telling, column, (float(low[0]), float(low[1]) - BEFORE, float(high[2])))
        camera.go(telling, back)
    if is_caption:
        captions.note(telling, start)
    telling.splits.show(row, telling.now)
    fade(telling, *made, *keys, to=0, seconds=0.0)


def _fan(telling: Telling, columns: list[Region], sizes: np.ndarray, page: Page) -> Fan:
    """Where the vectors go: spread to both sides of where they stand, as broad as a page has room for at its height."""
    kept = sorted(np.argsort(-sizes, kind="stable")[:MOST].tolist())
    lows, highs = zip(*(telling.box(column) for column in columns), strict=True)
    top, bottom = float(highs[0][2]), float(lows[0][2])
    high, low = _heights(top, bottom)
    room = (high - low) / page.free.height * page.free.width / CELL  # cells that are as wide as the page then
    each = (room - WORDS - END - (len(kept) - 1) * APART) / (3 * len(kept) - 0.5)
    broad = float(np.clip(each, 1.0, BROADEST)) * CELL
    middle, pitch = (lows[0][0] + highs[-1][0]) / 2, 3 * broad + APART * CELL
    xs = [float(middle + (i - (len(kept) - 1) / 2) * pitch + broad) for i in range(len(kept))]
    return Fan(kept, xs, float(min(low[1] for low in lows)) - CELL, top, bottom, broad)


def _seen(fan: Fan, page: Page) -> float:
    """How broad a column is on a page that all of them fill, in picture heights."""
    wide, _, high = np.ptp(fan.corners, axis=0).tolist()
    return fan.broad * min(page.free.width / wide, page.free.height / high)


def _names(telling: Telling, fan: Fan, sliding: Region, columns: list[Region], seconds: float) -> list[Drawing]:
    """A token's tile over the vector that slides, and under each of the others; what they are to each other."""
    over, first = fan.top + 0.1 * CELL + TILE / 2, fan.query(0) + fan.broad / 2
    with telling.together(seconds=seconds):
        made = [_tile(telling, fan, sliding, (first, fan.y, over))]
        made.append(_word(telling, phrase("query"), (_left_of(made[0], first), fan.y, over)))
        for x, j in zip(fan.xs, fan.kept, strict=True):
            made.append(_tile(telling, fan, columns[j], (x - fan.broad / 2, fan.y, fan.tiles)))
        more = len(columns) - len(fan.kept)
        words = phrase("of {} keys", len(columns)) if more else phrase("keys")
        made.append(_word(telling, words, (_left_of(made[2], fan.xs[0] - fan.broad / 2), fan.y, fan.tiles)))
    return made


def _heads(telling: Telling, fan: Fan, seconds: float) -> list[Drawing]:
    """Under each column what it is, if that can be read: the keys' at once, and for each key the others'."""
    key, query, product = phrase("key"), phrase("query"), phrase("product")
    size = min(fit(product, HEADS, 1.3 * fan.broad), fit(query, HEADS, 0.9 * fan.broad))
    if size / fan.broad * _seen(fan, telling.page) < SMALLEST * pixel(telling.page):
        telling.pass_time(seconds)
        return []

    y, at = -CAP_HEIGHT * size / 2, pose((0.0, fan.y, fan.bottom - 0.5 * CELL))

    def head(*words: tuple[str, float]) -> Drawing:
        shapes = tuple(Text(x, y, ((word, "muted"),), size, "center") for word, x in words)
        return Drawing(telling.unique("heads"), shapes, at, opacity=0.0)

    keys = telling.show(head(*((key, x - 0.5 * fan.broad) for x in fan.xs)), seconds)
    others = [head((query, x - 1.5 * fan.broad), (product, x + 0.5 * fan.broad)) for x in fan.xs]
    return [keys, *others]


def _left_of(tile: Drawing, x: float) -> float:
    """Where a word ends before a tile whose middle is at ``x``."""
    return x + min(shape.x for shape in tile.shapes if isinstance(shape, Rect)) - 0.35 * CELL


def _word(telling: Telling, text: str, at: tuple[float, float, float]) -> Drawing:
    shape = Text(0.0, -CAP_HEIGHT * LETTER / 2, ((text, "muted"),), LETTER, "right")
    return telling.show(Drawing(telling.unique("sign"), (shape,), pose(at), opacity=0.0))


def _tile(telling: Telling, fan: Fan, region: Region, at: tuple[float, float, float]) -> Drawing:
    """The tile of the token that a column belongs to."""
    t = region.ranges[[axis.name for axis in region.grid.axes].index("T")][0]
    text = token_text(telling, t)
    shapes = tile(tint_at(telling, t), text, (0.0, 0.0), min(wide(text, TILE), 0.96 * fan.pitch), TILE)
    return telling.show(Drawing(telling.unique("sign"), tuple(shapes), pose(at), opacity=0.0))


def _slide(
    telling: Telling, fan: Fan, sliding: Region, riders: list[Drawing], heads: list[Drawing], products: np.ndarray,
    seconds: float,
) -> tuple[list[Grid], list[Grid]]:  # fmt: skip
    """What is written over the vector goes from one to the next and lets it down there, and their products appear.

    Returns the vector's copies, but for the one that stands before the first, and the products.
    """
    each, kind = seconds / (len(fan.kept) - 0.4), telling.unique("product")
    axes = (Axis("", products.shape[1], "z"),) if products.shape[1] > 1 else ()
    met: list[Grid] = []
    made: list[Grid] = []

    def comes(grid: Grid, x: float, seconds: float) -> None:
        """Let a column be there from now on, cell by cell."""
        fly(telling, grid, (x, fan.y, fan.top), seconds=0.0)
        flat(telling, grid)
        telling.change(grid.name, "scale", fan.broad / CELL, 0.0)
        telling.score.set(Channel(grid.name, "reveal"), 0.0, telling.now)
        telling.score.set(Channel(grid.name, "reveal"), grid.count, telling.now, seconds, "linear")

    for number, (x, j) in enumerate(zip(fan.xs, fan.kept, strict=True)):
        if number:
            for one in riders:
                telling.change(one.name, "offset", x - fan.xs[0], 0.4 * each)
            met.append(copy(telling, sliding))
            comes(met[-1], fan.query(number), 0.4 * each)
            telling.pass_time(0.4 * each)
        made.append(make(telling, products[j], axes, (x, fan.y, fan.top), Role.ACTIVATION, kind))
        comes(made[-1], x, 0.5 * each)
        if heads:
            telling.show(heads[number + 1], 0.0)
        telling.pass_time(0.6 * each)
    return met, made


def _fold(telling: Telling, fan: Fan, made: list[Grid], products: np.ndarray, seconds: float) -> list[Drawing]:
    """Every column of products becomes one cell under its key, with the sum written on it."""
    figures = [of_cell(float(products[j].sum())) for j in fan.kept]
    size = min(fit(figure, 0.13, 0.8 * fan.pitch) for figure in figures)
    with telling.together(seconds=0.6 * seconds):
        for column, x in zip(made, fan.xs, strict=True):
            telling.change(column.name, "scale", 1 / column.cells[2], 0.6 * seconds, 2)
            fly(telling, column, (x, fan.y, fan.bottom - UNDER + CELL))
    plates = []
    with telling.together(seconds=0.4 * seconds):
        for figure, x in zip(figures, fan.xs, strict=True):
            width, high = 0.9 * fan.pitch, 1.5 * size
            shapes = (
                Rect(-width / 2, -high / 2, width, high, "plate", 0.02),
                Text(0, -CAP_HEIGHT * size / 2, ((figure, "ink"),), size, "center"),
            )
            at = (x - fan.broad / 2, fan.y - CELL / 2, fan.bottom - UNDER + CELL / 2)
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
