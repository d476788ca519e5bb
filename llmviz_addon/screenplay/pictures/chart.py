"""A few numbers as bars over their names, which turn into other numbers while one looks.

They stand on a line at 0, so numbers below it hang down. When a chart becomes other numbers on another scale, line and
bars go to where they are on that, and the scale's own numbers change. Beside the bars copies of them may stack up,
next to a glass that holds exactly 1; they change with the bars, so that what is divided by its sum is seen to fill it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ... import rounding
from ...errors import ScriptError
from ...language import phrase
from ...layout.grid import Region
from ...layout.lettering.drawing import BELOW, Line, Rect, Shape, Text
from ...layout.lettering.font import fit
from ...layout.signs.tiles import INK
from ...layout.tensor import Numbers
from ...rounding import number, parts_of_all, relation, said, written_percents, written_shares
from ..page.sizes import SMALLEST, pixel
from ..page.view import Area
from ..score.timeline import Channel
from ..telling import Telling
from . import scales
from .names import names_under
from .pinned import metres, pin, place, under
from .scales import Span

WRITTEN = 12
"""Bars that still have room for their numbers and names."""
STACK = 0.16
"""Of the chart's width, that the stack has."""
LEAST = 1e-4  # height of a bar of nothing, as a share of the chart's: an object cannot be 0 high
SHORT, FIGURE = 3, 0.7
"""Letters of a name that stands in the stack too, at most; em of what is written there, in the chart's."""
SEAM, INSIDE, FLAT = 0.0045, 0.0045, 0.01
"""Between two bars of a stack, and between these and its glass, in picture heights; and the height, as a share of the
chart's, that one is drawn with at least, so that its edges are as round as others'."""
WIDEST = 5
"""Letters that a scale's numbers have room for at least, as they may change."""
TICKS = 4
"""Numbers on a scale, but for 0 and where there is little room for them."""
PALE, COPIES = 0.25, (0.85, 0.6)
"""Opacity of a bar that does not count, and of those that are stacked, in turn: each is told from the next."""
MANY = 3  # charts side by side from which on they have no scales: there is hardly room for the bars' own numbers
CUT = "cut"  # over the ghost of a bar
INSIDE_BAR, BESIDE, APART = 0.9, 0.92, 1.15
"""Width of a number in those of its bar; where it would be too small, in those of what a bar has with the room beside
it, as that of the largest in percent; where the numbers beside it are higher or lower it may reach over."""
FIGURES, OF_SEVERAL, LEADS = 0.85, 0.75, 1.0  # ems of numbers, of those beside other charts, of the largest in percent
SHARES = 1e-3
"""By how much shares may differ from 1 together, and still be shares of one whole."""
Values = Region | Numbers | np.ndarray


@dataclass(eq=False)
class Bars:
    """What stands on the stage: bars and what is written, by name, and the numbers that they are at."""

    area: Area  # of the bars, all of the scale high
    left: float  # where the scale's numbers begin
    pile: tuple[float, float] | None  # from where to where the stack is, if there is room for one
    em: float
    role: str
    span: Span  # ends of the scale
    lefts: list[float]
    width: float
    values: np.ndarray
    percent: bool = False  # how shares and the scale are written
    is_bare: bool = False  # without a scale
    has_others: bool = False  # beside it: what is told of both has as many decimals
    home: float = 0.0  # where the line at 0 was when the bars were made, in picture heights
    stacked: float = 0.0  # and when their copies were
    names: list[str] = field(default_factory=list)  # those that a stack has room for
    bars: list[str] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)  # that are stacked
    drawn: list[float] = field(default_factory=list)  # how high these are drawn, as shares
    ghosts: list[int] = field(default_factory=list)  # places of those that do not count, and stay as tall as they were
    tall: np.ndarray = field(default_factory=lambda: np.zeros(0))  # numbers that the bars are as tall as
    glass: str = ""
    line: str = ""
    scale: str = ""
    title: str = ""
    figures: str = ""
    total: str = ""

    @property
    def unit(self) -> float:
        """Picture heights that a 1 is tall."""
        return self.area.height / (self.span[1] - self.span[0])

    @property
    def zero(self) -> float:
        """Where 0 is, in picture heights."""
        return self.area.bottom - self.span[0] * self.unit


