"""How a text becomes numbers: its tokens as tiles, below them the vocabulary; each tile has the number of its equal.

Of a large vocabulary there are the entries that the text needs, and the neighbours of the one that is followed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...errors import ScriptError
from ...language import phrase, whole
from ...layout.lettering.drawing import Line, Rect, Shape, Text
from ...layout.lettering.font import CAP_HEIGHT, advance, fit
from ...layout.signs.tiles import INK
from ..page.commentary import camera_pose
from ..page.view import Area
from ..telling import Telling
from ..verbs.reading import tint_of, token_text
from .pinned import pin, place, put_up

TOKENS, WORDS = 12, 7
"""Tokens, and entries, shown at most; fewer where they are words."""
UNEVEN = 1.15
"""Letters of a short token may be so many times as large as those of one of middle length."""
LEVELS = {"text": 0.79, "number": 0.65, "title": 0.47, "entry": 0.22, "index": 0.06}
"""Where the rows are, as shares of the height: middles of tiles and of numbers, base of the second title."""


@dataclass(frozen=True, eq=False)
class Row:
    """Tiles side by side: the middles of their boxes, a box's width, and the height of the row's middle."""

    xs: list[float]
    slot: float
    y: float
    tall: float

    @classmethod
    def of(cls, area: Area, count: int, level: float) -> Row:
        """So many across the width, and not wider apart than they are easily read."""
        slot = min(area.width / count, 0.36 * area.height)
        left = area.center[0] - slot * count / 2
        tall = min(0.86 * slot, 0.19 * area.height)
        return cls([left + (i + 0.5) * slot for i in range(count)], slot, area.bottom + level * area.height, tall)


def number_tokens(telling: Telling, *, follow: int, seconds: float = 5.0) -> None:
    """Show the text's tokens and the vocabulary, and let the one at time ``follow`` find its number, then the others.

    It takes the stage until the beat is over.
    """
    seconds = telling.length(seconds)
    tokens = [int(token) for token in telling.trace.tokens[: telling.until]]
    if not 0 <= follow < len(tokens):
        raise ScriptError(f"There is no token at time {follow}; choose from 0 to {len(tokens) - 1}.")
    area, em = place(telling)
    words = any(advance(token_text(telling, t)) > 1.5 for t in range(len(tokens)))
    most = WORDS if words else TOKENS
    first = max(0, min(follow - most + 2, len(tokens) - most))
    times = range(first, min(len(tokens), first + most))
    entries = shown_entries(telling.trace.config.vocab_size, [tokens[t] for t in times], tokens[follow], most)
    text, listed = Row.of(area, len(times), LEVELS["text"]), Row.of(area, len(entries), LEVELS["entry"])
    size = min(0.75 * listed.tall, 0.6 * text.tall, 0.06 * area.height)
    put_up(telling, "tokens", _text(telling, area, em, text, times, tokens), 0.14 * seconds)
    way = (text.xs[follow - first] + listed.xs[entries.index(tokens[follow])]) / 2
    put_up(telling, "vocabulary", _list(telling, area, em, listed, entries, size, way), 0.14 * seconds)

    def find(t: int, span: float) -> None:
        _find(telling, area, text.xs[t - first], text, listed, tokens[t], entries, size, span, t == follow)

    find(follow, 0.34 * seconds)
    others = [t for t in times if t != follow]
    span = 0.16 * seconds
    with telling.together(lag=(0.34 * seconds - span) / max(len(others) - 1, 1) / span if span else 0.0):
        for t in others:
            find(t, span)
    telling.pass_time(0.04 * seconds if others else 0.38 * seconds)


def shown_entries(size: int, used: Sequence[int], followed: int, most: int) -> list[int]:
    """Ids of a vocabulary that are shown, at most so many: the followed one, those used, then what is near it."""
    near = sorted(range(max(0, followed - most), min(size, followed + most + 1)), key=lambda one: abs(one - followed))
    return sorted(list(dict.fromkeys([followed, *used, *near]))[:most])


def _text(
    telling: Telling, area: Area, em: float, row: Row, times: range, tokens: Sequence[int]
) -> list[Shape]:  # fmt: skip
    total = len(tokens)
    title = phrase("The text") if len(times) == total else phrase("The text, {} of its {} tokens", len(times), total)
    shapes: list[Shape] = [Text(area.left, area.top - 0.9 * em, ((title, "ink"),), fit(title, em, area.width))]
    return shapes + tiles(telling, row, [tokens[t] for t in times])


def tiles(telling: Telling, row: Row, tokens: Sequence[int]) -> list[Shape]:
    """Tiles side by side, whose letters are of one size as far as that goes."""
    texts, wide = [telling.checkpoint.tokenizer.text(token) for token in tokens], 0.9 * row.slot
    size = UNEVEN * float(np.median([fit(text, 0.72 * row.tall, 0.86 * wide) for text in texts]))
    shapes: list[Shape] = []
    for token, text, x in zip(tokens, texts, row.xs, strict=True):
        em = fit(text, min(size, 0.72 * row.tall), 0.86 * wide)
        shapes += [
            Rect(x - wide / 2, row.y - row.tall / 2, wide, row.tall, tint_of(telling, token), 0.15 * row.tall),
            Text(x, row.y - CAP_HEIGHT * em / 2, ((text, INK),), em, "center"),
        ]
    return shapes


def _list(
    telling: Telling, area: Area, em: float, row: Row, entries: list[int], size: float, way: float
) -> list[Shape]:  # fmt: skip
    """The vocabulary under its title, which leaves the ``way`` free on which the followed token finds its number."""
    every = telling.trace.config.vocab_size
    title = (
        phrase("The vocabulary, {} of its {} tokens", len(entries), every)
        if len(entries) < every
        else phrase("The vocabulary, {} in all", every)
    )
    at, align = (area.right, "right") if way < area.center[0] else (area.left, "left")
    y, level = area.bottom + LEVELS["title"] * area.height, area.bottom + LEVELS["index"] * area.height
    shapes: list[Shape] = [
        Line(((area.left, y + 1.6 * em), (area.right, y + 1.6 * em)), 0.0015, "muted"),
        Text(at, y, ((title, "ink"),), fit(title, em, area.width / 2), align),
    ]
    shapes += tiles(telling, row, entries)
    for place_, (x, entry) in enumerate(zip(row.xs, entries, strict=True)):
        shapes.append(_number(x, level, entry, size, row.slot, "muted"))
        if place_ and entries[place_ - 1] + 1 < entry:
            shapes.append(Line(((x - row.slot / 2, row.y - row.tall / 2), (x - row.slot / 2, row.y + row.tall / 2)),
                               0.002, "muted"))  # fmt: skip
    return shapes


def _number(x: float, y: float, value: int, size: float, slot: float, color: str) -> Text:
    size = fit(whole(value), size, 0.9 * slot)
    return Text(x, y - CAP_HEIGHT * size / 2, ((whole(value), color),), size, "center")


def _find(
    telling: Telling, area: Area, x: float, text: Row, listed: Row, token: int, entries: list[int], size: float,
    seconds: float, is_followed: bool,
) -> None:  # fmt: skip
    """A number comes up under its token; that of the followed one leaves the upper edge of its entry, and a line first
    tells the way. So none passes over letters."""
    y = area.bottom + LEVELS["number"] * area.height
    shape = _number(0.0, 0.0, token, size, min(text.slot, listed.slot), "accent" if is_followed else "ink")
    number = pin(telling, "number", [shape], (x, y), 1)
    if not is_followed:
        telling.change(number, "opacity", 1.0, seconds)
        telling.pass_time(seconds)
        return
    start = np.array([listed.xs[entries.index(token)], listed.y + listed.tall / 2 + 0.8 * size])
    edge = (1.06 * listed.slot * 0.9, 1.1 * listed.tall)
    entry = Rect(start[0] - edge[0] / 2, listed.y - edge[1] / 2, *edge, "accent", 0.15 * listed.tall)
    line = Line(((x, y - size), (float(start[0]), start[1] - 0.5 * size)), 0.004, "accent", 0.02)
    for drawing in (pin(telling, "line", [line], layer=1), pin(telling, "entry", [entry], layer=-1)):
        telling.change(drawing, "opacity", 1.0, 0.3 * seconds)
    telling.pass_time(0.4 * seconds)
    seconds *= 0.6
    scale = float(camera_pose(telling.page)[0, 0])
    for i, far in enumerate((start - (x, y)) * scale):
        telling.change(number, "offset", float(far), 0.0, i)
        telling.change(number, "offset", 0.0, seconds, i)
    telling.change(number, "opacity", 1.0, min(0.1, seconds / 4))
    telling.pass_time(seconds)
