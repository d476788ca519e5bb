"""How large letters are on the picture: of labels, and of whatever else is written in the world.

A label has its size on the picture, not in the world: near or far it is as large as the words beside it. Sizes are
ems in pixels of a picture whose shorter side has ``PIXELS`` of them, so that an upright picture is held to the same
letters as a wide one.
"""

from __future__ import annotations

import numpy as np

from .view import TAN, Page

PIXELS = 720
SMALLEST, LARGEST = 14.0, 24.0
"""Of a label's letters."""
USUAL = 20.0
"""Of a label's largest letters, where there is room."""
ENLARGED = 10.0
"""How many times as large as at home a label may stand: what is farther away than that is not named."""


def pixel(page: Page) -> float:
    """A pixel in picture heights."""
    return min(1.0, page.aspect) / PIXELS


def stretched(em: float | np.ndarray, depth: float | np.ndarray, page: Page) -> np.ndarray:
    """How labels of an ``em`` (n,), or one, are stretched to have their usual size at a depth (n,)."""
    return USUAL * pixel(page) * np.maximum(depth, 1e-6) * TAN / em
