"""The first picture after a build: whoever does not wait for shaders sees it move in plain colours."""

from __future__ import annotations

import bpy

from llmviz_addon.stage.story import read_story
from llmviz_addon.ui import first_look, view
from llmviz_addon.ui.build import opening
from llmviz_addon.ui.first_look import _draw, _is_drawn, _let_move, _moves, _Wait


def test_another_frame_is_movement_and_the_first_look_is_not(film: bpy.types.Scene) -> None:
    window, wait = bpy.context.window, _Wait(0, 0.0)
    film.frame_set(40)
    assert not _moves(window, wait)
    wait.frame = 40
    assert not _moves(window, wait)
    film.frame_set(41)
    assert _moves(window, wait)


def test_it_moves_in_plain_colours(film: bpy.types.Scene) -> None:
    area = next(area for area in bpy.context.window.screen.areas if area.type == "VIEW_3D")
    view.look_through_camera(area, film)
    wait = _Wait(area.as_pointer(), 0.0, picture=object(), frame=1, drawn=1, calm=2)
    _let_move(area, wait)
    shading = area.spaces.active.shading
    assert (shading.type, shading.color_type) == ("SOLID", view.PLAIN_COLOURS)
    assert (wait.picture, wait.drawn, wait.calm) == (None, None, 0)
    area.spaces.active.shading.type = "WIREFRAME"  # what she has chosen herself stays
    _let_move(area, wait)
    assert area.spaces.active.shading.type == "WIREFRAME"


def test_what_is_drawn_of_the_frame_before_is_not_kept(film: bpy.types.Scene) -> None:
    window = bpy.context.window
    area = next(area for area in window.screen.areas if area.type == "VIEW_3D")
    wait = _Wait(area.as_pointer(), 0.0)
    assert not _is_drawn(window, wait)
    film.frame_set(40)
    with bpy.context.temp_override(area=area, region=area.regions[0]):
        _draw(wait)
    assert _is_drawn(window, wait)
    film.frame_set(41)
    assert not _is_drawn(window, wait)


def test_without_a_window_nothing_is_waited_for(film: bpy.types.Scene) -> None:
    first_look.start(next(area for area in bpy.context.window.screen.areas if area.type == "VIEW_3D"))
    assert not first_look.is_waiting()


def test_what_a_film_opens_with_is_there_in_the_middle_of_its_first_words(film: bpy.types.Scene) -> None:
    story = read_story(film)
    first = story.subtitles[0]
    assert first.start < opening(story) < first.end
