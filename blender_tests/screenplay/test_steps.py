"""What stands on a formula panel: all of it on the plate, apart from each other, and the plate no larger than that."""

from itertools import combinations, pairwise

import pytest

from blender_tests.layout import shapes
from blender_tests.made_up import made_up
from llmviz_addon.layout.build import layout
from llmviz_addon.layout.lettering.drawing import Rect, Text
from llmviz_addon.layout.lettering.font import advance
from llmviz_addon.layout.lettering.typeset import set_formula
from llmviz_addon.layout.rules.formula import Add, Figure, Mul, Series, Sum, operands
from llmviz_addon.layout.rules.written import MORE
from llmviz_addon.model.checkpoint import builtin
from llmviz_addon.model.run import run
from llmviz_addon.rounding import figure, in_cell, number, of_cell, written_shares
from llmviz_addon.screenplay.page.panel import EM, PAD
from llmviz_addon.screenplay.page.steps import Setting
from llmviz_addon.screenplay.page.view import Page
from llmviz_addon.screenplay.verbs.panels import NARROWER, WIDEST

SIZES = [(1280, 720), (720, 1280), (900, 900)]


def models():
    for checkpoint, tokens in ((builtin(), [2, 1, 0, 1, 1, 2, 0]), (made_up(), [1, 2, 3, 4, 5])):
        told = run(checkpoint, tokens)
        placed = layout(told.config, len(told.tokens), architecture=checkpoint.architecture)
        kinds = {grid.kind: grid for grid in placed.grids if grid.rule is not None}
        yield from ((grid, told.trace) for grid in kinds.values())


MODELS = list(models())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("number_of", range(len(MODELS)))
def test_all_that_is_told_stands_on_the_plate_and_apart(number_of, size):
    grid, trace = MODELS[number_of]
    page = Page.of(size)
    em = page.em / 0.031 * EM
    most = page.free.width * (WIDEST if page.free.width > page.free.height else 1)
    cells = [tuple(n - 1 for n in grid.shape), tuple(0 for _ in grid.shape)]
    for at in (cells[:1], cells):
        told = Setting(grid, at, trace, em).within(most)
        assert told.width <= most + 1e-9
        assert told.height <= 0.5 * page.free.height
        for values, results in zip(told.values, told.results, strict=True):
            plate, *others = told.symbols
            assert isinstance(plate, Rect)
            written = [*others, *values, *results]
            boxes = [shapes.bounds(shape) for shape in written]
            for own in boxes:
                for box in own:
                    assert shapes.inside(box, (PAD, 0.5 * PAD, told.width - PAD, told.height - 0.5 * PAD), 1e-3)
            for first, second in combinations(boxes, 2):
                assert not any(shapes.overlap(a, b, 1e-4) for a in first for b in second), grid
            sizes = [shape.size for shape in written if isinstance(shape, Text) and shape.body != "2"]
            assert min(sizes) > 0.019 * min(1, page.aspect / 0.8)


@pytest.mark.parametrize("number_of", range(len(MODELS)))
def test_the_plate_is_no_larger_than_what_stands_on_it(number_of):
    grid, trace = MODELS[number_of]
    told = Setting(grid, [tuple(n - 1 for n in grid.shape)], trace, EM).within(0.6)
    boxes = [box for shape in (*told.symbols[1:], *told.values[0], *told.results[0]) for box in shapes.bounds(shape)]
    room = advance("0" * sum(len(str(n)) for n in grid.shape), EM)  # for indices of more digits
    assert max(box[2] for box in boxes) >= told.width - PAD - room
    assert min(box[0] for box in boxes) == pytest.approx(PAD, abs=0.01)
    assert max(box[3] for box in boxes) >= told.height - 2 * PAD
    assert min(box[1] for box in boxes) <= 1.6 * PAD


@pytest.mark.parametrize("number_of", range(len(MODELS)))
def test_the_result_is_the_cell_s_value_in_the_colour_of_its_role(number_of):
    grid, trace = MODELS[number_of]
    index = tuple(n - 1 for n in grid.shape)
    result = Setting(grid, [index], trace, EM).within(0.6).results[0][-1]
    value = float(trace[grid.name][index])
    told = in_cell(value)
    if grid.shares:  # as all of them are written in charts and in what is said
        share = written_shares(trace[grid.name][index[:-1]])[index[-1]]
        told = told if share.startswith("<") else share
    elif isinstance(grid.rule.at(index).formula, Sum):  # by it others are divided, and come out as they are written
        told = number(value, 3)
    assert result.spans == ((figure(value) if told == "≈0" else told, str(grid.role)),)


