"""Layer Norm in every aspect: its grids are named at every rest, as large as may be, and not pale where told of."""

from __future__ import annotations

import numpy as np
import pytest

from blender_tests.screenplay.legible.conftest import told_alone
from llmviz_addon.screenplay.legible.letters import Sight
from llmviz_addon.screenplay.score.timeline import Channel
from llmviz_addon.screenplay.telling import Telling
from llmviz_addon.screenplay.verbs.explain import LINE, SOURCE

SIZES = [(1280, 720), (720, 1280), (720, 720)]
NAMED = ("embedding.output", *(f"layers.0.ln_1.{name}" for name in ("mean", "std", "gamma", "beta", "output")))


@pytest.fixture(scope="module", params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def norm(request: pytest.FixtureRequest) -> Telling:
    return told_alone("layer-norm", request.param)


def rests(norm: Telling) -> dict[str, float]:
    return {beat.key: beat.rest[0] for beat in norm.beats if beat.key != "normalise"}  # where a picture has the stage


def test_every_grid_is_named_at_every_rest(norm):
    sight = Sight(norm)
    for key, at in rests(norm).items():
        there = {one.parent for one in sight.letters(at).drawings if one.keeps_size}
        assert there >= set(NAMED), (key, set(NAMED) - there)


def test_a_panel_leaves_the_grids_large(norm):
    free, sight = norm.page.free, Sight(norm)
    for key in ("mean", "deviation", "scale-and-shift"):
        view = sight.view(rests(norm)[key])
        boxes = [norm.cast.grids[name].box for name in NAMED[1:]]
        low, high = np.min([box[0] for box in boxes], axis=0), np.max([box[1] for box in boxes], axis=0)
        area = view.area(low, high)
        least = 0.8 if free.width > free.height else 0.65  # upright it is above them
        assert area.height > least * free.height, key


def test_a_column_that_stands_apart_is_not_pale_where_a_number_of_it_is_read(norm):
    at, score = rests(norm)["scale-and-shift"], norm.score
    pieces = [one for one in norm.cast.fragments.values() if one.grid == "embedding.output"]
    for piece in pieces:
        opacity, focus = (score.at(Channel(piece.name, prop), at) for prop in ("opacity", "focus"))
        if opacity == 0:
            continue
        if piece.cells[0] == 1 and opacity == 1:
            assert focus == pytest.approx(LINE * SOURCE)
        else:
            assert 0.5 < opacity < 1
            assert focus == 0  # it stands aside already


def test_what_is_not_told_of_yet_steps_back_and_keeps_its_name(norm):
    ln, at = norm.layout.layers[0].ln_1, rests(norm)
    for key, back in (("what-for", 0.0), ("one-column", 0.65), ("mean", 0.65), ("all-columns", 0.0)):
        for grid in (ln.gamma, ln.beta):
            assert norm.score.at(Channel(grid.name, "focus"), at[key]) == back, key
            assert norm.score.at(Channel(grid.name, "opacity"), at[key]) == 1


def test_no_tether_of_the_norm_runs_along_other_grids(norm):
    """In a wide picture its panel hangs between the columns; what leads into one is above it but briefly."""
    if norm.page.aspect < 1.5:
        return
    ln = norm.layout.layers[0].ln_1
    at = rests(norm)["scale-and-shift"]
    sight = Sight(norm)
    view = sight.view(at)
    there = [one for one in norm.cast.drawings.values() if ":tether:" in one.name]
    there = [one for one in there if norm.score.at(Channel(one.name, "opacity"), at) == 1]
    assert len(there) == 1  # to what it makes: of five symbols each would need its own
    low, high = norm.box(norm.layout.embedding.output)
    area = view.area(low, high)
    for tether in there:
        pieces = sight.along(tether)
        inside = (pieces[:, :2] < (area.right, area.top)).all(axis=1) & (pieces[:, 2:] > (area.left, area.bottom)).all(
            axis=1
        )
        assert not inside.any() or np.ptp(pieces[inside].reshape(-1, 2), axis=0).max() < 0.1
    assert norm.score.at(Channel(ln.output.name, "opacity"), at) >= 0
