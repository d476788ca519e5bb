"""What grids look like from afar: of every pool of their numbers how large these are, and on which side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence

import numpy as np

from ...layout.gains import HIGHEST, LOWEST
from ...layout.grid import Grid
from .pooling import FAR, FINER, FORBIDDEN, SEEN_FINER, all_spreads, doublings, thinned

STEP = 64
"""Numbers from one place to the next where a picture from afar may begin."""
FINER_AT = -(-FAR * FAR // STEP)
"""Places from a picture from afar to the finer one."""
SMALL = 1 << 12
"""Numbers of a grid up to which those of its shape are pooled together."""


def finer(grid: Grid) -> int:
    """How many numbers the finer picture of a grid takes; a tensor of three axes, or a small one, has none."""
    has_one = len(grid.shape) <= 2 and doublings(grid) >= FINER
    return STEP * FINER_AT + thinned(grid, 1 << (doublings(grid) - FINER)) if has_one else 0


def all_from_afar(grids: Sequence[Grid], tensors: Sequence[np.ndarray], fine: bool) -> Iterator[np.ndarray]:
    """What each of some grids looks like from afar, one after the other; ``fine`` is whether any has a finer picture.

    Small ones of one shape, of which there are thousands where heads or layers are many, are done at once.
    """
    alike: dict[Hashable, list[int]] = defaultdict(list)
    for number, tensor in enumerate(tensors):
        alike[tensor.shape if tensor.size <= SMALL else number].append(number)
    found: dict[int, np.ndarray] = {}
    for number, (grid, tensor) in enumerate(zip(grids, tensors, strict=True)):
        if number not in found:
            same = alike[tensor.shape if tensor.size <= SMALL else number]
            found.update(zip(same, _pictures(grid, [tensors[n] for n in same], fine and finer(grid) > 0), strict=True))
        yield found.pop(number)


def from_afar(grid: Grid, tensor: np.ndarray, fine: bool) -> np.ndarray:
    """What a grid looks like from afar, flat: the spreads of its numbers in pools, as ``spreads`` tells them.

    A ``fine`` one has, ``STEP`` times ``FINER_AT`` numbers on, those in finer pools, to be seen from less far.
    """
    return _pictures(grid, [tensor], fine)[0]


def _pictures(grid: Grid, tensors: Sequence[np.ndarray], fine: bool) -> np.ndarray:
    """The same of several tensors of a grid's shape, (tensors, numbers)."""
    numbers, folds = [readable(tensor) for tensor in tensors], doublings(grid)
    coarse = all_spreads(numbers, 1 << folds)
    if not fine:
        return coarse
    gap = np.zeros((len(coarse), STEP * FINER_AT - coarse.shape[1]), np.float32)
    return np.hstack([coarse, gap, all_spreads(numbers, 1 << (folds - FINER), SEEN_FINER)])


def readable(values: np.ndarray) -> np.ndarray:
    """What the shader can read: infinities as large numbers, minus infinity as FORBIDDEN."""
    array = values.astype(np.float32, copy=False)
    limit = np.float32(HIGHEST)
    if not array.size or (array.min() >= LOWEST and array.max() <= limit):  # neither is so with a NaN
        return array
    return np.where(array == -np.inf, np.float32(FORBIDDEN), np.nan_to_num(array, nan=0.0).clip(LOWEST, limit))
