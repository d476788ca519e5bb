"""All that is written on the set itself: labels, section names, the model's card, token boxes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from ..errors import ModelError
from ..model.sampling import Draw
from . import tokens
from .candidates import candidates
from .drawing import Drawing, Line, Rect, Text, pose
from .font import CAP_HEIGHT, advance
from .grid import Section
from .groups import Layout
from .labels import labels
from .sections import name_size

CARD = 0.2
"""Size of the model's name on its card, as a share of a column of C cells: wide models are seen from further away."""


def signage(
    layout: Layout,
    model_name: str,
    n_params: int,
    token_texts: Sequence[str],
    prompt_length: int,
    probs: np.ndarray,
    token_ids: Sequence[int] | None = None,
    text_of: Callable[[int], str] | None = None,
    draw: Draw | None = None,
    growing: bool = False,
    remarks: str = "",
) -> tuple[Drawing, ...]:
    """Everything written on the set.

    Names of the drawings: ``label:<grid>``, ``section:<section>``, ``card``, and those of ``token_signs``,
    where the parameters are explained, but for ``growing``: that is for a set on which tokens are to come, and for
    ``remarks``: why there are fewer parameters than blue cells.
    """
    return (
        card(layout, model_name, n_params, remarks),
        *token_signs(layout, token_texts, prompt_length, probs, token_ids, text_of, draw),
        *labels(layout, growing),
        *_sections(layout),
    )


def token_signs(
    layout: Layout,
    token_texts: Sequence[str],
    prompt_length: int,
    probs: np.ndarray,
    token_ids: Sequence[int] | None = None,
    text_of: Callable[[int], str] | None = None,
    draw: Draw | None = None,
) -> tuple[Drawing, ...]:
    """``tokens:input``, ``tokens:next``, ``tokens:output`` and, where there is a draw, ``tokens:candidates``.

    Parameters
    ----------
    token_texts
        The text of each token, at most T; the boxes of those that are not there yet are empty.
    prompt_length
        How many of them were given; the model appended the others.
    probs
        (tokens, n_vocab), what the model holds likely to follow each token.
    token_ids
        Ids of the tokens, shown below their texts.
    text_of
        The text of any token id. Without it predicted tokens that are not among those given show their id.
    draw
        How the token after the last one is chosen.
    """
    if len(token_texts) > layout.n_tokens or len(probs) != len(token_texts):
        raise ModelError(
            f"The layout is of {layout.n_tokens} tokens, but got {len(token_texts)} texts and {len(probs)} predictions."
        )
    seen = dict(zip(token_ids or (), token_texts, strict=False))
    text_of = text_of or (lambda token: seen.get(token, f"#{token}"))
    predictions = tokens.Predictions.of(probs, text_of)
    boxes = (
        tokens.input_boxes(layout, token_texts, token_ids, prompt_length),
        tokens.next_boxes(layout, predictions, prompt_length),
        tokens.output_boxes(layout, predictions),
    )
    return boxes if draw is None else (*boxes, candidates(layout, draw, len(token_texts) - 1, text_of))


def card(layout: Layout, name: str, n_params: int, remarks: str = "") -> Drawing:
    """The model's name and its number of parameters, with remarks on that, on a pale card over everything."""
    em = CARD * layout.embedding.output.size[2]
    small = 0.42 * em
    count = f"n_params = {n_params:,}"
    pad = 0.45 * em
    below = f"  {remarks}" if remarks else ""
    width = max(advance(name, em), advance(count, 0.6 * em) + advance(below, small), 4.6 * em) + 2 * pad
    height = pad + 0.62 * em + 0.55 * em + em * CAP_HEIGHT + pad
    label, number = count.split("= ")
    left = -(advance(label + "= ", small) + advance(number, 0.6 * em) + advance(below, small)) / 2
    right = left + advance(label + "= ", small) + advance(number, 0.6 * em)
    shapes = (
        Rect(-width / 2, 0, width, height, "card", 0.12 * em),
        Text(0, pad + 0.62 * em + 0.4 * em, ((name, "ink"),), em, "center"),
        Text(left, pad, ((label + "= ", "muted"),), small),
        Text(left + advance(label + "= ", small), pad, ((number, "ink"),), 0.6 * em),
        *((Text(right, pad, ((below, "muted"),), small),) if below else ()),
    )
    x, y = float(layout.tokens.center[0]), float(layout.tokens.box[0][1])
    return Drawing("card", shapes, pose((x, y, tokens.top(layout) + layout.gap)))


def _sections(layout: Layout) -> Iterator[Drawing]:
    for section in layout.all_sections:
        if section.bracket is not None:
            yield _section(section, layout.gap)


def _section(section: Section, gap: float) -> Drawing:
    """A bracket that opens to the right, and the section's name at its left."""
    assert section.bracket is not None
    (x, y, top), (_, _, bottom) = section.bracket
    size = name_size(section)
    height, tick, stroke = top - bottom, 0.4 * gap, 0.06 * size
    lines = Line(((tick, height), (0, height), (0, 0), (tick, 0)), stroke, "muted")
    name = Text(-0.4 * size, height / 2 - CAP_HEIGHT * size / 2, ((section.title, "muted"),), size, "right")
    return Drawing(f"section:{section.name}", (lines, name), pose((x, y, bottom)), least=8.0)
