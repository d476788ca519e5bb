"""The tokens as people read them: boxes above the model for what goes in, below it for what comes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ...language import phrase
from ...model.tokenizers.tokenizer import visible
from ...rounding import number, parts_of_all
from ..grid import CELL
from ..layout import Layout
from ..lettering.drawing import Drawing, Line, Rect, Shape, Text, pose
from ..lettering.font import CAP_HEIGHT, fit
from .tiles import INK, tint

READABLE = 4.0
"""Height in pixels below which the boxes fade."""
STROKE = 0.012
WIDEST = 4.1 * CELL
WORDS = 256
"""Of a larger vocabulary tokens are words rather than letters: their boxes are wider than high."""
LINE, SHORTER = 24, 16
"""Words in one row at most, and in a line of more than that."""
INPUT_AT = 1.3
"""Gaps between the token row and its boxes, and between the probabilities and theirs."""
SMALL = 0.54
"""Size of what stands under a letter, and over a row, as a share of an em: as small as can be read beside it."""
SMALLEST = 0.005
"""Probability from which there is a bar of it."""
MOST_BOXES = 96
"""Boxes drawn at most; of more tokens the middle is left out."""


@dataclass(frozen=True)
class Predictions:
    """What the model holds most likely to follow each token that it ``read``: ids, their texts and probabilities.

    Probabilities are NaN if they are not known.
    """

    ids: tuple[int, ...]
    texts: tuple[str, ...]
    shares: tuple[float, ...]
    read: tuple[int, ...] = ()

    @classmethod
    def of(cls, probs: np.ndarray, text_of: Callable[[int], str], read: tuple[int, ...] = ()) -> Predictions:
        """From probabilities (T, n_vocab)."""
        known = probs if np.isfinite(probs).all() else np.where(np.isfinite(probs), probs, -1.0)
        ids = known.argmax(axis=1)
        shares = np.take_along_axis(probs, ids[:, None], axis=1)[:, 0].astype(float)
        for t in np.flatnonzero(shares >= 1):  # rounded to 1: not all of it, where others have a trace
            shares[t] = max(parts_of_all(probs[t]))
        return cls(tuple(map(int, ids)), tuple(text_of(int(i)) for i in ids), tuple(map(float, shares)), read)

    def tint(self, t: int) -> str:
        """The colour of the token that may follow the one at time ``t``."""
        return tint(self.ids[t], self.read)


class TokenRow:
    """Where the boxes of the tokens stand, in their drawing's plane, whose x = 0 is in the middle.

    Letters, and a few words, stand in one row over their columns. More words are set in lines, as a text is.
    """

    def __init__(self, layout: Layout) -> None:
        n_tokens = self.n_tokens = layout.n_tokens
        half = MOST_BOXES // 2
        self.shown = [t for t in range(n_tokens) if n_tokens <= MOST_BOXES or t < half or t >= n_tokens - half]
        if layout.config.vocab_size <= WORDS:
            self.pitch = self.em = min(WIDEST, max(CELL, 45 * CELL / n_tokens))
            self.places = dict(zip(self.shown, self.shown, strict=True))
            self.per_line = n_tokens
        else:
            self.places = {t: place for place, t in enumerate(self.shown)}
            self.per_line = n_tokens if n_tokens <= LINE else SHORTER
            self.pitch = min(1.5 * WIDEST, 90 * CELL / self.per_line)
            self.em = 0.5 * self.pitch  # of the largest letters, and what heights go by
        self.lines = -(-(max(self.places.values()) + 1) // self.per_line)
        self.line = 1.7 * self.em
        self.height = self.lines * self.line

    @property
    def left(self) -> float:
        return -self.per_line * self.pitch / 2

    def filled(self, count: int) -> list[int]:
        """The boxes that are drawn of the first ``count``."""
        return [t for t in self.shown if t < count]

    def middle(self, t: int) -> float:
        """x of the middle of box ``t``."""
        return self.left + (self.places[t] % self.per_line + 0.5) * self.pitch

    def floor(self, t: int, bottom: float) -> float:
        """y of the lower edge of box ``t``, where that of the last line is at ``bottom``."""
        return bottom + (self.lines - 1 - self.places[t] // self.per_line) * self.line

    def column(self, t: int) -> float:
        """x of the middle of the model's column ``t``."""
        return (t + 0.5 - self.n_tokens / 2) * CELL

    def frames(self, bottom: float) -> list[Shape]:
        """The outlines of the boxes; where there are several lines, each says which token it starts with."""
        shapes: list[Shape] = []
        for t, place in self.places.items():
            y, x = self.floor(t, bottom), self.middle(t) - self.pitch / 2
            if place % self.per_line == 0:
                full = min(self.per_line, max(self.places.values()) + 1 - place)
                ends = x, x + full * self.pitch
                shapes += [Line(tuple((end, level) for end in ends), STROKE, "muted") for level in (y, y + self.line)]
                shapes.append(Line(((ends[1], y), (ends[1], y + self.line)), STROKE, "muted"))
                if self.lines > 1:
                    at = (x - 0.5 * self.em, y + self.line / 2 - 0.18 * self.em)
                    shapes.append(Text(*at, ((f"t = {t}", "muted"),), 0.5 * self.em, "right"))
            elif t - 1 not in self.places:
                shapes.append(Line(((x - self.pitch, y), (x - self.pitch, y + self.line)), STROKE, "muted"))
            shapes.append(Line(((x, y), (x, y + self.line)), STROKE, "muted"))
        return shapes

    def letter(self, t: int, bottom: float, text: str, color: str, under: str, tile: str) -> list[Shape]:
        """A token's text in box ``t``, on a tile, and a smaller line under it; a ``muted`` one has a bare edge."""
        text, y = printable(text), self.floor(t, bottom)
        room = 0.86 * self.pitch
        size, small = fit(text, 0.75 * self.em, room), fit(under, SMALL * self.em, room)
        x = self.middle(t)
        base = y + 0.68 * self.line - CAP_HEIGHT * 0.75 * self.em / 2  # one for all, as in a line of text
        wide, tall = 0.9 * self.pitch, (0.58 if under else 0.86) * self.line
        low = y + self.line - tall - 0.05 * self.line
        shapes: list[Shape] = [Rect(x - wide / 2, low, wide, tall, tile, 0.1 * tall)]
        if color == "muted":
            edge = 0.09 * tall
            shapes.append(
                Rect(x - wide / 2 + edge, low + edge, wide - 2 * edge, tall - 2 * edge, "ground", 0.05 * tall)
            )
        shapes.append(Text(x, base, ((text, color if color == "muted" else INK),), size, "center"))
        if under:
            shapes.append(Text(x, y + 0.112 * self.line, ((under, "muted"),), small, "center"))
        return shapes

    def fan(self, boxes: float, cells: float, outwards: bool = False) -> list[Shape]:
        """Thin bent lines between the boxes' edge at ``boxes`` and the cells at ``cells``, with a head at the end.

        From a text of several lines there is but one.
        """
        step = (cells - boxes) / 5
        lines: list[Shape] = []
        for t in self.shown if self.lines == 1 else self.shown[:1]:
            a, b = (self.middle(t), self.column(t)) if self.lines == 1 else (0.0, 0.0)
            path = ((a, boxes + 0.3 * step), (a, boxes + step), (b, cells - 1.3 * step), (b, cells))
            lines.append(Line(path[::-1] if outwards else path, STROKE, "muted", 4 * STROKE))
        return lines

    def edge(self, t: int, bottom: float) -> tuple[tuple[float, float], ...]:
        """The corners of box ``t``, and the first again."""
        x, y = self.middle(t) - self.pitch / 2, self.floor(t, bottom)
        return ((x, y), (x + self.pitch, y), (x + self.pitch, y + self.line), (x, y + self.line), (x, y))

    def caption(self, y: float, text: str) -> Text:
        """A small name at the left over a row whose upper edge is at ``y``."""
        size = SMALL * self.em
        return Text(self.left, y + 0.3 * size, ((phrase(text), "muted"),), size)


