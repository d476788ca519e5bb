"""Splitting: a column or a row of a grid stands apart for a while, as pieces that take the grid's place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...errors import ScriptError
from ...layout.grid import CELL, Region
from ..asking import Grids
from ..score.timeline import Channel, Part
from .explain import pieces

if TYPE_CHECKING:
    from ..film import Film


def split(
    film: Film, *regions: Region, gap: float = CELL / 2, others: float = 0.2, seconds: float | None = None
) -> None:
    """Let a region of a grid stand apart from the rest, which steps back to the opacity ``others``."""
    seconds, score = film.length(seconds), film.score
    for region in regions:
        body, label = region.grid.name, f"label:{region.grid.name}"
        if body in film.splits:
            raise ScriptError(f"{region.grid!r} is split already; merge it first.")
        direction, found = pieces(region)
        film.splits[body] = []
        for place, (first, cells) in found.items():
            part = Part(film.unique(f"part:{body}"), body, first, cells)
            film.cast.add(part)
            film.splits[body].append(part)
            for prop in ("reveal", "highlight", "opacity"):
                score.set(Channel(part.name, prop), score.value(Channel(body, prop)), film.now)
            if place != 1:
                score.set(Channel(part.name, "opacity"), others, film.now, seconds)
                film.carry(part.name, direction * (place - 1) * gap, seconds)
        score.set(Channel(body, "opacity"), 0.0, film.now)
        if others < 1 and label in film.cast.signage:
            score.set(Channel(label, "opacity"), 0.55, film.now, seconds)
    film.pass_time(seconds)


def merge(film: Film, *things: Grids, seconds: float | None = None) -> None:
    """Close split grids again. What a piece shows beyond the whole stays until the whole is swept."""
    seconds, score = film.length(seconds), film.score
    for grid in film.cast.grids_of(*things):
        parts, label = film.splits.pop(grid.name, []), f"label:{grid.name}"
        reveal = score.value(Channel(grid.name, "reveal"))
        for part in parts:
            ahead = score.value(Channel(part.name, "reveal")) > reveal
            score.set(Channel(part.name, "opacity"), 1.0, film.now, seconds)
            film.carry(part.name, np.array([0.0, -CELL / 20 if ahead else 0.0, 0.0]), seconds)
            if ahead:
                film.ahead.setdefault(grid.name, []).append(part)
            else:
                score.set(Channel(part.name, "opacity"), 0.0, film.now + seconds)
        if parts:
            score.set(Channel(grid.name, "opacity"), 1.0, film.now + seconds)
            if label in film.cast.signage:
                score.set(Channel(label, "opacity"), 1.0, film.now, seconds)
    film.pass_time(seconds)
