"""Searching the tree of models as one types: the words of every title once, and arrays for what has which title.

GPT-3 has 139,000 entries and 2,000 titles. All layers of a model in outline share what is in them, so that is gone
through once; which entries have a word in their place is passed down level by level.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from ..kept import kept
from ..language import phrase
from .grid import Grid, Section

Node = Section | Grid


def members(sections: Sequence[Section], grids: Sequence[Grid]) -> list[Node]:
    """What is in a section that has these sections and grids within, in the order of computation."""
    within = {grid.name for section in sections for grid in section.grids}
    order = {grid.name: number for number, grid in enumerate(grids)}
    found: list[Node] = [*sections, *(grid for grid in grids if grid.name not in within)]
    return sorted(found, key=lambda one: order[one.name if isinstance(one, Grid) else one.grids[0].name])


@dataclass(frozen=True, eq=False)
class Branch:
    """Entries from above: numbers of their ``titles`` and ``names``, (n,); ``above`` (n,) is the place of what each is
    in, -1 of the first; ``places`` (n,) are those among their siblings."""

    titles: np.ndarray
    names: np.ndarray
    above: np.ndarray
    places: np.ndarray

    @kept
    def levels(self) -> list[np.ndarray]:
        """The entries of each level, the outermost first."""
        depths = np.zeros(len(self.above), dtype=np.int64)
        levels: list[np.ndarray] = []
        wanted = np.flatnonzero(self.above < 0)
        while len(wanted):
            depths[wanted] = len(levels) + 1
            levels.append(wanted)
            wanted = np.flatnonzero((depths == 0) & (self.above >= 0) & (depths[self.above] == len(levels)))
        return levels


class Index:
    """All entries of some models, each a title and its outermost sections, from above."""

    def __init__(self, models: Sequence[tuple[str, Sequence[Section]]]) -> None:
        self._titles: dict[str, int] = {}
        self._names: dict[str, int] = {}
        self._known: dict[tuple[int, int], Branch] = {}
        self._branch = joined([self._model(title, sections) for title, sections in models])
        self._known.clear()

    def _model(self, title: str, sections: Sequence[Section]) -> Branch:
        return self._below(title, "", [self._of(section) for section in sections])

    def _of(self, one: Node) -> Branch:
        if isinstance(one, Grid):
            return self._below(phrase(one.title), one.name, [])
        key = id(one.children), id(one.grids)
        if key not in self._known:
            self._known[key] = joined([self._of(member) for member in members(one.children, one.grids)])
        return self._below(phrase(one.title), one.name, [self._known[key]])

    def _below(self, title: str, name: str, branches: Sequence[Branch]) -> Branch:
        """An entry with all that is in it."""
        number = self._titles.setdefault(title.casefold(), len(self._titles))
        called = self._names.setdefault(name.casefold(), len(self._names))
        below = joined(branches) if len(branches) != 1 else branches[0]
        head = (number, called, -1, 0)
        values = (below.titles, below.names, below.above + 1, below.places)
        return Branch(*(np.concatenate([[first], rest]) for first, rest in zip(head, values, strict=True)))

    def find(self, text: str, most: int) -> list[tuple[int, ...]]:
        """Paths of at most so many entries; see ``Contents.search``."""
        words = text.casefold().split()
        if not words or not len(self._branch.titles):
            return []
        own, placed = self._all_have(words)
        together = self._in_a_row(words)
        sought = " ".join(words)
        named = np.array([sought in name for name in self._names])[self._branch.names]
        ranks = np.select([(placed | named) & own, (placed | named) & together, placed | named], [0, 1, 2], 3)
        found = [np.flatnonzero(ranks == rank)[:most] for rank in range(3)]
        return [self._path(int(entry)) for entry in np.concatenate(found)[:most]]

    def _all_have(self, words: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Which entries have all words in their titles, and which in their places and titles."""
        each = [self._titled(partial(_holds, word)) for word in words]
        return np.logical_and.reduce(each), np.logical_and.reduce([self._down(one.copy()) for one in each])

    def _titled(self, test: Callable[[str], bool]) -> np.ndarray:
        """Which entries have titles of a kind, (n,) bool."""
        return np.array([test(title) for title in self._titles])[self._branch.titles]

    def _down(self, found: np.ndarray) -> np.ndarray:
        """Those, and all that is in them."""
        for level in self._branch.levels[1:]:
            found[level] |= found[self._branch.above[level]]
        return found

    def _in_a_row(self, words: Sequence[str]) -> np.ndarray:
        """Which entries have the words in a row in their place and title, with single spaces in between."""
        count, above, levels = len(words), self._branch.above, self._branch.levels
        found = self._titled(partial(_holds, " ".join(words)))
        # ends[i]: what the place and title end with the first i words of
        ends = [self._titled(partial(_ends, words[:i])) for i in range(1, count)]
        for level in levels[1:]:
            found[level] |= found[above[level]]
            for i, end in enumerate(ends, 1):
                for j in range(1, i):
                    middle = self._titled(partial(operator.eq, " ".join(words[j:i])))[level]
                    end[level] |= middle & ends[j - 1][above[level]]
            for i, end in enumerate(ends, 1):
                begins = self._titled(partial(_begins, words[i:]))[level]
                found[level] |= begins & end[above[level]]
        return found

    def _path(self, entry: int) -> tuple[int, ...]:
        path = []
        while entry >= 0:
            path.append(int(self._branch.places[entry]))
            entry = int(self._branch.above[entry])
        return tuple(reversed(path))


def _holds(text: str, title: str) -> bool:
    return text in title


def _begins(words: Sequence[str], title: str) -> bool:
    return title.startswith(" ".join(words))


def _ends(words: Sequence[str], title: str) -> bool:
    return title.endswith(" ".join(words))


def joined(branches: Sequence[Branch]) -> Branch:
    """Branches beside one another."""
    if not branches:
        none = np.zeros(0, dtype=np.int64)
        return Branch(none, none, none, none)
    starts = np.cumsum([0, *(len(branch.titles) for branch in branches[:-1])])
    above = [np.where(one.above < 0, -1, one.above + start) for one, start in zip(branches, starts, strict=True)]
    places, count = [], 0
    for branch in branches:
        outermost = branch.above < 0
        places.append(np.where(outermost, branch.places + count, branch.places))
        count += int(outermost.sum())
    return Branch(
        np.concatenate([one.titles for one in branches]),
        np.concatenate([one.names for one in branches]),
        np.concatenate(above),
        np.concatenate(places),
    )