def printable(text: str) -> str:
    """A token's text as tokenizers give it, whatever is asked for; never empty."""
    return "".join(c if c.isprintable() and c != " " else visible(c) for c in text) or "∅"


def input_boxes(layout: Layout, texts: Sequence[str], ids: Sequence[int], prompt_length: int) -> Drawing:
    """The prompt in ink, what the model itself appended muted, ids below, lines to the token row."""
    row = TokenRow(layout)
    bottom = INPUT_AT * layout.gap
    shapes = row.frames(bottom)
    for t in row.filled(len(texts)):
        color = "ink" if t < prompt_length else "muted"
        shapes += row.letter(t, bottom, texts[t], color, str(ids[t]), tint(ids[t], ids))
    shapes += row.fan(bottom, 0.12 * layout.gap)
    shapes.append(row.caption(bottom + row.height, "Input"))
    return Drawing("tokens:input", tuple(shapes), _above(layout), fades_below=READABLE)


def next_boxes(layout: Layout, predictions: Predictions, prompt_length: int) -> Drawing:
    """Over each input token the one that the model holds most likely to follow.

    In ink from the last token of the prompt on, where the model's answer begins.
    """
    row = TokenRow(layout)
    bottom = _next_at(layout, row)
    shapes = row.frames(bottom)
    for t in row.filled(len(predictions.ids)):
        color = "ink" if t >= prompt_length - 1 else "muted"
        shapes += row.letter(t, bottom, predictions.texts[t], color, str(predictions.ids[t]), predictions.tint(t))
    shapes.append(row.caption(bottom + row.height, "Next token"))
    return Drawing("tokens:next", tuple(shapes), _above(layout), fades_below=READABLE)


