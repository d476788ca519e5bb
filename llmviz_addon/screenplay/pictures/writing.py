"""How a model writes: what may follow the text, one of it chosen and put at the end, and all of it again.

Every step has the numbers of its own run. A model looks at nothing that comes later, so of the text that it has read
already every column tells what it said when that was the last; beyond its end it is run again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ...errors import ScriptError
from ...language import count, phrase
from ...layout.lettering.drawing import Rect, Shape, Text
from ...layout.lettering.font import advance, fit
from ...layout.signs.tiles import tile, wide
from ...model.sampling import Sampling, draw
from ..page.view import Area
from ..telling import Telling
from ..verbs.reading import drawn, tint_of
from .chances import OVER, Chances, chances, pick
from .own import key, underline
from .pinned import metres, pin, place, put_up

TALL, LARGEST, SMALLEST = 0.22, 0.16, 1.1
"""Room for the text, as a share of the picture; a tile at most, in picture heights, and at least, in letters."""
GAP = 0.14
"""Between two tiles, in heights of a tile."""
MOST = 200
"""Tiles of a long text at most."""
HEAD = 2.0
"""Room over the tiles, in letters."""
BRIEFLY = 2
"""Tokens, the last ones, that are written in a trailer, each in as much time as among all."""
CHOSEN = "The last token was chosen from these"
FAR = OVER + 20
"""Layer of a tile that flies."""


class Spot(NamedTuple):
    """Where a tile stands: its middle and how wide it is, in picture heights."""

    x: float
    y: float
    width: float


@dataclass(frozen=True, eq=False)
class Step:
    """The model has read ``tokens``, of which it says what may follow in ``logits``, and ``token`` is chosen."""

    tokens: tuple[int, ...]
    logits: np.ndarray
    token: int
    chosen_by: Sampling


def steps(telling: Telling, after: int, most: int) -> Iterator[Step]:
    """What the model appends, from the token on that follows the one at time ``after``."""
    read, last = telling.trace.tokens, drawn(telling)
    sampling = last.sampling
    for t in range(after, min(after + most, len(read))):
        logits = telling.trace["output.logits"][t]
        token = read[t + 1] if t + 1 < len(read) else last.token
        is_likeliest = t + 1 < len(read) and token == int(logits.argmax())
        yield Step(read[: t + 1], logits, token, Sampling() if is_likeliest else sampling)
    tokens = (*read, last.token)
    for _ in range(most - (len(read) - after)):
        logits = telling.onward.logits(tokens)
        token = draw(logits, sampling, len(tokens)).token
        yield Step(tokens, logits, token, sampling)
        tokens = (*tokens, token)


def write_on(telling: Telling, *, after: int, most: int = 6, seconds: float = 12.0) -> list[int]:
    """Show the text up to time ``after`` as tiles, and let the model put ``most`` tokens at its end, one by one.

    Returns them. It takes the stage until the beat is over.
    """
    seconds = telling.length(seconds)
    if not 0 <= after < len(telling.trace.tokens) or most < 1:
        raise ScriptError(
            f"write_on begins after one of the tokens 0 to {len(telling.trace.tokens) - 1} and appends 1 or more, "
            f"not after {after} and {most}."
        )
    told, whole = list(steps(telling, after, most)), telling.reel is None
    if not whole:
        seconds *= min(1.0, BRIEFLY / len(told))
        told = told[-BRIEFLY:]
    area, em = place(telling)
    em = min(em, area.height / 14)
    chosen = [step.token for step in told]
    page = Area(area.left, area.top - HEAD * em - TALL * area.height, area.right, area.top - HEAD * em)
    spots, tall = _spots(telling, [*told[0].tokens, *chosen], len(chosen), page, SMALLEST * em)
    body = Area(area.left, area.bottom, area.right, min(spot.y for spot in spots.values()) - tall / 2 - 1.2 * em)
    tiles = _text(telling, told[0].tokens, spots, tall, area, em, 0.08 * seconds if whole else 0.0)
    each = 0.92 * seconds / len(told)
    limit, gone = telling.trace.config.block_size, 0
    for number, step in enumerate(told):
        for place_ in range(gone, len(step.tokens) - limit):  # it does not see these any more
            if place_ in tiles:
                telling.change(tiles[place_], "opacity", 0.25, 0.2 * each)
            gone = place_ + 1
        read = min(len(step.tokens), limit)
        last = "last " if len(step.tokens) > limit else ""
        title = phrase(f"What may follow the {last}{{}}", count(read, "token"))
        since = len(telling.pictures)
        by_chance = step.chosen_by.temperature > 0
        limits = step.chosen_by if by_chance else Sampling(1.0)
        share = (0.5 if number else 0.4) if whole else 0.35
        chart = chances(
            telling, body, em, step.logits, limits, step.token, title, share * each, at_once=number > 0 or not whole
        )
        pick(telling, chart, step.token, chance=by_chance, seconds=0.2 * each)
        spot = len(step.tokens)
        start = body.left, chart.middle(chart.tokens.index(step.token))
        if whole:
            heading = next(one for one in reversed(telling.pictures) if ":caption:" in one)
            telling.change(heading, "opacity", 0.0, 0.05 * each)  # it lies on the tile's way
            telling.pass_time(0.05 * each)
        _fly(telling, step.token, start, spots[spot], tall, (0.25 if whole else 0.45) * each)
        tiles[spot] = telling.pictures[-1]
        if number + 1 < len(told):
            for name in telling.pictures[since:-1]:
                telling.change(name, "opacity", 0.0)  # cut: of two that fade into each other none can be read
        elif whole:
            _conclude(telling, chart, 0.1 * each)
    return chosen


def _spots(
    telling: Telling, tokens: list[int], needed: int, page: Area, least: float
) -> tuple[dict[int, Spot], float]:  # fmt: skip
    """Where each token's tile goes, by its time, in lines; and the height of all tiles.

    They are made smaller for the text to stand on one line, or for all of it to be there, up to a limit; of a longer
    one the last tokens are there. What the model wrote begins a line if there is one for it.
    """
    first = max(0, len(tokens) - max(MOST, needed + 1))
    texts = [telling.checkpoint.tokenizer.text(token) for token in tokens[first:]]
    most = max(min(page.height, LARGEST), least)
    tries = [(tall, 1) for tall in np.linspace(most, max(0.4 * most, least), 13)]
    for tall, lines in [*tries, *((tall, len(texts)) for tall in np.linspace(most, least, 12))]:
        spots = _lines([wide(text, tall) for text in texts], page, tall, first > 0)
        own = _lines([wide(text, tall) for text in texts], page, tall, first > 0, telling.trace.prompt_length - first)
        spots = own if own[-1].y > spots[-1].y - tall / 2 else spots
        if _fit(spots, page, tall) and len({spot.y for spot in spots}) <= lines:
            break
    while len(texts) > needed + 1 and not _fit(spots, page, tall):
        first, texts = first + 1, texts[1:]
        spots = _lines([wide(text, tall) for text in texts], page, tall, True)
    return {first + i: spot for i, spot in enumerate(spots)}, tall


def _lines(widths: list[float], page: Area, tall: float, is_cut: bool, begins: int = 0) -> list[Spot]:
    """Tiles side by side, on as many lines as they need, of which one ``begins`` with a certain tile.

    Before those of a text that is cut is room to say so.
    """
    spots: list[Spot] = []
    x, y = page.left + (tall if is_cut else 0.0), page.top - tall / 2
    for number, width in enumerate(min(one, 0.8 * page.width) for one in widths):
        if (x + width > page.right + 1e-9 or number == begins) and spots:
            x, y = page.left, y - (1 + GAP) * tall
        spots.append(Spot(x + width / 2, y, width))
        x += width + GAP * tall
    return spots


def _fit(spots: list[Spot], page: Area, tall: float) -> bool:
    return spots[-1].y - tall / 2 >= page.bottom - 1e-9


def _text(
    telling: Telling, read: tuple[int, ...], spots: dict[int, Spot], tall: float, area: Area, em: float, seconds: float
) -> dict[int, str]:
    """The tiles of what was read, each a drawing, and empty places for what will be appended."""
    first = min(spots)
    title = phrase("The text, from t = {} on", first) if first else phrase("The text")
    shapes: list[Shape] = [Text(area.left, area.top - 1.1 * em, ((title, "ink"),), fit(title, 1.1 * em, area.width))]
    if first:
        shapes.append(Text(area.left + tall / 2, spots[first].y, (("…", "muted"),), 0.6 * tall, "center"))
    tiles = {}
    for t, (x, y, width) in spots.items():
        if t < len(read):
            text = telling.checkpoint.tokenizer.text(read[t])
            tiles[t] = pin(telling, "tile", tile(tint_of(telling, read[t]), text, (0, 0), width, tall), (x, y))
            telling.change(tiles[t], "opacity", 1.0, seconds)
        else:
            shapes.append(Rect(x - width / 2, y - tall / 2, width, tall, "plate", 0.15 * tall))
    own = [spot for t, spot in spots.items() if t >= telling.trace.prompt_length]
    free = area.left + advance(title, fit(title, 1.1 * em, area.width)) + em
    means = key(free, area.right, area.top - 1.1 * em, em)
    under = pin(telling, "own", [*means, *(underline(*spot, tall) for spot in own)])
    telling.change(under, "opacity", 1.0, seconds)
    put_up(telling, "text", shapes, seconds)
    return tiles


def _conclude(telling: Telling, chart: Chances, seconds: float) -> None:
    """When the last token stands at the end the chart is of what it was chosen from, and is called so."""
    telling.pass_time(0.5 * seconds)
    chosen = phrase(CHOSEN)
    size = fit(chosen, 1.1 * chart.em, chart.area.width)
    put_up(
        telling, "chosen", [Text(chart.area.left, chart.area.top - 1.1 * chart.em, ((chosen, "ink"),), size)],
        0.5 * seconds,
    )  # fmt: skip


def _fly(
    telling: Telling, token: int, start: tuple[float, float], spot: Spot, tall: float, seconds: float
) -> None:  # fmt: skip
    """The tile of the chosen token leaves its row, and stands at the end of the text."""
    x, y, width = spot
    text = telling.checkpoint.tokenizer.text(token)
    name = pin(telling, "tile", tile(tint_of(telling, token), text, (0, 0), width, tall), (x, y), FAR)
    for i, far in enumerate((start[0] + width / 2 - x, start[1] - y)):
        telling.change(name, "offset", far * metres(telling, FAR), 0.0, i)
        telling.change(name, "offset", 0.0, seconds, i)
    telling.change(name, "opacity", 1.0, 0.1 * seconds)
    telling.pass_time(seconds)
