"""The lookup picture: a dictionary that answers a query with the value of the key that fits, or with a
mixture of all values, each counting as much as its key fits. All of it has the colour of what is computed, as
queries, keys and values have on the set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import mul

from ...errors import ScriptError
from ...language import phrase
from ...layout.lettering.drawing import Line, Rect, Shape, Text
from ...layout.lettering.font import CAP_HEIGHT, fit
from ...rounding import ZERO, number, relation
from ..page.view import Area
from ..telling import GONE, Telling
from .pinned import pin, place, put_up, take_down


def lookup(
    telling: Telling, entries: Mapping[str, float], query: str, *, weights: Sequence[float] | None = None,
    seconds: float = 3.0,
) -> None:  # fmt: skip
    """Ask ``entries`` for ``query``: the entry of that name answers or, with ``weights``, all by their share.

    It takes the place of the chart that is up, and goes with the beat. Asked again, the entries stay as they are.
    """
    seconds = telling.length(seconds)
    if weights is None and query not in entries:
        raise ScriptError(f"There is no entry {query!r}. Choose from {', '.join(entries)}.")
    shares = [float(key == query) for key in entries] if weights is None else [float(w) for w in weights]
    if len(shares) != len(entries) or abs(sum(shares) - 1) > 1e-9:
        raise ScriptError(f"{len(entries)} entries need as many weights that sum to 1, but got {weights!r}.")
    answer = sum(w * value for w, value in zip(shares, entries.values(), strict=True))
    area, em = place(telling)
    rows, asked, lines, result = _pictures(area, em, entries, query, shares, answer, weights is not None)
    comes = 0.2 * seconds
    if take_down(telling, rows):
        wait = min(GONE, comes / 2)  # for the other query to be gone
        telling.pass_time(wait)
        comes -= wait
    else:
        telling.change(pin(telling, "lookup", rows), "opacity", 1.0, comes)
    put_up(telling, "lookup", asked, comes)
    for found in lines:
        put_up(telling, "lookup", found, 0.5 * seconds / len(lines))
    put_up(telling, "lookup", result, 0.2 * seconds)
    telling.pass_time(0.1 * seconds)


def _pictures(
    area: Area, em: float, entries: Mapping[str, float], query: str, shares: Sequence[float], answer: float, mixed: bool
) -> tuple[list[Shape], list[Shape], list[list[Shape]], list[Shape]]:
    """The entries, the query, its lines to each and on to the answer, and the answer."""
    em = min(1.1 * em, area.height / 7)
    step = min((area.height - 3.2 * em) / len(entries), 5 * em)
    tall = min(0.76 * step, 3 * em)
    head = area.center[1] + (step * len(entries) + 3.2 * em) / 2
    top = head - 1.6 * em
    x = [area.left + share * area.width for share in (0.0, 0.27, 0.4, 0.6, 0.66, 0.8, 0.87, 1.0)]
    middle = top - step * len(entries) / 2
    rows: list[Shape] = []
    for start, word in ((0, "query"), (2, "key"), (4, "value"), (6, "answer")):
        rows.append(
            Text((x[start] + x[start + 1]) / 2, head - 0.8 * em, ((phrase(word), "muted"),), 0.8 * em, "center")
        )
    lines: list[list[Shape]] = []
    for i, ((key, value), share) in enumerate(zip(entries.items(), shares, strict=True)):
        y = top - (i + 0.5) * step
        rows += _box(x[2], x[3], y, tall, phrase(key), em)
        rows += _box(x[4], x[5], y, tall, _plain(value), em)
        if share > 0:
            width = 0.0015 + 0.5 * tall * share * (0.6 if mixed else 0.2)
            found: list[Shape] = [
                Line(((x[1] + 0.004, middle), (x[2] - 0.004, y)), width, "activation"),
                Line(((x[5] + 0.004, y), (x[6] - 0.004, middle)), width, "activation"),
            ]
            if mixed:
                beside = y + width / 2 + 0.4 * em if y > middle - 1e-6 else y - 1.0 * em  # outside the fan of lines
                found.append(Text(x[2] - 0.5 * em, beside, ((_plain(share), "activation"),), 0.7 * em, "right"))
            lines.append(found)
    result = _box(x[6], x[7], middle, tall, _answer(entries, shares, answer), em)
    if mixed:
        words, y = _in_full(entries, shares, answer), top - step * len(entries) - 1.2 * em
        result.append(Text(area.center[0], y, ((words, "ink"),), fit(words, 0.8 * em, area.width), "center"))
    return rows, _box(x[0], x[1], middle, tall, phrase(query), em), lines, result


def _plain(value: float) -> str:
    """A number as it was given, without a zero too many."""
    return number(value, 0, digits=3)


def _answer(entries: Mapping[str, float], shares: Sequence[float], answer: float) -> str:
    """The answer, with ≈ where the numbers beside it, as they are written, give another."""
    parts, count = [_plain(value) for value in (*entries.values(), *shares)], len(entries)
    text = _plain(answer)
    sign = relation(text, parts, lambda told: sum(map(mul, told[:count], told[count:]), ZERO))
    return text if sign == "=" else f"≈ {text}"


def _in_full(entries: Mapping[str, float], shares: Sequence[float], answer: float) -> str:
    """How the answer comes about, such as ``0.2·2 + 0.7·3 + 0.1·8 = 3.3``."""
    terms = " + ".join(
        f"{_plain(share)}·{_plain(value) if value >= 0 else f'({_plain(value)})'}"
        for share, value in zip(shares, entries.values(), strict=True)
    )
    told = _answer(entries, shares, answer)
    return f"{terms} {told}" if told.startswith("≈") else f"{terms} = {told}"


def _box(left: float, right: float, y: float, tall: float, words: str, em: float) -> list[Shape]:
    size = fit(words, em, 0.9 * (right - left))
    return [
        Rect(left, y - tall / 2, right - left, tall, "plate", 0.2 * tall),
        Text((left + right) / 2, y - CAP_HEIGHT * size / 2, ((words, "activation"),), size, "center"),
    ]
