"""Formulas set as pictures: fractions, roots and brackets of the right size, operands as little cells.

The classic box model of mathematical typesetting: every part is a box with a width, a height above
and a depth below the baseline, and boxes are put side by side on that line. Lengths inside are
ems; only the finished box is scaled to metres. Signs that must grow (roots, brackets, fraction bars) are
strokes, the others come from the font.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ...language import comma, phrase
from ...rounding import number
from ..rules.formula import (
    Add,
    Bend,
    Concat,
    Div,
    Dot,
    Exp,
    Expression,
    Figure,
    Form,
    Lookup,
    Max,
    Mean,
    Mul,
    Number,
    Operand,
    Series,
    Sqrt,
    Square,
    Stored,
    Sub,
    Sum,
    Symbol,
    Var,
)
from .drawing import Line, Rect, Shape, Text
from .font import CAP_HEIGHT, advance

AXIS = 0.255
"""Height of the middle of +, −, = and of fraction bars over the baseline, in ems as all that follows."""
HEIGHT, DEPTH = 0.75, 0.24  # of a line of text
STROKE = 0.05
CELL = 0.52  # edge of the picture of one cell
SMALL = 0.32  # edge of a cell of a vector
STRIP = 3  # cells in the picture of a vector
SEAM = 0.08  # between cells
SPACE = 0.24  # around + and −
THIN = 0.1
BETWEEN = 0.16  # lines of a sum


@dataclass(frozen=True)
class Box:
    """Shapes on a baseline that starts at (0, 0), all within the width, height and depth.

    ``anchors`` are the middles of the operands' pictures, by operand name: where an arc may end. Of several lines the
    ``last`` one may be shorter: how wide it is, and how high what goes on there may be.
    """

    shapes: tuple[Shape, ...]
    width: float
    height: float
    depth: float
    anchors: dict[str, tuple[float, float]] = field(default_factory=dict)
    last: tuple[float, float] | None = None

    def end(self, height: float) -> float:
        """Where what is so high goes on: after the last line, where it has room under the one above."""
        return self.last[0] if self.last and height <= self.last[1] else self.width

    def moved(self, x: float, y: float, scale: float = 1.0) -> Box:
        """The box scaled, then moved to start at (x, y); height and depth stay about y = 0."""
        if x == 0 and y == 0 and scale == 1:
            return self
        return Box(
            tuple(_moved(shape, x, y, scale) for shape in self.shapes),
            self.width * scale,
            self.height * scale + y,
            self.depth * scale - y,
            {name: (x + scale * ax, y + scale * ay) for name, (ax, ay) in self.anchors.items()},
            self.last and (self.last[0] * scale, self.last[1] * scale + y),
        )


def set_formula(expression: Expression, size: float) -> Box:
    """Set a formula at an em of ``size`` metres, its baseline starting at (0, 0); all shapes are inside the box."""
    return _set(expression).moved(0, 0, size)


def _moved(shape: Shape, x: float, y: float, scale: float) -> Shape:
    match shape:  # by name, as ``replace`` takes five times as long, and a long sum has hundreds of shapes
        case Rect(at_x, at_y, width, height, color, radius):
            return Rect(x + scale * at_x, y + scale * at_y, scale * width, scale * height, color, scale * radius)
        case Line(along, width, color, head):
            points = tuple((x + scale * px, y + scale * py) for px, py in along)
            return Line(points, scale * width, color, head)
        case Text(at_x, at_y, spans, size, align, leading, font):
            return Text(x + scale * at_x, y + scale * at_y, spans, scale * size, align, leading, font)
        case _:
            raise TypeError(f"A formula holds no {type(shape).__name__}.")


# --- parts ------------------------------------------------------------------------------------------------


def _text(text: str, color: str = "ink") -> Box:
    return Box((Text(0, 0, ((text, color),), 1.0),), advance(text), HEIGHT, DEPTH)


def _space(width: float) -> Box:
    return Box((), width, 0.0, 0.0)


def _row(*boxes: Box) -> Box:
    """Boxes side by side on one baseline."""
    shapes: list[Shape] = []
    anchors: dict[str, tuple[float, float]] = {}
    x = width = 0.0
    room = math.inf  # over what stands at x, where that is under a longer line
    for box in boxes:
        if box.height > room:
            x, room = width, math.inf
        placed = box.moved(x, 0)
        shapes += placed.shapes
        anchors |= placed.anchors
        width = max(width, x + box.width)
        x, room = (x + box.last[0], min(room, box.last[1])) if box.last else (x + box.width, room)
        if x >= width:
            room = math.inf
    height, depth = max(box.height for box in boxes), max(box.depth for box in boxes)
    return Box(tuple(shapes), width, height, depth, anchors, (x, room) if x < width else None)


def _cells(operand: Operand) -> Box:
    """The picture of an operand's numbers, its middle on the axis."""
    color = str(operand.role)
    columns = STRIP if operand.form is Form.ROW else 1
    rows = STRIP if operand.form is Form.COLUMN else 1
    edge = CELL if operand.form is Form.CELL else SMALL
    bottom = AXIS - rows * edge / 2
    shapes = tuple(
        Rect(THIN + i * edge + SEAM / 2, bottom + j * edge + SEAM / 2, edge - SEAM, edge - SEAM, color)
        for j in range(rows)
        for i in range(columns)
    )
    width = columns * edge + 2 * THIN
    return Box(shapes, width, bottom + rows * edge, -bottom, {operand.name: (width / 2, AXIS)})


