"""One dot product in full: two vectors leave their grids, stand side by side with × between them, every
pair becomes its product, the products fold into one sum, what the rule does to the sum follows line
by line, and the result flies to its cell.

It is told as a table in the world: a column of cells for each vector, one for the products, numbers
beside them. The numbers are computed from the trace in double precision. The products' numbers come
from under a cover, and a whole column is one grid, so that a product of 48 pairs is a dozen objects.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...errors import ScriptError
from ...layout.grid import CELL, Grid, Region, Role
from ...layout.lettering.drawing import Drawing, Line, Readout, Rect, Shape, Text, pose
from ...layout.lettering.font import CAP_HEIGHT, advance
from ...layout.rules.formula import Add, Div, Dot, Expression, Operand, Sqrt, Symbol
from ...layout.tensor import Axis
from ...rounding import MOST_DECIMALS, number, relation
from ..page.panel import digits
from ..page.view import View, frame
from ..score.timeline import Channel
from ..telling import Telling
from ..verbs import camera
from ..verbs.arranging import alone
from ..verbs.copies import copy, first_cells, fly, make
from ..verbs.fading import light
from .climax import Equation, Step, carry_home, climax

WHOLE_UP_TO, SHOWN = 48, 24
"""Of a product of more than WHOLE_UP_TO pairs the table shows the first SHOWN, and one line for the others."""
EM = 0.064
GAP = 0.04
TIMES = 0.16  # metres between the two vectors, for the ×
READ = 6
"""Pairs that the running sum takes slowly before it speeds up."""


@dataclass(frozen=True, eq=False)
class Terms:
    """A dot product taken apart; ``left``, ``right`` and ``products`` (n,) in double precision."""

    sides: tuple[Region, Region]
    left: np.ndarray
    right: np.ndarray
    steps: tuple[Step, ...]

    @property
    def products(self) -> np.ndarray:
        """Every pair's product, (n,)."""
        return self.left * self.right

    @property
    def result(self) -> float:
        """The cell's value."""
        value = float(self.products.sum())
        for step in self.steps:
            value = value + step.value if step.sign == "+" else value / step.value
        return value


def terms(telling: Telling, cell: Region) -> Terms:
    """Take the rule of ``cell`` apart; raises ScriptError where it is no dot product."""
    grid, index = cell.grid, cell.index
    if grid.rule is None or not all(isinstance(i, int) for i in index):
        raise ScriptError(f"{cell!r} is not one computed cell; dot_product explains one.")
    dot, tail = _unfold(grid.rule.at(index).formula)  # type: ignore[arg-type]
    if dot is None:
        raise ScriptError(f"{cell!r} is not computed by a dot product of two vectors.")
    regions = telling.sources(grid, index)  # type: ignore[arg-type]
    sides = (regions[dot.left.name], regions[dot.right.name])  # type: ignore[union-attr]
    left, right = (np.asarray(telling.values(r.grid)[r.index], dtype=np.float64).ravel() for r in sides)
    steps = []
    for sign, operand in tail:
        if isinstance(operand, Operand):
            region = regions[operand.name]
            steps.append(Step(sign, region, float(telling.values(region.grid)[region.index]), operand.name))
        else:
            root, shown = float(np.sqrt(operand.value)), f"√{operand.value:,g}"
            steps.append(Step(sign, None, root, f"√{operand.text}", shown))
    return Terms(sides, left, right, tuple(steps))


def _unfold(formula: Expression) -> tuple[Dot | None, list[tuple[str, Operand | Symbol]]]:
    match formula:
        case Dot(Operand(), Operand()):
            return formula, []
        case Add(inner, Operand() as added):
            dot, tail = _unfold(inner)
            return dot, [*tail, ("+", added)]
        case Div(inner, Sqrt(Symbol() as size)):
            dot, tail = _unfold(inner)
            return dot, [*tail, ("÷", size)]
    return None, []


