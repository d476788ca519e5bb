"""The end of a dot product: its sum, what the rule does to that, and the result, large in the middle of the stage.

They stand in a row as an equation, each a cell that its number comes to lie on, so that it is there only once. The
cells become the result, which is carried home to its cell; its number goes with it, to stand beside the grid as large
as letters are there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from ...language import phrase
from ...layout.grid import CELL, Grid, Region
from ...layout.lettering.drawing import Drawing, Rect, Shape, Text, pose
from ...layout.lettering.font import CAP_HEIGHT, advance
from ...rounding import of_cell, relation
from ..page.view import TAN, View, frame
from ..telling import Telling
from ..verbs import camera
from ..verbs.copies import copy, fly, land, make
from ..verbs.fading import fade

EM, WORD = 0.12, 0.055
"""Size of the numbers and of the words over them, in metres."""
EDGE = 0.02
"""Picture heights by which a number may reach over the edge of the free part."""
APART = 0.12
"""Metres from what stands in the row to the sign beside it."""


@dataclass(frozen=True)
class Step:
    """What happens to the sum next: its sign, what is read for it (or None), the value, and what it is called.

    A value that is not read is ``shown`` as what it is made of.
    """

    sign: str
    region: Region | None
    value: float
    word: str = ""
    shown: str = ""


@dataclass(frozen=True)
class Equation:
    """The sum of the products, what happens to it, and what becomes of it, with the numbers as they are written."""

    total: float
    steps: tuple[Step, ...]
    result: float

    @property
    def written(self) -> tuple[list[str], str, str]:
        """The numbers as cells have them, ``=`` or ``≈``, and the result."""
        result, told = of_cell(self.result), [of_cell(value) for value in (self.total, *(s.value for s in self.steps))]
        exact = [str(step.value) if step.shown else text for text, step in zip(told[1:], self.steps, strict=True)]
        seen = [step.shown or text for text, step in zip(told[1:], self.steps, strict=True)]
        return [told[0], *seen], relation(result, [told[0], *exact], self._give), result

    def _give(self, told: Sequence[Decimal]) -> Decimal:
        value = told[0]
        for step, part in zip(self.steps, told[1:], strict=True):
            value = value + part if step.sign == "+" else value / part
        return value


@dataclass(frozen=True, eq=False)
class Row:
    """Where the equation stands: the middle of each thing along x, of each sign, and the line of the cells."""

    things: tuple[float, ...]
    signs: tuple[float, ...]
    y: float
    z: float
    width: float

    @classmethod
    def of(cls, texts: Sequence[str], at: tuple[float, float, float]) -> Row:
        """A row of things as wide as their texts, its middle ``at`` a place."""
        widths = [max(advance(text, EM), CELL) for text in texts]
        total = sum(widths) + 2 * APART * (len(widths) - 1)
        x, things, signs = at[0] - total / 2, [], []
        for wide in widths:
            things.append(x + wide / 2)
            signs.append(x + wide + APART)
            x += wide + 2 * APART
        return cls(tuple(things), tuple(signs[:-1]), at[1], at[2], total)

    def corner(self, place: int) -> tuple[float, float, float]:
        """The left front top corner of a cell that stands there."""
        return self.things[place] - CELL / 2, self.y, self.z + CELL / 2

    @property
    def points(self) -> np.ndarray:
        """What must be seen of it, (4, 3)."""
        middle = (self.things[0] + self.things[-1]) / 2
        xs, zs = (middle - 0.54 * self.width, middle + 0.54 * self.width), (self.z - 0.15, self.z + 0.25)
        return np.array([(x, self.y, z) for x in xs for z in zs])


def climax(
    telling: Telling, equation: Equation, cell: Region, products: Sequence[Grid], gone: Sequence[Grid | Drawing],
    back: View, at: tuple[float, float, float], seconds: tuple[float, float],
) -> tuple[Grid, Drawing, list[Grid | Drawing]]:  # fmt: skip
    """Let ``products`` fold into the sum, the equation come piece by piece, and its cells become the result.

    What is ``gone`` fades meanwhile. Returns the result, its number, and all else that is there.
    """
    folding, telling_it = seconds
    written, sign, result = equation.written
    row = Row.of([*written, result], at)
    view = frame(row.points, 270 + 0.4 * (back.azimuth - 270), 2, telling.page.free)
    total = _fold(telling, equation, cell.grid, products, gone, row, view, 0.8 * folding)
    made: list[Grid] = [total]
    drawn = _named(telling, row, 0, written[0], phrase("sum"), 0.2 * folding)
    each = telling_it / (len(equation.steps) + 2)
    for place, step in enumerate(equation.steps, start=1):
        drawn.append(_sign(telling, row, place - 1, step.sign, 0.3 * each))
        with telling.together():
            if step.region is not None:
                made.append(copy(telling, step.region))
                fly(telling, made[-1], row.corner(place), seconds=0.7 * each)
            drawn += _named(telling, row, place, written[place], step.word, 0.7 * each)
    last = len(row.things) - 1
    drawn.append(_sign(telling, row, last - 1, sign, 0.3 * each))
    outcome = _become(telling, equation, cell.grid, made, row, 0.7 * each)
    name, number_of = _named(telling, row, last, result, phrase("result"), 0.5 * each, str(cell.grid.role))
    telling.pass_time(0.5 * each)
    return outcome, number_of, [*made, *drawn, name]


def carry_home(
    telling: Telling, outcome: Grid, figure: Drawing, cell: Region, back: View, rest: Sequence[Grid | Drawing],
    seconds: float,
) -> None:  # fmt: skip
    """Let the result fly to its cell and its number beside the grid, where it stands until the beat is over."""
    low, high = telling.box(cell)
    depth = float(back.project((low + high) / 2)[0, 2])
    size = telling.page.em * depth * TAN / EM
    wide = max(x for x, _ in figure.flat.tolist()) * size
    place = _beside(telling, cell, back, wide, size)
    with telling.together(seconds=seconds):
        camera.go(telling, back)
        land(telling, outcome, cell)
        fade(telling, *rest, to=0, seconds=0.5 * seconds)
        for i, to in enumerate(place - figure.pose[:3, 3]):
            telling.change(figure.name, "offset", float(to), seconds, i)
            telling.change(figure.name, "scale", size, seconds, i)
    telling.pictures.append(figure.name)


def _beside(telling: Telling, cell: Region, view: View, wide: float, size: float) -> np.ndarray:
    """Where the middle of a number goes that is twice so ``wide``: where it covers no cell, level with its own beside
    the grid, or under the grid; or else under its cell."""
    low, high = telling.box(cell)
    around = telling.room(cell.grid, view=view)
    level, free, tall = (low[2] + high[2]) / 2, telling.page.free, 0.8 * size * EM
    others = [telling.box(grid) for grid in telling.in_play(view) if grid.name != cell.grid.name]
    middle = float(around[:, 0].min() + around[:, 0].max()) / 2
    for x, z in (
        (around[:, 0].max() + wide + CELL / 2, level),
        (around[:, 0].min() - wide - CELL / 2, level),
        (middle, around[:, 2].min() - tall - CELL / 2),
    ):
        place = np.array([x, low[1] - CELL / 2, z])
        corners = view.project(place + np.array([(-wide, 0, -tall), (wide, 0, tall)]))[:, :2]
        is_clear = not any(
            one[0][0] < x + wide and x - wide < one[1][0] and one[0][2] < z + tall and z - tall < one[1][2]
            for one in others
        )
        if is_clear and free.grown(EDGE).holds(corners.tolist()):
            return place
    return np.array([(low[0] + high[0]) / 2, low[1] - CELL / 2, low[2] - 0.5 * size * EM])


def _fold(
    telling: Telling, equation: Equation, grid: Grid, products: Sequence[Grid], gone: Sequence[Grid | Drawing],
    row: Row, view: View, seconds: float,
) -> Grid:  # fmt: skip
    """The columns of products fold into one cell, the sum, where the equation begins; the camera goes there."""
    corner = row.corner(0)
    total = make(telling, np.array(equation.total), (), corner, grid.role, grid.kind, shown=False)
    with telling.together(seconds=seconds):
        fade(telling, *gone, to=0, seconds=0.4 * seconds)
        for number, column in enumerate(products):
            telling.change(column.name, "scale", 1 / column.cells[2], seconds, 2)
            behind = corner[0], corner[1] + number * CELL / 50, corner[2]
            for i, (to, home) in enumerate(zip(behind, column.origin, strict=True)):
                telling.change(column.name, "offset", float(to - home), seconds, i)
        camera.go(telling, view)
    for column in products:
        telling.change(column.name, "opacity", 0.0)
    telling.change(total.name, "opacity", 1.0)
    return total


def _become(telling: Telling, equation: Equation, grid: Grid, made: Sequence[Grid], row: Row, seconds: float) -> Grid:
    """Copies of the cells slide into one another where the result stands."""
    corner = row.corner(len(row.things) - 1)
    result = make(telling, np.array(equation.result), (), corner, grid.role, grid.kind, shown=False)
    with telling.together(seconds=seconds):
        sliding = [copy(telling, one) for one in made]
        for one in sliding:
            fly(telling, one, corner)
    fade(telling, *sliding, to=0, seconds=0)
    telling.change(result.name, "opacity", 1.0)
    return result


def _named(
    telling: Telling, row: Row, place: int, text: str, word: str, seconds: float, color: str = "ink"
) -> list[Drawing]:
    """What stands over a cell, and its number, which covers it."""
    high, wide = 1.4 * EM, advance(text, EM) + 0.5 * EM
    plate: tuple[Shape, ...] = (
        Rect(-wide / 2, -high / 2, wide, high, "plate", 0.03),
        Text(0, -CAP_HEIGHT * EM / 2, ((text, color),), EM, "center"),
    )
    where = (row.things[place], row.y - CELL / 5, row.z)
    name = Text(row.things[place], row.z + 0.7 * EM + 0.06, ((word, "muted"),), WORD, "center")
    drawings = [
        Drawing(telling.unique("table"), (name,), pose((0.0, row.y, 0.0)), opacity=0.0),
        Drawing(telling.unique("table"), plate, pose(where), opacity=0.0),
    ]
    with telling.together(seconds=seconds):
        for drawing in drawings:
            telling.show(drawing)
    return drawings


def _sign(telling: Telling, row: Row, place: int, sign: str, seconds: float) -> Drawing:
    text = Text(row.signs[place], row.z - CAP_HEIGHT * EM / 2, ((sign, "ink"),), EM, "center")
    return telling.show(Drawing(telling.unique("table"), (text,), pose((0.0, row.y, 0.0)), opacity=0.0), seconds)
