"""Downstream: which cells are computed from a cell. The rules say what a cell reads; this asks them the other way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from ..kept import kept
from .grid import Grid, Region
from .layout import Layout
from .rules.formula import At, Rule, Source, UpTo, ValueOf, operands
from .tensor import Ranges


class Uses:
    """Answers for one layout."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    @kept
    def _readers(self) -> dict[str, list[tuple[Grid, Source]]]:
        """By the name of a grid the grids whose formula reads it, and how."""
        found: dict[str, list[tuple[Grid, Source]]] = {}
        for grid in self._layout.grids:
            if grid.rule is not None:
                for name in dict.fromkeys(operands(grid.rule.formula)):
                    source = grid.rule.sources[name]
                    found.setdefault(source.grid, []).append((grid, source))
        return found

    def of(self, grid: Grid, index: tuple[int, ...], tensors: Mapping[str, np.ndarray]) -> tuple[Region, ...]:
        """The cells that are computed from the cell at ``index``, in the order of computation."""
        found: dict[tuple[str, Ranges], Region] = {}
        for reader, source in self._readers.get(grid.name, ()):
            for ranges in _reading(reader, source, index, tensors):
                cells = zip(reader.axes, ranges, strict=True)
                if all(axis.cell(start) < axis.cell(stop) for axis, (start, stop) in cells):
                    found[reader.name, ranges] = Region(reader, ranges)
        return tuple(found.values())


def _reading(
    reader: Grid, source: Source, index: tuple[int, ...], tensors: Mapping[str, np.ndarray]
) -> Iterator[Ranges]:
    """Ranges of the cells of ``reader`` that read the number at ``index`` by way of ``source``."""
    rule = reader.rule
    assert rule is not None
    ranges = [(0, axis.length) for axis in reader.axes]
    picked: tuple[int, list[int]] | None = None
    for part, at in zip(source.index, index, strict=True):
        match part:
            case At(axis):
                ranges[axis] = _both(ranges[axis], (at, at + 1))
            case UpTo(axis):
                ranges[axis] = _both(ranges[axis], (at, ranges[axis][1]))
            case ValueOf(name):
                picked = _where(rule, name, at, tensors)
    for place in picked[1] if picked else [None]:
        one = list(ranges)
        if picked and place is not None:
            one[picked[0]] = _both(one[picked[0]], (place, place + 1))
        yield _causal(rule, one)


def _both(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    """What two ranges have in common."""
    return max(a[0], b[0]), min(a[1], b[1])


def _where(rule: Rule, name: str, value: int, tensors: Mapping[str, np.ndarray]) -> tuple[int, list[int]]:
    """Along which axis a source that is read as an index has ``value``, and where."""
    source = rule.sources[name]
    (part,) = source.index
    assert isinstance(part, At), "an index is read at the cell's own place"
    return part.axis, [int(place) for place in np.flatnonzero(np.asarray(tensors[source.grid]) == value)]


def _causal(rule: Rule, ranges: list[tuple[int, int]]) -> Ranges:
    """Without the cells that are masked, where one of the two is a single query or key."""
    if rule.masked is not None:
        (first, last), (start, stop) = ranges[:2]
        if last == first + 1:
            ranges[1] = _both((start, stop), (0, last))
        elif stop == start + 1:
            ranges[0] = _both((first, last), (start, last))
    return tuple(ranges)
