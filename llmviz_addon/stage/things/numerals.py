"""The letters that numbers on cells are made of, as a picture of the ways to their outlines.

Every pixel tells how far its middle is inside of a letter, and in which direction that grows: so a material draws a
letter sharp at any size, with one sample per pixel and one look-up. Rejected: pixels between which the renderer
interpolates, as EEVEE then takes those of a coarser picture wherever one letter ends and another begins. The picture
goes into the file, which so needs neither font nor add-on.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import bpy
import numpy as np

from ...language import marked
from ...layout.lettering.font import CAP_HEIGHT, advance
from ..materials.cell_numbers import DIGIT, LETTERS, MINUS, REACH, TALL, TILE
from ..values.atlas import byte_picture
from . import glyphs
from .mesh2d import distances

_NARROWED = {sign: 0.85 * MINUS for sign in "−≈"}
"""Letters that are narrower than the font has them, to leave a gap to the next."""


def numerals(others: Iterable[str] = ()) -> bpy.types.Image:
    """A new picture of all ``LETTERS``, one beside the other, with the decimal mark of the language in use; ``others``
    are fetched with them, for later."""
    letters = LETTERS.replace(".", marked("."))
    glyphs.prepare({*letters, *others})
    return byte_picture(_distances(letters), "llmviz numerals", "numerals")


@cache
def _distances(letters: str) -> np.ndarray:
    """(height, width, 3) of bytes: from ``REACH`` outside of a letter to as much inside, and a way from -1 to 1."""
    return np.hstack([_tile(letter) for letter in letters])


def _tile(letter: str) -> np.ndarray:
    across, up = ((np.arange(count) + 0.5) / count - 0.5 for count in TILE)
    x, y = np.meshgrid(across * DIGIT / _NARROWED.get(letter, 1.0) + advance(letter) / 2, up * TALL + CAP_HEIGHT / 2)
    inside, ways = distances(glyphs.glyph(letter), np.stack([x.ravel(), y.ravel()], axis=1))
    inside += glyphs.INSET  # the outlines are of letters that get a fringe
    told = np.column_stack([inside / (2 * REACH) + 0.5, ways / 2 + 0.5])
    return np.rint(255 * told.clip(0, 1)).astype(np.uint8).reshape(*TILE[::-1], 3)
