"""How strong a number's colour is: by which factor it is brought to -1 … 1.

Grids of one kind share their factor, so that layers stay comparable, and each kind uses the range of colours. It is one
over a robust maximum: a few outliers would leave all else pale.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from .grid import Grid

PERCENTILE = 98.0
SAMPLE = 1 << 16
"""Numbers of a tensor that stand for all."""
LOWEST, HIGHEST = -6e4, 1e29
"""What is shown of any number: EEVEE takes whatever is below -65,504 in a picture for minus infinity."""


def gains_of(grids: Sequence[Grid], tensors: Sequence[np.ndarray]) -> dict[str, float]:
    """The gain of each kind of ``grids``, of which ``tensors`` are what is drawn."""
    by_kind: dict[str, list[np.ndarray]] = defaultdict(list)
    for grid, tensor in zip(grids, tensors, strict=True):
        by_kind[grid.kind].append(tensor)
    return {kind: common_gain(some) for kind, some in by_kind.items()}


def common_gain(tensors: Iterable[np.ndarray]) -> float:
    """One gain for several tensors."""
    magnitudes = _magnitudes(np.concatenate([sampled(tensor).astype(np.float32, copy=False) for tensor in tensors]))
    top = 0.0
    if magnitudes.size:
        rank = min(magnitudes.size - 1, int(magnitudes.size * PERCENTILE / 100))
        top = float(np.partition(magnitudes, rank)[rank]) or float(magnitudes.max())
    return 1.0 / top if top > 0 else 1.0


def _magnitudes(numbers: np.ndarray) -> np.ndarray:
    """Without what is forbidden."""
    some = np.nan_to_num(numbers[numbers != -np.inf], nan=0.0)
    return np.abs(some.clip(LOWEST, HIGHEST))


def sampled(values: np.ndarray) -> np.ndarray:
    """All of a small tensor's numbers, of a large one every so-manieth, from all its columns; flat."""
    step = -(-values.size // SAMPLE)
    while values.size and math.gcd(step, values.shape[-1]) > 1:
        step += 1
    if step <= 1:
        return values.reshape(-1)
    flat = np.arange(0, values.size, step)
    return values[np.unravel_index(flat, values.shape)]
