"""A film that is told again in place is the one that a build would make, and what it does not change is not touched."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import bpy
import pytest

from llmviz_addon import api
from llmviz_addon.film.made import Stage
from llmviz_addon.screenplay.production import Set
from llmviz_addon.screenplay.retold import Retold
from llmviz_addon.stage.compat import fcurves
from llmviz_addon.stage.ours import KINDS, ours
from llmviz_addon.stage.rebuild.changes import ChangesError, losses
from llmviz_addon.stage.rebuild.snapshot import snapshot
from llmviz_addon.stage.things import ensembles
from llmviz_addon.stage.values.atlas import atlas, plan_of

RUN = api.run()
CHAPTERS = ["layer-norm", "mine"]
CHAPTER = """
title = "Mine"
part = "Own"

def play(film):
    film.open_on(film.layout.ln_f)
    with film.beat("one"):
        film.say("{words}")
        {more}
        film.wait({seconds})
"""


class Writer:
    """Writes a chapter before or after Layer Norm, and films of both."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.retold: Retold[Set] = Retold()
        self.name = "50_mine.py"

    def write(self, words: str = "Some words.", seconds: float = 2, more: str = "") -> None:
        text = CHAPTER.format(words=words, seconds=seconds, more=more or "pass")
        (self.folder / self.name).write_text(text, encoding="utf-8")

    def build(self, in_place: bool = True, **how: Any) -> Stage:
        folders = [self.folder]
        return api.build(RUN, CHAPTERS, walkthroughs=folders, retold=self.retold, in_place=in_place, pace=None, **how)


@pytest.fixture
def writer(scene: bpy.types.Scene, tmp_path: Path) -> Writer:
    writer = Writer(tmp_path)
    writer.write()
    return writer


def kind_and_name(block: bpy.types.ID) -> str:
    return f"{type(block).__name__} {block.name}"


def state(scene: bpy.types.Scene) -> dict[str, object]:
    """All that is set on things of a scene, and what is in the file."""
    found: dict[str, object] = {}
    for obj in scene.objects:
        found[obj.name] = snapshot(obj, kind_and_name)
        found[f"{obj.name} is in"] = sorted(folder.name for folder in obj.users_collection)
        found[f"{obj.name} is"] = snapshot(obj.data, kind_and_name) if obj.data is not None else None
    for kind in (*KINDS, "collections"):
        found[f"all {kind}"] = sorted(block.name for block in getattr(bpy.data, kind))
    found["slots"] = sorted(slot.identifier for action in bpy.data.actions for slot in action.slots)
    found["markers"] = sorted((marker.name, marker.frame) for marker in scene.timeline_markers)
    found["frames"] = scene.frame_end, scene["llmviz_story"], scene["llmviz_shown"]
    found["how many"] = len(ours(scene).blocks)
    return found


def same(writer: Writer, **how: Any) -> bool:
    """Whether what stands is what a build makes now; it is built."""
    stage = writer.build(**how)
    told = state(stage.scene)
    assert losses(stage.scene) == []
    built = state(writer.build(in_place=False, **how).scene)
    assert {name: (told.get(name), one) for name, one in built.items() if told.get(name) != one} == {}
    return told.keys() == built.keys()


def numbers(scene: bpy.types.Scene) -> dict[str, int]:
    return {obj.name: obj.session_uid for obj in scene.objects}


LIGHT = "film.light(film.layout.ln_f)"


@pytest.mark.parametrize("name", ["50_mine.py", "01_mine.py"])
@pytest.mark.parametrize("change", [{"words": "Other words."}, {"seconds": 5}, {"more": LIGHT}, {}])
def test_it_is_the_film_that_a_build_makes(writer: Writer, name: str, change: dict[str, Any]) -> None:
    (writer.folder / writer.name).unlink()
    writer.name = name
    writer.write()
    scene = writer.build().scene
    scene.frame_set(90)
    writer.write(**change)
    assert same(writer)


@pytest.mark.parametrize("change", [{"words": "Other words."}, {"seconds": 5}])
def test_where_things_are_lit_floor_lens_and_lamps_follow(writer: Writer, change: dict[str, Any]) -> None:
    (writer.folder / writer.name).unlink()
    writer.name = "01_mine.py"
    writer.write()
    scene = writer.build(theme="cinematic").scene
    before = numbers(scene)
    writer.write(**change)
    writer.build(theme="cinematic")
    kept = [name for name, number in numbers(scene).items() if before.get(name) == number]
    assert len(kept) > 0.9 * len(before)
    assert same(writer, theme="cinematic")