def output_boxes(layout: Layout, predictions: Predictions) -> Drawing:
    """Under each column of probabilities its most likely token, and how likely it is."""
    row = TokenRow(layout)
    bottom = output_bottom(layout, row)
    shapes = row.frames(bottom)
    for t in row.filled(len(predictions.ids)):
        share = predictions.shares[t]
        if share >= SMALLEST:
            left, width = row.middle(t) - row.pitch / 2, row.pitch * share
            shapes.append(Rect(left, row.floor(t, bottom), width, 0.07 * row.line, "activation"))
        shapes += row.letter(t, bottom, predictions.texts[t], "ink", number(share, most=2), predictions.tint(t))
    shapes += row.fan(bottom + row.height, -0.12 * layout.gap, outwards=True)
    return Drawing("tokens:output", tuple(shapes), below(layout), fades_below=READABLE)


def output_bottom(layout: Layout, row: TokenRow) -> float:
    """Lower edge of the output boxes, in the plane of ``below``."""
    return -INPUT_AT * layout.gap - row.height


def below(layout: Layout) -> np.ndarray:
    """The plane of what is written under the model: its origin is in the middle under the probabilities."""
    low, _ = layout.output.probs.box
    return pose((float(layout.output.probs.center[0]), float(low[1]), float(low[2])))


def top(layout: Layout) -> float:
    """Upper end of all boxes over the model, z in metres."""
    row = TokenRow(layout)
    return float(layout.tokens.box[1][2]) + _next_at(layout, row) + row.height + 0.5 * row.line


def _next_at(layout: Layout, row: TokenRow) -> float:
    return INPUT_AT * layout.gap + row.height + 0.5 * row.line + 0.3 * row.em * (row.lines > 1)


def _above(layout: Layout) -> np.ndarray:
    low, high = layout.tokens.box
    return pose((float(layout.tokens.center[0]), float(low[1]), float(high[2])))
