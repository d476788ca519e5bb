"""Which box a ray meets first, and which of its cells: a slab test on all boxes at once.

Things that stand on the set are boxes in the space of their own object, which may be moved, turned and stretched. So a
ray is brought into the space of each; how far along it something is met stays the same. Rejected: a tree of boxes.
GPT-3 has 160,000, but its layers are objects, and a ray that misses one misses all that is in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..kept import kept

INSIDE = 1e-4
"""Cells by which a point on a face is kept within its cell."""


@dataclass(frozen=True, eq=False)
class Boxes:
    """Boxes in the space of an object: ``lows`` and ``highs`` (n, 3), and ``cells`` (n, 3) along x, y, z (down)."""

    lows: np.ndarray
    highs: np.ndarray
    cells: np.ndarray

    @kept
    def around(self) -> tuple[np.ndarray, np.ndarray]:
        """Smallest and largest corner of them all."""
        return self.lows.min(axis=0), self.highs.max(axis=0)

    @classmethod
    def unit(cls, cells: Sequence[float]) -> Boxes:
        """The one of a unit cube: from its home corner one to the right, to the back and down."""
        return cls(np.array([[0.0, 0.0, -1.0]]), np.array([[1.0, 1.0, 0.0]]), np.array([cells], dtype=np.int64))

    def cell(self, number: int, point: np.ndarray) -> tuple[int, int, int]:
        """The cell of a box at a ``point`` (3,) on it or in it."""
        low, high, cells = self.lows[number], self.highs[number], self.cells[number]
        share = (point - low) / np.maximum(high - low, 1e-30)
        share[2] = 1 - share[2]
        x, y, z = np.clip(share * cells, INSIDE, cells - INSIDE).astype(int).tolist()
        return x, y, z

    def span(self, number: int, first: np.ndarray, last: np.ndarray) -> np.ndarray:
        """The eight corners (8, 3) of the cells of a box from ``first`` up to, and without, ``last``."""
        low, high, cells = self.lows[number], self.highs[number], self.cells[number]
        edge = (high - low) / cells
        x0, y0, z0 = (first * edge).tolist()
        x1, y1, z1 = (last * edge).tolist()
        return np.array([(low[0] + x, low[1] + y, high[2] - z) for x in (x0, x1) for y in (y0, y1) for z in (z0, z1)])


def inverted(worlds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ways (n, 4, 4) from the world into the spaces that ``worlds`` lead out of, and which of these have a volume.

    By hand: for a thousand small matrices a library of large ones takes longer than all the rest.
    """
    turned = worlds[:, :3, :3]
    x, y, z = turned[:, :, 0], turned[:, :, 1], turned[:, :, 2]
    rows = np.stack([np.cross(y, z), np.cross(z, x), np.cross(x, y)], axis=1)
    volume = (x * rows[:, 0]).sum(axis=1)
    whole = volume != 0
    inverses = np.tile(np.eye(4), (len(worlds), 1, 1))
    inverses[:, :3, :3] = rows / np.where(whole, volume, 1.0)[:, None, None]
    inverses[:, :3, 3] = -np.einsum("nij,nj->ni", inverses[:, :3, :3], worlds[:, :3, 3])
    return inverses, whole


def into(inverses: np.ndarray, origin: np.ndarray, direction: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A ray in the spaces that ``inverses`` (n, 4, 4) lead to: origins and directions, (n, 3)."""
    return inverses[:, :3, :3] @ origin + inverses[:, :3, 3], inverses[:, :3, :3] @ direction


def met(origins: np.ndarray, directions: np.ndarray, lows: np.ndarray, highs: np.ndarray) -> np.ndarray:
    """How far along each ray its box is entered from outside, in lengths of its direction; infinity where it is not.

    All are (n, 3), or one row for all. From within a box nothing of it is seen: faces that are turned away are culled.
    """
    still = directions == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        one, other = (lows - origins) / directions, (highs - origins) / directions
    near, far = np.minimum(one, other), np.maximum(one, other)
    if np.any(still):  # along such a direction it is between both ends all the time, or never
        within = (origins >= lows) & (origins <= highs)
        near = np.where(still, np.where(within, -np.inf, np.inf), near)
        far = np.where(still, np.inf, far)
    enter, leave = near.max(axis=-1), far.min(axis=-1)
    return np.where((enter <= leave) & (enter > 0), enter, np.inf)


def holds(points: np.ndarray, lows: np.ndarray, highs: np.ndarray, reach: float | np.ndarray = 0.0) -> np.ndarray:
    """Which of some boxes have a point of (n, 3) in them, or within ``reach`` of them."""
    found: np.ndarray = ((points >= lows - reach) & (points <= highs + reach)).all(axis=-1)
    return found
