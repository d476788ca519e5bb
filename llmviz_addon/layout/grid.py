"""What stands on the set: grids of cells, ribbons between them, sections around them.

All positions are metres in Blender's frame: X to the right, Y away from the viewer, Z up; the model
runs down -Z. A grid's box starts at ``origin``, its left-front-top corner (smallest x, smallest y,
largest z), and cell (i, j, k) is the i-th to the right, the j-th to the back, the k-th down.

Of a large vocabulary only some entries have cells (``Axis.shown``). An index is always the tensor's
own; cells are counted, and strides and spans told, in what is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

import numpy as np

from ..errors import ScriptError
from ..kept import kept
from .roles import Role
from .rules.formula import Rule, operands, resolve
from .tensor import Axis, Index, Ranges, index_of, ranges_of, told

CELL = 0.1
"""Edge of one cell, in metres."""
Point: TypeAlias = tuple[float, float, float]
RULED, RULED_WIDE, RULED_FAR = 16, 256, 4096
"""Cells from line to line on a grid, on one of more than so many as it is seen from afar, and on an outline further."""


@dataclass(frozen=True)
class Beside:
    """A name to the left of a grid that is a single row, the ``row``-th of ``rows`` that lie on each other."""

    text: str
    row: int = 0
    rows: int = 1


@dataclass(frozen=True)
class Outward:
    """A name above a grid that is one of two single columns side by side, written away from the seam between them."""

    text: str
    starts: Literal["left", "right"]


@dataclass(frozen=True)
class Taken:
    """Which numbers of a tensor another grid shows, a copy or an excerpt: some ``indices`` along each of its axes."""

    grid: str
    indices: tuple[Sequence[int], ...]

    def index(self, cells: Sequence[int]) -> tuple[int, ...]:
        """The tensor's index of a cell, by its places along the axes that show it: all, or those that are long."""
        if len(cells) == len(self.indices):
            return tuple(int(along[cell]) for along, cell in zip(self.indices, cells, strict=True))
        places = iter(cells)
        return tuple(int(along[next(places) if len(along) > 1 else 0]) for along in self.indices)

    def part(self, cells: Sequence[tuple[int, int]]) -> Taken:
        """What some of the cells show, a half-open range of them along each of these axes."""
        whole = len(cells) == len(self.indices)
        ranges = iter(cells)
        return Taken(
            self.grid,
            tuple(along[slice(*next(ranges))] if whole or len(along) > 1 else along for along in self.indices),
        )


