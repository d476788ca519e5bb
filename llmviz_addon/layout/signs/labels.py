"""Names on the grids: a title and the lengths of the axes, above each grid.

A label may reach 0.4 gaps beyond its grid at each side and 0.55 above it. Grids are at least a gap
apart, so labels that keep to that cannot meet each other or another grid, whatever the model. Only the
aggregates, which stand in pairs without a gap, are named at their side or towards the two outsides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ...language import phrase
from ..grid import CELL, Beside, Grid, Outward
from ..layout import Layout
from ..lettering.drawing import Drawing, Line, Rect, Shape, Text, pose
from ..lettering.font import CAP_HEIGHT, advance, once_per_font
from ..tensor import Axis

READABLE = 8.0
"""Height in pixels below which a label fades."""
REACH, TALL = 0.4, 0.55  # in gaps: how far a label may go to the sides, and up
SIZE = 0.28  # em of a title, in gaps
DETAIL = 0.72  # em of the axis lengths, in titles' ems
LEAST = 0.64  # of that: where the title is as large as it may be they can still be read; smaller ones are left out
BEFORE = 0.03  # metres in front of the grid
LEADING = 1.05
RAISED = 0.2 * CELL  # over the grid: of one that is low in the picture the top is seen
THIN = 3  # a grid of at most this many columns shows its title only


def labels(layout: Layout, growing: bool = False, grids: Iterable[Grid] | None = None) -> Iterator[Drawing]:
    """A label for every grid, or for ``grids`` of this layout; each is the grid's, its ``parent``.

    On a ``growing`` set not all T columns are filled, so T is told as at most so many.
    """
    gap = layout.gap
    for grid in layout.grids if grids is None else grids:
        match grid.caption:
            case Beside() as caption:
                yield _beside(grid, caption, gap)
            case Outward(text, starts):
                yield _outward(grid, phrase(text), starts, gap)
            case None:
                yield _above(grid, gap, growing)


def _above(grid: Grid, gap: float, growing: bool) -> Drawing:
    """Title, and under it the axis lengths, centred over the grid on a plate that hides what is behind.

    Everywhere height comes before width, as in what is written of matrices: A × C times C × T is A × T.
    """
    lengths = " × ".join(
        _length(axis, growing) for axis in sorted(grid.axes, key=lambda axis: axis.direction, reverse=True)
    )
    return _drawing(
        grid, _plate(phrase(grid.title), lengths, grid.cells[0], gap), grid.middle[0], grid.ends[1][2] + RAISED
    )


@once_per_font(1024)  # the layers of a model are labelled alike
def _plate(title: str, lengths: str, columns: int, gap: float) -> tuple[Shape, ...]:
    """The label of a grid that is so many ``columns`` wide, around x = 0."""
    thin = columns <= THIN
    room = columns * CELL + 2 * REACH * gap
    lengths = "" if thin else lengths
    pad = 0.05 * gap
    name, size = _title(title, SIZE * gap, room - 2 * pad, TALL * gap - 2 * pad)
    if thin and size < 0.75 * SIZE * gap:  # "Projection bias" stands beside the projection's weights anyway
        last = re.split("[ -]", title)[-1]
        name, size = _title(last[:1].upper() + last[1:], SIZE * gap, room - 2 * pad, TALL * gap - 2 * pad)
    detail = min(DETAIL * size, DETAIL * size * (room - 2 * pad) / max(advance(lengths, DETAIL * size), 1e-9))
    if detail < LEAST * size:
        lengths, detail = "", DETAIL * size
    base = pad + 0.23 * detail
    over = base + 0.95 * detail + 0.23 * size if lengths else pad + 0.23 * size
    count = name.count("\n") + 1
    top = over + (count - 1) * LEADING * size + 0.74 * size + pad / 2
    width = max(advance(name, size), advance(lengths, detail)) + 2 * pad
    shapes: list[Shape] = [Rect(-width / 2, pad / 4, width, top - pad / 4, "ground", pad)]
    shapes.append(Text(0, over + (count - 1) * LEADING * size, ((name, "ink"),), size, "center", LEADING))
    if lengths:
        shapes.append(Text(0, base, ((lengths, "muted"),), detail, "center"))
    return tuple(shapes)


def _length(axis: Axis, growing: bool) -> str:
    return f"{axis.symbol} {'≤ ' if growing and axis.name == 'T' else ''}{axis.count}"


def _title(title: str, size: float, width: float, height: float) -> tuple[str, float]:
    """The title on one line or, where it can be larger, on two; and its em."""
    best = (title, size * min(1.0, width / max(advance(title, size), 1e-9)))
    for cut in (found.end() for found in re.finditer("[ -]", title)):
        lines = title[:cut].rstrip(" ") + "\n" + title[cut:]
        em = size * min(1.0, width / advance(lines, size))
        em = min(em, height / (0.97 + LEADING))
        if em > 1.15 * best[1]:
            best = (lines, em)
    return best


def _beside(grid: Grid, caption: Beside, gap: float) -> Drawing:
    """A name at the left of a row of cells; of rows that lie on each other names are further apart than these.

    They are so at any size that they have on the picture: by a line, beyond what the rows are, and upwards, as the
    name of the grid under them needs the room there. So a stroke leads from each name to its own row.
    """
    size, x = min(0.21 * gap, 1.7 * CELL), -0.3 * gap
    spread = (caption.rows - 1 - caption.row) * size - (0.1 if caption.rows > 1 else 0.33) * size
    shapes: list[Shape] = [Text(x, spread, ((phrase(caption.text), "ink"),), size, "right")]
    if caption.rows > 1:
        middle, bend = spread + 0.5 * CAP_HEIGHT * size, -0.12 * gap
        shapes.append(
            Line(((x + 0.2 * size, middle), (bend, middle), (bend, 0.0), (-0.02 * gap, 0.0)), 0.05 * size, "muted")
        )
    return _drawing(grid, shapes, grid.ends[0][0], grid.middle[2])


def _outward(grid: Grid, title: str, align: str, gap: float) -> Drawing:
    """A name above one of two columns of cells that touch, from the seam between them outwards."""
    apart = 0.13 * gap  # from the seam, lest the two read as one
    width = CELL + REACH * gap - apart
    size = min(0.15 * gap, width / advance(title) * 0.9)
    seam = grid.ends[0 if align == "left" else 1][0]
    x = apart if align == "left" else -apart
    text = Text(x, 0.05 * gap + 0.23 * size, ((title, "ink"),), size, align)
    return _drawing(grid, (text,), seam, grid.ends[1][2])


def _drawing(grid: Grid, shapes: Sequence[Shape], x: float, z: float) -> Drawing:
    where = pose((x, grid.ends[0][1] - BEFORE, z))
    return Drawing(name_of(grid), tuple(shapes), where, grid.name, READABLE, keeps_size=True)


def name_of(grid: Grid) -> str:
    """What the label of a grid is called."""
    return f"label:{grid.name}"
