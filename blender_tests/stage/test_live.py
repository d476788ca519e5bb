"""An open stage shows run after run: what a step leaves is what a build of that run would have made."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import bpy
import numpy as np
import pytest

from blender_tests.stage.meshes import seen
from llmviz_addon.errors import JobError
from llmviz_addon.model.checkpoint import Checkpoint, builtin, weight_shapes
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.run import read
from llmviz_addon.model.sampling import Sampling
from llmviz_addon.model.tokenizers.tokenizer import IdTokenizer
from llmviz_addon.screenplay.open_stage import Moment, opening
from llmviz_addon.stage import live
from llmviz_addon.stage.build import build, clear
from llmviz_addon.stage.materials.theme_file import theme as theme_of
from llmviz_addon.stage.open_state import OURS, read_state
from llmviz_addon.stage.ours import NAME, TAG
from llmviz_addon.stage.story import read_story
from llmviz_addon.stage.values.atlas import FORM, FORMED, atlas


def opened(scene: bpy.types.Scene, tokens: str = "CBABBC", theme: str = "light") -> Moment:
    model = builtin()
    return opened_with(scene, opening(read(model, model.tokenizer.encode(tokens))), theme)


def opened_with(scene: bpy.types.Scene, now: Moment, theme: str = "light") -> Moment:
    for _ in live.open_steps(scene, now, theme_name=theme, own_scene=True):
        pass
    return now


def wordy() -> Checkpoint:
    """A model of a vocabulary too large to be drawn whole."""
    config = GPTConfig(n_layer=1, n_head=2, n_embd=8, block_size=40, vocab_size=2000)
    rng = np.random.default_rng(3)
    weights = {name: rng.normal(0, 0.5, shape).astype(np.float32) for name, shape in weight_shapes(config).items()}
    return Checkpoint("wordy", config, weights, IdTokenizer(config.vocab_size))


def pixels() -> np.ndarray:
    (image,) = [image for image in bpy.data.images if image.get(TAG) == "atlas"]
    found = np.empty(len(image.pixels), np.float32)
    image.pixels.foreach_get(found)
    return found


def props(scene: bpy.types.Scene) -> dict[str, dict[str, object]]:
    """What tells the cells of every grid, by the grid's name."""
    keys = ("llmviz_cells", "llmviz_first", "llmviz_strides", "llmviz_reveal")
    grids = [obj for obj in scene.objects if obj.get(TAG) == "grid"]
    return {obj[NAME]: {key: tuple(np.ravel(obj[key])) for key in keys} | {"at": tuple(obj.location)} for obj in grids}


def meshes(scene: bpy.types.Scene) -> dict[str, np.ndarray]:
    """The points of what is written with the tokens."""
    found = seen(obj for obj in scene.objects if str(obj.get(NAME, "")).startswith("tokens:"))
    return {bpy.data.objects[name][NAME]: points for name, points in found.items()}


