"""What models are made of as a tree to walk in: sections within sections, and the grids in them.

An entry is known by its path, its place among its siblings at every level, from the model down. Of a model in outline
all layers are told by the one that was laid out; what is within an entry is found when it is asked for, as GPT-3 has
130,000 of them.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from ..kept import kept
from ..language import Language, language_in_use, phrase, spoken, whole
from .grid import Grid, Section
from .searching import Index, members

Path = tuple[int, ...]
WAYS = ("PREVIOUS", "NEXT", "IN", "OUT", "UP", "DOWN")
"""Where one can walk to: siblings, a level down or up in the tree, the same thing in the layer above or below."""


@dataclass(frozen=True, eq=False)
class Model:
    """A model: its title and outermost sections; ``outline`` is the number of one in outline, ``None`` of a run.

    What is in it is called in its ``language``.
    """

    title: str
    sections: tuple[Section, ...]
    outline: int | None = None
    language: Language = field(default_factory=language_in_use)


@dataclass(frozen=True, eq=False)
class Entry:
    """A model, a section of it or a grid; ``above`` is what it is in."""

    path: Path
    model: Model
    section: Section | None = None
    grid: Grid | None = None
    above: Entry | None = None

    @property
    def title(self) -> str:
        """What it is called on the set."""
        found = self.grid or self.section
        with spoken(self.model.language):
            return self.model.title if found is None else phrase(found.title)

    @property
    def name(self) -> str:
        """What chapters call it; "" of a model."""
        found = self.grid or self.section
        return found.name if found is not None else ""

    @property
    def detail(self) -> str:
        """The shape of a grid, how many grids there are in all else."""
        with spoken(self.model.language):
            if self.grid is not None:
                return " × ".join(map(whole, self.grid.shape))
            return phrase("{} grids", len(self.grids))

    @kept
    def grids(self) -> tuple[Grid, ...]:
        """All grids in it, each once, in the order of computation."""
        if self.grid is not None:
            return (self.grid,)
        if self.section is not None:
            return self.section.grids
        return tuple(grid for section in self.model.sections for grid in section.grids)

    @kept
    def names(self) -> frozenset[str]:
        """The names of its grids."""
        return frozenset(grid.name for grid in self.grids)

    @property
    def folds(self) -> bool:
        """Whether there is something in it."""
        return self.grid is None

    @kept
    def children(self) -> tuple[Entry, ...]:
        """What is in it, in the order of computation."""
        if self.grid is not None:
            return ()
        if self.section is None:
            return tuple(self._child(number, one) for number, one in enumerate(self.model.sections))
        found = members(self.section.children, self.section.grids)
        return tuple(self._child(number, one) for number, one in enumerate(found))

    def _child(self, number: int, one: Section | Grid) -> Entry:
        path = (*self.path, number)
        if isinstance(one, Grid):
            return Entry(path, self.model, grid=one, above=self)
        return Entry(path, self.model, section=one, above=self)

    def __repr__(self) -> str:
        return f"<{' ▸ '.join((*self.place, self.title))}>"

    @property
    def ways_up(self) -> tuple[Entry, ...]:
        """It and all that it is in, the model last."""
        return (self, *(self.above.ways_up if self.above is not None else ()))

    @property
    def place(self) -> tuple[str, ...]:
        """The titles of what it is in, the outer before the inner."""
        return tuple(entry.title for entry in reversed(self.ways_up[1:]))

    @property
    def outer(self) -> Entry:
        """The outermost section that it is in, such as a layer; of a model itself."""
        return self.ways_up[max(len(self.path) - 2, 0)]

    @property
    def nearest(self) -> Entry:
        """The innermost section that it is in, or is, such as a head; of a model itself."""
        return self.above if self.grid is not None and self.above is not None else self


class Contents:
    """The tree of some models."""

    def __init__(self, models: Sequence[Model]) -> None:
        self.models = tuple(Entry((number,), model) for number, model in enumerate(models))

    def __getitem__(self, path: Path) -> Entry:
        """The entry at a path; IndexError where there is none."""
        found, among = None, self.models
        for number in path:
            if not 0 <= number < len(among):
                raise IndexError(f"There is nothing at {path!r}.")
            found, among = among[number], among[number].children
        if found is None:
            raise IndexError("An entry has a path.")
        return found

    def there(self, path: Path) -> Entry | None:
        """The entry at a path; None where there is none."""
        try:
            return self[path]
        except IndexError:
            return None

    def rows(self, unfolded: Collection[Path]) -> Iterator[Entry]:
        """The entries that are seen where those at some paths are unfolded, from above."""
        waiting = list(reversed(self.models))
        while waiting:
            entry = waiting.pop()
            yield entry
            if entry.path in unfolded:
                waiting += reversed(entry.children)

    def every(self) -> Iterator[Entry]:
        """All of them, from above."""
        waiting = list(reversed(self.models))
        while waiting:
            entry = waiting.pop()
            yield entry
            waiting += reversed(entry.children)

    def search(self, text: str, most: int = sys.maxsize) -> list[Entry]:
        """Entries whose title and place have all words of ``text``, or whose name has it, at most so many.

        First those whose own title has the words, then those that have them in a row, as *head 2* and not *layer 2*.
        """
        return [self[path] for path in self._index.find(text, most)]

    @kept
    def _index(self) -> Index:
        with spoken(self.models[0].model.language if self.models else language_in_use()):
            return Index([(entry.title, entry.model.sections) for entry in self.models])

    def of(self, name: str, within: Entry | None = None) -> Entry | None:
        """The section or grid that has a name, ``within`` an entry or the first model; None where there is none."""
        start = within or next(iter(self.models), None)
        if start is None or start.name == name:
            return start
        below = (one for one in start.children if one.name == name or one.folds and _holds(one, name))
        found = next(below, None)
        return None if found is None else self.of(name, found)

    def step(self, path: Path, way: str) -> Entry | None:
        """Where a step leads, one of ``WAYS``; None where there is nothing."""
        entry = self[path]
        if way == "IN":
            return entry.children[0] if entry.children else None
        if way == "OUT":
            return entry.above
        if way in ("PREVIOUS", "NEXT"):
            return self.there((*path[:-1], path[-1] + (1 if way == "NEXT" else -1)))
        if len(path) < 2:
            return None
        return self._across(entry, 1 if way == "DOWN" else -1)

    def _across(self, entry: Entry, step: int) -> Entry | None:
        """The same thing in the outermost section before or after; what comes closest where there is none."""
        path = entry.path
        found = self.there((path[0], path[1] + step))
        if found is None:
            return None
        for one, number in zip(reversed(entry.ways_up[:-2]), path[2:], strict=True):
            below = self.there((*found.path, number))
            if below is None or below.title != one.title:
                break
            found = below
        return found


def _holds(entry: Entry, name: str) -> bool:
    """Whether what has a name is in an entry: a grid of it, or a section within."""
    return name in entry.names or any(one.name == name or _holds(one, name) for one in entry.children if one.folds)
