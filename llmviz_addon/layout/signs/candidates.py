"""What may come next: the most probable tokens after the last one, in a list under the output boxes."""

from __future__ import annotations

from collections.abc import Callable

from ...language import phrase
from ...model.sampling import Draw
from ...rounding import parts_of_all, percent
from ..layout import Layout
from ..lettering.drawing import Drawing, Line, Polygon, Rect, Shape, Text
from ..lettering.font import CAP_HEIGHT, advance, fit
from .tokens import READABLE, STROKE, TokenRow, below, output_bottom, printable

EM = 0.3  # in gaps
LEADING = 1.45  # ems from row to row
BAR = 5.0  # ems of a certain token's bar
WORD = 7.0  # ems that a token's text may take
NUMBER = 3.9  # ems


def candidates(layout: Layout, draw: Draw, column: int, text_of: Callable[[int], str]) -> Drawing:
    """The candidates of ``draw`` for what follows ``column``, the chosen one marked.

    Each with its rank, its text, and its probability as a bar and a number. The list stays in the middle, whatever
    the column, whose box is framed.
    """
    row = TokenRow(layout)
    em = EM * layout.gap
    bottom = output_bottom(layout, row)
    texts = [printable(text_of(candidate.token)) for candidate in draw.candidates]
    word = min(WORD * em, max(advance(text, em) for text in texts))
    rank = max(advance(str(candidate.rank), 0.7 * em) for candidate in draw.candidates)
    width = 0.9 * em + rank + 0.5 * em + word + 0.6 * em + BAR * em + NUMBER * em
    left, top = -width / 2, bottom - 0.6 * layout.gap
    shapes: list[Shape] = []
    start: tuple[tuple[float, float], ...] = ((0.0, bottom),)
    if column in row.places:  # of a great many tokens some have no box
        box = row.edge(column, bottom)
        shapes.append(Line(box, 2.5 * STROKE, "ink"))
        if box[0][1] == bottom:  # else other lines are in between, and the frame alone has to tell
            bend = bottom - 0.2 * layout.gap
            start = ((row.middle(column), bottom), (row.middle(column), bend), (0.0, bend))
    shapes.append(Line((*start, (0.0, top)), STROKE, "muted", 4 * STROKE))
    base = top - 1.2 * em
    shapes.append(Text(0, base, ((phrase("next token, {}", str(draw.sampling)), "muted"),), 0.75 * em, "center"))
    numbers_at, words_at = left + 0.9 * em + rank, left + 1.4 * em + rank
    bars_at = words_at + word + 0.6 * em
    middle = CAP_HEIGHT * em / 2
    shares = parts_of_all(candidate.share for candidate in draw.candidates)
    for candidate, text, share in zip(draw.candidates, texts, shares, strict=True):
        base -= LEADING * em
        chosen = candidate.token == draw.token
        color = "ink" if chosen else "muted"
        if chosen:
            shapes.append(Rect(left, base + middle - 0.66 * em, width, 1.32 * em, "card", 0.2 * em))
            y = base + middle
            shapes.append(
                Polygon(
                    ((left + 0.25 * em, y + 0.28 * em), (left + 0.25 * em, y - 0.28 * em), (left + 0.7 * em, y)),
                    "accent",
                )
            )
        shapes.append(Text(numbers_at, base, ((str(candidate.rank), "muted"),), 0.7 * em, "right"))
        shapes.append(Text(words_at, base, ((text, color),), fit(text, em, word)))
        shapes.append(Rect(bars_at, base + middle - 0.3 * em, BAR * em * candidate.share, 0.6 * em, "activation"))
        shapes.append(Text(left + width - 0.3 * em, base, ((percent(share), color),), 0.85 * em, "right"))
    return Drawing("tokens:candidates", tuple(shapes), below(layout), fades_below=READABLE)
