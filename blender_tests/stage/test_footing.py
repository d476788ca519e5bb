"""The floor of a lit theme: under what is seen, gliding, at once where the camera cuts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from blender_tests.stage.conftest import track
from llmviz_addon.layout.grid import Grid, Role
from llmviz_addon.layout.tensor import Axis
from llmviz_addon.model.blueprints import BLUEPRINTS
from llmviz_addon.model.checkpoint import builtin
from llmviz_addon.model.run import run
from llmviz_addon.screenplay.page import pose
from llmviz_addon.screenplay.page.view import Page, frame
from llmviz_addon.screenplay.production import prepare, prepare_outlines
from llmviz_addon.screenplay.score.timeline import CAMERA, Timeline
from llmviz_addon.stage.build import build
from llmviz_addon.stage.motion.footing import footing
from llmviz_addon.stage.motion.standing import standing
from llmviz_addon.stage.ours import TAG
from llmviz_addon.stage.things.lights import BELOW, FADES, WIDE

AXES = (Axis("T", 5, "x"), Axis("C", 10, "z"))
SIZE = (1280, 720)


def grid(name, x, z):
    return Grid(name, name, Role.ACTIVATION, AXES, (x, 0.0, z), name)


def camera(*shots, easing="linear"):
    """Tracks of a camera that looks at grids from the front, a (frame, grid) each."""
    told = {}
    for at, one in shots:
        low, high = one.box
        points = np.array([low, high])
        for channel, value in pose.told(frame(points, 270, 5, Page.of(SIZE).free)).items():
            told.setdefault(channel, []).append((at, value))
    return [track(CAMERA, channel.prop, *keys, index=channel.index, easing=easing) for channel, keys in told.items()]


def film(*tracks, frames=240):
    return Timeline(24, SIZE, frames, tracks, (), (), (), (), ())


def height(told, at):
    return float(np.interp(at, told.frames, told.values))


def test_it_lies_under_what_is_seen():
    top, bottom = grid("top", 0.0, 0.0), grid("bottom", 0.0, -30.0)
    timeline = film(*camera((1, top), (100, top), (160, bottom), (240, bottom)))
    told, solid, behind = footing(standing([top, bottom], (), (), (), timeline), timeline)
    assert height(told, 1) == pytest.approx(-1.0, abs=2e-3)
    assert height(told, 240) == pytest.approx(-31.0, abs=2e-3)
    assert (np.diff(told.values) <= 1e-9).all()
    assert np.abs(np.diff(told.values)).max() < 15  # it glides
    assert [height(solid, at) for at in (1, 97, 130, 170, 240)] == [1, 1, 0, 1, 1]  # on the way nothing is seen
    assert (behind.values == 1 - solid.values).all()  # there is the page's own


def test_what_is_gone_needs_none_and_what_is_carried_off_takes_it_along():
    one, other = grid("one", 0.0, 0.0), grid("other", -0.6, -0.4)
    looks = camera((1, one), (240, one))
    gone = film(*looks, track("other", "opacity", (1, 0.0), (240, 0.0)))
    (told,) = footing(standing([one, other], (), (), (), gone), gone)
    assert told.values == pytest.approx(-1.0, abs=2e-3)
    lower = film(*looks, track("other", "offset", (1, 0.0), (240, -0.1), index=2))
    (told,) = footing(standing([one, other], (), (), (), lower), lower)
    assert told.values[-1] == pytest.approx(-1.5, abs=2e-3)


def test_where_the_camera_cuts_it_is_there_at_once():
    top, bottom = grid("top", 0.0, 0.0), grid("bottom", 0.0, -30.0)
    timeline = film(*camera((1, top), (121, bottom), easing="constant"))
    (told,) = footing(standing([top, bottom], (), (), (), timeline), timeline)
    assert dict(zip(told.frames.tolist(), told.values.tolist(), strict=True))[121] == pytest.approx(-31.0, abs=2e-3)
    before = told.frames < 121
    assert told.values[before] == pytest.approx(-1.0, abs=2e-3)
    assert told.easings[int(before.sum()) - 1] == "constant"


def test_models_in_outline_stand_on_it_as_grids_do():
    (model,) = prepare_outlines([BLUEPRINTS["gpt2"]], pace=None).timeline.outlines
    low, high = model.box
    solid = [track(piece.name, "opacity", (1, 1.0)) for piece in model.pieces]
    timeline = replace(film(*camera((1, model), (240, model)), *solid), outlines=(model,))
    (told,) = footing(standing((), (), (), (), timeline), timeline)
    assert told.values == pytest.approx(low[2], abs=2e-3)
    assert low[2] < high[2] - 1


def test_without_a_camera_there_is_nothing_to_follow():
    timeline = film()
    assert footing(standing([grid("one", 0, 0)], (), (), (), timeline), timeline) == []


def test_it_is_below_all_that_is_seen_in_a_film(scene):
    production = prepare(run(builtin(), [2, 1, 0, 1, 1, 2]), ["layer-norm"])
    rig = build(scene, production, "cinematic", own_scene=True, engine="cycles")
    ground = next(obj for obj in scene.objects if obj.get(TAG) == "floor")
    rests = [marker.frame for marker in production.timeline.markers if marker.kind == "rest"]
    near = []
    for at in rests:
        scene.frame_set(at)
        view_at = rig.pivot.matrix_world.translation
        assert tuple(ground.location[:2]) == pytest.approx(tuple(view_at[:2]))
        seen_to = ground.scale[0] * FADES / WIDE
        assert 0.3 < seen_to / rig.camera.location.z < 1
        low = [
            obj.matrix_world.translation.z - obj.scale.z
            for obj in scene.objects
            if obj.get(TAG) == "grid" and not obj.hide_render
        ]  # fmt: skip
        if not low:  # a chart has the stage
            continue
        assert ground.location.z <= min(low) - BELOW + 0.01
        near.append(min(low) - ground.location.z)
    assert len(near) >= 5
    assert np.median(near) < 2
