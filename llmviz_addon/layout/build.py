"""From a config to the place of every tensor.

The residual stream runs straight down in the middle of a column of layers; everything that reads it
stands to its left, ordered so that data flows towards the stream again. The proportions are
those of llm-viz's nano-gpt, told as rules in two lengths only, the cell and the gap, so that any
width, head count or number of tokens keeps the same look and no two boxes can meet: along each
direction a grid starts one gap after the end of its neighbour.

Layers of a deep model are dealt into columns side by side, because a tower of 96 layers can
be seen from no camera.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..errors import ModelError, ScriptError
from .grid import CELL, Axis, Grid, Role
from .groups import MLP, Attention, Embedding, Head, Layer, Layout, Norm, Output, Several
from .ribbons import ribbons
from .rules.equations import rule_of
from .sections import sections

if TYPE_CHECKING:
    from ..model.config import GPTConfig

GAP = 8 * CELL
"""Metres between neighbouring grids."""

LAYERS_PER_COLUMN = 12

WEIGHT, WORKING, AGGREGATE = Role.WEIGHT, Role.ACTIVATION, Role.AGGREGATE


def layout(
    config: GPTConfig,
    n_tokens: int,
    gap: float = GAP,
    vocabulary: Collection[int] | None = None,
    most: Mapping[str, int] | None = None,
    bare: bool = False,
) -> Layout:
    """Place every tensor of a forward pass.

    Parameters
    ----------
    config
        Any GPT.
    n_tokens
        T, the number of columns, 1 to ``config.block_size``.
    gap
        Metres between neighbouring grids, at least one cell.
    vocabulary
        The ids of the tokens that have cells in the tables and at the output; None for all of them.
    most
        By an axis's name how many cells it has at most: of a longer one only the first are there.
    bare
        Leave out the ribbons and the sections.
    """
    if not 1 <= n_tokens <= config.block_size:
        raise ModelError(f"Cannot lay out {n_tokens} tokens. Choose from 1 to {config.block_size}, the block size.")
    if not (math.isfinite(gap) and gap >= CELL):
        raise ScriptError(f"A gap of {gap} m between grids is too small. Choose {CELL} m, one cell, or more.")
    place = _Place(config, n_tokens, gap, _shown(config, vocabulary), most or {})
    tokens, embedding, down = _embedding(place)
    columns = math.ceil(config.n_layer / LAYERS_PER_COLUMN)
    per_column = math.ceil(config.n_layer / max(columns, 1))
    pitch = place.column_width + 5 * gap
    layers = []
    top = down + 2 * gap  # of every column
    down = top
    for number in range(config.n_layer):
        if number % per_column == 0:
            down = top
        placed, down = _layer(replace(place, stream=number // per_column * pitch), number, down)
        layers.append(placed)
    place = replace(place, stream=max(columns - 1, 0) * pitch)
    ln_f, down = _norm(place, "ln_f", down + 3 * gap)
    output = _output(place, down)
    stage = Layout(config, n_tokens, gap, tokens, embedding, Several("layer", layers), ln_f, output)
    return stage if bare else replace(stage, ribbons=ribbons(stage), sections=sections(stage))


def _shown(config: GPTConfig, vocabulary: Collection[int] | None) -> tuple[int, ...] | None:
    """The ids that have cells, ascending; None where they are all there are."""
    if vocabulary is None:
        return None
    ids = tuple(sorted(set(vocabulary)))
    if not ids or ids[0] < 0 or ids[-1] >= config.vocab_size:
        given = f"{ids[0]} to {ids[-1]}" if ids else "no id"
        raise ModelError(f"Cannot show {given} of the vocabulary. Choose from 0 to {config.vocab_size - 1}.")
    return None if len(ids) == config.vocab_size else ids


@dataclass(frozen=True)
class _Place:
    """The lengths that all positions follow from; ``stream`` is the x of the middle of the residual stream.

    Coordinates here are x to the right, ``down`` from the token row, and ``away`` from the viewer.
    """

    config: GPTConfig
    n_tokens: int
    gap: float
    vocabulary: tuple[int, ...] | None
    most: Mapping[str, int]
    stream: float = 0.0

    def axis(self, name: str, length: int, direction: str) -> Axis:
        """An axis with no more cells than it may have."""
        most = self.most.get(name, length)
        return Axis(name, length, direction, tuple(range(most)) if most < length else None)

    @property
    def T(self) -> Axis:  # noqa: N802 - the axis is called T everywhere
        return self.axis("T", self.n_tokens, "x")

    @property
    def C(self) -> Axis:  # noqa: N802
        return self.axis("C", self.config.n_embd, "z")

    @property
    def A(self) -> Axis:  # noqa: N802
        return self.axis("A", self.config.head_size, "z")

    @property
    def hidden(self) -> Axis:
        """The inside of an MLP."""
        return self.axis("4C", 4 * self.config.n_embd, "x")

    def words(self, direction: str) -> Axis:
        """The axis of the vocabulary."""
        return Axis("n_vocab", self.config.vocab_size, direction, self.vocabulary)

    @property
    def width(self) -> float:
        """Metres across T columns."""
        return self.T.cells * CELL

    @property
    def height(self) -> float:
        """Metres down C cells."""
        return self.C.cells * CELL

    @property
    def left(self) -> float:
        """Left edge of the stream."""
        return self.stream - self.width / 2

    @property
    def norm(self) -> float:
        """Left edge of a layer norm's output."""
        return self.left - self.gap - self.width

    @property
    def beta(self) -> float:
        """Left edge of a layer norm's β."""
        return self.norm - 2 * (self.gap + CELL)

    @property
    def vectors(self) -> float:
        """Left edge of what attention makes: q, k, v, head outputs, projection."""
        return self.beta - self.gap - self.width

    @property
    def column_width(self) -> float:
        """Metres from the left end of a layer to the right edge of the stream."""
        attention = self.vectors - self.gap - self.height - self.gap - CELL
        softmax = self.vectors - 2 * (self.gap + CELL) - self.width
        mlp = self.beta - self.gap - self.hidden.cells * CELL - self.gap - CELL
        return self.left + self.width - min(attention, softmax, mlp)

    def grid(
        self, name: str, title: str, role: Role, axes: tuple[Axis, ...], x: float, down: float, away: float = 0.0
    ) -> Grid:
        """A grid whose left edge is ``x``, top ``down``, and whose middle plane lies ``away``."""
        kind = re.sub(r"(layers|heads)\.\d+\.", "", name)
        return Grid(name, title, role, axes, (x, away - CELL / 2, -down), kind, rule_of(name, self.config))


