"""What a director makes of a film is plain Blender data, and hers."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest

from blender_tests.ui.test_panels import shown
from llmviz_addon.stage import compat
from llmviz_addon.stage.ours import TAG, is_ours, ours
from llmviz_addon.stage.rebuild.changes import losses
from llmviz_addon.ui import direct, render
from llmviz_addon.ui.build import LLMVIZ_OT_build, how_long


def place(scene: bpy.types.Scene, frame: int) -> list[float]:
    scene.frame_set(frame)
    return np.array(scene.camera.matrix_world).round(4).tolist()


def test_a_cut_sees_what_is_seen_and_stays(film: bpy.types.Scene) -> None:
    before = place(film, 100)
    assert bpy.ops.llmviz.cut_here() == {"FINISHED"}
    assert film.camera.name == "Cut"
    assert np.allclose(place(film, 100), before, atol=1e-3)
    with pytest.raises(RuntimeError, match="There is a cut at frame 100 already"):
        bpy.ops.llmviz.cut_here()
    assert losses(film) == []
    bpy.ops.llmviz.build()
    assert np.allclose(place(film, 100), before, atol=1e-3)
    assert film.camera.name == "Cut"
    film.frame_set(99)
    assert film.camera.get(TAG) == "camera"


def test_a_copy_of_her_own_is_left_alone_by_all(film: bpy.types.Scene) -> None:
    held = ours(film)
    actions = set(bpy.data.actions)
    assert bpy.ops.llmviz.own_copy() == {"FINISHED"}
    copy = bpy.context.window.scene
    for frame in (1, 500):
        copy.frame_set(frame)
        animated = [obj.animation_data for obj in copy.objects if obj.animation_data and obj.animation_data.action]
        assert len(animated) > 40
        assert all(animation.action_slot for animation in animated)
    own = {animation.action for animation in animated}
    assert own == set(bpy.data.actions) - actions
    assert len(own) == len(actions)
    assert copy != film
    assert len(copy.objects) == len(film.objects)
    assert not is_ours(copy)
    assert not ours(copy).blocks
    assert not [obj for obj in copy.objects if TAG in obj or obj in held.blocks]
    materials = {slot.material for obj in copy.objects for slot in obj.material_slots} - {None}
    assert materials
    assert not materials & {*held.blocks}
    before, names = [place(copy, frame) for frame in (1, 200, 500)], [obj.name for obj in copy.objects]
    letters = written_out(copy)
    copy.llmviz_settings.theme = "dark"
    bpy.ops.llmviz.build()
    assert bpy.context.window.scene == film
    assert [place(copy, frame) for frame in (1, 200, 500)] == before
    assert [obj.name for obj in copy.objects] == names
    bpy.context.window.scene = copy
    assert written_out(copy) == letters, "its letters are its own"


def written_out(scene: bpy.types.Scene) -> dict[str, int]:
    """How many points each thing has with its letters."""
    scene.frame_set(500)
    graph = bpy.context.evaluated_depsgraph_get()
    return {obj.name: len(obj.evaluated_get(graph).data.vertices) for obj in scene.objects if obj.type == "MESH"}


def test_a_copy_of_her_own_is_told_before_it_is_made_and_may_be_given_up(film: bpy.types.Scene) -> None:
    steps = direct.own_copy(film)
    assert next(steps) == (0.0, f"Copying {len(film.objects):,} objects")
    steps.close()
    assert "My llmviz" not in bpy.data.scenes


@pytest.mark.parametrize("theme", ["light", "cinematic"])
def test_a_copy_of_her_own_has_nothing_but_pictures_in_common_with_the_film(film: bpy.types.Scene, theme: str) -> None:
    film.llmviz_settings.theme = theme
    bpy.ops.llmviz.build()
    held = ours(film)
    bpy.ops.llmviz.own_copy()
    copy = bpy.context.window.scene
    uses: dict[bpy.types.ID, set[bpy.types.ID]] = {}
    for block, users in bpy.data.user_map().items():
        for user in users:
            uses.setdefault(user, set()).add(block)
    found: set[bpy.types.ID] = set()
    waiting: list[bpy.types.ID] = [copy]
    while waiting:
        more = uses.get(waiting.pop(), set()) - found
        found |= more
        waiting += more
    common = {block for block in found if block in held.blocks or block in held.collections}
    assert {type(block) for block in common} <= {bpy.types.Image}
    assert not [block for block in found if TAG in block and block not in common]
    assert losses(film) == []


def test_the_video_becomes_a_strip(film: bpy.types.Scene, tmp_path: Path) -> None:
    film.llmviz_settings.folder = str(tmp_path)
    assert not bpy.ops.llmviz.edit_film.poll()
    film.frame_start, film.frame_end = 100, 102
    film.render.resolution_x, film.render.resolution_y = 64, 36
    bpy.ops.llmviz.render_film()
    assert bpy.ops.llmviz.edit_film() == {"FINISHED"}
    scene = bpy.context.window.scene
    (strip,) = scene.sequence_editor.strips
    assert Path(bpy.path.abspath(strip.filepath)) == render.film_path(film)
    assert (scene.frame_end, scene.render.fps, scene.render.resolution_x) == (3, film.render.fps, 64)
    (video,) = (node for node in compat.compositor(scene).nodes if node.bl_idname == "CompositorNodeImage")
    assert (video.image.source, video.frame_duration, video.image.filepath) == ("MOVIE", 3, strip.filepath)
    assert {link.to_node.bl_idname for link in video.outputs[0].links} > {"CompositorNodeViewer"}
    workspaces = set(bpy.data.workspaces)
    assert getattr(bpy.data.workspaces[direct.EDITING], "sequencer_scene", scene) == scene
    bpy.context.window.scene = film
    bpy.ops.llmviz.edit_film()
    assert set(bpy.data.workspaces) == workspaces


def test_focus_and_lamps_are_at_hand(film: bpy.types.Scene) -> None:
    assert shown(direct.LLMVIZ_PT_direct, "prop") == ["use_dof", "focus_distance", "aperture_fstop"]
    film.llmviz_settings.theme = "cinematic"
    bpy.ops.llmviz.build()
    assert shown(direct.LLMVIZ_PT_direct, "prop").count("energy") > 1


def test_it_is_told_how_long_a_build_takes(film: bpy.types.Scene) -> None:
    film.llmviz_settings.seconds = 11.2
    assert "Build Again takes about 12 s, as it did last time" in shown(direct.LLMVIZ_PT_direct, "label")
    told = LLMVIZ_OT_build.description(bpy.context, None)
    assert "It takes about 12 s, as it did last time" in told
    bpy.ops.llmviz.build()
    assert bpy.context.scene.llmviz_settings.seconds > 0
    assert bpy.context.scene.llmviz_settings.seconds != pytest.approx(11.2)
    assert how_long(None) == how_long(bpy.data.scenes.new("hers")) == ""
