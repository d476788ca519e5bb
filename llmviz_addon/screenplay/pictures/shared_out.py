"""Wholes, one above the other: each a bar across the stage, dealt out among the tokens as shares say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...errors import ScriptError
from ...language import phrase
from ...layout.grid import Region
from ...layout.lettering.drawing import LIFT, Line, Rect, Shape, Text
from ...layout.lettering.font import CAP_HEIGHT, advance, fit
from ...layout.signs.tiles import INK
from ...rounding import percent, written_shares
from ..telling import Telling
from ..verbs.reading import tint_at, token_text
from .pinned import LAYER, pin, place, put_up

HIGH = 0.42
"""Height of a bar, as a share of the room that it has with its title."""
FREE = 3.8
"""Ems that a title and what is marked take of that room."""
LEAST = 0.6
"""A text that would be smaller in its part, as a share of the picture's letters, is not there."""
UNDER = 0.62
"""Size of what is told under a bar, in ems."""
MOST, AWAY = 16, 2.5
"""Parts that say something under a bar at most, and ems that what they say is away from them at most."""
SEAM, FINE = 0.003, 0.0014
"""Between two parts, in picture heights; and how wide one must be to be seen, or nothing is said of it."""


def share_out(
    telling: Telling, shares: Region | Sequence[float] | np.ndarray, title: str, *, row: int = 0, of: int = 1,
    until: int | None = None, seconds: float = 3.0,
) -> None:  # fmt: skip
    """Put up a whole, dealt out among the first tokens as ``shares`` say: bar ``row`` of so many.

    The parts of tokens from ``until`` on are marked. All such pictures of a beat stay until it is over.
    """
    seconds = telling.length(seconds)
    numbers = telling.numbers(shares) if isinstance(shares, Region) else shares
    parts = np.asarray(numbers, dtype=np.float64).ravel()
    if not 0 < len(parts) <= len(telling.trace.tokens) or parts.min() < 0 or abs(parts.sum() - 1) > 1e-3:
        raise ScriptError(f"{len(parts)} numbers that sum to {parts.sum():.3g} are no shares of the tokens there are.")
    if not 0 <= row < of:
        raise ScriptError(f"There is no row {row} of {of}; choose from 0 to {of - 1}.")
    area, em = place(telling)
    room = area.height / of
    em = min(em, room / 6.5)
    high, top = min(HIGH * room, room - FREE * em), area.top - row * room
    base = top - 1.7 * em - high
    ends = area.left + np.concatenate([[0.0], np.cumsum(parts)]) / parts.sum() * area.width
    put_up(telling, "names", [Text(area.left, top - em, ((title, "ink"),), fit(title, em, area.width))], 0.2 * seconds)
    shapes: list[Shape] = []
    written: list[Shape] = []
    narrow: list[_Told] = []
    marked = len(parts) if until is None else until
    figures = written_shares(parts)
    for t, (left, right) in enumerate(zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)):
        width = max(right - left - SEAM, (right - left) / 2)
        shapes.append(Rect(left - area.left, 0.0, width, high, tint_at(telling, t)))
        inside = _written(token_text(telling, t), figures[t], (left + right) / 2, base, width, high, em)
        written += inside
        if len(inside) < 2 and t < marked and right - left >= FINE:
            words = figures[t] if inside else f"{token_text(telling, t)} {figures[t]}"
            narrow.append(_Told(words, (left + right) / 2, advance(words, UNDER * em), right - left))
    for one, start in _side_by_side(narrow, area.left, float(ends[marked]), em):
        written += _below(one, start, base, UNDER * em)
    name = pin(telling, "shares", shapes, (area.left, base))
    telling.change(name, "opacity", 1.0)
    telling.change(name, "scale", 1e-4)
    telling.change(name, "scale", 1.0, 0.5 * seconds)
    telling.pass_time(0.5 * seconds)
    over = pin(telling, "names", written, layer=1 + round(len(shapes) * LIFT / LAYER)) if written else name
    telling.change(over, "opacity", 1.0, 0.2 * seconds)
    telling.pass_time(0.2 * seconds)
    if until is not None and until < len(parts):
        _mark(telling, float(ends[until]), float(ends[-1]), base, em, percent(parts[until:].sum()), 0.1 * seconds)
    else:
        telling.pass_time(0.1 * seconds)


def _written(name: str, share: str, x: float, base: float, width: float, high: float, em: float) -> list[Shape]:
    """A token and its share in its part, as far as there is room."""
    found: list[Shape] = []
    for text, middle, largest in ((name, base + 0.62 * high, 1.1 * em), (share, base + 0.22 * high, 0.8 * em)):
        size = min(fit(text, largest, 0.9 * width), 0.42 * high)
        if size >= LEAST * em and advance(text, size) < width:
            found.append(Text(x, middle - CAP_HEIGHT * size / 2, ((text, INK),), size, "center"))
    return found


class _Told(NamedTuple):
    """What a part says under the bar: the middle of that, how wide it is written, and how wide the part is."""

    words: str
    x: float
    wide: float
    part: float


def _side_by_side(some: Sequence[_Told], left: float, right: float, em: float) -> list[tuple[_Told, float]]:
    """Where what parts say under the bar begins, between two ends: as near to each as those beside it leave room.

    Of parts for which there is no room that near the smallest say nothing.
    """
    kept = sorted(sorted(some, key=lambda one: -one.part)[:MOST], key=lambda one: one.x)
    gap = 0.6 * UNDER * em
    while kept:
        starts = list[float]()
        for one in kept:
            starts.append(max(one.x - one.wide / 2, starts[-1] + gap + kept[len(starts) - 1].wide if starts else left))
        end = right
        for number in reversed(range(len(kept))):
            starts[number] = min(starts[number], end - kept[number].wide)
            end = starts[number] - gap
        away = (abs(start + one.wide / 2 - one.x) - one.wide / 2 for one, start in zip(kept, starts, strict=True))
        if starts[0] > left - 1e-6 and max(away) < AWAY * em:
            return list(zip(kept, starts, strict=True))
        kept.remove(min(kept, key=lambda one: one.part))
    return []


def _below(one: _Told, start: float, base: float, size: float) -> list[Shape]:
    """What a part that is too narrow for it says, under the bar, and a stroke up to it."""
    top = base - 0.75 * size
    end = min(max(one.x, start + 0.3 * size), start + one.wide - 0.3 * size)
    return [
        Line(((one.x, base - 0.1 * size), (end, top + 0.1 * size)), 0.0015, "muted"),
        Text(start, top - CAP_HEIGHT * size, ((one.words, "muted"),), size),
    ]


def _mark(telling: Telling, left: float, right: float, base: float, em: float, share: str, seconds: float) -> None:
    """A line under the parts of later tokens, and how much they are together."""
    y, size = base - 0.45 * em, 0.8 * em
    words = phrase("later tokens {}", share)
    put_up(telling, "names", [
        Line(((left, y), (right, y)), 0.004, "accent"),
        Text(right, y - 1.1 * em, ((words, "accent"),), size, "right"),
    ], seconds)  # fmt: skip
