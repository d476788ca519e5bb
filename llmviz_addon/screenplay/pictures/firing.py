"""The neurons that fire most for one token, and for which other tokens they fire: a bar for each at each token.

Tokens are rows, so that words can be read, and neurons columns of bars on one scale. Of more tokens than there is
room for, those are shown at which these neurons fire most.
"""

from __future__ import annotations

import numpy as np

from ...errors import ScriptError
from ...language import phrase
from ...layout.grid import Region
from ...layout.lettering.drawing import BELOW, Line, Rect, Shape, Text
from ...layout.lettering.font import CAP_HEIGHT, advance, fit
from ...layout.signs.tiles import tile, wide
from ...rounding import number
from ..page.view import Area
from ..telling import Telling
from ..verbs.reading import tint_at, token_text
from .own import key, underline
from .pinned import pin, place, put_up

LAG = 0.35
"""Share of a column that has come when the next one begins."""
UNDER, OVER = 19, 20
"""Layers of the lanes that bars have, as long as the longest, and of the bars, before all shapes of the tiles."""
LEAST_ROW, MOST_ROW = 0.8, 2.2
"""Height of a token's row, in letters."""
TILE = 0.86
"""Height of a tile, in its row's."""
TITLE = 0.68
"""Of the width, what the title may have: beside it stands what the lines under tiles mean."""
COLUMN, FIGURES = 4.2, 1.9
"""Width that a neuron's bars have at least, and what of it is for their numbers, in letters."""


