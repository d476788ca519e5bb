"""The open stage as data: every step is the model's own run, and nothing moves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmviz_addon.errors import JobError, ModelError
from llmviz_addon.layout.lettering.drawing import Text
from llmviz_addon.model.checkpoint import Checkpoint, builtin, weight_shapes
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.forward import forward
from llmviz_addon.model.run import read
from llmviz_addon.model.sampling import Sampling, generate
from llmviz_addon.model.tokenizers.tokenizer import IdTokenizer
from llmviz_addon.screenplay.open_stage import PLACES, opening
from llmviz_addon.screenplay.page.view import View
from llmviz_addon.screenplay.score.timeline import Channel


@pytest.fixture(scope="module")
def wordy() -> Checkpoint:
    """A model of a vocabulary too large to be drawn whole."""
    config = GPTConfig(n_layer=1, n_head=2, n_embd=8, block_size=40, vocab_size=2000)
    rng = np.random.default_rng(3)
    weights = {name: rng.normal(0, 0.5, shape).astype(np.float32) for name, shape in weight_shapes(config).items()}
    return Checkpoint("wordy", config, weights, IdTokenizer(config.vocab_size))


def test_steps_are_those_of_generate() -> None:
    model, sampling = builtin(), Sampling(5.0, seed=1)
    prompt = tuple(model.tokenizer.encode("CBABBC"))
    now = opening(read(model, prompt, sampling=sampling), 4)
    assert now.columns == 10
    for count in range(1, 5):
        now = now.following()
        assert now.run.trace.tokens == generate(model, prompt, count, sampling)
        assert now.run.trace.prompt_length == 6
    with pytest.raises(ModelError, match=r"^All 10 columns of the stage are filled; open it with more room\.$"):
        now.following()
    with pytest.raises(ModelError, match=r"filled; 'nano-gpt' takes no more\.$"):
        opening(read(model, (0,) * 11)).following()
    with pytest.raises(ModelError, match="A room of -1 columns is not possible"):
        opening(read(model, prompt), -1)


def test_another_way_to_choose_is_another_draw_of_the_same_run() -> None:
    model = builtin()
    now = opening(read(model, model.tokenizer.encode("CBABBC")))
    other = now.resampled(Sampling(9.0, seed=5))
    assert other.run.trace is now.run.trace
    assert now.run.draw.candidates[0].share > 0.99 > other.run.draw.candidates[0].share
    assert other.following().run.draw.sampling == Sampling(9.0, seed=5)


def test_what_is_there_is_the_runs_and_the_rest_is_hidden() -> None:
    model = builtin()
    now = opening(read(model, model.tokenizer.encode("CBAB")), 5)
    trace, values, reveals = forward(model, now.run.trace.tokens), now.values, now.reveals
    grows = 0
    for grid in now.layout.grids:
        whole = values[grid.name]
        assert whole.shape == grid.shape
        if grid.name not in reveals:
            assert whole is now.run.trace[grid.name]
            continue
        grows += 1
        shown = int(reveals[grid.name])
        assert shown * 9 == whole.size * 4
        assert (whole.ravel()[shown:] == -np.inf).all()
        there = whole[:4]
        np.testing.assert_array_equal(there[tuple(slice(n) for n in trace[grid.name].shape)], trace[grid.name])
        if grid.kind.endswith("scores"):
            assert (there[:, 4:] == -np.inf).all()
        if grid.kind.endswith(".weights"):
            assert (there[:, 4:] == 0).all()
    assert grows == len([name for name in reveals if name in now.layout])


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 99))
def test_nothing_moves_when_the_window_on_a_vocabulary_does(wordy: Checkpoint, seed: int) -> None:
    now = opening(read(wordy, (3, 1999, 7), sampling=Sampling(3.0, seed=seed)), 9)
    first = now.layout
    for _ in range(9):
        now = now.following()
        ids = now.layout.embedding.token_weight.axes[0].shown
        assert set(now.run.trace.tokens) <= set(ids)
        for before, after in zip(first.grids, now.layout.grids, strict=True):
            assert (before.name, before.origin, before.cells, before.strides) == (
                *(after.name, after.origin, after.cells, after.strides),
            )
    assert ids != first.embedding.token_weight.axes[0].shown


def test_the_production_tells_no_film_and_no_number_that_is_not_so() -> None:
    model = builtin()
    now = opening(read(model, model.tokenizer.encode("CBABBC")), 3)
    production = now.production((640, 360))
    assert not production.timeline.chapters
    assert not production.timeline.tracks
    assert production.timeline.home[Channel("layers.0.ln_1.mean", "reveal")] == 6
    words = {s.name: [t.body for t in s.shapes if isinstance(t, Text)] for s in production.signage}
    assert words["label:layers.0.ln_1.output"] == ["Layer Norm", "C 48 × T ≤ 9"]
    assert [word for word in words["tokens:input"] if word.isalpha()] == [*"CBABBC", "Input"]
    assert words["tokens:candidates"][0] == "next token, greedy"
    with pytest.raises(JobError, match="1x1 is not possible"):
        now.production((1, 1))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("size", [(1280, 720), (720, 1280)])
def test_places_are_seen_whole(place: str, size: tuple[int, int], wordy: Checkpoint) -> None:
    now = opening(read(wordy, (1, 2)), 20)
    view = now.view(place, size)
    assert isinstance(view, View)
    names = {"input": ("tokens:input",), "output": ("tokens:output", "tokens:candidates")}.get(place, ())
    signs = [*now.production(size).signage] if place == "whole" else now.signs  # the model's card, too
    points = [sign.points for sign in signs if sign.name in names or place == "whole"]
    seen = view.project(np.concatenate(points))
    assert (np.abs(seen[:, 0]) < size[0] / size[1] / 2).all()
    assert (np.abs(seen[:, 1]) < 0.5).all()
