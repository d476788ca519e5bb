"""Custom properties of ours that somebody made something else of: what reads them says so, or goes on without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import bpy
import numpy as np
import pytest

import llmviz_addon as llmviz
from blender_tests.stage.pointing.test_rows import seen_by_camera
from llmviz_addon.errors import JobError, LlmvizError
from llmviz_addon.film.painting.changes import Changes
from llmviz_addon.film.painting.lean import Lean
from llmviz_addon.screenplay.open_stage import opening
from llmviz_addon.stage import live
from llmviz_addon.stage.build import build
from llmviz_addon.stage.ours import NAME, TAG, ours
from llmviz_addon.stage.playing import everything, only_playing
from llmviz_addon.stage.pointing import inspect, sight
from llmviz_addon.stage.pointing.rows import rows
from llmviz_addon.stage.things import ensembles
from llmviz_addon.stage.told_by_objects import READ_BY_CELLS, REVEAL
from llmviz_addon.stage.walking import hiding
from llmviz_addon.stage.walking.places import walk_of

OTHERS = (3, 0.5, "text", [1.0, 2.0], {"a": 1}, None)
"""What somebody may make of a property; None is that it goes."""
SMALL = {"pace": None, "size": (160, 90), "fps": 5, "engine": "cycles"}


def owners(scene: bpy.types.Scene) -> dict[object, Any]:
    """One of each kind of what has properties of ours."""
    held = ours(scene)
    found: dict[object, Any] = {}
    for one in (scene, *scene.view_layers, *held.blocks, *held.collections):
        found.setdefault((type(one).__name__, one.get(TAG)), one)
    return found


def is_there(owner: Any) -> bool:
    try:
        return bool(owner.name)
    except ReferenceError:
        return False


def altered(scene: bpy.types.Scene) -> Iterator[str]:
    """Each property of ours in turn as something else, one of all, told by what and where; then it is as it was."""
    turn = 0
    for kind in owners(scene):
        for name in sorted(name for name in dict(owners(scene).get(kind, {})) if name.startswith("llmviz")):
            owner = owners(scene)[kind]  # another one where the one before has given way
            before = owner[name].to_dict() if hasattr(owner[name], "to_dict") else owner[name]
            before = list(before) if hasattr(before, "typecode") else before
            turn += 1
            other = OTHERS[turn % len(OTHERS)]
            del owner[name]
            if other is not None:
                owner[name] = other
            yield f"{name} of {owner.name!r} is {other!r}"
            if not is_there(owner):
                continue
            if name in owner:
                del owner[name]
            owner[name] = before
            if isinstance(owner, bpy.types.Object):
                owner.update_tag()


def look(scene: bpy.types.Scene) -> None:
    """Point at what is seen, list it for a shader, and read cells by their name."""
    eye = np.array(scene.camera.matrix_world.translation)
    for obj in sight.seen(scene)[:20]:
        inspect.ray(scene, tuple(eye), tuple(np.array(obj.matrix_world.translation) - eye))
    rows(scene, seen_by_camera(scene, (160, 90)), (160, 90))
    inspect.cells(scene, "layers.0.ln_1.output")


def walk(scene: bpy.types.Scene) -> None:
    layer, walk = scene.view_layers[0], walk_of(scene)
    found = walk.contents.of("layers.0")
    assert found is not None
    try:
        hiding.only(scene, layer, walk, found)
        hiding.hide_weights(scene, layer, walk)
    finally:
        hiding.show_all(scene, layer)


def play(scene: bpy.types.Scene) -> None:
    for frame in (7, 1):
        scene.frame_set(frame)
        only_playing(scene)
    everything(scene)


def paint(scene: bpy.types.Scene) -> None:
    changes = Changes.of(scene, 1, 9)
    assert [changes.at(frame) for frame in range(1, 10)]
    lean = Lean(scene.objects)
    lean.settle(1, 9)
    lean.remove()


def check(scene: bpy.types.Scene, *acts: Callable[[bpy.types.Scene], object]) -> None:
    """Whatever is altered: each of these is done, or refused with an error of ours."""
    for what in altered(scene):
        for act in acts:
            try:
                act(scene)
            except LlmvizError:
                continue
            except Exception as error:
                raise AssertionError(what) from error


@pytest.mark.parametrize("crowd", [False, True])
def test_a_film_is_looked_at_played_and_painted_whatever_was_altered(scene, monkeypatch, crowd: bool) -> None:
    if crowd:
        monkeypatch.setattr(ensembles, "CROWD", 0)
    film = llmviz.build(llmviz.run(), ["layer-norm"], **SMALL).scene
    check(film, look, walk, *() if crowd else (play, paint))


def test_an_open_stage_is_written_on_whatever_was_altered(scene) -> None:
    run = llmviz.run()
    stage = llmviz.open_stage(run, 3, size=(160, 90)).scene
    now = opening(run, 3)
    check(stage, look, walk, lambda one: live.show(one, now), lambda one: live.show_candidates(one, now))


def test_a_film_is_built_again_whatever_was_altered(scene, production) -> None:
    build(scene, production, own_scene=True)
    check(scene, lambda one: build(one, production, sure=True))


@pytest.mark.parametrize("other", [3, "text", [1.0, 2.0], None])
def test_what_tells_cells_is_refused_by_name(scene, other: object) -> None:
    run = llmviz.run()
    stage = llmviz.open_stage(run, 3, size=(160, 90)).scene
    obj = next(one for one in ours(stage).objects if one.get(NAME) == "ln_f.mean")
    del obj[REVEAL]
    if other is not None:
        obj[REVEAL] = other
    with pytest.raises(JobError, match=r"'ln_f.mean' does not tell its cells any more: its property 'llmviz_reveal'"):
        live.show(stage, opening(run, 3))


def test_all_that_cells_are_drawn_by_is_altered(scene) -> None:
    """So that the tests above do not pass by altering nothing."""
    film = llmviz.build(llmviz.run(), ["layer-norm"], **SMALL).scene
    told = {name for owner in owners(film).values() for name in dict(owner)}
    assert {*READ_BY_CELLS[:8], TAG, NAME} <= told
