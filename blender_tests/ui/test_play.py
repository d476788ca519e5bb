"""Going through the film: jumps land on markers, the commentary is that of the frame."""

from __future__ import annotations

import bpy
import pytest

from llmviz_addon.stage.story import read_story
from llmviz_addon.ui.play import Way, after_reading, chapters, way_back, way_on
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


@pytest.fixture
def two_chapters(sidebar: bpy.types.Scene) -> bpy.types.Scene:
    """A scene with a film of two chapters, the current one."""
    sidebar.llmviz_settings.skipped = sidebar.llmviz_settings.skipped.replace("preliminary ", "")
    bpy.ops.llmviz.build()
    return bpy.context.scene


def test_back_goes_to_the_rest_before_and_at_last_to_the_beginning(film: bpy.types.Scene) -> None:
    film.frame_set(film.frame_end)
    landed = []
    while film.frame_current > film.frame_start:
        bpy.ops.llmviz.play(backwards=True)
        landed.append(film.frame_current)
    assert landed == [*frames(film, "rest")[::-1], film.frame_start]
    assert bpy.ops.llmviz.play(backwards=True) == {"CANCELLED"}
    film.frame_set(film.frame_end)
    assert bpy.ops.llmviz.play() == {"CANCELLED"}


def test_back_leaves_reading_pauses_out(film: bpy.types.Scene) -> None:
    story = read_story(film)
    first, second = [marker for marker in story.markers if marker.kind == "rest"][:2]
    for frame in (second.frame, second.frame + 1, second.end - 1):
        film.frame_set(frame)
        way = way_back(film, story)
        assert (way.start, way.stop, way.goal) == (second.frame, first.end, first.frame)
    film.frame_set(second.end)  # read, and something happens again: back to what was read
    assert way_back(film, story).goal == second.frame


def test_chapters_are_gone_through_both_ways(two_chapters: bpy.types.Scene) -> None:
    film = two_chapters
    starts = chapters(film, read_story(film))
    assert len(starts) == 2
    film.frame_set(film.frame_end)
    landed = []
    while bpy.ops.llmviz.jump(to="PREVIOUS_CHAPTER") == {"FINISHED"}:
        landed.append(film.frame_current)
    assert landed == starts[::-1]
    assert bpy.ops.llmviz.jump(to="NEXT_CHAPTER") == {"FINISHED"}
    assert film.frame_current == starts[1]
    assert bpy.ops.llmviz.jump(to="NEXT_CHAPTER") == {"CANCELLED"}


def test_a_chapter_whose_marker_was_moved_begins_there(two_chapters: bpy.types.Scene) -> None:
    second = chapters(two_chapters, read_story(two_chapters))[1]
    next(marker for marker in two_chapters.timeline_markers if marker.frame == second).frame = second + 40
    two_chapters.frame_set(second + 1)
    bpy.ops.llmviz.jump(to="NEXT_CHAPTER")
    assert two_chapters.frame_current == second + 40


ON = Way("film", start=100, stop=200, goal=200, reach=60, first=1, last=200)
BACK = Way("film", start=100, stop=1, goal=1, reach=60, first=1, last=200)


@pytest.mark.parametrize(
    ("way", "frame", "is_on", "has_arrived"),
    [
        *((ON, 100, True, False), (ON, 199, True, False), (ON, 200, False, True), (ON, 99, False, False)),
        *((ON, 1, False, True), (ON, 60, False, True), (ON, 61, False, False)),  # Blender begins anew
        *((BACK, 100, True, False), (BACK, 2, True, False), (BACK, 1, False, True), (BACK, 101, False, False)),
        *((BACK, 200, False, True), (BACK, 141, False, True), (BACK, 140, False, False)),
    ],
)
def test_a_play_is_on_its_way_has_arrived_or_has_left(way: Way, frame: int, is_on: bool, has_arrived: bool) -> None:
    assert (way.is_on(frame), way.has_arrived(frame) and not way.is_on(frame)) == (is_on, has_arrived)


def test_who_went_elsewhere_is_not_fetched_back() -> None:
    middle = Way("film", start=100, stop=200, goal=200, reach=60, first=1, last=9000)
    assert [frame for frame in range(1, 9001) if middle.has_arrived(frame)] == [*range(200, 261)]
    back = Way("film", start=500, stop=250, goal=200, reach=60, first=1, last=9000)
    assert [frame for frame in range(1, 9001) if back.has_arrived(frame)] == [*range(190, 251)]


def test_a_part_to_be_previewed_is_where_blender_begins_anew(film: bpy.types.Scene) -> None:
    film.use_preview_range = True
    film.frame_preview_start, film.frame_preview_end = 50, 400
    film.frame_set(60)
    way = way_on(film, read_story(film))
    assert (way.first, way.last) == (50, 400)
