"""Where things lie in the outliner, and that only the chapter that is told is in the view layer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import bpy
import pytest

from blender_tests.stage.conftest import track
from llmviz_addon.layout.grid import Section
from llmviz_addon.model.checkpoints import builtin
from llmviz_addon.model.run import run
from llmviz_addon.screenplay.production import prepare
from llmviz_addon.screenplay.score.timeline import ChapterSpan
from llmviz_addon.stage.build import build, clear
from llmviz_addon.stage.ours import NAME, TAG, find_collection, ours
from llmviz_addon.stage.playing import AWAY, everything, hidden_away, look_again, only_playing, whole
from llmviz_addon.stage.things.grids import WORDS

FRAMES = (-5, 0, 1, 2, 5, 8, 9, 10, 11, 12, 13, 14, 15, 18, 21, 22, 40)


@pytest.fixture
def chapters(production):
    """Two chapters, from 1 to 10 and from 12 to 21; the words are the first one's, the column the second one's."""
    timeline = production.timeline
    spans = (
        ChapterSpan("first", 3, "First Words", "", 1, 10),
        ChapterSpan("second", 4, "A Column", "", 12, 21),
    )
    tracks = [one for one in timeline.tracks if one.channel.actor not in ("say", "column")]
    tracks += [
        track("say", "opacity", (1, 1.0), (10, 1.0), (11, 0.0)),
        track("column", "opacity", (1, 0.0), (12, 0.0), (13, 1.0)),
    ]
    made_by = {"say": (0,), "column": (1,)}
    return replace(production, timeline=replace(timeline, chapters=spans, tracks=tuple(tracks), made_by=made_by))


@pytest.fixture
def film(scene, chapters) -> bpy.types.Scene:
    look_again()
    build(scene, chapters, own_scene=True)
    return scene


def find(scene: bpy.types.Scene, name: str) -> bpy.types.Object:
    (found,) = (obj for obj in ours(scene).objects if obj.get(NAME) == name)
    return found


def folder(scene: bpy.types.Scene, name: str) -> bpy.types.Collection:
    (found,) = (one for one in ours(scene).folders if one.get(NAME) == name)
    return found


def place(scene: bpy.types.Scene, name: str) -> bpy.types.LayerCollection:
    found = scene.view_layers[0].layer_collection
    for one in (find_collection(scene).name, "Chapters", name):
        found = found.children[one]
    return found


def seen(scene: bpy.types.Scene) -> set[str]:
    objects = bpy.context.evaluated_depsgraph_get().objects
    return {obj.name for obj in objects if not obj.hide_viewport and not obj.hide_render and obj.color[3] > 0}


def go(scene: bpy.types.Scene, frame: int) -> None:
    scene.frame_current = frame
    only_playing(scene)
    scene.frame_set(frame)


def tree(collection: bpy.types.Collection) -> dict:
    return {child.name: tree(child) for child in collection.children}


def test_the_models_things_lie_by_section(scene, production):
    head = production.layout.grids[2]
    within = Section("layers.0.attn", "Self-attention", (head,))
    layer = Section("layers.0", "Layer 0", production.layout.grids[1:], children=(within,))
    layout = replace(production.layout, sections=(layer,))
    build(scene, replace(production, layout=layout))
    assert tree(find_collection(scene)) == {"Model": {"Layer 0": {"Self-attention (Layer 0)": {}}}}
    (lying,) = find(scene, "scores").users_collection
    assert lying.name == "Self-attention (Layer 0)"
    assert find(scene, "input>scores").users_collection == (lying,)  # a ribbon with what it leads to
    assert [one.name for one in find(scene, "input").users_collection] == ["Model"]


def test_of_a_whole_model_each_head_has_its_collection(scene):
    prepared = prepare(run(builtin(), (0, 1, 2)), ["layer-norm"], pace=None)
    build(scene, prepared)
    folders = ours(scene).folders
    heads = [one for one in folders if one.name.startswith("Head ")]
    assert len(heads) == builtin().config.n_layer * builtin().config.n_head
    assert {obj[NAME] for obj in heads[0].objects} >= {"layers.0.attn.heads.0.q", "layers.0.attn.heads.0.v"}
    assert len({one.name for one in folders}) == len(folders)
    assert not [one.name for one in folders if one.name[-4:-3] == "."]
    assert "03 Layer Norm" in {one.name for one in folders}


def test_a_chapters_own_lie_in_its_collection(film):
    assert tree(find_collection(film)) == {"Model": {}, "Chapters": {"03 First Words": {}, "04 A Column": {}}}
    assert [one.name for one in find(film, "say").users_collection] == ["03 First Words"]
    assert [one.name for one in find(film, "column").users_collection] == ["04 A Column"]


def test_what_is_seen_is_the_same_with_only_the_chapter_that_is_told(film):
    all_there = {}
    for frame in FRAMES:
        film.frame_set(frame)
        all_there[frame] = seen(film)
    away = []
    for frame in (*FRAMES, *FRAMES[::-1], *FRAMES[::3]):
        go(film, frame)
        assert seen(film) == all_there[frame]
        away.append((place(film, "03 First Words").exclude, place(film, "04 A Column").exclude))
    assert {(True, False), (False, True)} <= set(away)


def test_what_is_excluded_is_not_evaluated(film):
    go(film, 3)
    assert find(film, "column") not in film.view_layers[0].objects.values()
    go(film, 20)
    assert find(film, "column") in film.view_layers[0].objects.values()


def test_what_she_hid_and_excluded_stays(film, chapters):
    go(film, 3)
    find(film, "say").hide_set(True)
    go(film, 20)
    assert hidden_away(film.view_layers[0]) == {find(film, "say")}
    go(film, 3)
    assert find(film, "say").hide_get()
    place(film, "03 First Words").exclude = True
    for frame in (20, 3, 20):
        go(film, frame)
        assert place(film, "03 First Words").exclude
    everything(film)
    assert place(film, "03 First Words").exclude
    assert not place(film, "04 A Column").exclude
    assert film.view_layers[0].get(AWAY) is None


def test_if_she_excludes_all_chapters_none_comes_back_by_itself(film):
    go(film, 3)
    chapters = film.view_layers[0].layer_collection.children[0].children["Chapters"]
    chapters.exclude = True
    for frame in (20, 3, 20):
        go(film, frame)
        assert not {"say", "column"} & {obj.name for obj in film.view_layers[0].objects}
    chapters.exclude = False
    go(film, 20)
    assert {"column"} == {"say", "column"} & {obj.name for obj in film.view_layers[0].objects}


def test_with_something_of_hers_a_chapters_collection_stays(film):
    hers = bpy.data.objects.new("hers", None)
    folder(film, "first").objects.link(hers)
    go(film, 20)
    assert hers in film.view_layers[0].objects.values()


def test_keys_that_she_changes_are_looked_at(film):
    say = find(film, "say")
    say.animation_data_clear()
    say.hide_render = say.hide_viewport = False
    go(film, 20)
    assert say in film.view_layers[0].objects.values()


def test_a_whole_scene_for_a_while(film):
    go(film, 3)
    with whole(film):
        go(film, 20)
        go(film, 3)
        assert not place(film, "04 A Column").exclude
    assert place(film, "04 A Column").exclude


def test_building_again_keeps_how_she_set_our_collections_up(film, chapters):
    go(film, 20)
    home = film.view_layers[0].layer_collection.children[find_collection(film).name]
    home.children["Model"].exclude = True
    home.children["Chapters"].children["04 A Column"].hide_viewport = True
    folder(film, "first").color_tag = "COLOR_03"
    folder(film, "first").hide_render = True
    folder(film, "second").name = "mine"
    build(film, chapters, own_scene=True)
    home = film.view_layers[0].layer_collection.children[find_collection(film).name]
    assert home.children["Model"].exclude
    assert home.children["Chapters"].children["mine"].hide_viewport
    assert not home.children["Chapters"].children["03 First Words"].exclude
    assert folder(film, "first").color_tag == "COLOR_03"
    assert folder(film, "first").hide_render
    assert [one.name for one in ours(film).folders] == ["Model", "Chapters", "03 First Words", "mine"]


def test_building_again_keeps_what_she_hid_in_a_chapter_that_is_not_told(film, chapters):
    go(film, 3)
    find(film, "say").hide_set(True)
    go(film, 20)
    build(film, chapters, own_scene=True)
    assert find(film, "say").hide_get()


def test_building_again_keeps_what_she_dragged(film, chapters):
    mean = find(film, "mean")
    mean.users_collection[0].objects.unlink(mean)
    folder(film, "second").objects.link(mean)
    hers, inner = bpy.data.objects.new("hers", None), bpy.data.collections.new("inner")
    folder(film, "second").objects.link(hers)
    folder(film, "first").children.link(inner)
    build(film, chapters, own_scene=True)
    assert find(film, "mean").users_collection == (folder(film, "second"),)
    assert hers.users_collection == (folder(film, "second"),)
    assert folder(film, "first").children[:] == [inner]


def test_an_instance_of_a_folder_shows_the_new_one(film, chapters):
    instance = bpy.data.objects.new("instance", None)
    instance.instance_type, instance.instance_collection = "COLLECTION", folder(film, "second")
    film.collection.objects.link(instance)
    build(film, chapters, own_scene=True)
    assert instance.instance_collection == folder(film, "second")


def test_no_folder_is_left_when_the_film_goes(film):
    hers = bpy.data.objects.new("hers", None)
    folder(film, "second").objects.link(hers)
    go(film, 3)
    clear(film)
    assert hers.users_collection == (film.collection,)
    assert not [one for one in bpy.data.collections if one.get(TAG) is not None]


def test_a_file_that_was_saved_has_what_is_away_written_down(film, tmp_path: Path):
    go(film, 3)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "film.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "film.blend"))
    scene = next(scene for scene in bpy.data.scenes if ours(scene).blocks)
    assert place(scene, "04 A Column").exclude
    everything(scene)
    assert not place(scene, "04 A Column").exclude


def test_a_grid_says_in_words_what_it_is(scene):
    build(scene, prepare(run(builtin(), (0, 1, 2)), ["layer-norm"], pace=None))
    scores = find(scene, "layers.0.attn.heads.2.scores")
    assert [scores[name] for name in WORDS] == ["Attention matrix", "T 3 × T 3", "Q vectors, K vectors"]
    weight = find(scene, "layers.0.attn.heads.2.q_weight")
    assert weight["made from"] == "nothing: it is learned"
    assert weight["shape"] == "A 16 × C 48"
