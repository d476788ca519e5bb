"""What may come next: the likeliest tokens, each with its chance as a bar, all others in a sum.

A track as long as 100 % lies under each bar. Tokens are rows, so that words can be read.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field

import numpy as np

from ...language import phrase
from ...layout.lettering.drawing import Line, Rect, Shape, Text
from ...layout.lettering.font import CAP_HEIGHT, fit
from ...layout.signs.tiles import tile, wide
from ...model.sampling import Sampling, distribution, likeliest
from ...rounding import parts_of_all, written_percents
from ..page.view import Area
from ..telling import Telling
from ..verbs.reading import tint_of
from .pinned import metres, pin, put_up

MOST = 4
"""Tokens that have a bar of their own."""
TALLEST = 0.26
"""Height of a row at most, in picture heights."""
HEAD, FIGURE = 2.2, 5.4
"""Room above the rows, and beside them for their numbers, in letters."""
FLAT = 1e-4
"""Length of a bar that has none, as a share: an object cannot be 0 long."""
PALE = 0.28
"""Opacity of what is cut off."""
SOON = 0.25
"""Share of the time in which the bars grow that take the place of others."""
OVER = 12
"""Layer of what lies before a row."""


@dataclass(eq=False)
class Chances:
    """What stands on the stage: a row for each of some ``tokens``, of which ``kept`` have any chance, and one for all
    the others."""

    area: Area
    em: float
    tall: float
    track: tuple[float, float]  # where the bars start, and how long one of 100 % is
    logits: np.ndarray
    tokens: list[int]
    rows: list[str] = field(default_factory=list)  # name and track of each, as drawings by name
    bars: list[str] = field(default_factory=list)
    kept: int = 0

    def middle(self, row: int) -> float:
        """The height of the middle of a row."""
        return self.area.top - HEAD * self.em - (row + 0.5) * self.tall


def chances(
    telling: Telling, area: Area, em: float, logits: np.ndarray, limits: Sampling, must: int, title: str,
    seconds: float, at_once: bool = False,
) -> Chances:  # fmt: skip
    """Put up the chances in an area, so that bars grow; the token that ``must`` be shown is there, however unlikely.

    The rows come up ``at_once`` where they take the place of others.
    """
    every = len(logits)
    count = every if every <= MOST + 1 else MOST
    order = likeliest(np.asarray(logits), count)
    tokens = order if must in order else [*order[: count - 1], must]
    rows = count + (count < every)
    tall = min((area.height - HEAD * em) / rows, TALLEST)
    texts = [telling.checkpoint.tokenizer.text(token) for token in tokens]
    tiles = min(max(wide(text, 0.8 * tall) for text in texts), 0.27 * area.width)
    if count < every:
        tiles = max(tiles, min(6 * em, 0.27 * area.width))
    left = area.left + tiles + 0.7 * em
    track = left, area.right - FIGURE * em - left
    chart = Chances(area, em, tall, track, np.asarray(logits, np.float64), tokens)
    for row, (token, text) in enumerate(zip(tokens, texts, strict=True)):
        own = tile(tint_of(telling, token), text, (area.left + tiles / 2, chart.middle(row)), tiles, 0.8 * tall)
        _row(telling, chart, row, own, "activation")
    if count < every:
        what = phrase("{} others", every - count)
        size = fit(what, min(em, 0.5 * tall), tiles)
        y = chart.middle(count) - CAP_HEIGHT * size / 2
        _row(telling, chart, count, [Text(area.left + tiles, y, ((what, "muted"),), size, "right")], "aggregate")
    _grow(telling, chart, limits, title, seconds, at_once)
    return chart


def pick(telling: Telling, chart: Chances, token: int, *, chance: bool, seconds: float = 2.0) -> None:
    """Let a frame stop at the row of a token, or of the others; by ``chance`` it runs over some others before."""
    row = chart.tokens.index(token) if token in chart.tokens else len(chart.tokens)
    width, tall, edge = chart.area.width, 0.96 * chart.tall, 0.004
    corners = ((0.0, tall / 2), (width, tall / 2), (width, -tall / 2), (0.0, -tall / 2), (0.0, tall / 2 + edge / 2))
    at = chart.area.left, chart.middle(row)
    frame = pin(telling, "frame", [Line(corners, edge, "accent")], at, OVER)
    last = min(len(chart.tokens), max(chart.kept, 1)) - 1
    way = [0, last, 0, last // 2, row] if chance and last else [row]
    each = seconds / len(way)
    telling.change(frame, "opacity", 1.0, 0.5 * each)
    for i, stop in enumerate(way):
        off = (chart.middle(stop) - at[1]) * metres(telling, OVER)
        telling.change(frame, "offset", off, 0.8 * each if i else 0.0, 1)
        telling.pass_time(each)


def _row(telling: Telling, chart: Chances, row: int, head: list[Shape], color: str) -> None:
    """What names a row, its track, and its bar, which lies before the track."""
    left, full = chart.track
    middle, thick = chart.middle(row), 0.62 * chart.tall
    under = Rect(left, middle - thick / 2, full, thick, "plate", 0.1 * thick)
    chart.rows.append(pin(telling, "row", [under, *head]))
    chart.bars.append(pin(telling, "bar", [Rect(0, -thick / 2, full, thick, color)], (left, middle), OVER))


def _grow(telling: Telling, chart: Chances, limits: Sampling, title: str, seconds: float, at_once: bool) -> None:
    """Let the bars become as long as the chances, and write these."""
    probs = distribution(chart.logits, limits.temperature, limits.top_k, limits.top_p)
    chart.kept = int(np.count_nonzero(probs[chart.tokens]))
    rest = [float(np.delete(probs, chart.tokens).sum())] if len(chart.bars) > len(chart.tokens) else []
    every = parts_of_all([*probs[chart.tokens].tolist(), *rest])
    for name, under, share in zip(chart.bars, chart.rows, every, strict=True):
        telling.change(name, "scale", FLAT)
        telling.change(name, "opacity", 1.0)
        telling.change(name, "scale", max(share, FLAT), (SOON if at_once else 0.7) * seconds)
        telling.change(under, "opacity", 1.0 if share else PALE, 0.0 if at_once else 0.3 * seconds)
    size, em = fit(title, 1.1 * chart.em, chart.area.width), chart.em
    heading = Text(chart.area.left, chart.area.top - 1.1 * em, ((title, "ink"),), size)
    with telling.together() if at_once else nullcontext():
        put_up(telling, "caption", [heading], (0.1 if at_once else 0.3) * seconds)
        telling.pass_time((1.0 if at_once else 0.4) * seconds)
        put_up(telling, "figures", _figures(chart, every), (SOON if at_once else 0.3) * seconds)


def _figures(chart: Chances, shares: list[float]) -> list[Shape]:
    """The chances in percent, one below the other at the right."""
    texts = written_percents(shares)
    size = min(fit(text, min(1.2 * chart.em, 0.6 * chart.tall), (FIGURE - 1.3) * chart.em) for text in texts)
    return [
        Text(
            chart.area.right - 0.6 * chart.em,
            chart.middle(row) - CAP_HEIGHT * size / 2,
            ((text, "ink" if share else "muted"),),
            size,
            "right",
        )  # fmt: skip
        for row, (text, share) in enumerate(zip(texts, shares, strict=True))
    ]
