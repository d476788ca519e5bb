"""A frame put together from regions is the frame."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
import pytest
from mathutils import Vector

from llmviz_addon.film.painting.changes import Changes
from llmviz_addon.film.painting.doubles import Doubles, shows
from llmviz_addon.film.painting.lean import MOST, Lean, _facts
from llmviz_addon.film.painting.painter import Painter
from llmviz_addon.film.painting.regions import Mask, Rect
from llmviz_addon.film.painting.sights import Projection, mark
from llmviz_addon.film.painting.told import Told
from llmviz_addon.screenplay.production import Production
from llmviz_addon.stage.build import build
from llmviz_addon.stage.compat import fcurves
from llmviz_addon.stage.materials.cell_material import KNOWN
from llmviz_addon.stage.materials.nodes import LENS, PICTURE, SETTINGS, trees
from llmviz_addon.stage.render import set_engine, set_size
from llmviz_addon.stage.things import drawings
from llmviz_addon.stage.told_by_objects import EMPHASIS, FOCUS_HI, FOCUS_LO, REVEAL

SIZE = (480, 270)
STRETCHES = {"fade": (-18, -12), "aside": (-18, -12), "formulas": (-30, -24), "charts": (-30, -22), "sweep": (-6, 0)}
"""Frames of each beat of the film, from its rest on."""


@pytest.mark.parametrize("beat", STRETCHES)
def test_regions_are_the_very_pixels(blend: Path, rests: dict[str, int], beat: str) -> None:
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    first, last = (rests[beat] + offset for offset in STRETCHES[beat])
    _check_regions(bpy.context.scene, first, last)


def test_regions_are_the_very_pixels_through_a_camera_of_hers(blend: Path) -> None:
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    scene = bpy.context.scene
    kinds = Changes.of(scene, 1, scene.frame_end).kinds()
    cut = 1 + next(i for i in range(30, len(kinds)) if all(kinds[i : i + 4] == 1))  # the film's camera stands still
    scene.frame_set(cut)
    hers = bpy.data.objects.new("hers", bpy.data.cameras.new("hers"))
    scene.collection.objects.link(hers)
    hers.matrix_world = scene.camera.matrix_world.copy()
    hers.data.lens, hers.data.shift_y = 60.0, 0.1
    scene.timeline_markers.new("cut", frame=cut).camera = hers
    assert Changes.of(scene, 1, scene.frame_end).kinds()[cut - 1] == 2
    assert 1 in Changes.of(scene, 1, scene.frame_end).kinds()[cut : cut + 4]
    _check_regions(scene, cut - 3, cut + 4)


def test_a_moving_camera_has_only_what_is_seen_rendered(blend: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    scene = bpy.context.scene
    changes = Changes.of(scene, 1, scene.frame_end)
    moving = [
        frame for frame in range(1, scene.frame_end) if changes.view[frame - 1] and not changes.everything[frame - 1]
    ]
    moving = [f for f in moving if not any(changes.at(f + i).objects for i in range(1, 4))]  # the map's light is still
    assert len(moving) > 20
    shares = []
    rendered = Painter._render

    def counted(painter: Painter, rect: Rect | None) -> np.ndarray:
        shares.append(1.0 if rect is None else rect.area / (SIZE[0] * SIZE[1]))
        return rendered(painter, rect)

    monkeypatch.setattr(Painter, "_render", counted)
    for first in (moving[3], moving[len(moving) // 2]):
        shares.clear()
        _check_regions(scene, first, first + 3)
        assert shares[0] == 1.0
        assert sum(shares[1:-4]) < 3 * 0.7  # the plate under the text alone is a third of the picture


@pytest.mark.parametrize("seen_through", ["the film's camera", "one of hers"])
def test_what_is_behind_the_text_is_not_rendered(blend: Path, seen_through: str) -> None:
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    scene = bpy.context.scene
    scene.frame_set(150)
    plate = next(obj for obj in scene.objects if obj.get("llmviz_name", "").endswith(":plate") and not obj.hide_render)
    if seen_through == "one of hers":
        hers = bpy.data.objects.new("hers", scene.camera.data.copy())
        scene.collection.objects.link(hers)
        hers.matrix_world = scene.camera.matrix_world.copy()
        scene.camera = hers
        scene.frame_set(150)
    depsgraph = bpy.context.evaluated_depsgraph_get()
    view = scene.camera.evaluated_get(depsgraph).matrix_world
    corners = plate.evaluated_get(depsgraph).bound_box
    middle = plate.evaluated_get(depsgraph).matrix_world @ ((Vector(corners[0]) + Vector(corners[6])) / 2)
    letter = bpy.data.objects.new("thing", plate.data)
    scene.collection.objects.link(letter)
    letter.rotation_euler = view.to_euler()
    sights = {}
    for name, distance in (("before", 0.25), ("behind", 3.0)):
        letter.location = view @ ((view.inverted() @ middle).normalized() * distance)
        letter.scale = (0.002 * distance,) * 3
        bpy.context.view_layer.update()
        projection = Projection(scene, SIZE)
        sights[name] = projection.sight(letter)
    plates = {plate: projection.sight(plate)}
    assert plates[plate].solid is not None
    material = plate.material_slots[0].material
    clear = next(node for node in material.node_tree.nodes if node.bl_idname == "ShaderNodeMath")
    clear.inputs[1].default_value *= 0.5  # by her, so that nobody knows what it hides
    bpy.context.view_layer.update()
    assert Projection(scene, SIZE).sight(plate).solid is None
    alone, behind, before = Mask(*SIZE), Mask(*SIZE), Mask(*SIZE)
    mark(alone, plates, plates)
    mark(behind, plates, {**plates, letter: sights["behind"]})
    mark(before, plates, {**plates, letter: sights["before"]})
    area = [sum(rect.area for rect in mask.cover()) for mask in (alone, behind, before)]
    assert area[0] < 0.2 * SIZE[0] * SIZE[1]  # its edge
    assert area[1] == area[0] < area[2]
    still, changed = Mask(*SIZE), Mask(*SIZE)
    mark(still, plates, {plate: projection.sight(plate)}, changed=set())
    mark(changed, plates, {plate: projection.sight(plate)}, changed={plate})
    assert still.cover() == []  # it stands before a camera that moves
    assert changed.cover() == alone.cover()


def test_doubles_are_of_what_shows_and_are_not_seen(blend: Path) -> None:
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    scene = bpy.context.scene
    objects = [obj for obj in scene.objects if obj.type == "MESH"]
    doubles = Doubles(scene)
    home = bpy.data.collections["llmviz doubles"]
    for first, last in ((1, 40), (300, 340)):
        doubles.settle([obj for obj in objects if shows(obj, first, last)])
        there = {obj.data for obj in home.objects}
        for frame in range(first, last + 1):
            scene.frame_set(frame)
            users = Counter(obj.data for obj in (*objects, *home.objects) if not obj.hide_render)
            seen = [obj for obj in objects if not obj.hide_render and not obj.modifiers]
            assert all(users[obj.data] > 1 for obj in seen)
        assert there <= {obj.data for obj in objects if shows(obj, first, last)}
    assert len(home.objects)
    assert not any(obj.visible_camera for obj in home.objects)


def test_leaner_materials_read_nothing_that_stays_as_it_is(blend: Path) -> None:
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    scene = bpy.context.scene
    grids = [obj for obj in scene.objects if EMPHASIS in obj and not obj.hide_render]
    own = [obj.material_slots[0].material for obj in grids]
    lean = Lean(scene.objects)
    lean.settle(1, scene.frame_end)
    assert EMPHASIS in set().union(*map(_read, grids))
    quiet = next(
        frame
        for frame in range(1, scene.frame_end)
        if not any(curve.evaluate(frame) for obj in grids for curve in fcurves(obj) if EMPHASIS in curve.data_path)
    )
    lean.settle(quiet, quiet, grids[:MOST])
    assert set().union(*map(_read, grids[:MOST])) <= {REVEAL, FOCUS_LO, FOCUS_HI}
    lent = {obj.material_slots[0].material.node_tree for obj in grids[:MOST]}
    known = [node for tree in lent for node in tree.nodes if node.label == KNOWN]
    assert len(known) == len(lent)
    assert not all(output.is_linked for node in known for output in node.outputs)
    lean.settle(quiet, quiet, grids[:1])
    assert [obj for obj in grids if obj.material_slots[0].link == "OBJECT"] == grids[:1]
    lean.remove()
    assert [obj.material_slots[0].material for obj in grids] == own


def _read(obj: bpy.types.Object) -> set[str]:
    """What of an object its material reads."""
    nodes = (node for tree in trees([obj.material_slots[0].material]) for node in tree.nodes)
    found = (node for node in nodes if node.bl_idname == "ShaderNodeAttribute" and node.attribute_type == "OBJECT")
    return {node.attribute_name for node in found if any(output.is_linked for output in node.outputs)}


@pytest.mark.parametrize(
    ("front", "after", "before", "known"),
    [(6, 1, 0, 1.0), (5.5, 1, 0, None), (0, 1, 0, 0.0), (0, -2, 4, None), (2, 1, 0, None), (9, -2, 4, 1.0)],
)
def test_what_is_known_of_a_grid_is_told_from_its_keys(
    front: float, after: float, before: float, known: float | None
) -> None:
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    obj = bpy.data.objects.new("grid", None)
    obj["llmviz_cells"], obj["llmviz_first"], obj["llmviz_strides"] = (
        (3.0, 1.0, 2.0),
        (0.0, 0.0, 0.0),
        (1.0, 0.0, 3.0, 0.0),
    )
    obj["llmviz_emphasis"], obj["llmviz_reveal"] = (0.0, 0.0, 0.0), (float(front), float(after), float(before))
    assert _facts(obj, 1, 9, own=False).get(KNOWN) == (None if known is None else (known,))
    obj.keyframe_insert('["llmviz_reveal"]', index=0, frame=1)
    obj["llmviz_reveal"] = (3.0, float(after), float(before))
    obj.keyframe_insert('["llmviz_reveal"]', index=0, frame=9)
    assert KNOWN not in _facts(obj, 1, 9, own=False)


def _reading(objects: list[bpy.types.Object]) -> Counter[str]:
    """How many nodes read each of the scene's settings, and how many hold it."""
    trees = {slot.material.node_tree for obj in objects for slot in obj.material_slots}
    trees |= {node.node_tree for tree in trees for node in tree.nodes if getattr(node, "node_tree", None)}
    nodes = [node for tree in trees for node in tree.nodes]
    kinds = Counter(getattr(node, "attribute_type", "") for node in nodes)
    names = Counter(getattr(node, "attribute_name", "") or f"is {node.label}" for node in nodes)
    assert kinds["VIEW_LAYER"] == sum(names[name] for name in SETTINGS)
    return names


