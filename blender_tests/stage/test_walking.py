"""Walking through a stage: where things stand, how a view frames them, and that hiding leaves no trace."""

from __future__ import annotations

from collections.abc import Collection

import bpy
import numpy as np
import pytest
from mathutils import Euler

import llmviz_addon as llmviz
from llmviz_addon.layout.contents import Entry
from llmviz_addon.layout.grid import boxes
from llmviz_addon.stage.ours import NAME, TAG, ours, register
from llmviz_addon.stage.pointing import inspect, sight
from llmviz_addon.stage.rebuild.changes import changes
from llmviz_addon.stage.shown import GRIDS
from llmviz_addon.stage.things import ensembles
from llmviz_addon.stage.walking import hiding, signs
from llmviz_addon.stage.walking import parts as walking_parts
from llmviz_addon.stage.walking.framing import NEAREST, Free, framed, tangents
from llmviz_addon.stage.walking.places import Walk, is_seen, shapes, walk_of
from llmviz_addon.stage.walking.walked import WALKED, hidden_by_walking

HEAD = "layers.1.attn.heads.2"


@pytest.fixture
def stage(scene: bpy.types.Scene) -> llmviz.Stage:
    return llmviz.open_stage(llmviz.run(), 0, size=(320, 180))


def there(walk: Walk, name: str) -> Entry:
    found = walk.contents.of(name)
    assert found is not None
    return found


def seen(scene: bpy.types.Scene, tags: Collection[str] = hiding.SET) -> set[str]:
    layer = scene.view_layers[0]
    layer.update()
    there = (obj for obj in ours(scene).objects if obj.get(TAG) in tags and obj.visible_get(view_layer=layer))
    return {str(obj[NAME]) for obj in there}


def test_a_grid_is_told_by_its_box_and_a_section_by_what_is_in_it(stage: llmviz.Stage) -> None:
    walk = walk_of(stage.scene)
    head = there(walk, HEAD)
    told = shapes(stage.scene, walk, head)
    assert [one.name for one, _ in told] == [grid.name for grid in head.grids]
    for one, each in told:
        low, high = boxes(one.grids)[0]
        (corners,) = each
        assert corners.min(axis=0) == pytest.approx(low, abs=1e-3)
        assert corners.max(axis=0) == pytest.approx(high, abs=1e-3)
    layer = shapes(stage.scene, walk, there(walk, "layers.1"))
    assert [one.title for one, _ in layer] == ["Layer Norm", "Self-attention", "Layer Norm", "MLP"]
    assert all(len(each) == 1 for _, each in layer)
    ((one, each),) = shapes(stage.scene, walk, there(walk, HEAD + ".q"))
    assert (one.name, len(each)) == (HEAD + ".q", 1)


def test_what_is_seen_nowhere_is_told_by_its_place_in_the_model(stage: llmviz.Stage) -> None:
    walk = walk_of(stage.scene)
    head = there(walk, HEAD)
    assert is_seen(stage.scene, walk, head)
    for obj in stage.scene.objects:
        obj.hide_set(True, view_layer=stage.scene.view_layers[0])
    assert not is_seen(stage.scene, walk, head)
    told = shapes(stage.scene, walk, head)
    assert len(told) == len(head.grids)


def test_only_a_head_is_seen_and_then_all_again(stage: llmviz.Stage) -> None:
    scene, layer = stage.scene, stage.scene.view_layers[0]
    walk, before = walk_of(scene), seen(scene)
    head = there(walk, HEAD)
    hers = next(obj for obj in ours(scene).objects if obj.get(NAME) == "layers.0.mlp.hidden")
    hers.hide_set(True, view_layer=layer)
    hiding.only(scene, layer, walk, head)
    assert seen(scene, ("grid",)) == head.names
    assert {f"label:{name}" for name in head.names} & before <= seen(scene, ("drawing",))
    hiding.hide_weights(scene, layer, walk)
    assert seen(scene, ("grid",)) == {grid.name for grid in head.grids if grid.role != "weight"}
    hiding.only(scene, layer, walk, there(walk, "layers.1"))
    layer_1 = there(walk, "layers.1")
    assert seen(scene, ("grid",)) == {grid.name for grid in layer_1.grids if grid.role != "weight"}, "weights stay so"
    hiding.show_all(scene, layer)
    assert seen(scene) == before - {"layers.0.mlp.hidden", "label:layers.0.mlp.hidden"} | (
        {"label:layers.0.mlp.hidden"} & before
    )
    assert hers.hide_get(view_layer=layer), "what she hid stays hidden"
    assert layer.get(WALKED) is None