def chart(
    telling: Telling, values: Values, names: Sequence[str] | Sequence[int], title: str, *, span: Span | None = None,
    part: tuple[int, int] = (0, 1), whole: bool = False, percent: bool = False, seconds: float | None = None,
) -> Bars:  # fmt: skip
    """Put up ``values`` as bars over ``names``; ids of tokens are names, too. Shares may be written in ``percent``.

    ``span`` are numbers that the scale has room for, besides these. ``part`` is which of how many charts that
    share the stage. A chart of a ``whole`` has room for the stack.
    """
    seconds = telling.length(seconds, 1.5)
    numbers = _numbers(telling, values, len(names))
    area, em = place(telling)
    area = _part(area, part, 1.6 * em)
    em = min(em, area.height / 12, area.width / 9)
    role = str(values.grid.role) if isinstance(values, Region) else "activation"
    reach = scales.around(numbers if span is None else np.array([*numbers, *span]))
    is_bare = part[1] >= MANY and area.width < area.height and len(names) <= WRITTEN
    up = _laid_out(numbers, area, reach, em, role, whole, percent, is_bare)
    up.has_others = part[1] > 1
    up.names = [name if isinstance(name, str) and len(name) <= SHORT else "" for name in names]
    bar = Rect(0, 0, up.width, up.area.height, role, below=BELOW[role])
    slot = up.area.width / len(numbers)
    up.bars = [pin(telling, "bar", [bar], (x, up.zero), layer=1) for x in up.lefts]
    up.line = pin(
        telling, "line", [Line(((0, 0), (up.area.width, 0)), 0.0018, "muted")], (up.area.left, up.zero), layer=2
    )
    behind = [Rect(x, up.area.bottom, up.width, up.area.height) for x in up.lefts]
    columns = pin(telling, "columns", behind, layer=under(behind))
    middles = [x + up.width / 2 for x in up.lefts]
    under_them = names_under(telling, values, names, middles, slot, up.area.bottom - 0.75 * em, em)
    told = [pin(telling, "names", under_them)] if len(names) <= WRITTEN else []
    for name in (columns, up.line, *told):
        telling.change(name, "opacity", 1.0, 0.2 * seconds)
    for name in up.bars:
        telling.change(name, "opacity", 1.0)
        telling.change(name, "scale", LEAST, index=1)
    _scale(telling, up, 0.2 * seconds)
    _title(telling, up, title, 0.2 * seconds)
    telling.pass_time(0.2 * seconds)
    _stand(telling, up, 0.6 * seconds)
    telling.pass_time(0.6 * seconds)
    _figures(telling, up, 0.2 * seconds)
    telling.pass_time(0.2 * seconds)
    return up


def become(
    telling: Telling, up: Bars, values: Values, title: str, *, span: Span | None = None, pale: Sequence[int] = (),
    percent: bool | None = None, seconds: float = 4.0,
) -> None:  # fmt: skip
    """Let a chart turn into other numbers, as many, on another scale if there is a ``span`` or they need one, and
    from now on in ``percent`` or not, if that is said.

    Those at the places ``pale`` do not count any more, or do again where they are not: they stay as tall as they were,
    as ghosts. On the way they are called nothing: the old heading goes first, the new one comes once it is true.
    """
    seconds = telling.length(seconds)
    numbers = _numbers(telling, values, len(up.bars))
    if not telling.score.value(Channel(up.line, "opacity")):
        raise ScriptError("These bars are not up any more: they went with their beat.")
    held = np.array([*numbers, *(up.span if span is None else span)])
    new = up.span if span is None and scales.holds(up.span, held) else scales.around(held)
    written = up.percent if percent is None else percent
    other = new != up.span or written != up.percent
    for name in filter(None, (up.title, up.figures, up.total, *((up.scale, up.glass) if other else ()))):
        telling.change(name, "opacity", 0.0, 0.1 * seconds)
    telling.pass_time(0.1 * seconds)
    up.percent = written
    if new != up.span:
        up.span = new
        telling.change(up.line, "offset", (up.zero - up.home) * metres(telling, 2), 0.7 * seconds, 1)
    up.values, up.ghosts = numbers, list(pale)
    _stand(telling, up, 0.7 * seconds)
    for i, name in enumerate(up.bars):
        telling.change(name, "opacity", PALE if i in pale else 1.0, 0.2 * seconds)
    telling.pass_time(0.7 * seconds)
    if other:
        _scale(telling, up, 0.2 * seconds)
        if up.glass:
            _glass(telling, up, 0.2 * seconds)
    _title(telling, up, title, 0.2 * seconds)
    _figures(telling, up, 0.2 * seconds)
    telling.pass_time(0.2 * seconds)


