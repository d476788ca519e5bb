"""Columns added up: what a column is the sum of stands side by side with + between, = and the sum, row by row.

What is added is read off the rule: entries that are looked up, biases, branches of the stream. Where vectors are put
end to end before they meet a matrix, as those of the heads are, the product is a sum over them, and each one's share
is a column of its own. So whoever is told of the sum is told of what was computed.

Only the first cells of long columns are shown, large enough to read every number, on a strip for each row; the strip
says ``≈`` where the numbers, as cells write them, do not give the sum as it is written. All else steps aside until
the beat is over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ...errors import ScriptError
from ...language import phrase
from ...layout.grid import CELL, Grid, Region
from ...layout.lettering.drawing import Drawing, Line, Rect, Shape, Text, pose
from ...layout.lettering.font import CAP_HEIGHT, advance, fit
from ...layout.roles import Role
from ...layout.rules.formula import Add, Concat, Dot, Expression, Lookup, Operand
from ...layout.signs.tiles import tile, wide
from ...layout.tensor import Axis
from ...rounding import in_cell, relation
from ..page.sizes import USUAL, pixel
from ..telling import Telling
from ..verbs import camera
from ..verbs.arranging import faded_out
from ..verbs.copies import copy, fly, make, some_cells
from ..verbs.dismissing import dismiss
from ..verbs.reading import tint_of
from ..verbs.scaling import one_scale
from ..verbs.splitting import face

MOST = 8
"""Columns that are added at most; of more the largest stand alone, and the others are one together."""
FEWEST, ROWS = 8, 16
"""Rows that are shown at least and at most, if there are so many and their numbers can be read."""
READ = 44
"""Pixels that a cell is high for that, where the picture's shorter side has 720; four rows are there in any case."""
PITCH, CLOSE, MANY = 2.6, 2.15, 7
"""Cells from column to column, and where there are ``MANY`` or cells would be too narrow to be read."""
SLOW = 3
"""Rows that are added slowly."""
HEAD, FOOT = 5.4, 2.0
"""Height of what is written over and under the columns, in letters."""


@dataclass(frozen=True, eq=False)
class Addend:
    """One column of a sum: its numbers, (rows,) in double precision, where it comes from, and what it is called."""

    values: np.ndarray
    home: Region
    name: str
    is_copy: bool  # of the cells at home; else it is made of them

    @property
    def role(self) -> Role:
        """It has the colour of what it is copied from; what is computed is green."""
        return self.home.grid.role if self.is_copy else Role.ACTIVATION


def addends(telling: Telling, column: Region) -> list[Addend]:
    """What a column is the sum of, as its rule says, without a bias that the model has not; ScriptError for no sum."""
    grid = column.grid
    time = column.ranges[0]
    if grid.rule is None or len(grid.axes) != 2 or time[1] != time[0] + 1 or column.ranges[1] != (0, grid.shape[1]):
        raise ScriptError(f"{column!r} is not one column that is computed; add_up explains such.")
    first, last = (time[0], 0), (time[0], grid.axes[1].index(grid.axes[1].cells - 1))
    starts, ends = (telling.sources(grid, index) for index in (first, last))
    regions = {name: _joined(starts[name], ends[name]) for name in starts}
    terms = list(_terms(grid.rule.at(first).formula))
    found = [one for term in terms for one in _of(telling, term, regions)]
    if len(found) < 2:
        raise ScriptError(f"{column!r} is no sum of columns.")
    return [one for one in found if telling.checkpoint.biases or one.values.any() or len(one.home.grid.axes) > 1]


def _terms(formula: Expression) -> Iterator[Expression]:
    if isinstance(formula, Add):
        yield from _terms(formula.left)
        yield from _terms(formula.right)
    else:
        yield formula


def _joined(start: Region, end: Region) -> Region:
    """The cells from those of one region to those of another."""
    return Region(start.grid, tuple((a, b) for (a, _), (_, b) in zip(start.ranges, end.ranges, strict=True)))


