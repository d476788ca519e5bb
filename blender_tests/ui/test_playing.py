"""Going through a film of several chapters with the add-on: only the one that is told is in the view layer."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import bpy
import numpy as np
import pytest

from llmviz_addon.film.painting.signature import signature
from llmviz_addon.stage import playing as stage_playing
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
