"""How exactly each tensor is kept when there are more numbers than a picture can hold.

GPT-2 small has 124 million weights, of which a film shows a handful from near. So a budget of pixels
is shared out: what a chapter takes in hand comes first, then what the model computes (activations and
aggregates), then the weights; in each of the three the largest are thinned first. A thinned
tensor keeps the number of largest magnitude, with its sign, of every square pool of cells. The sides of a pool
are powers of two, because only their reciprocals are exact in a shader's 32-bit arithmetic.
"""

from __future__ import annotations

import functools
import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from heapq import heapify, heappop, heappush

import numpy as np

from ...errors import JobError
from ...layout.grid import Grid, Role

BUDGET = 4096 * 4096
"""Numbers in the atlas of a large model: 200 MB in a file, and what any graphics card takes as one picture."""
LARGEST = (1 << 24) - 4096
"""Numbers of one grid: beyond, a shader's 32-bit arithmetic could no longer tell neighbours apart."""
FORBIDDEN = -1e30
"""Stands for minus infinity: a score that the causal mask forbids."""
FEW = 16
FAR, SEEN = 24, 8
"""Pools along a grid that is seen from afar, and numbers along a pool that are looked at then."""
FINER, SEEN_FINER = 2, 4
"""Doublings that the pools of the other, finer picture from afar have less, and numbers that are looked at there."""
IN_HAND, WORKING = 0.25, 0.8
"""Shares of the budget, and of what is then left, that the first two of the three may take."""


def pools(grids: Sequence[Grid], in_hand: Collection[str] = (), budget: int = BUDGET) -> dict[str, int]:
    """Side of each grid's pools, 1 where its every number is kept; ``in_hand`` names what is seen from near.

    Raises JobError if the budget cannot hold even the coarsest picture of every grid.
    """
    sides: dict[str, int] = {}
    rest = float(budget)
    wanted = [grid for grid in grids if grid.name in in_hand and count(grid) <= LARGEST]
    near = rest * IN_HAND if sum(map(count, grids)) > budget else rest
    for grid in sorted(wanted, key=count):
        if count(grid) <= near:
            sides[grid.name] = 1
            near -= count(grid)
            rest -= count(grid)
    left = [grid for grid in grids if grid.name not in sides]
    working = [grid for grid in left if grid.role is not Role.WEIGHT]
    weights = [grid for grid in left if grid.role is Role.WEIGHT]
    least = sum(thinned(grid, _coarsest(grid)) for grid in weights)
    for tier, allowed in ((working, max(rest * WORKING, rest - sum(map(count, weights)))), (weights, rest)):
        chosen = _within(tier, min(allowed, rest - least) if tier is working else rest)
        sides.update(chosen)
        rest -= sum(thinned(grid, chosen[grid.name]) for grid in tier)
    if rest < 0:
        raise JobError(f"The stage has room for {budget:,} numbers, which is too few for {len(grids):,} grids.")
    return sides


def count(grid: Grid) -> int:
    """How many numbers are drawn of a grid."""
    return math.prod(grid.shown_shape)


