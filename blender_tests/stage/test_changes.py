"""What she changed on our things is taken over by the next stage, or told before anything is removed."""

from __future__ import annotations

import json
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import bpy
import pytest

from blender_tests.stage import her_edits
from blender_tests.stage.conftest import track
from blender_tests.stage.her_edits import block, grid
from blender_tests.stage.test_hers import find, smaller
from llmviz_addon.stage import build as building
from llmviz_addon.stage import compat
from llmviz_addon.stage.build import build, build_steps
from llmviz_addon.stage.ours import REGISTRY, built_text, keys, ours
from llmviz_addon.stage.rebuild import changes as looking
from llmviz_addon.stage.rebuild.changes import LINES, UNTOLD, ChangesError, losses, shortened
from llmviz_addon.stage.rebuild.record import version
from llmviz_addon.stage.rebuild.snapshot import GEOMETRY, Written, snapshot

Film = bpy.types.Scene


@pytest.fixture
def film(scene: bpy.types.Scene, production) -> Film:
    build(scene, production, own_scene=True)
    return scene


def test_of_a_new_thing_it_is_told_what_it_is_and_no_setting():
    mesh = bpy.data.meshes.new("new")
    obj = bpy.data.objects.new("new", mesh)
    obj.animation_data_create()
    obj.modifiers.new("Letters", "NODES")
    tree = bpy.data.node_groups.new("new", "ShaderNodeTree")
    tree.nodes.new("ShaderNodeValue")
    told = [snapshot(one, lambda block: block.name) for one in (obj, mesh, tree)]
    assert told[0].keys() == {"name", "data", "modifiers", 'modifiers["Letters"]'}
    assert told[1].keys() == {"name", GEOMETRY}
    assert told[2] == {"name": "new", "nodes": ["Value"], 'nodes["Value"]': "ShaderNodeValue"} | {
        path: value for path, value in told[2].items() if "outputs" in path
    }


def test_what_was_just_written_is_noted_as_it_would_be_read(
    scene: bpy.types.Scene, production, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []

    def note(scene: bpy.types.Scene, written: Written) -> None:
        told.append(written)
        looking.note(scene, written)

    monkeypatch.setattr(building, "note", note)
    for _ in range(2):  # the second time drawings are made of arrays that are kept
        build(scene, production, own_scene=True)
        written = told.pop()
        held = keys(scene)
        assert {type(block) for block in (*written.curves, *written.shapes)} > {bpy.types.Object, bpy.types.Mesh}
        assert looking._state(scene, held, written=written) == looking._state(scene, held)
        assert not looking.changes(scene)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (her_edits.marker, "the scene 'Scene': markers moved or deleted, and set again"),
        (her_edits.move_keys, "'llmviz camera target': keys of 1 curve"),
        (her_edits.smooth, "'llmviz camera target': keys of 1 curve"),
        (her_edits.remove_curve, "'llmviz camera target': keys of 1 curve"),
        (her_edits.noise, "'llmviz camera target': keys of 1 curve"),
        (her_edits.modifier, "'input': modifier 'Bend'"),
        (her_edits.drive, "'input': drivers"),
        (her_edits.push_down, "'llmviz camera target': keys of 5 curves, animation"),
        (her_edits.more_nodes, "the material 'llmviz flat': nodes"),
        (her_edits.unlink, "the material 'llmviz flat': nodes"),
        (her_edits.assign, "'input': material slots"),
        (her_edits.assign_to_mesh, "the mesh 'llmviz cube': materials"),
        (her_edits.ground, "the world 'llmviz ground': nodes"),
        (her_edits.lens, "the camera 'llmviz camera': lens"),
        (her_edits.recolour, "'input': color"),
        (her_edits.place, "'label:input': location"),
        (her_edits.value, "'input': property 'llmviz_strides'"),
        (her_edits.sculpt, "the mesh 'label:input': its shape or paint"),
        (her_edits.paint, "the mesh 'label:input': its shape or paint"),
        (her_edits.shape_key, "the mesh 'label:input': shape keys"),
        (her_edits.pixels, "the image 'llmviz values': its pixels"),
        (her_edits.own_mesh, "'input': data"),
        (her_edits.delete, "'input': deleted, and comes back"),
        (her_edits.take_out, "'input': deleted, and comes back"),
        (her_edits.exposure, "the scene 'Scene': view settings exposure"),
        (her_edits.length, "the scene 'Scene': frame end"),
        (her_edits.other_camera, "the scene 'Scene': camera"),
    ],
)
def test_what_cannot_be_taken_over_is_told(
    film: Film, production, tmp_path: Path, change: Callable[[Film], None], line: str
) -> None:
    assert losses(film) == []
    film.frame_set(13)
    film = reopened(tmp_path)
    film.frame_set(17)
    assert losses(film) == []
    change(film)
    assert losses(film) == [line]
    film = reopened(tmp_path)
    assert losses(film) == [line]
    before = list(ours(film).blocks)
    with pytest.raises(ChangesError, match="sure=True") as caught:
        build(film, production)
    assert caught.value.lost == [line]
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)
    assert list(ours(film).blocks) == before
    assert losses(film) == [line]
    build(film, production, sure=True)
    assert losses(film) == []
    build(film, production)


