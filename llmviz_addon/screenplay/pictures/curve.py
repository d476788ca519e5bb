"""The curve of a function of single numbers, such as an activation, and a point that slides along it.

The point stands where a cell of the run is: its number before, its number after. The function is read from the
grid's rule, so it is the one that the model computes with; another one may stand beside it, with a point that goes
along. All numbers of the region lie on the curve as small dots.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from ...errors import ScriptError, choices
from ...language import phrase
from ...layout.grid import Grid, Region
from ...layout.lettering.drawing import Between, Disc, Line, Readout, Rect, Shape, Text
from ...layout.lettering.font import advance, fit
from ...layout.rules.formula import At, Bend, Operand
from ...model.activations import KNOWN, Activation
from ...rounding import number, said
from ..page.view import Area
from ..score.easing import ease
from ..score.timeline import Channel
from ..telling import Telling
from . import scales
from .pinned import metres, pin, place, under

LEAST = 3.0
"""Of the scale, to each side: so much of the curve is seen at least."""
DOTS, WAVES = 240, 8
"""Dots at most, of more numbers as many spread over all, and in how many waves they come."""
NAMES = "before", "after"
"""What a point's two numbers are called."""
NAME, FIGURE, APART = 3.6, 2.8, 0.8
"""Widths of the name of a number at least, and of the number, in its letters; and what lies between."""
HEAD = 3.15
"""How far under a graph's upper end its figures stand, in letters; over them which cell they are of, and its name."""
NEAR = 0.5
"""How near to each other two dots are still drawn, in their radius."""
STEPS = 160
"""Straight pieces of a curve."""
PALE = 0.2
"""Opacity of what lies between the curve and 0."""
SAME, NAMED = "unchanged", 0.62
"""What the line is called on which after is before, and how far up it is named."""
OVER = 12
"""Layer of what moves, before all shapes of the dots."""
FLAT = 1e-4
"""Length of what has none: an object cannot be 0 long."""


