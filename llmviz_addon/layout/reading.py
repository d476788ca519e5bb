"""What can be read of a cell, or of some: where it is, its value, its formula with its numbers, whence and whereto.

All of it comes from the layout's rules and the run's tensors; which cells are computed yet, at a frame of the story, is
for whoever asks to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..kept import kept
from ..language import Language, language_in_use, phrase, quoted, spoken
from ..rounding import of_cell
from .grid import Grid, Region
from .layout import Layout
from .rules.spelled import spelled
from .rules.written import written
from .tensor import Axis
from .uses import Uses

NOT_YET = "not computed yet in the story"
NO_TOKEN = "no token is here yet"
NO_WEIGHTS = "an outline: its shape only, no weights are there"
NO_TENSOR = "a number that the chapter works out on the way"
BETWEEN = " ▸ "
LISTED = 6
"""Numbers of several, or names of what uses a cell, that are told."""


@dataclass(frozen=True, eq=False)
class Reading:
    """What stands in a cell of a grid, or in several.

    Attributes
    ----------
    region : the cells; ``region.grid`` is their grid, ``region.index`` their index as numpy has it.
    where : the same by the names of the axes, such as ``t: 3 “B”, c: 17``.
    place : in which sections of the model that is, the outer before the inner.
    values : the true numbers, float32 (of tokens int64), in the shape of the index; None where ``remark`` says why.
    remark : what else is to know, such as that it is not computed yet at this frame.
    formula, numbers : how one cell is computed, in symbols and with its numbers; "" where it was learned or given.
    sources : the cells that it is computed from; ``uses`` those that are computed from it.
    lines : the row and the column of a cell of an attention matrix, the vector of a token.
    language : in which all this is told.
    """

    region: Region
    where: str
    place: tuple[str, ...] = ()
    values: np.ndarray | None = None
    remark: str = ""
    formula: str = ""
    numbers: str = ""
    sources: tuple[Region, ...] = ()
    uses: tuple[Region, ...] = ()
    lines: tuple[Region, ...] = ()
    language: Language = field(default_factory=language_in_use)

    @property
    def grid(self) -> str:
        """The grid's name, which is its tensor's in the trace."""
        return self.region.grid.name

    @property
    def title(self) -> str:
        """What the grid is called on the set."""
        with spoken(self.language):
            return phrase(self.region.grid.title or "Numbers of the chapter")

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the whole tensor."""
        return self.region.grid.shape

    @property
    def index(self) -> tuple[int | slice, ...]:
        """Numpy index into the tensor."""
        return self.region.index

    @property
    def value(self) -> float | None:
        """The number of a single cell; None where there is none to tell, or several."""
        return float(self.values) if self.values is not None and self.values.size == 1 else None

    @property
    def text(self) -> str:
        """The value, or all of them, to be copied: as many digits as tell float32 numbers apart."""
        if self.values is None:
            return ""
        return " ".join(_exact(number) for number in np.ravel(self.values))

    @property
    def shown(self) -> str:
        """The value as it stands in a cell of the set; of several the first ones; or why there is none."""
        if self.values is None:
            return self.remark
        numbers = np.ravel(self.values)
        write = str if numbers.dtype.kind == "i" else lambda number: of_cell(float(number))
        with spoken(self.language):
            return "  ".join(map(write, numbers[:LISTED])) + in_all(len(numbers), LISTED)

    def __repr__(self) -> str:
        """All that is known, in a few lines."""
        size = "×".join(map(str, self.shape))
        lines = [f"{self.title} ({size}), {self.where}", BETWEEN.join(self.place)]
        if self.values is None:
            lines += [self.remark, self.formula and f"= {self.formula}"]
        else:
            lines += [self.shown, self.formula and f"= {self.formula}", self.numbers, self.remark]
        with spoken(self.language):
            for word, regions in ((phrase("from"), self.sources), (phrase("used by"), self.uses)):
                if regions:
                    lines.append(f"{word} {', '.join(map(repr, regions[:LISTED]))}{in_all(len(regions), LISTED)}")
        return "\n".join(line for line in lines if line)


def in_all(amount: int, listed: int) -> str:
    """That there are more of something than are listed; "" where there are not."""
    return "  … " + phrase("{} in all", amount) if amount > listed else ""


