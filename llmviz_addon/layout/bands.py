"""The bands along which data flows, as slender as they can be and still be followed.

A ribbon leaves the middle of a side of its source and ends short of the middle of a side of its
target: short of the top enough to leave room for the target's label. The residual stream is one
band from sum to sum, straight down; what reads the stream branches off from it level with the reader.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .grid import CELL, Grid, Point, Ribbon
from .roles import Role

SIDE, TOP, LEAVE = 0.15, 0.58, 0.1
"""Shares of the gap that stay free before a side and before a top (for the label), and after a source."""

FLAT = np.array([0.0, 0.0, 1.0])  # the width of bands that run sideways
WIDE = np.array([1.0, 0.0, 0.0])  # the width of bands that run up and down


def flows_from(source: Grid) -> Role:
    """The role of what flows out of a grid: learned, or computed."""
    return Role.WEIGHT if source.role is Role.WEIGHT else Role.ACTIVATION


@dataclass(frozen=True)
class Bands:
    """Makes ribbons between grids that stand a ``gap`` apart and have ``n_tokens`` columns.

    Where ``series`` is false, parts make none from or to what they have in series, such as the heads.
    """

    gap: float
    n_tokens: int
    series: bool = True

    @property
    def wide(self) -> float:
        """Width of the residual stream."""
        return min(0.35 * self.gap, 0.35 * self.n_tokens * CELL + 0.5 * CELL)

    @property
    def thin(self) -> float:
        """Width of all other ribbons."""
        return 0.6 * self.wide

    def stream(self, source: Grid, target: Grid, top: float) -> Ribbon:
        """The residual stream from one sum to the next; if that is in the next column, up and over its ``top``."""
        start, end = self.below(source), self.above(target)
        if abs(start[0] - end[0]) < CELL / 2:
            return self.band(source, target, [start, end], self.wide)
        low = start[2] - self.gap
        rise = source.ends[1][0] + 2 * self.gap
        path = [start, (start[0], 0, low), (rise, 0, low), (rise, 0, top), (end[0], 0, top), end]
        return self.band(source, target, path, self.wide)

    def down(self, source: Grid, target: Grid) -> Ribbon:
        """From a grid to the one below."""
        return self.band(source, target, [self.below(source), self.above(target)], self.thin)

    def across(self, source: Grid, target: Grid) -> Ribbon:
        """From a grid to the one beside it, level with the middle of the shorter."""
        shorter = min(source, target, key=lambda grid: grid.size[2])
        _, y, level = shorter.middle
        (left, *_), (right, *_) = source.ends
        (start, *_), (end, *_) = target.ends
        if source.middle[0] < target.middle[0]:
            ends = right + LEAVE * self.gap, start - SIDE * self.gap
        else:
            ends = left - LEAVE * self.gap, end + SIDE * self.gap
        return self.band(source, target, [(x, y, level) for x in ends], self.thin, FLAT)

    def drop(self, source: Grid, target: Grid) -> Ribbon:
        """Down, in depth to the target's plane where that is another, and down on it."""
        start, end = self.below(source), self.above(target)
        level = end[2] + min(0.3 * self.gap, 0.75 * (start[2] - end[2]))
        path = [start, (start[0], start[1], level), (end[0], end[1], level), end]
        if abs(start[1] - end[1]) < CELL / 2:
            path = [start, end]
        return self.band(source, target, path, self.thin)

    def below(self, grid: Grid) -> Point:
        """Where a ribbon leaves the lower side of a grid."""
        x, y, _ = grid.middle
        return (x, y, grid.ends[0][2] - LEAVE * self.gap)

    def above(self, grid: Grid) -> Point:
        """Where a ribbon ends above a grid and its label; aggregates have theirs at the side."""
        x, y, _ = grid.middle
        free = SIDE if grid.role is Role.AGGREGATE else TOP
        return (x, y, grid.ends[1][2] + free * self.gap)

    def band(self, source: Grid, target: Grid, path: list[Point], width: float, across: np.ndarray = WIDE) -> Ribbon:
        """A ribbon along a path of points in metres, with square corners."""
        name = f"ribbon:{source.name}>{target.name}"
        return Ribbon(name, source.name, target.name, np.array(path, dtype=float), across, width, flows_from(source))