@dataclass(eq=False)
class Graph:
    """One curve with its point: where its numbers stand on the page, and its moving drawings by name."""

    bend: Activation
    area: Area
    x: tuple[float, float]  # ends of the scale
    y: tuple[float, float]
    point: str = ""
    down: str = ""  # from the point to the axis of what goes in
    across: str = ""  # and to the axis of what comes out
    words: str = ""  # what the figures are called
    figures: str = ""  # while the point is on its way
    told: str = ""  # and once it is there, as they are said
    letters: float = 0.0  # size of both

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a pair of numbers stands, in picture heights."""
        (x0, x1), (y0, y1), area = self.x, self.y, self.area
        return area.left + area.width * (x - x0) / (x1 - x0), area.bottom + area.height * (y - y0) / (y1 - y0)

    @property
    def units(self) -> tuple[float, float]:
        """Picture heights of a 1 to the right and of a 1 up."""
        return self.area.width / (self.x[1] - self.x[0]), self.area.height / (self.y[1] - self.y[0])


@dataclass(eq=False)
class Curve:
    """What stands on the stage: one graph or two, and where the point is."""

    grid: Grid  # whose cells are on it
    source: Grid  # from which they are made
    graphs: list[Graph]
    em: float
    stands: float = 0.0
    is_shown: bool = False
    name: str = field(default="")  # of the cell that the point stands for, as a drawing


def bend(telling: Telling, grid: Grid) -> Activation:
    """The function that every number of a grid is made with; ScriptError where there is none of one number."""
    rule = grid.rule
    if rule is None or not isinstance(rule.formula, Bend) or not isinstance(rule.formula.inner, Operand):
        raise ScriptError(f"{grid!r} is not bent by an activation. Choose one that is, such as mlp.activation.")
    return rule.formula.by


def curve(
    telling: Telling, region: Region, title: str, *, beside: str = "", seconds: float | None = None
) -> Curve:  # fmt: skip
    """Put up the curve that the numbers of ``region`` are bent by, with all of them on it.

    Another function may stand ``beside`` it, by its name. Both take the stage until the beat is over.
    """
    seconds = telling.length(seconds, 3.0)
    own, source = bend(telling, region.grid), _source(telling, region.grid)
    if beside and beside not in KNOWN:
        raise ScriptError(f"Unknown function {beside!r}. {choices(KNOWN)}")
    numbers = np.asarray(telling.values(source)[region.index], dtype=np.float64).ravel()
    area, em = place(telling)
    em = min(em, area.height / 12, area.width / 12)
    head = pin(telling, "title", [Text(area.left, area.top - 1.1 * em, ((title, "ink"),), fit(title, em, area.width))])
    telling.change(head, "opacity", 1.0, 0.15 * seconds)
    below = Area(area.left, area.bottom, area.right, area.top - 1.9 * em)
    functions = [own, KNOWN[beside]] if beside else [own]
    reach = max(scales.reach(numbers), LEAST)
    graphs = _graphs(functions, _rooms(below, functions, em), reach, em)
    chart = Curve(region.grid, source, graphs, em)
    for graph in graphs:
        _draw(telling, graph, em, len(graphs) > 1, seconds)
        _dots(telling, graph, numbers, em, seconds)
    telling.pass_time(seconds)
    return chart


def slide(telling: Telling, chart: Curve, cell: Region, *, seconds: float | None = None) -> None:
    """Let the point slide along the curve to where ``cell`` is, with a line to each axis and both numbers."""
    seconds = telling.length(seconds, 2.0)
    if cell.grid is not chart.grid and cell.grid.kind != chart.grid.kind:
        raise ScriptError(f"{cell!r} is not on this curve; it shows cells of {chart.grid!r}.")
    if not all(isinstance(i, int) for i in cell.index):
        raise ScriptError(f"{cell!r} is not one cell; the point slides to one.")
    if not telling.score.value(Channel(chart.graphs[0].across, "opacity")) and chart.is_shown:
        raise ScriptError("This curve is not up any more: it went with its beat.")
    goal = float(telling.values(chart.source)[cell.index])
    start = chart.stands
    _name(telling, chart, cell, seconds)

    def x(share: np.ndarray) -> np.ndarray:
        return start + (goal - start) * np.array([ease("smooth", float(s)) for s in share])

    for graph in chart.graphs:
        _slide(telling, graph, x, seconds, first=not chart.is_shown)
        after = telling.values(chart.grid)[cell.index] if graph is chart.graphs[0] else graph.bend(np.array([goal]))[0]
        _tell(telling, graph, chart.em, (goal, float(after)), seconds)
    chart.stands, chart.is_shown = goal, True
    telling.pass_time(seconds)


def _source(telling: Telling, grid: Grid) -> Grid:
    """The grid whose cell at the same index a cell is made from."""
    assert grid.rule is not None
    (source,) = grid.rule.sources.values()
    if source.index != tuple(At(axis) for axis in range(len(grid.axes))):
        raise ScriptError(f"The cells of {grid!r} are not made one from one.")
    return telling.layout[source.grid]


def _rooms(area: Area, functions: Sequence[Activation], em: float) -> list[Area]:
    """Side by side in wide pictures, one below the other in others."""
    if len(functions) == 1:
        return [area]
    gap, (x, y) = 1.2 * em, area.center
    if area.width > 1.15 * area.height:
        return [
            Area(area.left, area.bottom, x - gap / 2, area.top),
            Area(x + gap / 2, area.bottom, area.right, area.top),
        ]
    return [Area(area.left, y + gap / 2, area.right, area.top), Area(area.left, area.bottom, area.right, y - gap / 2)]


def _graphs(functions: Sequence[Activation], rooms: Sequence[Area], reach: float, em: float) -> list[Graph]:
    """All on one scale, which holds their curves, in rooms that have space for the figures on it."""
    sampled = np.concatenate([one(np.linspace(-reach, reach, STEPS)) for one in functions])
    ends = min(float(sampled.min()), 0.0), max(float(sampled.max()), FLAT)
    areas = [Area(room.left, room.bottom + 2.0 * em, room.right, room.top - 0.4 * em) for room in rooms]
    return [Graph(one, area, (-reach, reach), ends) for one, area in zip(functions, areas, strict=True)]


def _draw(telling: Telling, graph: Graph, em: float, is_named: bool, seconds: float) -> None:
    """Axes, the curve, and what moves along it, which is not shown yet."""
    axes = pin(telling, "axes", _axes(graph, em, is_named))
    xs = np.linspace(*graph.x, STEPS + 1)
    ys = graph.bend(xs)
    points = tuple(graph.at(float(x), float(y)) for x, y in zip(xs, ys, strict=True))
    curved = pin(telling, "curve", [Line(points, 0.005, "activation")], layer=2)
    areas = _areas(graph, xs, ys)
    filled = pin(telling, "areas", areas, layer=under(areas))
    telling.change(axes, "opacity", 1.0, 0.2 * seconds)
    for name, to in ((curved, 1.0), (filled, PALE)):
        telling.score.set(Channel(name, "opacity"), to, telling.now + 0.15 * seconds, 0.25 * seconds)
    thick, origin, size = 0.0025, graph.at(0, 0), 0.36 * em
    graph.down = pin(telling, "down", [Rect(-thick / 2, 0, thick, graph.units[1], "accent")], origin, layer=OVER)
    graph.across = pin(telling, "across", [Rect(0, -thick / 2, graph.units[0], thick, "accent")], origin, layer=OVER)
    graph.point = pin(
        telling, "point", [Disc(0, 0, size, "ground"), Disc(0, 0, 0.78 * size, "accent")], origin, layer=OVER + 2
    )
    graph.letters = min(0.8 * em, 0.46 * graph.area.width / (_named_wide() + FIGURE))
    lines = _lines(graph, em)
    words = [
        Text(graph.area.left, y, ((phrase(word), "muted"),), graph.letters)
        for word, (_, y, _) in zip(NAMES, lines, strict=True)
    ]
    figures = [Readout(x, y, graph.letters, 2, color, slot=slot) for slot, (x, y, color) in enumerate(lines)]
    graph.words, graph.figures = pin(telling, "words", words, layer=3), pin(telling, "figures", figures, layer=3)


def _areas(graph: Graph, xs: np.ndarray, ys: np.ndarray) -> list[Shape]:
    """What lies between a curve, (n,) each, and 0: one area for each stretch on one side of it."""
    ends = [0, *(np.flatnonzero(np.diff(np.sign(ys))) + 1).tolist(), len(ys)]
    areas: list[Shape] = []
    for start, end in zip(ends, ends[1:], strict=False):
        if abs(ys[start:end]).max() > FLAT:
            first, last = max(start - 1, 0), min(end, len(ys) - 1)  # the next point, where the curve is at 0 or beyond
            along = [graph.at(float(x), float(y)) for x, y in zip(xs[start:end], ys[start:end], strict=True)]
            areas.append(Between((graph.at(float(xs[first]), 0), *along, graph.at(float(xs[last]), 0)), "activation"))
    return areas


def _named_wide() -> float:
    """Width of the names of a point's numbers, in their letters."""
    return max(NAME, *(advance(phrase(word)) + APART for word in NAMES))


