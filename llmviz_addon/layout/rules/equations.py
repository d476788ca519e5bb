"""The rule of every grid of a GPT: the model's own equations, cell by cell."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from ..grid import Role
from .formula import (
    Add,
    All,
    At,
    Concat,
    Div,
    Dot,
    Exp,
    Expression,
    Form,
    Gelu,
    Index,
    Lookup,
    Max,
    Mean,
    Mul,
    Operand,
    Rule,
    Source,
    Sqrt,
    Stored,
    Sub,
    Sum,
    Symbol,
    UpTo,
    ValueOf,
    Var,
)

if TYPE_CHECKING:
    from ...model.config import GPTConfig

EPSILON = Symbol("ε", 1e-5)
MASKED = Rule(Symbol("masked", -math.inf))
"""A score above the diagonal: the key is later than the query."""
UNSEEN = Rule(Symbol("masked", 0.0))
"""The softmax of a masked score."""

FIRST, SECOND = At(0), At(1)  # the cell's own indices
EVERY = All()
CELL, ROW, COLUMN = Form.CELL, Form.ROW, Form.COLUMN


@lru_cache(maxsize=1 << 14)  # an excerpt and an outline ask for the rules of the model once more
def rule_of(name: str, config: GPTConfig) -> Rule | None:
    """The rule of the grid ``name``; None for tokens and parameters."""
    prefix, _, last = name.rpartition(".")
    parts = name.split(".")
    if parts[0] == "embedding":
        return EMBEDDING if last == "output" else None
    if parts[0] == "ln_f":
        return _norm_rule(last, prefix, _stream(config.n_layer))
    if parts[0] == "output":
        return _output_rule(last)
    if parts[0] != "layers":
        return None
    layer = ".".join(parts[:2])
    stream = _stream(int(parts[1]))
    match parts[2]:
        case "ln_1":
            return _norm_rule(last, prefix, stream)
        case "ln_2":
            return _norm_rule(last, prefix, f"{layer}.attn.residual")
        case "mlp":
            return _mlp_rule(last, prefix, layer)
        case _ if "heads" in parts:
            return _head_rule(last, prefix, f"{layer}.ln_1.output", config.head_size)
        case _:
            return _projection_rule(last, prefix, stream, config.n_head)


def _stream(number: int) -> str:
    """What enters layer ``number``."""
    return f"layers.{number - 1}.mlp.residual" if number else "embedding.output"


def _source(grid: str, *index: Index) -> Source:
    return Source(grid, index)


def _parameter(name: str, form: Form = CELL, symbol: str = "") -> Operand:
    return Operand(name, form, Role.WEIGHT, symbol)


def _linear(weight: str, bias: str | None, inputs: str, weight_form: Form, input_form: Form) -> Rule:
    """The weights of one output times the inputs at one time, plus bias: (T, in) -> (T, out)."""
    sources = {"weight": _source(weight, SECOND, EVERY), "x": _source(inputs, FIRST, EVERY)}
    product: Expression = Dot(_parameter("weight", weight_form), Operand("x", input_form))
    if bias is None:
        return Rule(product, sources)
    return Rule(Add(product, _parameter("bias")), {**sources, "bias": _source(bias, SECOND)})


EMBEDDING = Rule(
    Add(Lookup(_parameter("token_weight"), Operand("token")), _parameter("position_weight")),
    {
        "token_weight": _source("embedding.token_weight", ValueOf("token"), SECOND),
        "token": _source("tokens", FIRST),
        "position_weight": _source("embedding.position_weight", FIRST, SECOND),
    },
)


def _norm_rule(last: str, prefix: str, inputs: str) -> Rule | None:
    column = {"column": _source(inputs, FIRST, EVERY)}
    mean = Mean(Operand("column", COLUMN))
    std = Sqrt(Add(Var(Operand("column", COLUMN)), EPSILON))
    match last:
        case "mean":
            return Rule(mean, column)
        case "std":
            return Rule(std, column)
        case "output":
            normalized = Div(Sub(Operand("x"), Stored("mean", mean)), Stored("std", std))
            return Rule(
                Add(Mul(normalized, _parameter("gamma", symbol="γ")), _parameter("beta", symbol="β")),
                {
                    "x": _source(inputs, FIRST, SECOND),
                    "mean": _source(f"{prefix}.mean", FIRST),
                    "std": _source(f"{prefix}.std", FIRST),
                    "gamma": _source(f"{prefix}.gamma", SECOND),
                    "beta": _source(f"{prefix}.beta", SECOND),
                    **column,
                },
            )
        case _:
            return None


def _softmax_rule(last: str, scores: str, prefix: str, row: Index, form: Form) -> Rule | None:
    """Maximum, sum and result of a softmax along the last axis of ``scores``, which lies as ``form``."""
    sources = {"row": _source(scores, FIRST, row)}
    largest = Max(Operand("row", form))
    total = Sum(Exp(Sub(Operand("row", form), Stored("max", largest))))
    maximum = {"max": _source(f"{prefix}.max", FIRST)}
    match last:
        case "max":
            return Rule(largest, sources)
        case "sum":
            return Rule(total, {**sources, **maximum})
        case "weights" | "probs":
            return Rule(
                Div(Exp(Sub(Operand("x"), Stored("max", largest))), Stored("sum", total)),
                {
                    "x": _source(scores, FIRST, SECOND),
                    **maximum,
                    "sum": _source(f"{prefix}.sum", FIRST),
                    **sources,
                },
                masked=UNSEEN if last == "weights" else None,
            )
        case _:
            return None


def _head_rule(last: str, prefix: str, inputs: str, size: int) -> Rule | None:
    match last:
        case "q" | "k" | "v":
            return _linear(f"{prefix}.{last}_weight", f"{prefix}.{last}_bias", inputs, ROW, COLUMN)
        case "scores":
            return Rule(
                Div(Dot(Operand("q", COLUMN), Operand("k", COLUMN)), Sqrt(Symbol("A", size))),
                {"q": _source(f"{prefix}.q", FIRST, EVERY), "k": _source(f"{prefix}.k", SECOND, EVERY)},
                masked=MASKED,
            )
        case "output":
            return Rule(
                Dot(Operand("weights", ROW), Operand("v", ROW)),
                {"weights": _source(f"{prefix}.weights", FIRST, UpTo(0)), "v": _source(f"{prefix}.v", UpTo(0), SECOND)},
            )
        case _:
            return _softmax_rule(last, f"{prefix}.scores", prefix, UpTo(0), ROW)


def _projection_rule(last: str, prefix: str, stream: str, n_head: int) -> Rule | None:
    match last:
        case "proj":
            heads = {f"head {h}": _source(f"{prefix}.heads.{h}.output", FIRST, EVERY) for h in range(n_head)}
            return Rule(
                Add(
                    Dot(_parameter("weight", ROW), Concat(tuple(Operand(h, COLUMN) for h in heads))), _parameter("bias")
                ),
                {
                    "weight": _source(f"{prefix}.proj_weight", SECOND, EVERY),
                    **heads,
                    "bias": _source(f"{prefix}.proj_bias", SECOND),
                },
            )
        case "residual":
            return _sum(stream, f"{prefix}.proj")
        case _:
            return None


def _mlp_rule(last: str, prefix: str, layer: str) -> Rule | None:
    match last:
        case "hidden":
            return _linear(f"{prefix}.fc_weight", f"{prefix}.fc_bias", f"{layer}.ln_2.output", COLUMN, COLUMN)
        case "activation":
            return Rule(Gelu(Operand("x")), {"x": _source(f"{prefix}.hidden", FIRST, SECOND)})
        case "proj":
            return _linear(f"{prefix}.proj_weight", f"{prefix}.proj_bias", f"{prefix}.activation", ROW, ROW)
        case "residual":
            return _sum(f"{layer}.attn.residual", f"{prefix}.proj")
        case _:
            return None


def _sum(stream: str, branch: str) -> Rule:
    """A branch joins the residual stream."""
    return Rule(
        Add(Operand("stream"), Operand("branch")),
        {"stream": _source(stream, FIRST, SECOND), "branch": _source(branch, FIRST, SECOND)},
    )


def _output_rule(last: str) -> Rule | None:
    if last == "logits":
        return _linear("output.weight", None, "ln_f.output", ROW, COLUMN)
    return _softmax_rule(last, "output.logits", "output", EVERY, COLUMN)
