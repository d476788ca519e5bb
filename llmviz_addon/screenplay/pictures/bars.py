"""A row of shares as bars: each as tall as its number, then all stacked up to the 1 that they sum to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...errors import ScriptError
from ...layout.grid import Region
from ...layout.lettering.drawing import Line, Rect, Shape, Text
from ...layout.lettering.font import fit
from ...rounding import number, parts_of_all, relation
from ..page.commentary import camera_pose
from ..telling import Telling
from .names import names_under
from .pinned import pin, place, put_up

WRITTEN = 12
"""Bars that still have room for their numbers and names."""
STACK = 0.16  # of the chart's width


def bars(telling: Telling, region: Region, names: Sequence[str], title: str, *, seconds: float = 4.0) -> None:
    """Put up the values of ``region``, shares of one whole, as bars over ``names``; then copies of them stack up to 1.

    They take the stage until the beat is over.
    """
    seconds = telling.length(seconds)
    shares = np.asarray(telling.values(region.grid)[region.index], dtype=np.float64).ravel()
    if len(names) != len(shares) or shares.min() < 0 or abs(shares.sum() - 1) > 1e-3:
        raise ScriptError(
            f"{region!r} has {len(shares)} values that sum to {shares.sum():.3g}, for {len(names)} names."
        )
    area, em = place(telling)
    em = min(em, area.height / 8.5)
    base, top = area.bottom + 1.7 * em, area.top - 2.6 * em
    height = top - base
    slot = area.width * (1 - 1.6 * STACK) / len(shares)
    width = 0.8 * slot
    lefts = [area.left + (i + 0.5) * slot - width / 2 for i in range(len(shares))]
    stack = area.right - STACK * area.width
    written = [number(share, most=4) for share in parts_of_all(shares)] if len(shares) <= WRITTEN else []
    words = _words(written, shares, lefts, width, slot, base, height, em) if written else []
    if written:
        words += names_under(telling, region, names, [left + width / 2 for left in lefts], slot, base, em)
    color, thick = str(region.grid.role), (area.right - stack) / width
    talls = [max(share * height, 1e-4) for share in shares.tolist()]

    def bar(left: float, tall: float) -> str:
        return pin(telling, "bar", [Rect(0, 0.0006, width, max(tall - 0.0012, 5e-5), color)], (left, base))

    pairs = [(bar(left, tall), bar(left, tall)) for left, tall in zip(lefts, talls, strict=True)]
    ground = _ground(area.left, stack, area.right, base, height, title, em)
    with telling.together(seconds=0.4 * seconds):
        put_up(telling, "axis", ground, 0.1 * seconds)
        if words:
            put_up(telling, "names", words, 0.2 * seconds)
        with telling.in_sequence():
            _rise(telling, [rising for rising, _ in pairs], 0.05 * seconds, 0.25 * seconds)
    low, scale = 0.0, float(camera_pose(telling.page)[0, 0])
    with telling.together(seconds=0.5 * seconds, lag=1.5 / max(len(pairs) - 1, 1)):
        for (_, copy), left, tall in zip(pairs, lefts, talls, strict=True):
            telling.change(copy, "opacity", 0.75)
            telling.change(copy, "offset", (stack - left) * scale, 0.2 * seconds)
            telling.change(copy, "offset", low * scale, 0.2 * seconds, 1)
            telling.change(copy, "scale", thick, 0.2 * seconds)
            telling.pass_time(0.2 * seconds)
            low += tall
    exact = relation("1", written or ["1"]) == "="
    sum_up = "= 1" if exact else "≈ 1, rounded"
    at, align = ((stack + area.right) / 2, "center") if exact else (area.right, "right")
    size = fit(sum_up, em, 1.5 * (area.right - stack))
    put_up(telling, "total", [Text(at, base - 1.4 * em, ((sum_up, "ink"),), size, align)], 0.1 * seconds)


def _rise(telling: Telling, names: list[str], wait: float, seconds: float) -> None:
    for name in names:
        telling.change(name, "opacity", 1.0)
        telling.change(name, "scale", 1e-4, index=1)
    telling.pass_time(wait)
    for name in names:
        telling.change(name, "scale", 1.0, seconds, 1)
    telling.pass_time(seconds)


def _ground(left: float, stack: float, right: float, base: float, height: float, title: str, em: float) -> list[Shape]:
    """The line the bars stand on, and the glass that holds exactly 1."""
    edge = 0.0015
    return [
        Text(left, base + height + 1.6 * em, ((title, "ink"),), em),
        Line(((left, base), (stack - 1.5 * em, base)), edge, "muted"),
        Line(((stack, base + height), (stack, base), (right, base), (right, base + height)), edge, "ink"),
        Line(((stack - 0.4 * em, base + height), (right + 0.4 * em, base + height)), edge, "accent"),
        Text(stack - 0.7 * em, base + height - 0.35 * em, (("1", "accent"),), em, "right"),
    ]


def _words(
    written: Sequence[str], shares: np.ndarray, lefts: list[float], width: float, slot: float, base: float,
    height: float, em: float,
) -> list[Shape]:  # fmt: skip
    shapes: list[Shape] = []
    for figures, share, left in zip(written, shares, lefts, strict=True):
        middle = left + width / 2
        size = fit(figures, 0.85 * em, 0.95 * slot)
        shapes.append(Text(middle, base + share * height + 0.3 * em, ((figures, "muted"),), size, "center"))
    return shapes
