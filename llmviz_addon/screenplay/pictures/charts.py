"""Charts in the page's inset: pictures of numbers that belong to no place on the set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...layout.grid import Region
from ...layout.lettering.drawing import Drawing, Line, Rect, Shape, Text
from ...rounding import near_zero, number
from ..page.commentary import camera_pose
from ..score.timeline import Channel

if TYPE_CHECKING:
    from ..film import Film

BINS = 15


def bins(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Edges of ``BINS`` equal bins, symmetric about 0, that hold every value of both; (BINS + 1,)."""
    reach = max(float(np.abs(before).max()), float(np.abs(after).max()), 1e-6)
    step = 10.0 ** np.floor(np.log10(reach))
    reach = float(np.ceil(reach / step * 2) * step / 2)
    return np.linspace(-reach, reach, BINS + 1)


def histograms(
    film: Film, before: Region, after: tuple[str, tuple[int | slice, ...]], titles: tuple[str, str], *,
    seconds: float | None = None,
) -> None:  # fmt: skip
    """Bars of the values of ``before`` that turn into those of ``after`` (a tensor's name and an index).

    They go with the paragraph.
    """
    seconds = film.length(seconds, 1.5)
    film.dismiss()
    first = np.asarray(film.values(before.grid)[before.index], dtype=np.float64).ravel()
    second = np.asarray(film.trace[after[0]][after[1]], dtype=np.float64).ravel()
    edges = bins(first, second)
    counts = [np.histogram(values, edges)[0] / len(values) for values in (first, second)]
    tallest = max(c.max() for c in counts)
    area, em = film.page.inset, film.page.em * 0.78
    pose = camera_pose(film.page)
    base, height = area.bottom + 2.4 * em, area.height - 6.2 * em
    width = area.width / BINS

    axis: list[Shape] = [Line(((area.left, base), (area.right, base)), 0.0015, "muted")]
    for share, value in ((0.0, edges[0]), (0.5, 0.0), (1.0, edges[-1])):
        x = area.left + share * area.width
        axis.append(Line(((x, base), (x, base - 0.4 * em)), 0.0015, "muted"))
        align = ("left", "center", "right")[round(share * 2)]
        axis.append(Text(x, base - 1.5 * em, ((number(value, 0), "muted"),), em, align))
    lines = Drawing(film.unique("axis"), tuple(axis), pose, "camera", opacity=0.0)
    film.cast.add(lines)

    bars = []
    for i in range(BINS):
        if counts[0][i] == 0 and counts[1][i] == 0:
            continue
        matrix = pose.copy()
        matrix[:3, 3] = (pose @ (area.left + (i + 0.08) * width, base + 0.002, 0.0, 1.0))[:3]
        name = film.unique("bar")
        film.cast.add(
            Drawing(name, (Rect(0, 0, width * 0.84, height, str(before.grid.role)),), matrix, "camera", opacity=0.0)
        )
        bars.append((name, counts[0][i] / tallest, counts[1][i] / tallest))
    captions = [_caption(film, title, values) for title, values in zip(titles, (first, second), strict=True)]

    start, share = film.now, 0.25 * seconds
    film.beat += [lines.name, *(name for name, _, _ in bars), captions[1]]
    film.score.set(Channel(lines.name, "opacity"), 1.0, start, 0.3 * share)
    for name, low, high in bars:
        # A bar of no height would still be a line a pixel thick, so it is not there at all.
        film.score.set(Channel(name, "opacity"), 1.0, start if low else start + 2 * share)
        if not high:
            film.score.set(Channel(name, "opacity"), 0.0, start + 4 * share)
        scale = Channel(name, "scale", 1)
        film.score.set(scale, 1e-4, start)
        film.score.set(scale, max(low, 1e-4), start, share)
        film.score.set(scale, max(high, 1e-4), start + 2 * share, 2 * share)
    film.score.set(Channel(captions[0], "opacity"), 1.0, start, share)
    film.score.set(Channel(captions[0], "opacity"), 0.0, start + 2 * share, share)
    film.score.set(Channel(captions[1], "opacity"), 1.0, start + 3 * share, share)
    film.pass_time(seconds)


def _caption(film: Film, title: str, values: np.ndarray) -> str:
    """One line of title, one of figures: the true mean and variance of what the bars show."""
    area, em = film.page.inset, film.page.em * 0.85
    top = area.top - em
    figures = f"mean {near_zero(values.mean(), np.abs(values).max())}   variance {number(values.var())}"
    shapes = (
        Text(area.left, top, ((title, "ink"),), em),
        Text(area.left, top - 1.35 * em, ((figures, "muted"),), em),
    )
    drawing = Drawing(film.unique("caption"), shapes, camera_pose(film.page), "camera", opacity=0.0)
    film.cast.add(drawing)
    return drawing.name
