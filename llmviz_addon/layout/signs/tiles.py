"""The tile of a token: its text on its tint, the same wherever it comes.

A token has its tint by its id, so it is the same in every film of a model. There are few tints: of two tokens that
share one the texts differ.
"""

from __future__ import annotations

from ..lettering.drawing import TINTS, Rect, Shape, Text
from ..lettering.font import CAP_HEIGHT, advance, fit

INK = "on_token"
_MARGIN = 0.35
"""On both sides of a text that is wider than its tile is high, in its letters."""


def tint(token: int) -> str:
    """The theme's name for the colour of a token."""
    return TINTS[token % len(TINTS)]


def wide(text: str, height: float) -> float:
    """How wide a tile of this height is: square for a letter, as wide as it must be for a word."""
    return max(height, advance(text, 0.72 * height) + 2 * _MARGIN * 0.72 * height)


def tile(token: int, text: str, middle: tuple[float, float], width: float, height: float) -> list[Shape]:
    """A tile around ``middle``, whose text is as large as it has room."""
    x, y = middle
    size = fit(text, 0.72 * height, 0.92 * width)
    return [
        Rect(x - width / 2, y - height / 2, width, height, tint(token), 0.15 * height),
        Text(x, y - CAP_HEIGHT * size / 2, ((text, INK),), size, "center"),
    ]
