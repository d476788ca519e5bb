"""The tokens as people read them: boxes above the model for what goes in, below it for what comes out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .drawing import Drawing, Line, Rect, Shape, Text, pose
from .font import CAP_HEIGHT, fit
from .grid import CELL
from .groups import Layout

LEAST = 4.0
STROKE = 0.012
WIDEST = 4.1 * CELL
INPUT_AT = 1.3
"""Gaps between the token row and its boxes, and between the probabilities and theirs."""
MOST = 96
"""Boxes drawn at most; of more tokens the middle is left out."""


@dataclass(frozen=True)
class Predictions:
    """What the model holds most likely to follow each token: ids, their texts and probabilities (NaN if unknown)."""

    ids: tuple[int, ...]
    texts: tuple[str, ...]
    shares: tuple[float, ...]

    @classmethod
    def of(cls, probs: np.ndarray, text_of: Callable[[int], str]) -> Predictions:
        """From probabilities (T, n_vocab)."""
        known = np.where(np.isfinite(probs), probs, -1.0)
        ids = known.argmax(axis=1)
        shares = np.take_along_axis(np.asarray(probs, dtype=float), ids[:, None], axis=1)[:, 0]
        return cls(tuple(map(int, ids)), tuple(text_of(int(i)) for i in ids), tuple(map(float, shares)))


class TokenRow:
    """Where the boxes of one row stand, in its drawing's plane: the middle of the row is x = 0."""

    def __init__(self, n_tokens: int) -> None:
        self.pitch = min(WIDEST, max(CELL, 45 * CELL / n_tokens))
        self.height = 1.7 * self.pitch
        self.n_tokens = n_tokens
        half = MOST // 2
        self.shown = [t for t in range(n_tokens) if n_tokens <= MOST or t < half or t >= n_tokens - half]

    @property
    def left(self) -> float:
        return -self.n_tokens * self.pitch / 2

    def filled(self, count: int) -> list[int]:
        """The boxes that are drawn of the first ``count``."""
        return [t for t in self.shown if t < count]

    def middle(self, t: int) -> float:
        """x of the middle of box ``t``."""
        return self.left + (t + 0.5) * self.pitch

    def column(self, t: int) -> float:
        """x of the middle of the model's column ``t``."""
        return (t + 0.5 - self.n_tokens / 2) * CELL

    def frames(self, y: float) -> list[Shape]:
        """The outlines of the boxes whose lower edge is at ``y``."""
        top, right = y + self.height, -self.left
        lines: list[Shape] = [Line(((self.left, level), (right, level)), STROKE, "muted") for level in (y, top)]
        edges = dict.fromkeys(edge for t in self.shown for edge in (t, t + 1))
        for edge in edges:
            x = self.left + edge * self.pitch
            lines.append(Line(((x, y), (x, top)), STROKE, "muted"))
        return lines

    def letter(self, t: int, y: float, text: str, color: str, under: str) -> list[Shape]:
        """A token's text in box ``t`` and a smaller line under it."""
        text = printable(text)
        room = 0.86 * self.pitch
        size, small = fit(text, 0.75 * self.pitch, room), fit(under, 0.36 * self.pitch, room)
        x = self.middle(t)
        base = y + 0.68 * self.height - CAP_HEIGHT * size / 2
        shapes: list[Shape] = [Text(x, base, ((text, color),), size, "center")]
        if under:
            shapes.append(Text(x, y + 0.17 * self.height, ((under, "muted"),), small, "center"))
        return shapes

    def fan(self, boxes: float, cells: float, outwards: bool = False) -> list[Shape]:
        """Thin bent lines between the boxes' edge at ``boxes`` and the cells at ``cells``, with a head at the end."""
        step = (cells - boxes) / 5
        lines: list[Shape] = []
        for t in self.shown:
            a, b = self.middle(t), self.column(t)
            path = ((a, boxes + 0.3 * step), (a, boxes + step), (b, cells - 1.3 * step), (b, cells))
            lines.append(Line(path[::-1] if outwards else path, STROKE, "muted", 4 * STROKE))
        return lines

    def caption(self, y: float, text: str) -> Text:
        """A small name at the left over a row whose upper edge is at ``y``."""
        size = 0.36 * self.pitch
        return Text(self.left, y + 0.3 * size, ((text, "muted"),), size)


