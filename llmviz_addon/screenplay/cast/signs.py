"""What is written on the set, by what it is: chapters name signs as they name grids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from ...errors import ScriptError
from ...layout.grid import Grid
from ...layout.layout import Layout
from ...layout.lettering.drawing import Drawing
from .things import Group


class Signs:
    """The signs of a set."""

    def __init__(self, layout: Layout, signage: Mapping[str, Drawing]) -> None:
        self._layout, self._signage = layout, signage

    @property
    def card(self) -> Drawing:
        """The model's name and its parameter count."""
        return self._named("card")

    @property
    def input(self) -> Drawing:
        """The tokens that are read."""
        return self._named("tokens:input")

    @property
    def next(self) -> Drawing:
        """The token that was drawn, after those read."""
        return self._named("tokens:next")

    @property
    def output(self) -> Drawing:
        """The token that is likeliest, under each column of the output."""
        return self._named("tokens:output")

    @property
    def candidates(self) -> Drawing:
        """The likeliest tokens to come, with their probabilities."""
        return self._named("tokens:candidates")

    def label(self, grid: Grid) -> Drawing:
        """The name and the axes of a grid."""
        return self._named(f"label:{grid.name}")

    def bracket(self, group: Group) -> Drawing:
        """The bracket and the name of a section, or of the group of grids that is one."""
        for bracket in self.brackets(group.grids):
            return bracket
        raise ScriptError(f"{group!r} has no bracket; sections have one.")

    def brackets(self, grids: Iterable[Grid]) -> tuple[Drawing, ...]:
        """The brackets of all sections of just these grids, the outer before the inner."""
        return self._brackets.get(frozenset(grid.name for grid in grids), ())

    @cached_property
    def _brackets(self) -> Mapping[frozenset[str], tuple[Drawing, ...]]:
        found: dict[frozenset[str], tuple[Drawing, ...]] = defaultdict(tuple)
        for section in self._layout.all_sections:
            if (bracket := self._signage.get(f"section:{section.name}")) is not None:
                found[frozenset(grid.name for grid in section.grids)] += (bracket,)
        return found

    def _named(self, name: str) -> Drawing:
        if name not in self._signage:
            raise ScriptError(f"There is no {name!r} on this set.")
        return self._signage[name]
