"""Output and Transformer in every aspect: what is told of stands on the picture at the rest, and is not mistaken."""

from __future__ import annotations

import pytest

from blender_tests.screenplay.conftest import written_on
from llmviz_addon.model.checkpoint import builtin
from llmviz_addon.model.run import run
from llmviz_addon.screenplay import loader
from llmviz_addon.screenplay.cast.cast import Cast
from llmviz_addon.screenplay.legible.letters import Sight
from llmviz_addon.screenplay.page.view import Page
from llmviz_addon.screenplay.production import Set, _told
from llmviz_addon.screenplay.telling import Telling

SIZES = [(1280, 720), (720, 1280), (720, 720)]


@pytest.fixture(scope="module", params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def told(request: pytest.FixtureRequest) -> dict[str, Telling]:
    tellings: dict[str, Telling] = {}
    stage = Set.of(run(builtin(), [2, 1, 0, 1, 1, 2]))

    def begin(name: str) -> Telling:
        cast = Cast(stage.layout, stage.signage, stage.blueprints)
        tellings[name] = Telling(name, cast, stage.run.trace, stage.run.model, Page.of(request.param), 200.0)
        tellings[name].drawn = stage.run.draw
        return tellings[name]

    _told(loader.choose(["transformer", "output"], loader.find(())), begin)
    return tellings


def written_at_rest(telling: Telling, key: str) -> list[str]:
    """All texts that are there when the picture of a beat rests."""
    (rest,) = (beat.rest[0] for beat in telling.beats if beat.key == key)
    return [text for one, _ in Sight(telling).there(rest) for text in written_on([one])]


def test_the_sum_that_makes_a_logit_stays_up_while_the_picture_rests(told):
    texts = written_at_rest(told["output"], "logits")
    assert texts.count("8.41") == 1, texts  # as the sum's result: that beside its cell has gone
    assert {"·", "0.0246", "0.251", "…", "≈ "} <= set(texts), texts  # terms that are seen, rounded


def test_streams_are_named_by_the_layer_that_they_come_after(told):
    texts = written_at_rest(told["transformer"], "stream")
    assert [text for text in texts if text.startswith("After")] == [f"After layer {i}" for i in range(3)]
    assert "MLP residual" not in texts


def test_the_guess_that_is_shown_is_one_that_the_model_was_trained_to_make(told):
    assert "What may follow t = 8, read after each layer" in written_at_rest(told["transformer"], "lens")


def test_the_cuts_stand_beside_what_they_cut_and_it_is_told_of_which_column(told):
    texts = written_at_rest(told["output"], "cut")
    assert {"t = 5, temperature 10", "Top-k 2", "Top-p 0.6", "100 %"} <= set(texts), texts
    assert texts.count("cut") == 3
    assert texts.count("62.6 %") == 1


def test_a_temperature_s_chart_has_the_number_that_is_said(told):
    square = told["output"].page.aspect == 1  # there is room for a bound only
    assert ("> 99 %" if square else "99.996 %") in written_at_rest(told["output"], "temperature")


def test_no_chart_speaks_of_fewer_tokens_than_there_are(told):
    texts = written_at_rest(told["output"], "write")
    assert "The last token was chosen from these" in texts
    assert not [text for text in texts if text.startswith("What may follow")]