def _of(telling: Telling, term: Expression, regions: dict[str, Region]) -> Iterator[Addend]:
    """The columns that a term of a sum stands for."""
    match term:
        case Operand(name) | Lookup(Operand(name)):
            region = regions[name]
            yield Addend(_numbers(telling, region), region, phrase(region.grid.title), True)
        case Dot(Operand(weight), Operand() as inner):
            yield from _shares(telling, regions[weight], (inner,), regions, "Product")
        case Dot(Operand(weight), Concat(parts)):
            yield from _shares(telling, regions[weight], parts, regions)
        case _:
            raise ScriptError(f"{type(term).__name__} is no column that could be added.")


def _shares(
    telling: Telling, weight: Region, parts: Sequence[Operand], regions: dict[str, Region], name: str = ""
) -> Iterator[Addend]:  # fmt: skip
    """What each of vectors, put end to end, adds to their product with a matrix; all of one ``name``, or theirs."""
    (a, b), _ = weight.ranges
    matrix = np.asarray(telling.values(weight.grid), dtype=np.float64)[a:b]
    start = 0
    for part in parts:
        vector = _numbers(telling, regions[part.name])
        stop = start + len(vector)
        own = phrase(name or part.name[0].upper() + part.name[1:])
        yield Addend(matrix[:, start:stop] @ vector, regions[part.name], own, False)
        start = stop


def _numbers(telling: Telling, region: Region) -> np.ndarray:
    return np.asarray(telling.values(region.grid)[region.index], dtype=np.float64).ravel()


def largest_first(some: Sequence[Addend], most: int) -> list[Addend]:
    """At most so many columns: the shares that change the sum most stand alone, the others are one together."""
    shares = [one for one in some if not one.is_copy]
    over = len(some) - most
    if over <= 0 or len(shares) <= over:
        return list(some)
    order = np.argsort([-np.linalg.norm(one.values) for one in shares], kind="stable")
    small = [shares[i] for i in sorted(order[len(shares) - over - 1 :].tolist())]
    rest = Addend(sum((one.values for one in small), np.zeros_like(small[0].values)), small[0].home,
                  phrase("{} others", len(small)), False)  # fmt: skip
    kept = [one for one in some if one not in small]
    at = max((i for i, one in enumerate(kept) if not one.is_copy), default=-1) + 1
    return [*kept[:at], rest, *kept[at:]]


class Table:
    """Where the columns of some sums stand: side by side in a plane before the first of them."""

    def __init__(self, telling: Telling, sums: Sequence[tuple[Region, list[Addend]]]) -> None:
        self.telling, self.sums = telling, sums
        self.columns = sum(len(some) + 1 for _, some in sums)
        self.length = max(column.ranges[1][1] for column, _ in sums)  # also where not all of it has cells
        free, px = telling.page.free, pixel(telling.page)
        em = USUAL * px
        high = 0.97 * free.height - (HEAD + FOOT) * em
        between = 0.8 * (len(sums) - 1)
        narrow = 0.97 * free.width < READ * px * (self.columns * PITCH + between)
        self.pitch = CLOSE if self.columns >= MANY or narrow else PITCH
        wide_as = self.columns * self.pitch + between
        rows = int(np.clip(round(high * wide_as / (0.97 * free.width)), FEWEST, ROWS))
        rows = min(rows, max(4, int(high / (READ * px))))
        self.rows = min(rows, *(column.cells[1][1] for column, _ in sums))
        cell = min(high / self.rows, 0.97 * free.width / wide_as)  # its size on the picture
        self.em = em / cell * CELL
        low, top = telling.box(sums[0][0])
        self.y = float(low[1]) - 2 * CELL
        self.top = float(top[2])
        self.left = float(low[0] + top[0]) / 2 - wide_as * CELL / 2
        self.right = self.left + wide_as * CELL

    @property
    def bottom(self) -> float:
        """z of the lower edge of the last row."""
        return self.top - self.rows * CELL

    def x(self, group: int, place: int) -> float:
        """The left edge of a column: the ``place``-th of a sum, the sum itself being the last."""
        before = sum(len(some) + 1 for _, some in self.sums[:group])
        return self.left + ((before + place + 0.5) * self.pitch + 0.8 * group - 0.5) * CELL

    @property
    def points(self) -> np.ndarray:
        """Corners of all of it with what is written over and under it, (4, 3)."""
        ends = self.top + HEAD * self.em, self.bottom - FOOT * self.em
        return np.array([(x, self.y, z) for x in (self.left, self.right) for z in ends])

    def drawing(self, shapes: Sequence[Shape]) -> Drawing:
        """A drawing in its plane, not shown yet."""
        made = Drawing(self.telling.unique("adding"), tuple(shapes), pose((0.0, self.y, 0.0)), opacity=0.0)
        self.telling.cast.add(made)
        return made


