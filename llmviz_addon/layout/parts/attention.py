"""Self-attention: heads one behind the other, each from its weights down to its output, then their projection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, Self

from ...model.parts.attention import Attention
from ...model.parts.part import Part
from ..bands import FLAT, SIDE, Bands
from ..grid import CELL, Grid, Outward, Ribbon, Section
from ..groups import Group, Series
from ..roles import Role
from ..rules.equations import (
    COLUMN,
    EVERY,
    FIRST,
    MASKED,
    ROW,
    SECOND,
    UNSEEN,
    Softmax,
    joined,
    linear,
    parameter,
    source,
)
from ..rules.formula import Add, Concat, Div, Dot, Expression, Operand, Rule, Sqrt, Symbol, UpTo
from ..sections import bracketed
from .part import PartGrids, Spot, stands_for

SIDES = {"q": -1, "k": 0, "v": 1}
"""In which plane the vectors of a head stand: before the middle, in it, behind it."""


class HeadRows(NamedTuple):
    """The grids of a head in rows, as they lie when it is laid out flat."""

    q: tuple[Grid, ...]
    k: tuple[Grid, ...]
    v: tuple[Grid, ...]
    matrix: tuple[Grid, ...]
    output: tuple[Grid, ...]


@dataclass(frozen=True, eq=False)
class Head(Group):
    """One attention head."""

    q_weight: Grid  # (A, C)
    q_bias: Grid  # (A,)
    q: Grid  # (T, A)
    k_weight: Grid
    k_bias: Grid
    k: Grid
    v_weight: Grid
    v_bias: Grid
    v: Grid
    scores: Grid  # (T, T) query, key
    max: Grid  # (T,)
    sum: Grid  # (T,)
    weights: Grid  # (T, T)
    output: Grid  # (T, A)

    @property
    def rows(self) -> HeadRows:
        """Weights, bias and vectors of query, key and value; the matrix on its way to shares; and what comes out."""
        return HeadRows(
            (self.q_weight, self.q_bias, self.q),
            (self.k_weight, self.k_bias, self.k),
            (self.v_weight, self.v_bias, self.v),
            (self.scores, self.max, self.sum, self.weights),
            (self.output,),
        )


@stands_for(Attention)
@dataclass(frozen=True, eq=False)
class AttentionGrids(PartGrids):
    """All heads, their projection, and the sum with the stream."""

    title = "Self-attention"

    heads: Series[Head]
    proj_weight: Grid  # (C, C)
    proj_bias: Grid  # (C,)
    proj: Grid  # (T, C)
    residual: Grid  # (T, C)

    @classmethod
    def placed(cls, part: Part, spot: Spot) -> Self:
        """The heads' weights level with what is read, the projection below the heads."""
        gap, n_head = spot.gap, spot.lengths["C"] // spot.lengths["A"]
        x = spot.edge - gap - spot.width
        pitch = 6.5 * gap  # from head to head; within a head q, k and v are 1.5 gaps apart
        heads = Series("head", (head(spot, f"heads.{h}", x, ((n_head - 1) / 2 - h) * pitch) for h in range(n_head)))
        down = spot.down + 2 * (spot.axis("A", "z").cells * CELL + gap) + spot.width + 2 * gap
        return cls(spot, heads, *projection(spot, [one.output for one in heads], x, down))

    def ribbons(self, bands: Bands) -> Iterator[Ribbon]:
        """The stream, and through the heads back to it."""
        spot = self.spot
        yield bands.stream(spot.stream, self.residual, spot.top)
        heads = self.heads if bands.series else ()
        for one in heads:
            yield from ribbons_of(one, spot.reads, bands)
        for one in heads:
            yield bands.drop(one.output, self.proj)
        yield bands.across(self.proj_weight, self.proj)
        yield bands.across(self.proj_bias, self.proj_weight)
        yield bands.across(self.proj, self.residual)

    def section(self) -> Section:
        """Its bracket stands in front of those within, so that none crosses it."""
        front = min(grid.ends[0][1] for grid in self.grids)
        within = self.sections_within()
        return bracketed(self.spot.name, self.title, self.grids, self.spot.gap, within, front)

    def sections_within(self) -> tuple[Section, ...]:
        """Every head, and the projection."""
        name, gap = self.spot.name, self.spot.gap
        rest = (self.proj_weight, self.proj_bias, self.proj, self.residual)
        return (
            *(bracketed(f"{name}.heads.{h}", f"Head {h}", one.grids, gap) for h, one in enumerate(self.heads)),
            bracketed(f"{name}.proj", "Projection", rest, gap),
        )

    def landmarks(self) -> tuple[Grid, ...]:
        """Of the first head, which from above nothing hides, and the projection's weights."""
        first = self.heads[0]
        return (first.q_weight, first.q, first.scores, self.proj_weight)


