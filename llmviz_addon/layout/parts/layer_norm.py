"""Layer norm: to the left of the stream its output under the two aggregates, and γ and β beyond."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from ...model.parts.layer_norm import EPSILON, LayerNorm
from ...model.parts.part import Part
from ..bands import FLAT, SIDE, Bands
from ..grid import CELL, Beside, Grid, Ribbon, Section
from ..roles import Role
from ..rules.equations import COLUMN, EVERY, FIRST, SECOND, parameter, source
from ..rules.formula import Add, Div, Mean, Mul, Operand, Rule, Sqrt, Stored, Sub, Symbol, Var
from ..tensor import Unplaced
from .part import PartGrids, Spot, stands_for


@stands_for(LayerNorm)
@dataclass(frozen=True, eq=False)
class LayerNormGrids(PartGrids):
    """A norm: mean and deviation of every column, scale and shift, and what comes out."""

    title = "Layer Norm"

    mean: Grid  # (T,)
    std: Grid  # (T,)
    normalized: Unplaced  # (T, C)
    gamma: Grid  # (C,)
    beta: Grid  # (C,)
    output: Grid  # (T, C)

    @classmethod
    def placed(cls, part: Part, spot: Spot) -> Self:
        """The aggregates on top, and under them all else in a row."""
        T, C, gap, reads = spot.axis("T", "x"), spot.axis("C", "z"), spot.gap, spot.reads  # noqa: N806
        x, body = spot.edge - gap - spot.width, spot.down + 2 * CELL + gap
        column = {"column": source(reads, FIRST, EVERY)}
        mean_of = Mean(Operand("column", COLUMN))
        std_of = Sqrt(Add(Var(Operand("column", COLUMN)), Symbol("ε", EPSILON)))
        mean = spot.grid(
            "mean", "Mean", Role.AGGREGATE, (T,), x, spot.down,
            rule=Rule(mean_of, column), caption=Beside("mean μ", 0, 2),
        )  # fmt: skip
        std = spot.grid(
            "std", "Standard deviation", Role.AGGREGATE, (T,), x, spot.down + CELL,
            rule=Rule(std_of, column), caption=Beside("std σ", 1, 2),
        )  # fmt: skip
        gamma = spot.grid("gamma", "γ", Role.WEIGHT, (C,), x - gap - CELL, body)
        beta = spot.grid("beta", "β", Role.WEIGHT, (C,), x - 2 * (gap + CELL), body)
        normalized = Div(Sub(Operand("x"), Stored("mean", mean_of, "μ")), Stored("std", std_of, "σ"))
        rule = Rule(
            Add(Mul(normalized, parameter("gamma", symbol="γ")), parameter("beta", symbol="β")),
            {
                "x": source(reads, FIRST, SECOND),
                "mean": source(mean, FIRST),
                "std": source(std, FIRST),
                "gamma": source(gamma, SECOND),
                "beta": source(beta, SECOND),
            },
        )
        output = spot.grid("output", "Layer Norm", Role.ACTIVATION, (T, C), x, body, rule=rule)
        return cls(spot, mean, std, spot.unplaced("normalized", (T, C)), gamma, beta, output)

    def ribbons(self, bands: Bands) -> Iterator[Ribbon]:
        """From the stream to the aggregates and to the output, and scale and shift."""
        yield from branches(self.spot, bands, self.mean, self.output)
        yield bands.down(self.std, self.output)
        yield bands.across(self.gamma, self.output)
        yield bands.across(self.beta, self.gamma)

    def section(self) -> Section:
        """Within a layer it has no bracket, which would cross what stands beside."""
        return super().section() if self.spot.last else Section(self.spot.name, self.title, self.grids)

    def landmarks(self) -> tuple[Grid, ...]:
        """None, as its matrices are too thin."""
        return ()


def branches(spot: Spot, bands: Bands, first: Grid, output: Grid) -> Iterator[Ribbon]:
    """From the stream to a norm's two aggregates, of which ``first`` is the upper, and to its output."""
    gap, stream = bands.gap, spot.reads
    right = output.ends[1][0]
    x = right + gap + output.size[0] / 2  # the middle of the stream
    rows, middle = first.ends[0][2], output.middle[2]
    near, branch = right + SIDE * gap, x - bands.wide / 2
    yield bands.band(stream, first, [(branch, 0, rows), (near, 0, rows)], bands.thin, FLAT)
    if spot.last:  # the stream itself turns
        path = [bands.below(stream), (x, 0.0, middle), (near, 0.0, middle)]
        yield bands.band(stream, output, path, bands.wide)
    else:
        yield bands.band(stream, output, [(branch, 0, middle), (near, 0, middle)], bands.thin, FLAT)
