"""A pulse: one part of the model after the other glows and is computed, and its name is told meanwhile."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import zip_longest

from ...errors import ScriptError
from ...layout.grid import Grid, Role
from ...layout.lettering.drawing import Rect, Text
from ...layout.lettering.font import advance, fit
from ..cast.things import Grids
from ..pictures.pinned import LETTERS, pin
from ..score.timeline import Channel
from ..telling import Telling
from .explain import focus
from .revealing import reveal
from .splitting import put_tile_on

AFTERGLOW, LAST = 0.9, 0.4
"""How long a part glows on when the next one begins, as a share of the time of one; and in how much of its own the last
one's light goes, which changes the colours of cells and is over when there is time to look."""
OVERLAP = 0.5
"""When the next kind of grid begins where numbers run through, as a share of the time of one."""
SHORTEST = 0.1
"""Seconds from one kind to the next at least; of more, several begin at once."""
HEAD = re.compile(r"heads\.\d+\.")
FOLLOWED = 0.4
"""How far what is beside a column that is followed steps back."""


def pulse(
    telling: Telling, *groups: Grids, titles: Sequence[str] = (), seconds: float | None = None, goes_on: bool = False
) -> None:
    """Let groups, such as the parts of a layer, glow one after the other; each is computed then, and named if it has
    a title.

    The names stand under the words, so that they can be read however far away the group is, and lie on none. What
    ``goes_on`` after the last is not over with its light.
    """
    if not groups or len(titles) not in (0, len(groups)):
        raise ScriptError(f"pulse needs groups and a title for each; got {len(groups)} and {len(titles)}.")
    each = telling.length(seconds, min(1.0 * len(groups), 8.0)) / len(groups)
    for number, (group, title) in enumerate(zip_longest(groups, titles), 1):
        grids, is_last = telling.cast.grids_of(group), number == len(groups) and not goes_on
        name = _name(telling, title) if title and telling.reel is None else ""  # in a trailer all goes too fast
        if name:
            telling.change(name, "opacity", 1.0, 0.15 * each)
        reveal(telling, grids, 0.8 * each)
        _light(telling, grids, 1.0, 0.3 * each)
        if is_last:
            _light(telling, grids, 0.0, LAST * each, telling.now + (1 - LAST) * each)
        telling.pass_time(0.88 * each)
        if name:
            telling.change(name, "opacity", 0.0, 0.12 * each)
        telling.pass_time(0.12 * each)
        if not is_last:
            _light(telling, grids, 0.0, AFTERGLOW * each)


def run_through(
    telling: Telling, *groups: Grids, column: int | None = None, seconds: float | None = None
) -> None:  # fmt: skip
    """Let the numbers run through groups: each kind of grid glows and is computed as they come to it, that of all heads
    at once, and the arrows that lead there are solid from then on.

    The ``column`` of that time stands out from then on wherever there is one, in a frame and under its token's tile.
    """
    kinds: dict[str, list[Grid]] = {}
    for grid in telling.cast.grids_of(*groups):
        if grid.role is not Role.WEIGHT:
            kinds.setdefault(HEAD.sub("", grid.name), []).append(grid)
    if not kinds:
        raise ScriptError("run_through needs something that is computed; parameters are known before.")
    seconds = telling.length(seconds, min(0.5 * len(kinds), 4.0))
    some, at_once = list(kinds.values()), math.ceil(len(kinds) * SHORTEST / max(seconds, SHORTEST))
    waves = [[grid for grids in some[i : i + at_once] for grid in grids] for i in range(0, len(some), at_once)]
    each = seconds / (1 + OVERLAP * (len(waves) - 1))
    with telling.together(lag=OVERLAP):
        for grids in waves:
            names = [ribbon.name for grid in grids for ribbon in telling.layout.ribbons_to.get(grid.name, ())]
            telling.score.set_all(names, "opacity", 1.0, telling.now, 0.3 * each)
            if column is not None:
                _follow(telling, grids, column, 0.4 * each)
            pulse(telling, grids, seconds=each, goes_on=True)


def _follow(telling: Telling, grids: Sequence[Grid], column: int, seconds: float) -> None:
    for grid in grids:
        if not grid.axes or grid.axes[0].name != "T" or not column < grid.shape[0]:
            continue
        region = grid[column]
        for body in telling.bodies(grid):
            focus(telling, body, region, telling.now)
            telling.score.set(Channel(body, "focus"), FOLLOWED, telling.now, seconds)
        if not HEAD.search(grid.name) and grid.role is Role.ACTIVATION:
            put_tile_on(telling, region, seconds)


def _light(telling: Telling, grids: Sequence[Grid], to: float, seconds: float, at: float | None = None) -> None:
    bodies = [body for grid in grids for body in telling.bodies(grid)]
    telling.score.set_all(bodies, "highlight", to, telling.now if at is None else at, seconds)


def _name(telling: Telling, title: str) -> str:
    """A name on a plate at the lower left corner of the words' place, where nothing passes, not seen yet."""
    place = telling.page.free if telling.is_bare else telling.page.text
    em = fit(title, LETTERS * telling.page.em, place.width - 1.2 * telling.page.em)
    plate = Rect(place.left, place.bottom, advance(title, em) + 1.2 * em, 1.9 * em, "plate", 0.3 * em)
    return pin(telling, "name", [plate, Text(place.left + 0.6 * em, place.bottom + 0.6 * em, ((title, "ink"),), em)])
