"""Splitting: a column or a row of a grid stands apart for a while, as pieces that take the grid's place."""

from __future__ import annotations

from ...layout.grid import CELL, Region
from ..cast.things import Grids
from ..telling import Telling


def split(
    telling: Telling, *regions: Region, gap: float = CELL / 2, others: float = 0.2, seconds: float | None = None
) -> None:
    """Let a region of a grid stand apart from the rest, which steps back to the opacity ``others``."""
    seconds = telling.length(seconds)
    for region in regions:
        telling.splits.open(region, gap, others, telling.now, seconds)
        label = telling.cast.labels.get(region.grid.name)
        if others < 1 and label is not None:
            telling.change(label.name, "opacity", 0.55, seconds)
    telling.pass_time(seconds)


def merge(telling: Telling, *things: Grids, seconds: float | None = None) -> None:
    """Close split grids again. What is known of a piece stays known of the whole."""
    seconds = telling.length(seconds)
    for grid in telling.cast.grids_of(*things):
        label, solid = telling.cast.labels.get(grid.name), telling.splits.close(grid, telling.now, seconds)
        if solid == 1.0 and label is not None:
            telling.change(label.name, "opacity", 1.0, seconds)
    telling.pass_time(seconds)
