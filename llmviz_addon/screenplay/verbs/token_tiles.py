"""The tokens along a grid: their tiles at the left of its rows, under its columns, or fanned out over them.

They move and fade with the grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ...errors import ScriptError
from ...layout.grid import CELL, Grid
from ...layout.lettering.drawing import LIFT, Drawing, Line, Rect, Shape, Text, pose
from ...layout.lettering.font import CAP_HEIGHT, advance, fit
from ...layout.signs.tiles import INK
from ...layout.tensor import Axis
from ..cast.things import Grids
from ..page.sizes import SMALLEST, pixel
from ..score.timeline import Channel
from ..telling import Telling
from .reading import tint_of

TILE = 0.84 * CELL
"""Height of a token's tile along a grid, where each has a row or a column."""
SPECK = 5.0
"""Pixels of a cell along which tiles are no more than specks, and are not there."""
LEAST = 0.76
"""Em of the letters on these, in cells, where words leave room."""
ENTRIES = 32
"""Tokens of a vocabulary along which tiles stand at most."""
HIGH, SURELY = 0.75, 1.1
"""Share of the page's free part that a grid with a name is high; it may be this many times as high."""
FANNED = 24
"""Tokens at most that are fanned out: of more the ways would lie flat."""
APART, TALL, WAYS = 1.8 * CELL, 1.65 * CELL, 1.7 * CELL
"""From tile to tile of those that are fanned out, their height, and how high the ways are to their columns."""
LETTER = 0.84
"""Em of the letters on these, as a share of their height."""
FEW, ALONE = 16, {"x": 4, "z": 12}
"""Cells of a grid up to which its torn edges are smaller, as these are large on the picture; and from which on the tile
of the only token of a column or a row is larger than a cell, up to twice: its letter would be too small to be read."""
CLEAR, STROKE = 0.15 * CELL, 0.012
"""Metres between these ways and what they lead to, and how thick they are."""


def letters(
    telling: Telling, *things: Grids, fanned: bool = False, seconds: float | None = None
) -> list[Drawing]:  # fmt: skip
    """The tokens along time axes and small vocabularies: their tiles at the left of rows and under columns, which
    move and fade with the grid.

    Tiles keep their tint where their letters would be too small to be read. Words under columns are turned, so that
    they read downwards. Letters are ``fanned`` out over narrow columns, each with a way to its own. What has them
    already keeps them.
    """
    seconds = telling.length(seconds)
    grids = telling.cast.grids_of(*things)
    if bare := [grid for grid in grids if not _token_axes(grid)]:
        raise ScriptError(f"{bare[0]!r} has no axis of tokens that is seen from the front.")
    put(telling, grids, seconds, fanned)
    telling.pass_time(seconds)
    return [drawing for grid in grids for drawing in telling.cast.along[grid.name]]


def put(telling: Telling, grids: Sequence[Grid], seconds: float, fanned: bool = False) -> None:
    """Let tokens come along grids, without taking time; whoever fades a grid at once with this has its way."""
    for grid in grids:
        if telling.cast.along.get(grid.name):
            continue
        fan = _fan(telling, grid) if fanned else []
        telling.cast.along[grid.name] = fan or _letters(telling, grid)
        if fan and (label := telling.cast.labels.get(grid.name)) is not None:
            telling.change(label.name, "offset", rise(telling, grid), seconds, 2)
        for drawing in telling.cast.along[grid.name]:
            telling.cast.add(drawing)
            if (solid := telling.opacity(grid)) > 0:
                telling.score.set(Channel(drawing.name, "opacity"), solid, telling.now, seconds, yields=True)


def _token_axes(grid: Grid) -> list[Axis]:
    """Axes of the text's tokens, and of a vocabulary that is small enough for each of its tokens to have its tile."""
    axes = [axis for axis in grid.axes if axis.direction in "xz"]
    return [axis for axis in axes if axis.name == "T" or (axis.name == "n_vocab" and axis.cells <= ENTRIES)]


def is_table(grid: Grid) -> bool:
    """Whether it has rows or columns of tokens, and room for their tiles: sums stand close to one another."""
    return len(grid.axes) > 1 and bool(_token_axes(grid))


