"""Parts of a model that nobody has, told here alone: nothing in the package knows of them.

A norm without a shift, an attention in which two heads share keys and values, and an MLP half as wide with another
activation. See ``test_made_up_parts.py``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from llmviz_addon.layout.bands import Bands
from llmviz_addon.layout.grid import CELL, Beside, Grid, Ribbon, Section
from llmviz_addon.layout.groups import Group, Series
from llmviz_addon.layout.parts.attention import SIDES, fan, projection, softmax, vector
from llmviz_addon.layout.parts.layer_norm import branches
from llmviz_addon.layout.parts.part import PartGrids, Spot, stands_for
from llmviz_addon.layout.roles import Role
from llmviz_addon.layout.rules.equations import COLUMN, EVERY, FIRST, MASKED, ROW, SECOND, parameter, source
from llmviz_addon.layout.rules.formula import Div, Dot, Mean, Mul, Operand, Rule, Sqrt, Stored, Sub, Symbol, UpTo, Var
from llmviz_addon.layout.sections import bracketed
from llmviz_addon.model.activations import Activation
from llmviz_addon.model.architecture import Architecture, weight_shapes
from llmviz_addon.model.checkpoint import Checkpoint
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.parts.mlp import MLP
from llmviz_addon.model.parts.part import Arrays, Part, Results, Tensor
from llmviz_addon.model.tokenizers.tokenizer import IdTokenizer

# --- what the parts compute -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Norm(Part):
    """Mean 0 and variance 1, scaled but not shifted, with nothing that keeps it from dividing by zero."""

    def tensors(self, config: GPTConfig) -> Sequence[Tensor]:
        return (
            Tensor("mean", ("T",)),
            Tensor("std", ("T",)),
            Tensor("gamma", ("C",), "weight"),
            Tensor("output", ("T", "C")),
        )

    def forward(self, reads: np.ndarray, stream: np.ndarray, weights: Arrays, config: GPTConfig) -> Results:
        mean, std = reads.mean(-1), reads.std(-1)  # (T, C) -> (T,)
        output = (reads - mean[:, None]) / std[:, None] * weights["weight"]  # (T, C)
        return {"mean": mean, "std": std, "output": output}


@dataclass(frozen=True)
class SharedAttention(Part):
    """Attention in which ``share`` heads have the same keys and values; none has a bias, but for the projection."""

    share: int = 2

    output = "residual"
    joins = True

    def tensors(self, config: GPTConfig) -> Sequence[Tensor]:
        heads, groups = range(config.n_head), range(config.n_head // self.share)
        return (
            *(Tensor(f"heads.{h}.q_weight", ("A", "C"), "q.weight") for h in heads),
            *(Tensor(f"groups.{g}.{v}_weight", ("A", "C"), f"{v}.weight") for v in "kv" for g in groups),
            *(Tensor(f"groups.{g}.{v}", ("T", "A")) for g in groups for v in "kv"),
            *(Tensor(f"heads.{h}.{name}", axes) for h in heads for name, axes in (("q", ("T", "A")), ("max", ("T",)))),
            *(Tensor(f"heads.{h}.scores", ("T", "T"), causal=True) for h in heads),
            *(Tensor(f"heads.{h}.sum", ("T",)) for h in heads),
            *(Tensor(f"heads.{h}.weights", ("T", "T")) for h in heads),
            *(Tensor(f"heads.{h}.output", ("T", "A")) for h in heads),
            Tensor("proj_weight", ("C", "C"), "o.weight"),
            Tensor("proj_bias", ("C",), "o.bias"),
            Tensor("proj", ("T", "C")),
            Tensor("residual", ("T", "C")),
        )

    def forward(self, reads: np.ndarray, stream: np.ndarray, weights: Arrays, config: GPTConfig) -> Results:
        T, A = len(reads), config.head_size  # noqa: N806
        q, k, v = (
            (reads @ weights[f"{letter}.weight"].T).reshape(T, -1, A).transpose(1, 0, 2) for letter in "qkv"
        )  # (H, T, A), (G, T, A), (G, T, A)
        shared = k.repeat(self.share, axis=0), v.repeat(self.share, axis=0)  # (G, T, A) -> (H, T, A)
        future = np.triu(np.full((T, T), -np.inf, np.float32), 1)
        scores = q @ shared[0].transpose(0, 2, 1) / np.float32(math.sqrt(A)) + future  # (H, T, T)
        largest = scores.max(-1)  # (H, T)
        parts = np.exp(scores - largest[..., None])  # (H, T, T)
        total = parts.sum(-1)  # (H, T)
        mix = parts / total[..., None]  # (H, T, T)
        output = mix @ shared[1]  # (H, T, A)
        proj = output.transpose(1, 0, 2).reshape(T, -1) @ weights["o.weight"].T + weights["o.bias"]  # (T, C)
        heads = {"q": q, "scores": scores, "max": largest, "sum": total, "weights": mix, "output": output}
        return {"groups": {"k": k, "v": v}, "heads": heads, "proj": proj, "residual": stream + proj}


SILU = Activation("SiLU", lambda x: x / (1 + np.exp(-x)))

MADE_UP = Architecture(
    (("norm_1", Norm()), ("attn", SharedAttention()), ("norm_2", Norm()), ("mlp", MLP(SILU, times=2))), ln_f=Norm()
)

CONFIG = GPTConfig(n_layer=2, n_head=4, n_embd=24, block_size=9, vocab_size=7)


def made_up() -> Checkpoint:
    """A model of them, with random weights."""
    rng = np.random.default_rng(3)
    shapes = weight_shapes(CONFIG, MADE_UP)
    weights = {name: rng.normal(0, 0.4, shape).astype(np.float32) for name, shape in shapes.items()}
    return Checkpoint("made-up", CONFIG, weights, IdTokenizer(CONFIG.vocab_size), architecture=MADE_UP)


# --- where they stand -------------------------------------------------------------------------------------


@stands_for(Norm)
@dataclass(frozen=True, eq=False)
class NormGrids(PartGrids):
    """As a layer norm stands, without β."""

    title = "Norm"

    mean: Grid
    std: Grid
    gamma: Grid
    output: Grid

    @classmethod
    def placed(cls, part: Part, spot: Spot) -> Self:
        T, C = spot.axis("T", "x"), spot.axis("C", "z")  # noqa: N806
        x, body = spot.edge - spot.gap - spot.width, spot.down + 2 * CELL + spot.gap
        column = {"column": source(spot.reads, FIRST, EVERY)}
        mean_of, std_of = Mean(Operand("column", COLUMN)), Sqrt(Var(Operand("column", COLUMN)))
        one, two = Beside("mean", 0, 2), Beside("std", 1, 2)
        mean = spot.grid("mean", "Mean", Role.AGGREGATE, (T,), x, spot.down, 0.0, Rule(mean_of, column), one)
        std = spot.grid("std", "Deviation", Role.AGGREGATE, (T,), x, spot.down + CELL, 0.0, Rule(std_of, column), two)
        gamma = spot.grid("gamma", "γ", Role.WEIGHT, (C,), x - spot.gap - CELL, body)
        centred = Div(Sub(Operand("x"), Stored("mean", mean_of)), Stored("std", std_of))
        rule = Rule(
            Mul(centred, parameter("gamma", symbol="γ")),
            {
                "x": source(spot.reads, FIRST, SECOND),
                "mean": source(mean, FIRST),
                "std": source(std, FIRST),
                "gamma": source(gamma, SECOND),
                **column,
            },
        )
        return cls(spot, mean, std, gamma, spot.grid("output", "Norm", Role.ACTIVATION, (T, C), x, body, rule=rule))

    def ribbons(self, bands: Bands) -> Iterator[Ribbon]:
        yield from branches(self.spot, bands, self.mean, self.output)
        yield bands.down(self.std, self.output)
        yield bands.across(self.gamma, self.output)

    def section(self) -> Section:
        return Section(self.spot.name, self.title, self.grids)


@dataclass(frozen=True, eq=False)
class Shared(Group):
    """Keys and values of some heads."""

    k_weight: Grid
    k: Grid
    v_weight: Grid
    v: Grid


@dataclass(frozen=True, eq=False)
class Query(Group):
    """A head without keys and values of its own."""

    q_weight: Grid
    q: Grid
    scores: Grid
    max: Grid
    sum: Grid
    weights: Grid
    output: Grid


@stands_for(SharedAttention)
@dataclass(frozen=True, eq=False)
class SharedAttentionGrids(PartGrids):
    """Heads as they stand in GPT-2, of which the first of each group has the keys and values."""

    title = "Shared attention"

    groups: Series[Shared]
    heads: Series[Query]
    proj_weight: Grid
    proj_bias: Grid
    proj: Grid
    residual: Grid

    @classmethod
    def placed(cls, part: Part, spot: Spot) -> Self:
        assert isinstance(part, SharedAttention)
        gap, n_head, x = spot.gap, spot.lengths["C"] // spot.lengths["A"], spot.edge - spot.gap - spot.width
        planes = [((n_head - 1) / 2 - h) * 6.5 * gap for h in range(n_head)]
        groups = Series("group", (cls._shared(spot, g, x, planes[g * part.share]) for g in range(n_head // part.share)))
        heads = Series("head", (cls._head(spot, h, groups[h // part.share], x, y) for h, y in enumerate(planes)))
        down = spot.down + 2 * (spot.axis("A", "z").cells * CELL + gap) + spot.width + 2 * gap
        return cls(spot, groups, heads, *projection(spot, [head.output for head in heads], x, down))

    @staticmethod
    def _shared(spot: Spot, number: int, x: float, away: float) -> Shared:
        planes = {letter: away + SIDES[letter] * 1.5 * spot.gap for letter in "kv"}
        made = (unbiased(spot, f"groups.{number}", letter, x, plane) for letter, plane in planes.items())
        return Shared(*(grid for pair in made for grid in pair))

    @staticmethod
    def _head(spot: Spot, number: int, group: Shared, x: float, away: float) -> Query:
        name, size = f"heads.{number}", spot.lengths["A"]
        T, A = spot.axis("T", "x"), spot.axis("A", "z")  # noqa: N806
        weight, q = unbiased(spot, name, "q", x, away - 1.5 * spot.gap)
        matrix = spot.down + A.cells * CELL + spot.gap
        rule = Rule(
            Div(Dot(Operand("q", COLUMN), Operand("k", COLUMN)), Sqrt(Symbol("A", size))),
            {"q": source(q, FIRST, EVERY), "k": source(group.k, SECOND, EVERY)},
            masked=MASKED,
        )
        axes = (spot.axis("T", "z"), T)
        scores = spot.grid(f"{name}.scores", "Scores", Role.ACTIVATION, axes, x, matrix, away, rule)
        largest, total, weights = softmax(spot, name, scores, x - spot.gap - 2 * CELL, away)
        rule = Rule(
            Dot(Operand("weights", ROW), Operand("v", ROW)),
            {"weights": source(weights, FIRST, UpTo(0)), "v": source(group.v, UpTo(0), SECOND)},
        )
        low = matrix + spot.width + spot.gap
        output = spot.grid(f"{name}.output", "Output", Role.ACTIVATION, (T, A), x, low, away, rule)
        return Query(weight, q, scores, largest, total, weights, output)

    def ribbons(self, bands: Bands) -> Iterator[Ribbon]:
        yield bands.stream(self.spot.stream, self.residual, self.spot.top)
        share = len(self.heads) // len(self.groups)
        for number, group in enumerate(self.groups):
            yield fan(self.spot.reads, group.k, bands)
            yield fan(self.spot.reads, group.v, bands)
            yield bands.across(group.k_weight, group.k)
            yield bands.across(group.v_weight, group.v)
            for head in self.heads[number * share : (number + 1) * share]:
                yield fan(self.spot.reads, head.q, bands)
                yield bands.across(head.q_weight, head.q)
                yield bands.drop(head.q, head.scores)
                yield bands.drop(group.k, head.scores)
                yield bands.drop(group.v, head.output)
                yield bands.across(head.scores, head.max)
                yield bands.across(head.sum, head.weights)
                yield bands.drop(head.output, self.proj)
        yield bands.across(self.proj_weight, self.proj)
        yield bands.across(self.proj_bias, self.proj_weight)
        yield bands.across(self.proj, self.residual)

    def sections_within(self) -> tuple[Section, ...]:
        name, gap = self.spot.name, self.spot.gap
        heads = (bracketed(f"{name}.heads.{h}", f"Head {h}", one.grids, gap) for h, one in enumerate(self.heads))
        groups = (bracketed(f"{name}.groups.{g}", f"Group {g}", one.grids, gap) for g, one in enumerate(self.groups))
        return (*heads, *groups)


def unbiased(spot: Spot, name: str, letter: str, x: float, away: float) -> tuple[Grid, Grid]:
    """Weights of queries, keys or values, and what they make without a bias."""
    weight, _, like = vector(spot, name, letter, x, away)
    sources = {"weight": source(weight, SECOND, EVERY), "x": source(spot.reads, FIRST, EVERY)}
    rule = Rule(Dot(parameter("weight", ROW), Operand("x", COLUMN)), sources)
    return weight, spot.grid(f"{name}.{letter}", like.title, like.role, like.axes, x, spot.down, away, rule)