def reopened(folder: Path) -> Film:
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "film.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(folder / "film.blend"))
    return bpy.context.scene


def test_her_keys_on_the_camera_and_tweaked_materials_are_taken_over(film: Film, production) -> None:
    her_edits.key_camera(film)
    (curve,) = [one for one in compat.fcurves(film.camera) if one.data_path == "rotation_euler"]
    curve.keyframe_points[3].co.y, curve.keyframe_points[4].interpolation = 0.25, "SINE"
    keyed = [(*point.co, point.interpolation) for point in curve.keyframe_points]
    her_edits.tweak(film)
    floor = block(film, bpy.types.Material, "flat").node_tree.nodes
    changed = next(s for node in floor for s in node.inputs if not s.is_linked and s.type == "VALUE")
    where = changed.path_from_id()
    changed.default_value = 0.375
    for _ in range(2):
        assert losses(film) == []
        build(film, production)
        (curve,) = [one for one in compat.fcurves(film.camera) if one.data_path == "rotation_euler"]
        assert [(*point.co, point.interpolation) for point in curve.keyframe_points] == keyed
        assert block(film, bpy.types.Material, "cells").node_tree.nodes["Math"].operation == "POWER"
        tree = block(film, bpy.types.Material, "flat").node_tree
        assert tree.path_resolve(where).default_value == 0.375


def test_a_tweak_where_the_new_film_sets_something_else_is_told(film: Film, production) -> None:
    tree = block(film, bpy.types.Material, "cells").node_tree
    theirs = [s for node in tree.nodes for s in node.inputs if s.type == "RGBA" and not s.is_linked]
    before = [(node.name, [tuple(s.default_value) for s in node.inputs if s.type == "RGBA"]) for node in tree.nodes]
    build(film, production, "dark")
    tree = block(film, bpy.types.Material, "cells").node_tree
    after = [(node.name, [tuple(s.default_value) for s in node.inputs if s.type == "RGBA"]) for node in tree.nodes]
    assert theirs
    differing = [one[0] for one, other in zip(before, after, strict=True) if one != other]
    node = tree.nodes[differing[0]]
    changed = next(s for s in node.inputs if s.type == "RGBA" and not s.is_linked)
    changed.default_value = (1, 0, 0, 1)
    with pytest.raises(ChangesError, match="the material 'llmviz cells': nodes"):
        build(film, production, "light")
    build(film, production, "dark")
    tree = block(film, bpy.types.Material, "cells").node_tree
    assert tuple(next(s for s in tree.nodes[differing[0]].inputs if s.type == "RGBA").default_value) == (1, 0, 0, 1)


def test_what_is_set_where_we_set_nothing_is_taken_over(film: Film, production) -> None:
    hers, camera = bpy.data.objects.new("hers", None), film.camera.data
    film.collection.objects.link(hers)
    camera.dof.use_dof, camera.dof.focus_distance, camera.dof.focus_object = True, 3.0, hers
    camera.show_composition_thirds = True
    grid(film)["note"] = "look"
    grid(film).hide_select = True
    grid(film).name = "Her Input"
    grid(film, "mean").parent = hers
    grid(film, "scale").display_type = "WIRE"
    grid(film, "scale").hide_set(True)
    grid(film, "scale").delta_location = (0.0, 0.0, 2.0)
    grid(film, "scale").constraints.new("TRACK_TO").target = grid(film)
    block(film, bpy.types.Material, "cells").name = "Cells"
    block(film, bpy.types.Material, "cells").pass_index = 4
    for _ in range(3):
        assert losses(film) == []
        build(film, production)
        camera = film.camera.data
        assert (camera.dof.use_dof, camera.dof.focus_distance, camera.dof.focus_object) == (True, 3.0, hers)
        assert camera.show_composition_thirds
        assert grid(film)["note"] == "look"
        assert grid(film).hide_select
        assert grid(film) == film.objects["Her Input"]
        assert grid(film, "mean").parent == hers
        assert grid(film, "scale").display_type == "WIRE"
        assert grid(film, "scale").hide_get()
        assert tuple(grid(film, "scale").delta_location) == (0.0, 0.0, 2.0)
        assert grid(film, "scale").constraints[0].target == grid(film)
        material = block(film, bpy.types.Material, "cells")
        assert (material.name, material.pass_index) == ("Cells", 4)


def test_what_nothing_of_the_new_film_can_take_over_is_told(film: Film, production) -> None:
    grid(film, "mean").name = "Mean of hers"
    assert losses(film) == []
    with pytest.raises(ChangesError) as caught:
        build(film, smaller(production))
    assert caught.value.lost == ["'Mean of hers': its name"]
    assert grid(film, "mean").name == "Mean of hers"
    build(film, smaller(production), sure=True)
    assert losses(film) == []