def test_hiding_is_no_change_of_hers_and_is_not_rendered(stage: llmviz.Stage) -> None:
    scene, layer = stage.scene, stage.scene.view_layers[0]
    walk = walk_of(scene)
    rendered = {obj.name: (obj.hide_render, obj.hide_viewport) for obj in scene.objects}
    hiding.only(scene, layer, walk, there(walk, HEAD))
    assert changes(scene) == []
    assert {obj.name: (obj.hide_render, obj.hide_viewport) for obj in scene.objects} == rendered
    mine = next(obj for obj in ours(scene).objects if obj.get(NAME) == HEAD + ".q")
    mine.hide_set(True, view_layer=layer)
    (change,) = changes(scene) or ()
    assert change.block == mine


def test_what_she_shows_again_is_not_hidden_by_walking(stage: llmviz.Stage) -> None:
    scene, layer = stage.scene, stage.scene.view_layers[0]
    hiding.only(scene, layer, walk_of(scene), there(walk_of(scene), HEAD))
    other = next(obj for obj in ours(scene).objects if obj.get(NAME) == "layers.0.ln_1.mean")
    assert other in hidden_by_walking(scene, layer)
    other.hide_set(False, view_layer=layer)
    assert other not in hidden_by_walking(scene, layer)
    layer[WALKED] = "junk"
    assert hidden_by_walking(scene, layer) == set()
    hiding.show_all(scene, layer)
    assert layer.get(WALKED) is None


def test_a_new_stage_is_all_there(stage: llmviz.Stage) -> None:
    scene, layer = stage.scene, stage.scene.view_layers[0]
    before = seen(scene)
    hiding.only(scene, layer, walk_of(scene), there(walk_of(scene), HEAD))
    llmviz.open_stage(llmviz.run(), 0, size=(320, 180), scene=scene)
    assert seen(scene) == before
    assert hidden_by_walking(scene, layer) == set()
    assert layer.get(WALKED) is None


def test_what_she_hid_stays_hidden_on_a_new_stage_whatever_walking_hid_of_the_one_before(stage: llmviz.Stage) -> None:
    scene, layer = stage.scene, stage.scene.view_layers[0]
    hiding.only(scene, layer, walk_of(scene), there(walk_of(scene), HEAD))
    llmviz.build(llmviz.run(), ["layer-norm"], size=(320, 180), pace=None, scene=scene)
    for obj in layer.objects:
        obj.hide_set(True, view_layer=layer)
    assert hidden_by_walking(scene, layer) == set()
    hiding.show_all(scene, layer)
    assert all(obj.hide_get(view_layer=layer) for obj in layer.objects), "it is hers"


@pytest.mark.parametrize("size", [(1600, 900), (900, 1600), (640, 640)])
@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("free", [Free(), Free(-1, -1, 0.4, 0.8), Free(0.2, -0.5, 0.9, 0.9)])
def test_a_view_frames_all_and_no_more(size: tuple[int, int], flat: bool, free: Free) -> None:
    rng = np.random.default_rng(3)
    points = rng.normal(size=(40, 3)) * (8, 3, 20) + (100, 5, -60)
    turned = np.array(Euler((1.2, 0.1, -0.7)).to_matrix())
    sees = tangents(size, 50)
    target, far = framed(points, turned, sees, free, flat)
    eye = target + turned[:, 2] * far
    x, y, z = ((points - eye) @ turned).T
    depth = np.full_like(z, far) if flat else -z
    across, up = x / (depth * sees[0]), y / (depth * sees[1])
    assert across.min() >= free.left - 1e-6
    assert across.max() <= free.right + 1e-6
    assert up.min() >= free.bottom - 1e-6
    assert up.max() <= free.top + 1e-6
    fills = [np.ptp(across) / (free.right - free.left), np.ptp(up) / (free.top - free.bottom)]
    assert max(fills) == pytest.approx(1.0, abs=1e-6) if flat else max(fills) > 0.7


