"""Grids in the scene: one mesh, boxes where the layout wants them."""

import bpy
import numpy as np
import pytest
from mathutils import Vector

from llmviz_addon.stage.build import build
from llmviz_addon.stage.motion.properties import OF_OBJECT

FIXED = ("llmviz_cells", "llmviz_first", "llmviz_strides", "llmviz_atlas")
ANIMATED = {one.path[2:-2] for places in OF_OBJECT.values() for one in places if one.path.startswith("[")}


def world_box(obj):
    corners = np.array([obj.matrix_world @ Vector(corner) for corner in obj.bound_box])
    return corners.min(axis=0), corners.max(axis=0)


def test_boxes_are_the_layouts_and_share_one_mesh_for_each_role(scene, production):
    build(scene, production)
    bpy.context.view_layer.update()
    grids = [obj for obj in scene.objects if obj.get("llmviz") == "grid"]
    assert len(grids) == len(production.layout.grids)
    roles = {grid.name: grid.role for grid in production.layout.grids}
    meshes = {(roles[obj.name], obj.data) for obj in grids}
    assert len(meshes) == len({role for role, _ in meshes})
    for obj in grids:  # Solid view shows what the material does
        shown = np.array(obj.data.color_attributes.active_color.data[0].color)
        np.testing.assert_allclose(shown[:3], obj.color[:3], atol=0.01)
    for grid in production.layout.grids:
        low, high = world_box(bpy.data.objects[grid.name])
        if grid.name != "input":  # it moves
            np.testing.assert_allclose((low, high), grid.box, atol=1e-3)


def test_a_part_covers_its_cells(scene, production):
    build(scene, production)
    scene.frame_set(21)  # where it is seen, and has moved by 0.4 m, its grid by 0.2 m
    fragment = bpy.data.objects["column"]
    region = production.layout.grids[0][2, :]
    np.testing.assert_allclose(world_box(fragment), np.array(region.box) + (0.2, 0, 0.4), atol=1.1e-3)
    assert tuple(fragment["llmviz_first"]) == (2.0, 0.0, 0.0)
    assert tuple(fragment["llmviz_cells"]) == (1.0, 1.0, 20.0)


def test_properties_can_animate(scene, production):
    build(scene, production)
    for obj in scene.objects:
        if obj.get("llmviz") in {"grid", "fragment"}:
            assert all(isinstance(value, float) for name in {*ANIMATED, *FIXED} for value in obj[name])


def test_solid_view_shows_the_role(scene, production):
    build(scene, production)
    red, green, blue, alpha = bpy.data.objects["scale"].color
    assert blue > 2 * max(red, green)
    assert alpha == pytest.approx(1.0)
