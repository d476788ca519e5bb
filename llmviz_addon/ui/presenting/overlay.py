"""Plain shapes and letters drawn over a viewport, in its pixels; only where there is a window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import blf
import numpy as np

Colour = tuple[float, float, float, float]
FONT = 0


def rectangle(left: float, low: float, right: float, high: float, colour: Colour) -> None:
    """A filled one."""
    corners = [(left, low), (right, low), (right, high), (left, high)]
    triangles(np.array(corners, np.float32), np.tile(np.array(colour, np.float32), (4, 1)), [(0, 1, 2), (0, 2, 3)])


def triangles(points: np.ndarray, colours: np.ndarray, corners: Any) -> None:
    """Triangles between ``points`` (n, 2), whose ``colours`` (n, 4) run into one another."""
    import gpu  # raises where there is no window
    from gpu_extras.batch import batch_for_shader

    shader = gpu.shader.from_builtin("SMOOTH_COLOR")
    content: Any = {"pos": np.pad(points, ((0, 0), (0, 1))), "color": colours}
    batch: Any = batch_for_shader(shader, "TRIS", content, indices=corners)
    gpu.state.blend_set("ALPHA")
    batch.draw(shader)
    gpu.state.blend_set("NONE")


def letters(text: str, x: float, y: float, size: float, colour: Colour, side: float = 0.0) -> None:
    """A line of text; ``side`` is the share of its width that stands left of ``x``."""
    width = measured(text, size)
    blf.color(FONT, *colour)
    blf.position(FONT, x - side * width, y, 0)
    blf.draw(FONT, text)


def lines(texts: Sequence[str], x: float, top: float, size: float, colour: Colour, side: float = 0.0) -> None:
    """Lines of text below one another, the first one's top at ``top``."""
    for number, text in enumerate(texts):
        letters(text, x, top - size * (1.0 + LEADING * number), size, colour, side)


LEADING = 1.35
"""From a line to the next, in heights of a letter."""


def measured(text: str, size: float) -> float:
    """Width of a line of text; its size stays set."""
    blf.size(FONT, size)
    return blf.dimensions(FONT, text)[0]
