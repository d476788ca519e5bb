"""A model as an outline: a box for every tensor, no numbers, layers as repetitions of one.

GPT-3 has 130,000 tensors. All of its layers are alike, so the boxes of one are laid out, by the same rules as
those of a model with values, and repeated at 96 places. What differs is what would be an eyesore at that size:

- Gaps grow with the model. Eight cells between matrices of 12,288 rows would be no gap at all.
- Heads stand closer in depth than they are wide; 96 of them would reach ten times as far as the layer is wide.
- The vocabulary is folded: 50,257 columns are as many sheets, one behind the other, as make it as wide as it is high.
- Layers are dealt into as many columns as let the whole fill a picture: a tower of twelve is a thread in it.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from ..kept import kept
from ..model.blueprints import Blueprint
from ..model.counts import Count
from .build import GAP, layout
from .grid import CELL, RULED, RULED_FAR, RULED_WIDE, Grid, Region, Ribbon
from .layout import Layout, ribbons
from .roles import Role

OPEN = 1 / 10
"""Gap of a large model, as a share of its width C."""

BETWEEN = 2
"""Gaps from one column of layers to the next."""

Needs = Callable[[float, float], float]
"""How large a picture must be for what is so wide and so high, in metres; layers are dealt to fill most of one."""

EVEN = 1.2
"""How many times as large as need be a picture may be for columns of one height: their last ends on the ground, too."""

HAIR = 1 / 20
"""Width of a box that nobody can see from where the model's parts can be told apart, in gaps; no ribbon goes there."""


@dataclass(frozen=True, eq=False)
class BoxArrays:
    """Boxes of many grids: ``origins`` (n, 3), metres, and ``cells`` (n, 3) along x, y, z (down), as of one Grid."""

    origins: np.ndarray
    cells: np.ndarray
    roles: tuple[Role, ...]

    @kept
    def box(self) -> tuple[np.ndarray, np.ndarray]:
        """Smallest and largest corner of them all, each (3,) metres."""
        reach = self.cells * CELL * (1, 1, -1)
        ends = np.concatenate([self.origins, self.origins + reach])
        return ends.min(axis=0), ends.max(axis=0)

    @kept
    def points(self) -> np.ndarray:
        """Corners of them all, (n, 3) metres; boxes of one size that stand one behind the other are taken as one."""
        alike = np.column_stack([self.origins[:, [0, 2]].round(6), self.cells])
        _, first, group = np.unique(alike, axis=0, return_index=True, return_inverse=True)
        near, far = np.full(len(first), np.inf), np.full(len(first), -np.inf)
        np.minimum.at(near, group.ravel(), self.origins[:, 1])
        np.maximum.at(far, group.ravel(), self.origins[:, 1] + self.cells[:, 1] * CELL)
        x, z = self.origins[first, 0], self.origins[first, 2]
        ends = ((x, x + self.cells[first, 0] * CELL), (near, far), (z, z - self.cells[first, 2] * CELL))
        return np.concatenate([np.column_stack(corner) for corner in product(*ends)])

    @kept
    def middle(self) -> np.ndarray:
        """The mean of the points, (3,) metres."""
        return self.points.mean(axis=0)

    @kept
    def outermost(self) -> np.ndarray:
        """Those of the points that can be at an edge of them all, seen from wherever; of a layer one in ten."""
        found = np.zeros(len(self.points), dtype=bool)
        for way in product((-1, 1), repeat=3):
            x, y, z = (self.points * way).T
            out = x + y + z
            beyond = (x >= x[:, None]) & (y >= y[:, None]) & (z >= z[:, None]) & (out > out[:, None])
            found |= ~beyond.any(axis=1)
        return self.points[found]

    def of(self, role: Role) -> BoxArrays:
        """Those of one role."""
        mine = np.array([other is role for other in self.roles], dtype=bool)
        return BoxArrays(self.origins[mine], self.cells[mine], (role,) * int(mine.sum()))

    def count(self, role: Role) -> int:
        """How many cells of a role there are."""
        return int(self.of(role).cells.prod(axis=1).sum())