@cache  # the heads of a model are alike
def _score(size: int) -> Expression:
    return Div(Dot(Operand("q", COLUMN, symbol="query"), Operand("k", COLUMN, symbol="key")), Sqrt(Symbol("A", size)))


MIXED = Dot(Operand("weights", ROW, symbol="weights", shares=True), Operand("v", ROW, symbol="values"))


def head(spot: Spot, name: str, x: float, away: float) -> Head:
    """A head with its middle plane ``away``, whose vectors' left edge is ``x``."""
    T, queries, keys = spot.axis("T", "x"), spot.axis("T", "z"), spot.axis("T", "x")  # noqa: N806
    down, gap, features = spot.down, spot.gap, spot.axis("A", "z")
    matrix = down + features.cells * CELL + gap
    made = (vector(spot, name, letter, x, away + side * 1.5 * gap) for letter, side in SIDES.items())
    (q_weight, q_bias, q), (k_weight, k_bias, k), (v_weight, v_bias, v) = made
    rule = Rule(
        _score(features.length),
        {"q": source(q, FIRST, EVERY), "k": source(k, SECOND, EVERY)},
        masked=MASKED,
    )
    axes = (queries, keys)
    scores = spot.grid(f"{name}.scores", "Attention matrix", Role.ACTIVATION, axes, x, matrix, away, rule)
    largest, total, weights = softmax(spot, name, scores, x - gap - 2 * CELL, away)
    rule = Rule(
        MIXED,
        {"weights": source(weights, FIRST, UpTo(0)), "v": source(v, UpTo(0), SECOND)},
    )
    result = matrix + spot.width + gap
    output = spot.grid(f"{name}.output", "V output", Role.ACTIVATION, (T, features), x, result, away, rule)
    vectors = (q_weight, q_bias, q, k_weight, k_bias, k, v_weight, v_bias, v)
    return Head(*vectors, scores, largest, total, weights, output)


def vector(spot: Spot, name: str, letter: str, x: float, away: float) -> tuple[Grid, Grid, Grid]:
    """Queries, keys or values: their weights, their bias, and they themselves; ``x`` is their left edge."""
    T, features, inputs = spot.axis("T", "x"), spot.axis("A", "z"), spot.axis("C", "x")  # noqa: N806
    gap, down, big = spot.gap, spot.down, letter.upper()
    columns, aside = x - gap - spot.height, x - 2 * gap - spot.height - CELL
    name = f"{name}.{letter}"
    weight = spot.grid(f"{name}_weight", f"{big} weights", Role.WEIGHT, (features, inputs), columns, down, away)
    bias = spot.grid(f"{name}_bias", f"{big} bias", Role.WEIGHT, (features,), aside, down, away)
    rule = linear(weight, bias, spot.reads, ROW, COLUMN)
    return weight, bias, spot.grid(name, f"{big} vectors", Role.ACTIVATION, (T, features), x, down, away, rule)