def test_a_single_point_is_not_walked_into() -> None:
    target, far = framed(np.array([[1.0, 2.0, 3.0]]), np.eye(3), (0.7, 0.4), Free())
    assert target == pytest.approx((1, 2, 3))
    assert far >= NEAREST


def at_sign(scene: bpy.types.Scene, walk: Walk, name: str) -> tuple[tuple, tuple]:
    """A ray from a little before the middle of the text of a sign, straight at it."""
    (drawing, rectangles) = next(
        (drawing, rectangles) for one, drawing, rectangles in signs._signs(walk.about, True) if one == name
    )
    left, bottom, right, top = rectangles[-1]
    pose = drawing.pose
    at = pose[:3, :3] @ ((left + right) / 2, (bottom + top) / 2, 0) + pose[:3, 3]
    return tuple(at + pose[:3, 2] * 0.05), tuple(-pose[:3, 2])


@pytest.mark.parametrize("name", [HEAD + ".q", "layers.1", HEAD, "layers.1.mlp", ""])
def test_a_sign_is_the_thing_that_it_names(stage: llmviz.Stage, name: str) -> None:
    walk = walk_of(stage.scene)
    found = signs.pick(stage.scene, walk, *at_sign(stage.scene, walk, name), cells=False)
    assert found is not None
    assert found.name == name


def test_a_cell_is_picked_only_if_asked_and_what_hides_a_sign_comes_before_it(stage: llmviz.Stage) -> None:
    scene, walk = stage.scene, walk_of(stage.scene)
    ((corners, *_),) = inspect.corners(scene, walk.about, walk.about.by_name[HEAD + ".scores"][5, 2])
    x, y, z = corners.mean(axis=0)
    ray = (x, y - 0.12, z), (0.0, 1.0, 0.0)
    assert signs.pick(scene, walk, *ray, cells=False) is None
    found = signs.pick(scene, walk, *ray, cells=True)
    assert found is not None
    assert found.name == HEAD + ".scores"
    assert signs.pick(scene, walk, (900, 900, 900), (0, 1, 0), cells=True) is None
    origin, way = at_sign(scene, walk, HEAD + ".q")
    for obj in sight.seen(scene):
        obj.original.hide_set(True, view_layer=scene.view_layers[0])
    for obj in scene.objects:
        if obj.get(TAG) == "drawing":
            obj.hide_set(True, view_layer=scene.view_layers[0])
    assert signs.pick(scene, walk, origin, way, cells=False) is None, "what is not seen is not clicked"


@pytest.fixture
def compared(scene: bpy.types.Scene) -> llmviz.Stage:
    stage = llmviz.build(llmviz.outlines("nano", "gpt2"), ["scale"], size=(320, 180), pace=None, fps=2, engine="cycles")
    stage.scene.frame_set(stage.scene.frame_end)
    return stage


