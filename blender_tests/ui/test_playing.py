"""Going through a film of several chapters with the add-on: only the one that is told is in the view layer."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import bpy
import numpy as np
import pytest

from llmviz_addon.film.painting.signature import signature
from llmviz_addon.stage import idle
from llmviz_addon.stage import playing as stage_playing
from llmviz_addon.stage.compat import IDLE, fcurves
from llmviz_addon.stage.ours import ours
from llmviz_addon.stage.playing import AWAY
from llmviz_addon.stage.story import read_story
from llmviz_addon.ui import playing
from llmviz_addon.ui.preferences import catalogue


@pytest.fixture
def two(sidebar: bpy.types.Scene) -> bpy.types.Scene:
    """A film of two chapters, the current scene."""
    names = [chapter.name for chapter in catalogue().chapters]
    sidebar.llmviz_settings.skipped = " ".join(name for name in names if name not in ("projection", "softmax"))
    bpy.ops.llmviz.build()
    return bpy.context.scene


def away(scene: bpy.types.Scene) -> set[str]:
    """The chapters that are not in the view layer."""
    found, waiting = set(), list(scene.view_layers[0].layer_collection.children)
    while waiting:
        one = waiting.pop()
        waiting += one.children
        found |= {one.name} if one.exclude else set()
    return found


def test_after_build_the_first_chapter_is_there(two: bpy.types.Scene) -> None:
    assert away(two) == {"08 Softmax"}


def test_another_chapter_takes_its_place(two: bpy.types.Scene) -> None:
    first, second = read_story(two).chapters
    two.frame_set(second.start + 60)
    assert away(two) == {"05 Projection"}
    bpy.ops.llmviz.jump_to_chapter(chapter="projection")
    assert away(two) == {"08 Softmax"}
    two.frame_set(first.end + 15)  # on the way from one to the other
    assert not away(two)


def test_all_chapters_are_there_where_a_render_lets_her_work_on(
    two: bpy.types.Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert two.render.use_lock_interface, "as handlers change what is rendered"
    monkeypatch.setattr(stage_playing, "may_change", lambda scene: scene.render.use_lock_interface)  # in a window
    in_thread(playing.go_on, two)
    assert not away(two), "locked, the render has all"
    two.frame_set(two.frame_current)
    assert away(two) == {"08 Softmax"}
    two.render.use_lock_interface = False
    playing.look()
    assert not away(two)
    two.frame_set(two.frame_end)
    assert not away(two)
    monkeypatch.setattr(stage_playing, "_write", None)
    in_thread(playing.go_on, two)  # which changes nothing from there
    assert bpy.context.scene == two
    bpy.ops.llmviz.build()
    assert not two.render.use_lock_interface, "hers"


def in_thread(step: Callable[[bpy.types.Scene], None], scene: bpy.types.Scene) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(step, scene).result()


def test_a_saved_file_has_all_chapters(two: bpy.types.Scene, tmp_path: Path) -> None:
    path = tmp_path / "film.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    assert away(two) == {"08 Softmax"}
    name = two.name
    playing.unregister()
    assert not away(two)
    bpy.ops.wm.open_mainfile(filepath=str(path))
    scene = bpy.data.scenes[name]
    assert not away(scene)
    assert scene.view_layers[0].get(AWAY) is None
    scene.frame_set(read_story(scene).chapters[1].start + 60)
    assert not away(scene)
    playing.register()
    bpy.ops.wm.open_mainfile(filepath=str(path))
    assert away(bpy.data.scenes[name]) == {"08 Softmax"}


def test_what_is_taken_of_a_scene_is_the_whole(two: bpy.types.Scene) -> None:
    second = read_story(two).chapters[1].start + 60
    two.frame_set(second)
    signature(two)  # numbers are written down as Blender has evaluated them once
    told = signature(two)
    two.frame_set(1)
    assert signature(two) == told
    two.frame_set(second)
    assert signature(two) == told
    assert away(two) == {"05 Projection"}
    assert away(two) == {"05 Projection"}


def test_an_undone_step_has_what_its_frame_shows(two: bpy.types.Scene) -> None:
    second = read_story(two).chapters[1]
    if not bpy.ops.ed.undo_push.poll():
        pytest.skip("Blender has no undo here")
    bpy.ops.ed.undo_push(message="first")
    two.frame_set(second.start + 60)
    bpy.ops.ed.undo_push(message="second")
    bpy.ops.ed.undo()
    scene = bpy.context.scene
    assert away(scene) == ({"08 Softmax"} if scene.frame_current < second.start else {"05 Projection"})


def test_nothing_is_changed_while_blender_undoes(two: bpy.types.Scene) -> None:
    second = read_story(two).chapters[1].start + 60
    playing.hold()
    two.frame_set(second)
    assert away(two) == {"08 Softmax"}
    playing.look()
    assert away(two) == {"05 Projection"}
    assert playing.hold in bpy.app.handlers.undo_pre
    assert playing.hold in bpy.app.handlers.redo_pre


def test_the_pictures_are_the_same(two: bpy.types.Scene, tmp_path: Path) -> None:
    two.render.engine, two.cycles.samples = "CYCLES", 1
    two.render.resolution_x, two.render.resolution_y = 160, 90
    two.frame_set(read_story(two).chapters[1].start + 90)
    assert away(two) == {"05 Projection"}
    partial = rendered(two, tmp_path / "partial.png")
    playing.unregister()
    assert not away(two)
    assert np.array_equal(rendered(two, tmp_path / "whole.png"), partial)
    playing.register()


def rendered(scene: bpy.types.Scene, path: Path) -> np.ndarray:
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True, scene=scene.name)
    image = bpy.data.images.load(str(path))
    pixels = np.empty(len(image.pixels), dtype=np.float32)
    image.pixels.foreach_get(pixels)
    return pixels


def test_without_the_add_on_nothing_is_away(two: bpy.types.Scene) -> None:
    playing.unregister()
    assert not away(two)
    assert len(ours(two).folders) > 3
    playing.register()


def are_idle(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """What goes without its keys for the moment."""
    return [obj for obj in scene.objects if IDLE in obj]


def play(scene: bpy.types.Scene, frame: int, count: int = 2) -> None:
    for one in range(frame, frame + count):
        scene.frame_set(one)


def test_hidden_things_are_idle_and_stand_as_if_they_were_not(two: bpy.types.Scene) -> None:
    first, second = read_story(two).chapters
    jumps = [60, 61, 62, 200, 201, 320, 321, 322, 90, first.end - 3, first.end - 2, second.start + 60, 400, 401]
    frames = [*jumps, *range(first.start + 280, first.start + 320, 4), second.start + 200, second.start + 201, 30, 31]
    partial = []
    for frame in frames:
        two.frame_set(frame)
        partial.append(({obj.name: stands(obj) for obj in two.view_layers[0].objects}, len(are_idle(two))))
    assert max(count for _, count in partial) > 200
    playing.unregister()
    assert not are_idle(two)
    for frame, (states, _) in zip(frames, partial, strict=True):
        two.frame_set(frame)
        assert {name: stands(two.objects[name]) for name in states} == states, frame
    playing.register()


def stands(obj: bpy.types.Object) -> list[object]:
    """What keys say of an object, and where it is unless it is hidden."""
    values: list[object] = [obj.hide_render, obj.hide_viewport, *obj.color]
    for curve in fcurves(obj):
        values.append(round(curve.evaluate(bpy.context.scene.frame_current), 4))
    placed = () if obj.hide_render else (round(x, 4) for row in obj.matrix_world for x in row)
    return [*values, *obj.location, *obj.scale, *placed]


def test_most_of_a_stretch_little_is_evaluated(two: bpy.types.Scene) -> None:
    second = read_story(two).chapters[1]
    play(two, (second.start + second.end) // 2, 3)
    there = [obj for obj in two.view_layers[0].objects if obj.animation_data is not None]
    keyed = [obj for obj in there if obj.animation_data.action_slot is not None]
    assert len(keyed) < len(there) / 3
    assert all(obj.hide_viewport and obj.hide_render for obj in are_idle(two))


def test_a_saved_file_has_nothing_idle(two: bpy.types.Scene, tmp_path: Path) -> None:
    play(two, 200)
    assert are_idle(two)
    name, path = two.name, str(tmp_path / "film.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    playing.unregister()
    bpy.ops.wm.open_mainfile(filepath=path)
    assert not are_idle(bpy.data.scenes[name])
    playing.register()


def test_a_file_that_was_saved_behind_our_back_wakes(two: bpy.types.Scene, tmp_path: Path) -> None:
    play(two, 200)
    bpy.app.handlers.save_pre.remove(playing.make_whole)  # as an automatic save does without
    name, path = two.name, str(tmp_path / "film.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.app.handlers.save_pre.append(playing.make_whole)
    bpy.ops.wm.open_mainfile(filepath=path)
    assert not are_idle(bpy.data.scenes[name])


def test_keys_that_an_idle_thing_is_given_stay(two: bpy.types.Scene) -> None:
    play(two, 200)
    obj = next(one for one in are_idle(two) if not one.name.startswith("llmviz"))
    slot, before = obj[IDLE], {(one.data_path, one.array_index) for one in fcurves(obj)}
    obj.keyframe_insert("rotation_euler", frame=300)
    playing.make_whole()
    assert obj.animation_data.action_slot_handle == slot
    after = {(one.data_path, one.array_index) for one in fcurves(obj)}
    assert after == before | {("rotation_euler", index) for index in range(3)}


def test_nothing_is_idle_that_another_scene_shows(two: bpy.types.Scene) -> None:
    other = bpy.data.scenes.new("hers")
    other.collection.objects.link(next(obj for obj in ours(two).objects if obj.type == "MESH"))
    playing.look()
    play(two, 200)
    assert not are_idle(two)


def test_changed_keys_are_heard_of(two: bpy.types.Scene) -> None:
    play(two, 200)
    obj = are_idle(two)[0]
    curve = next(one for one in fcurves(obj) if one.data_path == "hide_viewport")
    curve.keyframe_points.insert(1, 0.0).interpolation = "CONSTANT"
    curve.keyframe_points.insert(5000, 0.0)
    curve.update()
    obj.animation_data.action.update_tag()
    two.view_layers[0].update()
    two.frame_set(203)
    assert IDLE not in obj


def test_an_undone_step_finds_its_keys(two: bpy.types.Scene) -> None:
    if not bpy.ops.ed.undo_push.poll():
        pytest.skip("Blender has no undo here")
    bpy.ops.ed.undo_push(message="first")
    play(two, 200)
    bpy.ops.ed.undo_push(message="second")
    bpy.ops.ed.undo()
    scene = bpy.context.scene
    play(scene, 260)
    assert are_idle(scene)
    playing.make_whole()
    animated = [obj.animation_data for obj in ours(scene).objects if obj.animation_data is not None]
    assert all(data.action_slot is not None for data in animated if data.action is not None)


def test_where_a_stretch_ends(two: bpy.types.Scene) -> None:
    assert idle._stretch(two, 1)[0] <= 1
    for frame in (1, 60, 299, 300, two.frame_end):
        first, last = idle._stretch(two, frame)
        assert first <= frame <= last
        assert last - first <= idle.LONGEST
        assert idle._stretch(two, int(last) + 1)[0] == last + 1