@dataclass(frozen=True, eq=False)
class Grid:
    """One tensor on the set.

    ``name`` is the tensor's name in the trace, ``axes`` its axes in the tensor's own order, so that
    ``grid[t, c]`` speaks of the same number as ``trace[grid.name][t, c]``.
    """

    name: str
    title: str
    role: Role
    axes: tuple[Axis, ...]
    origin: Point
    kind: str  # grids of one kind share a gain, e.g. "ln_1.output"
    rule: Rule | None = None  # how a cell is computed; None for parameters
    caption: Beside | Outward | None = None  # how its name is written; None for a title above it
    shares: bool = False  # whether its numbers are shares, along the last axis of one whole
    taken: Taken | None = None  # of which tensor a grid that a chapter made shows some numbers

    @kept
    def cells(self) -> tuple[int, int, int]:
        """Cell counts (nx, ny, nz)."""
        counts = {axis.direction: axis.cells for axis in self.axes}
        return (counts.get("x", 1), counts.get("y", 1), counts.get("z", 1))

    @kept
    def shape(self) -> tuple[int, ...]:
        """Shape of the tensor."""
        return tuple(axis.length for axis in self.axes)

    @kept
    def shown_shape(self) -> tuple[int, ...]:
        """Shape of what is drawn of the tensor."""
        return tuple(axis.cells for axis in self.axes)

    @kept
    def count(self) -> int:
        """How many cells it has."""
        return math.prod(self.cells)

    @kept
    def strides(self) -> tuple[int, int, int]:
        """Step in the flat (C order) index of ``shown_shape`` per cell along x, y, z; 0 where it has one cell."""
        steps = {"x": 0, "y": 0, "z": 0}
        step = 1
        for axis in reversed(self.axes):
            steps[axis.direction] = step
            step *= axis.cells
        return (steps["x"], steps["y"], steps["z"])

    @kept
    def size(self) -> tuple[float, float, float]:
        """Extent in metres along x, y, z."""
        nx, ny, nz = self.cells
        return (nx * CELL, ny * CELL, nz * CELL)

    @kept
    def ends(self) -> tuple[Point, Point]:
        """Smallest and largest corner, in metres, as plain numbers: one of them is had ten times as fast from these."""
        (x, y, z), (width, depth, height) = self.origin, self.size
        return (x, y, z - height), (x + width, y + depth, z - height + height)

    @kept
    def middle(self) -> Point:
        """Middle of the box, in metres, as plain numbers."""
        (x0, y0, z0), (x1, y1, z1) = self.ends
        return ((x0 + x1) / 2, (y0 + y1) / 2, (z0 + z1) / 2)

    @kept
    def box(self) -> tuple[np.ndarray, np.ndarray]:
        """Smallest and largest corner, each (3,) metres, read-only."""
        low, high = np.array(self.ends[0]), np.array(self.ends[1])
        low.flags.writeable = high.flags.writeable = False
        return low, high

    @kept
    def center(self) -> np.ndarray:
        """Middle of the box, (3,) metres, read-only."""
        middle = np.array(self.middle)
        middle.flags.writeable = False
        return middle

    def axis(self, name: str) -> Axis:
        """The axis called ``name``; raises ScriptError where there is none."""
        for axis in self.axes:
            if axis.name == name:
                return axis
        raise ScriptError(f"Grid {self.name!r} has no axis {name!r}; it has {', '.join(a.name for a in self.axes)}.")

    def drawn(self, tensor: np.ndarray) -> np.ndarray:
        """The numbers that have cells, in ``shown_shape``, of the whole tensor, which is in ``shape``."""
        for number, axis in enumerate(self.axes):
            if axis.shown is not None:
                tensor = np.take(tensor, axis.shown, axis=number)
        return tensor

    def index_of(self, flat: int) -> tuple[int, ...]:
        """The tensor's index of the cell number ``flat`` in C order."""
        cells = np.unravel_index(flat, self.shown_shape)
        return tuple(axis.index(int(cell)) for axis, cell in zip(self.axes, cells, strict=True))

    def __getitem__(self, index: Index) -> Region:
        """A region of the tensor, by index in the tensor's own order: ``grid[3]``, ``grid[:, 0]``."""
        ranges = ranges_of(self, index)
        given = index if isinstance(index, tuple) else (index,)
        parts = (*given, *[slice(None)] * (len(self.axes) - len(given)))
        for axis, part, (start, stop) in zip(self.axes, parts, ranges, strict=True):
            if axis.cell(start) >= axis.cell(stop):
                asked = f"{start}:{stop}" if isinstance(part, slice) else f"index {part}"
                raise ScriptError(f"{self!r}: {asked} on axis {axis.name} has no cell. Choose from {axis.choices}.")
        return Region(self, ranges)

    def sources(
        self,
        index: tuple[int, ...],
        among: Named,
        tensors: Mapping[str, np.ndarray] | None = None,
        pictures: bool = False,
    ) -> dict[str, Region]:
        """The cells that the cell at ``index`` is computed from, by operand name; ``among`` are the grids by name.

        With ``tensors`` a table lookup gives the one entry that is picked, without them the entries that
        could be. With ``pictures`` the operands that the formula only draws (the row inside a sum
        whose value was computed before) are there as well.

        Raises ScriptError for an index outside the grid, and where no rule computes its cells.
        """
        if self.rule is None:
            raise ScriptError(f"The cells of {self.name!r} are not computed.")
        index = self[index].index  # type: ignore[assignment]
        if len(index) != len(self.axes) or not all(isinstance(part, int) for part in index):
            raise ScriptError(f"A cell of {self.name!r} needs {len(self.axes)} whole numbers, but got {index!r}.")
        rule = self.rule.at(index)
        return {
            name: among[rule.sources[name].grid][
                tuple(resolve(part, index, rule, tensors) for part in rule.sources[name].index)
            ]
            for name in dict.fromkeys(operands(rule.formula, pictures))
        }

    def __repr__(self) -> str:
        return f"<{self.name} {'×'.join(map(str, self.shape))}>"


