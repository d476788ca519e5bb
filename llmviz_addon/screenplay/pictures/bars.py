"""A row of shares as bars: each as tall as its number, then all stacked up to the 1 that they sum to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...errors import ScriptError
from ...layout.grid import Region
from ..telling import Telling
from .chart import SHARES, Bars, chart, pile_up


def bars(
    telling: Telling, region: Region, names: Sequence[str] | Sequence[int], title: str, *, seconds: float = 4.0
) -> Bars:
    """Put up the values of ``region``, shares of one whole, as bars over ``names``; then copies of them stack up to 1.

    They take the stage until the beat is over.
    """
    seconds = telling.length(seconds)
    shares = np.asarray(telling.numbers(region), dtype=np.float64).ravel()
    if len(names) != len(shares) or shares.min() < 0 or abs(shares.sum() - 1) > SHARES:
        raise ScriptError(
            f"{region!r} has {len(shares)} values that sum to {shares.sum():.3g}, for {len(names)} names."
        )
    up = chart(telling, region, names, title, span=(0.0, 1.0), whole=True, seconds=0.4 * seconds)
    pile_up(telling, up, seconds=0.6 * seconds)
    return up
