"""Formulas with their values: every number is the model's, and ``=`` is said only where it holds as it is written."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from blender_tests.layout import shapes
from blender_tests.made_up import made_up
from llmviz_addon.layout.build import layout
from llmviz_addon.layout.lettering.drawing import Text
from llmviz_addon.layout.lettering.typeset import set_formula
from llmviz_addon.layout.roles import Role
from llmviz_addon.layout.rules import formula as f
from llmviz_addon.layout.rules.written import LONGEST, Writing, gives, worth, written
from llmviz_addon.model.activations import GELU
from llmviz_addon.model.architecture import gpt2
from llmviz_addon.model.checkpoint import builtin
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.forward import forward
from llmviz_addon.model.run import run
from llmviz_addon.rounding import figure, number, of_cell

TOKENS = [2, 1, 0, 1, 1, 2]


def say(tree: f.Expression, opens: bool = True) -> str:
    """A written formula on one line."""
    match tree:
        case f.Figure(text):
            return text if opens or not text.startswith("−") else f"({text})"
        case f.Add(left, right):
            return f"{say(left, opens)} + {say(right, False)}"
        case f.Sub(left, right):
            return f"{group(left, opens)} − {say(right, False)}"
        case f.Mul(left, right):
            return f"{group(left, opens)} · {group(right, False)}"
        case f.Div(left, right):
            return f"[{say(left)}] / [{say(right)}]"
        case f.Square(inner):
            return f"({say(inner)})²"
        case f.Series(terms, shown, sign, missing):
            told, last = [], -1
            for place in shown:
                if place > last + 1 or (missing and place == shown[-1]):
                    told.append("…")
                told.append(say(terms[place], not told or sign == ","))
                last = place
            told += ["…"] if last + 1 < len(terms) else []
            return (" + " if sign == "+" else ", ").join(told)
        case f.Bend(inner, by):
            return f"{by.name}({say(inner)})"
        case f.Sqrt(inner) | f.Exp(inner) | f.Max(inner):
            return f"{type(tree).__name__.lower()}({say(inner)})"
    raise AssertionError(tree)


def group(tree: f.Expression, opens: bool) -> str:
    return f"({say(tree)})" if isinstance(tree, f.Add | f.Sub) else say(tree, opens)


def reckoned(tree: f.Expression) -> float:
    """What a written formula gives, reckoned by other means than the product's."""
    match tree:
        case f.Figure(text):
            return float(text.replace("−", "-").replace(",", ""))
        case f.Add(left, right):
            return reckoned(left) + reckoned(right)
        case f.Sub(left, right):
            return reckoned(left) - reckoned(right)
        case f.Mul(left, right):
            return reckoned(left) * reckoned(right)
        case f.Div(left, right):
            return reckoned(left) / reckoned(right)
        case f.Square(inner):
            return reckoned(inner) ** 2
        case f.Series(terms, _, sign):
            return math.fsum(map(reckoned, terms)) if sign == "+" else max(map(reckoned, terms))
        case f.Bend(inner, by):
            return float(by(np.array(reckoned(inner))))
        case f.Sqrt(inner):
            return math.sqrt(reckoned(inner))
        case f.Exp(inner):
            return math.exp(reckoned(inner))
        case f.Max(inner):
            return reckoned(inner)
    raise AssertionError(tree)


def assert_holds(tree: f.Expression, sign: str, result: str) -> None:
    """That ``=`` is true of what is written, and ``≈`` of what is meant."""
    told = float(result.replace("−", "-").replace(",", ""))
    if sign == "=":
        assert abs(reckoned(tree) - told) <= 1e-9 * max(abs(told), 1), (say(tree), result)
    else:
        assert sign == "≈"


CASES = [
    (lambda s: s.embedding.output[5, 4], "0.0153 + (−0.0373)", "=", "−0.022"),
    (lambda s: s.layers[0].ln_1.output[5, 4], "[−0.0220 − 0.00076] / [0.0623] · 0.954 + 0.0191", "≈", "−0.33"),
    (lambda s: s.layers[0].attn.residual[5, 4], "−0.0220 + (−0.0335)", "≈", "−0.056"),
]