@dataclass(frozen=True, eq=False)
class Reader:
    """Reads cells of a ``layout`` of which the ``tensors`` are known, and the ``tokens`` that the model read.

    ``text_of`` gives the text of a token of the vocabulary. Without tensors it is an outline, which has only shapes.
    """

    layout: Layout
    tensors: Mapping[str, np.ndarray] | None
    tokens: Sequence[int]
    text_of: Callable[[int], str]

    @kept
    def _uses(self) -> Uses:
        return Uses(self.layout)

    def read(self, region: Region, missing: str = "") -> Reading:
        """What can be read of some cells of a grid of the layout; ``missing`` says why they have no values yet."""
        grid, where = region.grid, self.where(region)
        place = tuple(phrase(section.title) for section in self.layout.around.get(grid.name, ()))
        if self.tensors is None:
            return Reading(region, where, place, remark=phrase(NO_WEIGHTS), formula=self._formula(region))
        sources, uses = self._around(region, missing != NO_TOKEN)
        if missing:
            why, formula = phrase(missing), self._formula(region)
            return Reading(region, where, place, None, why, formula, "", sources, uses, self._lines(region))
        values = np.asarray(self.tensors[grid.name][region.index])
        if grid is self.layout.tokens:
            values = values.astype(np.int64)
        return Reading(
            region, where, place, values, self._remark(region, values), self._formula(region),
            self._numbers(region, values), sources, uses, self._lines(region),
        )  # fmt: skip

    def where(self, region: Region) -> str:
        """The index by the names of the axes, with the texts of tokens."""
        axes, index = region.grid.axes, region.index
        names = [axis.name.lower() for axis in axes]
        if len(names) == 2 and names[0] == names[1]:
            names = [phrase("query"), phrase("key")]
        return ", ".join(
            f"{name}: {self._part(axis, part)}" for name, axis, part in zip(names, axes, index, strict=True)
        )

    def _part(self, axis: Axis, part: int | slice) -> str:
        if isinstance(part, slice):
            whole = part.start == 0 and part.stop == axis.length
            return phrase("all {}", axis.length) if whole else phrase("{} to {}", part.start, part.stop - 1)
        token = None
        if axis.name == "n_vocab" and self.tokens:
            token = part
        elif axis.name == "T" and part < len(self.tokens):
            token = int(self.tokens[part])
        return str(part) if token is None else f"{part} {quoted(self.text_of(token))}"

    def _formula(self, region: Region) -> str:
        rule, index = region.grid.rule, _one(region)
        return "" if rule is None or index is None else spelled(rule.at(index).formula)

    def _numbers(self, region: Region, values: np.ndarray) -> str:
        """The formula with its values and what they come to."""
        rule, index = region.grid.rule, _one(region)
        if rule is None or index is None:
            return ""
        assert self.tensors is not None
        result = of_cell(float(values))
        told = written(rule, self.tensors, index, result)
        return "" if told is None else f"{spelled(told[0])} {told[1]} {result}"

    def _remark(self, region: Region, values: np.ndarray) -> str:
        if _one(region) is None:
            return ""
        if region.grid is self.layout.tokens:
            return f"{phrase('the token')} {quoted(self.text_of(int(values)))}"
        return phrase("a later token: masked") if np.isneginf(values).all() else ""

    def _around(self, region: Region, there: bool) -> tuple[tuple[Region, ...], tuple[Region, ...]]:
        """The cells that a single one is computed from, each once, and those that are computed from it.

        Where its token is not ``there`` yet it may be computed from any entry of a table.
        """
        index = _one(region)
        if index is None:
            return (), ()
        assert self.tensors is not None
        grid = region.grid
        found = grid.sources(index, self.layout, self.tensors if there else None).values() if grid.rule else ()
        sources = {(one.grid.name, one.ranges): one for one in found}
        return tuple(sources.values()), self._uses.of(grid, index, self.tensors)

    def _lines(self, region: Region) -> tuple[Region, ...]:
        """The row and column of a cell of a square of tokens; of a token, or of a cell of a vector, the vector."""
        grid, index = region.grid, _one(region)
        if index is None:
            return ()
        names = [axis.name for axis in grid.axes]
        if names == ["T", "T"]:
            return grid[index[0]], grid[:, index[1]]
        if grid.name == self.layout.tokens.name:
            return (self.layout.embedding.output[index[0]],)
        return (grid[index[0]],) if names[:1] == ["T"] and len(names) == 2 else ()


def _one(region: Region) -> tuple[int, ...] | None:
    """The index of a region that is a single cell."""
    index = tuple(part for part in region.index if isinstance(part, int))
    return index if len(index) == len(region.ranges) else None


def one_cell(grid: Grid, index: Sequence[int]) -> Region:
    """The cell of ``grid`` at an index of its tensor."""
    return grid[tuple(int(part) for part in index)]


def _exact(number: float) -> str:
    return str(np.float32(number)) if not float(number).is_integer() else f"{float(number):.0f}"