def thinned(grid: Grid, side: int) -> int:
    """How many numbers are kept of a grid in pools of ``side``."""
    return math.prod(-(-length // side) for length in grid.shown_shape)


def pooled(values: np.ndarray, side: int) -> np.ndarray:
    """Of every pool the number of largest magnitude, flat in C order; a FORBIDDEN one only among its like.

    ``values`` (n,) or (rows, n), finite, in pools of ``side`` along each axis.
    """
    table = np.atleast_2d(values)
    high = _of_pools(np.maximum, table, side)
    low = _of_pools(np.minimum, table, side)
    if low.min() <= FORBIDDEN:
        low = _of_pools(np.minimum, np.where(table <= FORBIDDEN, np.float32(0), table), side)
    return np.where((high >= -low) | (high <= FORBIDDEN), high, low).ravel()


def doublings(grid: Grid) -> int:
    """Which power of two is the side of the pools that a grid is seen in from afar: some FAR of them along it."""
    longest = max(grid.shown_shape)
    return max(0, (-(-longest // FAR) - 1).bit_length()) if len(grid.shape) <= 2 else longest.bit_length()


def spreads(values: np.ndarray, side: int, seen: int = SEEN) -> np.ndarray:
    """Of every pool the root mean square, which is below 0 where their mean is; flat in C order.

    So pools together tell both mean and spread: their light how large numbers are, their hues on which side. Where both
    sides are alike they are of both hues, as cells are from near. What is FORBIDDEN counts as 0; of large pools some
    numbers stand for all. ``values`` as in ``pooled``, or of three axes.
    """
    return all_spreads([values], side, seen)[0]


def all_spreads(tensors: Sequence[np.ndarray], side: int, seen: int = SEEN) -> np.ndarray:
    """The same of several tensors of one shape, (tensors, pools)."""
    tables = [np.atleast_2d(one) if one.ndim <= 2 else one.reshape(1, -1) for one in tensors]
    step = max(1, side // seen)
    some = np.stack([table[:: min(step, len(table)), ::step] for table in tables])
    some = np.where(some <= FORBIDDEN, np.float32(0), some)
    size, exponent = side // step, _exponents(some)[:, None, None]
    some = np.ldexp(some, -exponent)  # their squares are numbers of 32 bits then, however large they are
    means, squares = (_sums(numbers, size) for numbers in (some, some * some))
    counts = _sums(np.ones_like(some[:1]), size)
    means, sizes = means / counts, np.sqrt(squares / counts)
    return np.ldexp(np.where(means < 0, -sizes, sizes), exponent).astype(np.float32).reshape(len(tables), -1)


def _exponents(tables: np.ndarray) -> np.ndarray:
    """Of the largest number of each table, as a power of two; 0 where there is none."""
    return np.frexp(np.abs(tables).max(axis=(1, 2), initial=0.0))[1]


def _sums(tables: np.ndarray, side: int) -> np.ndarray:
    """Of every pool of each table the sum."""
    rows, columns = (np.arange(0, count, side) for count in tables.shape[1:])
    return np.add.reduceat(np.add.reduceat(tables, rows, axis=1), columns, axis=2)


def _of_pools(best: np.ufunc, table: np.ndarray, side: int) -> np.ndarray:
    """``best`` of every pool of ``table`` (rows, columns).

    Few are taken one after the other, all pools at once: numpy is slow where it has a few numbers side by side.
    """
    for axis in (0, 1):
        width = min(side, table.shape[axis])
        missing = -table.shape[axis] % width
        if missing:
            table = np.pad(table, [(0, missing if axis == at else 0) for at in (0, 1)], mode="edge")
        shape = list(table.shape)
        shape[axis : axis + 1] = [shape[axis] // width, width]
        pools = np.moveaxis(table.reshape(shape), axis + 1, 0)
        table = functools.reduce(best, pools) if width <= FEW else best.reduce(pools)
    return table


def _within(grids: Sequence[Grid], allowed: float) -> Mapping[str, int]:
    """Sides with which ``grids`` have at most ``allowed`` numbers, or else the coarsest.

    The coarsest pools are halved as long as there is room, so that from afar all have dots of one size.
    Grids of one shape, or its transpose, go together; vectors come first, as they take next to none.
    """
    alike: dict[tuple[int, ...], list[Grid]] = defaultdict(list)
    for grid in grids:
        alike[_turned(grid)].append(grid)
    sides = {shape: _coarsest(same[0]) for shape, same in alike.items()}
    room = allowed - sum(len(same) * thinned(same[0], sides[shape]) for shape, same in alike.items())
    queue = [(len(shape) > 1, -side, math.prod(shape), shape) for shape, side in sides.items()]
    heapify(queue)
    while queue:
        wide, _, size, shape = heappop(queue)
        same, side = alike[shape], sides[shape]
        finer = thinned(same[0], side // 2) if side > 1 else LARGEST + 1
        more = len(same) * (finer - thinned(same[0], side))
        if finer <= LARGEST and more <= room:
            sides[shape], room = side // 2, room - more
            heappush(queue, (wide, -sides[shape], size, shape))
    return {grid.name: sides[_turned(grid)] for grid in grids}


def _turned(grid: Grid) -> tuple[int, ...]:
    return tuple(sorted(grid.shown_shape))


def _coarsest(grid: Grid) -> int:
    """One pool for the whole grid. A tensor of three axes is not thinned: its strides would not be even."""
    return 1 << max(grid.shown_shape).bit_length() if len(grid.shape) <= 2 else 1
