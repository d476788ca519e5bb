"""Close-ups: of a model too large to read single cells, excerpts stand in for the grids that are explained.

A column of GPT-2 has 768 cells: seen whole, none of them is a pixel wide, and a row of weights stands 70 m
from the end of the vector it makes. So the same layout is made once more, of the first cells of every long
axis, and its grids take the places of the true ones while cells are told. They are windows: indices,
numbers and sums are the whole tensor's, labels say "48 of 768", and where an excerpt ends it is torn off.
A chapter is written as for a small model, of which ``closeup`` returns the layout that is there anyway.
Rejected: a camera that frames a part of the true grids, for what belongs together stands too far apart.
"""

from __future__ import annotations

from collections import ChainMap, Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ...language import AsIs, phrase
from ...layout.build import layout
from ...layout.grid import CELL, Grid
from ...layout.layout import Layout
from ...layout.lettering.drawing import Drawing, Line, Shape, pose
from ...layout.lettering.font import once_per_font
from ...layout.signs.labels import labels, name_of
from ...model.architecture import Architecture
from ...model.config import GPTConfig
from ...model.sampling import likeliest
from ..cast.things import Grids
from ..page.view import Page
from ..telling import Closeup, Telling
from . import token_tiles
from .beats import say
from .camera import frame
from .copies import BEFORE
from .dismissing import dismiss
from .fading import fade, revert
from .revealing import show_values

LEGIBLE = {"T": 24, "C": 48, "A": 32, "4C": 48, "block_size": 32}
"""Cells of an axis, by its name, that can be told apart in a picture of a few grids."""
LEAST = 2
"""Cells that are left of the numbers of a head, where many heads are shown."""
WIDEST, ROOM, FLAT = 192, 1.2, 0.7
"""Cells across of what is drawn in proportion, half of them where the free part is so much lower than it is wide; and
how many times as many are drawn before it is cut."""
ENTRIES = 32
"""Columns of the table of tokens that can: those of the tokens read, and others. Of the output, the likeliest."""
ENOUGH = 1.5
"""An axis is cut only if it is so many times as long as that."""
USUAL = (16, 9)
"""Shape of the pictures for which chapters tell how many channels are drawn; where there is more height, more are."""
TEAR, OUT = 0.15 * CELL, (0.3 * CELL, 0.6 * CELL)
"""Width of the line along a torn edge, and how far out its points lie; of what has but a few cells, both are less."""


def closeup(
    telling: Telling, *things: Grids, channels: int | None = None, entries: int = ENTRIES,
    in_proportion: bool = False, time: int | None = None, seconds: float | None = None,
) -> Layout:  # fmt: skip
    """Let excerpts stand in for ``things``, and return the layout that holds them in the places of the true ones.

    Within a beat it is said what is drawn, before it is. The first of ``things`` keeps its upper left corner, where its
    excerpt stands a hair before it, and the camera comes near. Of a column no more than so many ``channels`` are drawn,
    if that is told, more in a picture that has the height for them, and of a large vocabulary's output no more than so
    many ``entries``; ``in_proportion`` what is as wide as many columns, such as the inside of an MLP, is as many times
    as wide as what is drawn of one. Of the text only the column at one ``time`` is drawn, if that is told. Where every
    axis is short enough nothing happens, and the layout is the film's own.
    """
    whole = telling.cast.grids_of(*things)
    axes = {axis.name: axis.length for grid in whole for axis in grid.axes}
    if channels and not in_proportion:  # else what has more rows is wider, too
        channels = _as_high(telling.page, channels)
    legible = {**LEGIBLE, "A": _of_a_head(whole)} | ({"C": channels} if channels else {})
    most = {name: count for name, count in legible.items() if axes.get(name, 0) > ENOUGH * count}
    if in_proportion:
        most = _in_proportion(telling, axes, most)
    times = None
    if time is not None and axes.get("T", 0) > 1:
        times, most = (time,), {name: count for name, count in most.items() if name != "T"}
    shown = _entries(telling, whole, most.get("T"), entries)
    if not most and times is None and shown == _shown(telling):
        return telling.layout
    seconds = telling.length(seconds)
    small = _small(
        telling.layout.config,
        telling.layout.architecture,
        telling.layout.n_tokens,
        telling.layout.gap,
        shown,
        tuple(most.items()),
        times,
    )
    move = np.array(whole[0].origin) - small[whole[0].name].origin - (0, BEFORE, 0)
    prefix = telling.unique("excerpt")
    written = {label.parent: label for label in labels(small, grids=[small[grid.name] for grid in whole])}
    pairs, stands = [], {}
    for grid in whole:
        excerpt = small[grid.name]
        x, y, z = (float(v) for v in excerpt.origin + move)
        stand = replace(excerpt, name=f"{prefix}:{grid.name}", origin=(x, y, z), taken=excerpt[:].taken)
        telling.cast.add_grid(stand, telling.trace[grid.name])
        telling.cast.add_label(_label(written[grid.name], stand, move))
        if (edge := _edge(telling.unique("edge"), stand)) is not None:
            telling.cast.add(edge)
            telling.cast.edges[stand.name] = edge
        stands[grid.name] = stand
        pairs.append((grid, stand))
        telling.splits.agree(stand, grid, telling.now)
    _as_connected(telling, stands)
    telling.excerpts.append(tuple(pairs))
    telling.closeups.append(Closeup(tuple(pairs), ChainMap(stands, telling.cast.ensemble.grids)))
    _say_what_is_shown(telling, list(stands.values()))
    with telling.together(seconds=seconds):
        fade(telling, *whole, *telling.cast.ribbons_among(*whole), to=0)
        fade(telling, *stands.values(), to=1)
        frame(telling, *stands.values())
    return telling.layout.holding(stands)


