"""Models in outline as objects: few, shared, where they should be, and as large as they are."""

import bpy
import numpy as np
import pytest
from mathutils import Vector

from llmviz_addon.film.painting.painter import Painter
from llmviz_addon.layout.grid import Role
from llmviz_addon.model.blueprints import BLUEPRINTS, compared
from llmviz_addon.screenplay.production import prepare_outlines
from llmviz_addon.stage.build import build
from llmviz_addon.stage.materials.theme import linear
from llmviz_addon.stage.materials.theme_file import theme
from llmviz_addon.stage.render import set_engine


@pytest.fixture(scope="module")
def gpt3():
    return prepare_outlines([BLUEPRINTS["gpt3"]], pace=None)


def outlines(scene):
    return [obj for obj in scene.objects if obj.get("llmviz") == "outline"]


def test_layers_share_their_meshes(scene, gpt3):
    build(scene, gpt3)
    found = outlines(scene)
    per_layer = 2  # its boxes, and its ribbons
    assert len(found) == (96 + 1) * per_layer
    assert len({obj.data for obj in found}) == 2 * per_layer
    assert len(scene.objects) < 400


def test_every_box_is_in_a_mesh_with_its_cells(scene, gpt3):
    build(scene, gpt3)
    one = gpt3.timeline.outlines[0].outline
    for piece, boxes in (("model:0", one.once), ("model:0:layer", one.layer)):
        mesh = bpy.data.meshes[piece]
        cells = np.empty(len(mesh.polygons) * 3, dtype=np.float32)
        mesh.attributes["cells"].data.foreach_get("vector", cells)
        cells = cells.reshape(-1, 6, 3)[:, 0].astype(np.int64)
        assert len(cells) == len(boxes.origins)
        colors = np.empty(len(mesh.vertices) * 4, dtype=np.float32)
        mesh.attributes["role"].data.foreach_get("color", colors)
        colors = colors.reshape(-1, 8, 4)[:, 0, :3]
        for role in Role:
            mine = np.isclose(colors, linear(theme("light").cells.positive[role]), atol=1e-3).all(axis=1)
            assert int(cells[mine].prod(axis=1).sum()) == boxes.count(role)


def test_objects_reach_as_far_as_the_model(scene, gpt3):
    build(scene, gpt3)
    scene.frame_set(gpt3.timeline.frames)  # where all of it is to be seen
    model = gpt3.timeline.outlines[0]
    boxes = [obj for obj in outlines(scene) if not obj.data.name.endswith("ribbons")]
    corners = np.array([obj.matrix_world @ Vector(corner) for obj in boxes for corner in obj.bound_box])
    low, high = model.box
    assert corners.min(axis=0) == pytest.approx(low, abs=1.0)  # boxes keep a hair between them
    assert corners.max(axis=0) == pytest.approx(high, abs=1.0)


def test_pieces_come_and_go_with_their_opacity(scene, gpt3):
    build(scene, gpt3)
    timeline = gpt3.timeline
    before, layers = (next(m for m in timeline.markers if m.name.endswith(name)) for name in ("outline", "layers"))
    first, last = (bpy.data.objects[f"model:0:layer {number}"] for number in (0, 95))
    seen = []
    for frame in range(before.frame, layers.frame):
        scene.frame_set(frame)
        seen.append((first.color[3], last.color[3]))
    assert any(back < front <= 1 for front, back in seen)  # they have stepped back, and come one after the other
    scene.frame_set(timeline.frames)
    assert last.color[3] == 1
    assert not last.hide_render


def test_outlines_are_invisible_before_their_chapter(scene):
    production = prepare_outlines(compared(["nano", "gpt2"]), pace=None)
    build(scene, production)
    scene.frame_set(1)
    assert bpy.data.objects["model:1"].hide_render
    assert not bpy.data.objects["model:0"].hide_render


def test_building_a_comparison_twice_leaves_no_rest(scene):
    production = prepare_outlines(compared(["nano", "gpt2"]), pace=None)
    build(scene, production)
    count = len(bpy.data.objects), len(bpy.data.meshes), len(bpy.data.materials), len(bpy.data.images)
    build(scene, production)
    assert (len(bpy.data.objects), len(bpy.data.meshes), len(bpy.data.materials), len(bpy.data.images)) == count


def test_cells_are_told_apart_from_near_and_lines_from_afar(scene):
    """At the rest on single cells every one of a row has an edge; on a whole layer every 4,096th has."""
    production = prepare_outlines([BLUEPRINTS["gpt3"]], pace=None, size=(960, 540))
    build(scene, production, own_scene=True)
    near, layer = (rest_picture(scene, production.timeline, name) for name in ("one number", "one layer"))
    assert edges(near[360, 520:900]) >= 12
    assert edges(layer[300, 425:745]) in range(7, 13)  # of its widest matrix


def rest_picture(scene, timeline, name):
    frame = next(marker.frame for marker in timeline.markers if marker.name.endswith(name))
    set_engine(scene, "cycles")
    return Painter(scene).paint(frame).astype(int)


def edges(row):
    """How many times a row of pixels leaves the colour that most of it has."""
    off = np.abs(row - np.median(row, axis=0)).max(axis=1) > 3
    return int((off[1:] & ~off[:-1]).sum())
