"""Where in a model some of its grids are: in which of its sections, by name, and what of these is meant.

All of it is read off the layout, so it holds for any parts. Of several parts that are named at once, one of which only
that is named which another one reads is no place to be: who looks at a norm and its input looks at the norm.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from .grid import Grid, Section
from .layout import Layout
from .layout import sections as of_layout
from .outline import Outline
from .parts.part import PartGrids


@dataclass(frozen=True)
class Place:
    """Where some grids are.

    Attributes
    ----------
    sections : numbers of the model's outermost sections in which they are, ascending.
    titles : of these, or of the one and the sections within it that hold them all, the innermost last.
    grids : names of all of them that are in the last of these sections.
    """

    sections: tuple[int, ...]
    titles: tuple[str, ...]
    grids: frozenset[str]


class Whereabouts:
    """Answers for one layout."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._known: dict[frozenset[str], Place | None] = {}

    def place(self, grids: Sequence[Grid]) -> Place | None:
        """Where ``grids`` are; None where none of them is in a section."""
        key = frozenset(grid.name for grid in grids)
        if key not in self._known:
            self._known[key] = self._place(key)
        return self._known[key]

    def _place(self, named: frozenset[str]) -> Place | None:
        meant, outermost = named - self._merely_read(named), self._layout.outermost
        numbers = tuple(sorted({outermost[name] for name in meant if name in outermost}))
        if not numbers:
            return None
        outer = [self._layout.sections[number] for number in numbers]
        titles = tuple(one.title for one in outer)
        if len(outer) == 1:
            titles = tuple(one.title for one in self._shared(outer[0], meant))
        return Place(numbers, titles, frozenset(name for name in named if outermost.get(name) == numbers[-1]))

    def _shared(self, outer: Section, names: Collection[str]) -> list[Section]:
        """An outermost section, and of those within it the ones that hold all of ``names``, outer before inner."""
        found: list[Section] = []
        for first, *others in zip(*(self._layout.around.get(name, ()) for name in names), strict=False):
            if any(one is not first for one in others):
                break
            found.append(first)
        return found or [outer]

    def _merely_read(self, names: Collection[str]) -> set[str]:
        """Of those named the ones that are there only because others, which are named as well, read them."""
        mine: dict[int, tuple[PartGrids, set[str]]] = {}
        for name in names:
            if (part := self._layout.part_of.get(name)) is not None:
                mine.setdefault(id(part), (part, set()))[1].add(name)
        read = {one.name for part, _ in mine.values() for one in (part.spot.reads, part.spot.stream)}
        return {name for _, own in mine.values() if own <= read for name in own}


def sections_of(outline: Outline) -> tuple[Section, ...]:
    """The outermost sections of a model in outline; all its layers have the grids of the one that was laid out."""
    first, layer, last = of_layout(outline.sample)
    count = outline.blueprint.config.n_layer
    layers = (replace(layer, name=f"layers.{number}", title=f"Layer {number}") for number in range(count))
    return first, *layers, last