def _as_connected(telling: Telling, stands: Mapping[str, Grid]) -> None:
    """Let excerpts have no arrow where the chapter has taken away the ribbon between the grids for which they stand."""
    for ribbon in telling.layout.ribbons_within(stands):
        if ribbon.name in telling.score.gone:
            telling.connected.add((stands[ribbon.source].name, stands[ribbon.target].name))


def _say_what_is_shown(telling: Telling, excerpts: list[Grid]) -> None:
    """Within a beat, say of which axes not every index has a cell; of a text's one column the chapter tells."""
    if telling.beat is None:
        return
    cut = {axis.name: axis for grid in excerpts for axis in grid.axes if axis.shown and axis.cells > 1}
    if not cut:
        return
    told = ", ".join(f"[{axis.count}]({axis.name}) {axis.of_many}" for axis in cut.values())
    say(telling, phrase("Only part is shown, {};", AsIs(told)), {})
    say(telling, "the rest is there, too.", {})  # what is learned is not computed


@once_per_font(4)  # chapter after chapter asks for one of a few
def _small(
    config: GPTConfig,
    architecture: Architecture,
    n_tokens: int,
    gap: float,
    shown: tuple[int, ...] | None,
    most: tuple[tuple[str, int], ...],
    times: tuple[int, ...] | None,
) -> Layout:
    return layout(config, n_tokens, gap, shown, dict(most), bare=True, architecture=architecture, times=times)


def step_back(telling: Telling, *, seconds: float | None = None) -> None:
    """End the close-up: the whole grids come back with all their values, and the camera shows them.

    Within a beat it is said. Where there is none nothing happens.
    """
    if not telling.closeups:
        return
    pairs = telling.closeups.pop().pairs
    whole, stands = [grid for grid, _ in pairs], [stand for _, stand in pairs]
    if telling.beat is not None:
        say(telling, "Now all of it is drawn again.", {})
    dismiss(telling)
    show_values(telling, *whole)
    with telling.together(seconds=telling.length(seconds, 1.5)):
        with telling.in_sequence():
            fade(telling, *stands, to=0)
            revert(telling, *stands, seconds=0)
        fade(telling, *whole, *telling.cast.ribbons_among(*whole), to=1)
        frame(telling, *whole)


def _shown(telling: Telling) -> tuple[int, ...] | None:
    """Ids of the tokens that have cells on the set; None for all."""
    return telling.layout.embedding.token_weight.axes[0].shown