@dataclass(frozen=True, eq=False)
class Outline:
    """A model in outline. The middle of its first column of layers is x = 0, its token row z = 0, as in a layout.

    ``once`` are the boxes of embedding and output, ``layer`` those of the first layer, and ``offsets``
    (n_layer, 3), metres, tells where every layer stands, the first at 0. The ribbons go the same way.
    """

    blueprint: Blueprint
    sample: Layout  # of one layer; of the vocabulary it has one sheet
    sheets: int
    flat: float  # depth of the heads, as a share of what it is in the sample
    once: BoxArrays
    layer: BoxArrays
    offsets: np.ndarray
    once_ribbons: tuple[Ribbon, ...]
    layer_ribbons: tuple[Ribbon, ...]

    @property
    def widest(self) -> Grid:
        """The widest weights of the first layer, the first of several."""
        weights = (grid for grid in self.sample.layers[0].grids if grid.role is Role.WEIGHT)
        return max(weights, key=lambda grid: grid.size[0])

    @property
    def step(self) -> float:
        """Metres from layer to layer, down."""
        return _step(self.sample)

    @kept
    def box(self) -> tuple[np.ndarray, np.ndarray]:
        """Smallest and largest corner of the whole model, each (3,) metres."""
        low, high = self.layer.box
        return (
            np.minimum(self.once.box[0], low + self.offsets.min(axis=0)),
            np.maximum(self.once.box[1], high + self.offsets.max(axis=0)),
        )

    @kept
    def longest(self) -> int:
        """Cells along the longest side of any of its boxes."""
        return int(max(self.once.cells.max(), self.layer.cells.max()))

    @property
    def tall(self) -> int:
        """Its height, in cells."""
        low, high = self.box
        return round(float(high[2] - low[2]) / CELL)

    @kept
    def _of_boxes(self) -> tuple[list[tuple[Grid, int, int]], list[tuple[Grid, int, int]]]:
        """Of each box of ``once``, and of each of a layer, its grid, the sheets before it, and how wide these are."""
        sample = self.sample
        once = (sample.tokens, *sample.embedding.grids, *sample.ln_f.grids, *sample.output.grids)
        each = [
            [(grid, *one) for grid in grids for one in _sheets(grid, self.sheets)]
            for grids in (once, sample.layers[0].grids)
        ]
        return each[0], each[1]

    @kept
    def boxes_of(self) -> dict[str, list[int]]:
        """The numbers of the boxes that show a grid of the ``sample``, among those of a layer or of ``once``."""
        found: dict[str, list[int]] = {}
        for boxes in self._of_boxes:
            for number, (grid, _, _) in enumerate(boxes):
                found.setdefault(grid.name, []).append(number)
        return found

    def cell(self, box: int, cell: tuple[int, int, int], in_layer: bool) -> Region:
        """The cell of a grid of the ``sample`` that is at a place in one of the boxes, of a layer or of ``once``."""
        grid, before, width = self._of_boxes[in_layer][box]
        places = dict(zip("xyz", cell, strict=True))
        if width:
            (along,) = (axis.direction for axis in grid.axes if axis.name == "n_vocab")
            places[along] += (before + cell[1]) * width
        return Region(grid, tuple((places[axis.direction], places[axis.direction] + 1) for axis in grid.axes))

    @property
    def ruled(self) -> tuple[int, ...]:
        """How many cells apart the lines on its largest matrices are: from near, and where they are wide from afar."""
        return tuple(apart for apart in (RULED, RULED_WIDE, RULED_FAR) if self.longest > apart)

    @kept
    def largest(self) -> str:
        """The part that has learned most of a layer, by its name in it."""
        width, counts = self.blueprint.config.n_embd, self.blueprint.layer_parts
        return max(counts, key=lambda one: counts[one].at(width))

    @property
    def largest_part(self) -> tuple[str, Count]:
        """The part that has learned most of a layer: its title, and how many numbers by how wide the model is."""
        return self.sample.layers[0].members[self.largest].title, self.blueprint.layer_parts[self.largest]

    def part(self, name: str) -> BoxArrays:
        """The boxes of a part of the first layer, by its name in it."""
        return _boxes(self.sample.layers[0].members[name].grids, self.sheets, self.flat)

    def count(self, role: Role) -> int:
        """How many cells of a role the model has."""
        return self.once.count(role) + len(self.offsets) * self.layer.count(role)


def square(wide: float, tall: float) -> float:
    """What is needed of a picture that is as wide as high."""
    return max(wide, tall)