class Table:
    """Where everything of a dot product stands: columns along x, rows down, in the plane before the grids."""

    def __init__(self, telling: Telling, cell: Region, found: Terms) -> None:
        self.telling, self.cell, self.found = telling, cell, found
        total = len(found.left)
        self.shown = total if total <= WHOLE_UP_TO else SHOWN
        self.rest = total - self.shown  # pairs that get one line together
        rows = (found.left, found.right, found.products)
        self.decimals = [min(digits(values), 3) for values in rows]
        self.widths = [
            max(advance(number(float(v), d), EM) for v in values[: self.shown])
            for values, d in zip(rows, self.decimals, strict=True)
        ]
        low, high = telling.box(cell.grid)
        ends = [telling.box(side) for side in found.sides]
        self.y = min(low[1], *(end[0][1] for end in ends)) - CELL / 2
        self.top = float(high[2])
        self.left = float(high[0]) + CELL
        self.cells_left = self.left + self.widths[0] + GAP
        self.cells_right = self.cells_left + CELL + TIMES
        self.equals = self.cells_right + CELL + 2 * GAP + self.widths[1] + 0.06
        self.cells_product = self.equals + 0.1
        self.numbers_end = self.cells_product + CELL + 2 * GAP + 0.05 + self.widths[2]
        self.plate = self.numbers_end + 0.1
        self.sum_decimals = digits(telling.values(cell.grid))
        every = [number(float(v), self.decimals[2]) for v in self.products]
        adds_up = relation(number(float(found.products.sum()), self.sum_decimals), every) == "="
        self.word = "sum " if adds_up else "sum ≈ "
        self.sum_width = advance(f"{self.word}−{abs(found.products.sum()) + 10:.{MOST_DECIMALS}f}", EM) + 0.1
        self.right = self.plate + self.sum_width
        self.lines = self.shown + (1 if self.rest else 0)  # the sum stands below these

    @property
    def products(self) -> np.ndarray:
        """The products line by line, (lines,); the last one is of all that have no line of their own."""
        every = self.found.products
        return np.append(every[: self.shown], every[self.shown :].sum()) if self.rest else every

    def middle(self, row: float) -> float:
        """z of the middle of a row."""
        return self.top - (row + 0.5) * CELL

    @property
    def end(self) -> tuple[float, float, float]:
        """The middle of its last line, where all of it leads to."""
        return (self.left + self.right) / 2, self.y, self.middle(self.lines)

    def points(self, first: float, last: float) -> np.ndarray:
        """Corners of the table from row ``first`` to ``last``, (4, 3)."""
        return np.array(
            [(x, self.y, self.top - r * CELL) for x in (self.left, self.right) for r in (first - 1.6, last + 0.5)]
        )

    def text(self, x: float, row: float, words: str, align: str = "right", color: str = "ink") -> Text:
        """Text in a row."""
        return Text(x, self.middle(row) - CAP_HEIGHT * EM / 2, ((words, color),), EM, align)

    def drawing(self, shapes: list[Shape], before: float = 0.0) -> Drawing:
        """A drawing in the table's plane, not shown yet."""
        drawing = Drawing(self.telling.unique("table"), tuple(shapes), pose((0.0, self.y - before, 0.0)), opacity=0.0)
        self.telling.cast.add(drawing)
        return drawing


def dot_product(telling: Telling, cell: Region, *, seconds: float = 12.0) -> None:
    """Tell how ``cell`` comes from two vectors, pair by pair, and let the result fly to its place.

    The camera goes to the pairs and follows the running sum, sees what becomes of it large in the middle of the
    stage, and comes back when the result flies home, where its number stands until the beat is over.
    """
    seconds = telling.length(seconds)
    found = terms(telling, cell)
    table = Table(telling, cell, found)
    telling.dismiss()
    back = telling.view
    vectors = _lift(telling, table, 0.06 * seconds)
    with alone(telling, *vectors, out=0.12 * seconds, back=0.1 * seconds):
        _line_up(telling, table, vectors, 0.12 * seconds)
        numbers = _write(telling, table, 0.06 * seconds)
        products, running, figures = _run(telling, table, 0.36 * seconds)
        equation = Equation(float(found.products.sum()), found.steps, found.result, table.sum_decimals)
        gone: list[Grid | Drawing] = [*vectors, numbers, figures, running]
        outcome, figure, rest = climax(
            telling, equation, cell, products, gone, back, table.end, (0.1 * seconds, 0.18 * seconds)
        )
    carry_home(telling, outcome, figure, cell, back, rest, 0.12 * seconds)


def _lift(telling: Telling, table: Table, seconds: float) -> list[Grid]:
    """The two vectors glow where they are."""
    copies = [copy(telling, first_cells(side, table.shown), along="z") for side in table.found.sides]
    light(telling, *copies, to=1.0, seconds=seconds)
    return copies


def _line_up(telling: Telling, table: Table, vectors: list[Grid], seconds: float) -> None:
    """They leave their grids and stand side by side."""
    with telling.together(seconds=seconds):
        for grid, x in zip(vectors, (table.cells_left, table.cells_right), strict=True):
            fly(telling, grid, (x, table.y, table.top))
        light(telling, *vectors, to=0.0)
        camera.go(telling, _windows(telling, table)[0])


def _windows(telling: Telling, table: Table) -> tuple[View, View, float]:
    """Views of the table's top and of its bottom, alike but for their target, and the rows that both show."""
    area, view = telling.page.free, telling.view
    tail = table.lines + 0.7 + 1.3 * (len(table.found.steps) + 1)
    rows = (table.right - table.left) / area.width * area.height / CELL - 1
    rows = float(np.clip(rows, 6, max(tail, 6)))
    first = frame(table.points(0, rows), 270 + 0.4 * (view.azimuth - 270), 2, area)
    last = frame(table.points(max(tail - rows, 0), max(tail, rows)), first.azimuth, first.elevation, area)
    last = View(last.target, first.azimuth, first.elevation, first.distance, first.shift)
    return first, last, rows


