"""One dot product in full: two vectors leave their grids, stand side by side with × between them, every
pair becomes its product, the products fold into one sum, what the rule does to the sum follows line
by line, and the result flies to its cell.

It is told as a table in the world, dealt into as many columns as make its cells largest on the page, so that all of it
is seen at once. Numbers stand in the cells and nowhere else. A whole column is one grid, so that a product of 48 pairs
is some dozen objects. The running sum is computed from the trace in double precision.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...errors import ScriptError
from ...language import phrase
from ...layout.grid import CELL, Grid, Region, Role
from ...layout.lettering.drawing import Drawing, Polygon, Readout, Rect, Shape, Text, pose
from ...layout.lettering.font import CAP_HEIGHT, advance, fit
from ...layout.rules.formula import Add, Div, Dot, Expression, Operand, Sqrt, Symbol
from ...layout.tensor import Axis
from ...rounding import MOST_DECIMALS, decimals_of, in_cell, number, of_cell, relation
from ..page.panel import digits
from ..page.view import Page, frame
from ..score.timeline import Channel
from ..telling import Telling
from ..verbs import camera
from ..verbs.arranging import alone
from ..verbs.copies import copy, flat, fly, make, some_cells
from ..verbs.dismissing import dismiss
from ..verbs.fading import light
from .climax import Equation, Step, carry_home, climax

WHOLE_UP_TO, SHOWN = 48, 24
"""Of a product of more than WHOLE_UP_TO pairs the table shows the first SHOWN, or those that an excerpt has cells of,
and one line for the others."""
EM = 0.055
SIGN, APART = 0.45 * CELL, 0.75 * CELL
"""Between two cells of a pair, for × and =, and between two columns of the table, in metres."""
HEAD, NAMES = 0.17, 0.11
"""Room over the table for what is multiplied and for the sum, in metres; and for names of the columns, if it has but
one of each."""
SINGLY = 12
"""Lines up to which each gets its sign when its product is there; of more all do at once."""
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
    """Where everything of a dot product stands: pairs down its columns, in the plane before the grids."""

    def __init__(self, telling: Telling, cell: Region, found: Terms) -> None:
        self.telling, self.cell, self.found = telling, cell, found
        total = len(found.left)
        drawn = min(max(end - start for start, end in side.cells) for side in found.sides)
        self.shown = total if total <= min(WHOLE_UP_TO, drawn) else min(SHOWN, drawn)
        self.rest = total - self.shown  # pairs that get one line together
        low, high = telling.box(cell.grid)
        ends = [telling.box(side) for side in found.sides]
        self.y = min(low[1], *(end[0][1] for end in ends)) - CELL / 2
        self.top = float(high[2])
        self.left = float(high[0]) + CELL
        self.lines = self.shown + (1 if self.rest else 0)
        self.columns = columns(telling.page, self.lines)
        self.rows = -(-self.lines // self.columns)
        self.right = self.left + width(self.columns)
        told = decimals_of(of_cell(float(found.products.sum())))  # where it stands in the equation
        self.sum_decimals = min(max(told, digits(telling.values(cell.grid))), MOST_DECIMALS)
        every = [in_cell(float(v)) for v in self.products]
        adds_up = relation(number(float(found.products.sum()), self.sum_decimals), every) == "="
        self.word = f"{phrase('sum')} {'' if adds_up else '≈ '}"
        self.head = HEAD + (NAMES if self.columns == 1 else 0.0)
        self.sum_width = advance(f"{self.word}−{abs(found.products.sum()) + 10:.{MOST_DECIMALS}f}", EM) + 0.1

    @property
    def named(self) -> tuple[float, float]:
        """From where to where the names of what is multiplied stand, × over that of the only column of pairs."""
        left, right = (advance(phrase(side.grid.title), EM) for side in self.found.sides)
        if self.columns > 1:
            return self.right - 2 * self.sum_width, self.right
        times = self.place(0, 1)[0] - SIGN / 2
        half = advance(" × ", EM) / 2
        return times - half - left, times + half + right

    @property
    def products(self) -> np.ndarray:
        """The products line by line, (lines,); the last one is of all that have no line of their own."""
        every = self.found.products
        return np.append(every[: self.shown], every[self.shown :].sum()) if self.rest else every

    @property
    def parts(self) -> list[tuple[int, int]]:
        """The first line of each column, and one past its last."""
        return [(first, min(first + self.rows, self.lines)) for first in range(0, self.lines, self.rows)]

    def place(self, line: int, of: int) -> tuple[float, float, float]:
        """The left front top corner of the cell of a line: of its left side 0, its right side 1, its product 2."""
        column, row = divmod(line, self.rows)
        return self.left + column * (width(1) + APART) + of * (CELL + SIGN), self.y, self.top - row * CELL

    @property
    def middle(self) -> tuple[float, float, float]:
        """Its middle, where all of it leads to."""
        return (self.left + self.right) / 2, self.y, self.top - self.rows * CELL / 2

    @property
    def points(self) -> np.ndarray:
        """What must be seen of it, (4, 3)."""
        xs = min(self.left, self.named[0]), max(self.named[1], self.right + 0.7 * CELL)
        zs = self.top + self.head, self.top - (self.rows + 0.1) * CELL
        return np.array([(x, self.y, z) for x in xs for z in zs])

    def text(
        self, x: float, z: float, spans: tuple[tuple[str, str], ...], align: str = "center", em: float = EM
    ) -> Text:
        """Text whose middle is at a height."""
        return Text(x, z - CAP_HEIGHT * em / 2, spans, em, align)

    def drawing(self, shapes: list[Shape], before: float = 0.0) -> Drawing:
        """A drawing in the table's plane, not shown yet."""
        drawing = Drawing(self.telling.unique("table"), tuple(shapes), pose((0.0, self.y - before, 0.0)), opacity=0.0)
        self.telling.cast.add(drawing)
        return drawing


