"""Splitting: a column or a row of a grid stands apart for a while, as pieces that take the grid's place."""

from __future__ import annotations

import numpy as np

from ...errors import ScriptError
from ...layout.grid import CELL, Grid, Region
from ...layout.lettering.drawing import Drawing, Rect, Shape, Text, pose
from ...layout.lettering.font import CAP_HEIGHT, fit
from ...layout.signs.tiles import tile, wide
from ..cast.things import Grids
from ..page.sizes import SMALLEST, pixel
from ..page.view import TAN
from ..score.timeline import Channel
from ..telling import Telling
from .reading import tint_of, token_text
from .token_tiles import rise

TILE, LARGEST = 2.1 * CELL, 4.2 * CELL
"""Height of the tile on a column that stands apart, and at most where its letter could not be read from afar."""
LETTER = 0.72
"""How large a tile's letters are, as a share of its height."""


def split(
    telling: Telling, *regions: Region, gap: float = CELL / 2, others: float = 0.2, seconds: float | None = None
) -> None:
    """Let a region of a grid stand apart from the rest, which steps back to the opacity ``others``."""
    seconds = telling.length(seconds)
    for region in regions:
        telling.splits.open(region, gap, others, telling.now, seconds)
        for letters in telling.cast.along.get(region.grid.name, ()) if gap else ():
            telling.change(letters.name, "opacity", 0.0, seconds)  # the columns are not where these stand
        put_tile_on(telling, region, seconds)
        _tear(telling, region, gap, seconds, alone=others == 0)
        label = telling.cast.labels.get(region.grid.name)
        if label is not None and gap and _rises(region):
            telling.change(label.name, "offset", gap, seconds, 2)
    telling.pass_time(seconds)


def _tear(telling: Telling, region: Region, gap: float, seconds: float, alone: bool = False) -> None:
    """Let the torn edge of an excerpt reach from end to end of its pieces, which stand ``gap`` metres apart; where the
    region stands ``alone`` there is none: it would lie under nothing."""
    if (edge := telling.cast.edges.get(region.grid.name)) is None:
        return
    if alone:
        telling.change(edge.name, "opacity", 0.0, seconds)
    for turn, direction in enumerate("xz"):  # of the drawing, and of the world
        (first, last), cells = region.span(direction), region.grid.cells["xyz".index(direction)]
        before, after = (first > 0) * gap, (last < cells) * gap
        lower = after if direction == "z" else before  # it is drawn from below
        wide = 1 + (before + after) / (cells * CELL)
        for prop, index, value in (("scale", turn, wide), ("offset", "xyz".index(direction), -lower)):
            if telling.score.value(Channel(edge.name, prop, index)) != value:
                telling.change(edge.name, prop, value, seconds, index)


def _rises(region: Region) -> bool:
    """Whether what is over a region rises when that stands apart."""
    spans = zip(region.grid.axes, region.cells, strict=True)
    return any(axis.direction == "z" and start > 0 for axis, (start, _) in spans)


def merge(telling: Telling, *things: Grids, seconds: float | None = None) -> None:
    """Close split grids again. What is known of a piece stays known of the whole."""
    seconds = telling.length(seconds)
    for grid in telling.cast.grids_of(*things):
        label, solid = telling.cast.labels.get(grid.name), telling.splits.close(grid, telling.now, seconds)
        _tear(telling, grid[:], 0.0, seconds)
        if (tile := telling.cast.tiles.pop(grid.name, None)) is not None:
            telling.change(tile.name, "opacity", 0.0, seconds)
        if label is not None and telling.score.value(Channel(label.name, "offset", 2)) != (up := rise(telling, grid)):
            telling.change(label.name, "offset", up, seconds, 2)
        if solid == 1.0:
            edge = telling.cast.edges.get(grid.name)
            for one in (*(one for one in (label, edge) if one), *telling.cast.along.get(grid.name, ())):
                telling.change(one.name, "opacity", 1.0, seconds)
    telling.pass_time(seconds)


