"""*Build Again* asks in the window, and refuses from Python, before what she changed on the film's things goes."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import bpy
import pytest

from llmviz_addon.stage.ours import is_ours
from llmviz_addon.stage.rebuild.changes import losses
from llmviz_addon.stage.story import read_story
from llmviz_addon.ui.build import LLMVIZ_OT_build
from llmviz_addon.ui.generate import LLMVIZ_OT_open_stage
from llmviz_addon.ui.her_view import shows_film

LOST = ["'layers.0.ln_1.output': color", "the camera 'llmviz camera': lens"]
QUESTION = "Building again would lose what you changed:\n" + "\n".join(LOST)


def change(scene: bpy.types.Scene) -> None:
    scene.camera.data.lens = 85
    scene.objects["layers.0.ln_1.output"].color = (1, 0, 0, 1)


def asked(operator: type) -> str:
    return operator.question(SimpleNamespace(tokens_lost=operator.tokens_lost), bpy.context)


@pytest.mark.parametrize("again", [bpy.ops.llmviz.build, bpy.ops.llmviz.open_stage])
def test_a_script_needs_to_be_sure(film: bpy.types.Scene, again: Callable[..., set[str]]) -> None:
    change(film)
    for context in ("EXEC_DEFAULT", "INVOKE_DEFAULT"):  # in background nobody can be asked
        with pytest.raises(RuntimeError, match="would lose what you changed: 'layers.*': color; .*sure=True"):
            again(context)
        assert losses(film) == LOST
        assert film.camera.data.lens == 85
    assert again(sure=True) == {"FINISHED"}
    assert losses(film) == []
    assert film.camera.data.lens != 85


def test_the_question_and_the_tooltip_list_what_would_be_lost(film: bpy.types.Scene) -> None:
    assert asked(LLMVIZ_OT_build) == ""
    assert "lens" not in LLMVIZ_OT_build.description(bpy.context, None)
    change(film)
    assert asked(LLMVIZ_OT_build) == QUESTION
    assert asked(LLMVIZ_OT_open_stage).endswith("the film in the scene 'llmviz'.\n" + QUESTION)
    for operator in (LLMVIZ_OT_build, LLMVIZ_OT_open_stage):
        assert operator.description(bpy.context, None).endswith(QUESTION)
        assert operator.description(bpy.context, None).startswith(operator.__doc__.split(".")[0])


def test_playing_and_going_on_writing_change_nothing(film: bpy.types.Scene) -> None:
    for frame in (1, 200, 90):
        film.frame_set(frame)
        assert losses(film) == []
    bpy.ops.llmviz.open_stage()
    assert losses(film) == []
    bpy.ops.llmviz.next_token(count=2)
    assert losses(film) == []
    bpy.ops.llmviz.look_at(place="output")
    assert losses(film) == []
    film.llmviz_generation.greedy = False
    film.llmviz_generation.temperature = 3.0
    assert losses(film) == []
    bpy.ops.llmviz.previous_token()
    assert losses(film) == []


@pytest.mark.parametrize("again", [bpy.ops.llmviz.build, bpy.ops.llmviz.open_stage])
def test_a_cut_to_her_camera_is_no_change_of_the_scene(film: bpy.types.Scene, again: Callable[..., set[str]]) -> None:
    again()
    camera = bpy.data.objects.new("hers", bpy.data.cameras.new("hers"))
    film.collection.objects.link(camera)
    film.timeline_markers.new("hers", frame=100).camera = camera
    film.frame_set(150)
    assert film.camera == camera
    assert losses(film) == []
    film.timeline_markers.remove(film.timeline_markers["hers"])
    assert losses(film) == [f"the scene {film.name!r}: camera"]


def test_her_keys_on_the_camera_survive(film: bpy.types.Scene) -> None:
    for frame in range(30, 42):
        film.camera.rotation_euler.y = 0.01 * frame
        film.camera.keyframe_insert("rotation_euler", index=1, frame=frame)
    for again in (bpy.ops.llmviz.build, bpy.ops.llmviz.build, bpy.ops.llmviz.open_stage):
        assert losses(film) == []
        again()
        film.frame_set(37)
        assert film.camera.rotation_euler.y == pytest.approx(0.37)


@pytest.mark.parametrize("kind", ["NEW", "EMPTY"])
def test_a_scene_with_the_settings_of_ours_stays_hers(film: bpy.types.Scene, kind: str) -> None:
    bpy.ops.scene.new(type=kind)
    hers = bpy.context.window.scene
    for again in (bpy.ops.llmviz.build, bpy.ops.llmviz.open_stage):
        bpy.context.window.scene = hers
        again(sure=True)
        assert bpy.context.window.scene == film
        assert not is_ours(hers)
        assert not shows_film(hers)
        assert read_story(hers) is None


def test_what_she_changed_on_an_open_stage_is_told_after_the_next_token(film: bpy.types.Scene) -> None:
    bpy.ops.llmviz.open_stage()
    film.camera.data.lens = 85
    bpy.ops.llmviz.next_token()
    bpy.ops.llmviz.look_at(place="output")
    assert losses(film) == LOST[1:]


def test_what_is_set_back_is_no_change(film: bpy.types.Scene) -> None:
    before = film.camera.data.lens
    film.camera.data.lens = 85
    assert losses(film) == LOST[1:]
    film.camera.data.lens = before
    assert losses(film) == []