@pytest.fixture(scope="module")
def nano():
    told = run(builtin(), [*TOKENS, 0, 1, 1, 1, 2])
    return layout(told.config, 11), told.trace


@pytest.mark.parametrize(("pick", "values", "sign", "result"), CASES)
def test_the_models_formulas_read_so(nano, pick, values, sign, result):
    cell = pick(nano[0])
    tree, found = written(cell.grid.rule, nano[1], cell.index, result)
    assert (say(tree), found) == (values, sign)


def assert_all_are_written(placed, trace) -> None:
    random = np.random.default_rng(5)
    for grid in (grid for grid in placed.grids if grid.rule is not None):
        for _ in range(3):
            index = tuple(int(random.integers(n)) for n in grid.shape)
            value = float(trace[grid.name][index])
            result = number(value)
            found = written(grid.rule, trace, index, result)
            reads = [*f.operands(grid.rule.at(index).formula)]
            assert (found is None) == (not reads), grid
            if found and result[0] not in "<>":
                assert_holds(*found, result)
                assert reckoned(found[0]) == pytest.approx(value, rel=0.12, abs=0.05), grid


def test_whatever_nano_gpt_computes_is_written_with_its_values(nano):
    assert_all_are_written(*nano)


@pytest.mark.parametrize("form", ["tanh", "exact"])
def test_both_forms_of_gelu_are_written_and_reckoned_as_they_are(form):
    from dataclasses import replace

    from blender_tests.layout.rules.test_formula import random_model

    model = replace(random_model(GPTConfig(1, 2, 8, 5, 7), 3), architecture=gpt2(form))
    trace = forward(model, [1, 2, 3, 4, 6])
    placed = layout(model.config, 5, architecture=model.architecture)
    assert_all_are_written(placed, trace)
    grid = placed.layers[0].mlp.activation
    tree, _ = written(grid.rule, trace, (2, 3), number(float(trace[grid.name][2, 3])))
    assert isinstance(tree, f.Bend)
    assert tree.by is GELU[form]


def test_made_up_parts_are_written_without_a_word_about_them():
    model = made_up()
    told = run(model, [1, 2, 3, 4, 5])
    assert_all_are_written(layout(told.config, 5, architecture=model.architecture), told.trace)


# --- any formula ------------------------------------------------------------------------------------------

NUMBERS = st.floats(-200, 200, allow_subnormal=False) | st.floats(-0.01, 0.01, allow_subnormal=False) | st.just(0.0)


@st.composite
def rules(draw) -> tuple[f.Rule, dict[str, np.ndarray]]:
    """A rule over made-up tensors, of any form that parts use."""
    count = draw(st.integers(1, 9))
    tensors = {name: np.array(draw(st.lists(NUMBERS, min_size=count, max_size=count))) for name in "vw"}
    tensors |= {name: np.array([draw(NUMBERS)]) for name in "xyz"}
    scalars = st.sampled_from([f.Operand(name) for name in "xyz"] + [f.Symbol("ε", 1e-5), f.Number(2.0)])
    v, w = f.Operand("v", f.Form.ROW, Role.WEIGHT), f.Operand("w", f.Form.COLUMN)
    many = [f.Dot(v, w), f.Mean(v), f.Var(w), f.Sum(v), f.Max(w), f.Sum(f.Mul(v, v)), f.Stored("x", f.Mean(v))]
    leaves = scalars | st.sampled_from([*many, f.Sum(f.Exp(f.Sub(v, f.Stored("y", f.Max(v)))))])
    tree = draw(
        st.recursive(
            leaves,
            lambda inner: st.one_of(
                *(st.builds(node, inner, inner) for node in (f.Add, f.Sub, f.Mul, f.Div)),
                *(st.builds(node, inner) for node in (f.Sqrt, f.Exp)),
                st.builds(f.Bend, inner, st.sampled_from([*GELU.values()])),
            ),
            max_leaves=5,
        )
    )
    sources = {name: f.Source(name, (f.All(),)) for name in "vw"}
    sources |= {name: f.Source(name, (f.At(0),)) for name in "xyz"}
    return f.Rule(tree, sources), tensors


