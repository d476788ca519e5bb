"""Boxes of cells: what the fragments of a grid show, and how they are cut."""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import ScriptError
from ...layout.grid import Grid, Region

Box = tuple[tuple[int, int, int], tuple[int, int, int]]
"""First cell and cell counts along x, y, z."""


def ends(grid: Grid, box: Box) -> tuple[int, int]:
    """Number of a box's first cell in its tensor's order, and one past its last."""
    first = sum(a * step for a, step in zip(box[0], grid.strides, strict=True))
    last = sum((a + n - 1) * step for a, n, step in zip(*box, grid.strides, strict=True))
    return first, last + 1


def across(region: Region) -> tuple[int, tuple[int, int]]:
    """The one axis along which a region cuts its grid, and from where to where."""
    counts = region.grid.cells
    spans = [region.span(d) for d in "xyz"]
    narrow = [i for i in range(3) if spans[i] != (0, counts[i])] or [0]
    if len(narrow) > 1:
        raise ScriptError(f"{region!r} does not cut its grid in one direction; split at a column or a row.")
    return narrow[0], spans[narrow[0]]


def sliced(box: Box, axis: int, cut: tuple[int, int]) -> Iterator[tuple[int, Box]]:
    """What lies before (0) a cut along an axis, in (1) and after (2) it, where there are cells."""
    first, cells = box
    start, stop = first[axis], first[axis] + cells[axis]
    marks = [start, *(min(max(mark, start), stop) for mark in cut), stop]
    for place, (a, b) in enumerate(zip(marks, marks[1:], strict=False)):
        if b > a:
            x, n = list(first), list(cells)
            x[axis], n[axis] = a, b - a
            yield place, ((x[0], x[1], x[2]), (n[0], n[1], n[2]))


def common(box: Box, region: Region) -> Box | None:
    """The cells that a box and a region have in common, if there are any."""
    spans = [
        (max(a, first), min(b, first + count))
        for (a, b), first, count in zip((region.span(d) for d in "xyz"), *box, strict=True)
    ]
    if any(a >= b for a, b in spans):
        return None
    (x, x1), (y, y1), (z, z1) = spans
    return (x, y, z), (x1 - x, y1 - y, z1 - z)


def before(region: Region, time: int) -> Region:
    """Of a region what is of the tokens before a time, of those that are looked at too; itself where that is all."""
    pairs = zip(region.grid.axes, region.ranges, strict=True)
    ranges = tuple((a, min(b, time)) if axis.name == "T" else (a, b) for axis, (a, b) in pairs)
    return region if ranges == region.ranges else Region(region.grid, ranges)
