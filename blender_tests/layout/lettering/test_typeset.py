"""Formulas as pictures: nothing overlaps, and all lies inside the box that is announced."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blender_tests.layout import shapes
from llmviz_addon.layout.build import layout
from llmviz_addon.layout.lettering.drawing import Rect, Text
from llmviz_addon.layout.lettering.typeset import set_formula
from llmviz_addon.layout.rules import formula as f
from llmviz_addon.layout.rules.equations import MASKED
from llmviz_addon.model.activations import GELU
from llmviz_addon.model.architecture import gpt2
from llmviz_addon.model.config import GPTConfig

NANO = layout(GPTConfig(3, 3, 48, 11, 3), 11)
RULED = [NANO.embedding.output, *NANO.layers[0].grids, *NANO.output.grids]
FORMULAS = [grid.rule.formula for grid in RULED if grid.rule is not None] + [MASKED.formula]

LEAVES = st.one_of(
    st.builds(f.Operand, st.sampled_from(["x", "y"]), st.sampled_from(list(f.Form))),
    st.just(f.Operand("gamma", symbol="γ")),
    st.just(f.Symbol("ε", 1e-5)),
    st.builds(f.Number, st.floats(-1000, 1000)),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        *(st.builds(node, inner, inner) for node in (f.Add, f.Sub, f.Mul, f.Div, f.Dot)),
        *(st.builds(node, inner) for node in (f.Sqrt, f.Mean, f.Var, f.Sum, f.Max, f.Exp)),
        st.builds(f.Bend, inner, st.sampled_from([*GELU.values()])),
        st.builds(f.Stored, st.just("mean"), inner),
    ),
    max_leaves=8,
)


def assert_well_set(expression: f.Expression, size: float) -> None:
    whole = set_formula(expression, size)
    slack = 1e-6 * size
    boxes = [shapes.bounds(shape) for shape in whole.shapes]
    for own in boxes:
        for box in own:
            assert shapes.inside(box, (0, -whole.depth, whole.width, whole.height), slack)
    for first, second in combinations(boxes, 2):
        assert not any(shapes.overlap(a, b, slack) for a in first for b in second)


@pytest.mark.parametrize("number", range(len(FORMULAS)))
def test_the_models_formulas(number: int):
    assert_well_set(FORMULAS[number], 0.03)


@settings(max_examples=150, deadline=None)
@given(TREES, st.floats(0.01, 2))
def test_any_formula(tree: f.Expression, size: float):
    assert_well_set(tree, size)


@given(TREES)
def test_size_scales_everything(tree: f.Expression):
    small, large = set_formula(tree, 0.5), set_formula(tree, 1.0)
    assert large.width == pytest.approx(2 * small.width)
    assert large.height == pytest.approx(2 * small.height)
    assert large.depth == pytest.approx(2 * small.depth)


def test_norm_reads_as_it_should():
    rule = NANO.layers[0].ln_1.output.rule
    assert rule is not None
    box = set_formula(rule.formula, 1.0)
    words = [shape.body for shape in box.shapes if isinstance(shape, Text)]
    assert sorted(words) == sorted(["−", "μ", "σ", "·", "γ", "+", "β"])  # as what stands beside is named
    assert set(box.anchors) == {"x", "mean", "std", "gamma", "beta"}
    bar = max((s for s in box.shapes if isinstance(s, Rect) and s.color == "ink"), key=lambda s: s.width)
    assert box.anchors["mean"][1] > bar.y > box.anchors["std"][1]


@pytest.mark.parametrize("form", [*GELU])
def test_an_activation_is_called_by_its_name(form: str):
    rule = layout(GPTConfig(1, 1, 4, 3, 2), 2, architecture=gpt2(form)).layers[0].mlp.activation.rule
    box = set_formula(rule.formula, 1.0)
    assert "".join(shape.body for shape in box.shapes if isinstance(shape, Text)) == "GELU"
    assert box.shapes == set_formula(f.Bend(f.Operand("x"), GELU["tanh"]), 1.0).shapes


def test_brackets_where_they_are_needed():
    x = f.Operand("x", symbol="x")

    def words(tree: f.Expression) -> int:
        return len(set_formula(tree, 1).shapes)

    assert words(f.Mul(f.Add(x, x), x)) == words(f.Add(f.Mul(x, x), x)) + 2
    assert words(f.Sub(x, f.Sub(x, x))) == words(f.Sub(f.Sub(x, x), x)) + 2
    assert words(f.Mul(f.Div(f.Add(x, x), x), x)) == words(f.Div(f.Add(x, x), x)) + 2