def send(telling: Telling, t: int, to: Region, *, seconds: float | None = None) -> None:
    """Let the tile of the token at time ``t`` fly from the row of tokens to a column, and stay on it."""
    seconds = telling.length(seconds, 1.5)
    if not 0 <= t < len(telling.trace.tokens):
        raise ScriptError(f"There is no token at time {t}; choose from 0 to {len(telling.trace.tokens) - 1}.")
    if to.grid.name in telling.cast.tiles:
        raise ScriptError(f"{to.grid!r} has a tile already; merge it first.")
    made = _tile(telling, to, (token_text(telling, t), int(telling.trace.tokens[t])))
    low, high = telling.box(telling.layout.tokens[t])
    start = np.array([(low[0] + high[0]) / 2, low[1] - CELL / 2, high[2] + CELL])
    for i, far in enumerate(start - made.pose[:3, 3]):
        telling.change(made.name, "offset", float(far), 0.0, i)
        telling.change(made.name, "offset", 0.0, seconds, i)
    telling.change(made.name, "opacity", 1.0, min(0.2, seconds / 4))
    _make_way(telling, to.grid, seconds)
    telling.pass_time(seconds)


def face(telling: Telling, region: Region) -> tuple[str, int | None] | None:
    """What a tile on a column says: a token's text and id, or the number of a position; None where it has none."""
    spans = {axis.name: (axis, span) for axis, span in zip(region.grid.axes, region.cells, strict=True)}
    for name in ("T", "n_vocab", "block_size"):
        axis, (first, last) = spans.pop(name, (None, (0, 0)))
        if axis is None or axis.direction != "x":
            continue
        whole = all(span == (0, other.cells) for other, span in spans.values())
        if last - first != 1 or not spans or not whole or telling.trace.tokens == ():
            return None
        index = axis.index(first)
        if name == "block_size":
            return str(index), None
        token = int(telling.trace.tokens[index]) if name == "T" else index
        return telling.checkpoint.tokenizer.text(token), token
    return None


def put_tile_on(telling: Telling, region: Region, seconds: float) -> None:
    """On a column that is all that there is of one token or place its tile; the grid's label makes room for it."""
    found = face(telling, region)
    if found is None or region.grid.name in telling.cast.tiles:
        return
    made = _tile(telling, region, found)
    telling.change(made.name, "opacity", 1.0, seconds)
    _make_way(telling, region.grid, seconds)


def _tile(telling: Telling, region: Region, says: tuple[str, int | None]) -> Drawing:
    """A tile over a column, not seen yet, that moves with the column's grid."""
    (text, token), (low, high) = says, region.box
    tall = _tall(telling, region)
    width = wide(text, tall)
    if token is None:
        size = fit(text, LETTER * tall, 0.92 * width)
        shapes: list[Shape] = [
            Rect(-width / 2, -tall / 2, width, tall, "plate", 0.15 * tall),
            Text(0, -CAP_HEIGHT * size / 2, ((text, "ink"),), size, "center"),
        ]
    else:
        shapes = tile(tint_of(telling, token), text, (0.0, 0.0), width, tall)
    where = pose(((low[0] + high[0]) / 2, low[1], high[2] + 0.06 * TILE + tall / 2))
    made = Drawing(telling.unique("tile"), tuple(shapes), where, region.grid.name, opacity=0.0)
    telling.cast.add(made)
    telling.cast.tiles[region.grid.name] = made
    return made


def _tall(telling: Telling, region: Region) -> float:
    """How high a tile over a region must be for its letter to be read from where the camera stands."""
    if not telling.is_open:
        return TILE
    low, high = telling.box(region)
    depth = float(((low + high) / 2 - telling.view.position) @ telling.view.basis[2])
    readable = 1.05 * SMALLEST / LETTER * pixel(telling.page) * TAN * depth
    return float(np.clip(readable, TILE, LARGEST))


def _make_way(telling: Telling, grid: Grid, seconds: float) -> None:
    """A grid's label makes room for a tile."""
    if (label := telling.cast.labels.get(grid.name)) is not None:
        telling.change(label.name, "offset", _tall(telling, grid[:]) + 0.1 * TILE, seconds, 2)