def _lines(graph: Graph, em: float) -> list[tuple[float, float, str]]:
    """Where the figures of a graph stand, and their colours."""
    x, top = graph.area.left + _named_wide() * graph.letters, graph.area.top - HEAD * em
    return [(x, top - slot * 1.25 * graph.letters, color) for slot, color in enumerate(("ink", "accent"))]


def _axes(graph: Graph, em: float, is_named: bool) -> list[Shape]:
    """Both axes through 0, a few numbers on them, and the line on which numbers are that stay as they are."""
    small, thick = 0.66 * em, 0.0015
    (left, base), (right, _) = graph.at(graph.x[0], 0), graph.at(graph.x[1], 0)
    (middle, low), (_, high) = graph.at(0, graph.y[0]), graph.at(0, graph.y[1])
    under, after = low - 1.2 * small, phrase("after")
    room = middle - graph.area.left - (advance(graph.bend.name, em) if is_named else 0.0) - small
    shapes: list[Shape] = [
        *_same(graph, small),
        Line(((left, base), (right, base)), thick, "muted"),
        Line(((middle, low), (middle, high)), thick, "muted"),
        Text(middle - 0.5 * small, high - 0.7 * small, ((after, "muted"),), fit(after, small, room), "right"),
        Text(middle, under - 1.15 * small, ((phrase("before"), "muted"),), small, "center"),
    ]
    for share in (-1.0, -0.5, 0.0, 0.5, 1.0):
        x, _ = graph.at(share * graph.x[1], 0)
        align = {-1.0: "left", 1.0: "right"}.get(share, "center")
        shapes.append(Text(x, under, ((number(share * graph.x[1], 0), "muted"),), small, align))
        if share:
            shapes.append(Line(((x, base - 0.15 * small), (x, base + 0.15 * small)), thick, "muted"))
    step = scales.step(graph.y[1])
    for value in np.arange(step, 0.86 * graph.y[1], step).tolist():
        _, y = graph.at(0, value)
        shapes.append(Line(((middle - 0.15 * small, y), (middle + 0.15 * small, y)), thick, "muted"))
        shapes.append(Text(middle - 0.5 * small, y - 0.36 * small, ((number(value, 0), "muted"),), small, "right"))
    if is_named:
        shapes.append(Text(graph.area.left, graph.area.top - em, ((graph.bend.name, "ink"),), em))
    return shapes


