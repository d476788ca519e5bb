"""Whatever is set, done in any order, or written by a file: panels draw, operators finish or say one line."""

from __future__ import annotations

import json
import random
from pathlib import Path

import bpy
import pytest

from blender_tests.ui.monkey.checks import is_parted
from blender_tests.ui.monkey.monkey import PANELS, act, prepare, run, somewhere
from blender_tests.ui.monkey.steps import OPERATORS, RENDERING
from blender_tests.ui.test_panels import draw
from llmviz_addon.stage import open_state, story
from llmviz_addon.stage.walking.walked import hidden_by_walking
from llmviz_addon.ui import her_view, panels
from llmviz_addon.ui.values import value

STEPS = 120
JUNK = (
    *(
        None,
        True,
        0,
        -1,
        7,
        2**31 - 1,
        1e300,
        float("nan"),
        float("inf"),
        "",
        "x",
        "../../escaped",
        "//",
        "\0",
        "é" * 400,
    ),
    *([], {}, [1], {"a": 1}, [[]] * 3, {"name": None}, "9" * 5000),
)
PLAIN = [thing for thing in JUNK if isinstance(thing, bool | int | float | str) and thing != "\0"]


def stored(scene: bpy.types.Scene) -> object:
    """Where Blender keeps what is set, unchecked: apart from custom properties since 5.0."""
    return scene.bl_system_properties_get(do_create=True) if hasattr(scene, "bl_system_properties_get") else scene


def put(scene: bpy.types.Scene, group: str, name: str, value: object) -> None:
    """Store a value as a file may have it."""
    store = stored(scene)
    if group not in store:
        store[group] = {}
    if name in store[group]:
        del store[group][name]  # Blender keeps the type of what is there
    store[group][name] = value


def set_badly(dice: random.Random, scene: bpy.types.Scene) -> None:
    """Put into a setting what may not be there."""
    group = dice.choice(["llmviz_settings", "llmviz_generation"])
    kinds = getattr(scene, group).bl_rna.properties
    name = dice.choice([kind.identifier for kind in kinds if kind.identifier != "rna_type"])
    value = dice.choice([*PLAIN, b"\xff\xfe"])
    if name not in ("checkpoint", "folder") or value not in ("//", ""):
        put(scene, group, name, value)


def spoil(dice: random.Random, what: object) -> object:
    """Something like ``what``, with junk somewhere in it."""
    if dice.random() < 0.3 or not isinstance(what, dict | list) or not what:
        return dice.choice(JUNK)
    if isinstance(what, list):
        place = dice.randrange(len(what))
        return [spoil(dice, item) if at == place else item for at, item in enumerate(what)]
    key = dice.choice(list(what))
    return {name: spoil(dice, item) if name == key else item for name, item in what.items()}


def write_badly(dice: random.Random, scene: bpy.types.Scene, whole: dict[str, object]) -> None:
    """Spoil what is written on a scene, or write it well again."""
    key = dice.choice(list(whole))
    junk = spoil(dice, whole[key])
    others = [dice.choice(["[" * 100_000, str(junk), json.dumps(whole[key]), 5, [1.0, 2.0], {"a": 1}])]
    scene[key] = dice.choice([json.dumps(junk)] * 4 + others)


@pytest.mark.parametrize("seed", range(3))
def test_no_panel_and_no_operator_raises(sidebar: bpy.types.Scene, seed: int) -> None:
    dice = random.Random(seed)
    sidebar.llmviz_settings.short_side, sidebar.llmviz_settings.pauses = "480", False
    bpy.ops.llmviz.build()
    film = bpy.context.window.scene
    whole = {story.OURS: json.loads(film[story.OURS])}
    bpy.ops.llmviz.open_stage()
    whole[open_state.OURS] = json.loads(film[open_state.OURS])
    for _ in range(STEPS):
        scene = dice.choice(list(bpy.data.scenes))
        if dice.random() < 0.5:
            set_badly(dice, scene)
        else:
            write_badly(dice, scene, whole)
        bpy.context.window.scene = dice.choice([scene, scene, *bpy.data.scenes])
        for panel in PANELS:
            draw(panel)
        her_view.give_back()
        with bpy.context.temp_override(**somewhere(dice)):
            act(lambda: dice.choice([*OPERATORS, *RENDERING])(dice))


@pytest.mark.parametrize(
    ("name", "wrong", "read"),
    [
        *(("shape", 99, "16:9"), ("short_side", -1, "720"), ("model", 17, "nano-gpt"), ("engine", 9, "auto")),
        *(("fps", -5, 1), ("fps", 10**6, 240), ("pace", float("nan"), 200.0), ("pace", float("inf"), 200.0)),
        *(("tokens", b"\xff\xfe", "CBABBC"), ("skipped", 5, ""), ("folder", b"\xff", "\udcff")),
    ],
)
def test_what_is_no_setting_is_read_as_one(sidebar: bpy.types.Scene, name: str, wrong: object, read: object) -> None:
    put(sidebar, "llmviz_settings", name, wrong)
    assert value(sidebar.llmviz_settings, name) == read
    for panel in panels.CLASSES:
        draw(panel)


@pytest.mark.parametrize("seed", range(2))
def test_random_steps_leave_no_trace(sidebar: bpy.types.Scene, tmp_path: Path, seed: int) -> None:
    prepare()
    done = run(seed, STEPS // 2, tmp_path)
    assert done.total() == STEPS // 2
    for scene in bpy.data.scenes:
        if bpy.context.window.scene == scene and bpy.ops.llmviz.walk_show_all.poll():
            bpy.ops.llmviz.walk_show_all()
            assert not hidden_by_walking(scene, bpy.context.view_layer)
            assert not is_parted(scene)
