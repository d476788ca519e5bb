"""Keys: what a timeline says is what Blender evaluates."""

import bpy
import numpy as np
import pytest

from llmviz_addon.errors import ScriptError
from llmviz_addon.screenplay.page.view import View
from llmviz_addon.screenplay.score.timeline import Channel, Track
from llmviz_addon.stage import compat
from llmviz_addon.stage.build import build
from llmviz_addon.stage.motion import keys
from llmviz_addon.stage.motion.keys import hide_keys


def opacity(*keys, easings=None) -> Track:
    frames, values = zip(*keys, strict=True)
    return Track(Channel("x", "opacity"), np.array(frames), np.array(values), easings or ("linear",) * len(keys))


@pytest.mark.parametrize(
    ("keys", "easings", "hidden"),
    [
        (((1, 1.0), (10, 0.0), (20, 0.0), (30, 1.0)), None, {1: 0, 10: 1, 20: 0}),
        (((1, 0.0), (10, 1.0)), None, {1: 0}),
        (((1, 0.0), (10, 1.0)), ("constant", "linear"), {1: 1, 10: 0}),
        (((5, 0.0),), None, {5: 1}),
        (((5, 1.0),), None, {5: 0}),
    ],
)
def test_what_is_invisible_is_hidden(keys, easings, hidden):
    assert dict(zip(*hide_keys(opacity(*keys, easings=easings)), strict=True)) == hidden


def test_channels_reach_their_properties(scene, production):
    build(scene, production)
    scene.frame_set(11)
    objects = bpy.data.objects
    assert objects["input"]["llmviz_reveal"][0] == pytest.approx(50.0)
    assert objects["mean"]["llmviz_emphasis"][0] == pytest.approx(0.5)
    assert objects["scores"].color[3] == pytest.approx(0.0)
    assert objects["scores"].hide_render
    assert objects["scores"].hide_viewport
    assert objects["column"].color[3] == pytest.approx(0.0)
    assert not objects["column"].hide_render
    scene.frame_set(6)
    assert objects["scores"].color[3] == pytest.approx(0.5)
    assert not objects["scores"].hide_render
    assert objects["column"].hide_render


def test_offsets_are_metres_from_home(scene, production):
    build(scene, production)

    def places(frame):
        scene.frame_set(frame)
        for name in ("input", "column", "label:input"):
            bpy.data.objects[name].hide_viewport = False  # what is hidden is not moved
        bpy.context.view_layer.update()
        return np.array([bpy.data.objects[n].matrix_world.translation for n in ("input", "column", "label:input")])

    moved = places(21) - places(1)
    np.testing.assert_allclose(moved, [(0.2, 0, 0), (0.2, 0, 0.4), (0.2, 0, 0)], atol=1e-5)


@pytest.mark.parametrize("frame", [1, 11, 21])
def test_the_camera_is_where_the_view_says(scene, production, frame):
    rig = build(scene, production)
    scene.frame_set(frame)
    share = (frame - 1) / 20
    view = View(np.array([0.2, 0.0, 0.0]), 270 + 20 * share, 10 + 5 * share, 4.5)
    matrix = rig.camera.matrix_world
    np.testing.assert_allclose(matrix.translation, view.position, atol=1e-4)
    right, up, forward = view.basis
    np.testing.assert_allclose(matrix.to_3x3().col[0], right, atol=1e-5)
    np.testing.assert_allclose(matrix.to_3x3().col[1], up, atol=1e-5)
    np.testing.assert_allclose(-matrix.to_3x3().col[2], forward, atol=1e-5)


def test_one_action_with_a_slot_per_thing(scene, production):
    build(scene, production)
    assert len(bpy.data.actions) == 1
    keyed = [obj.animation_data for obj in scene.objects if obj.animation_data and obj.animation_data.action]
    assert len({data.action_slot.handle for data in keyed}) == len(keyed) > 1
    assert {data.action_slot.identifier for data in keyed} == {f"OB{data.id_data.name}" for data in keyed}
    assert not [
        curve.data_path for data in keyed for curve in compat.fcurves(data.id_data) if not len(curve.keyframe_points)
    ]


def test_of_many_things_actions_have_so_many_slots_and_move_them_as_one_would(scene, production, monkeypatch):
    build(scene, production)

    def seen():
        scene.frame_set(11)
        return {obj.name: (*obj.color, *obj.location, obj.hide_render) for obj in scene.objects}

    of_one = seen()
    monkeypatch.setattr(keys, "SLOTS", 2)
    build(scene, production)
    assert seen() == of_one
    assert len(bpy.data.actions) > 1
    assert [len(action.slots) for action in bpy.data.actions][:-1] == [2] * (len(bpy.data.actions) - 1)
    assert 1 <= len(bpy.data.actions[-1].slots) <= 2


def test_every_thing_has_a_slot_of_its_own_and_an_empty_bag(scene):
    action = bpy.data.actions.new("film")
    things = [bpy.data.objects.new(f"thing {number}", None) for number in range(4)]
    made = [compat.new_channelbag(action, thing) for thing in things]
    assert [thing.animation_data.action_slot for thing in things] == [slot for slot, _ in made]
    assert len({slot.handle for slot, _ in made}) == 4
    for number, (_, bag) in enumerate(made):
        assert not len(bag.fcurves)
        bag.fcurves.new("location", index=2).keyframe_points.insert(1, number)
    scene.collection.objects.link(things[3])
    scene.frame_set(2)
    assert things[3].location.z == 3


def test_rest_values(scene, production):
    production.timeline.home.update(
        {
            Channel("input", "reveal"): 3.0,
            Channel("mean", "focus"): 0.5,
            Channel("scale", "offset", 1): 2.0,
            Channel("scale", "opacity"): 0.0,
            Channel("camera", "distance"): 9.0,
            Channel("say", "value"): 4.5,
            Channel("say", "scale", 0): 2.0,
        }
    )
    production.timeline = type(production.timeline)(**{**vars(production.timeline), "tracks": ()})
    rig = build(scene, production)
    objects = bpy.data.objects
    assert objects["input"]["llmviz_reveal"][0] == 3.0
    assert objects["mean"]["llmviz_emphasis"][1] == 0.5
    assert objects["scale"].location[1] == pytest.approx(2.0)
    assert objects["scale"].hide_render
    assert rig.camera.location[2] == pytest.approx(9.0)
    modifier = objects["say"].modifiers[0]
    assert compat.get_input(modifier, "Socket_1") == pytest.approx(4.5)
    assert objects["say"].scale[0] == pytest.approx(2 * 0.3 * 24 / 35, rel=1e-4)


def test_faults_are_named(scene, production):
    def with_track(actor, prop):
        tracks = (Track(Channel(actor, prop), np.array([1.0]), np.array([1.0]), ("linear",)),)
        production.timeline = type(production.timeline)(**{**vars(production.timeline), "tracks": tracks})
        build(scene, production)

    with pytest.raises(ScriptError, match="'nobody'"):
        with_track("nobody", "opacity")
    with pytest.raises(ScriptError, match="Nothing on stage is called 'inputs'.*Choose from input"):
        with_track("inputs", "opacity")
    with pytest.raises(ScriptError, match="'input' has no channel 'weight'. Choose from opacity, reveal"):
        with_track("input", "weight")
