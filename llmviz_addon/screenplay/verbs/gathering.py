"""Gathering: where a column comes from. Those that it is the sum of stand apart, and copies of them come beside it."""

from __future__ import annotations

from ...errors import ScriptError
from ...layout.grid import Grid, Region
from ..telling import Telling
from . import copies, splitting
from .sweeping import sweep

APART, WIDE, PALE = 0.12, 0.3, 0.35
"""Metres that a column stands apart from its block, and one from the others where copies come beside it; opacity of
the blocks that columns are taken from."""


def gather(telling: Telling, column: Region, *sources: Region, seconds: float | None = None) -> list[Grid]:
    """Let the token of a column fly to it, and copies of one or two ``sources`` come to its left and right; then it is
    computed.

    What stood apart before is closed again. The copies are returned, and stay until they are faded.
    """
    seconds = telling.length(seconds, 2.0)
    if not 1 <= len(sources) <= 2 or not isinstance(column.index[0], int):
        raise ScriptError(f"A column at one time is gathered from one or two others, but got {column!r}, {sources!r}.")
    splitting.merge(telling, column.grid, *(one.grid for one in sources), seconds=0)
    with telling.together(seconds=0.35 * seconds):
        splitting.send(telling, column.index[0], column)
        for one in sources:
            splitting.split(telling, one, gap=APART, others=PALE)
        splitting.split(telling, column, gap=WIDE, others=1)
    made = [copies.copy(telling, one) for one in sources]
    with telling.together(seconds=0.4 * seconds):
        for each, side in zip(made, ("left", "right"), strict=False):
            copies.stand(telling, each, beside=column, side=side)
    sweep(telling, column, seconds=0.25 * seconds, slowly=False)
    return made
