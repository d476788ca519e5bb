"""How a guess forms: after each layer a strip as long as 1, shared out among the tokens that might come next.

The token that the model ends on is always at the left, so that its share is seen to grow or to shrink.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...language import phrase
from ...layout.lettering.drawing import Rect, Shape, Text
from ...layout.lettering.font import CAP_HEIGHT, advance, fit
from ...layout.signs.tiles import INK, tile, wide
from ...model.sampling import likeliest
from ...rounding import parts_of_all, percent
from ..page.view import Area
from ..telling import Telling
from ..verbs.reading import tint_of
from .pinned import pin, place, put_up

ROWS, TOKENS = 13, 5
"""Layers, and tokens in a strip, that are shown at most."""
LEAST = 0.01
"""Share of a token that is shown in any case."""
TALLEST = 0.2
"""Height of a row at most, in picture heights."""
HEAD, FIGURE = 3.4, 4.6
"""Room over the rows, and at their right for the numbers, in letters."""
ASIDE = 0.45
"""Share of the width that names and numbers have at most."""
LAG = 0.7
"""Share of a row that has come when the next one begins."""
OVER = 20
"""Layer of the strips, before what is written under them."""


def guesses(telling: Telling, t: int, title: str, *, seconds: float = 6.0) -> np.ndarray:
    """Put up, layer by layer, what the model would say if it ended there. Returns that, (n_layer + 1, n_vocab).

    It takes the stage until the beat is over.
    """
    seconds = telling.length(seconds)
    said = telling.lens(t)
    shown = _shown(len(said))
    names = [phrase("layer {}", layer - 1) if layer else phrase("embedding") for layer in shown]
    final = int(telling.trace["output.logits"][t].argmax())
    area, em = place(telling)
    aside = FIGURE + max(advance(name, 1.0) for name in names) + 0.8
    em = min(em, area.height / (HEAD + 1.05 * len(shown)), ASIDE * area.width / aside)
    tall = min((area.height - HEAD * em) / len(shown), TALLEST)
    label = max(advance(name, em) for name in names) + 0.8 * em
    strips = Area(area.left + label, area.top - HEAD * em - tall * len(shown), area.right - FIGURE * em,
                  area.top - HEAD * em)  # fmt: skip
    put_up(telling, "title", _head(telling, area, strips, title, final, em), 0.1 * seconds)
    each = 0.8 * seconds / (1 + LAG * (len(shown) - 1))
    size = min(em, 0.62 * tall)
    with telling.together(lag=LAG):
        for row, (layer, name) in enumerate(zip(shown, names, strict=True)):
            y = strips.top - (row + 0.5) * tall
            share = parts_of_all(said[layer].tolist())[final]
            is_it = int(said[layer].argmax()) == final
            words = [
                Text(area.left, y - CAP_HEIGHT * size / 2, ((name, "ink"),), size),
                _figure(percent(share), area.right, y, size, FIGURE * em, is_it),
            ]
            with telling.in_sequence():
                _row(telling, said[layer], final, strips, y, tall, words, size, each)
    telling.pass_time(0.1 * seconds)
    return said


def _shown(count: int) -> list[int]:
    """Of a deep model the embedding, the last layer, and some between, evenly apart."""
    return sorted({round(i) for i in np.linspace(0, count - 1, min(count, ROWS)).tolist()})


def _head(telling: Telling, area: Area, strips: Area, title: str, final: int, em: float) -> list[Shape]:
    """The title, and over the numbers the token that they are of."""
    text = telling.checkpoint.tokenizer.text(final)
    high = 1.5 * em
    width = min(wide(text, high), 0.95 * FIGURE * em)
    size = fit(title, 1.1 * em, area.right - area.left)
    return [
        Text(area.left, area.top - 1.1 * em, ((title, "ink"),), size),
        *tile(tint_of(telling, final), text, (area.right - width / 2, area.top - 2.35 * em), width, high),
    ]


def _figure(text: str, right: float, y: float, size: float, room: float, is_it: bool) -> Text:
    size = fit(text, size, 0.9 * room)
    return Text(right, y - CAP_HEIGHT * size / 2, ((text, "ink" if is_it else "muted"),), size, "right")


def _row(
    telling: Telling, probs: np.ndarray, final: int, strips: Area, y: float, tall: float, words: Sequence[Shape],
    size: float, seconds: float,
) -> None:  # fmt: skip
    """One strip: the last token's share, then those of the likeliest others; what is left is the track under it."""
    full, thick = strips.width, 0.74 * tall
    order = [final, *(one for one in likeliest(probs, TOKENS + 1) if one != final)][:TOKENS]
    told = [(token, float(probs[token])) for token in order if probs[token] >= LEAST or token == final]
    track = Rect(strips.left, y - thick / 2, full, thick, "plate", 0.08 * thick)
    under = pin(telling, "row", [track, *words])
    bars: list[Shape] = []
    letters: list[Shape] = []
    x, edge = 0.0, 0.0012
    for token, share in told:
        wide_ = share * full
        bars.append(Rect(x, -thick / 2, max(wide_ - edge, 4e-4), thick, tint_of(telling, token)))
        text = telling.checkpoint.tokenizer.text(token)
        em = fit(text, min(1.1 * size, 0.7 * thick), 0.86 * wide_)
        if em >= 0.6 * size:
            letters.append(Text(strips.left + x + wide_ / 2, y - CAP_HEIGHT * em / 2, ((text, INK),), em, "center"))
        x += wide_
    strip = pin(telling, "strip", bars, (strips.left, y), OVER)
    written = pin(telling, "letters", letters, layer=2 * OVER) if letters else ""
    telling.change(under, "opacity", 1.0, 0.25 * seconds)
    telling.change(strip, "scale", 1e-4)
    telling.change(strip, "opacity", 1.0)
    telling.pass_time(0.2 * seconds)
    telling.change(strip, "scale", 1.0, 0.55 * seconds)
    telling.pass_time(0.55 * seconds)
    if written:
        telling.change(written, "opacity", 1.0, 0.25 * seconds)
    telling.pass_time(0.25 * seconds)