def pile_up(telling: Telling, up: Bars, *, seconds: float = 2.0) -> None:
    """Let copies of the bars stack up, and say what they sum to as they are written."""
    seconds = telling.length(seconds)
    if up.values.min() < 0:
        raise ScriptError(f"A bar of these is {up.values.min():.3g}; what is below 0 does not stack up.")
    if up.pile is None:
        raise ScriptError("There is no room for a stack; ask for it with film.chart(…, whole=True).")
    if up.copies:
        raise ScriptError("These bars are stacked already.")
    if not scales.holds(up.span, up.values.sum(keepdims=True) * (1 - SHARES)):
        raise ScriptError(f"The stack is {up.values.sum():.3g} high, but its scale ends at {up.span[1]:.3g}.")
    each, up.stacked = 0.3 * seconds, up.zero
    _glass(telling, up, 0.2 * seconds)
    up.drawn = [max(high, FLAT) for _, high in _piled(up)]
    rects = [Rect(0, 0, up.width, high * up.area.height, up.role) for high in up.drawn]
    up.copies = [pin(telling, "copy", [one], (x, up.zero), layer=1) for one, x in zip(rects, up.lefts, strict=True)]
    left, right = up.pile[0] + INSIDE, up.pile[1] - INSIDE
    with telling.together(seconds=0.8 * seconds, lag=1.5 / max(len(up.copies) - 1, 1)):
        for i, (name, x, (low, high)) in enumerate(zip(up.copies, up.lefts, _piled(up), strict=True)):
            telling.change(name, "opacity", COPIES[i % len(COPIES)])
            telling.change(name, "scale", high / up.drawn[i], 0.0, 1)
            telling.change(name, "offset", (left - x) * metres(telling, 1), each)
            telling.change(name, "offset", low * metres(telling, 1), each, 1)
            telling.change(name, "scale", (right - left) / up.width, each)
            telling.pass_time(each)
    _total(telling, up, 0.2 * seconds)
    telling.pass_time(0.2 * seconds)


def _numbers(telling: Telling, values: Values, count: int) -> np.ndarray:
    found = telling.numbers(values) if isinstance(values, Region | Numbers) else values
    numbers = np.asarray(found, dtype=np.float64).ravel()
    if len(numbers) != count or not np.isfinite(numbers).all():
        raise ScriptError(f"{count} bars need as many numbers, but got {len(numbers)}: {numbers[:6].tolist()}.")
    return numbers


def _are_shares(numbers: np.ndarray) -> bool:
    return bool(numbers.min() >= 0 and abs(numbers.sum() - 1) <= SHARES)


def _part(area: Area, part: tuple[int, int], gap: float) -> Area:
    """One of several equal parts: side by side where the area is wide, else one below the other."""
    which, count = part
    if not 0 <= which < count:
        raise ScriptError(f"There is no part {which} of {count}; count from 0.")
    if area.width > area.height:
        wide = (area.width - gap * (count - 1)) / count
        left = area.left + which * (wide + gap)
        return Area(left, area.bottom, left + wide, area.top)
    tall = (area.height - 0.4 * gap * (count - 1)) / count
    top = area.top - which * (tall + 0.4 * gap)
    return Area(area.left, top - tall, area.right, top)


def _laid_out(
    numbers: np.ndarray, area: Area, span: Span, em: float, role: str, whole: bool, in_percent: bool, is_bare: bool
) -> Bars:  # fmt: skip
    """Where everything of a chart stands, of which nothing is drawn yet."""
    longest = max(WIDEST, *(len(text) for _, text in scales.ticks(span, in_percent)))
    left, right = area.left + (0.0 if is_bare else 0.72 * em * (0.8 + 0.58 * longest)), area.right
    pile = (right - STACK * area.width, right) if whole else None
    room = Area(left, area.bottom + 2.7 * em, right if pile is None else pile[0] - 1.6 * em, area.top - 2.8 * em)
    slot = room.width / len(numbers)
    width = min(0.8 * slot, 4.5 * em)
    lefts = [left + (i + 0.5) * slot - width / 2 for i in range(len(numbers))]
    up = Bars(room, area.left, pile, em, role, span, lefts, width, numbers, in_percent, is_bare)
    up.home = up.zero
    return up


