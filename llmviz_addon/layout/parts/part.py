"""What every part tells of its place on the set: a group of grids that knows how it is placed, joined and named.

The file of a part says all of it: what its grids are called, which axes they have and where they stand, the rule of
each where it is made, the ribbons that join them, and the section with its bracket. The model's own files are not
asked for more than their parts; those that differ in numbers only, such as the width of an MLP, are no new parts.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import ClassVar, Self, TypeVar

from ...errors import ScriptError
from ...kept import kept
from ...model.parts.part import Part
from ..bands import Bands
from ..grid import CELL, Beside, Grid, Outward, Ribbon, Section
from ..groups import Group
from ..roles import Role
from ..rules.formula import Rule
from ..sections import bracketed
from ..tensor import Axis, Unplaced


@dataclass(frozen=True)
class Measures:
    """What all parts of a set have in common.

    Attributes
    ----------
    n_tokens : T, the number of columns.
    gap : metres between neighbouring grids.
    vocabulary : the ids that have cells, ascending; None for all.
    most : by an axis's name how many cells it has at most.
    times : the tokens' places that have columns, ascending; None for all, or the first if they are too many.
    """

    n_tokens: int
    gap: float
    vocabulary: tuple[int, ...] | None
    most: Mapping[str, int]
    times: tuple[int, ...] | None = None

    def axis(self, name: str, length: int, direction: str) -> Axis:
        """An axis, which may not have a cell for each of its indices."""
        shown = range(min(self.most.get(name, length), length))
        some = self.times if name == "T" and self.times else tuple(shown)
        return Axis(name, length, direction, some if len(some) < length else None)


@dataclass(frozen=True)
class Spot:
    """Where a part is to stand, and what it is joined to.

    Coordinates here are x to the right, ``down`` from the token row, and ``away`` from the viewer.

    Attributes
    ----------
    name, kind : what its grids' names begin with, and their kinds, which are the same for all layers.
    lengths : how long its axes are, by name.
    reads, stream : the grid that it reads, and the residual stream as it comes in.
    middle : x of the middle of the stream.
    edge : left end of what it reads, and of all that belongs to that.
    down : how far down its room begins.
    top : z that is above all of its layer, where ribbons to the next column pass.
    last : whether the stream ends here.
    """

    name: str
    kind: str
    measures: Measures
    lengths: Mapping[str, int]
    reads: Grid
    stream: Grid
    middle: float
    edge: float
    down: float
    top: float
    last: bool = False

    @property
    def gap(self) -> float:
        """Metres between neighbouring grids."""
        return self.measures.gap

    @kept
    def _axes(self) -> dict[tuple[str, str], Axis]:
        return {}

    def axis(self, name: str, direction: str) -> Axis:
        """An axis by name, along x, y or z, with no more cells than it may have."""
        if (name, direction) not in self._axes:
            self._axes[name, direction] = self._axis(name, direction)
        return self._axes[name, direction]

    def _axis(self, name: str, direction: str) -> Axis:
        if name == "n_vocab":
            return Axis(name, self.lengths[name], direction, self.measures.vocabulary)
        length = self.measures.n_tokens if name == "T" else self.lengths[name]
        return self.measures.axis(name, length, direction)

    @property
    def width(self) -> float:
        """Metres across T columns."""
        return self.axis("T", "x").cells * CELL

    @property
    def height(self) -> float:
        """Metres down C cells."""
        return self.axis("C", "z").cells * CELL

    @property
    def left(self) -> float:
        """Left edge of the stream."""
        return self.middle - self.width / 2

    def grid(
        self,
        name: str,
        title: str,
        role: Role,
        axes: tuple[Axis, ...],
        x: float,
        down: float,
        away: float = 0.0,
        rule: Rule | None = None,
        caption: Beside | Outward | None = None,
        shares: bool = False,
    ) -> Grid:
        """A grid whose left edge is ``x``, top ``down``, and whose middle plane lies ``away``."""
        kind, origin = _kind(self.kind, name), (x, away - CELL / 2, -down)
        return Grid(f"{self.name}.{name}", title, role, axes, origin, kind, rule, caption, shares)

    def unplaced(self, name: str, axes: tuple[Axis, ...]) -> Unplaced:
        """A tensor that has no grid."""
        return Unplaced(f"{self.name}.{name}", axes)


@lru_cache(maxsize=1 << 14)  # the layers of a model are alike
def _kind(part: str, name: str) -> str:
    """What stands in series is of one kind."""
    return f"{part}.{re.sub(r'[^.]+[.][0-9]+[.]', '', name)}"


@dataclass(frozen=True, eq=False)
class PartGrids(Group):
    """The grids of a part, as fields in the order in which they are computed, and the spot where they stand."""

    title: ClassVar[str]  # of its section

    spot: Spot

    @classmethod
    @abstractmethod
    def placed(cls, part: Part, spot: Spot) -> Self:
        """The grids of ``part``, each with the rule of its cells."""

    @abstractmethod
    def ribbons(self, bands: Bands) -> Iterator[Ribbon]:
        """What joins them with each other, with what they read, and with the stream."""

    def section(self) -> Section:
        """The section that they are, with its bracket and the sections within."""
        return bracketed(self.spot.name, self.title, self.grids, self.spot.gap, self.sections_within())

    def sections_within(self) -> tuple[Section, ...]:
        """Smaller sections, such as the heads."""
        return ()

    def landmarks(self) -> tuple[Grid, ...]:
        """The grids that are named on an outline, where a model is so large that most are not; all tables if untold.

        Of what stands in series those of one are enough.
        """
        return tuple(grid for grid in self.grids if len(grid.axes) == 2)


_PLACED_AS: dict[type[Part], type[PartGrids]] = {}

Made = TypeVar("Made", bound=type[PartGrids])


def stands_for(part: type[Part]) -> Callable[[Made], Made]:
    """Marks the class that says where the grids of such a ``part`` stand."""

    def marked(grids: Made) -> Made:
        _PLACED_AS[part] = grids
        return grids

    return marked


def placed(part: Part, spot: Spot) -> PartGrids:
    """The grids of a part of any kind.

    A part of ``model/parts/`` is told in the file of the same name here, one of elsewhere wherever it was marked.
    Raises ScriptError where it is nowhere.
    """
    kind = type(part)
    if kind not in _PLACED_AS and kind.__module__.rpartition(".")[0] == Part.__module__.rpartition(".")[0]:
        import_module(f".{kind.__module__.rpartition('.')[2]}", __package__)
    for known in kind.__mro__:
        if known in _PLACED_AS:
            return _PLACED_AS[known].placed(part, spot)
    raise ScriptError(f"Nothing says where the grids of a {kind.__name__} stand.")


def under(grid: Grid) -> float:
    """How far down a grid ends."""
    return -grid.origin[2] + grid.size[2]
