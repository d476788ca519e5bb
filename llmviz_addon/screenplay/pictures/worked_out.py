"""A softmax worked out: a table with a column for each token and a line for each step, every number of it true.

First stand the scores, under them what is left without the largest, then the powers of e with bars as tall as they
are, + between them and their sum behind =, and last each divided by that sum. One line is told after the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...errors import ScriptError
from ...language import phrase
from ...layout.grid import Region
from ...layout.lettering.drawing import Line, Rect, Shape, Text
from ...layout.lettering.font import CAP_HEIGHT, advance, fit
from ...layout.signs.tiles import tile, wide
from ...rounding import number, of_cell, of_sum, relation, written_shares
from ..page.view import Area
from ..telling import Telling
from ..verbs.reading import Softmax, softmax, tint_at, token_text
from .pinned import pin, place, put_up, under

MOST = 8
"""Columns at most: those of the largest scores; of all are the largest and the sum."""
LINES = 4
WORDS, SUM = 0.24, 0.15
"""Of the width, what the lines' names and the sums take."""
TILE, LINE, ROOM = 1.9, 2.0, 0.8
"""Height of a tile, from line to line, and over the bars, in ems."""
OVER, PLUS = 1.35, 0.6
"""How far over its numbers a line's words stand, where they do, and size of a plus, in ems."""
LEAST = 1e-3
"""Height of a bar of nothing, as a share of the highest: an object cannot be 0 high."""


@dataclass(eq=False)
class Worked:
    """A table that is up: where it stands, what is in it, and how many of its lines are told."""

    steps: Softmax
    kept: list[int]
    area: Area
    em: float
    xs: list[float]  # middles of the columns
    slot: float
    ys: list[float]  # middles of the lines
    bars: float  # where the bars stand
    tall: float  # the highest bar
    over: float  # how far over its numbers a line's words stand; 0 where beside them
    told: int = 1

    @property
    def room(self) -> float:
        """How wide what stands beside the columns may be, or over them."""
        return (0.55 if self.over else WORDS) * self.area.width - 0.6 * self.em


def work_out(telling: Telling, region: Region, title: str, *, seconds: float | None = None) -> Worked:
    """Put up the table of a row such as ``head.scores[t, : t + 1]``, with its scores over the tokens' tiles."""
    seconds = telling.length(seconds, 1.5)
    steps = softmax(telling, region)
    axis, (first, _) = region.grid.axes[-1], region.ranges[-1]
    if axis.name != "T" or not np.isfinite(steps.row).all():
        raise ScriptError(f"{region!r} has no score for each of some tokens.")
    area, em = place(telling)
    kept = sorted(np.argsort(-steps.row, kind="stable")[:MOST].tolist())
    above = area.width < area.height  # upright there is no room for words beside the columns
    words, line = (0.0, LINE + OVER) if above else (WORDS, LINE)
    slot = (1.0 if above else 1 - WORDS - SUM) * area.width / len(kept)
    em = min(em, area.height / (8 + 4 * line), slot / 2.6)
    xs = [area.left + words * area.width + (i + 0.5) * slot for i in range(len(kept))]
    tiles = area.top - 3.2 * em
    ys = [tiles - (TILE / 2 + i * line - 0.5 * LINE) * em for i in (1, 2)]
    tall = ys[1] - area.bottom - (ROOM + 0.6 * LINE + 2 * line) * em
    bars = ys[1] - (ROOM + 0.5 * LINE) * em - tall
    ys += [bars - (i * line - 0.5 * LINE) * em for i in (1, 2)]
    table = Worked(steps, kept, area, em, xs, slot, ys, bars, tall, OVER * em if above else 0.0)
    shapes: list[Shape] = [Text(area.left, area.top - em, ((title, "ink"),), fit(title, em, area.width))]
    for x, j in zip(xs, kept, strict=True):
        text = token_text(telling, first + j)
        shapes += tile(
            tint_at(telling, first + j),
            text,
            (x, tiles),
            min(wide(text, TILE * em), 0.92 * slot),
            TILE * em,
        )
    if len(kept) < len(steps.row):
        told = phrase("the largest {} of {}", len(kept), len(steps.row))
        shapes.append(
            Text(
                area.left,
                area.top - 2.1 * em if above else tiles - 0.36 * em,
                ((told, "muted"),),
                fit(told, 0.8 * em, table.room - 0.4 * em),
            )
        )
    behind: list[Shape] = [
        Rect(
            x - 0.46 * slot, area.bottom, 0.92 * slot, tiles + 0.5 * TILE * em - area.bottom, "plate", 0.15 * TILE * em
        )
        for x in xs
    ]
    telling.change(pin(telling, "columns", behind, layer=under(behind)), "opacity", 1.0, 0.5 * seconds)
    put_up(telling, "worked", shapes, 0.5 * seconds)
    put_up(telling, "worked", _line(table, 0, steps.row, "activation"), 0.5 * seconds)
    return table


