"""Embedding: the tables stand at both sides of the sum of the columns that are picked from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from ...model.parts.embedding import Embedding
from ...model.parts.part import Part
from ..bands import Bands
from ..grid import CELL, Grid, Ribbon
from ..roles import Role
from ..rules.equations import FIRST, SECOND, parameter, source
from ..rules.formula import Add, Lookup, Operand, Rule, ValueOf
from ..tensor import Unplaced
from .part import PartGrids, Spot, stands_for


@stands_for(Embedding)
@dataclass(frozen=True, eq=False)
class EmbeddingGrids(PartGrids):
    """Tables of the tokens and positions, and the residual stream where it begins."""

    title = "Embedding"

    token_weight: Grid  # (n_vocab, C)
    position_weight: Grid  # (block_size, C)
    token: Unplaced  # (T, C)
    position: Unplaced  # (T, C)
    output: Grid  # (T, C)

    @classmethod
    def placed(cls, part: Part, spot: Spot) -> Self:
        """The tables level with the stream."""
        gap, down, right = spot.gap, spot.down, spot.left + spot.width
        words, positions = spot.axis("n_vocab", "x"), spot.axis("block_size", "x")
        T, C = spot.axis("T", "x"), spot.axis("C", "z")  # noqa: N806 (the field's names)
        x = spot.left - gap - words.cells * CELL
        tokens = spot.grid("token_weight", "Token embedding", Role.WEIGHT, (words, C), x, down)
        places = spot.grid("position_weight", "Position embedding", Role.WEIGHT, (positions, C), right + gap, down)
        rule = Rule(
            Add(Lookup(parameter("token_weight"), Operand("token")), parameter("position_weight")),
            {
                "token_weight": source(tokens, ValueOf("token"), SECOND),
                "token": source(spot.reads, FIRST),
                "position_weight": source(places, FIRST, SECOND),
            },
        )
        output = spot.grid("output", "Input embedding", Role.ACTIVATION, (T, C), spot.left, down, rule=rule)
        token, position = (spot.unplaced(name, (T, C)) for name in ("token", "position"))
        return cls(spot, tokens, places, token, position, output)

    def ribbons(self, bands: Bands) -> Iterator[Ribbon]:
        """From the tokens and from both tables."""
        yield bands.down(self.spot.reads, self.output)
        yield bands.across(self.token_weight, self.output)
        yield bands.across(self.position_weight, self.output)
