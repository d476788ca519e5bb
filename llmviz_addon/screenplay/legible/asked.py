"""Labels for which a place on the picture is looked for: the sizes that each may have, and what it covers then.

All are looked at together: of a deep model there are dozens at each of hundreds of moments, and a look at one alone
takes numpy as long as a look at all.
"""

from __future__ import annotations

from itertools import accumulate, pairwise

import numpy as np

from ...kept import kept
from ..page.sizes import LARGEST, SMALLEST
from .letters import Letters

FACING = 0.6
"""Share of a letter's width or height that must be left of it."""
APART = 0.004
"""Picture heights between two labels."""
SURELY = 1.02
"""Of the limits of sizes: what is enlarged reaches nearer or further, and is seen a little larger or smaller so."""


class Asked:
    """Labels with the sizes that each may have, the best one first; a label in a size is a *try*, of which c are.

    ``usual`` (n,) are the sizes that they have on every picture, ``places`` (n, 2) where their origins are seen.
    Letters must all be in range, and not be seen from their edge; of a label of which they are not there is no try.
    """

    def __init__(self, letters: Letters, places: np.ndarray, usual: np.ndarray) -> None:
        self.letters = letters
        firsts = np.searchsorted(letters.owner, np.arange(len(usual) + 1))
        own = [slice(*ends) for ends in pairwise(firsts.tolist())]
        facing, home = letters.facing.tolist(), letters.sizes.tolist()
        sizes = [
            _sizes(size, min(home[its]), max(home[its])) if min(facing[its]) >= FACING else []
            for size, its in zip(usual.tolist(), own, strict=True)
        ]
        ends = [0, *accumulate(map(len, sizes))]
        self.tries = [range(*both) for both in pairwise(ends)]  # of each label
        self.label = np.repeat(np.arange(len(own)), [len(some) for some in sizes])  # of each try, (c,)
        counts = np.diff(firsts)[self.label]
        self._starts = np.append(0, np.cumsum(counts))[:-1]
        rows = np.arange(counts.sum()) + np.repeat(firsts[self.label] - self._starts, counts)  # texts of the tries
        middles = np.tile(places, 2)[np.repeat(self.label, counts)]
        self.sizes = [size for some in sizes for size in some]  # of each try
        self.areas = middles + np.repeat(self.sizes, counts)[:, None] * (letters.areas[rows] - middles)
        self.depth = letters.depth[firsts[self.label]]

    @kept
    def around(self) -> tuple[np.ndarray, np.ndarray]:
        """Lower left and upper right corner of all that a try covers, (c, 2) each."""
        return (
            np.minimum.reduceat(self.areas[:, :2], self._starts),
            np.maximum.reduceat(self.areas[:, 2:], self._starts),
        )

    def any_of(self, found: np.ndarray) -> np.ndarray:
        """Whether something is found for one of the texts of a try: from (m, …) bool of all texts to (c, …)."""
        return np.logical_or.reduceat(found, self._starts)

    @kept
    def meets(self) -> list[list[bool]]:
        """Whether two tries would meet, (c, c)."""
        return self.any_of(self.any_of(meet(self.areas, self.areas)).T).T.tolist()


def meet(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Which of some areas, (n, 4), come too near to which of others, (m, 4): (n, m) bool."""
    left, bottom, right, top = some.T[:, :, None]
    return (
        (np.minimum(right, others[:, 2]) + APART > np.maximum(left, others[:, 0]))
        & (np.minimum(top, others[:, 3]) + APART > np.maximum(bottom, others[:, 1]))
    )  # fmt: skip


def _sizes(usual: float, least: float, most: float) -> list[float]:
    """The sizes that a label may have whose letters are ``least`` to ``most`` pixels high at home."""
    smallest, largest = SURELY * SMALLEST / least, LARGEST / SURELY / most
    if smallest > largest:
        return []
    best = min(max(usual, smallest), largest)
    return [best] if best < 1.05 * smallest else [best, (best + smallest) / 2, smallest]