@pytest.mark.parametrize("change", [{"words": "Other words."}, {"seconds": 5}, {"more": LIGHT}])
def test_of_a_large_model_too(writer: Writer, change: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose grids are merged, and kept as pools where they are not seen from near."""
    budget = 60_000
    monkeypatch.setattr(ensembles, "CROWD", 0)
    monkeypatch.setattr("llmviz_addon.stage.build.atlas", partial(atlas, budget=budget))
    monkeypatch.setattr("llmviz_addon.stage.rebuild.difference.plan_of", partial(plan_of, budget=budget))
    scene = writer.build().scene
    merged = [obj for obj in scene.objects if obj.get("llmviz") == "grids"]
    assert merged
    assert any(one.color[3] > 2 for obj in merged for one in obj.data.attributes["atlas"].data)
    before = numbers(scene)
    writer.write(**change)
    writer.build()
    kept = [name for name, number in numbers(scene).items() if before.get(name) == number]
    assert (len(kept) > 0.9 * len(before)) == ("more" not in change)
    assert same(writer)


def test_where_the_camera_comes_near_other_rows_of_a_large_model_it_is_built(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    budget = 60_000
    monkeypatch.setattr("llmviz_addon.stage.build.atlas", partial(atlas, budget=budget))
    monkeypatch.setattr("llmviz_addon.stage.rebuild.difference.plan_of", partial(plan_of, budget=budget))
    scene = writer.build().scene
    before = numbers(scene)
    file = writer.folder / writer.name
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("film.layout.ln_f)", "film.layout.layers[1].mlp.fc_weight, zoom=4)"), encoding="utf-8")
    writer.build()
    assert set(before.values()).isdisjoint(numbers(scene).values())


def test_what_is_the_same_is_not_touched(writer: Writer) -> None:
    scene = writer.build().scene
    before, actions = numbers(scene), len(bpy.data.actions)
    for words in ("Other words.", "Others again.", "And others."):
        writer.write(words)
        writer.build()
    after = numbers(scene)
    others = {name for name in before if before[name] != after.get(name)}
    assert others == {"mine:say:one:1"}
    assert len(bpy.data.actions) == actions


def test_her_changes_stay_where_nothing_is_made_anew(writer: Writer) -> None:
    scene = writer.build().scene
    obj = scene.objects["embedding.output"]
    obj.hide_select, obj.name = True, "Hers"
    writer.write(seconds=4)
    writer.build()
    assert scene.objects["Hers"].hide_select
    assert losses(scene) == []  # both may stay
    scene.objects["mine:say:one:1"].hide_select = True
    scene.objects["mine:say:one:1"].location.x += 1
    writer.write("Other words.")
    with pytest.raises(ChangesError, match="mine:say:one:1"):
        writer.build()
    writer.build(sure=True)
    assert scene.objects["mine:say:one:1"].location.x == pytest.approx(0, abs=0.5)


def test_keys_of_ours_that_she_changed_are_asked_for(writer: Writer) -> None:
    (writer.folder / writer.name).unlink()
    writer.name = "01_mine.py"
    writer.write()
    scene = writer.build().scene
    curve = fcurves(scene.camera.parent)[0]
    curve.keyframe_points[0].co.y += 1
    writer.write(seconds=5)
    before = state(scene)
    with pytest.raises(ChangesError, match="keys of 1 curve"):
        writer.build()
    assert state(scene) == before
    writer.build(sure=True)
    assert losses(scene) == []


def test_what_points_at_a_thing_points_at_its_successor(writer: Writer) -> None:
    scene = writer.build().scene
    hers = bpy.data.objects.new("hers", None)
    scene.collection.objects.link(hers)
    hers.parent = scene.objects["mine:say:one:1"]
    writer.write("Other words.")
    writer.build()
    assert hers.parent == scene.objects["mine:say:one:1"]


def test_given_up_it_leaves_all_as_it_was(writer: Writer) -> None:
    scene = writer.build().scene
    before = state(scene)
    writer.write("Other words.", more=LIGHT)
    steps = api.build_steps(RUN, CHAPTERS, walkthroughs=[writer.folder], retold=writer.retold, in_place=True, pace=None)
    while next(steps)[1] != "Putting it in place":
        assert scene == bpy.data.scenes[scene.name]
    steps.close()
    assert state(scene) == before
    assert same(writer)


@pytest.mark.parametrize("how", [{"theme": "dark"}, {"fps": 25}, {"size": (720, 1280)}])
def test_another_look_is_built(writer: Writer, how: dict[str, Any]) -> None:
    before = numbers(writer.build().scene)
    assert set(before.values()).isdisjoint(numbers(writer.build(**how).scene).values())


def test_a_stage_from_which_something_is_gone_is_built(writer: Writer) -> None:
    scene = writer.build().scene
    bpy.data.objects.remove(scene.objects["embedding.output"])
    writer.build(sure=True)
    assert "embedding.output" in scene.objects
