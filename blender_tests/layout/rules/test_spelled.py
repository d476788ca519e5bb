"""Formulas in a line of text: whatever a layout's rules say can be spelled, and comes to what it says."""

from __future__ import annotations

import re

import numpy as np
import pytest

from llmviz_addon.layout.build import layout
from llmviz_addon.layout.rules.formula import Add, Div, Exp, Figure, Mul, Operand, Square, Sub
from llmviz_addon.layout.rules.spelled import spelled
from llmviz_addon.layout.rules.written import written
from llmviz_addon.model.checkpoint import builtin
from llmviz_addon.model.run import read
from llmviz_addon.rounding import of_cell

A, B, C = (Operand(name) for name in "abc")


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (Mul(Add(A, B), C), "(a + b) · c"),
        (Sub(A, Add(B, C)), "a − (b + c)"),
        (Div(A, Mul(B, C)), "a / (b · c)"),
        (Div(Exp(Sub(A, B)), C), "exp(a − b) / c"),
        (Square(Sub(A, B)), "(a − b)²"),
        (Mul(Figure("−1"), Figure("−2")), "−1 · (−2)"),
        (Square(Sub(Figure("−1"), Figure("2"))), "(−1 − 2)²"),
    ],
)
def test_brackets_stand_where_they_must(tree: object, text: str) -> None:
    assert spelled(tree) == text


def test_every_formula_is_spelled_and_comes_to_its_value() -> None:
    """Its numbers are reckoned by Python from the line of text, wherever all of them are written."""
    run = read(builtin(), [2, 1, 0])
    stage, reckoned, kinds = layout(run.config, 3), 0, set()
    for grid in stage.grids:
        if grid.rule is None or grid.name.startswith("layers.1"):
            continue
        index = tuple(length // 2 for length in grid.shape)
        symbols = spelled(grid.rule.at(index).formula)
        kinds.add(symbols)
        told = written(grid.rule, run.trace, index, of_cell(float(run.trace[grid.name][index])))
        if told is None:
            continue
        text = spelled(told[0])
        assert text.count("(") == text.count(")")
        if "…" not in text and "GELU" not in text:
            assert _worth(text) == pytest.approx(run.trace[grid.name][index], rel=0.02, abs=2e-3), (grid.name, text)
            reckoned += 1
    assert "dot(query, key) / √A" in kinds
    assert "(x − E[column]) / √(Var[column] + ε) · γ + β" in kinds
    assert reckoned > 10


def _worth(text: str) -> float:
    for sign, python in (("−", "-"), ("·", "*"), ("²", "**2")):
        text = text.replace(sign, python)
    text = re.sub(r"√(\d+(\.\d+)?)", r"sqrt(\1)", text).replace("√", "sqrt")
    return float(eval(text, {"sqrt": np.sqrt, "exp": np.exp, "max": max}))
