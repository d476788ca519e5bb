"""The attribute tree of a layout: ``layout.layers[0].attn.heads[2].q_weight`` is a grid.

The tree mirrors the names in the trace, so a chapter reads like the model's own source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any, Self, TypeVar, cast

from ..errors import ScriptError
from ..kept import kept
from .grid import Grid
from .tensor import Unplaced

Member = TypeVar("Member")


class Series(tuple[Member, ...]):
    """Layers, or heads; ScriptError, which says how many there are, for one that is not there."""

    what: str

    def __new__(cls, what: str, members: Iterable[Member]) -> Series[Member]:
        made = super().__new__(cls, members)
        made.what = what
        return made

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        """The member of that number, or those of a slice."""
        try:
            return super().__getitem__(index)
        except IndexError:
            there = f"{self.what}s 0 to {len(self) - 1}" if len(self) > 1 else f"{self.what} 0 only"
            raise ScriptError(f"There is no {self.what} {index}; this model has {there}.") from None


class Group:
    """Grids, smaller groups and series of groups, by name, in the order in which they are computed.

    What is a dataclass has them as its fields; other fields are none of its members.
    """

    @property
    def members(self) -> Mapping[str, Grid | Group | Series[Group]]:
        """What is in the group, by name."""
        found = ((field.name, getattr(self, field.name)) for field in fields(self))  # type: ignore[arg-type]
        return {name: member for name, member in found if isinstance(member, Grid | Group | Series)}

    @kept
    def grids(self) -> tuple[Grid, ...]:
        """All grids of this group and of the groups within."""
        return tuple(_grids(self.members.values()))

    @property
    def unplaced(self) -> Mapping[str, Unplaced]:
        """The tensors of the group that stand nowhere, by name."""
        found = ((field.name, getattr(self, field.name)) for field in fields(self))  # type: ignore[arg-type]
        return {name: member for name, member in found if isinstance(member, Unplaced)}

    def times(self, grid: Grid) -> int:
        """How many grids such as this one of the group there are: as many as heads, or one."""
        series = (member for member in self.members.values() if isinstance(member, Series))
        return next((len(groups) for groups in series if any(grid in group.grids for group in groups)), 1)

    @kept
    def names(self) -> frozenset[str]:
        """The names of all grids of this group and of the groups within."""
        return frozenset(grid.name for grid in self.grids)

    def holding(self, others: Mapping[str, Grid]) -> Self:
        """The same group with ``others`` in the places of the grids of these names; itself, where it has none."""
        if self.names.isdisjoint(others):
            return self
        return cast(Self, replace(cast(Any, self), **_holding(self.members, others)))


class Layer(Group):
    """The parts of one layer, as attributes with the names that they have in the model.

    ``stream`` is the residual stream as it leaves the layer.
    """

    def __init__(self, parts: Mapping[str, Group], stream: Grid) -> None:
        self._parts = dict(parts)
        self.stream = stream

    def __getattr__(self, name: str) -> Any:
        parts = vars(self).get("_parts", {})
        if name not in parts:
            raise AttributeError(f"this model's layers have no {name!r}", name=name, obj=self)
        return parts[name]

    def __dir__(self) -> Iterable[str]:
        return [*super().__dir__(), *self._parts]

    @property
    def members(self) -> Mapping[str, Grid | Group | Series[Group]]:
        """The parts by name."""
        return self._parts

    @property
    def unplaced(self) -> Mapping[str, Unplaced]:
        """None but those of its parts."""
        return {}

    def holding(self, others: Mapping[str, Grid]) -> Self:
        """The same layer with others in the places of grids."""
        if self.names.isdisjoint(others):
            return self
        stream = others.get(self.stream.name, self.stream)
        return type(self)(cast(Mapping[str, Group], _holding(self._parts, others)), stream)


def _holding(
    members: Mapping[str, Grid | Group | Series[Group]], others: Mapping[str, Grid]
) -> dict[str, Grid | Group | Series[Group]]:
    """Members with others in the places of grids."""

    def changed(member: Grid | Group | Series[Group]) -> Grid | Group | Series[Group]:
        if isinstance(member, Grid):
            return others.get(member.name, member)
        if isinstance(member, Group):
            return member.holding(others)
        return Series(member.what, (group.holding(others) for group in member))

    return {name: changed(member) for name, member in members.items()}


def _grids(members: Iterable[Grid | Group | Series[Group]]) -> Iterator[Grid]:
    for member in members:
        if isinstance(member, Grid):
            yield member
        elif isinstance(member, Group):
            yield from member.grids
        else:
            yield from _grids(member)