def boxes(grids: Iterable[Grid]) -> np.ndarray:
    """Smallest and largest corner of every grid, (n, 2, 3) metres: the ``box`` of each, of thousands at once."""
    return np.array([grid.ends for grid in grids]).reshape(-1, 2, 3)


class Named(Protocol):
    """Where grids are found by their names: a layout, or a mapping."""

    def __getitem__(self, name: str, /) -> Grid:
        """The grid of that name."""
        ...


@dataclass(frozen=True, eq=False)
class Region:
    """Some cells of a grid: a half-open range per axis of its tensor, in the tensor's order and its own indices."""

    grid: Grid
    ranges: Ranges

    @property
    def tensor(self) -> Grid:
        """The grid, as what its numbers are of."""
        return self.grid

    @property
    def index(self) -> tuple[int | slice, ...]:
        """Numpy index into the tensor: an int where the range holds one cell, else a slice."""
        return index_of(self.ranges)

    @property
    def taken(self) -> Taken:
        """Which numbers of a tensor these are: of its own, or of the one that a copy or excerpt shows."""
        if self.grid.taken is not None:
            return self.grid.taken.part(self.cells)
        pairs = zip(self.grid.axes, self.cells, strict=True)
        return Taken(self.grid.name, tuple(tuple(map(axis.index, range(a, b))) for axis, (a, b) in pairs))

    @property
    def first(self) -> tuple[int, ...]:
        """The tensor's index of the region's first cell."""
        return tuple(axis.index(a) for axis, (a, _) in zip(self.grid.axes, self.cells, strict=True))

    @kept
    def cells(self) -> tuple[tuple[int, int], ...]:
        """The range of cells per axis, in the tensor's order."""
        return tuple((axis.cell(a), axis.cell(b)) for axis, (a, b) in zip(self.grid.axes, self.ranges, strict=True))

    def drawn(self, tensor: np.ndarray) -> np.ndarray:
        """The region's numbers that have cells, of the whole tensor."""
        return self.grid.drawn(tensor)[tuple(slice(a, b) for a, b in self.cells)]

    def span(self, direction: str) -> tuple[int, int]:
        """Cell range along direction "x", "y" or "z"."""
        for axis, span in zip(self.grid.axes, self.cells, strict=True):
            if axis.direction == direction:
                return span
        return (0, 1)

    @property
    def box(self) -> tuple[np.ndarray, np.ndarray]:
        """Smallest and largest corner, each (3,) metres."""
        (x0, x1), (y0, y1), (z0, z1) = (self.span(d) for d in "xyz")
        x, y, z = self.grid.origin
        return (
            np.array([x + x0 * CELL, y + y0 * CELL, z - z1 * CELL]),
            np.array([x + x1 * CELL, y + y1 * CELL, z - z0 * CELL]),
        )

    @property
    def center(self) -> np.ndarray:
        """Middle of the box, (3,) metres."""
        low, high = self.box
        return (low + high) / 2

    def __repr__(self) -> str:
        return told(self.grid, self.ranges)


@dataclass(frozen=True, eq=False)
class Ribbon:
    """An arrow-headed band along a path of points, from one grid to another.

    ``path`` is (n, 3) metres with square corners that the stage rounds, all in one plane; ``across`` (3,)
    is the unit vector of the band's width at its start. Perpendicular to the plane it stays as it is; in
    the plane it turns with the path, so that the band lies flat.
    """

    name: str
    source: str  # grid names
    target: str
    path: np.ndarray
    across: np.ndarray
    width: float
    role: Role
    head: bool = True


@dataclass(frozen=True, eq=False)
class Section:
    """A named group of grids, with the bracket that marks it."""

    name: str  # "layers.0.attn.heads.2"
    title: str  # "Head 2"
    grids: tuple[Grid, ...]
    bracket: tuple[tuple[float, float, float], tuple[float, float, float]] | None = None  # its two ends
    children: tuple[Section, ...] = field(default=())

    @kept
    def boxes(self) -> np.ndarray:
        """Smallest and largest corner of each of its grids, (n, 2, 3) metres."""
        return boxes(self.grids)

    @kept
    def numbers(self) -> Mapping[str, int]:
        """The numbers of its grids among them, by name."""
        return {grid.name: number for number, grid in enumerate(self.grids)}