def _stand(telling: Telling, up: Bars, seconds: float) -> None:
    """Give each bar its height, on the line at 0, and each copy its place in the stack."""
    to = metres(telling, 1)
    is_ghost = np.isin(np.arange(len(up.values)), up.ghosts)
    up.tall = np.where(is_ghost, up.tall, up.values) if up.ghosts else up.values
    for name, value in zip(up.bars, (up.tall * up.unit / up.area.height).tolist(), strict=True):
        telling.change(name, "scale", value if abs(value) > LEAST else LEAST, seconds, 1)
        _shift(telling, name, (up.zero - up.home) * to, seconds)
    for name, drawn, (low, high) in zip(up.copies, up.drawn, _piled(up), strict=False):
        telling.change(name, "scale", high / drawn, seconds, 1)
        _shift(telling, name, (up.zero - up.stacked + low) * to, seconds)


def _shift(telling: Telling, name: str, to: float, seconds: float) -> None:
    if telling.score.value(Channel(name, "offset", 1)) != to:
        telling.change(name, "offset", to, seconds, 1)


def _piled(up: Bars) -> list[tuple[float, float]]:
    """Where each bar begins in the stack, in picture heights over the line, and how high it is, as a share."""
    talls = up.values * up.unit
    lows = np.concatenate([[0.0], np.cumsum(talls)[:-1]]) + SEAM / 2
    highs = np.maximum(talls - SEAM, LEAST) / up.area.height
    return list(zip(lows.tolist(), highs.tolist(), strict=True))


def _scale(telling: Telling, up: Bars, seconds: float) -> None:
    """The scale's numbers at the left, if it has one."""
    if up.is_bare:
        return
    small = 0.72 * up.em
    shapes: list[Shape] = []
    for value, told in scales.ticks(up.span, up.percent, int(np.clip(up.area.height / (2.4 * small), 1, TICKS))):
        y = up.zero + value * up.unit
        shapes.append(Line(((up.area.left - 0.25 * small, y), (up.area.left, y)), 0.0015, "muted"))
        shapes.append(Text(up.area.left - 0.5 * small, y - 0.36 * small, ((told, "muted"),), small, "right"))
    up.scale = pin(telling, "scale", shapes, layer=2)
    telling.change(up.scale, "opacity", 1.0, seconds)


def _title(telling: Telling, up: Bars, title: str, seconds: float) -> None:
    size = fit(title, up.em, (up.pile[1] if up.pile else up.area.right) - up.left)
    up.title = pin(telling, "title", [Text(up.left, up.area.top + 1.7 * up.em, ((title, "ink"),), size)])
    telling.change(up.title, "opacity", 1.0, seconds)


def _written(up: Bars) -> list[str]:
    """The numbers as they are written; shares as parts of a whole."""
    if len(up.values) > WRITTEN:
        return []
    if up.percent:
        return written_percents(up.values)
    if not _are_shares(up.values):
        return [said(value) for value in up.values.tolist()]
    return written_shares(up.values)


