"""Spreading: groups, such as layers, that stand one below the other are dealt out, to be seen together and large."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ...layout.grid import Grid
from ...layout.lettering.drawing import Drawing
from ...layout.lettering.font import CAP_HEIGHT, advance
from ..cast.things import Grids
from ..page.sizes import USUAL, pixel
from ..telling import Telling
from .arranging import sign
from .arrows import ARROW, GAP, arrow, front, way
from .fading import fade
from .flanking import flank

WIDE = 0.35
"""Metres across of the arrows."""
BETWEEN = 3.0
"""What an arrow from line to line needs between them, as many times its width."""
OVER, BESIDE, APART = 2.2, 7.0, 0.6
"""Room over a line for titles, and beside groups for theirs, and between two names, in ems of usual letters."""

HAIR = 1e-6
"""Metres that the first of several groups is moved, too: so there are arrows in it, in place of its ribbons, as in all.
"""
BETTER = 1.1
"""How much larger all must be for groups not to stand in one line."""


class Form(NamedTuple):
    """Groups in lines of so many ``columns``; their parts ``in_rows`` side by side, else as at home.

    A metre is ``scale`` picture heights when all of it fills the free part. ``groups`` are what is carried as one, with
    where the upper left corner of each goes, (x, z) metres from that of all.
    """

    columns: int
    in_rows: bool
    scale: float
    places: tuple[tuple[Sequence[Grid], float, float], ...]


def spread(
    telling: Telling, *groups: Grids, titles: Sequence[str] = (), parts: Sequence[str] = (),
    seconds: float | None = None,
) -> list[Drawing]:  # fmt: skip
    """Carry groups beside or below the first, in as many lines as let all of them be largest on the page.

    What stands before or behind others does not matter. Of a group that is told as a sequence the members may stand
    side by side, too, in the same columns in each group, with their names, ``parts``, over the first; else all stays
    within a group as it is. The ``titles`` of the groups stand at their left, or over them where there are several in a
    line; then the names of the grids within go. One arrow leads from each to what reads of it, in place of all those
    between their grids. The signs and arrows are returned.
    """
    seconds = telling.length(seconds, 2.0)
    told = [[telling.cast.grids_of(part) for part in _members(group)] for group in groups]
    form = _best(telling, told, bool(titles), bool(parts))
    first = [grid for part in told[0] for grid in part]
    (left, _, _), (_, _, top) = telling.ends(first)
    for grids, x, z in form.places:
        low, high = telling.ends(grids)
        by = np.array([left + x - low[0], 0.0, top + z - high[2] + HAIR * (len(told) > 1)])
        for grid in grids if np.abs(by).max() > 1e-9 else ():
            telling.carry(grid.name, telling.offset(grid) + by, seconds)
    telling.pass_time(seconds)
    led, brief = _connected(telling, [grids for grids, _, _ in form.places]), min(0.4, seconds)
    telling.score.set_all([one.name for one in led], "opacity", ARROW, telling.now - brief, brief)
    return [*(_named(telling, told, form, titles, parts, min(0.5, seconds)) if titles or parts else []), *led]


def _connected(telling: Telling, carried: Sequence[Sequence[Grid]]) -> list[Drawing]:
    """An arrow from some that were carried as one to others, where anything flows, in place of those of all grids.

    To what is beside them it goes straight from the grid that is read, to what is below them from line to line, as one
    reads.
    """
    where = {grid.name: number for number, grids in enumerate(carried) for grid in grids}
    boxes = [telling.ends(grids) for grids in carried]
    found: dict[tuple[int, int], Drawing] = {}
    for ribbon in telling.layout.ribbons_within(where):
        ends = where[ribbon.source], where[ribbon.target]
        if ends[0] == ends[1]:
            continue
        telling.bundled.add(ribbon.name)
        if ends in found:
            continue
        source, target = (telling.box(telling.cast.grids[name]) for name in (ribbon.source, ribbon.target))
        (_, _, low), (_, _, top) = boxes[ends[0]][0], boxes[ends[1]][1]
        if low > top:
            (x, _, _), (to, _, _) = (((box[0] + box[1]) / 2).tolist() for box in (source, target))
            lane = (low + top) / 2
            leads = [(x, low - GAP), (x, lane), (to, lane), (to, top + GAP)]
        elif boxes[ends[1]][0][0] - source[1][0] > 2 * GAP:  # from its own side, so that it hangs on something
            level = float(np.clip((source[0][2] + source[1][2]) / 2, boxes[ends[1]][0][2], boxes[ends[1]][1][2]))
            leads = [(float(source[1][0]) + GAP, level), (float(boxes[ends[1]][0][0]) - GAP, level)]
        else:
            leads = way(boxes[ends[0]], boxes[ends[1]], float(top)) or []
        if leads:
            found[ends] = arrow(telling.unique("arrow"), leads, str(ribbon.role), front(source, target), WIDE)
            telling.cast.add(found[ends])
    return list(found.values())


def _members(group: Grids) -> Sequence[Grids]:
    return group if isinstance(group, list | tuple) else (group,)


def _best(telling: Telling, told: Sequence[Sequence[Sequence[Grid]]], titled: bool, named: bool) -> Form:
    """The form in which all are largest; as they are in one line, unless another lets them be much larger."""
    wholes = [[[grid for part in parts for grid in part]] for parts in told]
    forms = [*_forms(telling, wholes, False, titled, named)]
    line = forms[0]
    if any(len(parts) > 1 for parts in told):
        forms += (form for form in _forms(telling, told, True, titled, named) if form.columns == 1 or not named)
    best = max(forms, key=lambda form: form.scale)
    return best if best.scale > BETTER * line.scale else line


def _forms(
    telling: Telling, told: Sequence[Sequence[Sequence[Grid]]], in_rows: bool, titled: bool, named: bool
) -> Iterator[Form]:  # fmt: skip
    """In so many columns, from all to one; names of parts that stand above one another are beside them."""
    sizes = [[np.subtract(*telling.ends(part)[::-1])[[0, 2]] for part in parts] for parts in told]  # width, height
    gap, free, em = telling.layout.gap, telling.page.free, USUAL * pixel(telling.page)
    columns = max(len(parts) for parts in sizes)
    wide = [max(parts[i][0] for parts in sizes if i < len(parts)) for i in range(columns)]
    lefts = np.concatenate([[0.0], np.cumsum(np.array(wide) + gap)])
    tall = [max(size[1] for size in parts) for parts in sizes]
    for count in range(len(told), 0, -1):
        lines = [tall[i : i + count] for i in range(0, len(told), count)]
        across, down = count * lefts[-1] - gap, sum(max(line) + gap + BETWEEN * WIDE for line in lines) - gap
        beside = BESIDE * em if titled and count == 1 or named and not in_rows else 0.0
        over = OVER * em * (len(lines) if titled and count > 1 else 1 if named and in_rows else 0)
        scale = min((free.width - beside) / across, (free.height - over) / down)
        places, z = [], 0.0
        room = gap + (OVER * em / scale if titled and count > 1 else 0.0) + BETWEEN * WIDE
        for i in range(0, len(told), count):
            for column, parts in enumerate(told[i : i + count]):
                places += [(part, column * lefts[-1] + float(lefts[j]), z) for j, part in enumerate(parts)]
            z -= max(tall[i : i + count]) + room
        yield Form(count, in_rows, float(scale), tuple(places))


def _named(
    telling: Telling, told: Sequence[Sequence[Sequence[Grid]]], form: Form, titles: Sequence[str], parts: Sequence[str],
    seconds: float,
) -> list[Drawing]:  # fmt: skip
    """Titles of groups and names of the first one's parts, in place of the names of the grids within."""
    em = USUAL * pixel(telling.page) / form.scale
    wholes = [[grid for part in group for grid in part] for group in told]
    every = [grid for grids in wholes for grid in grids]
    labels = [telling.cast.labels.get(grid.name) for grid in every]
    fade(telling, *(label for label in labels if label is not None), to=0, seconds=0)
    made: list[Drawing] = []
    if titles and form.columns == 1:
        made = flank(telling, *wholes, titles=titles, among=every, seconds=0)
    elif titles:
        made = [_over(telling, grids, title, em) for grids, title in zip(wholes, titles, strict=True)]
    named = [next(group[i] for group in told if len(group) > i) for i in range(len(parts))]
    if parts and form.in_rows and form.columns == 1:
        until = [*(float(telling.ends(grids)[0][0]) - APART * em for grids in named[1:]), np.inf]
        for grids, name, end in zip(named, parts, until, strict=True):
            made.append(_over(telling, grids, name, em, end))
    elif parts and not form.in_rows:
        own = len(told[0])
        made += flank(telling, *named[:own], titles=parts[:own], among=every, seconds=0)
        for grids, name in zip(named[own:], parts[own:], strict=True):
            made += flank(telling, grids, titles=[name], among=every, seconds=0)
    fade(telling, *made, to=0, seconds=0)
    fade(telling, *made, to=1, seconds=seconds)
    return made


def _over(telling: Telling, grids: Sequence[Grid], text: str, em: float, end: float | None = None) -> Drawing:
    """A title over the middle of some grids, behind which it stands, or before an ``end`` over their left one.

    It is not seen yet. One that would reach beyond the end begins earlier; it is as near as the widest of them, so that
    it stands over that from aside, too.
    """
    low, high = telling.ends(grids)
    if end is None:
        x, y, align = (low[0] + high[0]) / 2, high[1], "center"
    else:
        x, align = min(low[0], end - advance(text) * em), "left"
        y = telling.box(max(grids, key=lambda grid: grid.size[0]))[0][1]
    at = x, y, high[2] + (0.6 + CAP_HEIGHT / 2) * em
    return sign(telling, text, at, size=em, align=align, seconds=0, to=0)
