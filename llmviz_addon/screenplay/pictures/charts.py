"""Charts: pictures of numbers that belong to no place on the set."""

from __future__ import annotations

import numpy as np

from ...layout.grid import Region
from ...layout.lettering.drawing import Line, Rect, Shape, Text
from ...layout.tensor import Numbers
from ...rounding import near_zero, number
from ..page.view import Area
from ..telling import Telling
from .pinned import pin, place

BINS = 15


def bins(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Edges of ``BINS`` equal bins, symmetric about 0, that hold every value of both; (BINS + 1,)."""
    reach = max(float(np.abs(before).max()), float(np.abs(after).max()), 1e-6)
    step = 10.0 ** np.floor(np.log10(reach))
    reach = float(np.ceil(reach / step * 2) * step / 2)
    return np.linspace(-reach, reach, BINS + 1)


def histograms(
    telling: Telling, before: Region, after: Region | Numbers, titles: tuple[str, str], *,
    large: bool = False, seconds: float | None = None,
) -> None:  # fmt: skip
    """Bars of the values of ``before`` that turn into those of ``after``.

    They go with the paragraph; ``large`` ones take the stage.
    """
    seconds = telling.length(seconds, 1.5)
    telling.dismiss()
    first, second = (np.asarray(telling.numbers(some), dtype=np.float64).ravel() for some in (before, after))
    edges = bins(first, second)
    counts = [np.histogram(values, edges)[0] / len(values) for values in (first, second)]
    tallest = max(c.max() for c in counts)
    area, size = place(telling, large)
    em = 0.78 * size
    base, height = area.bottom + 2.4 * em, area.height - 6.2 * em
    width = area.width / BINS

    axis: list[Shape] = [Line(((area.left, base), (area.right, base)), 0.0015, "muted")]
    for share, value in ((0.0, edges[0]), (0.5, 0.0), (1.0, edges[-1])):
        x = area.left + share * area.width
        axis.append(Line(((x, base), (x, base - 0.4 * em)), 0.0015, "muted"))
        align = ("left", "center", "right")[round(share * 2)]
        axis.append(Text(x, base - 1.5 * em, ((number(value, 0), "muted"),), em, align))
    lines = pin(telling, "axis", axis)

    bars = []
    for i in range(BINS):
        if counts[0][i] == 0 and counts[1][i] == 0:
            continue
        rect = Rect(0, 0, width * 0.84, height, str(before.grid.role))
        name = pin(telling, "bar", [rect], (area.left + (i + 0.08) * width, base + 0.002))
        bars.append((name, counts[0][i] / tallest, counts[1][i] / tallest))
    captions = [
        _caption(telling, area, 0.85 * size, *told) for told in zip(titles, (first, second), (False, True), strict=True)
    ]

    share = 0.25 * seconds
    telling.change(lines, "opacity", 1.0, 0.3 * share)
    telling.change(captions[0], "opacity", 1.0, share)
    for name, low, _ in bars:
        # A bar of no height would still be a line a pixel thick, so it is not there at all.
        if low:
            telling.change(name, "opacity", 1.0)
        telling.change(name, "scale", 1e-4, index=1)
        telling.change(name, "scale", max(low, 1e-4), share, 1)
    telling.pass_time(2 * share)
    telling.change(captions[0], "opacity", 0.0, share)
    for name, low, high in bars:
        if not low:
            telling.change(name, "opacity", 1.0)
        telling.change(name, "scale", max(high, 1e-4), 2 * share, 1)
    telling.pass_time(share)
    telling.change(captions[1], "opacity", 1.0, share)
    telling.pass_time(share)
    for name, _, high in bars:
        if not high:
            telling.change(name, "opacity", 0.0)


def _caption(telling: Telling, area: Area, em: float, title: str, values: np.ndarray, stays: bool) -> str:
    """One line of title, one of figures: the true mean and variance of what the bars show."""
    top = area.top - em
    figures = f"mean {near_zero(values.mean(), np.abs(values).max())}   variance {number(values.var())}"
    shapes = (
        Text(area.left, top, ((title, "ink"),), em),
        Text(area.left, top - 1.35 * em, ((figures, "muted"),), em),
    )
    return pin(telling, "caption", shapes, stays=stays)