def _figures(telling: Telling, up: Bars, seconds: float) -> None:
    """The number of each bar beyond its end, where it can be read."""
    told = _written(up)
    if up.copies:
        _total(telling, up, seconds)
    if not told:
        return
    slot, tops = up.area.width / len(told), [up.zero + value * up.unit for value in up.tall.tolist()]
    alone = [_stands_out(tops, i, 2 * up.em) for i in range(len(tops))]
    leads = [up.percent and top == max(tops) and out for top, out in zip(tops, alone, strict=True)]
    rooms = [slot * (APART if out else BESIDE) for out in alone]
    least, most = SMALLEST * pixel(telling.page), FIGURES * up.em
    most = min(most, max(OF_SEVERAL * up.em, least)) if up.has_others else most
    largest = [LEADS * up.em if lead else most for lead in leads]

    def fitted() -> list[float]:
        for inside in (True, False):
            own = [
                INSIDE_BAR * up.width if inside and not lead else room for lead, room in zip(leads, rooms, strict=True)
            ]
            sizes = [fit(text, size, room) for text, size, room in zip(told, largest, own, strict=True)]
            if min(sizes) >= least:
                break
        return sizes

    if up.percent and min(fitted()) < least:
        told = [f"{number(100 * part, 0, 0, whole=100)} %" for part in parts_of_all(up.values.tolist())]
    elif not up.percent and not _are_shares(up.values) and (up.has_others or min(fitted()) < least):
        told = [number(value, most=2) for value in up.values.tolist()]
    sizes = fitted()
    readable = [size for size in sizes if size >= least]
    if not readable:
        return
    shapes: list[Shape] = []
    for i, (x, text, top, own) in enumerate(zip(up.lefts, told, tops, sizes, strict=True)):
        size = own if leads[i] else min(readable)
        if own < size:
            continue
        y = top + (0.3 * up.em if top >= up.zero else -0.3 * up.em - 0.75 * size)
        run = (phrase(CUT), "muted") if i in up.ghosts else (text, "ink")
        shapes.append(Text(x + up.width / 2, y, (run,), size, "center"))
    up.figures = pin(telling, "figures", shapes, layer=3)
    telling.change(up.figures, "opacity", 1.0, seconds)


def _stands_out(tops: Sequence[float], place: int, by: float) -> bool:
    """Whether a bar ends that much higher or lower than those beside it."""
    beside = [*tops[max(place - 1, 0) : place], *tops[place + 1 : place + 2]]
    return all(abs(top - tops[place]) > by for top in beside)


def _total(telling: Telling, up: Bars, seconds: float) -> None:
    """Under the stack, what it is high, "≈" where the numbers as they are written do not give it; in it, of what."""
    assert up.pile is not None
    total = 1.0 if _are_shares(up.values) else float(up.values.sum())
    text = rounding.percent(total) if up.percent else said(total)
    parts = [part.removesuffix(" %") for part in _written(up) or [text]]
    sign = relation(text.removesuffix(" %"), parts)
    told = f"{sign} {text}" + (phrase(", rounded") if sign == "≈" and total == 1 else "")
    at, align = ((up.pile[0] + up.pile[1]) / 2, "center") if len(told) < 8 else (up.pile[1], "right")
    size = fit(told, up.em, 1.5 * (up.pile[1] - up.pile[0]))
    shapes: list[Shape] = [Text(at, up.area.bottom - 1.7 * up.em, ((told, "ink"),), size, align)]
    middle, em = (up.pile[0] + up.pile[1]) / 2, FIGURE * up.em
    for i, (name, text, (low, share)) in enumerate(zip(up.names, _written(up), _piled(up), strict=False)):
        size, high = fit(words := f"{name} {text}".strip(), em, 0.9 * (up.pile[1] - up.pile[0])), share * up.area.height
        if high > 1.2 * size and size >= SMALLEST * pixel(telling.page):
            shapes.append(Text(middle, up.zero + low + high / 2 - 0.36 * size, ((words, INK),), size, "center"))
        elif name and i in (0, len(up.names) - 1) and size >= SMALLEST * pixel(telling.page):
            y = up.zero + low + share * up.area.height + 0.3 * size if i else up.zero - 0.98 * size
            shapes.append(Text(middle, y, ((words, "ink"),), size, "center"))
    up.total = pin(telling, "total", shapes, layer=3)
    telling.change(up.total, "opacity", 1.0, seconds)


def _glass(telling: Telling, up: Bars, seconds: float) -> None:
    """Where the stack is, or will be, a glass that holds exactly 1."""
    assert up.pile is not None
    (left, right), edge, em, base, top = up.pile, 0.0015, up.em, up.zero, up.zero + up.unit
    shapes: list[Shape] = [
        Line(((left, top), (left, base), (right, base), (right, top)), edge, "ink"),
        Line(((left - 0.4 * em, top), (right, top)), edge, "accent"),
    ]
    if up.is_bare or up.span[1] != 1:  # else the scale says so
        shapes.append(Text(left - 0.6 * em, top - 0.35 * em, (("1", "accent"),), em, "right"))
    up.glass = pin(telling, "glass", shapes, layer=2)
    telling.change(up.glass, "opacity", 1.0, seconds)
