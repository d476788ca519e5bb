"""*Generate*: the open stage from the sidebar, token by token."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import bpy
import pytest

from blender_tests.ui.conftest import everything
from blender_tests.ui.test_panels import draw, shown
from llmviz_addon.model.checkpoint import BUILTINS
from llmviz_addon.model.sampling import Sampling
from llmviz_addon.stage.open_state import OURS, OpenState, read_state
from llmviz_addon.stage.story import read_story
from llmviz_addon.ui import generate, jobs, panels, runs


@pytest.fixture
def stage(sidebar: bpy.types.Scene) -> bpy.types.Scene:
    """A scene with an open stage, the current one."""
    bpy.ops.llmviz.open_stage()
    return bpy.context.window.scene


def state() -> OpenState:
    found = read_state(bpy.context.window.scene)
    assert found is not None
    return found


def test_a_stage_opens_in_a_scene_of_its_own_with_room(sidebar: bpy.types.Scene) -> None:
    sidebar.llmviz_settings.tokens = "CBA"
    sidebar.llmviz_generation.room = 4
    sidebar.llmviz_generation.greedy = False
    assert bpy.ops.llmviz.open_stage() == {"FINISHED"}
    scene = bpy.context.window.scene
    assert scene != sidebar
    assert not sidebar.objects
    assert (state().text, state().columns, state().model) == ("CBA", 7, "nano-gpt")
    assert state().sampling == Sampling(1.0)
    assert scene.llmviz_generation.room == 4
    assert not scene.llmviz_generation.greedy


def test_next_and_back(stage: bpy.types.Scene) -> None:
    for text in ("CBABBCA", "CBABBCAB"):
        assert bpy.ops.llmviz.next_token() == {"FINISHED"}
        assert state().text == text
    bpy.ops.llmviz.previous_token()
    assert state().text == "CBABBCA"
    bpy.ops.llmviz.next_token(count=4)
    assert state().text == "CBABBCABBBC"
    with pytest.raises(RuntimeError, match="All 11 columns are filled"):
        bpy.ops.llmviz.next_token()


def test_other_tokens_are_read_on_the_stage_that_is_there(stage: bpy.types.Scene) -> None:
    bpy.ops.llmviz.next_token(count=2)
    assert "llmviz.show_tokens" not in shown(panels.LLMVIZ_PT_generate, "operator")
    before = everything()
    stage.llmviz_settings.tokens = "AACBABC"
    assert "llmviz.show_tokens" in shown(panels.LLMVIZ_PT_generate, "operator")
    assert bpy.ops.llmviz.show_tokens() == {"FINISHED"}
    assert everything() == before
    assert (state().text, state().prompt_length, state().columns) == ("AACBABC", 7, 11)
    shown_now = state().candidates
    bpy.ops.llmviz.open_stage()  # anew, of the same tokens
    assert state().candidates == shown_now


def test_more_tokens_than_the_stage_has_room_for_change_nothing(sidebar: bpy.types.Scene) -> None:
    sidebar.llmviz_settings.tokens, sidebar.llmviz_generation.room = "CBA", 2
    bpy.ops.llmviz.open_stage()
    stage, before = bpy.context.window.scene, everything()
    stage.llmviz_settings.tokens = "CBABBC"
    with pytest.raises(RuntimeError, match="6 tokens need as many columns; this stage has 5"):
        bpy.ops.llmviz.show_tokens()
    assert (everything(), state().text) == (before, "CBA")


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_next_tokens_given_up_leave_the_stage_as_it_was(stage: bpy.types.Scene, steps: int) -> None:
    before = everything(), state()
    going = generate.next_tokens(stage, 3)
    for _ in range(steps):
        next(going)
    going.close()
    assert (everything(), state()) == before


@pytest.mark.parametrize("steps", range(1, 8))
def test_back_given_up_leaves_the_stage_as_it_was(stage: bpy.types.Scene, steps: int) -> None:
    bpy.ops.llmviz.next_token()
    runs._recent.clear()
    before = everything(), state()
    going = generate.previous_token(stage)
    for _ in range(steps):
        next(going)
    going.close()
    assert (everything(), state()) == before


def test_a_setting_may_wait_for_a_run_that_is_not_kept(stage: bpy.types.Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    assert runs.is_kept(stage, state())
    runs._recent.clear()
    assert not runs.is_kept(stage, state())
    going = generate.candidates(stage.name)
    next(going)
    monkeypatch.setattr(generate, "problem", lambda state: "A job is under way")
    stage.llmviz_generation.greedy, stage.llmviz_generation.seed = False, 3  # dragged meanwhile
    assert state().sampling == Sampling()
    list(going)
    assert state().sampling == generate.sampling(stage.llmviz_generation)
    assert runs.is_kept(stage, state())


def test_more_room_is_offered_where_the_model_has_some(sidebar: bpy.types.Scene) -> None:
    for room, hint in ((1, "with more room"), (5, "takes no more tokens")):
        bpy.context.scene.llmviz_generation.room = room
        bpy.ops.llmviz.open_stage()
        bpy.ops.llmviz.next_token(count=room)
        with pytest.raises(RuntimeError, match=hint):
            bpy.ops.llmviz.next_token()


@pytest.mark.parametrize("name", BUILTINS)
def test_a_stage_of_a_model_that_comes_along_goes_on(sidebar: bpy.types.Scene, name: str) -> None:
    sidebar.llmviz_settings.model = name
    bpy.ops.llmviz.open_stage()
    assert state().model == name
    bpy.ops.llmviz.next_token(count=2)
    assert len(state().tokens) == state().prompt_length + 2


def test_a_stage_of_an_earlier_version_is_of_nano_gpt(stage: bpy.types.Scene) -> None:
    stage[OURS] = stage[OURS].replace('"model": "nano-gpt"', '"model": ""')
    assert state().model == ""
    bpy.ops.llmviz.next_token()
    assert state().model == "nano-gpt"


def test_back_stops_at_the_prompt(stage: bpy.types.Scene) -> None:
    with pytest.raises(RuntimeError, match="Only the prompt is left"):
        bpy.ops.llmviz.previous_token()


def test_more_tokens_than_there_is_room_for_change_nothing(stage: bpy.types.Scene) -> None:
    before = state()
    with pytest.raises(RuntimeError, match="All 11 columns of the stage are filled"):
        bpy.ops.llmviz.next_token(count=6)
    assert state() == before


def test_settings_show_at_once_what_they_would_draw(stage: bpy.types.Scene) -> None:
    generation = stage.llmviz_generation
    generation.greedy, generation.temperature, generation.top_k, generation.seed = False, 8.0, 2, 3
    assert state().sampling == Sampling(8.0, 2, None, 3)
    assert [row.rank for row in state().candidates] == [1, 2]
    generation.top_p = 0.5
    assert state().sampling.top_p == 0.5
    assert len(state().candidates) == 1
    chosen = next(row.text for row in state().candidates if row.chosen)
    bpy.ops.llmviz.next_token()
    assert state().text == "CBABBC" + chosen


def test_settings_of_a_stage_whose_collection_was_deleted_are_only_noted(stage, capfd: pytest.CaptureFixture) -> None:
    bpy.data.collections.remove(stage.collection.children[0])
    assert read_state(stage) is not None
    stage.llmviz_generation.greedy = False
    assert not stage.llmviz_generation.greedy
    assert "Traceback" not in capfd.readouterr().err


def test_the_same_seed_draws_the_same_after_going_back(stage: bpy.types.Scene) -> None:
    generation = stage.llmviz_generation
    generation.greedy, generation.temperature, generation.seed = False, 20.0, 6
    bpy.ops.llmviz.next_token(count=5)
    text = state().text
    for _ in range(5):
        bpy.ops.llmviz.previous_token()
    runs._recent.clear()
    for _ in range(5):
        bpy.ops.llmviz.next_token()
    assert state().text == text


def test_without_a_stage_there_is_a_reason_and_a_button(sidebar: bpy.types.Scene) -> None:
    assert shown(panels.LLMVIZ_PT_generate, "operator") == ["llmviz.open_stage"]
    assert "There is no open stage in this scene" in " ".join(shown(panels.LLMVIZ_PT_generate, "label"))
    for name in ("next_token", "previous_token", "look_at"):
        with pytest.raises(RuntimeError, match="There is no open stage in this scene"):
            getattr(bpy.ops.llmviz, name)()


def test_the_panel_shows_text_candidates_and_every_setting(stage: bpy.types.Scene) -> None:
    bpy.ops.llmviz.next_token()
    panel = panels.LLMVIZ_PT_generate
    labels = " ".join(shown(panel, "label"))
    assert "CBABBCA 7 of 11 columns are filled" in labels
    assert "Next token, greedy" in labels
    assert shown(panel, "progress") == ["B   99.999 %", "A   0.001 %", "C   < 0.001 %"]
    assert set(shown(panel, "prop")) == set(stage.llmviz_generation.bl_rna.properties.keys()) - {"rna_type", "name"}
    assert "llmviz.look_at" in shown(panel, "operator")


def test_film_and_stage_take_each_others_place(film: bpy.types.Scene) -> None:
    bpy.ops.llmviz.open_stage()
    assert bpy.context.window.scene == film
    assert read_story(film) is None
    assert state().text == "CBABBC"
    before = everything()
    bpy.ops.llmviz.open_stage()
    assert everything() == before
    bpy.ops.llmviz.build()
    assert read_state(film) is None
    assert read_story(film) is not None


@pytest.mark.parametrize("done", range(1, 6))
def test_cancelling_leaves_nothing_of_ours(sidebar: bpy.types.Scene, done: int) -> None:
    before = everything()
    job = generate.open_stage(bpy.context)
    for _ in range(done):
        next(job)
    job.close()
    assert everything() == before


def test_a_model_that_is_gone_is_told(sidebar: bpy.types.Scene, tmp_path: Path) -> None:
    path = shutil.copy(BUILTINS["nano-gpt"].file, tmp_path / "mine.safetensors")
    sidebar.llmviz_settings.model, sidebar.llmviz_settings.checkpoint = "FILE", str(path)
    bpy.ops.llmviz.open_stage()
    assert state().model == str(path)
    bpy.ops.llmviz.next_token()
    Path(path).unlink()
    runs._recent.clear()
    with pytest.raises(RuntimeError, match="is no longer at"):
        bpy.ops.llmviz.next_token()
    bpy.context.window.scene.llmviz_generation.greedy = False  # nothing happens to the list
    assert state().sampling == Sampling()
    assert "is no longer at" in " ".join(shown(panels.LLMVIZ_PT_generate, "label"))


def test_a_job_holds_the_stage(stage: bpy.types.Scene) -> None:
    jobs._running.append(jobs.Running("Build", True))
    try:
        drawn = draw(panels.LLMVIZ_PT_generate).drawn
        assert not any(layout.usable for kind, _, layout in drawn if kind in ("operator", "prop"))
        with pytest.raises(RuntimeError, match="Build is under way"):
            bpy.ops.llmviz.next_token()
    finally:
        jobs._running.clear()


def test_looking_at_a_place_moves_the_camera(stage: bpy.types.Scene) -> None:
    places = set()
    for place in ("whole", "input", "output"):
        bpy.ops.llmviz.look_at(place=place)
        bpy.context.view_layer.update()
        places.add(tuple(round(x, 2) for x in stage.camera.matrix_world.translation))
    assert len(places) == 3


def test_a_still_of_an_open_stage(stage: bpy.types.Scene, tmp_path: Path) -> None:
    settings = stage.llmviz_settings
    settings.folder, settings.engine = str(tmp_path), "cycles"
    stage.render.resolution_x, stage.render.resolution_y = 64, 36
    assert shown(panels.LLMVIZ_PT_render, "operator") == ["llmviz.render_still"]
    bpy.ops.llmviz.render_still()
    assert [path.name for path in tmp_path.iterdir()] == ["stage-0006.png"]
    with pytest.raises(RuntimeError, match="There is no film in this scene"):
        bpy.ops.llmviz.render_film()


def test_what_would_be_lost_is_asked_for(film: bpy.types.Scene) -> None:
    opening, building = (getattr(bpy.types, f"LLMVIZ_OT_{name}") for name in ("open_stage", "build"))

    def asked(operator: type) -> str:
        return operator.question(SimpleNamespace(tokens_lost=operator.tokens_lost), bpy.context)

    assert asked(opening) == "The open stage takes the place of the film in the scene 'llmviz'."
    assert asked(building) == ""
    bpy.ops.llmviz.open_stage()
    assert (asked(opening), asked(building)) == ("", "")
    bpy.ops.llmviz.next_token(count=2)
    for operator in (opening, building):
        assert "on which the model has written 2 tokens" in asked(operator)
    bpy.ops.llmviz.previous_token()
    bpy.context.window.scene = next(scene for scene in bpy.data.scenes if scene != film)
    assert "has written 1 token." in asked(building)
