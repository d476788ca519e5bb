"""All that is written on the set itself: labels, section names, the model's card, token boxes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ...errors import ModelError
from ...language import phrase, whole
from ...model.run import Run
from ..grid import Section, boxes
from ..layout import Layout
from ..lettering.drawing import Drawing, Line, Rect, Text, pose
from ..lettering.font import CAP_HEIGHT, advance
from ..sections import name_size
from . import tokens
from .candidates import candidates
from .labels import labels

CARD = 0.2
"""Size of the model's name on its card, as a share of a column of C cells: wide models are seen from further away."""
AFAR = 0.045
"""The least it is, as a share of the set's height: it is to be read where the whole model is seen."""


class TokenSigns(NamedTuple):
    """The boxes of the tokens: those that are read, and what the model makes of them."""

    input: Drawing
    next: Drawing
    output: Drawing
    candidates: Drawing

    @property
    def predicted(self) -> tuple[Drawing, ...]:
        """What is written of the model's output."""
        return (self.next, self.output, self.candidates)


@dataclass(frozen=True, eq=False)
class Signage:
    """What is written on a set, by what it is: ``labels`` by their grids' names, ``brackets`` by their sections'."""

    card: Drawing | None = None
    tokens: TokenSigns | None = None
    labels: Mapping[str, Drawing] = field(default_factory=dict)
    brackets: Mapping[str, Drawing] = field(default_factory=dict)

    @property
    def of_no_grid(self) -> tuple[Drawing, ...]:
        """All but the labels, which go with their grids."""
        card = (self.card,) if self.card else ()
        return (*card, *(self.tokens or ()), *self.brackets.values())

    def __iter__(self) -> Iterator[Drawing]:
        """All of it."""
        yield from (self.card,) if self.card else ()
        yield from self.tokens or ()
        yield from self.labels.values()
        yield from self.brackets.values()


def signage(layout: Layout, run: Run, growing: bool = False) -> Signage:
    """Everything written on the set of ``run``; it is ``growing`` where more tokens are to come."""
    model = run.model
    return Signage(
        card(layout, model.name, model.n_params, model.blueprint.remarks),
        token_signs(layout, run),
        {label.parent: label for label in labels(layout, growing)},
        {section.name: _section(section, layout.gap) for section in layout.all_sections if section.bracket},
    )


def token_signs(layout: Layout, run: Run) -> TokenSigns:
    """What is written of the tokens of ``run``.

    The boxes of columns for which there is no token yet are empty. Raises ModelError where there are more tokens
    than columns.
    """
    if len(run.tokens) > layout.n_tokens:
        raise ModelError(f"The layout is of {layout.n_tokens} tokens, but the run has {len(run.tokens)}.")
    predictions = tokens.Predictions.of(run.probs, run.text_of, (*run.tokens, *run.draw.tokens))
    return TokenSigns(
        tokens.input_boxes(layout, run.texts, run.tokens, run.prompt_length),
        tokens.next_boxes(layout, predictions, run.prompt_length),
        tokens.output_boxes(layout, predictions),
        candidates(layout, run.draw, len(run.tokens) - 1, run.text_of),
    )


def card(layout: Layout, name: str, n_params: int, remarks: str = "") -> Drawing:
    """The model's name and its number of parameters, with remarks on that, on a pale card over everything."""
    high = float(np.ptp(boxes(layout.grids)[..., 2]))
    em = max(CARD * layout.embedding.output.size[2], AFAR * high)
    small = 0.42 * em
    number, label = whole(n_params), f" {phrase('parameters')}"
    pad = 0.45 * em
    below = f"  {phrase(remarks)}" if remarks else ""
    width = max(advance(name, em), advance(number + label, 0.6 * em) + advance(below, small), 4.6 * em) + 2 * pad
    height = pad + 0.62 * em + 0.55 * em + em * CAP_HEIGHT + pad
    left = -(advance(number + label, 0.6 * em) + advance(below, small)) / 2
    right = left + advance(number + label, 0.6 * em)
    shapes = (
        Rect(-width / 2, 0, width, height, "card", 0.12 * em),
        Text(0, pad + 0.62 * em + 0.4 * em, ((name, "ink"),), em, "center"),
        Text(left, pad, ((number, "ink"), (label, "muted")), 0.6 * em),
        *((Text(right, pad, ((below, "muted"),), small),) if below else ()),
    )
    x, y = float(layout.tokens.center[0]), float(layout.tokens.box[0][1])
    return Drawing("card", shapes, pose((x, y, tokens.top(layout) + layout.gap)))


def bracket_of(section: Section) -> str:
    """What the bracket of a section is called."""
    return f"section:{section.name}"


def _section(section: Section, gap: float) -> Drawing:
    """A bracket that opens to the right, and the section's name at its left."""
    assert section.bracket is not None
    (x, y, top), (_, _, bottom) = section.bracket
    size = name_size(section)
    height, tick, stroke = top - bottom, 0.4 * gap, 0.06 * size
    lines = Line(((tick, height), (0, height), (0, 0), (tick, 0)), stroke, "muted")
    name = Text(-0.4 * size, height / 2 - CAP_HEIGHT * size / 2, ((phrase(section.title), "muted"),), size, "right")
    return Drawing(bracket_of(section), (lines, name), pose((x, y, bottom)), fades_below=8.0)
