"""Dealing: where grids stand in a plane so that they are as large on the page as they can be.

A chapter gives rows, as they stand in a wide picture; strips in which nothing stands are narrowed. On a page of another
shape rows are broken or put side by side where that makes all of it larger: what stood side by side in 16:9 stands one
below the other in 9:16, and is dealt into the square. Between the grids there is room for labels and arrows as large as
these are on the picture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ...layout.grid import CELL
from ..page.view import Area, Page

LABEL, ARROW = 0.068, 0.052
"""Room over a grid for its label, and between two for an arrow, in heights of a picture as wide as it is high."""
LEAST, WAY = (0.27, 0.16), 0.12
"""The same in metres, beside and below; and for an arrow under a name, with what stays free at its ends."""
BETTER = 1.2
"""How much larger all must be for rows to be broken."""
LANES = 0.9
"""Metres by which a row in an order of its own begins before the others: ways to its first grid go down there."""
NAMES_APART = 0.02
"""Between the names of what stands side by side, in picture heights."""
ROUNDS = 4
"""Room for labels depends on how large all is, which depends on the room."""
Extent = tuple[float, float, float, float]
"""Left, low, right and high of a grid at home with what is written along it, in metres."""
Name = tuple[float, float, float]
"""Where a grid's name stands along x at home, in metres; how far it reaches to left and right, in picture heights."""
Apart = Callable[["Unit", "Unit"], float]
"""Metres that must be free between two units for their names."""
Places = Mapping[str, tuple[float, float]]
"""By a grid's name where the upper left corner of its extent goes, from the upper left one of all."""


@dataclass(frozen=True)
class Unit:
    """Grids that touch each other and stay together, by their names, and what they cover at home.

    One ``in_order`` is of a row that keeps the order in which it is given.
    """

    names: tuple[str, ...]
    extent: Extent
    in_order: bool = False

    @property
    def width(self) -> float:
        """From left to right."""
        return self.extent[2] - self.extent[0]

    @property
    def height(self) -> float:
        """From low to high."""
        return self.extent[3] - self.extent[1]


@dataclass(frozen=True)
class Dealt:
    """Where units go: their left edges and tops, and what all of them cover."""

    places: tuple[tuple[Unit, float, float], ...]
    width: float
    height: float


def deal(
    rows: Sequence[Sequence[tuple[str, Extent]]], page: Page, gap: float | None = None, flows: bool = True,
    names: Mapping[str, Name] | None = None, in_order: bool = False, all_named: bool = False,
) -> Places:  # fmt: skip
    """Where the grids of rows go in the free part of a page; rows are ``gap`` metres apart, or as labels need it.

    Where nothing ``flows`` from row to row no arrow needs room between them. ``names`` have room in rows that keep an
    order of their own beside others, or wherever ``all_named``. ``in_order`` all do so, from left to right as they are
    given.
    """
    free, pixels = page.free, min(1.0, page.aspect)
    units = [_units(row, in_order) for row in rows]
    plain = _fitted(units, free, gap, pixels, None, flows, names or {}, all_named)
    widths = set() if page.is_wide else {sum(unit.width for unit in part) for part in _parts(units)}
    others = [_fitted(units, free, gap, pixels, width, True, names or {}) for width in sorted(widths)]
    best = max(others, key=lambda one: one[1], default=plain)
    dealt = (best if best[1] > BETTER * plain[1] else plain)[0]
    extents = {name: extent for row in rows for name, extent in row}
    return {
        name: (left + extents[name][0] - unit.extent[0], top + extents[name][3] - unit.extent[3])
        for unit, left, top in dealt.places
        for name in unit.names
    }


def _units(row: Sequence[tuple[str, Extent]], in_order: bool) -> list[Unit]:
    """The units of a row, in its order: two grids that touch at home are one, unless it keeps an order of its own."""
    if not in_order and not keeps_order(row):
        return _touching(row)
    return [Unit((name,), extent, in_order=True) for name, extent in row]


def keeps_order(row: Sequence[tuple[str, Extent]]) -> bool:
    """Whether a row is laid out as it is given, for one covers another at home."""
    return not _stand_apart(_touching(row))


def _touching(row: Sequence[tuple[str, Extent]]) -> list[Unit]:
    found: list[Unit] = []
    for name, extent in row:
        for number, unit in enumerate(found):
            apart = max(extent[0] - unit.extent[2], unit.extent[0] - extent[2])
            if -CELL / 2 < apart < CELL / 2:
                lows, highs = (
                    zip(extent[:2], unit.extent[:2], strict=True),
                    zip(extent[2:], unit.extent[2:], strict=True),
                )
                left, low, right, high = (*map(min, lows), *map(max, highs))
                found[number] = Unit((*unit.names, name), (left, low, right, high))
                break
        else:
            found.append(Unit((name,), extent))
    return found


def _parts(rows: Sequence[Sequence[Unit]]) -> list[Sequence[Unit]]:
    """All stretches of units, of which each may be what a line has room for."""
    every = [unit for row in rows for unit in row]
    return [every[a:b] for a in range(len(every)) for b in range(a + 1, len(every) + 1)]


def _fitted(
    rows: Sequence[Sequence[Unit]], free: Area, gap: float | None, pixels: float, width: float | None, flows: bool,
    names: Mapping[str, Name] | None = None, all_named: bool = False,
) -> tuple[Dealt, float]:  # fmt: skip
    """Rows as they are, or dealt into a width of units, and how large a metre is then, in picture heights."""
    beside, below = LEAST[0], LEAST[1] if gap is None else gap
    dealt, scale = _laid(rows, beside, below, width), 0.0
    for _ in range(ROUNDS):
        scale = min(free.width / dealt.width, (free.height - LABEL * pixels) / dealt.height)
        beside = max(LEAST[0], ARROW * pixels / scale)
        arrow = max(WAY, ARROW * pixels / scale) if flows else 0.0
        below = max(LEAST[1], LABEL * pixels / scale + arrow) if gap is None else gap
        dealt = _laid(rows, beside, below, width, _named_apart(names or {}, scale), all_named)
    return dealt, scale


