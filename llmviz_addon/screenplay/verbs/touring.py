"""A tour: groups of one kind, such as heads or layers, stand alone one after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ...errors import ScriptError
from ...layout.grid import Grid, Ribbon
from ..cast.things import Grids, Thing
from ..telling import Telling
from .arranging import sign
from .fading import fade

TURNS = 12
"""Groups that get a turn; of more, every second, third … has one."""
LOW = 0.12
"""Opacity of the groups whose turn it is not."""


def in_turn(telling: Telling, *groups: Grids, titles: Sequence[str] = (), seconds: float | None = None) -> None:
    """Let groups stand alone one after the other, each with its ribbons, its bracket and a title above it.

    The others step back meanwhile; in the end all are solid. The brackets should be gone before.
    """
    if not groups or (titles and len(titles) != len(groups)):
        raise ScriptError(f"in_turn needs groups, and a title for each or none; got {len(groups)} and {len(titles)}.")
    tour = range(0, len(groups), -(-len(groups) // TURNS))
    each = telling.length(seconds, min(1.2 * len(tour), 6.0)) / (len(tour) + 1)
    bodies = _bodies(telling, groups)
    brackets = telling.cast.signs.brackets
    signs: list[list[Thing]] = [list(brackets(telling.cast.grids_of(group))) for group in groups]
    resting = [body for i, body in enumerate(bodies) if i not in tour]
    for before, now in zip((None, *tour), (*tour, None), strict=True):
        with telling.together(seconds=each / 2):
            if before is None or now is None:
                fade(telling, *resting, to=1 if now is None else LOW)
            for i in tour:
                if before is None or now is None or i in (before, now):
                    fade(telling, *bodies[i], to=1 if now in (i, None) else LOW)
            if before is not None:
                fade(telling, *signs[before], to=0)
            if now is not None:
                fade(telling, *signs[now], to=1)
                if titles:
                    signs[now].append(_title(telling, groups[now], titles[now]))
        telling.pass_time(each / 2)


def _bodies(telling: Telling, groups: Sequence[Thing]) -> list[list[Thing]]:
    """Of each group its grids and the ribbons that start or end at them."""
    grids = [telling.cast.grids_of(group) for group in groups]
    at: dict[str, dict[str, Ribbon]] = defaultdict(dict)
    for ribbon in telling.cast.ribbons.values():
        at[ribbon.source][ribbon.name] = at[ribbon.target][ribbon.name] = ribbon
    ribbons = [{name: one for grid in mine for name, one in at[grid.name].items()} for mine in grids]
    return [[*mine, *theirs.values()] for mine, theirs in zip(grids, ribbons, strict=True)]


def _title(telling: Telling, group: Thing, text: str) -> Thing:
    """The title over a group's upper left end, as large as the group is wide."""
    grids: list[Grid] = telling.cast.grids_of(group)
    lows, highs = zip(*(telling.box(grid) for grid in grids), strict=True)
    left, right = min(low[0] for low in lows), max(high[0] for high in highs)
    at = (
        left,
        min(low[1] for low in lows),
        max(high[2] for high in highs) + telling.layout.gap + 0.04 * (right - left),
    )
    return sign(telling, text, at, size=0.06 * (right - left), align="left")
