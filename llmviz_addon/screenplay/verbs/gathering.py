"""Gathering: where a column comes from. Those that it is the sum of are marked in their grids, and so is it in its own.

Nothing flies: copies on their way lay on columns that are nothing to them, and hid what became of these.
"""

from __future__ import annotations

from ...errors import ScriptError
from ...layout.grid import Region
from ...layout.lettering.drawing import Drawing
from ..score.timeline import Channel
from ..telling import Telling
from . import outlining, splitting
from .explain import focus
from .sweeping import sweep

AROUND = 0.55
"""How far the columns around one that is added step back."""


def gather(telling: Telling, column: Region, *sources: Region, seconds: float | None = None) -> list[Drawing]:
    """Let the token of a column fly to it, mark the one or two ``sources`` that it is the sum of, each under its tile;
    then it is computed.

    What was marked before is no more. The outlines are returned, and stay until they are faded.
    """
    seconds = telling.length(seconds, 2.0)
    if not 1 <= len(sources) <= 2 or not isinstance(column.index[0], int):
        raise ScriptError(f"A column at one time is gathered from one or two others, but got {column!r}, {sources!r}.")
    splitting.merge(telling, column.grid, *(one.grid for one in sources), seconds=0)
    marks = [outlining.outline(telling, one, thick=outlining.REGION) for one in (*sources, column)]
    each = 0.2 * seconds
    for one, mark in zip(sources, marks, strict=False):
        splitting.put_tile_on(telling, one, each)
        for body in telling.bodies(one.grid):
            focus(telling, body, one, telling.now)
            telling.score.set(Channel(body, "focus"), AROUND, telling.now, each)
        for name in {mark.name, marks[-1].name}:  # where the sum will be is marked from the first
            if telling.score.value(Channel(name, "opacity")) < 1:
                telling.change(name, "opacity", 1.0, each)
        telling.pass_time(each)
    with telling.together(seconds=each):
        splitting.send(telling, column.index[0], column)
    sweep(telling, column, seconds=seconds - each * len(marks), slowly=False)
    return marks