def add_up(telling: Telling, *columns: Region, of: Sequence[Grid] = (), seconds: float = 8.0) -> None:
    """Tell what columns are the sums of, number by number; they know their values then.

    The columns to be added come from where they are, or from where the copies ``of`` them stand, which go.
    """
    seconds = telling.length(seconds)
    sums = [(column, largest_first(addends(telling, column), MOST)) for column in columns]
    if not sums:
        raise ScriptError("add_up needs a column.")
    if of and len(of) != sum(len(some) for _, some in sums):
        raise ScriptError(f"add_up got {len(of)} copies; give one for each column that is added, or none.")
    dismiss(telling)
    table = Table(telling, sums)
    moving, results = _columns(telling, table, list(of))
    made: list[Grid | Drawing] = [*moving, *results]
    _step_aside(telling, [*made], of, 0.12 * seconds)
    with telling.together(seconds=0.24 * seconds):
        slots = [table.x(g, p) for g, (_, some) in enumerate(sums) for p in range(len(some))]
        one_scale(telling, *moving, *results)
        for grid, x in zip(moving, slots, strict=True):
            fly(telling, grid, (x, table.y, table.top))
        azimuth = 270 + 0.2 * (telling.view.azimuth - 270)
        camera.frame(telling, table.points, azimuth=azimuth, elevation=1)
    names = [table.drawing(_headings(telling, table))]
    with telling.together(seconds=0.06 * seconds):
        for grid in results:
            telling.change(grid.name, "opacity", 1.0, 0.06 * seconds)
        for drawing in names:
            telling.change(drawing.name, "opacity", 1.0, 0.06 * seconds)
    telling.pass_time(0.06 * seconds)
    strips = _run(telling, table, results, 0.6 * seconds)
    for column in columns:
        telling.splits.show(column, telling.now)
    telling.pass_time(0.04 * seconds)
    telling.pictures += telling.cast.names(made, names, strips)


def _columns(telling: Telling, table: Table, of: list[Grid]) -> tuple[list[Grid], list[Grid]]:
    """The first cells of what is added, where it is now, and the sums, empty, where they will be."""
    moving, results = list[Grid](), list[Grid]()
    for group, (column, some) in enumerate(table.sums):
        for one in some:
            stands = of[len(moving)][:] if of else one.home
            if one.is_copy:
                grid = copy(telling, some_cells(stands, 0, table.rows), along="z")
            else:
                low, high = telling.box(stands)
                grid = _column(telling, one.values[: table.rows], (low[0], low[1], high[2]), one.role, column.grid.kind)
            moving.append(grid)
        values = column.drawn(telling.values(column.grid)).ravel()[: table.rows]
        where = (table.x(group, len(some)), table.y, table.top)
        result = _column(telling, values, where, column.grid.role, column.grid.kind, shown=False)
        telling.change(result.name, "reveal", 0.0)
        results.append(result)
    return moving, results


def _column(
    telling: Telling, values: np.ndarray, at: tuple[float, float, float], role: Role, kind: str, shown: bool = True
) -> Grid:  # fmt: skip
    axes = (Axis("C", len(values), "z"),) if len(values) > 1 else ()
    return make(telling, values if axes else values[0], axes, at, role, kind, shown=shown)


def _step_aside(telling: Telling, keep: list[Grid | Drawing], of: Sequence[Grid], seconds: float) -> None:
    """All of the set goes, and comes back with the next beat; copies do not."""
    gone = {grid.name for grid in of}
    for opacity, names in faded_out(telling, seconds, *keep).items():
        telling.aside.setdefault(opacity, []).extend(name for name in names if name not in gone)


