"""One scale of colour for several grids: the same colour is the same number in all of them.

By itself every kind of grid uses the whole range of colours, so a sum may look paler than what it is the sum of. Where
numbers of different kinds are added or compared they need one scale.
"""

from __future__ import annotations

import numpy as np

from ...layout.gains import common_gain
from ...layout.grid import Grid
from ..cast.things import Grids
from ..telling import Telling


def one_scale(telling: Telling, *things: Grids, seconds: float | None = None) -> None:
    """Let the colours of these mean the same numbers from now on, until they are brought back."""
    seconds = telling.length(seconds)
    grids = telling.cast.grids_of(*things)
    common = common_gain([_drawn(telling, grid) for grid in grids]) if grids else 1.0
    own = {kind: _own(telling, kind) for kind in {grid.kind for grid in grids}}
    for grid in grids:
        for body in telling.bodies(grid):
            telling.change(body, "gain", common / own[grid.kind], seconds)
    telling.pass_time(seconds)


def _own(telling: Telling, kind: str) -> float:
    """The gain that grids of a kind have by themselves: that of the model's, or if it has none of what was made."""
    model = telling.layout.of_kind.get(kind)
    made = [grid for grid, _ in telling.cast.made.values() if grid.kind == kind]
    return common_gain([_drawn(telling, grid) for grid in model or made])


def _drawn(telling: Telling, grid: Grid) -> np.ndarray:
    return grid.drawn(telling.values(grid))