@pytest.mark.parametrize("model", ["nano-gpt", "a large vocabulary", "a crowd", "in pools", "folded"])
def test_a_step_leaves_what_a_build_of_that_run_would_make(
    scene: bpy.types.Scene, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    if model == "a crowd":
        monkeypatch.setattr("llmviz_addon.stage.things.ensembles.CROWD", 10)
    if model == "in pools":
        monkeypatch.setattr("llmviz_addon.stage.build.atlas", partial(atlas, budget=6000))
    if model == "folded":
        monkeypatch.setattr("llmviz_addon.stage.values.atlas.FOLDED", 0)
    now = opening(read(builtin(), (2, 1, 0))) if model == "nano-gpt" else opening(read(wordy(), (5, 1999, 7)), 6)
    opened_with(scene, now)
    working = [obj for obj in scene.objects if obj.get(NAME) in now.reveals]
    assert any(obj["llmviz_atlas"][3] < 1 for obj in working) == (model == "in pools")
    now = now.resampled(Sampling(6.0, seed=4)).following().following()
    names = sorted(obj.name for obj in scene.objects)
    live.show(scene, now)
    shown = pixels(), props(scene), meshes(scene)
    assert sorted(obj.name for obj in scene.objects) == names
    clear(scene)
    opened_with(scene, now)
    np.testing.assert_array_equal(shown[0], pixels())
    assert shown[1] == props(scene)
    for name, points in meshes(scene).items():
        np.testing.assert_allclose(shown[2][name], points, atol=1e-6)
    assert set(shown[2]) == {"tokens:input", "tokens:next", "tokens:output", "tokens:candidates"}


def test_values_gains_stay_and_nothing_is_left_over(scene: bpy.types.Scene) -> None:
    now = opened(scene)
    gains = {obj[NAME]: obj["llmviz_atlas"][2] for obj in scene.objects if obj.get(TAG) == "grid"}
    count = [len(getattr(bpy.data, kind)) for kind in ("objects", "meshes", "images", "materials")]
    before = pixels()
    for _ in range(3):
        now = now.following()
        live.show(scene, now)
    assert (pixels() != before).any()
    assert gains == {obj[NAME]: obj["llmviz_atlas"][2] for obj in scene.objects if obj.get(TAG) == "grid"}
    assert [len(getattr(bpy.data, kind)) for kind in ("objects", "meshes", "images", "materials")] == count
    assert bpy.data.images["llmviz values"].packed_file is not None


def test_the_numbers_of_all_cells_are_gathered_once(scene: bpy.types.Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    now = opened(scene).following()
    asked, values = [], Moment.values.fget
    monkeypatch.setattr(Moment, "values", property(lambda self: asked.append(1) or values(self)))
    live.show(scene, now)
    assert len(asked) == 1, "with GPT-2's thousand grids it took a minute to gather them for each"


def test_a_step_given_up_changes_nothing(scene: bpy.types.Scene) -> None:
    now = opened(scene).following()
    before = pixels(), props(scene), live.state_of(scene)
    going = live.show_steps(scene, now)
    while next(going)[0] < 1:
        pass
    going.close()
    np.testing.assert_array_equal(before[0], pixels())
    assert (props(scene), live.state_of(scene)) == before[1:]


def test_another_way_to_choose_changes_the_list_only(scene: bpy.types.Scene) -> None:
    now = opened(scene)
    values, written = pixels(), meshes(scene)
    live.show_candidates(scene, now.resampled(Sampling(7.0, seed=1)))
    np.testing.assert_array_equal(values, pixels())
    after = meshes(scene)
    assert [name for name in after if not np.array_equal(written[name], after[name])] == ["tokens:candidates"]
    state = read_state(scene)
    assert state.sampling == Sampling(7.0, seed=1)
    assert 0.5 < sum(row.share for row in state.candidates) <= 1 + 1e-9
    assert [row.chosen for row in state.candidates].count(True) == 1


def test_another_way_to_choose_makes_and_removes_no_datablock(scene: bpy.types.Scene) -> None:
    """A setting that is dragged and let be with Esc makes no undo step: Blender would not know what was replaced."""
    now = opened(scene)
    kinds = [getattr(bpy.data, kind) for kind in ("objects", "meshes", "images", "materials")]
    before = {block.session_uid for kind in kinds for block in kind}
    for temperature in (7.0, 0.5):
        written = meshes(scene)["tokens:candidates"]
        live.show_candidates(scene, now.resampled(Sampling(temperature, seed=1)))
        assert not np.array_equal(written, meshes(scene)["tokens:candidates"])
        assert {block.session_uid for kind in kinds for block in kind} == before


def test_a_mesh_that_the_user_draws_with_stays_hers(scene: bpy.types.Scene) -> None:
    now = opened(scene)
    ours = bpy.data.objects["tokens:candidates"]
    hers = bpy.data.objects.new("hers", ours.data)
    count = len(hers.data.vertices)
    live.show_candidates(scene, now.resampled(Sampling(7.0, seed=1)))
    assert hers.data != ours.data
    assert len(hers.data.vertices) == count


def test_the_scene_remembers_what_it_shows(scene: bpy.types.Scene, tmp_path: Path) -> None:
    now = opened(scene, theme="dark").following()
    moved = replace(now, run=replace(now.run, model=replace(now.run.model, path="/models/mine")))
    live.show(scene, moved)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "open.blend"))
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "open.blend"))
    scene = bpy.context.scene
    state = live.state_of(scene)
    assert (state.model, state.look, state.columns, state.prompt_length) == ("/models/mine", theme_of("dark"), 11, 6)
    assert (state.tokens, state.text) == ((2, 1, 0, 1, 1, 2, 0), "CBABBCA")
    assert read_story(scene) is None
    live.check_model(state, now.run.model)
    before = pixels()
    live.show(scene, now.following())
    assert (pixels() != before).any()


