"""A new stage takes the place of the old one, and nothing else's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import bpy
import pytest

from llmviz_addon.errors import JobError
from llmviz_addon.stage.build import build, build_steps, film_scene
from llmviz_addon.stage.ours import NAME, REGISTRY, TAG, find_collection, is_ours, ours


@pytest.fixture
def film(scene, production) -> bpy.types.Scene:
    build(scene, production, own_scene=True)
    return scene


def find(scene: bpy.types.Scene, what: str, name: str = "") -> bpy.types.Object:
    (found,) = (o for o in ours(scene).objects if o[TAG] == what and name in ("", o.get(NAME)))
    return found


def mine(scene: bpy.types.Scene, data: bpy.types.ID | None = None) -> bpy.types.Object:
    obj = bpy.data.objects.new("mine", data)
    scene.collection.objects.link(obj)
    return obj


def stages(scene: bpy.types.Scene) -> int:
    return [obj.get(TAG) for obj in scene.objects].count("camera target")


def test_while_a_new_stage_is_built_the_old_one_is_before_it_in_blenders_lists(film, production):
    """These are sorted by name, and searched from the end for where each new thing goes."""
    old = {obj.session_uid for obj in ours(film).objects}
    steps = build_steps(film, production)
    while next(steps)[1] != "Putting it in place":
        pass
    before = [obj.session_uid in old for obj in bpy.data.objects]
    assert before == sorted(before, reverse=True)
    assert 0 < sum(before) < len(before)
    names = {obj.name for obj in bpy.data.objects if obj.session_uid not in old}
    for _ in steps:
        pass
    assert {obj.name for obj in ours(film).objects} == names


def test_the_scene_points_at_no_collection(film):
    """Or Blender evaluates all in it on every frame, seen or not."""
    assert ours(film).home in film.collection.children.values()
    assert not [value for value in film[REGISTRY].values() if isinstance(value, bpy.types.Collection)]


def test_duplicates_of_ours_stay(film, production):
    bpy.ops.object.select_all(action="DESELECT")
    find(film, "camera").select_set(True)
    bpy.ops.object.duplicate()
    copy = bpy.context.selected_objects[0]
    assert copy[TAG] == "camera"
    inside = bpy.data.collections.new("inside")
    find_collection(film).children.link(inside)
    grid = find(film, "grid", "input").copy()
    inside.objects.link(grid)
    names = copy.name, grid.name
    for _ in range(2):
        build(film, production)
        assert (copy.name, grid.name) == names
        assert inside.objects[:] == [grid]
        assert inside.name in find_collection(film).children
        assert film.camera == find(film, "camera") != copy


@pytest.mark.parametrize("copied", [True, False])
def test_a_world_of_hers_stays(film, production, copied):
    ground = film.world
    film.world = ground.copy() if copied else bpy.data.worlds.new("mine")
    film.world.color = (0.1, 0.2, 0.3)
    name = film.world.name
    build(film, production, "dark")
    assert film.world.name == name
    assert tuple(film.world.color) == pytest.approx((0.1, 0.2, 0.3))


def test_the_ground_follows_the_theme_and_is_one(film, production):
    name, light = film.world.name, tuple(film.world.color)
    build(film, production, "dark")
    assert film.world.name == name
    assert tuple(film.world.color) != light
    assert len(bpy.data.worlds) == 1


def test_a_world_that_had_to_go_is_kept_in_the_file(scene, production):
    scene.world = world = bpy.data.worlds.new("mine")
    build(scene, production, own_scene=True)
    assert scene.world != world
    assert world.use_fake_user


def test_a_marker_of_hers_that_is_like_ours_stays(film, production):
    name = "01.1 half"
    film.timeline_markers.new(name, frame=11)
    for _ in range(2):
        build(film, production)
        assert [marker.name for marker in film.timeline_markers].count(name) == 2
    assert len(film.timeline_markers) == 3


def test_cuts_of_hers_stay(film, production):
    camera = mine(film, bpy.data.cameras.new("mine"))
    chapter, rest = film.timeline_markers
    assert chapter.camera == film.camera
    rest.camera = camera
    film.timeline_markers.new("cut", frame=15).camera = camera
    film.timeline_markers.new("back", frame=18).camera = film.camera
    timeline = replace(production.timeline, markers=production.timeline.markers[:1])
    for changed in (production, replace(production, timeline=timeline), production):
        build(film, changed)
        bound = {(marker.frame, marker.name): marker.camera for marker in film.timeline_markers if marker.camera}
        ours = find(film, "camera")
        assert bound == {(1, "01 Test"): ours, (11, "01.1 half"): camera, (15, "cut"): camera, (18, "back"): ours}
    film.frame_set(5)
    assert film.camera == ours


def test_a_scene_of_hers_keeps_its_camera_through_the_film(scene, production):
    scene.camera = camera = mine(scene, bpy.data.cameras.new("mine"))
    build(scene, production)
    scene.frame_set(5)
    assert scene.camera == camera


def test_pointers_of_hers_are_at_the_successors(film, production):
    obj = mine(film, bpy.data.meshes.new("mine"))
    obj.constraints.new("TRACK_TO").target = find(film, "camera")
    obj.parent = find(film, "fragment", "column")
    obj.modifiers.new("Boolean", "BOOLEAN").object = find(film, "grid", "mean")
    variable = obj.driver_add("location", 0).driver.variables.new()
    variable.targets[0].id = find(film, "ribbon", "input>scores")
    instance = mine(film)
    instance.instance_type, instance.instance_collection = "COLLECTION", find_collection(film)
    other = bpy.data.scenes.new("hers")
    other.camera = find(film, "camera")
    other.collection.children.link(find_collection(film))
    build(film, production)
    assert obj.constraints[0].target == find(film, "camera") == other.camera
    assert obj.parent == find(film, "fragment", "column")
    assert obj.modifiers[0].object == find(film, "grid", "mean")
    assert obj.animation_data.drivers[0].driver.variables[0].targets[0].id == find(film, "ribbon", "input>scores")
    assert instance.instance_collection == find_collection(film)
    assert other.collection.children[:] == [find_collection(film)]


def test_constraints_of_hers_on_ours_stay(film, production):
    obj = mine(film)
    find(film, "camera").constraints.new("LIMIT_DISTANCE").target = obj
    find(film, "grid", "mean").constraints.new("COPY_ROTATION").target = find(film, "grid", "input")
    for _ in range(2):
        build(film, production)
        (near,), (turn,) = find(film, "camera").constraints, find(film, "grid", "mean").constraints
        assert (near.type, near.target) == ("LIMIT_DISTANCE", obj)
        assert (turn.type, turn.target) == ("COPY_ROTATION", find(film, "grid", "input"))


def test_what_the_film_has_no_more_is_left_to_who_uses_it(film, production):
    gone = find(film, "grid", "mean")
    place, child = gone.matrix_world.copy(), mine(film)
    child.parent = gone
    layout = replace(production.layout, grids=production.layout.grids[:3])
    tracks = tuple(track for track in production.timeline.tracks if track.channel.actor != "mean")
    build(film, replace(production, layout=layout, timeline=replace(production.timeline, tracks=tracks)))
    assert child.parent == gone
    assert gone.matrix_world == place
    assert gone.hide_render
    assert gone.name == "mean"
    build(film, production)
    assert child.parent == gone != find(film, "grid", "mean")


def test_what_only_ours_used_is_kept_in_the_file(film, production):
    material = bpy.data.materials.new("mine")
    find(film, "grid", "mean").data.materials[0] = material
    build(film, production, sure=True)
    assert material.use_fake_user


def test_materials_of_ours_on_hers_stay(film, production):
    mesh = bpy.data.meshes.new("mine")
    mesh.materials.append(find(film, "ribbon").data.materials[0])
    mine(film, mesh)
    build(film, production)
    assert mesh.materials[0][TAG] == "flat"
    assert mesh.materials[0] not in ours(film).blocks


def test_our_collection_stays_where_she_put_it(film, production):
    home, place = find_collection(film), bpy.data.collections.new("place")
    film.collection.children.link(place)
    film.collection.children.unlink(home)
    place.children.link(home)
    home.name, home.color_tag = "the film", "COLOR_03"
    layer = film.view_layers.new("less")
    layer.layer_collection.children["place"].children["the film"].exclude = True
    moved = find(film, "grid", "mean")
    moved.users_collection[0].objects.unlink(moved)
    place.objects.link(moved)
    for _ in range(2):
        build(film, production)
        home = find_collection(film)
        assert place.children[:] == [home]
        assert film.collection.children[:] == [place]
        assert (home.name, home.color_tag) == ("the film", "COLOR_03")
        assert layer.layer_collection.children["place"].children["the film"].exclude
        assert find(film, "grid", "mean").users_collection == (place,)
        assert stages(film) == 1


@pytest.mark.parametrize("kind", ["LINK_COPY", "FULL_COPY"])
@pytest.mark.parametrize("in_copy", [True, False])
def test_a_copy_of_the_scene_has_a_stage_of_its_own(film, production, kind, in_copy):
    bpy.ops.scene.new(type=kind)
    copy = bpy.context.scene
    assert is_ours(copy)
    here, there = (copy, film) if in_copy else (film, copy)
    before = [obj.name for obj in there.objects], there.camera, ours(there)
    for _ in range(2):
        build(here, production)
        assert ([obj.name for obj in there.objects], there.camera, ours(there)) == before
        assert here.camera == find(here, "camera") != there.camera
        assert stages(here) == stages(there) == 1
    build(there, production)
    assert stages(here) == stages(there) == 1
    assert not set(ours(here).blocks) & set(ours(there).blocks)


def test_a_stage_that_two_scenes_share_through_a_collection_of_hers_stays(film, production):
    home, place = find_collection(film), bpy.data.collections.new("place")
    film.collection.children.link(place)
    film.collection.children.unlink(home)
    place.children.link(home)
    bpy.ops.scene.new(type="LINK_COPY")
    with pytest.raises(JobError, match="share the film and the collection 'place'"):
        build(film, production)
    assert place.children[:] == [home]


@pytest.mark.parametrize("within", [False, True])
def test_a_part_of_a_shared_film_that_she_dragged_out_of_it_stays(film, production, within):
    """Beside the film, or with all the film in it; built there, the other scene would lose what lies in that part."""
    home, part = find_collection(film), next(one for one in ours(film).folders if one.objects)
    home.children.unlink(part)
    film.collection.children.link(part)
    if within:
        film.collection.children.unlink(home)
        part.children.link(home)
    part.children.link(bpy.data.collections.new("hers"))
    bpy.ops.scene.new(type="LINK_COPY")
    other = bpy.context.scene
    before = set(film.objects), set(other.objects)
    for scene in (film, other):
        with pytest.raises(JobError, match=f"{part.name!r}, a part of it that lies beside it. Move it back"):
            build(scene, production)
        assert (set(film.objects), set(other.objects)) == before
    other.collection.children.unlink(part)
    if not within:
        build(film, production)
        assert stages(film) == stages(other) == 1


def test_a_scene_with_the_settings_of_ours_is_hers(film, production):
    bpy.ops.scene.new(type="EMPTY")
    empty = bpy.context.scene
    assert TAG in empty
    assert not is_ours(empty)
    assert find_collection(empty) is None
    build(film, production)
    assert not empty.objects
    assert len(bpy.data.images) == 2  # values, and the digits that cells are written in


def test_linked_and_appended_films(film, production, tmp_path: Path):
    path = str(tmp_path / "film.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    for link in (True, False):
        with bpy.data.libraries.load(path, link=link) as (_, wanted):
            wanted.scenes = ["Scene"]
        (found,) = wanted.scenes
        if link:
            assert not is_ours(found)
            with pytest.raises(JobError, match="linked from another file"):
                build(found, production)
            local = film_scene()
            assert local.library is None
            build(local, production)
        else:
            assert is_ours(found)
        names = [obj.name for obj in found.objects]
        build(local, production)
        assert [obj.name for obj in found.objects] == names
        assert stages(local) == stages(found) == 1
    build(found, production)
    assert stages(local) == stages(found) == 1


def test_an_override_of_a_linked_stage_is_hers(film, production, tmp_path: Path):
    path = str(tmp_path / "film.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    scene = bpy.context.scene
    with bpy.data.libraries.load(path, link=True) as (_, wanted):
        wanted.collections = ["llmviz"]
    override = wanted.collections[0].override_hierarchy_create(scene, bpy.context.view_layer)
    before = [obj.name for obj in override.all_objects]
    for _ in range(2):
        build(scene, production)
        assert [obj.name for obj in override.all_objects] == before
        assert stages(scene) == 2  # hers, and the film
