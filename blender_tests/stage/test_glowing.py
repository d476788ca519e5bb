"""In a lit theme a piece glows while the rest of its grid is paler, and is lit beside what is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from blender_tests.stage.conftest import track
from blender_tests.stage.test_footing import camera, film, grid
from llmviz_addon.screenplay.score.timeline import Channel, Fragment
from llmviz_addon.stage.motion.focusing import SPOT, focusing
from llmviz_addon.stage.motion.followed import with_followers
from llmviz_addon.stage.motion.glowing import glowing
from llmviz_addon.stage.motion.standing import standing

PIECES = tuple(Fragment(name, "x", (number, 0, 0), (1, 1, 1)) for number, name in enumerate("abc"))


def split(*more):
    """A film in which ``b`` stays as solid as it is while what was beside it is half as solid for a while."""
    told = film(
        *camera((1, grid("x", 0.0, 0.0)), (240, grid("x", 0.0, 0.0))),
        *(track(name, "opacity", (1, 0.0), (50, 1.0), (60, 0.5), (150, 0.5), (160, 1.0)) for name in "ac"),
        track("b", "opacity", (1, 0.0), (50, 1.0), (240, 1.0)),
        *more,
    )
    return replace(told, fragments=PIECES)


def at(told, frame):
    return float(np.interp(frame, told.frames, told.values))


def test_what_stands_out_of_its_grid_glows_until_it_does_not():
    (glow,) = glowing(split())
    assert glow.channel == Channel("b", "highlight")
    assert [at(glow, frame) for frame in (49, 100, 161, 240)] == [0, 1, 0, 0]
    assert np.isin(glow.values, [0, 1]).all()


def test_it_glows_besides_for_what_a_chapter_says():
    own = track("b", "highlight", (1, 0.0), (200, 0.0), (210, 0.6), (240, 0.6))
    (glow,) = glowing(split(own))
    assert [at(glow, frame) for frame in (100, 180, 220)] == pytest.approx([1, 0, 0.6])
    told = with_followers([own], [glow])
    assert told == [glow]


def test_pieces_as_solid_as_each_other_do_not_glow():
    told = film(*(track(name, "opacity", (1, 1.0), (240, 0.5)) for name in "abc"))
    assert glowing(replace(told, fragments=PIECES)) == []


def test_what_is_not_pointed_out_is_dim_only_while_something_is():
    one, other = grid("x", 0.0, 0.0), grid("y", 0.5, 0.0)
    told = film(
        *camera((1, one), (240, one)),
        track("x", "highlight", (1, 0.0), (80, 0.0), (90, 1.0), (150, 1.0), (160, 0.0)),
        track("y", "focus", (1, 0.0), (200, 0.0), (210, 0.65), (240, 0.65)),  # it steps back, with all its cells
    )
    (spot,) = [track for track in focusing(standing([one, other], (), (), (), told), told) if track.channel == SPOT]
    assert [at(spot, frame) for frame in (1, 120, 190, 240)] == [0, 1, 0, 0]
