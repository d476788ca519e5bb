"""What a formula panel shows, in three steps: the formula in symbols, the same with its values, and the result.

The values are filled into the very tree that the symbols are set from, and ``=`` stands before the result only where
what is written gives it as it is written. A panel is no larger than what it shows: a long sum is written with fewer
terms, then smaller, then in several lines, before it grows wider than it may.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ...language import phrase
from ...layout.grid import Grid
from ...layout.lettering.drawing import Rect, Shape, Text
from ...layout.lettering.font import advance
from ...layout.lettering.typeset import Box, set_formula
from ...layout.rules.formula import Sum
from ...layout.rules.written import FIRST, Writing
from ...rounding import of_cell, of_sum, of_whole
from .panel import PAD

HEAD, BETWEEN = 0.8, 0.42
"""Size of the line over the formula, and what stands its lines apart, in ems."""
RESULT = "="
"""What the result is called among the operands."""
SMALLEST = 0.8
"""Of the letters' size, in a panel that would be too wide."""
HIGHEST = 0.27
"""Height of a panel, in picture heights, from which on one is tried that is set in less."""
_SMALL = [(first, SMALLEST, lines) for first in (1, 0) for lines in (1, 2, 3, 4)]
FORMS = (FIRST, 1.0, 1), (1, 1.0, 1), (FIRST, 1.0, 2), (1, 1.0, 2), *_SMALL
"""Ways to set what is written, the best first: first terms of a sum, size of its letters, and its lines."""


@dataclass(frozen=True)
class Steps:
    """What stands on a panel, from its lower left corner on, in picture heights.

    ``values`` and ``results`` are those of each cell in turn; ``symbols`` they have in common, on the plate.
    ``anchors`` are the middles of the operands, by name, and of the result.
    """

    width: float
    height: float
    symbols: tuple[Shape, ...]
    values: tuple[tuple[Shape, ...], ...]
    results: tuple[tuple[Shape, ...], ...]
    anchors: Mapping[str, tuple[float, float]]


def _result(grid: Grid, tensor: np.ndarray, at: tuple[int, ...]) -> str:
    """What a cell comes to, as it is written wherever it is told."""
    if grid.shares:
        return of_whole(tensor[at[:-1]], at[-1])
    value, rule = float(tensor[at]), grid.rule
    return of_sum(value) if rule and isinstance(rule.at(at).formula, Sum) else of_cell(value)


@dataclass(frozen=True)
class _Told:
    """One cell's values, where its formula reads any, and its result with the sign before it."""

    index: tuple[int, ...]
    values: Box | None
    result: Box


class _Valued(NamedTuple):
    """The values of one cell, where its formula reads any, at an em of 1; and ``=`` or ``≈``."""

    values: Box | None
    sign: str


class Setting:
    """The panel of ``cells`` of a grid that have one formula, at letters of ``em``, to be set in several widths.

    ``tensors`` are those that its rule reads, and its own; ``tokens`` what those of a small vocabulary are called, and
    ``drawn``, by operand, which of its numbers are, where not all.
    """

    def __init__(
        self,
        grid: Grid,
        cells: Sequence[tuple[int, ...]],
        tensors: Mapping[str, np.ndarray],
        em: float,
        tokens: Sequence[str] = (),
        drawn: Mapping[str, Sequence[int]] | None = None,
    ) -> None:
        assert grid.rule is not None
        self._grid, self._cells, self._em, self._formula = grid, cells, em, grid.rule.at(cells[0]).formula
        self._tokens = tokens
        self._results = {at: _result(grid, tensors[grid.name], at) for at in cells}
        self._writings = {at: Writing(grid.rule, tensors, at, result, drawn) for at, result in self._results.items()}
        self._symbols = set_formula(self._formula, 1.0)
        self._set: dict[tuple[int, int], list[_Valued]] = {}

    def within(self, most: float) -> Steps:
        """It is ``most`` wide if it can be."""
        inner = most - 2 * PAD
        best: Steps | None = None
        for first, smaller, lines in FORMS:
            size, valued = smaller * self._em, self._valued(first, lines)
            widest = max([self._symbols.width, *(one.values.width for one in valued if one.values)])
            if size * widest <= inner:
                steps = self._steps(valued, size, inner)
                best = steps if best is None or steps.height < best.height else best
                if best.height <= HIGHEST:
                    return best
        return best or self._steps(valued, min(size, inner / widest), inner)

    def _steps(self, valued: Sequence[_Valued], em: float, inner: float) -> Steps:
        """All cells in letters of ``em``."""
        told = [self._told(at, one, em) for at, one in zip(self._cells, valued, strict=True)]
        head = _Head(self._grid, self._tokens, HEAD * self._em)
        return _laid_out(head, self._symbols.moved(0, 0, em), told, em, inner)

    def _valued(self, first: int, lines: int) -> list[_Valued]:
        """Each cell's values."""
        if (first, lines) not in self._set:
            found = [self._writings[at].at(first, lines) for at in self._cells]
            self._set[first, lines] = [
                _Valued(set_formula(one[0], 1.0), one[1]) if one else _Valued(None, "=") for one in found
            ]
        return self._set[first, lines]

    def _told(self, at: tuple[int, ...], valued: _Valued, em: float) -> _Told:
        """A cell with its values and its result."""
        result, before = self._results[at], f"{valued.sign} "
        wide = advance(before, em)
        shapes = (Text(0, 0, ((before, "ink"),), em), Text(wide, 0, ((result, str(self._grid.role)),), em))
        values = valued.values.moved(0, 0, em) if valued.values else None
        return _Told(at, values, Box(shapes, wide + advance(result, em), 0.75 * em, 0.24 * em))