def test_what_the_new_film_sets_itself_is_told(film: Film, production) -> None:
    find(film, "ribbon").location.x = 3.0
    assert losses(film) == []
    moves = track("input>scores", "offset", (1, 0.0), (21, 0.2))
    timeline = replace(production.timeline, tracks=(*production.timeline.tracks, moves))
    with pytest.raises(ChangesError) as caught:
        build(film, replace(production, timeline=timeline))
    assert caught.value.lost == ["'input>scores': location"]
    build(film, production)
    assert find(film, "ribbon").location.x == 3.0


def test_a_new_scene_and_a_first_build_ask_nothing(scene: bpy.types.Scene, production) -> None:
    assert losses(scene) == []
    build(scene, production)
    assert losses(scene) == []


@pytest.mark.parametrize("kind", ["FULL_COPY", "LINK_COPY", "EMPTY", "NEW"])
def test_copies_of_the_scene_are_no_change(film: Film, production, kind: str) -> None:
    bpy.ops.scene.new(type=kind)
    copy = bpy.context.scene
    assert copy != film
    assert losses(film) == []
    assert losses(copy) == []


def test_an_appended_film_is_no_change_and_tells_those_of_hers(film: Film, production, tmp_path: Path) -> None:
    path = str(tmp_path / "film.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    with bpy.data.libraries.load(path) as (source, target):
        target.scenes = source.scenes
    found = next(scene for scene in target.scenes)
    assert losses(found) == []
    her_edits.lens(found)
    assert losses(found) == ["the camera 'llmviz camera': lens"]


def packed(**told: object) -> bytes:
    return zlib.compress(json.dumps({"version": version(), **told}).encode())


@pytest.mark.parametrize(
    "built",
    [
        b"", b"nonsense", "text", 5, None, zlib.compress(b"[]"), packed(), packed(paths=[], things=[]),
        packed(paths=[["a"]], things={"1": 0}), packed(paths=[["a"]], things={"1": []}),
        packed(paths=[["a"]], things={"1": [0]}), packed(paths=[["a"]], things={"1": [1, 2]}),
        packed(paths=[["a"]], things={"1": ["a", 2]}), packed(paths=[[["a"]]], things={"1": [0, 2]}),
        packed(paths=[["a"]], things={"1": [0, 2]})[:-6],
    ],
)  # fmt: skip
def test_a_stage_of_which_nothing_is_known_is_told_whole(film: Film, production, built: object) -> None:
    film[REGISTRY].pop("built")
    if built is not None:
        film[REGISTRY]["built"] = built
    with pytest.raises(ChangesError, match="it is not known how the film was built"):
        build(film, production)
    build(film, production, sure=True)
    assert losses(film) == []


def test_another_blender_cannot_tell(film: Film, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llmviz_addon.stage.rebuild.record.version", lambda: {"format": 3, "blender": [9, 0]})
    assert losses(film) == [UNTOLD]


def test_building_again_looks_once_at_what_was_built_and_notes_once_what_is(
    film: Film, production, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Film] = []
    state = looking._state
    monkeypatch.setattr(looking, "_state", lambda scene, *rest: looked.append(scene) or state(scene, *rest))
    build(film, production)
    assert looked == [film, film]


def test_what_is_thrown_away_is_not_noted(scene: bpy.types.Scene, production) -> None:
    deque(build_steps(scene, production, own_scene=True, noted=False), maxlen=0)
    assert built_text(scene) == b""
    assert losses(scene) == [UNTOLD]
    build(scene, production, sure=True)
    assert losses(scene) == []


def test_what_is_painted_and_not_saved_is_told(film: Film) -> None:
    block(film, bpy.types.Image, "atlas").pixels[0] = 0.25
    assert losses(film) == ["the image 'llmviz values': its pixels"]


def test_a_first_build_does_not_read_its_picture_back(scene: bpy.types.Scene, production, monkeypatch) -> None:
    read: list[str] = []  # which takes much memory
    monkeypatch.setattr("llmviz_addon.stage.rebuild.changes.repainted", lambda image: bool(read.append(image.name)))
    build(scene, production, own_scene=True)
    assert read == []
    losses(scene)
    assert "llmviz values" in read


def test_a_long_list_is_cut(film: Film) -> None:
    assert shortened(list("abc")) == list("abc")
    assert shortened([str(n) for n in range(100)])[-1] == f"{100 - LINES + 1} more things"
    for obj in ours(film).objects:
        obj.color = (0.1, 0.2, 0.3, 0.4)
        obj.empty_display_size = 7.0
    assert all(len(line) < 200 for line in losses(film))


def test_what_is_set_on_nodes_of_geometry_is_told(film: Film) -> None:
    """Blender makes the settings of its own nodes as it starts, as extensions make theirs."""
    tree = bpy.data.node_groups["llmviz letters"]
    node = next(node for node in tree.nodes if node.bl_idname == "GeometryNodeSeparateGeometry")
    node.domain = "FACE"
    assert [line for line in losses(film) if "llmviz letters" in line] == [
        "the geometry node tree 'llmviz letters': nodes"
    ]
