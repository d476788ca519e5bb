"""Square matrices to scale, one on another from one corner on, each with how many cells it has."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import ScriptError
from ...language import phrase, whole
from ...layout.lettering.drawing import Line, Rect, Shape, Text
from ...layout.lettering.font import CAP_HEIGHT, advance, fit
from ..telling import Telling
from .pinned import pin, place, put_up

APART = 2.6
"""Ems from what is said of one square to that of the next, at least; smaller squares say nothing."""
TITLE = 2.2
"""Ems that the title takes."""
EDGE = 0.0035
PALE = 0.3
"""Opacity of a square's face, so that those below are seen."""


def squares(telling: Telling, sides: Sequence[int], symbol: str, title: str, *, seconds: float = 4.0) -> None:
    """Put up squares of so many cells on each side, the smallest first; ``symbol`` is what such a number is called."""
    seconds = telling.length(seconds)
    if not sides or min(sides) < 1:
        raise ScriptError(f"A square needs a side of one cell at least; got {list(sides)}.")
    area, em = place(telling)
    told = [(f"{symbol} = {whole(side)}", phrase("{} cells", side**2)) for side in sorted(set(sides))]
    size = fit(max((words for one in told for words in one), key=advance), em, 0.42 * area.width)
    wide = max(advance(words, size) for one in told for words in one) + 1.6 * em
    full = min(area.width - wide, area.height - TITLE * em)
    left, base = area.center[0] - (full + wide) / 2, area.center[1] - (full + TITLE * em) / 2
    largest, lowest = max(sides), base - size
    heading = Text(left, base + full + 1.2 * em, ((title, "ink"),), fit(title, em, area.width))
    put_up(telling, "names", [heading], 0.1 * seconds)
    each = 0.9 * seconds / len(told)
    for layer, (side, words) in zip(range(len(told), 0, -1), zip(sorted(set(sides)), told, strict=True), strict=True):
        long = full * side / largest
        ends = ((0.0, 0.0), (long, 0.0), (long, long), (0.0, long), (0.0, 0.0), (long, 0.0))
        face = pin(telling, "square", [Rect(0.0, 0.0, long, long, "activation")], (left, base), layer)
        edge = pin(telling, "square", [Line(ends, EDGE, "activation")], (left, base), len(told) + 1)
        with telling.together(seconds=each):
            telling.change(face, "opacity", PALE, each)
            telling.change(edge, "opacity", 1.0, each)
            if base + long - lowest > APART * size:
                lowest = base + long
                put_up(telling, "names", _beside(words, left, long, left + full, lowest, size), each)
            else:
                telling.pass_time(each)


def _beside(words: tuple[str, str], left: float, long: float, right: float, top: float, em: float) -> list[Shape]:
    """What is said of a square, at the right of the largest, and a line there from its corner."""
    x = right + 0.8 * em
    line = Line(((left + long, top), (right + 0.5 * em, top)), 0.4 * EDGE, "muted")
    first, second = ((text, color) for text, color in zip(words, ("muted", "ink"), strict=True))
    return [
        line,
        Text(x, top - 0.5 * CAP_HEIGHT * em, (first,), em),
        Text(x, top - 0.5 * CAP_HEIGHT * em - 1.15 * em, (second,), em),
    ]
