"""Scales that pictures of numbers stand on: ends that are easily read."""

from __future__ import annotations

import numpy as np

from ...rounding import number

Span = tuple[float, float]
"""Ends of a scale."""
UNDER = 0.07
"""Room for the number under the lowest bar, as a share of the scale."""
NICE = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
"""Ends of a scale, but for a power of ten."""


def reach(values: np.ndarray) -> float:
    """The end of a scale that holds all values, and their negatives: 1, 1.5, 2, 2.5, 3 … times a power of ten."""
    largest = max(float(np.abs(values).max()), 1e-6)
    step = 10.0 ** np.floor(np.log10(largest))
    return float(next(step * nice for nice in NICE if step * nice >= largest * (1 - 1e-9)))


def step(end: float, most: int = 4) -> float:
    """From tick to tick of a scale from 0 to ``end``: 1, 2, 2.5 or 5 times a power of ten, ``most`` ticks."""
    size = 10.0 ** np.floor(np.log10(end / most))
    return float(next(size * nice for nice in (1, 2, 2.5, 5, 10) if size * nice >= end / most * (1 - 1e-9)))


def ticks(span: Span, in_percent: bool, most: int = 4) -> list[tuple[float, str]]:
    """Numbers of a scale, 0 among them, about so many: where they stand, and as they are written."""
    each = step(span[1] - span[0], most)
    ends = np.ceil(span[0] / each - 1e-9), np.floor(span[1] / each + 1e-9)
    found = (np.arange(ends[0], ends[1] + 0.5) * each + 0.0).tolist()
    return [(tick, f"{number(100 * tick, 0)} %" if in_percent else number(tick, 0)) for tick in found]


def around(numbers: np.ndarray) -> Span:
    """A scale from 0 up, down or both that ends with a tick, or lower where the lowest bar's number has no room."""
    low, high = min(float(numbers.min()), 0.0), max(float(numbers.max()), 0.0)
    if high - low < 1e-9:
        return 0.0, 1.0
    each = step(high - low)
    bottom, top = float(np.floor(low / each + 1e-9) * each), float(np.ceil(high / each - 1e-9) * each)
    return (min(bottom, low - UNDER * (top - bottom)) if low < 0 else bottom), top


def holds(span: Span, numbers: np.ndarray) -> bool:
    """Whether a scale has room for all of some numbers."""
    return bool(span[0] <= numbers.min() and numbers.max() <= span[1])
