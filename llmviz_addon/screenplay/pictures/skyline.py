"""A vector as a skyline: a bar per number, its mean as the line they stand around, its deviation as a band.

When it becomes another vector the floor slides and the heights stretch, on one scale throughout; that is what
normalising does, and what it is seen by. Beside it stands the shadow of the bars: how many are how tall.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ...errors import ScriptError
from ...language import phrase
from ...layout.grid import Region
from ...layout.lettering.drawing import BELOW, Line, Rect, Shape, Text
from ...layout.lettering.font import CAP_HEIGHT, fit
from ...layout.tensor import Numbers
from ...rounding import near_zero, number
from ..page.commentary import camera_pose
from ..page.view import Area
from ..score.timeline import Channel
from ..telling import Telling
from . import scales
from .pinned import pin, place

MOST = 64
"""Bars that are drawn, of a longer vector its first."""
BINS = 15
"""Of the shadow, over the whole scale."""
FLAT = 1e-4
"""Height of what has none, as a share: an object cannot be 0 high."""
LEFT, SHADOW = 3.2, 0.17
"""Room for the scale's numbers, in letters, and for the shadow, as a share of the width."""


@dataclass(eq=False)
class Skyline:
    """What stands on the stage: its bars and lines by name, and what they are at."""

    area: Area  # of the bars
    aside: Area  # of the shadow
    em: float
    reach: float  # the number at the upper end of the scale; the lower end is its negative
    role: str
    bars: list[str]
    line: str  # at the mean
    band: str  # from the mean a deviation down and up
    values: np.ndarray
    caption: list[str] = field(default_factory=list)  # its title, and its figures once it stands still
    shadow: list[str] = field(default_factory=list)

    @property
    def unit(self) -> float:
        """Picture heights that a 1 is tall."""
        return self.area.height / 2 / self.reach

    @property
    def middle(self) -> float:
        """Where 0 is, in picture heights."""
        return self.area.center[1]


def skyline(
    telling: Telling, region: Region, title: str, *, beside: Region | Numbers | None = None,
    seconds: float | None = None,
) -> Skyline:  # fmt: skip
    """Put up the numbers of ``region`` on a scale that has room for those of ``beside``, else for its own.

    A bar that is taller than the scale ends with it, and the caption says how far it goes.
    """
    seconds = telling.length(seconds, 1.5)
    values = _vector(telling, region)
    shown = values if beside is None else _vector(telling, beside)
    area, size = place(telling)
    em = 0.78 * size
    left, top = area.left + LEFT * em, area.top - 3.4 * em
    right = area.right - SHADOW * area.width
    room = Area(left, area.bottom + 0.5 * em, right, top)
    aside = Area(right + 1.2 * em, room.bottom, area.right, top)
    role = str(region.grid.role)
    reach = scales.reach(shown)
    scale = pin(telling, "scale", _scale(room, aside, em, reach))
    band = pin(telling, "band", [Rect(0, -0.5, room.width, 1.0, "aggregate")], (left, room.center[1]))
    count = min(len(values), MOST)
    slot = room.width / count
    bar = Rect(0, 0, 0.8 * slot, room.height / 2, role, below=BELOW[role])
    bars = [pin(telling, "bar", [bar], (left + (i + 0.1) * slot, room.center[1]), layer=1) for i in range(count)]
    line = pin(telling, "mean", [Line(((0, 0), (room.width, 0)), 0.003, "aggregate")], (left, room.center[1]), layer=2)
    chart = Skyline(room, aside, em, reach, role, bars, line, band, values)
    telling.change(scale, "opacity", 1.0, 0.2 * seconds)
    for name in bars:
        telling.change(name, "opacity", 1.0)
        telling.change(name, "scale", FLAT, index=1)
    chart.caption = [_entitle(telling, chart, title, 0.2 * seconds), _describe(telling, chart, 0.3 * seconds)]
    telling.pass_time(0.2 * seconds)
    _stand(telling, chart, values, 0.4 * seconds)
    telling.pass_time(0.4 * seconds)
    _settle(telling, chart, 0.0)
    telling.change(band, "opacity", 0.22, 0.3 * seconds)
    telling.change(line, "opacity", 1.0, 0.3 * seconds)
    telling.pass_time(0.4 * seconds)
    return chart


def become(
    telling: Telling, chart: Skyline, numbers: Region | Numbers | np.ndarray, title: str, *, seconds: float = 4.0
) -> None:
    """Let a skyline that is up turn into other numbers, as many: first the floor slides, then the heights stretch.

    Where the new ones are not the old ones slid and stretched, all bars go where they belong at once.
    """
    seconds = telling.length(seconds)
    values = _vector(telling, numbers)
    if not telling.score.value(Channel(chart.bars[0], "opacity")):
        raise ScriptError("This skyline is not up any more: it went with its beat.")
    if len(values) != len(chart.values):
        raise ScriptError(f"{numbers!r} has {len(values)} numbers, but the skyline {len(chart.values)}.")
    for name in chart.caption:
        telling.change(name, "opacity", 0.0, 0.1 * seconds)
    for name in chart.shadow:
        telling.change(name, "opacity", 0.0, 0.1 * seconds)
    slid = _slid(chart.values, values)
    if slid is not None:
        _stand(telling, chart, slid, 0.25 * seconds)
        _settle(telling, chart, 0.25 * seconds)
        telling.pass_time(0.3 * seconds)
    rest = (0.4 if slid is not None else 0.7) * seconds
    _stand(telling, chart, values, rest)
    _settle(telling, chart, rest)
    telling.pass_time(rest)
    chart.caption = [  # not before it is true
        _entitle(telling, chart, title, 0.15 * seconds),
        _describe(telling, chart, 0.15 * seconds),
    ]
    _cast_shadow(telling, chart, 0.2 * seconds)
    telling.pass_time(0.3 * seconds)


