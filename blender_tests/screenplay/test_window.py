"""Verbs on a windowed vocabulary: cells are counted in what is drawn, numbers and ids are the tensor's."""

import numpy as np
import pytest

from llmviz_addon.model.config import GPTConfig
from llmviz_addon.rounding import number
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
    panel = next(name for name in film.cast.drawings if ":panel:" in name)
    told = {}
    for slot in (0, 1, 2):
        (clip,) = film.score.clips[Channel(panel, "value", slot)]
        told[slot] = clip.course(np.linspace(0, 1, 49))
    assert set(told[0]) == {t}
    assert set(told[1]) <= set(shown)
    assert len(set(told[1])) > 40
    assert told[1][0] == shown[0]
    assert told[1][-1] == shown[-1]
    assert (told[2] == film.trace["output.logits"][t, told[1].astype(int)]).all()
    first, count = flat_span(logits[t])
    assert (first, count) == (t * len(shown), len(shown))
    assert np.flatnonzero(film.splits.cells(logits, film.now)).tolist() == list(range(first, first + count))
    assert film.cast.rest(Channel(logits.name, "reveal")) == 4 * len(shown)


def test_one_cell_of_a_window_is_explained_and_split_and_copied(film):
    probs, token = film.layout.output.probs, 2999
    film.hide_values(probs)
    film.split(probs[2])
    film.compute(probs[2, token], seconds=1)
    panel = film.cast.drawings[film.explanations[0].panel.drawing.name]
    texts = [shape.body for shape in panel.shapes if hasattr(shape, "body")]
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
    (clip,) = film.score.clips[Channel(logits.name, "focus_hi", 2)]
    assert set(clip.course(np.linspace(0, 1, 9))) == {logits.cells[2]}
    scores = film.trace["output.logits"].astype(float)
    assert film.trace[total.name] == pytest.approx(np.exp(scores - scores.max(1, keepdims=True)).sum(1), rel=1e-5)
