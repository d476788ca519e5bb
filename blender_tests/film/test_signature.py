"""A scene's signature: the same as long as the scene looks the same, another as soon as it may not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import bpy
import pytest

from llmviz_addon.film.painting.signature import signature

Scene = bpy.types.Scene


@pytest.fixture
def stage(scene: Scene) -> Scene:
    """A keyframed cube with a shader and a picture on it, under a world and before a camera."""
    mesh = bpy.data.meshes.new("cube")
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    cube = bpy.data.objects.new("cube", mesh)
    cube["reveal"] = 0.0
    cube.keyframe_insert("location", frame=1)
    cube.location.x = 2.0
    cube.keyframe_insert("location", frame=20)
    material = bpy.data.materials.new("paint")
    if material.node_tree is None:
        material.use_nodes = True
    node = material.node_tree.nodes.new("ShaderNodeTexImage")
    node.image = bpy.data.images.new("picture", 4, 4)
    material.node_tree.nodes.new("ShaderNodeMath")
    mesh.materials.append(material)
    text = bpy.data.objects.new("text", bpy.data.curves.new("text", "FONT"))
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    for obj in (cube, text, camera):
        scene.collection.objects.link(obj)
    scene.camera = camera
    scene.world = bpy.data.worlds.new("world")
    return scene


def _key(scene: Scene) -> None:
    cube = bpy.data.objects["cube"]
    cube.location.z = 1.0
    cube.keyframe_insert("location", frame=20)


def _cut(scene: Scene) -> None:
    scene.timeline_markers.new("cut", frame=5).camera = bpy.data.objects["camera"]


def _hide(scene: Scene) -> None:
    collection = bpy.data.collections.new("c")
    scene.collection.children.link(collection)
    collection.hide_render = True


def _math() -> bpy.types.Node:
    return next(node for node in bpy.data.materials["paint"].node_tree.nodes if node.type == "MATH")


def _link(scene: Scene) -> None:
    node = _math()
    bpy.data.materials["paint"].node_tree.links.new(node.outputs[0], node.inputs[1])


CHANGES: dict[str, Callable[[Scene], object]] = {
    "object moved": lambda scene: setattr(scene.camera, "location", (1, 2, 3)),
    "object added": lambda scene: scene.collection.objects.link(
        bpy.data.objects.new("lamp", bpy.data.lights.new("l", "SUN"))
    ),
    "object hidden": lambda scene: setattr(bpy.data.objects["text"], "hide_render", True),
    "collection hidden": _hide,
    "keyframe": _key,
    "camera cut": _cut,
    "custom property": lambda scene: bpy.data.objects["cube"].__setitem__("reveal", 3.0),
    "text": lambda scene: setattr(bpy.data.objects["text"].data, "body", "other"),
    "mesh": lambda scene: setattr(bpy.data.meshes["cube"].vertices[0], "co", (5, 5, 5)),
    "node's value": lambda scene: setattr(_math().inputs[0], "default_value", 0.1),
    "node's mode": lambda scene: setattr(_math(), "operation", "SINE"),
    "link": _link,
    "modifier": lambda scene: bpy.data.objects["cube"].modifiers.new("m", "SOLIDIFY"),
    "lens": lambda scene: setattr(scene.camera.data, "lens", 85),
    "other camera": lambda scene: setattr(scene, "camera", bpy.data.objects["text"]),
    "world": lambda scene: setattr(scene.world, "color", (1, 0, 0)),
    "colour management": lambda scene: setattr(scene.view_settings, "exposure", 1.0),
    "size": lambda scene: setattr(scene.render, "resolution_x", 99),
    "driver": lambda scene: bpy.data.objects["text"].driver_add("location", 0),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_may_be_seen_makes_another_signature(stage: Scene, name: str) -> None:
    before = signature(stage)
    CHANGES[name](stage)
    assert signature(stage) != before


def test_the_frame_and_the_selection_do_not_count(stage: Scene) -> None:
    before = signature(stage)
    stage.frame_set(13)
    bpy.data.objects["cube"].select_set(True)
    bpy.context.view_layer.objects.active = bpy.data.objects["cube"]
    assert signature(stage) == before
    assert stage.frame_current == 13


def test_a_change_taken_back_is_none(stage: Scene) -> None:
    before = signature(stage)
    _math().inputs[0].default_value = 0.1
    _math().inputs[0].default_value = 0.5
    added = bpy.data.objects.new("added", None)
    stage.collection.objects.link(added)
    bpy.data.objects.remove(added)
    assert signature(stage) == before


def test_it_outlives_saving_and_opening(stage: Scene, tmp_path: Path) -> None:
    before = signature(stage)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "stage.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "stage.blend"))
    assert signature(bpy.context.scene) == before


def test_a_driver_is_never_the_same_twice(stage: Scene) -> None:
    bpy.data.objects["text"].driver_add("location", 0)
    assert signature(stage) != signature(stage)