def _headings(telling: Telling, table: Table) -> list[Shape]:
    """Over every column what it is, and whose; under them how many more rows there are."""
    em, shapes = table.em, list[Shape]()
    room = 0.94 * table.pitch * CELL
    for group, (column, some) in enumerate(table.sums):
        whose = [*((one.name, one.home if one.is_copy else None) for one in some), (phrase(column.grid.title), column)]
        for place, (name, region) in enumerate(whose):
            x = table.x(group, place) + CELL / 2
            words = name if advance(name, em) <= room else re.sub(" |(?<=-)", "\n", name, count=1)
            size = min(fit(line, em, room) for line in words.split("\n"))
            lines = words.count("\n")
            shapes.append(Text(x, table.top + (2.6 + 1.25 * lines) * em, ((words, "ink"),), size, "center", 1.25))
            shapes += _whose(telling, region, x, table.top + 1.3 * em, em, room)
    left = table.length - table.rows
    for group, (_, some) in enumerate(table.sums):
        for place in range(len(some) + 1 if left else 0):
            x = table.x(group, place)
            zigzag = [(x + CELL * i / 4, table.bottom - CELL * (0.06 + 0.1 * (i % 2))) for i in range(5)]
            shapes.append(Line(tuple(zigzag), 0.012, "muted"))
    if left:
        text = phrase("and {} more rows, added alike", left)
        at = (table.left + table.right) / 2, table.bottom - 1.1 * em - CELL * 0.2
        shapes.append(Text(*at, ((text, "muted"),), fit(text, em, table.right - table.left), "center"))
    return shapes


def _whose(telling: Telling, region: Region | None, x: float, y: float, em: float, room: float) -> list[Shape]:
    """The tile of the token that a column is of, or the number of its place."""
    found = face(telling, region) if region is not None else None
    if found is None:
        return []
    text, token = found
    if token is None:
        return [Text(x, y - CAP_HEIGHT * em / 2, ((f"t = {text}", "muted"),), em, "center")]
    return tile(tint_of(telling, token), text, (x, y), min(wide(text, 1.6 * em), room), 1.6 * em)


def _run(telling: Telling, table: Table, results: list[Grid], seconds: float) -> list[Drawing]:
    """Row by row the strip with its signs comes up, and the sum's cell shows its number."""
    slow = min(SLOW, table.rows)
    each = 0.6 * seconds / slow
    rest = (seconds - each * slow) / max(table.rows - slow, 1) if table.rows > slow else 0.0
    strips = []
    for row in range(table.rows):
        takes = each if row < slow else rest
        strip = table.drawing(_strip(table, row))
        telling.change(strip.name, "opacity", 1.0, 0.6 * takes)
        strips.append(strip)
        telling.pass_time(0.6 * takes)
        for result in results:
            telling.change(result.name, "reveal", row + 1.0)
        telling.pass_time(0.4 * takes)
    return strips


def _strip(table: Table, row: int) -> list[Shape]:
    """A strip on which a row lies, in the plane of its cells' faces, with the signs between them."""
    z, size, seam = table.top - (row + 0.5) * CELL, 0.62 * CELL, 0.05 * CELL
    shapes: list[Shape] = []
    for group, (column, some) in enumerate(table.sums):
        value = column.drawn(table.telling.values(column.grid)).ravel()[row]
        same = relation(in_cell(float(value)), [in_cell(float(one.values[row])) for one in some])
        signs = ["", *["+"] * (len(some) - 1), same, ""]
        ends = [table.x(group, place) for place in range(len(some) + 1)]
        gaps = zip([ends[0] - 0.6 * CELL, *(x + CELL for x in ends)], [*ends, ends[-1] + 1.6 * CELL], strict=True)
        for sign, (left, right) in zip(signs, gaps, strict=True):
            shapes.append(Rect(left, z - CELL / 2, right - left, CELL, "plate"))
            shapes.append(Rect(left, z - CELL / 2, right - left, seam, "ground"))
            if sign:
                middle = (left + right) / 2, z - CAP_HEIGHT * size / 2
                shapes.append(Text(*middle, ((sign, "ink"),), size, "center"))
    return shapes