def _write(telling: Telling, table: Table, seconds: float) -> Drawing:
    """The numbers of both vectors, and the signs between them."""
    titles = [side.grid.title for side in table.found.sides]
    shapes: list[Shape] = [
        table.text(table.cells_left + CELL, -1.1, titles[0], "right", str(table.found.sides[0].grid.role)),
        table.text(table.cells_right, -1.1, titles[1], "left", str(table.found.sides[1].grid.role)),
        table.text(table.numbers_end, -1.1, "product", "right", "muted"),
    ]
    for row in range(table.shown):
        numbers = [float(v[row]) for v in (table.found.left, table.found.right, table.found.products)]
        left, right, product = (number(v, d) for v, d in zip(numbers, table.decimals, strict=True))
        shapes.append(table.text(table.cells_left - GAP, row, left, "right", "muted"))
        shapes.append(table.text(table.cells_left + CELL + TIMES / 2, row, "×", "center"))
        place = table.cells_right + CELL + GAP + table.widths[1]
        shapes.append(table.text(place, row, right, "right", "muted"))
        equals = relation(product, [left, right], lambda told: told[0] * told[1])
        shapes.append(table.text(table.equals, row, equals, "center", "muted"))
    if table.rest:
        shapes.append(table.text(table.equals, table.shown, f"and {table.rest} more pairs", "right", "muted"))
    drawing = table.drawing(shapes)
    telling.score.set(Channel(drawing.name, "opacity"), 1.0, telling.now, seconds)
    telling.pass_time(seconds)
    return drawing


def _pace(count: int) -> Callable[[np.ndarray], np.ndarray]:
    """How far down the pairs the running sum is after a share of its time: the first pairs are taken slowly."""
    slow = min(1.0, READ / count)
    return lambda u: slow * u + (1 - slow) * u**2.5


def _run(telling: Telling, table: Table, seconds: float) -> tuple[Grid, Drawing, Drawing]:
    """Row by row the product appears and joins the running sum."""
    found, lines, start = table.found, table.lines, telling.now
    values = table.products
    partial = np.concatenate([[0.0], np.cumsum(values)])
    pace = _pace(lines)

    def done(u: np.ndarray) -> np.ndarray:
        return np.minimum(np.floor(pace(u) * lines + 1e-9), lines)

    axis = Axis("", lines, "z")
    corner = (table.cells_product, table.y, table.top)
    products = make(telling, values, (axis,) if lines > 1 else (), corner, Role.ACTIVATION)
    telling.score.set(Channel(products.name, "reveal"), 0.0, start)
    telling.score.follow(Channel(products.name, "reveal"), done, start, seconds)
    plus = table.cells_product + CELL + GAP + 0.025
    texts = [table.text(table.numbers_end, row, number(float(v), table.decimals[2])) for row, v in enumerate(values)]
    figures = table.drawing([*texts, *(table.text(plus, row, "+", "center", "muted") for row in range(1, lines))])
    span = table.numbers_end - table.cells_product - CELL
    cover_shape = Rect(table.cells_product + CELL + 0.005, table.top - (lines + 1) * CELL, span + 0.02,
                       (lines + 1) * CELL, "ground")  # fmt: skip
    cover = table.drawing([cover_shape], before=0.05)
    running = table.drawing(_running(table), before=0.07)
    for drawing in (figures, cover, running):
        telling.score.set(Channel(drawing.name, "opacity"), 1.0, start)

    def drop(u: np.ndarray) -> np.ndarray:
        return -CELL * np.minimum(done(u), lines)

    def follow(u: np.ndarray) -> np.ndarray:
        return -CELL * np.clip(pace(u) * (lines + 0.7) - 0.5, 0, lines + 0.2)

    telling.score.follow(Channel(cover.name, "offset", 2), drop, start, seconds)
    telling.score.follow(Channel(running.name, "offset", 2), follow, start, seconds)
    telling.score.follow(Channel(running.name, "value"), lambda u: partial[done(u).astype(int)], start, seconds)
    _, last, rows = _windows(telling, table)
    total = table.lines + 0.7 + 1.3 * (len(found.steps) + 1)
    if total > rows:
        camera.ride(telling, last, lambda u: np.clip((pace(u) * lines - rows / 2) / (total - rows), 0, 1), seconds)
    telling.pass_time(seconds)
    telling.score.set(Channel(cover.name, "opacity"), 0.0, telling.now)
    return products, running, figures


def _running(table: Table) -> list[Shape]:
    """The plate with the running sum, level with the first row, pointing at it."""
    z, x = table.middle(0), table.plate
    base = z - CAP_HEIGHT * EM / 2
    word = advance(table.word, EM)
    return [
        Rect(x, z - 0.075, table.sum_width, 0.15, "plate", 0.03),
        Line(((x + 0.005, z), (table.numbers_end + 0.02, z)), 0.012, "accent", 0.05),
        Text(x + 0.04, base, ((table.word, "muted"),), EM),
        Readout(x + 0.04 + word, base, EM, table.sum_decimals, "ink"),
    ]