def test_of_models_in_outline_a_head_is_shown_as_a_part(compared: llmviz.Stage) -> None:
    scene, layer = compared.scene, compared.scene.view_layers[0]
    walk = walk_of(scene)
    model = next(one for one in walk.contents.models if one.title.startswith("GPT-2"))
    before, collections = set(scene.objects), set(bpy.data.collections)
    head = next(one for one in model.children[3].children[1].children if one.title == "Head 7")
    ((_, (corners,)),) = shapes(scene, walk, head.children[0])
    hiding.only(scene, layer, walk, head)
    (part,) = set(scene.objects) - before
    assert len(part.data.vertices) == 8 * len(head.grids)
    assert part in ours(scene).objects
    assert hiding.standing(scene) == [obj for obj in hiding.standing(scene) if obj != part]
    assert changes(scene) == []
    world = np.array([part.matrix_world @ vertex.co for vertex in part.data.vertices])
    low, high = corners.min(axis=0), corners.max(axis=0)
    assert ((world > low - 0.01) & (world < high + 0.01)).all(axis=1).sum() == 8, "its first grid stands where it was"
    hiding.hide_weights(scene, layer, walk)
    (part,) = set(scene.objects) - before
    assert len(part.data.vertices) == 8 * sum(grid.role != "weight" for grid in head.grids)
    assert all(collection.hide_render for collection in part.users_collection)
    hiding.show_all(scene, layer)
    assert set(scene.objects) == before
    assert set(bpy.data.collections) == collections
    hiding.only(scene, layer, walk, model.children[3])
    assert set(scene.objects) == before, "a layer is an object of its own"
    shown = {str(obj[NAME]) for obj in hiding.standing(scene) if not obj.hide_get(view_layer=layer)}
    assert len(shown) == 1
    assert shown.pop().endswith(":layer 2")


def test_what_is_seen_of_crowds_is_of_each_view_layer(scene: bpy.types.Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ensembles, "CROWD", 50)
    stage = llmviz.build(llmviz.run(), ["layer-norm"], size=(320, 180), pace=None, fps=2, engine="cycles")
    scene, one, other = stage.scene, stage.scene.view_layers[0], stage.scene.view_layers.new("other")
    walk = walk_of(scene)
    registered: list[int] = []
    monkeypatch.setattr(walking_parts, "register", lambda *told: registered.append(1) or register(*told))

    def parts_of(layer: bpy.types.ViewLayer) -> set[str]:
        found = [obj for obj in layer.objects if obj.get(WALKED) is not None]
        return {name for obj in found for name in hiding.grids_of(walk.about, obj)}

    hiding.only(scene, one, walk, there(walk, HEAD))
    assert len(registered) == 1, "all at once: with GPT-2's crowds one by one takes seconds"
    first = parts_of(one)
    assert first
    assert not parts_of(other)
    hiding.only(scene, other, walk, there(walk, HEAD.replace("2", "1")))
    assert parts_of(one) == first
    assert parts_of(other)
    assert not parts_of(other) & first
    hiding.show_all(scene, one)
    assert not parts_of(one)
    assert parts_of(other)
    hiding.show_all(scene, other)
    assert not any(obj.get(WALKED) is not None for obj in scene.objects)
    assert not any(collection.get(WALKED) is not None for collection in bpy.data.collections)


def test_grids_that_are_one_object_are_told_apart(scene: bpy.types.Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ensembles, "CROWD", 50)
    stage = llmviz.build(llmviz.run(), ["layer-norm"], size=(320, 180), pace=None, fps=2, engine="cycles")
    scene, layer = stage.scene, stage.scene.view_layers[0]
    walk = walk_of(scene)
    crowds = [obj for obj in hiding.standing(scene) if obj.get(TAG) == "grids"]
    assert crowds
    head = there(walk, HEAD)
    hiding.only(scene, layer, walk, head)
    parts = [obj for obj in ours(scene).objects if obj.get(WALKED) is not None]
    shown = [name for obj in parts for name in hiding.grids_of(walk.about, obj)]
    alone = [obj for obj in hiding.standing(scene) if obj.get(TAG) == "grid" and not obj.hide_get(view_layer=layer)]
    assert sorted([*shown, *(str(obj[NAME]) for obj in alone)]) == sorted(head.names)
    for obj in parts:
        assert obj.animation_data is None or obj.animation_data.action is not None
        boxes_of = sight.boxes_in(scene, obj)
        assert boxes_of is not None
        assert len(boxes_of.lows) == len(obj[GRIDS])
    hiding.show_all(scene, layer)
    assert not [obj for obj in ours(scene).objects if obj.get(WALKED) is not None]
    assert changes(scene) == []
