"""Going through the film: jumps land on markers, the commentary is that of the frame."""

from __future__ import annotations

import bpy
import pytest

from llmviz_addon.stage.story import read_story
from llmviz_addon.ui.play import after_reading
from llmviz_addon.ui.write import wrapped


def frames(scene: bpy.types.Scene, kind: str) -> list[int]:
    names = {marker.name for marker in read_story(scene).markers if marker.kind == kind}
    return sorted(marker.frame for marker in scene.timeline_markers if marker.name in names)


def test_next_goes_through_all_rests_and_stops_at_the_last(film: bpy.types.Scene) -> None:
    film.frame_set(1)
    landed = []
    while bpy.ops.llmviz.jump(to="NEXT") == {"FINISHED"}:
        landed.append(film.frame_current)
    assert landed == frames(film, "rest")
    assert landed[0] > 30  # a rest ends a beat, so none stands where the film begins
    assert film.frame_current == landed[-1]


def test_previous_goes_back_the_same_way(film: bpy.types.Scene) -> None:
    film.frame_set(film.frame_end)
    landed = []
    while bpy.ops.llmviz.jump(to="PREVIOUS") == {"FINISHED"}:
        landed.append(film.frame_current)
    assert landed == frames(film, "rest")[::-1]


def test_a_rest_that_was_moved_or_removed_by_the_user_is_followed(film: bpy.types.Scene) -> None:
    first, second, third = [marker for marker in film.timeline_markers if ".1 " in marker.name or "." in marker.name][
        :3
    ]
    first.frame = 33
    film.timeline_markers.remove(second)
    film.frame_set(1)
    bpy.ops.llmviz.jump(to="NEXT")
    assert film.frame_current == 33
    bpy.ops.llmviz.jump(to="NEXT")
    assert film.frame_current == third.frame


def test_a_users_own_marker_is_no_rest(film: bpy.types.Scene) -> None:
    film.timeline_markers.new("my cut", frame=20)
    film.frame_set(10)
    bpy.ops.llmviz.jump(to="NEXT")
    assert film.frame_current in frames(film, "rest")


def test_jump_to_chapter_lands_on_its_marker(film: bpy.types.Scene) -> None:
    film.frame_set(500)
    bpy.ops.llmviz.jump_to_chapter(chapter="layer-norm")
    assert film.frame_current in frames(film, "chapter")


def test_an_unknown_chapter_is_told_with_the_choices(film: bpy.types.Scene) -> None:
    with pytest.raises(RuntimeError, match="Unknown chapter 'mlp'. Choose from layer-norm"):
        bpy.ops.llmviz.jump_to_chapter(chapter="mlp")


def test_without_a_film_the_operators_say_so(sidebar: bpy.types.Scene) -> None:
    with pytest.raises(RuntimeError, match="no film in this scene"):
        bpy.ops.llmviz.jump(to="NEXT")


def test_the_commentary_is_that_of_the_frame(film: bpy.types.Scene) -> None:
    story = read_story(film)
    for said in story.subtitles:
        assert story.commentary(said.start) == said
        assert story.commentary(said.end - 1) == said
    assert story.commentary(film.frame_end) == story.subtitles[-1]
    assert story.commentary(story.subtitles[0].start - 1) is None


def test_commentary_is_broken_into_lines_and_keeps_its_words(film: bpy.types.Scene) -> None:
    text = " ".join(said.text for said in read_story(film).subtitles[:4])
    lines = wrapped(text, bpy.context)
    assert len(lines) > 2
    assert " ".join(lines).split() == text.split()


def test_play_without_a_window_goes_to_the_next_rest_and_at_last_to_the_end(film: bpy.types.Scene) -> None:
    film.frame_set(1)
    landed = []
    for _ in range(len(frames(film, "rest")) + 1):
        bpy.ops.llmviz.play()
        landed.append(film.frame_current)
    assert landed == [*frames(film, "rest"), film.frame_end]


def test_after_a_chapter_jump_the_next_rest_shows_something_new(film: bpy.types.Scene) -> None:
    story = read_story(film)
    for go in (lambda: bpy.ops.llmviz.jump(to="NEXT"), bpy.ops.llmviz.play):
        for chapter in story.chapters:
            bpy.ops.llmviz.jump_to_chapter(chapter=chapter.name)
            said = story.commentary(film.frame_current)
            go()
            assert story.commentary(film.frame_current) != said


def test_a_play_starts_where_the_reading_pause_is_over(film: bpy.types.Scene) -> None:
    story = read_story(film)
    pauses = [(marker.frame, marker.end) for marker in story.markers if marker.kind == "rest"]
    assert all(start < end for start, end in pauses)
    for start, end in pauses:
        for frame, goal in ((start, end), (end - 1, end), (end, end), (end + 1, end + 1)):
            film.frame_set(frame)
            assert after_reading(film, story) == goal
    film.frame_set(1)
    assert after_reading(film, story) == 1