def test_a_narrow_panel_has_its_sum_in_several_lines_and_letters_that_can_be_read():
    grid, trace = next((grid, trace) for grid, trace in MODELS if grid.kind.endswith("std"))
    free = Page.of((1280, 720)).free
    most = NARROWER[-1] * WIDEST * free.width
    told = Setting(grid, [(3,)], trace, EM).within(most)
    assert told.width <= most + 1e-9
    texts = [shape for shape in told.values[0] if isinstance(shape, Text)]
    dots = min((shape for shape in texts if shape.body == "…"), key=lambda shape: shape.y)
    pluses = [shape for shape in texts if shape.body == "+" and shape.x < dots.x]
    assert {shape.body for shape in texts if shape.y > dots.y + dots.size} >= {"2", "−"}
    assert len({round(plus.y, 4) for plus in pluses}) > 1
    assert min(shape.size for shape in texts if shape.body != "2") * 720 >= 14


def test_a_sum_in_lines_has_its_signs_at_their_beginning_and_a_list_its_commas_at_their_end():
    figures = tuple(Figure(str(number)) for number in range(1, 6))
    for sign, expected in (("+", ["1+2", "+…+5"]), (",", ["1,2,", "…,5"])):
        box = set_formula(Series(figures, (0, 1, 4), sign, 0, 2), 1.0)
        lines: dict[float, list[Text]] = {}
        for shape in box.shapes:
            lines.setdefault(round(shape.y, 3), []).append(shape)
        written = [
            "".join(one.body for one in sorted(lines[y], key=lambda s: s.x)) for y in sorted(lines, reverse=True)
        ]
        assert written == expected
        assert min(lines) == 0


def test_what_follows_a_sum_in_lines_goes_on_after_the_last_of_them():
    terms = tuple(Mul(Figure(str(number)), Figure("7")) for number in (10000, 2, 3))
    box = set_formula(Add(Series(terms, (0, 1, 2), "+", 0, 2), Figure("0.5")), 1.0)
    last = sorted((s for s in box.shapes if isinstance(s, Text) and s.y == 0), key=lambda s: s.x)
    assert [shape.body for shape in last] == ["+", "3", "·", "7", "+", "0.5"]
    for before, after in pairwise(last):
        assert 0 < after.x - before.x - advance(before.body) < 0.5


def test_a_token_of_a_small_vocabulary_is_called_by_its_name():
    told = run(builtin(), [2, 1, 0, 1, 1, 2, 0])
    logits = layout(told.config, 7).output.logits
    letters = ["letter A", "letter B", "letter C"]
    for tokens, expected in ((letters, ["Logits   ", "t = ", "4", "letter C"]), ([], ["t = ", "4", "token = ", "2"])):
        steps = Setting(logits, [(4, 2)], told.trace, EM, tokens).within(0.6)
        head = [shape for shape in (*steps.symbols, *steps.values[0]) if isinstance(shape, Text)]
        line = sorted((shape for shape in head if shape.y == max(one.y for one in head)), key=lambda shape: shape.x)
        assert [shape.body for shape in line][-len(expected) :] == expected
        assert line[-1].x + advance(line[-1].body, line[-1].size) <= steps.width - PAD + 1e-6
        assert all(one.x + advance(one.body, one.size) <= two.x + 1e-6 for one, two in pairwise(line))


@pytest.mark.parametrize("number_of", range(len(MODELS)))
def test_a_value_looks_on_a_panel_as_in_its_cell(number_of):
    grid, trace = MODELS[number_of]
    index = tuple(n - 1 for n in grid.shape)
    told = Setting(grid, [index], trace, EM).within(0.6)
    bodies = [shape.body for shape in (*told.values[0], *told.results[0]) if isinstance(shape, Text)]
    decimals = [body for body in bodies if "." in body and body != "0.00001"]  # ε is no cell's
    assert decimals or not [*operands(grid.rule.at(index).formula)]
    others = _written_as_one(grid, trace, index)
    for body in decimals:
        value = float(body.replace("−", "-"))
        told = in_cell(value)
        more = len(body) - len(told)  # so that whoever reckons with it gets the result
        assert told == body or body in others or (0 < more <= MORE and of_cell(value, more) == body)


def _written_as_one(grid, trace, index):
    """Shares of one whole, and the sum that these were divided by: they are written so that they come out."""
    rule, found = grid.rule.at(index), set()
    for name, at in [(grid.name, index), *((one.grid, index[:1]) for one in rule.sources.values())]:
        if name.endswith(".sum"):
            found.add(number(float(trace[name][at[:1]]), 3))
        elif name.endswith((".weights", ".probs")):
            found |= set(written_shares(trace[name][at[:1]]))
    return found