@dataclass(frozen=True)
class _Head:
    """The line over the formula: which grid, and of each cell its indices, or tokens of a vocabulary by their names."""

    grid: Grid
    tokens: Sequence[str]
    em: float

    @property
    def _title(self) -> str:
        return f"{phrase(self.grid.title)}   " if self.grid.title else ""

    @property
    def _captions(self) -> list[str]:
        """How indices are called: by their axis, and as query and key where both axes are the same."""
        names = [axis.of_one for axis in self.grid.axes]
        names = ["query", "key"] if len(names) == 2 and names[0] == names[1] else names
        named = [bool(self.tokens) and axis.name == "n_vocab" for axis in self.grid.axes]
        return ["" if is_named else f"{phrase(name)} = " for name, is_named in zip(names, named, strict=True)]

    @property
    def _rooms(self) -> list[float]:
        """Width of the longest index along each axis."""
        longest = [("0" * len(str(axis.length - 1)),) for axis in self.grid.axes]
        texts = [one if caption else self.tokens for one, caption in zip(longest, self._captions, strict=True)]
        return [max(advance(text, self.em) for text in some) for some in texts]

    @property
    def width(self) -> float:
        """With the longest indices."""
        between = "   " * (len(self.grid.axes) - 1)
        return advance(self._title + "".join(self._captions) + between, self.em) + sum(self._rooms)

    def shapes(self, indices: Sequence[tuple[int, ...]], y: float) -> tuple[list[Shape], list[list[Shape]]]:
        """What all cells have in common, and of each its own indices, which go with its values."""
        common: list[Shape] = [Text(PAD, y, ((self._title, "muted"),), self.em)] if self._title else []
        own: list[list[Shape]] = [[] for _ in indices]
        x = PAD + advance(self._title, self.em)
        for slot, (caption, room) in enumerate(zip(self._captions, self._rooms, strict=True)):
            if caption:
                common.append(Text(x, y, ((caption, "muted"),), self.em))
                x += advance(caption, self.em)
            told = [str(index[slot]) if caption else self.tokens[index[slot]] for index in indices]
            for shapes, text in zip([common] if len(set(told)) == 1 else own, told, strict=False):
                shapes.append(Text(x, y, ((text, "muted"),), self.em))
            x += room + advance("   ", self.em)
        return common, own


def _laid_out(head: _Head, formula: Box, told: list[_Told], em: float, inner: float) -> Steps:
    """Line by line from below: the result where it has no room beside the values, these, the symbols, the head."""
    gap, space = BETWEEN * em, advance(" ", em)
    valued = [one.values for one in told if one.values]
    ends = [(one.values or formula).end(one.result.height) + space for one in told]
    beside = [end + one.result.width for end, one in zip(ends, told, strict=True)]
    own_line = max(beside) > inner
    y = PAD
    result_depth, result_height = (max(getattr(one.result, side) for one in told) for side in ("depth", "height"))
    if own_line:
        results_at = y + result_depth
        y = results_at + result_height + gap
    values_at = y + max([result_depth, *(box.depth for box in valued)] if valued else [0.0])
    if valued:
        y = values_at + max([result_height, *(box.height for box in valued)]) + gap
    symbols_at = y + formula.depth
    top = symbols_at + formula.height + 0.45 * head.em
    if not own_line:
        results_at = values_at if valued else symbols_at
    shifts = [0.0] * len(told) if own_line else ends
    width = 2 * PAD + max(
        formula.width, head.width, *([0.0] if own_line else beside),
        *(box.width for box in valued), *(one.result.width for one in told if own_line),
    )  # fmt: skip
    height = top + 1.15 * head.em + PAD
    title, indices = head.shapes([one.index for one in told], top + 0.3 * head.em)
    symbols = formula.moved(PAD, symbols_at)
    values = [one.values.moved(PAD, values_at).shapes if one.values else () for one in told]
    return Steps(
        width,
        height,
        (Rect(0, 0, width, height, "plate", 0.012), *title, *symbols.shapes),
        tuple((*own, *more) for own, more in zip(indices, values, strict=True)),
        tuple(one.result.moved(PAD + shift, results_at).shapes for one, shift in zip(told, shifts, strict=True)),
        {**symbols.anchors, RESULT: (PAD + shifts[0] + told[0].result.width * 0.75, results_at + 0.25 * em)},
    )
