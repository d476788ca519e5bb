"""The grids that are there at a moment, as screens before what stands behind them, and as what labels seem to name."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import product

import numpy as np

from ...kept import kept
from ..page.view import TAN, View
from .asked import APART, Asked
from .letters import Sight

SOLID = 0.5
"""Opacity from which on a grid hides what is behind it."""
ASTRAY = 0.3
"""Of a label's width, what may stand over a grid that it does not name."""
NOTHING = 1e-6
"""Metres before or behind the camera that make no difference."""
SPOTS = np.array(list(product(np.linspace(0, 1, 7), np.linspace(0, 1, 3))))
"""Places across and up a label at which is looked whether it is hidden."""


class Screens:
    """What stands around and before the labels that are asked for."""

    def __init__(self, sight: Sight, seconds: float, view: View, asked: Asked) -> None:
        self.view, self.asked = view, asked
        numbers, boxes = sight.solid(seconds, SOLID)
        own = np.array([sight.numbers.get(one.parent, -1) for one in asked.letters.drawings])
        matter = self._may_matter(boxes) | np.isin(numbers, own)
        self._boxes, self._numbers = boxes[matter], numbers[matter]
        across, up, depth = view.boxes(self._boxes[:, 0], self._boxes[:, 1])
        self._covered = np.array([across.min(0) - APART, up.min(0) - APART, across.max(0) + APART, up.max(0) + APART])
        self._covered[:, depth.min(0) <= 0] = np.array([[-np.inf], [-np.inf], [np.inf], [np.inf]])  # it reaches behind
        self._own, self._nearest = own[asked.label], depth.min(0)

    def _may_matter(self, boxes: np.ndarray) -> np.ndarray:
        """Which boxes (n, 2, 3) are not surely behind the camera, or off what labels may cover, (n,) bool.

        That is most of a deep model. What is as much below a label as it is high matters, too.
        """
        right, up, forward = self.view.basis
        low, high = self.asked.around
        left, bottom = low.min(axis=0) - 2 * APART + self.view.shift
        most, top = high.max(axis=0) + 2 * APART + self.view.shift
        bottom -= (high - low)[:, 1].max()
        ways = (forward, right - left * TAN * forward, up - bottom * TAN * forward)
        planes = np.array([*ways, most * TAN * forward - right, top * TAN * forward - up]).T  # (3, 5)
        middle = (boxes[:, 0] + boxes[:, 1]) @ (planes / 2) - self.view.position @ planes
        reach = (boxes[:, 1] - boxes[:, 0]) @ (np.abs(planes) / 2)
        within = middle + reach > -NOTHING
        return within[:, 0] & (within[:, 1:].all(axis=1) | (middle[:, 0] - reach[:, 0] <= NOTHING))

    @kept
    def names_another(self) -> np.ndarray:
        """Whether a try stands over another grid than its own, as if it named that, (c,) bool.

        What stands beside its own, level with it, names no other.
        """
        left, bottom, right, top = self._covered
        (x0, y0), (x1, y1) = (ends.T[:, :, None] for ends in self.asked.around)
        is_own = self._own[:, None] == self._numbers
        level = (is_own & (bottom < y1) & (top > y0)).any(axis=1)
        under = ~is_own & (2 * y0 - y1 < top) & (top < y1) & (bottom < y0)  # no lower than it is high
        shared = np.minimum(right, x1) - np.maximum(left, x0)
        least = np.where(is_own, np.maximum(ASTRAY * (x1 - x0), shared), np.inf).min(axis=1, initial=np.inf)
        return ~level & (under & (shared > least[:, None])).any(axis=1)

    def hide(self, tries: np.ndarray, behind: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Whether a grid other than its own stands before what is seen of some tries (n,), and whether one stands
        before or behind it, (n,) bool each; what is only ``behind`` is looked at where that is asked, (n,) bool."""
        left, bottom, right, top = self._covered
        low, high = (ends[tries] for ends in self.asked.around)
        depth = self.asked.depth[tries][:, None, None]
        (x0, y0), (x1, y1) = (ends.T[:, :, None] for ends in (low, high))
        there = (left <= x1) & (right >= x0) & (bottom <= y1) & (top >= y0)
        there &= (self._own[tries, None] != self._numbers) & (behind[:, None] | (self._nearest < depth[:, 0]))
        which, among = np.nonzero(there)
        across, up, forward = self.view.basis
        spots = (low[:, None] + SPOTS * (high - low)[:, None] + self.view.shift) * (depth * TAN)  # (n, s, 2)
        ways = (forward * depth + spots[..., :1] * across + spots[..., 1:] * up).transpose(2, 0, 1)[:, which]
        near, far = ((self._boxes[among, i] - self.view.position).T[:, :, None] / ways for i in (0, 1))  # (3, p, s)
        (a, b, c), (d, e, f) = np.minimum(near, far), np.maximum(near, far)  # across, up, and deep
        enter, leave = np.maximum(np.maximum(a, b), c), np.minimum(np.minimum(d, e), f)
        meets = (enter <= leave) & (leave > 0)
        hits = np.zeros((2, len(tries)), dtype=bool)
        for found, those in zip(hits, (meets & (enter < 0.99), meets), strict=True):
            found[which[those.any(axis=1)]] = True
        return hits[0], hits[1]

    def first(self, labels: Iterable[int], again: Collection[int]) -> tuple[dict[int, int], dict[int, int]]:
        """Of each label the first try that may be there, if any; for those that may be there ``again`` also the first
        one with nothing behind it.

        It names no other grid, and no grid stands before it.
        """
        tries, names_another = self.asked.tries, self.names_another.tolist()
        readable: dict[int, int] = {}
        clear: dict[int, int] = {}
        looked = [(label, next((one for one in tries[label] if not names_another[one]), None)) for label in labels]
        while there := [(label, one) for label, one in looked if one is not None]:
            looked = []
            hits = self.hide(np.array([one for _, one in there]), np.array([label in again for label, _ in there]))
            for (label, one), is_hidden, is_amid in zip(there, *(hit.tolist() for hit in hits), strict=True):
                if not is_hidden:
                    readable.setdefault(label, one)
                if not is_amid:
                    clear[label] = one
                if (is_amid if label in again else is_hidden) and one + 1 in tries[label]:
                    looked.append((label, one + 1))
        return readable, clear