def _operand(operand: Operand) -> Box:
    return _named(phrase(operand.symbol), operand.name, str(operand.role)) if operand.symbol else _cells(operand)


def _named(symbol: str, name: str, color: str) -> Box:
    """A letter or a word for numbers, in the colour that these have."""
    box = _text(symbol, color)
    return replace(box, anchors={name: (box.width / 2, AXIS)})


def _fenced(inner: Box, shape: str) -> Box:
    """A box in round or square brackets as tall as it needs."""
    width = 0.3
    height, depth = max(inner.height, HEIGHT) + 0.06, max(inner.depth, DEPTH - 0.06) + 0.06
    draw = _square if shape == "[" else _round
    left, right = (Box(draw(width, height, -depth, mirrored), width, height, depth) for mirrored in (False, True))
    return _row(left, inner, right)


def _square(width: float, top: float, bottom: float, mirrored: bool) -> tuple[Shape, ...]:
    """A square bracket of rectangles: a stroke with so short ends would fray when it is small."""
    post, tick = 0.09, 0.11
    x = width - post - STROKE if mirrored else post
    side = x - tick if mirrored else x + STROKE
    return (
        Rect(x, bottom, STROKE, top - bottom, "ink"),
        Rect(side, top - STROKE, tick, STROKE, "ink"),
        Rect(side, bottom, tick, STROKE, "ink"),
    )


def _round(width: float, top: float, bottom: float, mirrored: bool) -> tuple[Shape, ...]:
    angles = [math.pi * (0.5 + i / 8) for i in range(9)]
    middle, half = (top + bottom) / 2, (top - bottom - STROKE) / 2
    arc = [(0.26 + 0.16 * math.cos(a), middle + half * math.sin(a)) for a in angles]
    return (Line(tuple((width - x, y) if mirrored else (x, y) for x, y in arc), STROKE),)


def _fraction(top: Box, bottom: Box) -> Box:
    pad, gap = 0.12, 0.13
    width = max(top.width, bottom.width) + 2 * pad
    above = AXIS + STROKE / 2 + gap + top.depth
    below = AXIS - STROKE / 2 - gap - bottom.height
    numerator = top.moved((width - top.width) / 2, above)
    denominator = bottom.moved((width - bottom.width) / 2, below)
    bar = Rect(0, AXIS - STROKE / 2, width, STROKE, "ink")
    inside = Box(
        (bar, *numerator.shapes, *denominator.shapes),
        width,
        numerator.height,
        denominator.depth,
        numerator.anchors | denominator.anchors,
    )
    return _row(_space(THIN), inside, _space(THIN))


ROOT, HOOK, WIDE = 1.5, 0.65, 1.16
"""Height of a root in ems from which on its sign is wider, and of the hook at its left at most; how many times as wide
the sign is at most, which a narrow panel has room for."""


def _root(inner: Box) -> Box:
    gap = 0.1
    low, high = -max(inner.depth, DEPTH), inner.height + gap + STROKE / 2
    wide = min(max(1.0, (high - low) / ROOT) ** 0.5, WIDE)  # the higher it is, or it would be a sliver
    sign = 0.6 * wide
    width = sign + inner.width + 0.06
    hook = low + min(0.45 * (high - low), HOOK * wide)
    stroke = Line(((0.08, hook), (0.24 * wide, low + STROKE), (0.52 * wide, high), (width, high)), STROKE)
    content = inner.moved(sign, 0)
    # Strokes end and turn a little outside their points.
    return Box((stroke, *content.shapes), width + STROKE / 2, high + 1.5 * STROKE, -low + STROKE / 2, content.anchors)


def _sum_sign() -> Box:
    scale = 1.35
    middle = CAP_HEIGHT / 2 * scale  # of the letter
    base = AXIS - middle
    letter = Text(0, base, (("Σ", "ink"),), scale)
    return Box((letter,), advance("Σ", scale) + THIN, HEIGHT * scale + base, DEPTH * scale - base)


def _stored(box: Box, name: str) -> Box:
    """A part whose value was computed before: a bar in the colour of aggregates under it."""
    gap, bar = 0.05, 0.07
    line = Rect(0.02, -box.depth - gap - bar, box.width - 0.04, bar, "aggregate", bar / 2)
    middle = (box.width / 2, (box.height - box.depth) / 2)
    return Box((line, *box.shapes), box.width, box.height, box.depth + gap + bar, {**box.anchors, name: middle})


# --- the tree ---------------------------------------------------------------------------------------------

_FUNCTIONS: dict[type, tuple[str, str]] = {
    Mean: ("mean", "("),
    Var: ("variance", "("),
    Max: ("max", "("),
    Exp: ("exp", "("),
}


