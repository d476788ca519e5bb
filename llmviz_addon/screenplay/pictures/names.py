"""What stands under the bars of a chart: names, and of tokens their tiles."""

from __future__ import annotations

from collections.abc import Sequence

from ...layout.grid import Region
from ...layout.lettering.drawing import Shape, Text
from ...layout.lettering.font import fit
from ...layout.signs.tiles import tile, wide
from ..telling import Telling
from ..verbs.reading import tint_of

HIGH = 1.25
"""Height of a tile, in ems."""


def names_under(
    telling: Telling, of: object, names: Sequence[str] | Sequence[int], middles: Sequence[float], slot: float,
    base: float, em: float,
) -> list[Shape]:  # fmt: skip
    """The names of some values under a line, each around its middle; those of tokens on their tiles.

    Tokens are ids, and the names of a region along the axis of time.
    """
    ids = _ids(telling, of, names)
    told = [name if isinstance(name, str) else telling.checkpoint.tokenizer.text(int(name)) for name in names]
    if ids is None:
        return [
            Text(middle, base - 1.4 * em, ((name, "ink"),), fit(name, em, 0.9 * slot), "center")
            for name, middle in zip(told, middles, strict=True)
        ]
    shapes: list[Shape] = []
    for token, name, middle in zip(ids, told, middles, strict=True):
        high = min(HIGH * em, 0.94 * slot)
        width = min(wide(name, high), 0.94 * slot)
        shapes += tile(tint_of(telling, token), name, (middle, base - 0.95 * em), width, high)
    return shapes


def _ids(telling: Telling, of: object, names: Sequence[str] | Sequence[int]) -> list[int] | None:
    """Which tokens they are the names of, if of any."""
    if all(not isinstance(name, str) for name in names):
        return [int(name) for name in names]
    if isinstance(of, Region) and of.grid.axes[-1].name == "T":
        first, last = of.ranges[-1]
        if last - first == len(names):
            return [int(telling.trace.tokens[t]) for t in range(first, last)]
    return None