def test_another_model_is_refused(scene: bpy.types.Scene) -> None:
    model = opened(scene).run.model
    weights = {name: weight + (name == "transformer.ln_f.weight") for name, weight in model.weights.items()}
    with pytest.raises(JobError, match="'other' is not the model that this stage was built with"):
        live.check_model(live.state_of(scene), replace(model, name="other", weights=weights))
    assert isinstance(model, Checkpoint)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"tokens": 3}'])
def test_where_no_stage_is_there_is_nothing_to_go_on_with(scene: bpy.types.Scene, text: str) -> None:
    now = opened(scene)
    scene[OURS] = text
    assert read_state(scene) is None
    with pytest.raises(JobError, match="there is no open stage to go on with"):
        live.show(scene, now.following())


def test_a_stage_of_an_earlier_version_is_refused_by_name(scene: bpy.types.Scene) -> None:
    now = opened(scene)
    grid = next(obj for obj in scene.objects if obj.get("llmviz_reveal") is not None)
    grid["llmviz_reveal"] = 3.0
    before = props(scene)
    with pytest.raises(JobError, match="was built by an earlier llmviz; open it anew"):
        live.show(scene, now.following())
    assert props(scene) == before


@pytest.mark.parametrize(
    ("form", "age"), [(None, "an earlier"), (1, "an earlier"), ("2", "an earlier"), (9, "a later")]
)
def test_where_numbers_lie_in_another_form_the_stage_is_refused(scene, tmp_path: Path, form, age: str) -> None:
    now = opened(scene)
    (image,) = [image for image in bpy.data.images if image.get(TAG) == "atlas"]
    assert image[FORMED] == FORM
    if form is None:  # as in all stages before places were told so; those of what is seen from afar were told otherwise
        del image[FORMED]
        for obj in (obj for obj in scene.objects if obj.get("llmviz_strides") is not None):
            start, folds = divmod(int(obj["llmviz_strides"][3]), 32)
            obj["llmviz_strides"][3] = start * 16 + folds % 16
    else:
        image[FORMED] = form
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "old.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "old.blend"))
    before, numbers = props(bpy.context.scene), pixels()
    with pytest.raises(JobError, match=f"was built by {age} llmviz; open it anew"):
        live.show(bpy.context.scene, now.following())
    assert props(bpy.context.scene) == before
    np.testing.assert_array_equal(pixels(), numbers)


def test_a_saved_stage_is_written_on_in_the_same_form(scene: bpy.types.Scene, tmp_path: Path) -> None:
    now = opened(scene)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "now.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "now.blend"))
    for _ in range(2):
        now = now.following()
        live.show(bpy.context.scene, now)
    (image,) = [image for image in bpy.data.images if image.get(TAG) == "atlas"]
    assert image[FORMED] == FORM


def test_a_film_in_its_place_forgets_the_stage(scene: bpy.types.Scene) -> None:
    now = opened(scene)
    build(scene, now.production((320, 180)), own_scene=True)
    assert read_state(scene) is None


def test_the_camera_goes_where_it_is_sent(scene: bpy.types.Scene) -> None:
    now = opened(scene)
    view = now.view("output", (320, 180))
    live.look(scene, view)
    bpy.context.view_layer.update()
    np.testing.assert_allclose(scene.camera.matrix_world.translation, view.position, atol=1e-3)


def test_what_the_user_took_away_stays_away(scene: bpy.types.Scene) -> None:
    now = opened(scene)
    doomed = [obj for obj in scene.objects if str(obj.get(NAME, "")).startswith("tokens:")]
    bpy.data.batch_remove(doomed)
    live.show(scene, now.following())
    assert live.state_of(scene).text == "CBABBCA"
