"""Stacking: grids lie on one another without a gap, as vectors that are put end to end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...errors import ScriptError
from ...layout.grid import Grid
from ...layout.lettering.drawing import Drawing, Text, pose
from ...layout.lettering.font import CAP_HEIGHT
from ..telling import Telling

NAMED, FITS = 0.052, 0.6
"""Height of a name beside a stack, as a share of the stack's, and at most as a share of its own grid's."""
ROOMY = 0.7
"""Narrower side of the free part, in picture heights, below which names are larger, for the stack will be smaller."""


def stack(
    telling: Telling, *grids: Grid, beside: Grid, side: str = "right", gap: float = 0.8, names: Sequence[str] = (),
    seconds: float | None = None,
) -> None:  # fmt: skip
    """Lay grids on one another without a gap, the first on top, ``left`` or ``right`` of another (tops level).

    Names stand at the grids' far side, in place of their labels, and go with them.
    """
    seconds = telling.length(seconds, 2.0)
    if not grids or (names and len(names) != len(grids)):
        raise ScriptError(f"stack needs grids, and a name for each or none; got {len(grids)} and {len(names)}.")
    if side not in ("left", "right"):
        raise ScriptError(f"A stack stands left or right of another grid, but got {side!r}.")
    low, high = telling.box(beside)
    wide, tall = max(grid.size[0] for grid in grids), sum(grid.size[2] for grid in grids)
    left, top = float(high[0] + gap if side == "right" else low[0] - gap - wide), float(high[2])
    free = telling.page.free
    named = NAMED * max(1.0, ROOMY / min(free.width, free.height))
    for number, grid in enumerate(grids):
        telling.carry(grid.name, np.array([left, low[1], top]) - grid.origin, seconds)
        top -= grid.size[2]
        if names:
            _name(telling, grid, names[number], min(FITS * grid.size[2], named * tall), side, seconds)
    telling.pass_time(seconds)


def _name(telling: Telling, grid: Grid, name: str, size: float, side: str, seconds: float) -> None:
    """Let a name stand at a side of a grid, with which it moves, instead of its label."""
    (left, front, low), (right, _, high) = grid.ends
    x, out, align = (right, 0.6, "left") if side == "right" else (left, -0.6, "right")
    text = Text(out * size, -CAP_HEIGHT * size / 2, ((name, "ink"),), size, align)
    made = Drawing(telling.unique("name"), (text,), pose((x, front, (low + high) / 2)), grid.name, opacity=0.0)
    telling.cast.add(made)
    telling.cast.along[grid.name].append(made)
    telling.change(made.name, "opacity", 1.0, seconds)
    if (label := telling.cast.labels.get(grid.name)) is not None:
        telling.change(label.name, "opacity", 0.0, seconds / 4)