def work_on(telling: Telling, table: Worked, *, seconds: float | None = None) -> None:
    """Tell the next line of a table: the differences, the powers with their sum, or the shares."""
    seconds = telling.length(seconds, 2.0)
    if table.told >= LINES:
        raise ScriptError("This softmax is worked out: it has no more lines.")
    steps, told = table.steps, table.told
    table.told += 1
    if told == 1:
        put_up(telling, "worked", _line(table, 1, steps.shifted, "ink"), seconds)
    elif told == 2:
        _grow(telling, table, 0.45 * seconds)
        put_up(telling, "worked", _line(table, 2, steps.powers, "activation"), 0.25 * seconds)
        put_up(telling, "worked", _added(table, 2, steps.powers, steps.sum, "aggregate"), 0.3 * seconds)
    else:
        put_up(telling, "worked", _line(table, 3, steps.shares, "activation"), 0.6 * seconds)
        put_up(telling, "worked", _added(table, 3, steps.shares, 1.0, "ink"), 0.4 * seconds)


def _figures(table: Worked, numbers: np.ndarray, line: int) -> list[str]:
    """How the numbers of a line are written."""
    if line == 3:
        some = written_shares(numbers)
    else:  # scores and powers as a cell writes them; these then divide by their sum as they are written
        some = [number(value) if line == 1 else of_cell(value) for value in numbers.tolist()]
    return [some[j] for j in table.kept]


def _spans(table: Worked, line: int) -> tuple[tuple[str, str], ...]:
    """What is done in a line."""
    largest, total = of_cell(table.steps.largest), of_sum(table.steps.sum)
    before, after = ("− ", "") if table.steps.largest >= 0 else ("− (", ")")
    return (
        ((phrase("score"), "muted"),),
        ((before, "muted"), (largest, "aggregate"), (f"{after}, {phrase('the largest')}", "muted")),
        ((phrase("power of e"), "muted"),),
        (("÷ ", "muted"), (total, "aggregate"), (f", {phrase('the sum')}", "muted")),
    )[line]


def _line(table: Worked, line: int, numbers: np.ndarray, color: str) -> list[Shape]:
    """What is done in a line, and its numbers."""
    em, y = table.em, table.ys[line]
    figures = _figures(table, numbers, line)
    beside = advance("+", PLUS * em) + 0.26 * em if line >= 2 else 0.4 * em
    size = min(em, *(fit(figure, em, table.slot - beside) for figure in figures))
    spans = _spans(table, line)
    words = fit("".join(text for text, _ in spans), 0.85 * em, table.room)
    shapes: list[Shape] = [Text(table.area.left, y + table.over - CAP_HEIGHT * words / 2, spans, words)]
    for x, figure in zip(table.xs, figures, strict=True):
        shapes.append(Text(x, y - CAP_HEIGHT * size / 2, ((figure, color),), size, "center"))
    return shapes


def _grow(telling: Telling, table: Worked, seconds: float) -> None:
    """Bars as tall as the powers of e are grow from a line."""
    width = 0.62 * table.slot
    ground = pin(
        telling,
        "line",
        [
            Line(
                ((table.xs[0] - table.slot / 2, table.bars), (table.xs[-1] + table.slot / 2, table.bars)),
                0.0018,
                "muted",
            )
        ],
    )
    telling.change(ground, "opacity", 1.0, 0.2 * seconds)
    for x, j in zip(table.xs, table.kept, strict=True):
        bar = pin(telling, "bar", [Rect(0, 0, width, table.tall, "activation")], (x - width / 2, table.bars), layer=1)
        telling.change(bar, "scale", LEAST, index=1)
        telling.change(bar, "opacity", 1.0)
        telling.change(bar, "scale", max(float(table.steps.powers[j]), LEAST), seconds, 1)
    telling.pass_time(seconds)


def _added(table: Worked, line: int, numbers: np.ndarray, total: float, color: str) -> list[Shape]:
    """+ between the numbers of a line, and what they sum to, with ≈ where that is not so as they are written."""
    em, y = table.em, table.ys[line]
    figures, result = _figures(table, numbers, line), of_sum(total) if line == 2 else number(total, 0)
    sign = relation(result, figures) if len(figures) == len(numbers) else "≈"
    shapes: list[Shape] = [
        Text((a + b) / 2, y - CAP_HEIGHT * em / 2, (("+", "muted"),), PLUS * em, "center")
        for a, b in zip(table.xs[:-1], table.xs[1:], strict=True)
    ]
    words, right = f"{sign} {result}", table.area.right
    if table.over:
        return [*shapes, Text(right, y + table.over - CAP_HEIGHT * em / 2, ((words, color),), em, "right")]
    room = SUM * table.area.width - 0.4 * em
    return [*shapes, Text(right - room, y - CAP_HEIGHT * em / 2, ((words, color),), fit(words, em, room))]