@functools.lru_cache(maxsize=16)  # every chapter that compares asks for the same
def outline(
    blueprint: Blueprint, n_tokens: int | None = None, gap: float | None = None, per_column: int | None = None,
    between: float = BETWEEN, needs: Needs = square,
) -> Outline:  # fmt: skip
    """The outline of a model that reads ``n_tokens``; by default as many as it can.

    ``gap`` is in metres, by default what suits the model's size. Layers stand ``per_column`` one below the other,
    by default as many as let the whole suit what a picture ``needs``; columns are ``between`` gaps apart.
    """
    config = blueprint.config
    gap = max(GAP, OPEN * config.n_embd * CELL) if gap is None else gap
    sheets = math.ceil(config.vocab_size / config.n_embd)
    sheet = math.ceil(config.vocab_size / sheets)
    one = replace(config, n_layer=1)
    tokens = n_tokens or config.block_size
    bare = layout(one, tokens, gap, range(sheet), bare=True, architecture=blueprint.architecture)
    sample = replace(bare, ribbons=ribbons(bare, series=False))
    layer = sample.layers[0]
    hairs = {grid.name for grid in sample.grids if min(grid.size[0], grid.size[2]) < HAIR * gap}
    depth = max(abs(grid.middle[1]) for grid in layer.grids)
    flat = min(1.0, 2 * config.n_embd * CELL / max(depth, CELL))
    first = _boxes(layer.grids, sheets, flat)
    above = (sample.tokens, *sample.embedding.grids)
    below = (*sample.ln_f.grids, *sample.output.grids)
    top, end = _boxes(above, sheets, flat), _boxes(below, sheets, flat)
    low, high = first.box
    pitch = float(high[0] - low[0]) + between * gap
    if per_column is None:
        ends = float(top.box[1][2] - low[2]), float(top.box[1][2] - end.box[0][2])
        per_column = _per_column(config.n_layer, pitch, _step(sample), ends, needs)
    offsets = _offsets(config.n_layer, per_column, pitch, _step(sample))
    once = BoxArrays(
        np.concatenate([top.origins, end.origins + offsets[-1]]),
        np.concatenate([top.cells, end.cells]),
        top.roles + end.roles,
    )
    upper, lower = {grid.name for grid in above}, {grid.name for grid in below}
    bands = [_flattened(ribbon, flat) for ribbon in sample.ribbons if hairs.isdisjoint((ribbon.source, ribbon.target))]
    return Outline(
        blueprint,
        sample,
        sheets,
        flat,
        once,
        first,
        offsets,
        (
            *(ribbon for ribbon in bands if ribbon.target in upper),
            *(_moved(ribbon, offsets[-1]) for ribbon in bands if ribbon.target in lower),
        ),
        tuple(ribbon for ribbon in bands if ribbon.target not in upper | lower),
    )


def _step(sample: Layout) -> float:
    """Metres from the top of one layer to the top of the next; the first begins two gaps under the embedding."""
    top = sample.embedding.output.box[0][2] - 2 * sample.gap
    return float(top - sample.layers[0].stream.box[0][2])


def _per_column(count: int, pitch: float, step: float, ends: tuple[float, float], needs: Needs) -> int:
    """How many layers to a column let all of them fill most of a picture; ``ends`` are how far down the first layer
    reaches, and what stands under the last, if there is but one.

    Columns of one height are taken where they fill it nearly as well.
    """

    def size(per_column: int) -> float:
        columns = math.ceil(count / per_column)
        rows = per_column, count - (columns - 1) * per_column
        wide, tall = columns * pitch, max(end + (many - 1) * step for end, many in zip(ends, rows, strict=True))
        return needs(wide, tall) / math.sqrt(wide * tall)

    best = min(range(1, count + 1), key=size)
    even = min((number for number in range(1, count + 1) if count % number == 0), key=size)
    return even if size(even) <= EVEN * size(best) else best


def _offsets(count: int, per_column: int, pitch: float, step: float) -> np.ndarray:
    """Where the layers stand, (count, 3): dealt into columns as ``layout`` does."""
    number = np.arange(count)
    x, down = number // per_column * pitch, number % per_column * step
    return np.stack([x, np.zeros(count), -down], axis=1)


def _boxes(grids: Sequence[Grid], sheets: int, flat: float) -> BoxArrays:
    """The boxes of grids: one each, of folded ones two, as the last sheet has what is left."""
    found = [box for grid in grids for box in _folded(grid, sheets, flat)]
    origins, cells, roles = zip(*found, strict=True)
    return BoxArrays(np.array(origins), np.array(cells, dtype=np.int64), roles)


def _folded(grid: Grid, sheets: int, flat: float) -> Iterable[tuple[tuple[float, ...], tuple[int, ...], Role]]:
    x, y, z = grid.origin
    y = (y + CELL / 2) * flat - CELL / 2
    vocabulary = next((axis for axis in grid.axes if axis.name == "n_vocab"), None)
    if vocabulary is None or sheets == 1:
        yield (x, y, z), grid.cells, grid.role
        return
    along = "xyz".index(vocabulary.direction)
    full, rest = list(grid.cells), list(grid.cells)
    full[1] = sheets - 1
    rest[along] = vocabulary.length - full[along] * (sheets - 1)
    # the first column of a table stands at its right end, where the stream is, so what is missing is at the left
    missing = (full[0] - rest[0]) * CELL
    yield (x, y, z), tuple(full), grid.role
    yield (x + missing, y + full[1] * CELL, z), tuple(rest), grid.role


def _sheets(grid: Grid, sheets: int) -> Iterable[tuple[int, int]]:
    """Of each box of a grid how many sheets stand before it, and how wide these are; 0 where it is not folded."""
    vocabulary = next((axis for axis in grid.axes if axis.name == "n_vocab"), None)
    if vocabulary is None or sheets == 1:
        return [(0, 0)]
    return [(0, vocabulary.cells), (sheets - 1, vocabulary.cells)]


def _flattened(ribbon: Ribbon, flat: float) -> Ribbon:
    return replace(ribbon, path=ribbon.path * (1, flat, 1))


def _moved(ribbon: Ribbon, by: np.ndarray) -> Ribbon:
    return replace(ribbon, path=ribbon.path + by)