def worked_out(rule: f.Rule, tensors: dict[str, np.ndarray]) -> float:
    """The value of a cell; what has none is no example."""
    try:
        value = f.evaluate(rule, tensors, (0,))
    except ArithmeticError:
        value = math.nan
    assume(math.isfinite(value))
    return value


@settings(max_examples=400, deadline=None)
@given(rules())
def test_equals_is_said_only_where_it_holds_as_it_is_written(made):
    rule, tensors = made
    with np.errstate(all="ignore"):
        value = worked_out(rule, tensors)
        assume(abs(value) < 1e9)
        result = number(value)
        assume(result[0] not in "<>")
        found = written(rule, tensors, (0,), result)
        if found is None:
            assert not [*f.operands(rule.formula)]
            return
        tree, sign = found
        try:
            told = reckoned(tree)
        except OverflowError:  # which exact numbers do not know
            assume(False)
        except (ArithmeticError, ValueError):
            assert sign == "≈"
            return
        assume(math.isfinite(told))
        assert_holds(tree, sign, result)


@settings(max_examples=200, deadline=None)
@given(rules(), st.integers(1, 3))
def test_any_written_formula_is_well_set_and_a_negative_number_has_brackets_after_a_sign(made, first):
    rule, tensors = made
    with np.errstate(all="ignore"):
        value = worked_out(rule, tensors)
        found = written(rule, tensors, (0,), number(value), first)
    assume(found is not None)
    box = set_formula(found[0], 1.0)
    slack = 1e-6
    bounds = [own for shape in box.shapes for own in shapes.bounds(shape)]
    for own in bounds:
        assert shapes.inside(own, (0, -box.depth, box.width, box.height), slack)
    texts = sorted((s for s in box.shapes if isinstance(s, Text)), key=lambda s: s.x)
    for text in texts:
        before = [t for t in texts if t.y == text.y and t.x < text.x and text.x - t.x < 1.5]
        if text.body.startswith("−") and len(text.body) > 1 and before:
            gap = text.x - (before[-1].x + shapes.text_bounds(before[-1])[0][2] - shapes.text_bounds(before[-1])[0][0])
            assert before[-1].body not in ("+", "−", "·") or gap > 0.29  # a bracket stands between


def test_a_long_sum_shows_its_first_terms_and_its_last_and_a_maximum_the_largest():
    v = f.Operand("v", f.Form.ROW)
    rule = f.Rule(f.Sum(v), {"v": f.Source("v", (f.All(),))})
    tensors = {"v": np.arange(1.0, 21.0)}
    tree, sign = written(rule, tensors, (), "210.00")
    assert (say(tree), sign) == ("1.00 + 2.00 + … + 20.0", "=")
    assert say(written(rule, tensors, (), "210.00", 1)[0]) == "1.00 + … + 20.0"
    assert say(written(rule, {"v": np.arange(1.0, 5.0)}, (), "10.00")[0]) == "1.00 + 2.00 + 3.00 + 4.00"
    tensors["v"][9] = 50
    rule = f.Rule(f.Max(v), rule.sources)
    tree, sign = written(rule, tensors, (), "50.00")
    assert (say(tree), sign) == ("max(1.00, 2.00, …, 50.0, …, 20.0)", "=")


def test_of_a_sum_too_long_to_add_up_only_what_is_written_is_looked_at():
    v = f.Operand("v", f.Form.ROW)
    rule = f.Rule(f.Mean(v), {"v": f.Source("v", (f.All(),))})
    tree, sign = written(rule, {"v": np.full(50 * LONGEST, 2.0)}, (), "2.00")
    assert (say(tree), sign) == (f"[2.00 + 2.00 + … + 2.00] / [{50 * LONGEST:,}]", "≈")


