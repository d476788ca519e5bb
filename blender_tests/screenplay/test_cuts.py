"""Cuts of the camera: nothing stands large before it where it leaves from."""

from __future__ import annotations

import pytest

from blender_tests.screenplay.conftest import MODELS, SIZES, tell
from llmviz_addon.model.run import run
from llmviz_addon.screenplay import loader
from llmviz_addon.screenplay.production import Set
from llmviz_addon.screenplay.score.timeline import CAMERA, Channel

FAR = 8
"""How many times as far away the camera stands after a cut where a grid would have been too large to read."""
SHORTLY = 0.1
"""Seconds before a cut."""


@pytest.mark.parametrize("model", ["nano", "one of each"])
def test_what_is_seen_from_afar_after_a_cut_is_not_seen_from_within_before_it(model):
    chapters = [one for one in loader.chapters() if one.path.name.startswith("06")]
    telling = tell(model, Set.of(run(*MODELS[model]())), SIZES["16:9"], chapters).tellings[0]
    moves = telling.score.clips[Channel(CAMERA, "distance")]
    cuts = [one for one in moves if one.seconds == 0 and one.start > SHORTLY and one.value > FAR * one.before > 0]
    assert cuts or model != "nano"
    for cut in cuts:
        for grid in telling.layout.grids:
            both = [telling.score.at(Channel(grid.name, "opacity"), cut.start + by) for by in (-SHORTLY, 1.0)]
            assert min(both) == 0, (cut, grid.name)
