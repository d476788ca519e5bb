"""Verbs on a windowed vocabulary: cells are counted in what is drawn, numbers and ids are the tensor's."""

import numpy as np
import pytest

from blender_tests.screenplay.conftest import told_by, written_on
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.rounding import in_cell, number
from llmviz_addon.screenplay.cast.known import flat_span
from llmviz_addon.screenplay.score.timeline import Channel


@pytest.fixture
def film(random_model, make_film):
    film = make_film(random_model(GPTConfig(1, 2, 8, 6, 3000)), [5, 2999, 77, 5])
    film.open_on(film.layout.output, azimuth=280, elevation=5)
    return film


def test_a_sweep_tells_ids_and_their_numbers(film):
    logits, t = film.layout.output.logits, 1
    shown = logits.axis("n_vocab").shown
    film.hide_values(logits)
    film.sweep(logits[t], seconds=8)
    told = {0: [], 1: [], 2: []}
    for at in np.linspace(0, 8, 200):
        *_, sign, result = texts = told_by(film, at) or ["", ""]
        if sign in ("= ", "≈ "):
            for slot, text in enumerate((*(text for text in texts if text.isdigit()), result)):
                told[slot].append(text)
    assert set(told[0]) == {str(t)}
    ids = np.array([int(text) for text in told[1]])
    assert set(ids) == {*shown[:3], shown[-1]}
    assert ids[0] == shown[0]
    assert ids[-1] == shown[-1]
    scores = film.trace["output.logits"]
    assert told[2] == [in_cell(float(scores[t, i])) for i in ids]
    first, count = flat_span(logits[t])
    assert (first, count) == (t * len(shown), len(shown))
    assert np.flatnonzero(film.splits.cells(logits, film.now)).tolist() == list(range(first, first + count))
    assert film.cast.rest(Channel(logits.name, "reveal")) == 4 * len(shown)


def test_one_cell_of_a_window_is_explained_and_split_and_copied(film):
    probs, token = film.layout.output.probs, 2999
    film.hide_values(probs)
    film.split(probs[2])
    film.compute(probs[2, token], seconds=1)
    texts = written_on(film.explanations[0].panel.drawings)
    assert str(token) in texts
    true = film.trace["output.probs"][2, token]
    assert any(text.startswith(number(float(true), 2)[:3]) for text in texts)
    copied = film.copy(probs[2])
    assert copied.shape == (len(probs.axis("n_vocab").shown),)
    assert (film.values(copied) == film.trace["output.probs"][2, list(probs.axis("n_vocab").shown)]).all()


def test_the_sum_over_a_vocabulary_is_true_and_lights_what_is_drawn(film):
    total = film.layout.output.sum
    film.hide_values(total)
    film.sweep(total, seconds=4)
    logits = film.layout.output.logits
    clips = film.score.clips[Channel(logits.name, "focus_hi", 2)]
    assert {clip.value for clip in clips} == {logits.cells[2]}
    scores = film.trace["output.logits"].astype(float)
    assert film.trace[total.name] == pytest.approx(np.exp(scores - scores.max(1, keepdims=True)).sum(1), rel=1e-5)
