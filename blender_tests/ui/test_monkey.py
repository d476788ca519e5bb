"""Whatever is set, and whatever a file has written where ours is: panels draw, operators finish or say one line."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import bpy
import pytest

from blender_tests.ui.test_panels import draw
from llmviz_addon.stage import open_state, story
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
OPERATORS: tuple[Callable[[random.Random], object], ...] = (
    lambda dice: bpy.ops.llmviz.jump(to=dice.choice(["NEXT", "PREVIOUS"])),
    lambda dice: bpy.ops.llmviz.jump_to_chapter(chapter=dice.choice(["layer-norm", "", "../x"])),
    lambda dice: bpy.ops.llmviz.play(),
    lambda dice: bpy.ops.llmviz.film_view(),
    lambda dice: bpy.ops.llmviz.inspect_cell(),
    lambda dice: bpy.ops.llmviz.show_film(scene=dice.choice(["", "llmviz", "gone"])),
    lambda dice: bpy.ops.llmviz.leave_film(scene=dice.choice(["", "Scene", "gone"])),
    lambda dice: bpy.ops.llmviz.next_token(count=dice.choice([1, 2, 1000])),
    lambda dice: bpy.ops.llmviz.previous_token(),
    lambda dice: bpy.ops.llmviz.look_at(place=dice.choice(["whole", "input", "output"])),
    lambda dice: bpy.ops.llmviz.render_still(),
    lambda dice: bpy.ops.llmviz.render_film(),
    lambda dice: bpy.ops.llmviz.delete_frames(),
    lambda dice: bpy.ops.llmviz.cancel(),
    lambda dice: bpy.ops.llmviz.reload_chapters(),
    lambda dice: bpy.ops.llmviz.trust_chapters(folder=dice.choice(["", "//", "x" * 300])),
    lambda dice: bpy.ops.llmviz.forget_chapters(folder=dice.choice(["", "/"])),
)


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


def act(step: Callable[[], object]) -> None:
    """Do it; one line is a fine answer, a traceback is not."""
    try:
        step()
    except RuntimeError as error:
        text = str(error).strip()
        assert "Traceback" not in text, text
        assert "\n" not in text, text


@pytest.mark.parametrize("seed", range(3))
def test_no_panel_and_no_operator_raises(sidebar: bpy.types.Scene, seed: int) -> None:
    dice = random.Random(seed)
    sidebar.llmviz_settings.short_side, sidebar.llmviz_settings.pauses = "480", False
    bpy.ops.llmviz.build()
    film = bpy.context.window.scene
    whole = {story.OURS: json.loads(film[story.OURS])}
    bpy.ops.llmviz.open_stage()
    whole[open_state.OURS] = json.loads(film[open_state.OURS])
    area = next(area for area in bpy.context.window.screen.areas if area.type == "VIEW_3D")
    for _ in range(STEPS):
        scene = dice.choice(list(bpy.data.scenes))
        if dice.random() < 0.5:
            set_badly(dice, scene)
        else:
            write_badly(dice, scene, whole)
        bpy.context.window.scene = dice.choice([scene, scene, *bpy.data.scenes])
        for panel in panels.CLASSES:
            draw(panel)
        her_view.give_back()
        with bpy.context.temp_override(area=dice.choice([area, area, None])):
            act(lambda: dice.choice(OPERATORS)(dice))


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