def printable(text: str) -> str:
    """Spaces and line breaks as signs; never empty."""
    shown = text.replace(" ", "·").replace("\n", "↓").replace("\t", "→")
    return "".join(c if c.isprintable() else "□" for c in shown) or "∅"


def input_boxes(layout: Layout, texts: Sequence[str], ids: Sequence[int] | None, prompt_length: int) -> Drawing:
    """``tokens:input``: the prompt in ink, what the model itself appended muted, ids below, lines to the token row."""
    row = TokenRow(layout.n_tokens)
    bottom = INPUT_AT * layout.gap
    shapes = row.frames(bottom)
    for t in row.filled(len(texts)):
        under = "" if ids is None else str(ids[t])
        shapes += row.letter(t, bottom, texts[t], "ink" if t < prompt_length else "muted", under)
    shapes += row.fan(bottom, 0.12 * layout.gap)
    shapes.append(row.caption(bottom + row.height, "Input"))
    return Drawing("tokens:input", tuple(shapes), _above(layout), least=LEAST)


def next_boxes(layout: Layout, predictions: Predictions, prompt_length: int) -> Drawing:
    """``tokens:next``: over each input token the one that the model holds most likely to follow.

    In ink from the last token of the prompt on, where the model's answer begins.
    """
    row = TokenRow(layout.n_tokens)
    bottom = _next_at(layout, row)
    shapes = row.frames(bottom)
    for t in row.filled(len(predictions.ids)):
        color = "ink" if t >= prompt_length - 1 else "muted"
        shapes += row.letter(t, bottom, predictions.texts[t], color, str(predictions.ids[t]))
    shapes.append(row.caption(bottom + row.height, "Next token"))
    return Drawing("tokens:next", tuple(shapes), _above(layout), least=LEAST)


def output_boxes(layout: Layout, predictions: Predictions) -> Drawing:
    """``tokens:output``: under each column of probabilities its most likely token, and how likely it is."""
    row = TokenRow(layout.n_tokens)
    bottom = output_bottom(layout, row)
    shapes = row.frames(bottom)
    for t in row.filled(len(predictions.ids)):
        share = predictions.shares[t]
        width = row.pitch * share if math.isfinite(share) else 0.0
        if width > 0:
            left = row.middle(t) - row.pitch / 2
            shapes.append(Rect(left, bottom, width, 0.09 * row.height, "activation"))
        number = f"{share:.2f}" if math.isfinite(share) else "–"
        shapes += row.letter(t, bottom, predictions.texts[t], "ink", number)
    shapes += row.fan(bottom + row.height, -0.12 * layout.gap, outwards=True)
    return Drawing("tokens:output", tuple(shapes), below(layout), least=LEAST)


def output_bottom(layout: Layout, row: TokenRow) -> float:
    """Lower edge of the output boxes, in the plane of ``below``."""
    return -INPUT_AT * layout.gap - row.height


def below(layout: Layout) -> np.ndarray:
    """The plane of what is written under the model: its origin is in the middle under the probabilities."""
    low, _ = layout.output.probs.box
    return pose((float(layout.output.probs.center[0]), float(low[1]), float(low[2])))


def top(layout: Layout) -> float:
    """Upper end of all boxes over the model, z in metres."""
    row = TokenRow(layout.n_tokens)
    return float(layout.tokens.box[1][2]) + _next_at(layout, row) + 1.5 * row.height


def _next_at(layout: Layout, row: TokenRow) -> float:
    return INPUT_AT * layout.gap + 1.5 * row.height


def _above(layout: Layout) -> np.ndarray:
    low, high = layout.tokens.box
    return pose((float(layout.tokens.center[0]), float(low[1]), float(high[2])))
