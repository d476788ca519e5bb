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
from collections.abc import Collection, Mapping
from dataclasses import replace

from ..errors import ModelError, ScriptError
from ..model.architecture import GPT2, Architecture, lengths
from ..model.config import GPTConfig
from ..model.parts.part import Part
from .grid import CELL, Beside, Grid
from .groups import Layer, Series
from .layout import Layout, ribbons, sections
from .parts.part import Measures, PartGrids, Spot, placed, under
from .roles import Role

GAP = 8 * CELL
"""Metres between neighbouring grids."""

LAYERS_PER_COLUMN = 12
BETWEEN_COLUMNS = 5
"""Gaps from one column of layers to the next."""


def layout(
    config: GPTConfig,
    n_tokens: int,
    gap: float = GAP,
    vocabulary: Collection[int] | None = None,
    most: Mapping[str, int] | None = None,
    bare: bool = False,
    architecture: Architecture = GPT2,
    times: tuple[int, ...] | None = None,
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
    architecture
        The parts that the model is made of.
    times
        The tokens' places in the text that have columns, ascending; None for all of them.
    """
    if not 1 <= n_tokens <= config.block_size:
        raise ModelError(f"Cannot lay out {n_tokens} tokens. Choose from 1 to {config.block_size}, the block size.")
    if not (math.isfinite(gap) and gap >= CELL):
        raise ScriptError(f"A gap of {gap} m between grids is too small. Choose {CELL} m, one cell, or more.")
    builder = _Builder(config, architecture, Measures(n_tokens, gap, _shown(config, vocabulary), most or {}, times))
    made = builder.built()
    return made if bare else replace(made, ribbons=ribbons(made), sections=sections(made))


def _shown(config: GPTConfig, vocabulary: Collection[int] | None) -> tuple[int, ...] | None:
    """The ids that have cells, ascending; None where they are all there are."""
    if vocabulary is None:
        return None
    ids = tuple(sorted(set(vocabulary)))
    if not ids or ids[0] < 0 or ids[-1] >= config.vocab_size:
        given = f"{ids[0]} to {ids[-1]}" if ids else "no id"
        raise ModelError(f"Cannot show {given} of the vocabulary. Choose from 0 to {config.vocab_size - 1}.")
    return None if len(ids) == config.vocab_size else ids


def columns_of(n_layer: int) -> tuple[int, int]:
    """In how many columns layers stand, and how many of them in each."""
    columns = math.ceil(n_layer / LAYERS_PER_COLUMN)
    return columns, math.ceil(n_layer / columns)


class _Builder:
    """Places one part after the other, each where there is room and joined to what stands before it."""

    def __init__(self, config: GPTConfig, architecture: Architecture, measures: Measures) -> None:
        self.config = config
        self.architecture = architecture
        self.measures = measures
        self.T = measures.axis("T", measures.n_tokens, "x")

    def built(self) -> Layout:
        """All parts: the embedding, columns of layers, and the output under the last."""
        config, gap, made = self.config, self.measures.gap, self.architecture
        width = self.T.cells * CELL
        role, box = Role.ACTIVATION, (-width / 2, -CELL / 2, 0.0)
        tokens = Grid("tokens", "Tokens", role, (self.T,), box, "tokens", caption=Beside("Tokens"))
        spot = self.spot("embedding", made.embedding, tokens, tokens, 0.0, CELL + gap)
        embedding = placed(made.embedding, spot)
        stream: Grid = getattr(embedding, made.embedding.output)
        top = down = under(stream) + 2 * gap  # of every column
        columns, per_column = columns_of(config.n_layer)
        layers: list[Layer] = []
        pitch = 0.0
        for number in range(config.n_layer):
            column, row = divmod(number, per_column)
            if number == 1:
                pitch = width / 2 - min(grid.origin[0] for grid in layers[0].grids) + BETWEEN_COLUMNS * gap
            layer, down = self.layer(number, stream, column * pitch, top if row == 0 else down)
            layers.append(layer)
            stream = layer.stream
        middle = (columns - 1) * pitch
        spot = self.spot("ln_f", made.ln_f, stream, stream, middle, down + 3 * gap, last=True)
        ln_f = placed(made.ln_f, spot)
        normed: Grid = getattr(ln_f, made.ln_f.output)
        spot = self.spot("output", made.output, normed, stream, middle, under(normed), last=True)
        output = placed(made.output, spot)
        return Layout(
            config, made, self.measures.n_tokens, gap, tokens, embedding, Series("layer", layers), ln_f, output
        )

    def layer(self, number: int, stream: Grid, middle: float, down: float) -> tuple[Layer, float]:
        """A layer whose room begins at ``down``, and where it ends.

        What reads the stream begins some way under it, what reads another part level with that.
        """
        gap = self.measures.gap
        parts: dict[str, PartGrids] = {}
        top, end, reads, before = -down - 1.5 * gap, down, stream, None
        for name, part in self.architecture.layer:
            start = -reads.origin[2] if before else end + (1 if parts else 3) * gap
            edge = min(grid.origin[0] for grid in before.grids) if before else None
            spot = self.spot(f"layers.{number}.{name}", part, reads, stream, middle, start, name, edge, top)
            made = parts[name] = placed(part, spot)
            reads, before = getattr(made, part.output), None if part.joins else made
            if part.joins:
                stream, end = reads, max(under(grid) for grid in made.grids)
        return Layer(parts, stream), end

    def spot(
        self,
        name: str,
        part: Part,
        reads: Grid,
        stream: Grid,
        middle: float,
        down: float,
        kind: str | None = None,
        edge: float | None = None,
        top: float = 0.0,
        last: bool = False,
    ) -> Spot:
        """The spot of a part; what it reads ends at the stream's left ``edge`` unless another is told."""
        edge = middle - self.T.cells * CELL / 2 if edge is None else edge
        known = lengths(part, self.config)
        return Spot(name, kind or name, self.measures, known, reads, stream, middle, edge, down, top, last)
