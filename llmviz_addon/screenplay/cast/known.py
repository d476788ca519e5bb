"""What is known of a grid: which of its cells show their values, as two stretches of cells in the tensor's order.

Cells are known from the first on, as far as a sweep has come, and in one stretch further on: a column that was computed
before the others stays while all of them are swept. What needs more than that is shown in pieces, each with stretches
of its own; see ``splits``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from ...errors import ScriptError
from ...layout.grid import Grid, Region
from .boxes import Box


class Course(NamedTuple):
    """What happens to a grid's knowledge: how it starts, goes on evenly, and ends, each as (front, start, stop)."""

    first: Known
    last: Known
    end: Known

    def at(self, share: float) -> Known:
        """What is known when a share of it has gone by."""
        return Known(*(a + (b - a) * share for a, b in zip(self.first, self.last, strict=True)))


class Known(NamedTuple):
    """Cells before ``front`` are known, and those from ``start`` up to ``stop``, counted in the tensor's order."""

    front: float
    start: float = 0.0
    stop: float = 0.0

    def within(self, low: int, high: int) -> Known:
        """The same for a body that shows only cells from ``low`` up to ``high``, told in the least."""
        front = min(max(self.front, low), high)
        start, stop = max(self.start, front), min(self.stop, high)
        if stop <= start:
            return Known(front)
        return Known(stop) if start == front else Known(front, start, stop)

    @property
    def keeps(self) -> bool:
        """Whether there is a stretch further on."""
        return self.stop > self.start

    def adding(self, low: int, high: int) -> Known | None:
        """With the cells from ``low`` up to ``high``; None where that needs one stretch more."""
        if low <= self.front:
            return Known(max(self.front, high), self.start, self.stop).within(0, _ALL)
        if not self.keeps:
            return Known(self.front, low, high)
        if high < self.start or low > self.stop:
            return None
        return Known(self.front, min(low, self.start), max(high, self.stop))

    def sweeping(self, low: int, high: int) -> Course | None:
        """Cells from ``low`` up to ``high`` one after the other; None where that needs one stretch more.

        It begins empty, but for what is in the stretch further on: that was computed by itself, and stays.
        """
        if low <= self.front:
            if self.front <= high:
                end = self._replace(front=high).within(0, _ALL)
                return Course(self._replace(front=low), self._replace(front=high), end)
            if self.keeps:
                return None
            return Course(Known(low, high, self.front), Known(high, high, self.front), self)
        if not self.keeps:
            return Course(Known(self.front, low, low), *[Known(self.front, low, high)] * 2)
        if self.start <= low <= self.stop:
            return Course(self, *[self._replace(stop=max(high, self.stop))] * 2)
        return None


_ALL = 1 << 62


def flat_span(region: Region) -> tuple[int, int]:
    """Number of the first cell, and how many there are, of a region that is contiguous in its tensor's order."""
    shape, first, count = region.grid.shown_shape, 0, 1
    for (a, b), length in zip(region.cells, shape, strict=True):
        if count > 1 and (a, b) != (0, length):
            raise ScriptError(f"{region!r} is not contiguous in the tensor's order, so it cannot be swept.")
        first = first * length + a
        count *= b - a
    return first, count


def cells(grid: Grid, bodies: Iterable[tuple[Box, Known]]) -> np.ndarray:
    """Which cells of a grid are known that is shown by bodies, each a box of cells; bool, in the tensor's order."""
    known = np.zeros(grid.count, dtype=bool)
    for box, one in bodies:
        steps = (np.arange(a, a + n) * step for a, n, step in zip(*box, grid.strides, strict=True))
        x, y, z = np.meshgrid(*steps, indexing="ij")
        at = (x + y + z).ravel()
        known[at] = (at < one.front) | ((at >= one.start) & (at < one.stop))
    return known


def stretches(known: np.ndarray) -> Known | None:
    """Known cells, (n,) bool in the tensor's order, as a front and a stretch; None where these do not do."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]))).reshape(-1, 2).tolist()
    front = edges.pop(0)[1] if edges and edges[0][0] == 0 else 0
    return None if len(edges) > 1 else Known(front, *(edges[0] if edges else ()))