def _vector(telling: Telling, numbers: Region | Numbers | np.ndarray) -> np.ndarray:
    found = telling.numbers(numbers) if isinstance(numbers, Region | Numbers) else numbers
    return np.asarray(found, dtype=np.float64).ravel()


def _slid(before: np.ndarray, after: np.ndarray) -> np.ndarray | None:
    """``before`` moved so that ``after`` is a multiple of it; None if nothing but moving and stretching is not all."""
    away = before - before.mean()
    if not away.any():
        return None
    factor = (away @ (after - after.mean())) / (away @ away)
    if factor <= 0 or np.abs(before * factor - after - (before * factor - after).mean()).max() > 1e-3 * np.ptp(after):
        return None
    return before + float(after.mean() / factor - before.mean())


def _stand(telling: Telling, chart: Skyline, values: np.ndarray, seconds: float) -> None:
    """Give each bar its height; what goes beyond the scale ends with it."""
    chart.values = values
    for name, value in zip(chart.bars, np.clip(values / chart.reach, -1.0, 1.0).tolist(), strict=False):
        telling.change(name, "scale", value if abs(value) > FLAT else FLAT, seconds, 1)


def _settle(telling: Telling, chart: Skyline, seconds: float) -> None:
    """Bring line and band to the mean and deviation of what is shown."""
    mean, deviation = float(chart.values.mean()), float(chart.values.std())
    place = float(np.clip(mean, -chart.reach, chart.reach)) * chart.unit * float(camera_pose(telling.page)[0, 0])
    for name in (chart.line, chart.band):
        telling.change(name, "offset", place, seconds, 1)
    telling.change(chart.band, "scale", max(2 * min(deviation, chart.reach) * chart.unit, FLAT), seconds, 1)


def _entitle(telling: Telling, chart: Skyline, title: str, seconds: float) -> str:
    """What the bars are, over them; the name of what is written."""
    left, base = chart.area.left - LEFT * chart.em, chart.area.top + 2.45 * chart.em
    size = fit(title, 1.1 * chart.em, telling.page.free.right - left)
    name = pin(telling, "caption", [Text(left, base, ((title, "ink"),), size)])
    telling.change(name, "opacity", 1.0, seconds)
    return name


def _describe(telling: Telling, chart: Skyline, seconds: float) -> str:
    """A line of figures: the true mean and deviation of all numbers, and what is not to be seen."""
    values = chart.values
    largest = np.abs(values).max()
    figures = phrase(
        "line: mean {}   band: standard deviation {}", near_zero(values.mean(), largest), number(values.std())
    )
    beyond = "   " + phrase("largest {}", number(values[np.abs(values).argmax()])) if largest > chart.reach else ""
    if len(values) > len(chart.bars):
        beyond += "   " + phrase("bars: the first {} of {}", len(chart.bars), len(values))
    left, base = chart.area.left - LEFT * chart.em, chart.area.top + 1.1 * chart.em
    size = fit(figures + beyond, 0.9 * chart.em, telling.page.free.right - left)
    name = pin(telling, "caption", [Text(left, base, ((figures, "aggregate"), (beyond, "muted")), size)])
    telling.change(name, "opacity", 1.0, seconds)
    return name


def _cast_shadow(telling: Telling, chart: Skyline, seconds: float) -> None:
    """How many numbers are how large, lying beside the bars on the same scale, each with its count."""
    counts, edges = np.histogram(chart.values, BINS, (-chart.reach, chart.reach))
    tall = chart.area.height / BINS
    widths = chart.aside.width * counts / max(counts.max(), 1)
    rows: list[Shape] = [
        Rect(
            chart.aside.left,
            chart.middle + low * chart.unit + 0.08 * tall,
            float(width),
            0.84 * tall,
            BELOW[chart.role] if high <= 0 else chart.role,
        )
        for low, high, width in zip(edges[:-1].tolist(), edges[1:].tolist(), widths.tolist(), strict=True)
        if width > 0
    ]
    size = min(0.8 * chart.em, 0.8 * tall)
    figures: list[Shape] = [
        Text(
            chart.aside.left + 0.3 * size,
            chart.middle + low * chart.unit + 0.5 * (tall - CAP_HEIGHT * size),
            ((str(count), "ink"),),
            size,
        )
        for low, count in zip(edges[:-1].tolist(), counts.tolist(), strict=True)
        if count
    ]
    chart.shadow = [pin(telling, "shadow", rows), pin(telling, "counts", figures, layer=2)] if rows else []
    for name, solid in zip(chart.shadow, (0.45, 1.0), strict=False):
        telling.change(name, "opacity", solid, seconds)


def _scale(room: Area, aside: Area, em: float, reach: float) -> Sequence[Shape]:
    """The line at 0, ticks with their numbers, and what the shadow stands on."""
    middle = room.center[1]
    shapes: list[Shape] = [Line(((room.left, middle), (room.right, middle)), 0.0015, "muted")]
    shapes.append(Line(((aside.left, room.bottom), (aside.left, room.top)), 0.0015, "muted"))
    for value in (-reach, -reach / 2, 0.0, reach / 2, reach):
        y = middle + value * room.height / 2 / reach
        shapes.append(Line(((room.left - 0.4 * em, y), (room.left, y)), 0.0015, "muted"))
        shapes.append(Text(room.left - 0.7 * em, y - 0.36 * em, ((number(value, 0), "muted"),), em, "right"))
    shapes.append(Text(aside.left, room.top + 0.3 * em, ((phrase("how many"), "muted"),), 0.8 * em))
    return shapes
