"""What chapters name: single things, groups of them, and lists of either."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeAlias

import numpy as np

from ...layout.grid import Grid, Region, Ribbon, Section
from ...layout.lettering.drawing import Drawing
from ..score.timeline import Fragment, Piece, Standing


class Group(Protocol):
    """Whatever holds grids: ``layer.attn``, a section, a layout."""

    @property
    def grids(self) -> Iterable[Grid]:
        """Its grids."""


Named: TypeAlias = Grid | Ribbon | Drawing | Fragment | Piece
"""What is an actor itself."""
Thing: TypeAlias = Region | Named | Section | Standing | Group | Iterable["Thing"]
"""What can fade or be looked at: an actor, some cells, a group of grids, a model, or a list of these."""
Grids: TypeAlias = Grid | Region | Group | Iterable["Grids"]
"""A grid, a region, a section, a group such as ``layer.attn``, or a list of these."""
Place: TypeAlias = Sequence[float] | np.ndarray
"""A point: (x, y, z) in metres."""
