"""Attention as bands between the tokens: above what is looked at, below who looks, a band as wide as the weight."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...errors import ScriptError
from ...language import phrase
from ...layout.grid import Region
from ...layout.lettering.drawing import Band, Rect, Shape, Text
from ...layout.lettering.font import CAP_HEIGHT, advance, fit
from ...layout.signs.tiles import INK
from ...rounding import written_shares
from ..telling import Telling
from ..verbs.reading import tint_at, token_text
from .pinned import place, put_up

TOKENS, WORDS = 24, 16
"""Tokens shown at most: of one query the last before it, of many queries the first, which look at no others;
fewer where they are words."""
BAND, PALE = 0.5, 0.09
"""Opacity of a band, where two cross, both are seen; and of those beside one that is followed."""
ABOVE, BELOW = "is looked at", "looks"
"""What the upper row of tokens does, and what the lower."""
UNEVEN, LONG = 1.2, 0.75
"""Letters of a short token may be so many times as large as those of one of middle length; and a long one, whose
letters would be less than so many times as large, takes some room from all others."""
CORNER = 0.15
"""Radius of the corners of a token's box, as a share of its height."""
ASIDE, BROAD = 0.75, 0.3
"""From a band's upper end to its weight, in letters; and the weight from which on a band leaves room for half of it."""
LEAST = 0.45
"""A number that would be smaller beside its band, as a share of the picture's letters, is not there."""
THINNEST = 0.004
"""A weight below this gives no band: it would be thinner than a pixel."""


def bands(telling: Telling, region: Region, title: str, *, follow: int | None = None, seconds: float = 3.0) -> None:
    """Bands of a row of attention weights, or of all rows one after the other; they go with the beat.

    Each is as wide as its weight, where a whole 1 is the width of a token's box between its round corners. Of many rows
    the one to ``follow`` stands out: the others are paler.
    """
    seconds = telling.length(seconds)
    if len(region.grid.axes) != 2 or region.grid.shape[0] != region.grid.shape[1]:
        raise ScriptError(f"{region!r} is no attention between tokens; bands need a square matrix.")
    weights = np.asarray(telling.values(region.grid), dtype=np.float64)
    words = any(advance(token_text(telling, t)) > 1.5 for t in range(len(telling.trace.tokens)))
    queries, most = range(*region.ranges[0]), WORDS if words else TOKENS
    if len(queries) > 1:
        queries = queries[: max(1, most - queries[0])]
    keys = range(max(0, queries[-1] + 1 - most), queries[-1] + 1)
    area, em = place(telling)
    em = min(em, area.height / 8.5)
    slot, left = area.width / len(keys), area.left
    tall = min(0.9 * slot, 2.2 * em, area.height / 6)
    top, bottom = area.top - 1.7 * em - tall, area.bottom + 1.1 * em
    names = [token_text(telling, key) for key in keys]
    size = UNEVEN * float(np.median([fit(name, 0.72 * tall, 0.86 * (0.9 if words else 0.72) * slot) for name in names]))
    slots = _slots(names, slot, LONG / UNEVEN * size)
    slot = min(slots)
    box = (0.9 if words else 0.72) * slot
    inner = box - 2 * CORNER * tall
    upper = [left + sum(slots[:i]) + wide / 2 for i, wide in enumerate(slots)]
    if len(keys) < region.ranges[0][1]:
        which = ", last {} of {} tokens" if keys[0] else ", first {} of {} tokens"
        title += phrase(which, len(keys), region.ranges[0][1])
    right = area.right
    over, under = phrase(ABOVE), phrase(BELOW)
    above = fit(over, 0.8 * em, max(0.8 * slot, area.width - advance(title, em) - em))
    shapes: list[Shape] = [
        Text(left, area.top - 0.9 * em, ((title, "ink"),), em),
        Text(right, area.top - 0.9 * em, ((over, "muted"),), above, "right"),
        Text(right, area.bottom + 0.2 * em, ((under, "muted"),), 0.8 * em, "right"),
    ]
    for i, name in enumerate(names):
        color, width = tint_at(telling, keys[i]), box + slots[i] - slot
        shapes += _box(upper[i], top, width, tall, name, size, color)
        if keys[i] in queries:
            shapes += _box(upper[i], bottom, width, tall, name, size, color)
    put_up(telling, "tokens", shapes, 0.08 * seconds)  # the stage is empty until then
    rows = [_bands(weights[q, keys[0] : q + 1], upper, upper[q - keys[0]], inner, top, bottom + tall) for q in queries]
    if len(queries) == 1:
        put_up(
            telling,
            "weights",
            _numbers(weights[queries[0], keys[0] : queries[0] + 1], upper, box, (bottom + tall, top), em, slot),
            0.0,
        )
    solid = [BAND if follow in (None, q) else PALE for q in queries]
    if len(rows) == 1:  # of one query band by band
        rows, solid = [[one] for one in rows[0]], solid * len(rows[0])
    each = 0.82 * seconds / max(len(rows), 1)
    brief = min(each, 0.5)
    with telling.together(lag=each / brief if brief else 0.0):
        for row, opacity in zip(rows, solid, strict=True):
            put_up(telling, "bands", row, brief, to=opacity)
    telling.pass_time(0.1 * seconds + each - brief)


