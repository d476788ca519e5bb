"""Build: ours comes and goes, the user's stays."""

import bpy
import pytest

from llmviz_addon.errors import JobError, ScriptError
from llmviz_addon.layout.lettering.drawing import Drawing
from llmviz_addon.stage.build import build, build_steps, clear, film_scene

BLOCKS = (
    "objects",
    "meshes",
    "materials",
    "images",
    "actions",
    "collections",
    "node_groups",
    "cameras",
    "worlds",
    "curves",
)


def census() -> dict[str, list[str]]:
    return {kind: sorted(block.name for block in getattr(bpy.data, kind)) for kind in BLOCKS}


@pytest.fixture
def users(scene):
    """A scene with things of the user's, some with names of ours."""
    mesh = bpy.data.meshes.new("llmviz cube")
    mesh.materials.append(bpy.data.materials.new("llmviz cells"))
    obj = bpy.data.objects.new("input", mesh)
    collection = bpy.data.collections.new("llmviz")
    scene.collection.children.link(collection)
    collection.objects.link(obj)
    camera = bpy.data.objects.new("cam", bpy.data.cameras.new("cam"))
    scene.collection.objects.link(camera)
    scene.camera = camera
    scene.world = bpy.data.worlds.new("mine")
    scene.timeline_markers.new("01 Test", frame=40)
    scene.frame_end = 99
    scene.render.resolution_x = 123
    scene.view_settings.view_transform = "AgX"
    return scene


def test_building_again_replaces_only_ours(users, production):
    build(users, production)
    first = census()
    build(users, production)
    assert census() == first
    clear(users)
    assert {"input", "cam"} == {obj.name for obj in bpy.data.objects}


def test_clear_leaves_what_was_there(users, production):
    before = census()
    build(users, production)
    clear(users)
    assert census() == before
    assert [(m.name, m.frame) for m in users.timeline_markers] == [("01 Test", 40)]


def test_the_users_scene_keeps_its_settings(users, production):
    build(users, production)
    assert users.camera.name == "cam"
    assert users.world.name == "mine"
    assert users.frame_end == 99
    assert users.render.resolution_x == 123
    assert users.view_settings.view_transform == "AgX"
    assert sorted((m.name, m.frame) for m in users.timeline_markers) == [
        ("01 Test", 1), ("01 Test", 40), ("01.1 half", 11),
    ]  # fmt: skip


def test_a_scene_of_ours_becomes_the_film(scene, production):
    scene.frame_set(200)  # past the end of what is built
    rig = build(scene, production, own_scene=True)
    assert scene.frame_current == 21
    assert scene.camera == rig.camera
    assert (scene.frame_start, scene.frame_end) == (1, 21)
    assert (scene.render.fps, scene.render.resolution_x, scene.render.resolution_y) == (25, 160, 120)
    assert scene.view_settings.view_transform == "Standard"
    assert scene.world["llmviz"] == "ground"
    worlds = len(bpy.data.worlds)
    build(scene, production, "dark")
    assert len(bpy.data.worlds) == worlds


def test_the_user_interface_gets_a_scene_of_its_own(users):
    ours = film_scene()
    assert ours != users
    assert film_scene() == ours


def test_a_users_object_in_our_collection_is_handed_back(scene, production):
    build(scene, production)
    ours = next(c for c in scene.collection.children if c.get("llmviz") == "stage")
    mine = bpy.data.objects.new("mine", None)
    ours.objects.link(mine)
    clear(scene)
    assert mine.name in scene.collection.objects


def test_steps_tell_their_progress(scene, production):
    told = list(build_steps(scene, production))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] < 1
    assert all(text for _, text in told)


def test_an_unknown_theme_touches_nothing(users, production):
    build(users, production)
    before = census()
    with pytest.raises(JobError, match="Unknown theme 'neon'"):
        build(users, production, "neon")
    assert census() == before


def test_no_handlers_and_no_drivers_in_python(scene, production):
    build(scene, production, own_scene=True)
    assert not [handler for handler in bpy.app.handlers.frame_change_pre if "llmviz" in str(handler)]
    driven = {
        obj: [curve.driver for curve in obj.animation_data.drivers] for obj in bpy.data.objects if obj.animation_data
    }
    assert {obj["llmviz"] for obj, drivers in driven.items() if drivers} == {"stand", "page"}
    assert all(driver.is_simple_expression and driver.is_valid for drivers in driven.values() for driver in drivers)


def test_a_build_given_up_leaves_nothing(users, production):
    before = census()
    steps = build_steps(users, production)
    for _ in range(5):
        next(steps)
    assert census() != before
    steps.close()
    assert census() == before


@pytest.mark.parametrize("done", range(1, 5))
def test_a_build_given_up_keeps_the_film_before(scene, production, done):
    build(scene, production, own_scene=True)
    before, noted, camera = census(), scene["llmviz_markers"], scene.camera
    markers = [(marker.frame, marker.name) for marker in scene.timeline_markers]
    steps = build_steps(scene, production, "dark")
    for _ in range(done):
        next(steps)
    steps.close()
    assert census() == before
    assert (scene["llmviz_markers"], scene.camera) == (noted, camera)
    assert [(marker.frame, marker.name) for marker in scene.timeline_markers] == markers
    scene.frame_set(11)  # it still plays
    assert camera.animation_data.action.name in before["actions"]


def test_a_build_that_fails_keeps_the_film_before(scene, production):
    build(scene, production, own_scene=True)
    before = census()
    signage, production.signage = production.signage, (Drawing("lost", (), parent="nowhere"),)
    with pytest.raises(ScriptError, match="'lost'"):
        build(scene, production)
    assert census() == before
    production.signage = signage
    build(scene, production)
    assert census() == before


def test_a_film_linked_from_another_file_keeps_its_names(scene, production, tmp_path):
    build(scene, production, own_scene=True)
    path = str(tmp_path / "film.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    with bpy.data.libraries.load(path, link=True) as (held, wanted):
        wanted.objects = held.objects
    for obj in wanted.objects:
        scene.collection.objects.link(obj)
    linked = {obj.name for obj in wanted.objects}
    build(scene, production)
    assert {obj.name for obj in wanted.objects} == linked
    ours = next(c for c in scene.collection.children if c.get("llmviz") == "stage")
    assert {obj.name for obj in ours.objects} <= linked


def test_a_build_that_fails_leaves_nothing(users, production):
    before = census()
    production.signage = (Drawing("lost", (), parent="nowhere"),)
    with pytest.raises(ScriptError, match="'lost'"):
        build(users, production)
    assert census() == before


def test_a_scene_of_ours_can_be_left_alone(scene, production):
    build(scene, production, own_scene=True)
    scene.frame_end = 500
    build(scene, production, own_scene=False)
    assert scene.frame_end == 500