def _named_apart(names: Mapping[str, Name], scale: float) -> Apart:
    """What names as large as they are on the picture need between units, where a metre is so many picture heights."""

    def over(unit: Unit, right: bool) -> float:
        told = [names[name] for name in unit.names if name in names]
        ends = [at + after / scale if right else before / scale - at for at, before, after in told]
        return max(ends, default=0.0) - (unit.extent[2] if right else -unit.extent[0]) if ends else 0.0

    return lambda left, right: over(left, True) + over(right, False) + NAMES_APART / scale


def _laid(
    rows: Sequence[Sequence[Unit]], beside: float, below: float, width: float | None, apart: Apart | None = None,
    all_named: bool = False,
) -> Dealt:  # fmt: skip
    in_place = [row for row in rows if _stand_apart(row)]
    if width is None and len(in_place) == len(rows):
        return _narrowed(rows, beside, below, apart if all_named else None)
    if width is None and _stand_apart(rows[0]):
        return _flush(rows, beside, below, apart)
    lines = [_in_order(row) for row in rows] if width is None else _lines(rows, width + CELL / 2)
    places, top, wide = [], 0.0, 0.0
    for line in lines:
        left = 0.0
        for number, unit in enumerate(line):
            if number:
                left += max(beside, apart(line[number - 1], unit) if apart and unit.in_order else 0.0)
            places.append((unit, left, top))
            left += unit.width
        wide = max(wide, left)
        top -= max(unit.height for unit in line) + below
    return Dealt(tuple(places), wide, -top - below)


def _flush(rows: Sequence[Sequence[Unit]], beside: float, below: float, apart: Apart | None) -> Dealt:
    """Rows as at home, and below these what has an order of its own, which ends where they end."""
    at_home = _narrowed([row for row in rows if _stand_apart(row)], beside, below, apart)
    lefts = {id(unit): left for unit, left, _ in at_home.places}
    end = max(left + unit.width for unit, left, _ in at_home.places)
    places, top = [], 0.0
    for row in rows:
        left, last = end, None
        for unit in reversed(row):
            room = max(beside, apart(unit, last) if apart else 0.0) if last else 0.0
            left, last = lefts.get(id(unit), left - room - unit.width), unit
            if unit is row[0] and id(unit) not in lefts:
                left = min(left, *(one - LANES for one in lefts.values()))
            places.append((unit, left, top))
        top -= max(unit.height for unit in row) + below
    return Dealt(tuple(places), end - min(left for _, left, _ in places), -top - below)


def _in_order(row: Sequence[Unit]) -> list[Unit]:
    """A line of units from left to right: as at home, or in the order given if one covers another there."""
    return sorted(row, key=lambda unit: unit.extent[0]) if _stand_apart(row) else list(row)


def _stand_apart(row: Sequence[Unit]) -> bool:
    """Whether the units of a row stand as at home, where they are side by side."""
    return not any(unit.in_order for unit in row) and all(
        a.extent[2] <= b.extent[0] for a, b in pairwise(sorted(row, key=lambda unit: unit.extent[0]))
    )


def _lines(rows: Sequence[Sequence[Unit]], width: float) -> list[list[Unit]]:
    """Rows dealt into lines: as many units in each as there is room for; a row that fits goes on in a line,
    unless it keeps an order of its own: what leads into it would cross what stands before it."""
    lines: list[list[Unit]] = [[]]

    def room() -> float:
        return width - sum(unit.width for unit in lines[-1])

    for row in rows:
        if lines[-1] and (sum(unit.width for unit in row) > room() or row[0].in_order):
            lines.append([])
        first = len(lines[-1])
        for unit in row:
            if lines[-1] and unit.width > room():
                lines.append([])
                first = 0
            line = [*lines[-1][first:], unit]
            lines[-1][first:] = _in_order(line) if _stand_apart(row) else line
    return lines


def _narrowed(
    rows: Sequence[Sequence[Unit]], beside: float, below: float, apart: Apart | None = None
) -> Dealt:  # fmt: skip
    """Rows one below the other, where strips in which nothing stands at home are as narrow as they can be.

    With ``apart`` they are so wide that names on both sides of one have room.
    """
    pairs = [pair for row in rows for pair in pairwise(sorted(row, key=lambda unit: unit.extent[0]))] if apart else []
    units = sorted((unit for row in rows for unit in row), key=lambda unit: unit.extent[0])
    shift, edge = units[0].extent[0], units[0].extent[2]
    shifts: dict[int, float] = {}
    for unit in units:
        if (start := unit.extent[0]) > edge:
            over = [(a, b) for a, b in pairs if a.extent[2] <= edge and b.extent[0] >= start]
            named = [apart(a, b) - (edge - a.extent[2]) - (b.extent[0] - start) for a, b in over] if apart else []
            free, least = start - edge, max([beside, *named])
            shift += free - least if least > beside else max(free - beside, 0.0)
        edge = max(edge, unit.extent[2])
        shifts[id(unit)] = shift
    places, top = [], 0.0
    for row in rows:
        places += [(unit, unit.extent[0] - shifts[id(unit)], top) for unit in row]
        top -= max(unit.height for unit in row) + below
    return Dealt(tuple(places), edge - shift, -top - below)