def test_numbers_look_as_in_their_cells_and_about_is_said_where_they_do_not_give_the_result():
    rule = f.Rule(f.Mul(f.Operand("x"), f.Operand("y")), {n: f.Source(n, (f.At(0),)) for n in "xy"})
    tensors = {"x": np.array([0.1249]), "y": np.array([80.0])}
    tree, sign = written(rule, tensors, (0,), "9.99")
    assert (say(tree), sign) == ("0.1249 · 80.00", "≈")  # with as many digits as in its cell it would give 10
    assert written(rule, tensors, (0,), "10.0")[1] == "="
    tensors["x"][0] = 0.12494999
    assert written(rule, tensors, (0,), number(0.12494999 * 80 * 1.001))[1] == "≈"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "0.50"),
        (-0.00004, "−0.00004"),
        (3e-7, "3e−7"),
        (-2.6e-12, "−3e−12"),
        (0.9999999, "0.9999999"),
        (0, "0.00"),
    ],
)
def test_a_number_in_a_formula_is_never_a_mere_bound(value, text):
    assert figure(value) == text
    assert float(Fraction(Decimal(text.replace("−", "-")))) == pytest.approx(value, rel=0.2)


def test_what_is_written_is_reckoned_exactly():
    tree = f.Add(f.Figure("0.1"), f.Figure("0.2"))
    assert worth(tree) == Decimal("0.3")


def test_the_largest_term_of_a_sum_is_always_written(nano):
    v = f.Operand("v", f.Form.ROW)
    rule = f.Rule(f.Sum(v), {"v": f.Source("v", (f.All(),))})
    numbers = np.arange(1.0, 10.0)
    numbers[5] = -70
    assert say(written(rule, {"v": numbers}, (), "-31.00")[0]) == "1.00 + … + (−70.0) + … + 9.00"
    assert say(written(rule, {"v": numbers}, (), "-31.00", 1)[0]) == "1.00 + … + (−70.0) + … + 9.00"
    placed, trace = nano
    head = placed.layers[0].attn.heads[0]
    shares = trace[head.weights.name][5]
    tree, _ = written(head.output.rule, trace, (5, 6), "0.51")
    told = [term for number, term in enumerate(tree.terms) if number in tree.shown]
    products = shares[:6] * trace[head.v.name][:6, 6]
    assert tree.terms[int(np.abs(products).argmax())] in told
    assert "0.71" in say(tree)
    tree, _ = written(placed.layers[0].ln_1.std.rule, trace, (3,), "0.06")
    reads = trace["embedding.output"][3]
    assert f"{reads[np.abs(reads - reads.mean()).argmax()]:.2g}".replace("-", "−") in say(tree)


def test_of_a_sum_whose_terms_are_drawn_in_part_those_are_written_that_are_seen():
    rule = f.Rule(f.Sum(f.Operand("x")), {"x": f.Source("x", (f.All(),))})
    tensors = {"x": np.array([1.0, 2.0, 3.0, -9.0, 5.0, 20.0])}
    for drawn, told in (
        ([0, 1, 2], "1.00 + 2.00 + 3.00 + …"),
        ([0, 1, 2, 3, 4], "1.00 + … + (−9.00) + …"),
        ([2, 3], "… + 3.00 + (−9.00) + …"),
    ):
        tree, sign = Writing(rule, tensors, (), "22.0", {"x": drawn}).at()
        assert (say(tree), sign) == (told, "=")


def test_a_reader_who_reckons_with_single_numbers_gets_the_result(nano):
    placed, trace = nano
    norm = placed.layers[0].ln_1.output
    told = 0
    for index in np.ndindex(*norm.shape):
        value = float(trace[norm.name][index])
        tree, _ = written(norm.rule, trace, index, figure(value) if abs(value) < 1e-5 else of_cell(value))
        told += gives(tree, of_cell(value))
    assert told >= 0.97 * norm.count, told
