"""A text and the same tokens in another order: a row of tiles, and below it a second one, to which each has its way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...errors import ScriptError
from ...layout.lettering.drawing import Polygon, Shape, Text
from ...layout.lettering.font import fit
from ..telling import Telling
from ..verbs.reading import tint_of
from .numbering import Row, tiles
from .pinned import pin, place, put_up, under

UPPER, LOWER = 0.75, 0.22
"""Where the middles of both rows are, as shares of the height."""
WAY, PALE, BENDS = 0.3, 0.55, 24
"""Width of a way, as a share of a tile's; its opacity, and points along each edge."""
LAG = 0.6
"""Share of one token's way that has passed when the next sets out."""


def reorder(
    telling: Telling, tokens: Sequence[int], into: Sequence[int], titles: tuple[str, str], seconds: float | None = None
) -> None:  # fmt: skip
    """Put up a row of tokens, ids, and let each come to its place in another row; of equal ones the first comes first.

    Both rows have a title, and take the stage until the beat is over.
    """
    seconds = telling.length(seconds, 5.0)
    if not tokens or sorted(tokens) != sorted(into):
        raise ScriptError(f"reorder needs the same tokens twice; got {list(tokens)} and {list(into)}.")
    area, em = place(telling)
    upper, lower = (Row.of(area, len(tokens), level) for level in (UPPER, LOWER))
    size = min(fit(title, em, area.width) for title in titles)
    head = Text(area.left, area.top - 0.9 * em, ((titles[0], "ink"),), size)
    put_up(telling, "tokens", [head, *tiles(telling, upper, tokens)], 0.1 * seconds)
    foot = Text(area.left, lower.y - lower.tall / 2 - 1.6 * em, ((titles[1], "ink"),), size)
    put_up(telling, "title", [foot], 0.05 * seconds)
    each = 0.85 * seconds / (1 + LAG * (len(tokens) - 1))
    with telling.together(lag=LAG):
        for place_, start in enumerate(_starts(tokens, into)):
            with telling.in_sequence():
                _go(telling, upper, lower, start, place_, int(tokens[start]), each)


def _starts(tokens: Sequence[int], into: Sequence[int]) -> list[int]:
    """Of each place of the second row, where in the first its token stands."""
    free: dict[int, list[int]] = {}
    for start, token in enumerate(tokens):
        free.setdefault(int(token), []).append(start)
    return [free[int(token)].pop(0) for token in into]


def _go(
    telling: Telling, upper: Row, lower: Row, start: int, end: int, token: int, seconds: float
) -> None:  # fmt: skip
    """The way of one token comes up, then its tile at the end."""
    top, bottom = upper.y - upper.tall / 2, lower.y + lower.tall / 2
    share = np.linspace(0.0, 1.0, BENDS)
    x = upper.xs[start] + (lower.xs[end] - upper.xs[start]) * share * share * (3 - 2 * share)
    y, half = top + (bottom - top) * share, WAY * upper.slot / 2
    outline = [*zip((x - half).tolist(), y.tolist(), strict=True)]
    outline += zip((x[::-1] + half).tolist(), y[::-1].tolist(), strict=True)
    shapes: list[Shape] = [Polygon(tuple(outline), tint_of(telling, token))]
    telling.change(pin(telling, "way", shapes, layer=under(shapes)), "opacity", PALE, 0.5 * seconds)
    telling.pass_time(0.5 * seconds)
    one = Row([lower.xs[end]], lower.slot, lower.y, lower.tall)
    put_up(telling, "token", tiles(telling, one, [token]), 0.5 * seconds)
