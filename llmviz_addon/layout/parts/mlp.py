"""MLP: its wide grids lie on their side to the left of the norm, one under the other, and lead back to the stream."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from ...model.parts.mlp import MLP
from ...model.parts.part import Part
from ..bands import FLAT, LEAVE, SIDE, Bands
from ..grid import CELL, Grid, Ribbon
from ..roles import Role
from ..rules.equations import COLUMN, FIRST, ROW, SECOND, joined, linear, source
from ..rules.formula import Bend, Operand, Rule
from .part import PartGrids, Spot, stands_for


@stands_for(MLP)
@dataclass(frozen=True, eq=False)
class MLPGrids(PartGrids):
    """Both matrices, what is inside, and the sum with the stream."""

    title = "MLP"

    fc_weight: Grid  # (4C, C)
    fc_bias: Grid  # (4C,)
    hidden: Grid  # (T, 4C)
    activation: Grid  # (T, 4C)
    proj_weight: Grid  # (C, 4C)
    proj_bias: Grid  # (C,)
    proj: Grid  # (T, C)
    residual: Grid  # (T, C)

    @classmethod
    def placed(cls, part: Part, spot: Spot) -> Self:
        """The first weights level with what is read, all else below."""
        assert isinstance(part, MLP)
        weight, working, gap, down = Role.WEIGHT, Role.ACTIVATION, spot.gap, spot.down
        T, times, C = spot.axis("T", "x"), spot.axis("T", "z"), spot.axis("C", "z")  # noqa: N806
        wide = spot.axis(part.wide, "x")
        x = spot.edge - gap - wide.cells * CELL
        second = down + spot.height + gap
        third = second + spot.width + gap
        fourth = third + spot.width + gap
        under_norm = min(spot.edge, spot.left - gap - spot.width)
        fc_weight = spot.grid("fc_weight", "MLP weights", weight, (wide, C), x, down)
        fc_bias = spot.grid("fc_bias", "MLP bias", weight, (wide,), x, down - gap - CELL)
        rule = linear(fc_weight, fc_bias, spot.reads, COLUMN, COLUMN)
        hidden = spot.grid("hidden", "MLP hidden", working, (times, wide), x, second, rule=rule)
        rule = Rule(Bend(Operand("x"), part.activation), {"x": source(hidden, FIRST, SECOND)})
        activation = spot.grid("activation", "MLP activation", working, (times, wide), x, third, rule=rule)
        proj_weight = spot.grid("proj_weight", "MLP projection weights", weight, (C, wide), x, fourth)
        proj_bias = spot.grid("proj_bias", "MLP projection bias", weight, (C,), x - gap - CELL, fourth)
        rule = linear(proj_weight, proj_bias, activation, ROW, ROW)
        proj = spot.grid("proj", "MLP result", working, (T, C), under_norm, fourth, rule=rule)
        rule = joined(spot.stream, proj)
        residual = spot.grid("residual", "MLP residual", working, (T, C), spot.left, fourth, rule=rule)
        return cls(spot, fc_weight, fc_bias, hidden, activation, proj_weight, proj_bias, proj, residual)

    def ribbons(self, bands: Bands) -> Iterator[Ribbon]:
        """The stream, and through the wide grids back to it."""
        spot, gap, reads = self.spot, bands.gap, self.spot.reads
        yield bands.stream(spot.stream, self.residual, spot.top)
        x, level = reads.middle[0], self.hidden.middle[2]
        end = self.hidden.ends[1][0] + SIDE * gap
        path = [bands.below(reads), (x, 0.0, level), (end, 0.0, level)]
        yield bands.band(reads, self.hidden, path, bands.thin)
        yield bands.down(self.fc_weight, self.hidden)
        yield bands.down(self.fc_bias, self.fc_weight)
        yield bands.down(self.hidden, self.activation)
        start = self.activation.ends[1][0] + LEAVE * gap
        x, level = self.proj.middle[0], self.activation.middle[2]
        path = [(start, 0.0, level), (x, 0.0, level), bands.above(self.proj)]
        yield bands.band(self.activation, self.proj, path, bands.thin, FLAT)
        yield bands.across(self.proj_weight, self.proj)
        yield bands.across(self.proj_bias, self.proj_weight)
        yield bands.across(self.proj, self.residual)

    def landmarks(self) -> tuple[Grid, ...]:
        """The wide ones."""
        return (self.fc_weight, self.hidden, self.activation, self.proj_weight)
