"""What is told, ready for the stage."""

import weakref

import pytest

from llmviz_addon.model.run import run
from llmviz_addon.screenplay.production import prepare


@pytest.mark.parametrize("once", [True, False])
def test_only_a_film_that_is_staged_once_gives_its_values_away(nano, once):
    production = prepare(run(nano, [2, 1, 0, 1, 1, 2]), ["layer-norm"])
    production.once = once
    trace, frames = weakref.ref(production.values), production.timeline.frames
    values, made = production.take()
    assert values is trace()
    assert production.timeline.frames == frames
    del values, made
    assert (trace() is None) == once
    assert bool(production.values) != once
