"""A tour: groups of one kind, such as heads or layers, stand alone one after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ...errors import ScriptError
from ...layout.grid import Grid, Ribbon
from ...layout.lettering.drawing import Drawing
from ..cast.things import Grids, Thing
from ..telling import CROWD, Telling
from .arranging import sign, symbol
from .fading import fade

TURNS = 12
"""Groups that get a turn; of more, every second, third … has one."""
LOW = 0.12
"""Opacity of the groups whose turn it is not."""
LETTER = 0.075
"""Em of a title, as a share of how wide its group is: it must be read in a square picture, too."""
FACE = 0.65
"""Em of what is written on a grid's face, as a share of how wide it is."""
PALE = 0.45
"""Opacity of their titles."""


def in_turn(
    telling: Telling, *groups: Grids, titles: Sequence[str] | Sequence[Drawing] = (), last: int | None = None,
    seconds: float | None = None,
) -> list[Thing]:  # fmt: skip
    """Let groups stand alone one after the other, each with its ribbons, and with its bracket or its title.

    All that get a turn carry their titles meanwhile, pale where it is another's turn; a title may be up already. The
    others step back; in the end all are solid, or only the ``last``, and then the titles stay, which are returned.
    Under a title no grid has its own name. Brackets should be gone before.
    """
    if not groups or (titles and len(titles) != len(groups)):
        raise ScriptError(f"in_turn needs groups, and a title for each or none; got {len(groups)} and {len(titles)}.")
    if last is not None and last not in range(len(groups)):
        raise ScriptError(f"in_turn cannot end on group {last!r}; choose from 0 to {len(groups) - 1}.")
    step = -(-len(groups) // TURNS)
    tour = sorted({*range(0, len(groups), step), *(() if last is None else (last,))})
    each = telling.length(seconds, min(1.2 * len(tour), 6.0)) / (len(tour) + 1)
    bodies = _bodies(telling, groups)
    signs = [_signs(telling, groups[i], titles[i] if titles else "") if i in tour else [] for i in range(len(groups))]
    aside = PALE if titles else 0.0
    labels = [telling.cast.labels.get(grid.name) for grid in telling.cast.grids_of(*groups)] if titles else []
    resting = [body for i, body in enumerate(bodies) if i not in tour]
    for before, now in zip((None, *tour), (*tour, last), strict=True):
        first, end = before is None, before == tour[-1]
        with telling.together(seconds=each / 2):
            named = not titles or now is None
            if first and labels:
                fade(telling, *(label for label in labels if label is not None), to=0)
            if first or (end and last is None):
                fade(telling, *resting, to=LOW if first else 1, named=named)
            for i in tour:
                if first or end or i in (before, now):
                    solid = i == now or now is None
                    fade(telling, *bodies[i], to=1 if solid else LOW, named=named)
                    fade(telling, *signs[i], to=0 if now is None else 1 if solid else aside)
        telling.pass_time(each / 2)
    return [] if last is None else [one for some in signs for one in some]


def entitle(
    telling: Telling, *groups: Grids, titles: Sequence[str], seconds: float | None = None
) -> list[Drawing]:  # fmt: skip
    """Give groups, such as heads, their titles, and take down the names of the grids within: of many alike a heap."""
    if len(titles) != len(groups):
        raise ScriptError(f"entitle needs a title for each group; got {len(groups)} and {len(titles)}.")
    seconds = telling.length(seconds)
    made = [_title(telling, group, title) for group, title in zip(groups, titles, strict=True)]
    labels = [telling.cast.labels.get(grid.name) for grid in telling.cast.grids_of(*groups)]
    with telling.together(seconds=seconds):
        fade(telling, *made, to=1)
        fade(telling, *(label for label in labels if label is not None), to=0)
    return made


def inscribe(
    telling: Telling, *groups: Grids, names: Sequence[str], seconds: float | None = None
) -> list[Drawing]:  # fmt: skip
    """Names on the faces of the grids of groups, such as Q, K and V of each head, until the beat is over; of a crowd
    there are none."""
    told = [telling.cast.grids_of(group) for group in groups]
    if wrong := [group for group in told if len(group) != len(names)]:
        raise ScriptError(f"inscribe needs a name for each grid of a group; got {len(names)} for {len(wrong[0])}.")
    grids = [pair for group in told for pair in zip(names, group, strict=True)]
    if len(grids) > CROWD:
        return []
    with telling.together(seconds=seconds):
        made = [symbol(telling, name, between=(grid, grid), size=FACE * grid.size[0]) for name, grid in grids]
    telling.pictures += [one.name for one in made]
    return made


def _bodies(telling: Telling, groups: Sequence[Thing]) -> list[list[Thing]]:
    """Of each group its grids and the ribbons that start or end at them."""
    grids = [telling.cast.grids_of(group) for group in groups]
    at: dict[str, dict[str, Ribbon]] = defaultdict(dict)
    for ribbon in telling.cast.ribbons.values():
        at[ribbon.source][ribbon.name] = at[ribbon.target][ribbon.name] = ribbon
    ribbons = [{name: one for grid in mine for name, one in at[grid.name].items()} for mine in grids]
    return [[*mine, *theirs.values()] for mine, theirs in zip(grids, ribbons, strict=True)]


def _signs(telling: Telling, group: Thing, title: str | Drawing) -> list[Thing]:
    """What names a group: its title or else its brackets, so that no name is there twice."""
    if title:
        return [title if isinstance(title, Drawing) else _title(telling, group, title)]
    return list(telling.cast.signs.brackets(telling.cast.grids_of(group)))


def _title(telling: Telling, group: Thing, text: str) -> Drawing:
    """The title over a group's upper left end, not seen yet, as large as the group is wide."""
    grids: list[Grid] = telling.cast.grids_of(group)
    (left, front, _), (right, _, top) = telling.ends(grids)
    at = left, front, top + telling.layout.gap + 0.05 * (right - left)
    return sign(telling, text, at, size=LETTER * (right - left), align="left", seconds=0, to=0)
