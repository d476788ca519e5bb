"""*Build*: the film in a scene of its own, or one clear error and nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import bpy
import pytest

from blender_tests.ui.conftest import everything
from llmviz_addon.stage.ours import NAME, is_ours, ours
from llmviz_addon.stage.story import read_story
from llmviz_addon.ui.build import build_film, same_place
from llmviz_addon.ui.preferences import catalogue


def test_build_makes_a_film_in_a_scene_of_its_own(sidebar: bpy.types.Scene) -> None:
    assert bpy.ops.llmviz.build() == {"FINISHED"}
    scene = bpy.context.window.scene
    assert scene != sidebar
    assert is_ours(scene)
    assert not is_ours(sidebar)
    assert not sidebar.objects
    assert scene.camera is not None
    assert scene.frame_end > 100
    assert [chapter.title for chapter in read_story(scene).chapters]


def test_the_film_is_as_asked_for(sidebar: bpy.types.Scene) -> None:
    settings = sidebar.llmviz_settings
    settings.shape, settings.short_side, settings.fps, settings.pauses = "9:16", "480", 12, False
    settings.theme = "dark"
    bpy.ops.llmviz.build()
    scene = bpy.context.scene
    assert (scene.render.resolution_x, scene.render.resolution_y, scene.render.fps) == (480, 854, 12)
    assert scene.frame_end < 60 * 12
    assert scene.world.color.v < 0.1


def test_a_short_film_is_built(sidebar: bpy.types.Scene) -> None:
    sidebar.llmviz_settings.length, sidebar.llmviz_settings.skipped = "short", ""
    assert bpy.ops.llmviz.build() == {"FINISHED"}
    story = read_story(bpy.context.window.scene)
    assert [chapter.name for chapter in story.chapters] == ["overview", "self-attention", "output"]


def test_the_engine_is_the_one_that_is_named(sidebar: bpy.types.Scene) -> None:
    settings = sidebar.llmviz_settings
    settings.engine = "cycles"
    bpy.ops.llmviz.build()
    scene = bpy.context.scene
    assert scene.render.engine == "CYCLES"
    scene.llmviz_settings.engine = "auto"
    scene.render.engine = "BLENDER_WORKBENCH"
    bpy.ops.llmviz.build()
    assert scene.render.engine == "BLENDER_WORKBENCH"
    scene.llmviz_settings.engine = "cycles"
    bpy.ops.llmviz.build()
    assert scene.render.engine == "CYCLES"


def test_the_settings_come_along_to_the_films_scene(sidebar: bpy.types.Scene) -> None:
    sidebar.llmviz_settings.tokens = "AAB"
    sidebar.llmviz_settings.fps = 12
    bpy.ops.llmviz.build()
    assert bpy.context.scene.llmviz_settings.tokens == "AAB"
    assert bpy.context.scene.llmviz_settings.fps == 12


def test_with_other_tokens_it_stays_at_its_place_with_what_is_selected(film: bpy.types.Scene) -> None:
    def grid(name: str) -> bpy.types.Object:
        return next(obj for obj in ours(film).objects if obj.get(NAME) == name)

    before, names = read_story(film), ("embedding.output", "layers.0.ln_1.mean")
    assert before is not None
    layer = film.view_layers[0]
    for name in names:
        grid(name).select_set(True, view_layer=layer)
    layer.objects.active = grid(names[0])
    frame = before.chapters[0].end - 30
    film.frame_set(frame)
    old, film.llmviz_settings.tokens = grid(names[0]).session_uid, "ABCABC"
    bpy.ops.llmviz.build()
    now = read_story(film)
    assert now is not None
    assert film.frame_current == same_place(frame, before, now) != 1
    assert {obj[NAME] for obj in layer.objects.selected} == set(names)
    assert layer.objects.active == grid(names[0])
    assert grid(names[0]).session_uid != old


def test_building_again_replaces_the_film(film: bpy.types.Scene) -> None:
    before = everything()
    bpy.ops.llmviz.build()
    assert bpy.context.scene == film
    assert everything() == before


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("tokens", "CBX", "'X' in 'CBX' is not in the vocabulary; possible are A, B, C."),
        ("tokens", "A" * 12, "12 tokens are too many: this model takes at most 11."),
        ("tokens", "", "There is no token to run the model on; it takes 1 to 11."),
        (
            "skipped",
            " ".join(chapter.name for chapter in catalogue().chapters),
            "No chapter is ticked. Tick at least one.",
        ),
        ("model", "FILE", "No checkpoint is chosen. Give the path of a file or folder that holds one."),
        ("checkpoint", "/nowhere/model.safetensors", "/nowhere/model.safetensors"),
    ],
)
def test_what_cannot_be_built_is_one_line_and_changes_nothing(
    sidebar: bpy.types.Scene, setting: str, value: str, message: str
) -> None:
    if setting == "checkpoint":
        sidebar.llmviz_settings.model = "FILE"
    setattr(sidebar.llmviz_settings, setting, value)
    before = everything()
    with pytest.raises(RuntimeError) as caught:
        bpy.ops.llmviz.build()
    text = str(caught.value).strip()
    assert message in text
    assert text.startswith("Error: ")
    assert "\n" not in text
    assert everything() == before
    assert bpy.context.scene == sidebar
    assert not is_ours(sidebar)


@pytest.mark.parametrize("done", range(1, 8))
def test_cancelling_leaves_nothing_of_ours(sidebar: bpy.types.Scene, done: int) -> None:
    mesh = bpy.data.meshes.new("llmviz cube")
    sidebar.collection.objects.link(bpy.data.objects.new("mine", mesh))
    sidebar.timeline_markers.new("03 Layer Norm", frame=1)
    before = everything()
    job = build_film(bpy.context)
    for _ in range(done):
        next(job)
    job.close()
    assert everything() == before
    assert bpy.context.scene == sidebar
    assert [marker.name for marker in sidebar.timeline_markers] == ["03 Layer Norm"]


def test_a_build_tells_how_far_it_is(sidebar: bpy.types.Scene) -> None:
    shares, texts = zip(*build_film(bpy.context), strict=True)
    assert list(shares) == sorted(shares)
    assert shares[0] >= 0
    assert shares[-1] <= 1
    assert all(texts)


def test_an_edit_mode_disables_build_and_says_why(sidebar: bpy.types.Scene) -> None:
    thing = bpy.data.objects.new("mine", bpy.data.meshes.new("mine"))
    sidebar.collection.objects.link(thing)
    bpy.context.view_layer.objects.active = thing
    bpy.ops.object.mode_set(mode="EDIT")
    with pytest.raises(RuntimeError, match="Object Mode"):
        bpy.ops.llmviz.build()


def test_a_saved_film_tells_its_story_when_opened_again(film: bpy.types.Scene, tmp_path: Path) -> None:
    story = read_story(film)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "film.blend"))
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "film.blend"))
    assert read_story(bpy.context.scene) == story
    assert bpy.context.scene.llmviz_settings.tokens == "CBABBC"
    bpy.ops.llmviz.jump(to="NEXT")


@pytest.mark.parametrize(
    "spoil", [lambda text: text[:-9], lambda text: "[]", lambda text: text.replace("start", "begin")]
)
def test_a_damaged_story_is_no_story(film: bpy.types.Scene, spoil: Callable[[str], str]) -> None:
    film["llmviz_story"] = spoil(film["llmviz_story"])
    assert read_story(film) is None
