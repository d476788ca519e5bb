"""A row of shares as bars: each as tall as its number, then all stacked up to the 1 that they sum to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...errors import ScriptError
from ...layout.grid import Region
from ...layout.lettering.drawing import Drawing, Line, Rect, Shape, Text
from ...layout.lettering.font import fit
from ...rounding import number, parts_of_all, relation
from ..page.commentary import camera_pose
from ..score.timeline import Channel

if TYPE_CHECKING:
    from ..film import Film

WRITTEN = 12
"""Bars that still have room for their numbers and names."""
STACK = 0.16  # of the chart's width


def bars(film: Film, region: Region, names: Sequence[str], title: str, *, seconds: float = 4.0) -> None:
    """Put up the values of ``region``, shares of one whole, as bars over ``names``; then copies of them stack up to 1.

    They go with the paragraph.
    """
    seconds = film.length(seconds)
    shares = np.asarray(film.values(region.grid)[region.index], dtype=np.float64).ravel()
    if len(names) != len(shares) or shares.min() < 0 or abs(shares.sum() - 1) > 1e-3:
        raise ScriptError(
            f"{region!r} has {len(shares)} values that sum to {shares.sum():.3g}, for {len(names)} names."
        )
    area, pose = film.page.inset, camera_pose(film.page)
    em = min(film.page.em * 0.8, area.height / 8.5)
    base, top = area.bottom + 1.7 * em, area.top - 2.6 * em
    height = top - base
    slot = area.width * (1 - 1.6 * STACK) / len(shares)
    width = min(0.62 * slot, 0.12)
    lefts = [area.left + (i + 0.5) * slot - width / 2 for i in range(len(shares))]
    stack = area.right - STACK * area.width
    start, scale = film.now, float(pose[0, 0])
    _appear(film, "axis", _ground(area.left, stack, area.right, base, height, title, em), start, 0.1 * seconds)
    written = [number(share, most=4) for share in parts_of_all(shares)] if len(shares) <= WRITTEN else []
    if written:
        words = _words(written, shares, names, lefts, width, slot, base, height, em)
        _appear(film, "names", words, start, 0.2 * seconds)
    low = 0.0
    color = str(region.grid.role)
    thick = (area.right - stack) / width
    for i, (share, left) in enumerate(zip(shares, lefts, strict=True)):
        tall = max(share * height, 1e-4)
        for piled in (False, True):
            matrix = pose.copy()
            matrix[:3, 3] = (pose @ (left, base, 0.0, 1.0))[:3]
            name = film.unique("bar")
            film.cast.add(Drawing(name, (Rect(0, 0.0006, width, max(tall - 0.0012, 5e-5), color),), matrix, "camera",
                                  opacity=0.0))  # fmt: skip
            film.beat.append(name)
            if not piled:
                film.score.set(Channel(name, "opacity"), 1.0, start)
                film.score.set(Channel(name, "scale", 1), 1e-4, start)
                film.score.set(Channel(name, "scale", 1), 1.0, start + 0.05 * seconds, 0.25 * seconds)
                continue
            leave = start + (0.4 + 0.35 * i / len(shares)) * seconds
            film.score.set(Channel(name, "opacity"), 0.75, leave)
            film.score.set(Channel(name, "offset", 0), (stack - left) * scale, leave, 0.2 * seconds)
            film.score.set(Channel(name, "offset", 1), low * scale, leave, 0.2 * seconds)
            film.score.set(Channel(name, "scale", 0), thick, leave, 0.2 * seconds)
        low += tall
    sum_up = f"{relation('1', written or ['1'])} 1"
    total = [Text((stack + area.right) / 2, base - 1.4 * em, ((sum_up, "ink"),), em, "center")]
    _appear(film, "total", total, start + 0.9 * seconds, 0.1 * seconds)
    film.pass_time(seconds)


def _appear(film: Film, kind: str, shapes: Sequence[Shape], start: float, seconds: float) -> None:
    drawing = Drawing(film.unique(kind), tuple(shapes), camera_pose(film.page), "camera", opacity=0.0)
    film.cast.add(drawing)
    film.beat.append(drawing.name)
    film.score.set(Channel(drawing.name, "opacity"), 1.0, start, seconds)


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
    written: Sequence[str], shares: np.ndarray, names: Sequence[str], lefts: list[float], width: float, slot: float,
    base: float, height: float, em: float,
) -> list[Shape]:  # fmt: skip
    shapes: list[Shape] = []
    for figures, share, name, left in zip(written, shares, names, lefts, strict=True):
        middle = left + width / 2
        shapes.append(Text(middle, base - 1.4 * em, ((name, "ink"),), fit(name, em, 0.9 * slot), "center"))
        size = fit(figures, 0.85 * em, 0.95 * slot)
        shapes.append(Text(middle, base + share * height + 0.3 * em, ((figures, "muted"),), size, "center"))
    return shapes
