"""Which texts of a drawing may come after all its other shapes, as nothing lies over them."""

from __future__ import annotations

from collections.abc import Sequence

from ...layout.lettering.drawing import Disc, Line, Polygon, Readout, Rect, Shape, Text


def on_top(shapes: Sequence[Shape]) -> dict[int, Text]:
    """The texts whose letters may come after all other shapes, by number: none of these lies over them.

    EEVEE and the viewport draw the faces of a mesh in their order.
    """
    found: dict[int, Text] = {}
    over: list[tuple[float, float, float, float]] = []
    for number in range(len(shapes) - 1, -1, -1):
        shape = shapes[number]
        box = _box(shape)
        if isinstance(shape, Text) and not any(_meet(box, other) for other in over):
            found[number] = shape
        else:
            over.append(box)
    return dict(sorted(found.items()))


def _box(shape: Shape) -> tuple[float, float, float, float]:
    """Left, low, right and high of a shape, and of all that it may reach beyond its points."""
    match shape:
        case Rect(x, y, width, height):
            return x, y, x + width, y + height
        case Disc(x, y, radius):
            return x - radius, y - radius, x + radius, y + radius
        case Text() | Readout():
            (left, low), (right, high) = shape.corners
            return left, low, right, high
        case Line(points, width, _, head):
            away = max(width, head)
        case Polygon(points):
            away = 0.0
    xs, ys = zip(*points, strict=True)
    return min(xs) - away, min(ys) - away, max(xs) + away, max(ys) + away


def _meet(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