def _of_a_head(whole: Sequence[Grid]) -> int:
    """Numbers of a head that can be told apart; where several heads are shown, all together as many as channels."""
    heads = max(Counter(grid.kind for grid in whole if any(axis.name == "A" for axis in grid.axes)).values(), default=1)
    return LEGIBLE["A"] if heads == 1 else max(LEAST, LEGIBLE["C"] // heads)


def _as_high(page: Page, channels: int) -> int:
    """How many channels a page has room for, below one another, where one of a usual shape has room for so many."""
    usual = Page.of(USUAL).free
    return int(channels * max(1.0, page.free.height / page.free.width * usual.width / usual.height))


def _in_proportion(telling: Telling, axes: Mapping[str, int], most: Mapping[str, int]) -> dict[str, int]:
    """Cells of the axes that are cut, where those that are a multiple of the channels, such as 4C, stay one."""
    channels, free = axes.get("C", 0), telling.page.free
    wide = [name for name, length in axes.items() if channels and name == f"{length // channels}C"]
    if not wide:
        return dict(most)
    cut = {name: most[name] for name in most if name not in wide}
    times = max(axes[name] for name in wide) / channels
    widest = WIDEST if telling.page.is_wide or free.height > FLAT * free.width else WIDEST // 2
    drawn = cut.get("C", channels)
    if drawn * times > ROOM * widest:
        drawn = max(int(widest / times), 1)
    return cut if drawn == channels else {**cut, "C": drawn, **{n: drawn * axes[n] // channels for n in wide}}


def _entries(
    telling: Telling, whole: Sequence[Grid], times: int | None, entries: int
) -> tuple[int, ...] | None:  # fmt: skip
    """Ids of the tokens that have cells: of a table of tokens no more than those read, if these are not many.

    Of the output alone those that are likeliest to follow each token of the text, and to follow the last.
    """
    table, head, shown = telling.layout.embedding.token_weight, telling.layout.output.weight, _shown(telling)
    if (table in whole) == (head in whole) or table.cells[0] <= ENOUGH * ENTRIES:
        return shown
    if head in whole:
        likely = telling.trace["output.logits"].argmax(axis=1)[:times].tolist()
        last = likeliest(telling.trace["output.logits"][-1], entries)
        some = dict.fromkeys([likely[-1], *last[: entries // 2], *likely, *last])  # the last column drawn is told of
        return tuple(sorted(list(some)[:entries]))
    read = dict.fromkeys(int(token) for token in telling.trace.tokens[:times])
    every = range(table.axes[0].length) if shown is None else shown
    return tuple(sorted([*read, *(one for one in every if one not in read)][: max(ENTRIES, len(read))]))


def _label(label: Drawing, grid: Grid, move: np.ndarray) -> Drawing:
    """A label for an excerpt, not seen yet: one that is hidden all the time has nothing else that says so."""
    where = label.pose.copy()
    where[:3, 3] += move
    return replace(label, name=name_of(grid), pose=where, parent=grid.name, opacity=0.0)


def _edge(name: str, grid: Grid) -> Drawing | None:
    """The torn edges of an excerpt, wherever it does not end but goes on; None where it ends."""
    (left, front, bottom), (right, _, top) = grid.box
    torn: list[Shape] = []
    size = token_tiles.torn(grid)
    for axis in grid.axes:
        if axis.cells == 1:
            continue  # of the text one column
        if axis.shown is not None and axis.direction == "z":
            points = ((along - left, -out) for along, out in _tear(left, right, size))
            torn.append(Line(tuple(points), TEAR * size, "muted"))
        elif axis.shown is not None and axis.direction == "x":
            points = ((right - left + out, along - bottom) for along, out in _tear(bottom, top, size))
            torn.append(Line(tuple(points), TEAR * size, "muted"))
    return Drawing(name, tuple(torn), pose((left, front, bottom)), grid.name, opacity=0.0) if torn else None


def _tear(start: float, end: float, size: float) -> list[tuple[float, float]]:
    """A zigzag from start to end, and how far out its points lie."""
    count = 2 * max(1, round((end - start) / CELL / 2)) + 1
    outs = size * np.where(np.arange(count) % 2, OUT[1], OUT[0])
    return [(float(x), float(out)) for x, out in zip(np.linspace(start, end, count), outs, strict=True)]