def _same(graph: Graph, small: float) -> list[Shape]:
    """The line on which after is before, as far as the scale goes, and its name to the left of it."""
    low, high = max(graph.x[0], graph.y[0]), min(graph.x[1], graph.y[1])
    x, y = graph.at(NAMED * high, NAMED * high)
    same = phrase(SAME)
    size = fit(same, small, x - graph.at(0, 0)[0] - small)
    return [
        Line((graph.at(low, low), graph.at(high, high)), 0.0012, "muted"),
        Text(x - 0.5 * small, y - 0.2 * size, ((same, "muted"),), size, "right"),
    ]


def _dots(telling: Telling, graph: Graph, numbers: np.ndarray, em: float, seconds: float) -> None:
    """All numbers where they lie on the curve, from left to right in a few waves."""
    radius, (across, up) = 0.17 * em, graph.units
    pairs = np.column_stack([np.sort(numbers), graph.bend(np.sort(numbers))])
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*(np.diff(pairs, axis=0) * (across, up)).T))])
    _, apart = np.unique(np.floor(way / (NEAR * radius)), return_index=True)  # those that would hide each other are one
    pairs = pairs[apart][np.unique(np.linspace(0, len(apart) - 1, DOTS).astype(int))]
    for wave, those in enumerate(np.array_split(pairs, min(WAVES, len(pairs)))):
        discs = [Disc(*graph.at(float(x), float(y)), radius, "activation") for x, y in those]
        name = pin(telling, "dots", discs, layer=2)
        start = telling.now + (0.4 + 0.5 * wave / WAVES) * seconds
        telling.score.set(Channel(name, "opacity"), 0.55, start, 0.1 * seconds)


def _slide(telling: Telling, graph: Graph, x: Callable[[np.ndarray], np.ndarray], seconds: float, first: bool) -> None:
    """Move the point of one graph, its lines and its figures."""
    (right, up), lines, point = graph.units, metres(telling, OVER), metres(telling, OVER + 2)

    def y(share: np.ndarray) -> np.ndarray:
        return np.asarray(graph.bend(x(share)), dtype=np.float64)

    courses: list[tuple[str, str, int, Callable[[np.ndarray], np.ndarray]]] = [
        (graph.point, "offset", 0, lambda s: x(s) * right * point),
        (graph.point, "offset", 1, lambda s: y(s) * up * point),
        (graph.down, "offset", 0, lambda s: x(s) * right * lines),
        (graph.down, "scale", 1, lambda s: _long(y(s))),
        (graph.across, "offset", 1, lambda s: y(s) * up * lines),
        (graph.across, "scale", 0, lambda s: _long(x(s))),
        (graph.figures, "value", 0, x),
        (graph.figures, "value", 1, y),
    ]
    for name, prop, index, course in courses:
        telling.score.follow(Channel(name, prop, index), course, telling.now, seconds)
    if first:
        for name in (graph.point, graph.down, graph.across, graph.words):
            telling.change(name, "opacity", 1.0, min(0.3, seconds / 4))


def _tell(telling: Telling, graph: Graph, em: float, numbers: tuple[float, float], seconds: float) -> None:
    """Let the figures run while the point does, then stand as what is said of them."""
    brief = min(0.3, seconds / 4)
    if graph.told:
        telling.change(graph.told, "opacity", 0.0, brief)
    telling.change(graph.figures, "opacity", 1.0, brief)
    lines = zip(_lines(graph, em), numbers, strict=True)
    shapes = [Text(x, y, ((said(value), color),), graph.letters) for (x, y, color), value in lines]
    graph.told = pin(telling, "told", shapes, layer=3)
    for name, to in ((graph.figures, 0.0), (graph.told, 1.0)):
        telling.score.set(Channel(name, "opacity"), to, telling.now + seconds - brief, brief)


def _long(values: np.ndarray) -> np.ndarray:
    """Lengths of lines, of which none is 0."""
    return np.where(np.abs(values) < FLAT, FLAT, values)


def _name(telling: Telling, chart: Curve, cell: Region, seconds: float) -> None:
    """Say over the figures which cell they are of, once the point is there."""
    graph, brief = chart.graphs[0], min(0.3, seconds / 4)
    if chart.name:
        telling.change(chart.name, "opacity", 0.0, brief)
    told = "   ".join(f"{phrase(axis.of_one)} = {i}" for axis, i in zip(cell.grid.axes, cell.index, strict=True))
    y = graph.area.top - (HEAD - 1.25) * chart.em
    size = fit(told, 0.66 * chart.em, 0.4 * graph.area.width)
    chart.name = pin(telling, "cell", [Text(graph.area.left, y, ((told, "muted"),), size)], layer=3)
    telling.score.set(Channel(chart.name, "opacity"), 1.0, telling.now + seconds - brief, brief)