def firing(telling: Telling, region: Region, title: str, *, most: int = 6, seconds: float = 4.0) -> list[int]:
    """Put up the ``most`` neurons of ``region``, the row of one token, that fire most, at all tokens.

    They take the stage until the beat is over. Returns those that there was room for.
    """
    seconds = telling.length(seconds)
    (t, end), (low, high) = _row(region)
    values = np.asarray(telling.values(region.grid), dtype=np.float64)[:, low:high]
    area, em = place(telling)
    em = min(em, area.height / 12)
    names = [token_text(telling, i) for i in range(len(values))]
    count = int(np.clip((area.width - 3 * em) // (COLUMN * em), 1, min(most, values.shape[1])))
    strongest = np.argsort(-values[t], kind="stable")[:count]
    body = Area(area.left, area.bottom, area.right, area.top - 3.4 * em)
    rows = _tokens(values[:, strongest], t, int(body.height / (LEAST_ROW * em)))
    tall = min(body.height / len(rows), MOST_ROW * em)
    tiles = min(max(wide(names[i], TILE * tall) for i in rows), 0.25 * area.width)
    left = area.left + tiles + 0.8 * em
    slot = (area.right - left) / count
    if len(rows) < len(values):
        title += phrase(", {} of {} tokens", len(rows), len(values))
    tops = [body.top - i * tall for i in range(len(rows))]
    _tokens_up(telling, area, rows, names, t, tops, tall, tiles, title, em, 0.2 * seconds)
    scale = _Scale(values[rows][:, strongest], slot, FIGURES * em, min(0.75 * em, 0.8 * tall))
    own = rows.index(t)
    each = 0.7 * seconds / (1 + LAG * (count - 1))
    with telling.together(lag=LAG):
        for column, neuron in enumerate(strongest.tolist()):
            x = left + column * slot
            bottom, zero = tops[-1] - tall, x + scale.zero
            head: list[Shape] = [
                Text(zero, area.top - 2.9 * em, ((f"{low + neuron}", "ink"),), 0.8 * em),
                Line(((zero, bottom), (zero, tops[0])), 0.0015, "muted"),
            ]
            here = values[rows, neuron]
            with telling.in_sequence():
                _column(telling, x, head, here, own, tops, tall, scale, em, str(region.grid.role), each)
    telling.pass_time(0.1 * seconds)
    return [low + int(neuron) for neuron in strongest]


class _Scale:
    """How long a bar is, of all neurons alike; its numbers have room beside it."""

    def __init__(self, values: np.ndarray, slot: float, room: float, largest: float) -> None:
        low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
        self.wide = slot - room
        self.unit = self.wide / ((high - low) or 1.0)
        self.zero = -low * self.unit  # from a column's left
        self.size = min(fit(_figure(value), largest, 0.85 * room) for value in values.ravel().tolist())


def _figure(value: float) -> str:
    return number(value, most=3)


def _row(region: Region) -> tuple[tuple[int, int], tuple[int, int]]:
    if len(region.ranges) != 2 or region.ranges[0][1] - region.ranges[0][0] != 1:
        raise ScriptError(f"{region!r} is not the row of one token, such as mlp.activation[t].")
    return region.ranges[0], region.ranges[1]


def _tokens(values: np.ndarray, t: int, most: int) -> list[int]:
    """The tokens that are shown: ``t``, and those at which the largest numbers are, in their order."""
    strong = np.argsort(-values.max(axis=1), kind="stable").tolist()
    return sorted([t, *(i for i in strong if i != t)][: max(most, 1)])


def _tokens_up(
    telling: Telling, area: Area, rows: list[int], names: list[str], t: int, tops: list[float], tall: float,
    tiles: float, title: str, em: float, seconds: float,
) -> None:  # fmt: skip
    """The title, a tile per row, and a band behind the row of the token that is followed."""
    top, size, word = tops[rows.index(t)], fit(title, em, TITLE * area.width), phrase("neuron")
    shapes: list[Shape] = [
        Rect(area.left, top - tall, area.width, tall, "plate", 0.2 * tall),
        Text(area.left, area.top - 1.1 * em, ((title, "ink"),), size),
        Text(area.left, area.top - 2.9 * em, ((word, "muted"),), fit(word, 0.8 * em, tiles + 0.6 * em)),
    ]
    for i, top in zip(rows, tops, strict=True):
        shapes += tile(
            tint_at(telling, i),
            names[i],
            (area.left + tiles / 2, top - tall / 2),
            tiles,
            TILE * tall,
        )
    put_up(telling, "tokens", shapes, seconds)
    own = [top - tall / 2 for i, top in zip(rows, tops, strict=True) if i >= telling.trace.prompt_length]
    if 0 < len(own) < len(rows):  # which of them the model wrote
        lines = [underline(area.left + tiles / 2, y, tiles, TILE * tall) for y in own]
        start = area.left + advance(title, size) + em
        means = key(start, area.right, area.top - 1.1 * em, 0.8 * em)
        telling.change(pin(telling, "own", [*means, *lines], layer=OVER), "opacity", 1.0, seconds)


def _column(
    telling: Telling, x: float, head: list[Shape], values: np.ndarray, own: int, tops: list[float], tall: float,
    scale: _Scale, em: float, role: str, seconds: float,
) -> None:  # fmt: skip
    """The bars of one neuron: that of the token that is followed grows first, then the others."""
    zero, thick = x + scale.zero, 0.62 * tall
    lanes = [Rect(x, top - (tall + thick) / 2, scale.wide, thick, "plate") for top in tops]
    telling.change(pin(telling, "lanes", lanes, layer=UNDER), "opacity", 1.0, 0.3 * seconds)
    for mine in (True, False):
        bars: list[Shape] = []
        figures: list[Shape] = []
        for row, (value, top) in enumerate(zip(values.tolist(), tops, strict=True)):
            if (row == own) != mine:
                continue
            hue, length, y = BELOW[role] if value < 0 else role, value * scale.unit, top - (tall + thick) / 2
            bars.append(Rect(min(length, 0.0), y - tops[0], max(abs(length), 4e-4), thick, hue))
            start, base = zero + max(length, 0.0) + 0.3 * scale.size, top - tall / 2 - CAP_HEIGHT * scale.size / 2
            figures.append(Text(start, base, ((_figure(value), "ink" if mine else "muted"),), scale.size))
        _grow(telling, bars, (zero, tops[0]), [*head, *figures] if mine else figures, seconds / 2)


def _grow(telling: Telling, bars: list[Shape], at: tuple[float, float], words: list[Shape], seconds: float) -> None:
    name = pin(telling, "bar", bars, at, layer=OVER)
    written = pin(telling, "figures", words, layer=OVER)
    telling.change(name, "scale", 1e-4)
    telling.change(name, "opacity", 1.0)
    telling.change(name, "scale", 1.0, 0.8 * seconds)
    telling.change(written, "opacity", 1.0, 0.8 * seconds)
    telling.pass_time(seconds)
