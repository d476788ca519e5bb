"""The tile of a token: its text on its tint, the same wherever it comes.

There are few tints, so a token has that of its id only where no other token of the text has it: of those that the text
has first each has another one. The best guesses of what follows are counted in as if they were read. Any other token
has that of its id; where two tokens share one their texts differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from ..lettering.drawing import TINTS, Rect, Shape, Text
from ..lettering.font import CAP_HEIGHT, advance, fit

INK = "on_token"
_MARGIN = 0.35
"""On both sides of a text that is wider than its tile is high, in its letters."""


def tint(token: int, text: Sequence[int] = ()) -> str:
    """The theme's name for the colour of a token, beside the tokens of a text; a longer text changes none of them."""
    return _tints(tuple(text)).get(token, TINTS[token % len(TINTS)])


@lru_cache(maxsize=64)
def _tints(text: tuple[int, ...]) -> Mapping[int, str]:
    """The tints of a text's tokens: each takes the one that is free, or else has not been there for longest."""
    last, found = dict.fromkeys(range(len(TINTS)), -1), dict[int, int]()
    for t, token in enumerate(text):
        if token not in found:
            found[token] = min(last, key=lambda one: (last[one], (one - token) % len(TINTS)))
        last[found[token]] = t
    return {token: TINTS[one] for token, one in found.items()}


def wide(text: str, height: float) -> float:
    """How wide a tile of this height is: square for a letter, as wide as it must be for a word."""
    return max(height, advance(text, 0.72 * height) + 2 * _MARGIN * 0.72 * height)


def tile(color: str, text: str, middle: tuple[float, float], width: float, height: float) -> list[Shape]:
    """A tile of a tint around ``middle``, whose text is as large as it has room."""
    x, y = middle
    size = fit(text, 0.72 * height, 0.92 * width)
    return [
        Rect(x - width / 2, y - height / 2, width, height, color, 0.15 * height),
        Text(x, y - CAP_HEIGHT * size / 2, ((text, INK),), size, "center"),
    ]
