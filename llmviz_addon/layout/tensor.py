"""Tensors by their axes, and what an index picks of them; those that stand on the set are grids, see :mod:`.grid`."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np

from ..errors import ScriptError
from ..kept import kept
from ..language import phrase

Index: TypeAlias = int | slice | tuple[int | slice, ...]
"""What picks numbers of a tensor, in its own order."""
Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""A half-open range per axis."""
MANY = {
    "T": "tokens", "C": "numbers each", "A": "numbers of a head", "n_vocab": "known tokens",
    "block_size": "positions",
}  # fmt: skip
WRITTEN = {"block_size": "T ≤", "n_vocab": "vocabulary"}
"""What axes are called on the picture whose names are no letters."""


@dataclass(frozen=True)
class Axis:
    """One axis of a tensor: its name on screen, its length, and the direction it runs along.

    ``shown`` are the indices that have a cell, ascending; None is all of them.
    """

    name: str  # "T", "C", "A", "4C", "n_vocab"
    length: int
    direction: str  # "x", "y" or "z" (z runs down)
    shown: tuple[int, ...] | None = None

    @property
    def cells(self) -> int:
        """How many of its indices have a cell."""
        return self.length if self.shown is None else len(self.shown)

    @property
    def count(self) -> str:
        """Its length as it is written: ``48``, or ``128 of 50,257`` where not all of it is drawn."""
        return str(self.length) if self.shown is None else phrase("{} of {}", self.cells, self.length)

    @property
    def symbol(self) -> str:
        """Its name on the picture, a word where there is no letter: as many as the model can read are T at most."""
        return phrase(WRITTEN[self.name]) if self.name in WRITTEN else self.name

    @property
    def told(self) -> str:
        """Its name and length: ``C = 48``, ``T ≤ 11``, or ``vocabulary: 32 of 2,048`` where not all of it is drawn."""
        if self.shown is not None:
            return f"{self.symbol}: {self.count}"
        return f"{self.symbol} {self.length}" if self.name == "block_size" else f"{self.symbol} = {self.length}"

    @property
    def of_one(self) -> str:
        """What an index of it is called, as on a panel: ``t``, ``c``; along what an MLP widens to, each is a neuron."""
        if self.name == "n_vocab":
            return "token"
        return "neuron" if re.fullmatch(r"[0-9]+C", self.name) else self.name.lower()

    @property
    def of_many(self) -> str:
        """What its indices are called in a sentence: ``tokens``, ``channels``; its name where there is no word."""
        return phrase(MANY.get(self.name, "neurons")) if self.name in MANY or self.of_one == "neuron" else self.name

    def cell(self, index: int) -> int:
        """Position of the first cell whose index is ``index`` or greater."""
        return index if self.shown is None else bisect_left(self.shown, index)

    def index(self, cell: int) -> int:
        """The index of the cell at position ``cell``."""
        return cell if self.shown is None else self.shown[cell]

    @property
    def choices(self) -> str:
        """The indices that have cells, in words; of many the first, the last, and how many they are."""
        if self.shown is None:
            return f"0 to {self.length - 1}"
        listed = [*self.shown[:6], "…", self.shown[-1]] if len(self.shown) > 8 else self.shown
        return f"{', '.join(map(str, listed))}, {len(self.shown)} in all"


class Tensor(Protocol):
    """What has a name and axes: a grid, or a tensor that has none."""

    @property
    def name(self) -> str:
        """Its name in the trace."""

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Its axes, in its own order."""


@dataclass(frozen=True, eq=False)
class Unplaced:
    """A tensor of the run that stands nowhere, as a step within a formula: what has an index is numbers, no region."""

    name: str
    axes: tuple[Axis, ...]

    @kept
    def shape(self) -> tuple[int, ...]:
        """Shape of the tensor."""
        return tuple(axis.length for axis in self.axes)

    def __getitem__(self, index: Index) -> Numbers:
        """Some of its numbers: ``normalized[3]``, ``normalized[3, 0]``."""
        ranges = ranges_of(self, index)
        if any(start >= stop for start, stop in ranges):
            raise ScriptError(f"{self!r} has no numbers at {index!r}.")
        return Numbers(self, ranges)

    def __repr__(self) -> str:
        return f"<{self.name} {'×'.join(map(str, self.shape))}>"


def ranges_of(tensor: Tensor, index: Index) -> Ranges:
    """What an index picks, as a half-open range per axis."""
    index = index if isinstance(index, tuple) else (index,)
    if len(index) > len(tensor.axes):
        raise ScriptError(f"{tensor!r} has {len(tensor.axes)} axes, but got the index {index!r}.")
    for part in index:
        if not _is_index(part):
            raise ScriptError(
                f"{tensor!r} has whole numbers for indices, such as [3], [3, 0] or [0:4], but got {part!r}."
            )
    ranges = []
    for axis, part in zip(tensor.axes, (*index, *[slice(None)] * (len(tensor.axes) - len(index))), strict=True):
        if isinstance(part, slice):
            start, stop, _ = part.indices(axis.length)
        else:
            start = part + axis.length if part < 0 else part
            stop = start + 1
            if not 0 <= start < axis.length:
                raise ScriptError(f"{tensor!r}: index {part} on axis {axis.name} is outside 0 to {axis.length - 1}.")
        ranges.append((int(start), int(stop)))
    return tuple(ranges)


def _is_index(part: object) -> bool:
    """Whether it is a whole number, or a range of them without gaps."""
    ends = (part.start, part.stop) if isinstance(part, slice) else (part,)
    whole = all(isinstance(end, int | np.integer) and not isinstance(end, bool) for end in ends if end is not None)
    return whole and (part.step in (None, 1) if isinstance(part, slice) else part is not None)


@dataclass(frozen=True, eq=False)
class Numbers:
    """Some numbers of a tensor that stands nowhere: a half-open range per axis."""

    tensor: Unplaced
    ranges: Ranges

    @property
    def index(self) -> tuple[int | slice, ...]:
        """Numpy index into the tensor: an int where the range holds one number, else a slice."""
        return index_of(self.ranges)

    def __repr__(self) -> str:
        return told(self.tensor, self.ranges)


def index_of(ranges: Ranges) -> tuple[int | slice, ...]:
    """A numpy index for ranges: an int where one holds one number, else a slice."""
    return tuple(a if b == a + 1 else slice(a, b) for a, b in ranges)


def told(tensor: Tensor, ranges: Ranges) -> str:
    """As a chapter writes it."""
    return f"{tensor.name}[{', '.join(str(a) if b == a + 1 else f'{a}:{b}' for a, b in ranges)}]"