def _strength(expression: Expression) -> int:
    """How tightly an expression holds together: sums 1, products 2, all else 3."""
    match expression:
        case Add() | Sub():
            return 1
        case Series(terms, _, "+", missing):
            return 1 if len(terms) + missing > 1 else _strength(terms[0])
        case Mul():
            return 2
    return 3


def _within(expression: Expression, strength: int, opens: bool) -> Box:
    """The expression, in brackets if it holds together less than ``strength``, or is negative where it cannot be.

    It ``opens`` a line or what is in brackets where nothing stands before it: a minus there is no sign of its own.
    """
    held = _strength(expression) >= strength
    negative = isinstance(expression, Figure) and expression.text.startswith("−") and not opens
    return _set(expression, opens) if held and not negative else _fenced(_set(expression), "(")


def _set(expression: Expression, opens: bool = True) -> Box:
    match expression:
        case Operand():
            return _operand(expression)
        case Figure(text, role):
            return _text(text, "ink" if role is None else str(role))
        case Stored(name, shown, symbol):
            return _named(symbol, name, "aggregate") if symbol else _stored(_set(shown), name)
        case Lookup(entry, index):
            return _row(_operand(entry), _fenced(_operand(index), "["))
        case Concat(parts):
            box = _cells(parts[0])
            return replace(box, anchors={part.name: box.anchors[parts[0].name] for part in parts})
        case Symbol(text):
            return _text(text)
        case Number(value):
            return _text(number(value, 0))
        case Add(left, right):
            return _joined(_within(left, 1, opens), "+", _within(right, 1, False), SPACE)
        case Sub(left, right):
            return _joined(_within(left, 1, opens), "−", _within(right, 2, False), SPACE)
        case Mul(left, right):
            return _joined(_within(left, 2, opens), "·", _within(right, 2, False), THIN)
        case Series():
            return _series(expression, opens)
        case Div(left, right):
            return _fraction(_set(left), _set(right))
        case _:
            return _function(expression)


def _function(expression: Expression) -> Box:
    """What is called by its name, or has a sign of its own before or after it."""
    match expression:
        case Sqrt(inner):
            return _root(_set(inner))
        case Square(inner):
            return _power(_within(inner, 3, False), "2")
        case Dot(left, right):
            return _row(_text(phrase("dot")), _fenced(_row(_set(left), _text(comma()), _space(THIN), _set(right)), "("))
        case Sum(inner):
            return _row(_sum_sign(), _within(inner, 2, True))
        case Bend(inner, by):
            return _row(_text(by.name), _fenced(_set(inner), "("))
        case Mean(inner) | Var(inner) | Max(inner) | Exp(inner):
            name, fence = _FUNCTIONS[type(expression)]
            return _row(_text(phrase(name)), _fenced(_set(inner), fence))
    raise TypeError(f"Nothing says how {expression!r} is set.")


def _joined(left: Box, sign: str, right: Box, space: float) -> Box:
    return _row(left, _space(space), _text(sign), _space(space), right)


def _series(series: Series, opens: bool) -> Box:
    """The terms that are written, and "…" for each stretch of others; in several lines the last is the baseline."""
    boxes: list[Box] = []
    last = -1
    for place in series.shown:
        if place > last + 1 or (series.missing and place == series.shown[-1]):
            boxes.append(_text("…"))
        boxes.append(_within(series.terms[place], 1, (opens and not boxes) or series.sign == ","))
        last = place
    if last + 1 < len(series.terms):
        boxes.append(_text("…"))
    each = math.ceil(len(boxes) / series.lines)
    rows = [boxes[first : first + each] for first in range(0, len(boxes), each)]
    return _stacked([_listed(row, series.sign, row is not rows[0], row is not rows[-1]) for row in rows])


def _listed(boxes: Sequence[Box], sign: str, goes_on: bool, will_go_on: bool) -> Box:
    """Terms in a line with a sign between them: a plus opens the line that ``goes_on``, a comma ends one before."""
    plus = sign == "+"
    sign = sign if plus else comma()
    between = [_space(SPACE if plus else 0.0), _text(sign), _space(SPACE)]
    parts: list[Box] = between[1:] if plus and goes_on else []
    for box in boxes:
        parts += [box] if box is boxes[0] else [*between, box]
    return _row(*parts, *([_text(sign)] if will_go_on and not plus else []))


def _stacked(lines: Sequence[Box]) -> Box:
    """Lines one below the other, each from the left; the last one's baseline is that of all."""
    shapes: list[Shape] = list(lines[-1].shapes)
    top = lines[-1].height
    for line in reversed(lines[:-1]):
        placed = line.moved(0, top + BETWEEN + line.depth)
        shapes += placed.shapes
        top = placed.height
    width, end = max(line.width for line in lines), lines[-1]
    room = (end.width, end.height + BETWEEN / 2) if end.width < width else None
    return Box(tuple(shapes), width, top, end.depth, last=room)


def _power(base: Box, exponent: str) -> Box:
    """A small number at the upper right."""
    small = 0.62
    raised = _text(exponent).moved(base.width, base.height - 0.62 * small, small)
    return Box(
        (*base.shapes, *raised.shapes), base.width + advance(exponent, small), raised.height, base.depth, base.anchors
    )
