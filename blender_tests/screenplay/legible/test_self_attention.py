"""Self Attention as a whole head lies flat: no name stands over a sheet that it does not name."""

from __future__ import annotations

import numpy as np
import pytest

from blender_tests.screenplay.legible.conftest import told_alone
from llmviz_addon.screenplay.legible.letters import Sight
from llmviz_addon.screenplay.telling import Telling

SIZES = [(1280, 720), (720, 1280), (900, 900)]


@pytest.fixture(scope="module", params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def attention(request: pytest.FixtureRequest) -> Telling:
    return told_alone("self-attention", request.param)


def test_no_name_stands_over_a_sheet_that_it_does_not_name(attention):
    sight = Sight(attention)
    beats = {beat.key: beat.rest[0] for beat in attention.beats}
    for key in ("one-head", "three-vectors", "all-vectors", "scores", "maximum-and-sum", "all-rows"):
        at = beats[key]
        view, letters = sight.view(at), sight.letters(at)
        numbers, boxes = sight.solid(at, 0.5)
        names = {number: name for name, number in sight.numbers.items()}
        fronts = {names[n]: view.area(*box).edges for n, box in zip(numbers.tolist(), boxes, strict=True)}
        named = [n for n, one in enumerate(letters.drawings) if one.keeps_size and one.parent in fronts]
        assert named, key
        for n in named:
            own = letters.drawings[n].parent
            areas = letters.areas[letters.of(n)]
            (left, bottom), (right, top) = areas[:, :2].min(axis=0), areas[:, 2:].max(axis=0)
            under = {}
            for name, (a, low, b, high) in fronts.items():
                if bottom - (top - bottom) < high < top and low < bottom:
                    under[name] = np.minimum(right, b) - np.maximum(left, a)
            if own in under:
                others = [shared for name, shared in under.items() if name != own]
                assert max(others, default=0) <= max(under[own], 0.35 * (right - left)), (key, own)
