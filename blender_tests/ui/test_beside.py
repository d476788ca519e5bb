"""Film and stage side by side."""

from __future__ import annotations

import bpy
import pytest

from llmviz_addon.ui import beside, her_view, rate, scenes, view


def viewports() -> list[bpy.types.Area]:
    return [area for area in bpy.context.window.screen.areas if area.type == "VIEW_3D"]


@pytest.fixture
def area(film: bpy.types.Scene) -> bpy.types.Area:
    """The viewport, seen through the film's camera."""
    found = viewports()[0]
    view.look_through_camera(found, film)
    return found


def test_what_is_kept_of_a_viewport_is_kept_of_what_is_split_off(area: bpy.types.Area) -> None:
    screen = area.id_data
    other = next(one for one in screen.areas if one.type != "VIEW_3D")
    other.type = "VIEW_3D"
    her_view.keep_alike(area, other)
    kept = her_view._kept(screen)
    assert kept[her_view._place(area)] == kept[her_view._place(other)]


def test_without_a_window_it_is_refused(area: bpy.types.Area) -> None:
    with bpy.context.temp_override(area=area), pytest.raises(RuntimeError, match="in a window only"):
        bpy.ops.llmviz.side_by_side()
    assert beside.beside(bpy.context.window.screen) is None


def test_in_a_scene_of_hers_there_is_nothing_to_show(sidebar: bpy.types.Scene) -> None:
    with pytest.raises(RuntimeError, match="There is no film in this scene"):
        bpy.ops.llmviz.side_by_side()


def test_plain_colours_and_back(area: bpy.types.Area) -> None:
    with bpy.context.temp_override(area=area):
        for plain in (True, False):
            bpy.ops.llmviz.plain_colours()
            assert view.is_plain(area.spaces.active) == plain


def test_a_film_that_comes_again_is_seen_through_its_camera(film: bpy.types.Scene, area: bpy.types.Area) -> None:
    window = bpy.context.window
    hers = next(scene for scene in bpy.data.scenes if scene != film)
    window.scene = hers  # as an undo of the build does
    scenes.watch()
    assert not view.looks_through_camera(area.spaces.active)
    scenes.watch()
    assert not view.looks_through_camera(area.spaces.active)
    window.scene = film  # and its redo
    scenes.watch()
    assert view.looks_through_camera(area.spaces.active)
    view.look_freely(area, film)
    scenes.watch()
    assert not view.looks_through_camera(area.spaces.active)


def test_nothing_is_measured_while_nothing_plays(film: bpy.types.Scene) -> None:
    rate.meter.shown.clear()
    for frame in range(1, 12):
        film.frame_set(frame)
    assert not rate.meter.shown
