"""The lens of a lit theme: focused on what is explained, pulled with the camera, and never soft where there is text."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from blender_tests.stage.conftest import track
from blender_tests.stage.test_footing import camera, film, grid
from llmviz_addon.film.painting.changes import only_ours
from llmviz_addon.film.still import picture
from llmviz_addon.model.blueprints import BLUEPRINTS
from llmviz_addon.screenplay.production import prepare_outlines
from llmviz_addon.stage import compat
from llmviz_addon.stage.build import build
from llmviz_addon.stage.lens import BLUR, PASSES, WRITTEN
from llmviz_addon.stage.motion.focusing import NARROWEST, OPEN, PLACE, REACH, SHARP, focusing
from llmviz_addon.stage.motion.standing import Film, standing


def aimed(timeline, *grids):
    """Distance and blur, a function of the frame each, as straight ways between the keys."""
    told = focusing(standing(grids, (), (), (), timeline), timeline)[:2]
    return [lambda at, one=one: float(np.interp(at, one.frames, one.values)) for one in told], told


def depths(timeline, one, at):
    """The nearest and the furthest of a grid, in metres."""
    seen = Film(standing([one], (), (), (), timeline), timeline)
    (look,) = seen.looks(np.array([at]), np.ones((1, 1), dtype=bool))
    return float(look.depth.min()), float(look.depth.max())


def test_it_is_focused_on_what_is_pointed_out_so_that_all_of_it_is_sharp():
    near, far = grid("near", 0.0, 0.0), grid("far", 0.0, 0.0)
    far = type(far)("far", "far", far.role, far.axes, (0.0, 6.0, 0.0), "far")
    told = film(
        *camera((1, near), (240, near)),
        track("near", "highlight", (1, 0.0), (60, 0.0), (70, 1.0), (120, 1.0), (130, 0.0)),
        track("far", "focus", (1, 0.0), (150, 0.0), (160, 1.0), (240, 1.0)),
        *(track("far", "focus_hi", (1, 1.0), index=axis) for axis in range(3)),
    )
    (distance, blur), tracks = aimed(told, near, far)
    for one, at in ((near, 100), (far, 239)):
        low, high = depths(told, one, at)
        assert low < distance(at) < high
        for end in (low, high):
            assert abs(1 - distance(at) / end) * blur(at) <= SHARP * 1.01 or blur(at) == NARROWEST
    assert abs(1 - distance(100) / depths(told, far, 100)[0]) * blur(100) > 2 * SHARP
    assert all(0.0 <= value <= OPEN for value in tracks[1].values)
    assert "smooth" in tracks[0].easings


def test_what_steps_aside_is_not_in_play():
    one, aside = grid("one", 0.0, 0.0), grid("aside", 1.0, 0.0)
    aside = type(aside)("aside", "aside", aside.role, aside.axes, (1.0, 6.0, 0.0), "aside")
    told = film(*camera((1, one), (240, one)), track("aside", "opacity", (1, 0.2), (240, 0.2)))
    (distance, _), _ = aimed(told, one, aside)
    low, high = depths(told, one, 1)
    assert low < distance(1) < high


def test_it_is_pulled_as_the_camera_moves_and_is_there_at_once_where_that_cuts():
    top, bottom = grid("top", 0.0, 0.0), grid("bottom", 0.0, -30.0)
    bottom = type(bottom)("bottom", "bottom", bottom.role, bottom.axes, (0.0, 9.0, -30.0), "bottom")
    told = film(*camera((1, top), (100, top), (160, bottom), (240, bottom), easing="smooth"))
    _, (track_, _) = aimed(told, top, bottom)
    ways = dict(zip(track_.frames.astype(int).tolist(), track_.easings, strict=True))
    assert ways[100] == "smooth"
    assert {100, 160} <= set(ways)
    cut = film(*camera((1, top), (121, bottom), easing="constant"))
    _, (track_, _) = aimed(cut, top, bottom)
    assert {frame for frame, way in zip(track_.frames, track_.easings, strict=True) if way != "constant"} == set()
    assert 121 in track_.frames
    assert (np.diff(track_.frames) > 0).all()


def test_without_a_camera_or_cells_there_is_no_focus():
    one = grid("one", 0.0, 0.0)
    assert focusing(standing([one], (), (), (), film()), film()) == []
    assert focusing([], film(*camera((1, one), (240, one)))) == []


@pytest.fixture
def built(scene, production):
    build(scene, production, "cinematic", own_scene=True, engine="cycles")
    return scene


def test_its_keys_are_those_of_the_cameras_own_focus(built):
    data = built.camera.data
    assert {curve.data_path for curve in compat.fcurves(data)} >= {"dof.focus_distance", f'["{BLUR}"]'}
    assert not data.dof.use_dof
    assert not built.render.use_motion_blur
    assert only_ours(built)
    node = next(node for node in compat.compositor(built).nodes if getattr(node, "node_tree", None) is not None)
    assert all(node.inputs[name].is_linked for name in PASSES)


def test_it_is_for_cycles_alone_as_eevee_tells_nothing_of_what_is_written(built):
    node = next(node for node in compat.compositor(built).nodes if getattr(node, "node_tree", None) is not None)
    values = [one for one in node.node_tree.nodes if one.bl_idname == "ShaderNodeValue"]

    def far():
        built.frame_set(built.frame_current + 1)
        evaluated = node.node_tree.evaluated_get(bpy.context.evaluated_depsgraph_get())
        return max(evaluated.nodes[one.name].outputs[0].default_value for one in values[1:])

    data = built.camera.data
    for curve in compat.fcurves(data):
        curve.mute = curve.data_path == f'["{BLUR}"]'
    data[BLUR] = 0.05
    assert far() == pytest.approx(0.05)
    compat.set_eevee(built)
    assert far() == 0
    compat.set_cycles(built)
    data.dof.use_dof = True
    assert far() == 0


@pytest.mark.parametrize("look", ["dark", "cinematic"])
def test_passes_are_there_with_it_alone(built, production, look):
    build(built, production, look, engine="cycles")
    is_lit = look == "cinematic"
    for layer in built.view_layers:
        assert [aov.name for aov in layer.aovs] == [WRITTEN] * is_lit
        assert layer.use_pass_z == is_lit
    assert (BLUR in built.camera.data) == is_lit


def test_what_is_out_of_focus_is_soft_and_text_never(built):
    size, frame = (320, 240), 21
    data = built.camera.data
    for curve in compat.fcurves(data):
        if curve.data_path in {"dof.focus_distance", f'["{BLUR}"]'}:
            curve.mute = True
    data.dof.focus_distance, data[BLUR] = 1000.0, 0.0
    sharp = picture(built, frame, size, "cycles", samples=4).astype(int)
    data[BLUR] = 1.0
    soft = picture(built, frame, size, "cycles", samples=4).astype(int)
    changed = np.abs(soft - sharp).max(axis=2)
    plate = slice(240 - 84, 240 - 30), slice(4, 90)
    assert sharp[plate].max() > 200  # the commentary is there
    assert changed[plate].max() <= 8
    assert changed.max() > 40
    set_ = slice(0, 240), slice(150, 320)  # at the left of that the page ends
    steps = [np.abs(np.diff(one[set_].max(axis=2), axis=1)).max() for one in (sharp, soft)]
    assert steps[1] < 0.65 * steps[0]  # little more than half a dot's edge is left of any
    built.frame_set(frame)
    place = built.camera.matrix_world.copy()
    place.translation.x += 0.01
    other = bpy.data.objects.new("hers", data.copy())
    other.matrix_world = place
    built.collection.objects.link(other)
    for marker in built.timeline_markers:
        marker.camera = other if marker.camera is not None else None
    built.camera = other
    hers = []
    for blur in (0.0, 1.0):
        data[BLUR] = other.data[BLUR] = blur
        hers.append(picture(built, frame, size, "cycles", samples=4).astype(int))
    assert np.abs(hers[1] - hers[0]).max() <= 1  # one of her own is left alone


def test_lamps_go_along_to_what_is_pointed_out():
    one, other = grid("one", 0.0, 0.0), grid("other", 4.0, 0.0)
    told = film(*camera((1, one), (240, one)), track("one", "highlight", (1, 1.0), (100, 1.0), (110, 0.0)))
    wide = film(*camera((1, other), (240, other)), track("other", "highlight", (1, 1.0), (240, 1.0)))
    for timeline, lit in ((told, one), (wide, other)):
        tracks = focusing(standing([one, other], (), (), (), timeline), timeline)
        by_channel = {track_.channel: track_ for track_ in tracks}
        middle = [by_channel[channel].values[0] for channel in PLACE]
        assert middle == pytest.approx(np.mean(lit.box, axis=0))
        assert by_channel[REACH].values.min() > 0


def test_where_nothing_has_cells_all_is_sharp(scene):
    build(scene, prepare_outlines([BLUEPRINTS["gpt2"]], pace=None), "cinematic", own_scene=True, engine="cycles")
    assert scene.camera.data[BLUR] == 0
    node = next(node for node in compat.compositor(scene).nodes if getattr(node, "node_tree", None) is not None)
    assert all(curve.driver.is_valid for curve in node.node_tree.animation_data.drivers)