def _letters(telling: Telling, grid: Grid) -> list[Drawing]:
    """Of each axis of tokens its tiles, and the letters on them."""
    low, high = grid.box
    made = []
    under = 0.4 * CELL * (1 if all(axis.shown is None for axis in grid.axes) else 1 + torn(grid))
    for axis in _token_axes(grid):
        large = min(max(max(grid.cells) / ALONE[axis.direction], 1.0), 2.0) if axis.cells == 1 else 1.0
        size = LEAST * CELL * large
        tokens = _tokens(telling, axis)
        texts = [telling.checkpoint.tokenizer.text(token) for token in tokens]
        words = any(advance(text, size) > 1.2 * CELL for text in texts)
        across = axis.direction == "x" and not words
        corner = (low[0], low[1], high[2] if axis.direction == "z" else low[2])
        where = pose(corner, (0, 0, -1), (1, 0, 0)) if axis.direction == "x" and words else pose(corner)
        tiles: list[Shape] = []
        signs: list[Shape] = []
        for cell, (token, text) in enumerate(zip(tokens, texts, strict=True)):
            em = fit(text, size, 0.95 * CELL * large if across else 4 * CELL)
            along, middle = (cell + 0.5) * CELL, CAP_HEIGHT * em / 2
            if across:
                at, align = (along, -0.5 * CELL * large - under - middle), "center"
            elif axis.direction == "x":
                at, align = (under, along - middle), "left"
            else:
                at, align = (-0.4 * CELL, -along - middle), "right"
            tile, sign = _on_tint(Text(*at, ((text, INK),), em, align), tint_of(telling, token), TILE * large)
            tiles.append(tile)
            signs.append(sign)
        made.append(Drawing(telling.unique("tiles"), tuple(tiles), where, grid.name, SPECK, 0.0))
        made.append(Drawing(telling.unique("letters"), tuple(signs), _nearer(where), grid.name, 8.0, 0.0))
    return made


def torn(grid: Grid) -> float:
    """How large the torn edges of an excerpt are, as a share of what they are on one of many cells."""
    return min(max(max(grid.cells) / FEW, 0.5), 1.0)


def rise(telling: Telling, grid: Grid) -> float:
    """How high the tokens stand over a grid that are fanned out there, in metres: its label makes room for them."""
    along = telling.cast.along.get(grid.name, ())
    return max(0.0, *(float(one.points[:, 2].max()) - float(grid.ends[1][2]) for one in along)) if along else 0.0


def _fan(telling: Telling, grid: Grid) -> list[Drawing]:
    """Tiles over the columns of a grid, wider apart than these, and from each a way to its own; none for words, and
    where letters could not be read as high as the grid may be on the page."""
    low, high = grid.box
    axis = next((axis for axis in _token_axes(grid) if axis.direction == "x"), None)
    tokens = _tokens(telling, axis) if axis else []
    texts = [telling.checkpoint.tokenizer.text(token) for token in tokens]
    size = LETTER * TALL
    metre = HIGH * telling.page.free.height / (grid.size[2] * pixel(telling.page))  # in pixels
    is_small = size * metre < SMALLEST / SURELY
    if not 1 < len(texts) <= FANNED or is_small or any(advance(text, size) > APART for text in texts):
        return []
    tiles: list[Shape] = []
    ways: list[Shape] = []
    signs: list[Shape] = []
    for cell, (token, text) in enumerate(zip(tokens, texts, strict=True)):
        column = (cell + 0.5) * CELL
        x = len(tokens) * CELL / 2 + (cell - (len(tokens) - 1) / 2) * APART
        way = ((x, WAYS), (x, 0.75 * WAYS), (column, 0.4 * WAYS), (column, CLEAR))
        ways.append(Line(way, STROKE, "muted", 3 * STROKE))
        tiles.append(Rect(x - TALL / 2, WAYS, TALL, TALL, tint_of(telling, token), 0.15 * TALL))
        signs.append(Text(x, WAYS + TALL / 2 - CAP_HEIGHT * size / 2, ((text, INK),), size, "center"))
    where = pose((low[0], low[1], high[2]))
    return [
        Drawing(telling.unique("tiles"), (*tiles, *ways), where, grid.name, 0.0, 0.0),
        Drawing(telling.unique("letters"), tuple(signs), _nearer(where), grid.name, 8.0, 0.0),
    ]


def _tokens(telling: Telling, axis: Axis) -> list[int]:
    """Ids of the tokens along an axis: of a text those that there are yet."""
    indices = [axis.index(cell) for cell in range(axis.cells)]
    return [int(telling.trace.tokens[t]) for t in indices if t < telling.until] if axis.name == "T" else indices


def _nearer(where: np.ndarray) -> np.ndarray:
    """A pose a hair nearer to the viewer, so that letters lie before their tiles."""
    nearer = where.copy()
    nearer[:3, 3] += LIFT * where[:3, 2]
    return nearer


def _on_tint(text: Text, color: str, tall: float) -> tuple[Rect, Text]:
    """A token's text with its tile behind it, which leaves a little of its row or column free."""
    (left, _), (right, _) = text.corners
    width = max(right - left + 0.4 * text.size, tall)
    to_it = {"left": width / 2 - 0.2 * text.size, "center": 0.0, "right": 0.2 * text.size - width / 2}
    x, y = text.x + to_it[text.align], text.y + CAP_HEIGHT * text.size / 2
    tile = Rect(x - width / 2, y - tall / 2, width, tall, color, 0.15 * tall)
    return tile, replace(text, x=x, align="center")
