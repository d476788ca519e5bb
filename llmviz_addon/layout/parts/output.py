"""Output: under the last norm the logits and their softmax, and the LM head beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from ...model.parts.output import Output
from ...model.parts.part import Part
from ..bands import Bands
from ..grid import CELL, Beside, Grid, Ribbon
from ..roles import Role
from ..rules.equations import COLUMN, EVERY, ROW, Softmax, linear
from .part import PartGrids, Spot, stands_for, under


@stands_for(Output)
@dataclass(frozen=True, eq=False)
class OutputGrids(PartGrids):
    """The language-model head and its softmax."""

    title = "Output"

    weight: Grid  # (n_vocab, C)
    logits: Grid  # (T, n_vocab)
    max: Grid  # (T,)
    sum: Grid  # (T,)
    probs: Grid  # (T, n_vocab)

    @classmethod
    def placed(cls, part: Part, spot: Spot) -> Self:
        """Everything under what is read."""
        working, aggregate, gap, reads = Role.ACTIVATION, Role.AGGREGATE, spot.gap, spot.reads
        T, words, inputs = spot.axis("T", "x"), spot.axis("n_vocab", "z"), spot.axis("C", "x")  # noqa: N806
        x, first = reads.origin[0], under(reads) + gap
        second = first + words.cells * CELL + gap
        left = x - gap - inputs.cells * CELL
        weight = spot.grid("weight", "LM head weights", Role.WEIGHT, (words, inputs), left, first)
        rule = linear(weight, None, reads, ROW, COLUMN)
        logits = spot.grid("logits", "Logits", working, (T, words), x, first, rule=rule)
        softmax = Softmax(logits, EVERY, COLUMN)
        largest = spot.grid(
            "max", "Column maximum", aggregate, (T,), x, second,
            rule=softmax.max(), caption=Beside("max", 0, 2),
        )  # fmt: skip
        total = spot.grid(
            "sum", "Column sum of exp", aggregate, (T,), x, second + CELL,
            rule=softmax.sum(largest), caption=Beside("Σ exp", 1, 2),
        )  # fmt: skip
        rule = softmax.result(largest, total)
        third = second + 2 * CELL + gap
        probs = spot.grid("probs", "Probabilities", working, (T, words), x, third, rule=rule, shares=True)
        return cls(spot, weight, logits, largest, total, probs)

    def ribbons(self, bands: Bands) -> Iterator[Ribbon]:
        """Down from the norm."""
        yield bands.down(self.spot.reads, self.logits)
        yield bands.across(self.weight, self.logits)
        yield bands.down(self.logits, self.max)
        yield bands.down(self.sum, self.probs)

    def landmarks(self) -> tuple[Grid, ...]:
        """Not the probabilities, which are as large as the logits."""
        return (self.weight, self.logits)
