"""The viewport: through the film's camera, and out of it again."""

from __future__ import annotations

import bpy
import pytest

from llmviz_addon.ui import view


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
    view.look_freely(space, film)
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


def test_elsewhere_the_operator_says_where_it_works(film: bpy.types.Scene) -> None:
    area = next(area for area in bpy.context.window.screen.areas if area.type != "VIEW_3D")
    with bpy.context.temp_override(area=area), pytest.raises(RuntimeError, match="in a 3D viewport only"):
        bpy.ops.llmviz.film_view()


def test_other_areas_are_left_alone(film: bpy.types.Scene) -> None:
    view.look_through_camera(None, film)
    view.look_through_camera(next(a for a in bpy.context.window.screen.areas if a.type == "OUTLINER"), film)