def test_materials_are_told_the_settings_that_they_read(blend: Path) -> None:
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    scene = bpy.context.scene
    objects = [obj for obj in scene.objects if obj.type == "MESH"]
    set_engine(scene, "cycles")
    set_size(scene, *SIZE)
    before = _reading(objects)
    flat = (*LENS, *PICTURE)
    assert all(before[name] and not before[f"is {name}"] for name in flat)
    reads = Painter(scene).paint(scene.frame_end)
    told = Told(scene)
    told.settle(objects)
    after = _reading(objects)
    assert all(not after[name] and after[f"is {name}"] == before[name] for name in flat)
    told.settle(objects)
    assert _reading(objects) == after
    assert np.array_equal(Painter(scene).paint(scene.frame_end), reads)
    scene.camera.data.lens *= 2
    told.follow()
    nearer = Painter(scene).paint(scene.frame_end)
    told.remove()
    assert _reading(objects) == before
    assert np.array_equal(Painter(scene).paint(scene.frame_end), nearer)
    assert not np.array_equal(nearer, reads)


def test_no_material_that_is_rendered_reads_a_setting_nor_does_an_action_hold_what_stands_still(
    blend: Path, rests: dict[str, int]
) -> None:
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    scene = bpy.context.scene
    set_engine(scene, "cycles")
    owners = [obj for obj in scene.objects if fcurves(obj)]
    own = [(obj.animation_data.action, obj.animation_data.action_slot) for obj in owners]
    painter = Painter(scene, Changes.of(scene, 1, scene.frame_end))
    lent = set()
    for rest in rests.values():
        painter.settle(rest - 1, rest)
        objects = [obj for obj in scene.objects if obj.type == "MESH" and not obj.hide_render]
        lent |= {obj for obj in objects if obj.material_slots and obj.material_slots[0].link == "OBJECT"}
        shown = {slot.material for obj in objects for slot in obj.material_slots}
        shown |= {material for obj in objects for material in obj.data.materials}  # which doubles of lent ones have
        nodes = [node for tree in trees(shown) for node in tree.nodes]
        assert not any(getattr(node, "attribute_name", "") in SETTINGS for node in nodes)
        held = {obj.animation_data.action for obj in owners} - {None}
        users = [obj for obj in owners if obj.animation_data.action is not None]
        assert sum(len(action.slots) for action in held) < len(own)
        assert all(fcurves(obj) for obj in users)
    assert lent
    painter.close()
    assert [(obj.animation_data.action, obj.animation_data.action_slot) for obj in owners] == own
    assert len(bpy.data.actions) == len({action for action, _ in own})


