"""What stands on stage: grids of cells, ribbons between them, sections around them.

All positions are metres in Blender's frame: X to the right, Y away from the viewer, Z up; the model
runs down -Z. A grid's box starts at ``origin``, its left-front-top corner (smallest x, smallest y,
largest z), and cell (i, j, k) is the i-th to the right, the j-th to the back, the k-th down.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ..errors import ScriptError

if TYPE_CHECKING:
    from .formula import Rule

CELL = 0.1
"""Edge of one cell, in metres."""


class Role(StrEnum):
    """What kind of numbers a grid holds; it decides the colour."""

    WEIGHT = "weight"
    ACTIVATION = "activation"
    AGGREGATE = "aggregate"


@dataclass(frozen=True)
class Axis:
    """One axis of a tensor: its name on screen, its length, and the stage direction it runs along."""

    name: str  # "T", "C", "A", "4C", "n_vocab"
    length: int
    direction: str  # "x", "y" or "z" (z runs down)


@dataclass(frozen=True, eq=False)
class Grid:
    """One tensor on stage.

    ``name`` is the tensor's name in the trace, ``axes`` its axes in the tensor's own order, so that
    ``grid[t, c]`` speaks of the same number as ``trace[grid.name][t, c]``.
    """

    name: str
    title: str
    role: Role
    axes: tuple[Axis, ...]
    origin: tuple[float, float, float]
    kind: str  # grids of one kind share a gain, e.g. "ln_1.output"
    rule: Rule | None = None  # how a cell is computed; None for parameters

    @cached_property
    def cells(self) -> tuple[int, int, int]:
        """Cell counts (nx, ny, nz)."""
        return (self._along("x"), self._along("y"), self._along("z"))

    def _along(self, direction: str) -> int:
        return next((axis.length for axis in self.axes if axis.direction == direction), 1)

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Shape of the tensor."""
        return tuple(axis.length for axis in self.axes)

    @cached_property
    def strides(self) -> tuple[int, int, int]:
        """Step in the tensor's flat (C order) index per cell along x, y, z; 0 where it has one cell."""
        steps = {"x": 0, "y": 0, "z": 0}
        step = 1
        for axis in reversed(self.axes):
            steps[axis.direction] = step
            step *= axis.length
        return (steps["x"], steps["y"], steps["z"])

    @cached_property
    def size(self) -> tuple[float, float, float]:
        """Extent in metres along x, y, z."""
        nx, ny, nz = self.cells
        return (nx * CELL, ny * CELL, nz * CELL)

    @cached_property
    def box(self) -> tuple[np.ndarray, np.ndarray]:
        """Smallest and largest corner, each (3,) metres, read-only."""
        low = np.array(self.origin) - (0, 0, self.size[2])
        high = low + self.size
        low.flags.writeable = high.flags.writeable = False
        return low, high

    @property
    def center(self) -> np.ndarray:
        """Middle of the box, (3,) metres."""
        low, high = self.box
        return (low + high) / 2

    def axis(self, name: str) -> Axis:
        """The axis called ``name``; raises ScriptError where there is none."""
        for axis in self.axes:
            if axis.name == name:
                return axis
        raise ScriptError(f"Grid {self.name!r} has no axis {name!r}; it has {', '.join(a.name for a in self.axes)}.")

    def __getitem__(self, index: int | slice | tuple[int | slice, ...]) -> Region:
        """A region of the tensor, by index in the tensor's own order: ``grid[3]``, ``grid[:, 0]``."""
        if not isinstance(index, tuple):
            index = (index,)
        if len(index) > len(self.axes):
            raise ScriptError(f"Grid {self.name!r} has {len(self.axes)} axes, but got the index {index!r}.")
        ranges = []
        for axis, part in zip(self.axes, (*index, *[slice(None)] * (len(self.axes) - len(index))), strict=True):
            if isinstance(part, slice):
                start, stop, _ = part.indices(axis.length)
            else:
                start = part + axis.length if part < 0 else part
                stop = start + 1
                if not 0 <= start < axis.length:
                    raise ScriptError(
                        f"Grid {self.name!r}: index {part} on axis {axis.name} is outside 0 to {axis.length - 1}."
                    )
            ranges.append((int(start), int(stop)))
        return Region(self, tuple(ranges))

    def __repr__(self) -> str:
        return f"<{self.name} {'×'.join(map(str, self.shape))}>"


@dataclass(frozen=True, eq=False)
class Region:
    """Some cells of a grid: a half-open range per axis of its tensor, in the tensor's order."""

    grid: Grid
    ranges: tuple[tuple[int, int], ...]

    @property
    def index(self) -> tuple[int | slice, ...]:
        """Numpy index into the tensor: an int where the range holds one cell, else a slice."""
        return tuple(a if b == a + 1 else slice(a, b) for a, b in self.ranges)

    def span(self, direction: str) -> tuple[int, int]:
        """Cell range along stage direction "x", "y" or "z"."""
        for axis, span in zip(self.grid.axes, self.ranges, strict=True):
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
        inner = ", ".join(str(a) if b == a + 1 else f"{a}:{b}" for a, b in self.ranges)
        return f"{self.grid.name}[{inner}]"


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
