"""Named groups of grids, nested as the model is, each with a bracket at its left.

A bracket stands as far left as it must to clear the grids it spans and the names of the sections within.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..language import phrase
from .grid import Grid, Section
from .lettering.font import advance

_SHARE = 0.05  # size of a section's name, as a share of its bracket's height
_SMALLEST = 0.25  # metres


def name_size(section: Section) -> float:
    """Em of the section's name beside its bracket, in metres."""
    if section.bracket is None:
        return _SMALLEST
    top, bottom = section.bracket
    return max(_SMALLEST, _SHARE * (top[2] - bottom[2]))


def bracketed(
    name: str,
    title: str,
    grids: Iterable[Grid],
    gap: float,
    children: tuple[Section, ...] = (),
    plane: float | None = None,
) -> Section:
    """A section with its bracket, which stands amid its grids' depth, or in the ``plane`` of that y."""
    grids = tuple(grids)
    lows, highs = zip(*(grid.ends for grid in grids), strict=True)  # few at a time, but of thousands of sections
    low, high = [min(along) for along in zip(*lows, strict=True)], [max(along) for along in zip(*highs, strict=True)]
    left = low[0] - gap
    for child in children:
        if child.bracket is not None:
            left = min(left, child.bracket[0][0] - gap / 2 - advance(phrase(child.title), name_size(child)))
    x = float(left - gap)
    y = float((low[1] + high[1]) / 2) if plane is None else plane
    top, bottom = float(high[2]), float(low[2])
    return Section(name, title, grids, ((x, y, top), (x, y, bottom)), children)