def test_what_instances_show_is_not_missed(production: Production, monkeypatch: pytest.MonkeyPatch) -> None:
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    monkeypatch.setattr(drawings, "MANY", 0)
    monkeypatch.setattr("llmviz_addon.stage.things.ensembles.CROWD", 0)  # labels of several heads are one object
    scene = bpy.context.scene
    tracks = tuple(t for t in production.timeline.tracks if not t.channel.actor.startswith("label:"))
    build(scene, replace(production, timeline=replace(production.timeline, tracks=tracks)), own_scene=True)
    scene.frame_set(1)
    repeated = [obj for obj in scene.objects if "Repeats" in obj.modifiers and not obj.hide_render]
    assert repeated
    for obj in repeated:
        mask = Mask(*SIZE)
        mask.mark(Projection(scene, SIZE).sight(obj).boxes)
        assert mask.cover() == [Rect(0, 0, *SIZE)]


def _check_regions(scene: bpy.types.Scene, first: int, last: int) -> None:
    set_engine(scene, "cycles")
    set_size(scene, *SIZE)
    painter = Painter(scene, Changes.of(scene, 1, scene.frame_end))
    try:
        painter.settle(first, last)
        pieced = [painter.paint(first)]
        for frame in range(first + 1, last + 1):
            pieced.append(painter.paint(frame, pieced[-1]))
        painter.settle(1, scene.frame_end)
        for frame, pixels in zip(range(first, last + 1), pieced, strict=True):
            whole = painter.paint(frame)
            assert whole.shape == (SIZE[1], SIZE[0], 3)
            off = (np.abs(whole.astype(int) - pixels) > 2).any(axis=2)
            assert off.mean() < 2e-4, f"frame {frame}: {off.sum()} pixels"  # crossing lines at one depth may swap
    finally:
        painter.close()
        scene.render.use_persistent_data = False


@pytest.mark.parametrize("engine", ["cycles", "eevee"])
def test_the_same_picture_is_not_rendered_again(blend: Path, engine: str) -> None:
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    scene = bpy.context.scene
    set_engine(scene, engine)
    changes = Changes.of(scene, 1, scene.frame_end)
    still = int(np.flatnonzero(changes.kinds()[1:] == 0)[0]) + 2
    painter = Painter(scene, changes)
    before = np.zeros((108, 192, 3), np.uint8)
    assert painter.paint(still, before) is before
    painter.close()
