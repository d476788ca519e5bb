"""The viewport: through the film's camera, and out of it again."""

from __future__ import annotations

import math

import bpy
import pytest

from llmviz_addon.ui import her_view, view
from llmviz_addon.ui.presenting import present


@pytest.fixture
def area(film: bpy.types.Scene) -> bpy.types.Area:
    """The 3D viewport of the window that Blender keeps in background too."""
    return next(area for area in bpy.context.window.screen.areas if area.type == "VIEW_3D")


def test_looking_through_the_camera_shows_the_film_and_nothing_else(
    film: bpy.types.Scene, area: bpy.types.Area
) -> None:
    space = area.spaces.active
    view.look_through_camera(area, film)
    assert view.looks_through_camera(space)
    assert space.shading.type == "MATERIAL"
    assert space.shading.use_scene_world
    assert not space.overlay.show_overlays


def test_leaving_the_camera_gives_the_overlays_back(film: bpy.types.Scene, area: bpy.types.Area) -> None:
    space = area.spaces.active
    view.look_through_camera(area, film)
    view.look_freely(area, film)
    assert not view.looks_through_camera(space)
    assert space.clip_end >= film.camera.data.clip_end > 1000
    assert space.overlay.show_overlays


def test_the_operator_goes_back_and_forth(film: bpy.types.Scene, area: bpy.types.Area) -> None:
    region = next(region for region in area.regions if region.type == "WINDOW")
    with bpy.context.temp_override(area=area, region=region):
        before = view.looks_through_camera(area.spaces.active)
        for _ in range(2):
            bpy.ops.llmviz.film_view()
            before = not before
            assert view.looks_through_camera(area.spaces.active) == before


def test_where_the_scene_has_lost_its_camera_it_is_had_again(film: bpy.types.Scene, area: bpy.types.Area) -> None:
    camera, film.camera = film.camera, None
    region = next(region for region in area.regions if region.type == "WINDOW")
    with bpy.context.temp_override(area=area, region=region):
        area.spaces.active.region_3d.view_perspective = "PERSP"
        assert bpy.ops.llmviz.film_view() == {"FINISHED"}
        assert film.camera == camera
        bpy.data.objects.remove(camera)
        area.spaces.active.region_3d.view_perspective = "PERSP"
        for operator in (bpy.ops.llmviz.film_view, bpy.ops.llmviz.present):
            with pytest.raises(RuntimeError, match="camera is not in the scene any more"):
                operator()
    assert not present.is_presenting()


def test_elsewhere_the_operator_says_where_it_works(film: bpy.types.Scene) -> None:
    area = next(area for area in bpy.context.window.screen.areas if area.type != "VIEW_3D")
    with bpy.context.temp_override(area=area), pytest.raises(RuntimeError, match="in a 3D viewport only"):
        bpy.ops.llmviz.film_view()


def test_other_areas_are_left_alone(film: bpy.types.Scene) -> None:
    view.look_through_camera(None, film)
    view.look_through_camera(next(a for a in bpy.context.window.screen.areas if a.type == "OUTLINER"), film)


MATRICES = ("view_matrix", "clip_planes")


def looks(area: bpy.types.Area) -> dict[str, object]:
    """All that is set of a viewport, as far as it can be compared."""
    space = area.spaces.active
    found = {}
    for owner in (space, space.overlay, space.shading, space.region_3d):
        for name, kind in owner.bl_rna.properties.items():
            if kind.type in ("BOOLEAN", "INT", "FLOAT", "ENUM") and name not in MATRICES and not kind.is_readonly:
                value = getattr(owner, name)
                array = getattr(kind, "is_array", False)
                found[f"{owner.bl_rna.identifier}.{name}"] = tuple(value) if array else value
    return found


def different(before: dict[str, object], after: dict[str, object]) -> dict[str, object]:
    """What is not the same; a view's turn is a quaternion, which Blender norms."""
    return {
        name: (before[name], after[name]) for name in before if before[name] != pytest.approx(after[name], abs=1e-5)
    }


