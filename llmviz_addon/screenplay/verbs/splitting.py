"""Splitting: a column or a row of a grid stands apart for a while, as pieces that take the grid's place."""

from __future__ import annotations

import numpy as np

from ...errors import ScriptError
from ...layout.grid import CELL, Region
from ..cast.things import Grids
from ..score.timeline import Channel, Part
from ..telling import Telling


def split(
    telling: Telling, *regions: Region, gap: float = CELL / 2, others: float = 0.2, seconds: float | None = None
) -> None:
    """Let a region of a grid stand apart from the rest, which steps back to the opacity ``others``."""
    seconds, score = telling.length(seconds), telling.score
    for region in regions:
        body, label = region.grid.name, telling.cast.labels.get(region.grid.name)
        if body in telling.splits:
            raise ScriptError(f"{region.grid!r} is split already; merge it first.")
        direction, found = pieces(region)
        telling.splits[body] = []
        for place, (first, cells) in found.items():
            part = Part(telling.unique(f"part:{body}"), body, first, cells)
            telling.cast.add(part)
            telling.splits[body].append(part)
            for prop in ("reveal", "highlight", "opacity"):
                score.set(Channel(part.name, prop), score.value(Channel(body, prop)), telling.now)
            if place != 1:
                score.set(Channel(part.name, "opacity"), others, telling.now, seconds)
                telling.carry(part.name, direction * (place - 1) * gap, seconds)
        score.set(Channel(body, "opacity"), 0.0, telling.now)
        if others < 1 and label is not None:
            score.set(Channel(label.name, "opacity"), 0.55, telling.now, seconds)
    telling.pass_time(seconds)


def merge(telling: Telling, *things: Grids, seconds: float | None = None) -> None:
    """Close split grids again. What a piece shows beyond the whole stays until the whole is swept."""
    seconds, score = telling.length(seconds), telling.score
    for grid in telling.cast.grids_of(*things):
        parts, label = telling.splits.pop(grid.name, []), telling.cast.labels.get(grid.name)
        reveal = score.value(Channel(grid.name, "reveal"))
        for part in parts:
            ahead = score.value(Channel(part.name, "reveal")) > reveal
            score.set(Channel(part.name, "opacity"), 1.0, telling.now, seconds)
            telling.carry(part.name, np.array([0.0, -CELL / 20 if ahead else 0.0, 0.0]), seconds)
            if ahead:
                telling.ahead.setdefault(grid.name, []).append(part)
            else:
                score.set(Channel(part.name, "opacity"), 0.0, telling.now + seconds)
        if parts:
            score.set(Channel(grid.name, "opacity"), 1.0, telling.now + seconds)
            if label is not None:
                score.set(Channel(label.name, "opacity"), 1.0, telling.now, seconds)
    telling.pass_time(seconds)


def pieces(region: Region) -> tuple[np.ndarray, dict[int, tuple[tuple[int, int, int], tuple[int, int, int]]]]:
    """How a region cuts its grid along the one direction it is narrow in: what lies before (0), in (1), after (2).

    Returns the direction, (3,), and (first cell, cell counts) per piece that has cells.
    """
    counts = region.grid.cells
    spans = [region.span(d) for d in "xyz"]
    narrow = [i for i in range(3) if spans[i] != (0, counts[i])]
    if not narrow:
        return np.zeros(3), {1: ((0, 0, 0), counts)}
    if len(narrow) != 1:
        raise ScriptError(f"{region!r} does not cut its grid in one direction; split at a column or a row.")
    axis = narrow[0]
    start, stop = spans[axis]
    found = {}
    for place, (a, b) in enumerate(((0, start), (start, stop), (stop, counts[axis]))):
        if b > a:
            first, cells = [0, 0, 0], list(counts)
            first[axis], cells[axis] = a, b - a
            found[place] = ((first[0], first[1], first[2]), (cells[0], cells[1], cells[2]))
    direction = np.zeros(3)
    direction[axis] = -1.0 if axis == 2 else 1.0
    return direction, found