def _along(axis: Axis, direction: str) -> Axis:
    return replace(axis, direction=direction)


def _embedding(place: _Place) -> tuple[Grid, Embedding, float]:
    gap, vocabulary = place.gap, place.words("x")
    positions = place.axis("block_size", place.config.block_size, "x")
    right = place.left + place.width
    down = CELL + gap
    tokens = place.grid("tokens", "Tokens", WORKING, (place.T,), place.left, 0)
    embedding = Embedding(
        place.grid(
            "embedding.token_weight",
            "Token embedding",
            WEIGHT,
            (vocabulary, place.C),
            place.left - gap - vocabulary.cells * CELL,
            down,
        ),
        place.grid("embedding.position_weight", "Position embedding", WEIGHT, (positions, place.C), right + gap, down),
        place.grid("embedding.output", "Input embedding", WORKING, (place.T, place.C), place.left, down),
    )
    return tokens, embedding, down + place.height


def _norm(place: _Place, prefix: str, down: float) -> tuple[Norm, float]:
    """A norm whose aggregates start at ``down``; its lower end."""
    T, C, gap = place.T, place.C, place.gap  # noqa: N806
    body = down + 2 * CELL + gap
    norm = Norm(
        place.grid(f"{prefix}.mean", "Mean", AGGREGATE, (T,), place.norm, down),
        place.grid(f"{prefix}.std", "Standard deviation", AGGREGATE, (T,), place.norm, down + CELL),
        place.grid(f"{prefix}.gamma", "γ", WEIGHT, (C,), place.norm - gap - CELL, body),
        place.grid(f"{prefix}.beta", "β", WEIGHT, (C,), place.beta, body),
        place.grid(f"{prefix}.output", "Layer Norm", WORKING, (T, C), place.norm, body),
    )
    return norm, body + place.height


def _layer(place: _Place, number: int, down: float) -> tuple[Layer, float]:
    """A layer below a stream that ends at ``down``; its own lower end."""
    prefix, gap = f"layers.{number}", place.gap
    ln_1, _ = _norm(place, f"{prefix}.ln_1", down + 3 * gap)
    attn, down = _attention(place, f"{prefix}.attn", down + 4 * gap + 2 * CELL)
    ln_2, _ = _norm(place, f"{prefix}.ln_2", down + gap)
    mlp, down = _mlp(place, f"{prefix}.mlp", down + 2 * gap + 2 * CELL)
    return Layer(ln_1, attn, ln_2, mlp), down


