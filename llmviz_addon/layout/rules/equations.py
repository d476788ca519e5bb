"""Equations that parts have in common, as rules for the grids at hand."""

from __future__ import annotations

import math
from functools import cache

from ..grid import Grid
from ..roles import Role
from .formula import (
    Add,
    All,
    At,
    Div,
    Dot,
    Exp,
    Expression,
    Form,
    Index,
    Max,
    Operand,
    Rule,
    Source,
    Stored,
    Sub,
    Sum,
    Symbol,
)

MASKED = Rule(Symbol("masked", -math.inf))
"""A score above the diagonal: the key is later than the query."""
UNSEEN = Rule(Symbol("masked", 0.0))
"""The softmax of a masked score."""

FIRST, SECOND = At(0), At(1)  # the cell's own indices
EVERY = All()
CELL, ROW, COLUMN = Form.CELL, Form.ROW, Form.COLUMN


def source(grid: Grid, *index: Index) -> Source:
    """Cells of ``grid``, by one index per axis."""
    return Source(grid.name, index)


def parameter(name: str, form: Form = CELL, symbol: str = "") -> Operand:
    """An operand in the colour of what is learned."""
    return Operand(name, form, Role.WEIGHT, symbol)


def linear(weight: Grid, bias: Grid | None, inputs: Grid, weight_form: Form, input_form: Form) -> Rule:
    """The weights of one output times the inputs at one time, plus bias: (T, in) -> (T, out)."""
    sources = {"weight": source(weight, SECOND, EVERY), "x": source(inputs, FIRST, EVERY)}
    if bias is None:
        return Rule(_product(weight_form, input_form), sources)
    return Rule(_sum(weight_form, input_form), {**sources, "bias": source(bias, SECOND)})


@cache
def _product(weight_form: Form, input_form: Form) -> Expression:
    return Dot(parameter("weight", weight_form), Operand("x", input_form))


@cache
def _sum(weight_form: Form, input_form: Form) -> Expression:
    return Add(_product(weight_form, input_form), parameter("bias"))


def joined(stream: Grid, branch: Grid) -> Rule:
    """A branch joins the residual stream."""
    return Rule(
        Add(Operand("stream"), Operand("branch")),
        {"stream": source(stream, FIRST, SECOND), "branch": source(branch, FIRST, SECOND)},
    )


@cache
def _steps(form: Form) -> tuple[Max, Sum, Expression]:
    """A softmax's maximum, sum and result."""
    largest = Max(Operand("row", form))
    highest = Stored("max", largest, "max")
    total = Sum(Exp(Sub(Operand("row", form), highest)))
    return largest, total, Div(Exp(Sub(Operand("x"), highest)), Stored("sum", total, "Σ exp"))


class Softmax:
    """The steps of a softmax along the last axis of ``scores``, which lies as ``form``; ``row`` is what is read of it.

    The maximum first, then the sum, then the result, each of them from the grids of the steps before.
    """

    def __init__(self, scores: Grid, row: Index, form: Form) -> None:
        self._scores = scores
        self._row = {"row": source(scores, FIRST, row)}
        self._largest, self._total, self._share = _steps(form)

    def max(self) -> Rule:
        """The largest of a row."""
        return Rule(self._largest, self._row)

    def sum(self, largest: Grid) -> Rule:
        """The sum of the exponentials of a row."""
        return Rule(self._total, {**self._row, "max": source(largest, FIRST)})

    def result(self, largest: Grid, total: Grid, masked: Rule | None = None) -> Rule:
        """An exponential as a share of that sum; ``masked`` is the rule of cells that lie in the future."""
        return Rule(
            self._share,
            {
                "x": source(self._scores, FIRST, SECOND),
                "max": source(largest, FIRST),
                "sum": source(total, FIRST),
                **self._row,
            },
            masked=masked,
        )
