"""The formula panel: a cell's index, its formula in symbols and with values, and its true value.

It hangs on the page; short tethers run from it to what is read, and to the cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...layout.lettering.drawing import Drawing
from ..score.clock import Block
from .view import Area

EM = 0.027
"""Size of the panel's letters, in picture heights."""
PAD = 0.016


@dataclass(frozen=True, eq=False)
class Panel:
    """A panel on stage: its drawings, and where it is seen.

    ``symbols`` are up as long as it is; ``values`` and ``results`` belong to each of its cells in turn.
    """

    symbols: Drawing
    values: tuple[Drawing, ...]
    results: tuple[Drawing, ...]
    area: Area
    anchors: Mapping[str, tuple[float, float]]  # where each operand's picture is seen
    clear: float = 0.0  # when the camera has made room for it

    @property
    def drawings(self) -> tuple[Drawing, ...]:
        """All that it is made of."""
        return (self.symbols, *self.values, *self.results)


@dataclass(frozen=True, eq=False)
class Explanation:
    """One explanation that is up: its panel and tethers, the grids it lit, its time, and of which grid it tells; and
    the outlines of what it reads, its ``marks``."""

    panel: Panel
    tethers: tuple[str, ...]
    lit: frozenset[str]
    blocks: tuple[Block, ...]
    of: str
    marks: tuple[str, ...] = ()

    @property
    def drawings(self) -> tuple[str, ...]:
        """All its drawings, by name."""
        return (*(drawing.name for drawing in self.panel.drawings), *self.tethers, *self.marks)


def digits(values: np.ndarray) -> int:
    """Decimals that tell the values of a tensor apart: two, or more where they are small."""
    finite = np.abs(values[np.isfinite(values)])
    typical = float(np.median(finite)) if finite.size else 1.0
    return int(np.clip(1 - np.floor(np.log10(max(typical, 1e-4))), 2, 5))