def softmax(spot: Spot, name: str, scores: Grid, x: float, away: float) -> tuple[Grid, Grid, Grid]:
    """Maximum, sum and softmax of a causal matrix, level with it; the aggregates' left edge is ``x``."""
    queries, keys = scores.axes
    down, steps = -scores.origin[2], Softmax(scores, UpTo(0), ROW)
    largest = spot.grid(
        f"{name}.max", "Row maximum", Role.AGGREGATE, (queries,), x + CELL, down, away,
        rule=steps.max(), caption=Outward("max", "left"),
    )  # fmt: skip
    total = spot.grid(
        f"{name}.sum", "Row sum of exp", Role.AGGREGATE, (queries,), x, down, away,
        rule=steps.sum(largest), caption=Outward("Σ exp", "right"),
    )  # fmt: skip
    rule, left = steps.result(largest, total, UNSEEN), x - spot.gap - spot.width
    weights = spot.grid(
        f"{name}.weights", "Attention weights", Role.ACTIVATION, (queries, keys), left, down, away, rule, shares=True
    )
    return largest, total, weights


def projection(spot: Spot, heads: list[Grid], x: float, down: float) -> tuple[Grid, Grid, Grid, Grid]:
    """Weights and bias of the projection of the heads' outputs, its result, and the stream with it."""
    T, C, inputs = spot.axis("T", "x"), spot.axis("C", "z"), spot.axis("C", "x")  # noqa: N806
    gap, working = spot.gap, Role.ACTIVATION
    columns, aside = x - gap - spot.height, x - 2 * gap - spot.height - CELL
    weight = spot.grid("proj_weight", "Projection weights", Role.WEIGHT, (C, inputs), columns, down)
    bias = spot.grid("proj_bias", "Projection bias", Role.WEIGHT, (C,), aside, down)
    outputs = {f"head {h}": source(output, FIRST, EVERY) for h, output in enumerate(heads)}
    all_heads = Concat(tuple(Operand(name, COLUMN) for name in outputs))
    rule = Rule(
        Add(Dot(parameter("weight", ROW), all_heads), parameter("bias")),
        {"weight": source(weight, SECOND, EVERY), **outputs, "bias": source(bias, SECOND)},
    )
    proj = spot.grid("proj", "Attention output", working, (T, C), x, down, rule=rule)
    rule = joined(spot.stream, proj)
    return weight, bias, proj, spot.grid("residual", "Attention residual", working, (T, C), spot.left, down, rule=rule)


def ribbons_of(head: Head, reads: Grid, bands: Bands) -> Iterator[Ribbon]:
    """From what is read through a head down to its output."""
    for weight, bias, vectors in (
        (head.q_weight, head.q_bias, head.q),
        (head.k_weight, head.k_bias, head.k),
        (head.v_weight, head.v_bias, head.v),
    ):
        yield fan(reads, vectors, bands)
        yield bands.across(weight, vectors)
        yield bands.across(bias, weight)
    yield bands.drop(head.q, head.scores)
    yield bands.drop(head.k, head.scores)
    yield bands.across(head.scores, head.max)
    yield bands.across(head.sum, head.weights)
    yield bands.drop(head.v, head.output)
    (x, away, _), level = head.weights.middle, head.output.middle[2]
    end = head.output.ends[0][0] - SIDE * bands.gap
    path = [bands.below(head.weights), (x, away, level), (end, away, level)]
    yield bands.band(head.weights, head.output, path, bands.thin)


def fan(source: Grid, target: Grid, bands: Bands) -> Ribbon:
    """From the norm to one head's vectors: it turns into their plane at once, clear of γ and β."""
    start = source.ends[0][0] - SIDE * bands.gap
    end = target.ends[1][0] + SIDE * bands.gap
    turn = source.ends[0][0] - bands.gap / 2
    _, away, level = target.middle
    path = [(start, 0.0, level), (turn, 0.0, level), (turn, away, level), (end, away, level)]
    if abs(away) < CELL / 2:
        path = [path[0], path[-1]]
    return bands.band(source, target, path, bands.thin, FLAT)
