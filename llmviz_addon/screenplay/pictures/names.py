"""What stands under the bars of a chart: names, and of tokens their tiles."""

from __future__ import annotations

from collections.abc import Sequence

from ...layout.grid import Region
from ...layout.lettering.drawing import Shape, Text
from ...layout.lettering.font import fit
from ...layout.signs.tiles import tile, wide
from ..telling import Telling

HIGH = 1.25
"""Height of a tile, in ems."""


def names_under(
    telling: Telling, region: Region, names: Sequence[str], middles: Sequence[float], slot: float, base: float,
    em: float,
) -> list[Shape]:  # fmt: skip
    """The names of a region's values under a line, each around its middle; those of tokens on their tiles."""
    axis, (first, last) = region.grid.axes[-1], region.ranges[-1]
    if axis.name != "T" or last - first != len(names):
        return [
            Text(middle, base - 1.4 * em, ((name, "ink"),), fit(name, em, 0.9 * slot), "center")
            for name, middle in zip(names, middles, strict=True)
        ]
    shapes: list[Shape] = []
    for t, (name, middle) in enumerate(zip(names, middles, strict=True), start=first):
        high = min(HIGH * em, 0.94 * slot)
        width = min(wide(name, high), 0.94 * slot)
        shapes += tile(int(telling.trace.tokens[t]), name, (middle, base - 0.95 * em), width, high)
    return shapes