def width(columns: int) -> float:
    """Of so many columns of a table, in metres."""
    return columns * (3 * CELL + 2 * SIGN) + (columns - 1) * APART


def columns(page: Page, lines: int) -> int:
    """The number of columns with which the cells of a table are largest on a page, and room is left for its head."""

    def size(count: int) -> float:
        return min(page.free.width / (width(count) + CELL), page.free.height / (-(-lines // count) * CELL + HEAD))

    return max(range(1, lines + 1), key=size)


def dot_product(telling: Telling, cell: Region, *, seconds: float = 12.0) -> Drawing:
    """Tell how ``cell`` comes from two vectors, pair by pair, and let the result fly to its place.

    The camera goes to the pairs, sees what becomes of their sum large in the middle of the stage, and comes back when
    the result flies home, where its number, which is returned, stands until the beat is over.
    """
    seconds = telling.length(seconds)
    found = terms(telling, cell)
    table = Table(telling, cell, found)
    dismiss(telling)
    back = telling.view
    vectors = _lift(telling, table, 0.06 * seconds)
    with alone(telling, *vectors, out=0.12 * seconds, back=0.1 * seconds):
        _line_up(telling, table, vectors, 0.12 * seconds)
        signs = _write(telling, table, 0.06 * seconds)
        products, running = _run(telling, table, 0.32 * seconds)
        telling.pass_time(0.1 * seconds)  # all pairs, their products and their sum are seen
        equation = Equation(float(found.products.sum()), found.steps, found.result)
        gone: list[Grid | Drawing] = [*vectors, signs, *running]
        outcome, figure, rest = climax(
            telling, equation, cell, products, gone, back, table.middle, (0.1 * seconds, 0.18 * seconds)
        )
    carry_home(telling, outcome, figure, cell, back, rest, 0.12 * seconds)
    return figure


def _lift(telling: Telling, table: Table, seconds: float) -> list[Grid]:
    """The two vectors glow where they are, in pieces as long as the table's columns."""
    parts = [(first, min(last, table.shown)) for first, last in table.parts if first < table.shown]
    copies = [copy(telling, some_cells(side, *part), along="z") for side in table.found.sides for part in parts]
    flat(telling, *copies)
    light(telling, *copies, to=1.0, seconds=seconds)
    return copies


def _line_up(telling: Telling, table: Table, vectors: list[Grid], seconds: float) -> None:
    """They leave their grids and stand side by side."""
    half = len(vectors) // 2
    with telling.together(seconds=seconds):
        for number, grid in enumerate(vectors):
            fly(telling, grid, table.place(table.rows * (number % half), number // half))
        light(telling, *vectors, to=0.0)
        camera.go(telling, frame(table.points, 270 + 0.3 * (telling.view.azimuth - 270), 1, telling.page.free))


def _write(telling: Telling, table: Table, seconds: float) -> Drawing:
    """What is multiplied, and × between the cells."""
    (left, right), z = table.found.sides, table.top + (0.5 * NAMES if table.columns == 1 else 0.6 * HEAD)
    spans = tuple((phrase(one.grid.title), str(one.grid.role)) for one in (left, right))
    spans = spans[0], (" × ", "ink"), spans[1]
    start = table.named[0]
    room = table.named[1] if table.columns == 1 else table.right - table.sum_width - CELL
    em = fit("".join(text for text, _ in spans), EM, room - start)
    shapes: list[Shape] = [table.text(start, z, spans, "left", em)]
    for line in range(table.shown):
        x, _, top = table.place(line, 1)
        shapes.append(table.text(x - SIGN / 2, top - CELL / 2, (("×", "ink"),)))
    if table.rest:
        x, _, top = table.place(table.shown, 2)
        words = phrase("and {} more pairs", table.rest)
        em = fit(words, 0.8 * EM, 2 * CELL + SIGN + (APART if table.columns > 1 else CELL / 2))
        shapes.append(table.text(x - SIGN, top - CELL / 2, ((words, "muted"),), "right", em))
    drawing = table.drawing(shapes)
    telling.score.set(Channel(drawing.name, "opacity"), 1.0, telling.now, seconds)  # while the first product comes
    return drawing


def _equals(table: Table) -> list[Text]:
    """Of each line its = or ≈, as what is written is, or is not, the product."""
    signs = []
    for line in range(table.lines):
        equals, (x, _, top) = "=", table.place(line, 2)
        if line < table.shown:
            a, b, product = (float(v[line]) for v in (table.found.left, table.found.right, table.found.products))
            equals = relation(in_cell(product), [in_cell(a), in_cell(b)], lambda told: told[0] * told[1])
        signs.append(table.text(x - SIGN / 2, top - CELL / 2, ((equals, "muted"),)))
    return signs


def _pace(count: int) -> Callable[[np.ndarray], np.ndarray]:
    """How far down the pairs the running sum is after a share of its time: the first pairs are taken slowly."""
    slow = min(1.0, READ / count)
    return lambda u: slow * u + (1 - slow) * u**2.5


def _run(telling: Telling, table: Table, seconds: float) -> tuple[list[Grid], list[Drawing]]:
    """Pair by pair the product appears and joins the running sum; a mark points at the pair that is next."""
    lines, start = table.lines, telling.now
    partial = np.concatenate([[0.0], np.cumsum(table.products)])
    pace = _pace(lines)

    def done(u: np.ndarray) -> np.ndarray:
        return np.minimum(np.floor(pace(u) * lines + 1e-9), lines)

    products, kind = [], telling.unique("product")
    for first, last in table.parts:
        axes = (Axis("", last - first, "z"),) if last > first + 1 else ()
        values = table.products[first:last]
        products.append(make(telling, values, axes, table.place(first, 2), Role.ACTIVATION, kind))
        known = functools.partial(lambda first, last, u: np.clip(done(u), first, last) - first, first, last)
        telling.score.set(Channel(products[-1].name, "reveal"), 0.0, start)
        telling.score.follow(Channel(products[-1].name, "reveal"), known, start, seconds)
    flat(telling, *products)
    equals = _equals(table)
    signs = [table.drawing(list(some)) for some in ([[one] for one in equals] if lines <= SINGLY else [equals])]
    shares = np.linspace(0, 1, 1001)
    for line, drawing in enumerate(signs):  # with its product
        comes = start + float(shares[np.argmax(done(shares) > line)]) * seconds
        telling.score.set(Channel(drawing.name, "opacity"), 1.0, comes)
    home = table.place(0, 2)
    mark = table.drawing(_mark(home[0] + CELL, home[2] - CELL / 2), before=0.03)
    plate = table.drawing(_plate(table), before=0.03)
    places = np.array([table.place(min(line, lines - 1), 2) for line in range(lines + 1)])
    for i in (0, 2):
        way = functools.partial(lambda i, u: places[done(u).astype(int), i] - home[i], i)
        telling.score.follow(Channel(mark.name, "offset", i), way, start, seconds)
    telling.score.follow(Channel(plate.name, "value"), lambda u: partial[done(u).astype(int)], start, seconds)
    for drawing in (mark, plate):
        telling.score.set(Channel(drawing.name, "opacity"), 1.0, start)
    telling.pass_time(seconds)
    return products, [mark, plate, *signs]


def _mark(x: float, z: float) -> list[Shape]:
    """A wedge that points at the product of a line from the right."""
    tall, long = 0.3 * CELL, 0.5 * CELL
    return [Polygon(((x + 0.01, z), (x + 0.01 + long, z - tall), (x + 0.01 + long, z + tall)), "accent")]


def _plate(table: Table) -> list[Shape]:
    """The running sum, over the end of the table."""
    left, z = table.right - table.sum_width, table.top + table.head - 0.4 * HEAD
    base, word = z - CAP_HEIGHT * EM / 2, advance(table.word, EM)
    return [
        Rect(left, z - 0.06, table.sum_width, 0.12, "plate", 0.03),
        Text(left + 0.04, base, ((table.word, "muted"),), EM),
        Readout(left + 0.04 + word, base, EM, table.sum_decimals, "ink"),
    ]
