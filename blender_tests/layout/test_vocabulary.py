"""A window on a large vocabulary: an index is always the tensor's own, a cell what is drawn of it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blender_tests.layout.rules.test_formula import random_model
from llmviz_addon.errors import ModelError, ScriptError
from llmviz_addon.layout.build import Layout, layout
from llmviz_addon.layout.grid import CELL, Grid, Role
from llmviz_addon.layout.lettering.drawing import Text
from llmviz_addon.layout.rules.formula import evaluate
from llmviz_addon.layout.signs.labels import labels
from llmviz_addon.layout.tensor import Axis
from llmviz_addon.layout.vocabulary import CANDIDATES, LARGE, SHOWN_AT_LEAST, window
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.forward import forward

CONFIG = GPTConfig(1, 2, 4, 6, 700)


@st.composite
def windows(draw: st.DrawFn) -> tuple[int, tuple[int, ...]]:
    """The size of a vocabulary, and some of its ids."""
    size = draw(st.integers(1, 60))
    return size, tuple(sorted(draw(st.sets(st.integers(0, size - 1), min_size=1))))


def table(size: int, shown: tuple[int, ...], direction: str) -> Grid:
    times = Axis("T", 3, "x")
    return Grid("g", "g", Role.ACTIVATION, (times, Axis("n_vocab", size, direction, shown)), (1, 2, 3), "g")


@given(windows())
def test_an_id_has_its_cell_and_a_cell_its_id(case: tuple[int, tuple[int, ...]]):
    size, shown = case
    axis = Axis("n_vocab", size, "z", shown)
    assert [axis.index(axis.cell(token)) for token in shown] == list(shown)
    grid = table(size, shown, "z")
    tensor = np.arange(3 * size).reshape(3, size)
    drawn = grid.drawn(tensor)
    assert drawn.shape == grid.shown_shape == (3, len(shown))
    assert grid.shape == (3, size)
    for flat, number in enumerate(drawn.ravel()):
        index = grid.index_of(flat)
        assert tensor[index] == number
        region = grid[index]
        assert (region.index, region.first) == (index, index)
        steps = [at * step for (at, _), step in zip(map(region.span, "xyz"), grid.strides, strict=True)]
        assert sum(steps) == flat


@given(windows(), st.data())
def test_regions_stand_in_their_grid_and_hold_its_numbers(case: tuple[int, tuple[int, ...]], data: st.DataObject):
    size, shown = case
    grid = table(size, shown, data.draw(st.sampled_from("yz")))
    tensor = np.arange(3 * size).reshape(3, size)
    start, stop = data.draw(st.integers(0, size)), data.draw(st.integers(0, size))
    within = [token for token in shown if start <= token < stop]
    if not within:
        with pytest.raises(ScriptError, match=f"{start}:{stop} on axis n_vocab has no cell"):
            grid[1, start:stop]
        return
    region = grid[1, start:stop]
    assert region.drawn(tensor).tolist() == [tensor[1, within].tolist()]
    (low, high), (outer_low, outer_high) = region.box, grid.box
    assert (low >= outer_low - 1e-9).all()
    assert (high <= outer_high + 1e-9).all()
    assert np.prod((high - low) / CELL) == pytest.approx(len(within))
    assert np.allclose(grid[:].box, grid.box)


def test_an_id_without_a_cell_is_told():
    grid = table(50257, tuple(range(0, 200, 2)), "z")
    with pytest.raises(ScriptError, match=r"index 3 on axis n_vocab has no cell.*0, 2, 4, .*198, 100 in all"):
        grid[0, 3]
    with pytest.raises(ScriptError, match="50257 on axis n_vocab is outside 0 to 50256"):
        grid[0, 50257]


@settings(max_examples=20)
@given(st.lists(st.integers(0, CONFIG.vocab_size - 1), min_size=1, max_size=6), st.integers(0, 99))
def test_rules_hold_whatever_is_shown(tokens: list[int], seed: int):
    trace = forward(random_model(CONFIG, seed), tokens)
    shown = window(tokens, trace["output.probs"])
    placed, whole = layout(CONFIG, len(tokens), vocabulary=shown), layout(CONFIG, len(tokens))
    assert shown is not None
    random = np.random.default_rng(seed)
    for name in ("embedding.output", "output.logits", "output.max", "output.sum", "output.probs"):
        grid = placed[name]
        index = grid.index_of(int(random.integers(np.prod(grid.shown_shape))))
        assert evaluate(grid.rule, trace, index) == evaluate(whole[name].rule, trace, index)
        regions = grid.sources(index, placed, trace)
        everything = whole[name].sources(index, whole, trace)
        assert {k: repr(region) for k, region in regions.items()} == {k: repr(r) for k, r in everything.items()}
    total = placed.output.sum.sources((0,), placed)["row"]
    assert total.ranges == ((0, 1), (0, CONFIG.vocab_size))  # all are summed, whatever is drawn
    assert total.cells == ((0, 1), (0, len(shown)))


@settings(max_examples=20)
@given(st.integers(LARGE + 1, 900), st.integers(1, 12), st.integers(0, 99))
def test_a_window_shows_what_a_film_speaks_of(size: int, length: int, seed: int):
    random = np.random.default_rng(seed)
    tokens = random.integers(size, size=length).tolist()
    probs = random.dirichlet(np.full(size, 0.05), length)
    shown = window(tokens, probs)
    assert shown is not None
    assert list(shown) == sorted(set(shown))
    assert {*tokens, *probs.argmax(axis=1).tolist(), *np.argsort(-probs[-1])[:CANDIDATES].tolist()} <= set(shown)
    assert SHOWN_AT_LEAST <= len(shown) <= SHOWN_AT_LEAST + 2 * length + CANDIDATES


def test_a_small_vocabulary_is_drawn_whole_and_unknown_probabilities_do_no_harm():
    assert window([0], np.ones((1, LARGE))) is None
    shown = window([7], np.full((1, 9000), np.nan))
    assert shown is not None
    assert len(shown) == SHOWN_AT_LEAST
    assert 7 in shown


def test_only_the_vocabulary_is_windowed_and_labels_say_so():
    placed = layout(GPTConfig(1, 2, 96, 8, 50257), 5, vocabulary=[9, 3, 3, 50000])
    windowed = {grid.name: grid.cells for grid in placed.grids if any(axis.shown for axis in grid.axes)}
    assert windowed == {
        "embedding.token_weight": (3, 1, 96),
        "output.weight": (96, 1, 3),
        "output.logits": (5, 1, 3),
        "output.probs": (5, 1, 3),
    }
    assert placed.output.probs.axis("n_vocab").count == "3 of 50,257"
    assert placed.output.probs.axis("T").count == "5"
    assert "vocabulary 3 of 50,257" in texts(placed)


@pytest.mark.parametrize("vocabulary", [[], [-1], [3, 50257]])
def test_ids_outside_the_vocabulary_are_refused(vocabulary: list[int]):
    with pytest.raises(ModelError, match="Choose from 0 to 50256"):
        layout(GPTConfig(1, 2, 4, 8, 50257), 5, vocabulary=vocabulary)


def texts(placed: Layout) -> str:
    """All that the labels say."""
    return "\n".join(shape.body for drawing in labels(placed) for shape in drawing.shapes if isinstance(shape, Text))
