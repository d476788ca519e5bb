"""Where shapes reach, for tests: boxes of their ink, a little generous for text."""

from llmviz_addon.layout.lettering.drawing import Disc, Line, Polygon, Readout, Rect, Shape, Text
from llmviz_addon.layout.lettering.font import advance

Bounds = tuple[float, float, float, float]
"""left, bottom, right, top"""


def bounds(shape: Shape) -> list[Bounds]:
    """Boxes around a shape: one per line of text, one per stretch of a stroke."""
    match shape:
        case Rect():
            return [(shape.x, shape.y, shape.x + shape.width, shape.y + shape.height)]
        case Disc():
            return [(shape.x - shape.radius, shape.y - shape.radius, shape.x + shape.radius, shape.y + shape.radius)]
        case Polygon():
            xs, ys = zip(*shape.points, strict=True)
            return [(min(xs), min(ys), max(xs), max(ys))]
        case Line():
            half = max(shape.width, shape.head) / 2
            return [
                (min(a[0], b[0]) - half, min(a[1], b[1]) - half, max(a[0], b[0]) + half, max(a[1], b[1]) + half)
                for a, b in zip(shape.points, shape.points[1:], strict=False)
            ]
        case Text():
            return list(text_bounds(shape))
        case Readout():
            raise TypeError("A readout's width is known only on stage.")


def text_bounds(text: Text) -> list[Bounds]:
    found = []
    for number, line in enumerate(text.body.split("\n")):
        if not line:
            continue
        width = advance(line, text.size)
        left = text.x - {"left": 0, "center": 0.5, "right": 1}[text.align] * width
        y = text.y - number * text.leading * text.size
        found.append((left, y - 0.23 * text.size, left + width, y + 0.74 * text.size))
    return found


def overlap(a: Bounds, b: Bounds, slack: float = 1e-6) -> bool:
    return a[0] < b[2] - slack and b[0] < a[2] - slack and a[1] < b[3] - slack and b[1] < a[3] - slack


def inside(inner: Bounds, outer: Bounds, slack: float = 1e-6) -> bool:
    return all(inner[i] >= outer[i] - slack for i in (0, 1)) and all(inner[i] <= outer[i] + slack for i in (2, 3))
