"""What changes from frame to frame is read off the keyframes; what is said to stand still does."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llmviz_addon.film.painting.changes import Change, Changes, changing
from llmviz_addon.model.checkpoint import builtin
from llmviz_addon.model.run import run
from llmviz_addon.screenplay.production import prepare
from llmviz_addon.stage import compat
from llmviz_addon.stage.build import build
from llmviz_addon.stage.ours import Ours, ours, own, register
from llmviz_addon.stage.told_by_objects import WIDE

kinds = st.sampled_from(["CONSTANT", "LINEAR", "SINE", "BEZIER", "CUBIC"])
keys = st.lists(st.tuples(st.integers(-80, 400), st.integers(0, 2), kinds), max_size=6, unique_by=lambda key: key[0])


def _object(name: str = "thing") -> bpy.types.Object:
    obj = own(bpy.data.objects.new(name, bpy.data.meshes.new(name)), "grid")
    scene = bpy.context.scene
    scene.collection.objects.link(obj)
    register(scene, Ours(None, {}), (*ours(scene).blocks, obj))
    return obj


def _curve(obj: bpy.types.Object, path: str, points: list[tuple[float, float, str]]) -> bpy.types.FCurve:
    action = bpy.data.actions.new("film")
    slot, bag = compat.new_channelbag(action, obj)
    data = obj.animation_data_create()
    data.action, data.action_slot = action, slot
    curve = bag.fcurves.new(path)
    for at, value, kind in sorted(points):
        curve.keyframe_points.insert(at, value).interpolation = kind
    return curve


@pytest.mark.usefixtures("scene")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keys)
def test_where_nothing_changes_the_value_is_the_same(points: list[tuple[int, int, str]]) -> None:
    curve = _curve(_object(), "pass_index", [(at / 10, value, kind) for at, value, kind in points])
    mask = changing(curve, 1, 30)
    values = np.array([curve.evaluate(frame) for frame in range(0, 31)])
    moved = np.diff(values) != 0
    assert not (moved & ~mask).any()
    if not any(kind == "BEZIER" for _, _, kind in points):
        assert (mask.sum() - moved.sum()) <= 2 * max(len(points) - 1, 0)  # at most where a change begins or ends


def test_what_a_chapter_is_told_to_stand_still_is_what_keyframes_say(scene: bpy.types.Scene) -> None:
    timeline = (production := prepare(run(builtin(), [2, 1, 0, 1, 1, 2]), ["layer-norm"])).timeline
    build(scene, production, own_scene=True)
    (chapter,), told = timeline.chapters, np.ones(timeline.frames, dtype=bool)
    for rest in timeline.markers:
        told[rest.frame : rest.end] = False
    still = Changes.of(scene, 1, timeline.frames).kinds() == 0
    assert still[told].mean() == pytest.approx(chapter.frozen, abs=0.01)


def test_kinds_of_change(scene: bpy.types.Scene) -> None:
    parent, child, idle = _object("parent"), _object("child"), _object("idle")
    child.parent = parent
    for name, count in WIDE.items():
        parent[name] = [0.0] * count
    _curve(parent, '["llmviz_reveal"]', [(1, 0.0, "LINEAR"), (11, 5.0, "LINEAR")])
    _curve(idle, "location", [(1, 2.0, "LINEAR"), (11, 2.0, "LINEAR")])
    changes = Changes.of(scene, 1, 20)
    assert changes.at(5).in_cells == (parent,)
    assert changes.at(5).objects == ()
    assert changes.at(12).nothing
    assert changes.kinds().tolist() == [0] + [1] * 10 + [0] * 9
    assert set(changes.idle(12, 20)) == {parent, idle}
    assert set(changes.idle(2, 20)) == {idle}
    _curve(parent, "location", [(1, 0.0, "LINEAR"), (4, 5.0, "LINEAR")])
    assert set(Changes.of(scene, 1, 20).at(3).objects) == {parent, child}


def test_a_moving_camera_changes_everything(scene: bpy.types.Scene) -> None:
    pivot = own(bpy.data.objects.new("pivot", None), "camera target")
    camera = own(bpy.data.objects.new("camera", bpy.data.cameras.new("camera")), "camera")
    for obj in (pivot, camera):
        scene.collection.objects.link(obj)
    camera.parent = pivot
    scene.camera = camera
    _curve(pivot, "location", [(5, 0.0, "LINEAR"), (8, 5.0, "LINEAR")])
    changes = Changes.of(scene, 1, 10)
    assert changes.kinds().tolist() == [0, 0, 0, 0, 0, 2, 2, 2, 0, 0]
    assert changes.at(6) == Change(view=True)
    scene.world = bpy.data.worlds.new("sky")  # which is another wherever one looks
    tree = compat.node_tree(scene.world)
    sky = tree.nodes.new("ShaderNodeTexSky")
    tree.links.new(
        sky.outputs[0], next(node for node in tree.nodes if node.bl_idname == "ShaderNodeBackground").inputs[0]
    )
    assert Changes.of(scene, 1, 10).at(6) == Change(everything=True)


def test_a_lens_that_changes_is_another_view(scene: bpy.types.Scene) -> None:
    camera = own(bpy.data.objects.new("camera", bpy.data.cameras.new("camera")), "camera")
    scene.collection.objects.link(camera)
    scene.camera = camera
    _curve(camera.data, "clip_start", [(5, 0.1, "LINEAR"), (8, 5.0, "LINEAR")])
    assert [Changes.of(scene, 1, 10).at(frame) for frame in (5, 6)] == [Change(), Change(view=True)]


def test_what_is_not_ours_makes_every_frame_new(scene: bpy.types.Scene) -> None:
    assert not Changes.of(scene, 1, 5).everything.any()
    mine = bpy.data.objects.new("mine", bpy.data.meshes.new("mine"))
    scene.collection.objects.link(mine)
    assert Changes.of(scene, 1, 5).everything.all()
    mine.hide_render = True
    assert not Changes.of(scene, 1, 5).everything.any()


def test_drivers_make_every_frame_new(scene: bpy.types.Scene) -> None:
    _object().driver_add("location", 0).driver.expression = "frame"
    assert Changes.of(scene, 1, 5).everything.all()


def test_a_cut_is_all_new_and_a_cut_to_the_same_camera_is_none(scene: bpy.types.Scene) -> None:
    one, two = (bpy.data.objects.new(name, bpy.data.cameras.new(name)) for name in ("one", "two"))
    for camera in (one, two):
        scene.collection.objects.link(camera)
    for frame, camera in ((1, one), (5, one), (8, two), (12, two), (15, one)):
        scene.timeline_markers.new(str(frame), frame=frame).camera = camera
    scene.camera = one
    assert np.flatnonzero(Changes.of(scene, 1, 20).kinds() == 2).tolist() == [0, 7, 14]


WHY = ("constraint", "constraint of its parent", "constraint on ours", "focus", "motion blur", "instance")


@pytest.mark.parametrize("why", WHY)
def test_what_moves_the_picture_without_keys_makes_every_frame_new(scene: bpy.types.Scene, why: str) -> None:
    camera, parent = bpy.data.objects.new("hers", bpy.data.cameras.new("hers")), bpy.data.objects.new("up", None)
    for obj in (camera, parent):
        scene.collection.objects.link(obj)
    camera.parent, scene.camera = parent, camera
    assert not Changes.of(scene, 1, 9).kinds().any()
    match why:
        case "constraint":
            camera.constraints.new("TRACK_TO").target = _object()
        case "constraint of its parent":
            parent.constraints.new("COPY_LOCATION").target = _object()
        case "constraint on ours":
            _object().constraints.new("TRACK_TO").target = parent
        case "focus":
            camera.data.dof.use_dof = True
        case "motion blur":
            scene.render.use_motion_blur = True
        case "instance":
            collection = bpy.data.collections.new("cubes")
            parent.instance_type, parent.instance_collection = "COLLECTION", collection
    assert (Changes.of(scene, 1, 9).kinds() == 2).all()