def _slots(names: Sequence[str], slot: float, least: float) -> list[float]:
    """How much room each token has side by side: all alike but those whose letters would be smaller than ``least``."""
    need = [advance(name, least) / 0.86 + 0.1 * slot for name in names]
    long = [i for i, wide in enumerate(need) if wide > slot]
    total, others = slot * len(names), len(names) - len(long)
    most = total - 0.8 * slot * others  # the others give up to a fifth
    if not others or not long:
        return [slot] * len(names)
    share = min(1.0, most / sum(need[i] for i in long))
    rest = (total - share * sum(need[i] for i in long)) / others
    return [share * need[i] if i in long else rest for i in range(len(names))]


def _numbers(
    weights: np.ndarray, upper: list[float], box: float, ends: tuple[float, float], em: float, slot: float
) -> list[Shape]:  # fmt: skip
    """The weights of one query, each beside the upper end of its band, which goes from ``ends[1]`` down to the other.

    A number is as much further away as its band has come towards it where the number ends.
    """
    found: list[tuple[str, float, float]] = []
    bottom, top = ends
    down = min(1.1 * em / (top - bottom), 1.0)
    bend = down * down * (3 - 2 * down)
    for share, text, x in zip(weights.tolist(), written_shares(weights), upper, strict=False):
        left = x + share * box / 2 + (ASIDE if share < BROAD else ASIDE / 2) * em
        left += max(bend * (upper[len(weights) - 1] - x) - 0.4 * ASIDE * em, 0.0)
        size = fit(text, 0.8 * em, x + slot / 2 + (slot - box) / 2 - left)
        if share >= THINNEST and size >= LEAST * em:
            found.append((text, left, size))
    alike = min((size for *_, size in found), default=em)
    largest = written_shares(weights)[int(weights.argmax())]
    return [
        Text(left, top - 1.1 * em, ((text, "ink" if text == largest else "muted"),), alike) for text, left, _ in found
    ]


def _box(x: float, y: float, width: float, tall: float, name: str, largest: float, color: str) -> list[Shape]:
    size = fit(name, min(largest, 0.72 * tall), 0.86 * width)
    letter = Text(x, y + tall / 2 - CAP_HEIGHT * size / 2, ((name, INK),), size, "center")
    return [Rect(x - width / 2, y, width, tall, color, CORNER * tall), letter]


def _bands(
    weights: np.ndarray, upper: list[float], into: float, width: float, top: float, bottom: float
) -> list[Shape]:
    """The bands of one query, which fill its box side by side."""
    shapes: list[Shape] = []
    low = into - width / 2
    steps = np.linspace(0, 1, 41)
    bend = steps * steps * (3 - 2 * steps)
    y = top + (bottom - top) * steps
    for share, x in zip(weights.tolist(), upper, strict=False):
        wide = share * width
        if share >= THINNEST:
            left = (x - wide / 2) + (low - (x - wide / 2)) * bend
            ways = (tuple(zip(x.tolist(), y.tolist(), strict=True)) for x in (left, left + wide))
            shapes.append(Band("activation", *ways))
        low += wide
    return shapes