def _attention(place: _Place, prefix: str, down: float) -> tuple[Attention, float]:
    config, gap, x = place.config, place.gap, place.vectors
    pitch = 6.5 * gap  # from head to head; within a head q, k and v are 1.5 gaps apart
    heads = []
    for number in range(config.n_head):
        away = ((config.n_head - 1) / 2 - number) * pitch
        heads.append(_head(place, f"{prefix}.heads.{number}", down, away))
    down += 2 * (place.A.cells * CELL + gap) + place.width + 2 * gap
    columns, bias = x - gap - place.height, x - 2 * gap - place.height - CELL
    features = _along(place.C, "x")
    attention = Attention(
        Several("head", heads),
        place.grid(f"{prefix}.proj_weight", "Projection weights", WEIGHT, (place.C, features), columns, down),
        place.grid(f"{prefix}.proj_bias", "Projection bias", WEIGHT, (place.C,), bias, down),
        place.grid(f"{prefix}.proj", "Attention output", WORKING, (place.T, place.C), x, down),
        place.grid(f"{prefix}.residual", "Attention residual", WORKING, (place.T, place.C), place.left, down),
    )
    return attention, down + place.height


def _head(place: _Place, prefix: str, down: float, away: float) -> Head:
    T, gap, x = place.T, place.gap, place.vectors  # noqa: N806
    features, keys, queries = place.A, T, _along(T, "z")
    inputs = _along(place.C, "x")
    columns, bias = x - gap - place.height, x - 2 * gap - place.height - CELL
    grids = {}
    for letter, side in (("q", -1), ("k", 0), ("v", 1)):
        y = away + side * 1.5 * gap
        big = letter.upper()
        grids[f"{letter}_weight"] = place.grid(
            f"{prefix}.{letter}_weight", f"{big} weights", WEIGHT, (features, inputs), columns, down, y
        )
        grids[f"{letter}_bias"] = place.grid(
            f"{prefix}.{letter}_bias", f"{big} bias", WEIGHT, (features,), bias, down, y
        )
        grids[letter] = place.grid(f"{prefix}.{letter}", f"{big} vectors", WORKING, (T, features), x, down, y)
    matrix = down + features.cells * CELL + gap
    result = matrix + place.width + gap
    aggregates = x - gap - 2 * CELL
    return Head(
        **grids,
        scores=place.grid(f"{prefix}.scores", "Attention matrix", WORKING, (queries, keys), x, matrix, away),
        max=place.grid(f"{prefix}.max", "Row maximum", AGGREGATE, (queries,), aggregates + CELL, matrix, away),
        sum=place.grid(f"{prefix}.sum", "Row sum of exp", AGGREGATE, (queries,), aggregates, matrix, away),
        weights=place.grid(
            f"{prefix}.weights",
            "Attention softmax",
            WORKING,
            (queries, keys),
            aggregates - gap - place.width,
            matrix,
            away,
        ),
        output=place.grid(f"{prefix}.output", "V output", WORKING, (T, features), x, result, away),
    )


def _mlp(place: _Place, prefix: str, down: float) -> tuple[MLP, float]:
    """An MLP whose first weights start at ``down``, level with the norm's output."""
    T, C, gap = place.T, place.C, place.gap  # noqa: N806
    hidden, times = place.hidden, _along(T, "z")
    x = place.beta - gap - hidden.cells * CELL
    second = down + place.height + gap
    third = second + place.width + gap
    fourth = third + place.width + gap
    mlp = MLP(
        place.grid(f"{prefix}.fc_weight", "MLP weights", WEIGHT, (hidden, C), x, down),
        place.grid(f"{prefix}.fc_bias", "MLP bias", WEIGHT, (hidden,), x, down - gap - CELL),
        place.grid(f"{prefix}.hidden", "MLP hidden", WORKING, (times, hidden), x, second),
        place.grid(f"{prefix}.activation", "MLP activation", WORKING, (times, hidden), x, third),
        place.grid(f"{prefix}.proj_weight", "MLP projection weights", WEIGHT, (C, hidden), x, fourth),
        place.grid(f"{prefix}.proj_bias", "MLP projection bias", WEIGHT, (C,), x - gap - CELL, fourth),
        place.grid(f"{prefix}.proj", "MLP result", WORKING, (T, C), place.beta, fourth),
        place.grid(f"{prefix}.residual", "MLP residual", WORKING, (T, C), place.left, fourth),
    )
    return mlp, fourth + place.height


def _output(place: _Place, down: float) -> Output:
    """The head below a final norm that ends at ``down``."""
    T, gap, x = place.T, place.gap, place.norm  # noqa: N806
    vocabulary, inputs = place.words("z"), _along(place.C, "x")
    logits = down + gap
    aggregates = logits + vocabulary.cells * CELL + gap
    return Output(
        place.grid(
            "output.weight", "LM head weights", WEIGHT, (vocabulary, inputs), x - gap - inputs.cells * CELL, logits
        ),
        place.grid("output.logits", "Logits", WORKING, (T, vocabulary), x, logits),
        place.grid("output.max", "Column maximum", AGGREGATE, (T,), x, aggregates),
        place.grid("output.sum", "Column sum of exp", AGGREGATE, (T,), x, aggregates + CELL),
        place.grid("output.probs", "Logits softmax", WORKING, (T, vocabulary), x, aggregates + 2 * CELL + gap),
    )
