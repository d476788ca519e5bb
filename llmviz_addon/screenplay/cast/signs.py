"""What is written on the set, by what it is: chapters ask for signs as they ask for grids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from ...errors import ScriptError
from ...kept import kept
from ...layout.grid import Grid
from ...layout.layout import Layout
from ...layout.lettering.drawing import Drawing
from ...layout.signs.signage import Signage, TokenSigns
from .things import Group


class Signs:
    """The signs of a set; ``labels`` are those of its grids by name, of excerpts too."""

    def __init__(self, layout: Layout, signage: Signage, labels: Mapping[str, Drawing]) -> None:
        self._layout, self._signage, self._labels = layout, signage, labels

    @property
    def card(self) -> Drawing:
        """The model's name and its parameter count."""
        if self._signage.card is None:
            raise ScriptError("There is no card on this set.")
        return self._signage.card

    @property
    def input(self) -> Drawing:
        """The tokens that are read."""
        return self._tokens.input

    @property
    def next(self) -> Drawing:
        """The token that was drawn, after those read."""
        return self._tokens.next

    @property
    def output(self) -> Drawing:
        """The token that is likeliest, under each column of the output."""
        return self._tokens.output

    @property
    def candidates(self) -> Drawing:
        """The likeliest tokens to come, with their probabilities."""
        return self._tokens.candidates

    def label(self, grid: Grid) -> Drawing:
        """The name and the axes of a grid."""
        if grid.name not in self._labels:
            raise ScriptError(f"{grid!r} has no label.")
        return self._labels[grid.name]

    def labels(self, group: Group) -> tuple[Drawing, ...]:
        """Those of all grids of a group."""
        return tuple(self._labels[grid.name] for grid in group.grids if grid.name in self._labels)

    def bracket(self, group: Group) -> Drawing:
        """The bracket and the name of a section, or of the group of grids that is one."""
        for bracket in self.brackets(group.grids):
            return bracket
        raise ScriptError(f"{group!r} has no bracket; sections have one.")

    def brackets(self, grids: Iterable[Grid]) -> tuple[Drawing, ...]:
        """The brackets of all sections of just these grids, the outer before the inner."""
        return self._brackets.get(frozenset(grid.name for grid in grids), ())

    @kept
    def _brackets(self) -> Mapping[frozenset[str], tuple[Drawing, ...]]:
        found: dict[frozenset[str], tuple[Drawing, ...]] = defaultdict(tuple)
        for section in self._layout.all_sections:
            if (bracket := self._signage.brackets.get(section.name)) is not None:
                found[frozenset(grid.name for grid in section.grids)] += (bracket,)
        return found

    @property
    def _tokens(self) -> TokenSigns:
        if self._signage.tokens is None:
            raise ScriptError("There are no tokens on this set.")
        return self._signage.tokens