@pytest.mark.parametrize("camera", [False, True])
def test_her_viewport_is_given_back_as_it_was(sidebar: bpy.types.Scene, camera: bool) -> None:
    area = next(area for area in bpy.context.window.screen.areas if area.type == "VIEW_3D")
    region = next(region for region in area.regions if region.type == "WINDOW")
    space = area.spaces.active
    space.shading.type, space.shading.light, space.shading.color_type = "SOLID", "MATCAP", "RANDOM"
    space.overlay.show_floor, space.overlay.show_cursor, space.show_gizmo = True, False, True
    space.clip_start, space.clip_end, space.lens = 0.02, 333.0, 61.0
    space.region_3d.view_location, space.region_3d.view_distance = (1, 2, 3), 7.5
    before = looks(area)
    with bpy.context.temp_override(area=area, region=region):
        bpy.ops.llmviz.build()
        assert different(before, looks(area))
        if not camera:
            bpy.ops.llmviz.film_view()
        her_view.give_back()
        assert different(before, looks(area)), "only where the film is gone from the window"
        bpy.ops.llmviz.build()
        bpy.ops.llmviz.leave_film()
    assert bpy.context.window.scene == sidebar
    assert different(before, looks(area)) == {}
    assert her_view.KEPT_ON not in bpy.context.window.screen


@pytest.mark.parametrize("how", ["chosen", "removed"])
def test_her_viewport_comes_back_however_the_film_goes(film: bpy.types.Scene, area: bpy.types.Area, how: str) -> None:
    space = area.spaces.active
    before = looks(area)
    view.look_through_camera(area, film)
    if how == "chosen":
        bpy.context.window.scene = next(scene for scene in bpy.data.scenes if scene != film)
    else:
        bpy.data.scenes.remove(film)
    her_view.give_back()
    assert different(before, looks(area)) == {}
    assert space.overlay.show_overlays


def test_a_viewport_in_another_workspace_waits_until_no_film_is_shown(film: bpy.types.Scene) -> None:
    here = bpy.context.window.screen
    elsewhere = next(
        area for screen in bpy.data.screens if screen != here for area in screen.areas if area.type == "VIEW_3D"
    )
    before = looks(elsewhere)
    view.look_through_camera(elsewhere, film)
    assert not her_view.give_back()
    assert view.looks_through_camera(elsewhere.spaces.active)
    bpy.context.window.scene = next(scene for scene in bpy.data.scenes if scene != film)
    assert her_view.give_back()
    assert different(before, looks(elsewhere)) == {}


@pytest.mark.parametrize("kept", ["x", "[]", '{"3": 1}', '{"3": {"shading.type": 4, "clip_end": "far"}, "a": {}}'])
def test_what_was_kept_may_be_damaged(sidebar: bpy.types.Scene, kept: str) -> None:
    screen = bpy.context.window.screen
    area = next(area for area in screen.areas if area.type == "VIEW_3D")
    before = looks(area)
    screen[her_view.KEPT_ON] = kept
    her_view.give_back()
    assert different(before, looks(area)) == {}


def test_the_free_view_starts_where_the_camera_stands(film: bpy.types.Scene, area: bpy.types.Area) -> None:
    film.frame_set(600)
    view.look_through_camera(area, film)
    view.look_freely(area, film)
    seen, camera = area.spaces.active.region_3d, film.camera
    assert camera.matrix_world.to_quaternion().rotation_difference(seen.view_rotation).angle == pytest.approx(
        0, abs=1e-3
    )
    target = camera.parent.matrix_world.translation
    aside = seen.view_rotation.inverted() @ (seen.view_location - target)
    assert abs(aside.y) + abs(aside.z) < 1e-3
    assert abs(aside.x) < 0.2 * seen.view_distance, "for the toolbar's room"
    distance = (camera.matrix_world.translation - target).length
    assert 0 < seen.view_distance < distance - 0.03 * distance - 0.3, "before the page that the text is on"
    assert not area.spaces.active.overlay.show_floor


@pytest.mark.parametrize("zoom", [29.0, 0.0, -15.0])
def test_the_free_view_shows_things_as_large_as_the_film_did(
    film: bpy.types.Scene, area: bpy.types.Area, zoom: float
) -> None:
    film.frame_set(600)
    view.look_through_camera(area, film)
    space, camera = area.spaces.active, film.camera
    space.region_3d.view_camera_zoom = zoom
    view.look_freely(area, film)
    region = next(region for region in area.regions if region.type == "WINDOW")
    picture = (math.sqrt(2) + zoom / 50) ** 2 / 4 * region.height / camera.data.sensor_height
    distance = (camera.matrix_world.translation - camera.parent.matrix_world.translation).length
    screen = max(region.width, region.height) / view.VIEWPORT_WIDTH
    seen = space.lens * screen / space.region_3d.view_distance
    assert seen == pytest.approx(picture * camera.data.lens / distance, rel=1e-3)
    assert view.WIDEST <= space.lens <= view.LENS
