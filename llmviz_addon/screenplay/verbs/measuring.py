"""Measuring: rulers that stay, where the lengths of two axes are compared."""

from __future__ import annotations

from ...errors import ScriptError, choices
from ...layout.grid import Grid
from ...layout.lettering.drawing import Drawing
from ..page.rulers import ruler as ruled
from ..page.sizes import USUAL, pixel
from ..page.view import TAN
from ..telling import Telling


def ruler(telling: Telling, grid: Grid, axis: str, *, seconds: float | None = None) -> Drawing:
    """A line along an axis of a grid, with its length in words, which moves with the grid and stays until it is faded.

    Its letters have their usual size from where the camera goes. What ``say`` links to has one only while it is read.
    """
    own = {one.name: one for one in grid.axes if one.direction != "y"}
    if axis not in own:
        raise ScriptError(f"{grid!r} has no axis {axis!r} that is seen from the front. {choices(own)}")
    return telling.show(ruled(telling.unique("ruler"), grid, own[axis], usual(telling, grid)), telling.length(seconds))


def usual(telling: Telling, grid: Grid) -> float:
    """Metres that letters beside a grid are high, where they have their usual size from where the camera goes."""
    depth = float((telling.box(grid)[0] - telling.view.position) @ telling.view.basis[2])
    return USUAL * pixel(telling.page) * TAN * depth
