"""Whatever is set, done in any order, or written by a file: panels draw, operators finish or say one line."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import bpy
import pytest

from blender_tests.ui.test_panels import draw
from llmviz_addon import ui
from llmviz_addon.errors import LlmvizError
from llmviz_addon.stage import open_state, story
from llmviz_addon.stage.ours import TAG, ours
from llmviz_addon.stage.rebuild.changes import changes
from llmviz_addon.stage.walking.hiding import SET
from llmviz_addon.stage.walking.parts import is_part
from llmviz_addon.stage.walking.walked import WALKED, hidden_by_walking
from llmviz_addon.ui import her_view, panels, presenting
from llmviz_addon.ui.pointing.session import Session
from llmviz_addon.ui.values import value
from llmviz_addon.ui.walking import panel as walk_panel
from llmviz_addon.ui.walking.steps import STEPS as WAYS

STEPS = 120
PANELS = (*panels.CLASSES, walk_panel.LLMVIZ_PT_walk)
PATHS = ("", "x", "0", "0.1", "0.1.1.2", "0.2.1.0.3", "0.3.3", "0.4", "0.99", "7")
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
    lambda dice: bpy.ops.llmviz.jump(to=dice.choice(["NEXT", "PREVIOUS", "NEXT_CHAPTER", "PREVIOUS_CHAPTER"])),
    lambda dice: bpy.ops.llmviz.jump_to_chapter(chapter=dice.choice(["layer-norm", "", "../x"])),
    lambda dice: bpy.ops.llmviz.play(backwards=dice.random() < 0.5),
    lambda dice: bpy.ops.llmviz.present(),
    lambda dice: presenting.stop(),
    lambda dice: bpy.ops.llmviz.speaker(),
    lambda dice: bpy.ops.llmviz.film_view(),
    lambda dice: bpy.ops.llmviz.inspect_cell(),
    lambda dice: bpy.ops.llmviz.walk_begin(),
    lambda dice: bpy.ops.llmviz.walk_to(path=dice.choice(PATHS)),
    lambda dice: bpy.ops.llmviz.walk(to=dice.choice([*WAYS])),
    lambda dice: bpy.ops.llmviz.walk_fold(path=dice.choice(PATHS)),
    lambda dice: bpy.ops.llmviz.walk_only(outer=dice.random() < 0.5),
    lambda dice: bpy.ops.llmviz.walk_hide_weights(),
    lambda dice: bpy.ops.llmviz.walk_show_all(),
    lambda dice: bpy.ops.llmviz.walk_back(),
    lambda dice: bpy.ops.llmviz.walk_end(),
    lambda dice: bpy.ops.llmviz.walk_pick(cells=dice.random() < 0.5),
    lambda dice: search(dice),
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
    lambda dice: bpy.ops.llmviz.reload(),
    lambda dice: bpy.ops.llmviz.open_chapter(
        path=dice.choice(["", "/nowhere/x.py", __file__]), line=dice.choice([0, 9, 99999])
    ),
    lambda dice: bpy.ops.llmviz.trust_chapters(folder=dice.choice(["", "//", "x" * 300])),
    lambda dice: bpy.ops.llmviz.forget_chapters(folder=dice.choice(["", "/"])),
)


def search(dice: random.Random) -> None:
    """Search in the list, and click a row."""
    group = bpy.context.window_manager.llmviz_walk
    group.search = dice.choice(["", "", "head 2", "q", "zzz", "é" * 300])
    group.index = dice.randrange(-1, 9)


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


def somewhere(dice: random.Random) -> dict[str, object]:
    """The viewport that there is now, as presenting has another, or nowhere."""
    window = bpy.context.window
    area = next((area for area in window.screen.areas if area.type == "VIEW_3D"), None)
    return {"window": window, "screen": window.screen, "area": dice.choice([area, area, None])}


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


def point(dice: random.Random) -> None:
    """Point at something, and walk on from there."""
    scene = bpy.context.scene
    session = Session(scene.name)
    try:
        session.hover(scene, (dice.uniform(-30, 10), -60, dice.uniform(-110, 10)), (0, 1, 0))
        session.click(scene)
        session.walk(scene, dice.randrange(3))
        session.click(scene, downstream=True)
    except LlmvizError:
        return


def go_to_a_frame(dice: random.Random) -> None:
    """Scrub."""
    scene = bpy.context.scene
    scene.frame_set(dice.randrange(scene.frame_start, scene.frame_end + 1))


def hide_herself(dice: random.Random) -> None:
    """Hide something, or show something, as she may."""
    objects = [*bpy.context.view_layer.objects]
    if objects:
        obj = dice.choice(objects)
        obj.hide_set(not obj.hide_get())


def save_and_load(folder: Path) -> None:
    """Save the file and open it again."""
    path = str(folder / "monkey.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path, copy=True)
    bpy.ops.wm.open_mainfile(filepath=path)


def hidden_are_known(scene: bpy.types.Scene) -> None:
    """What is hidden by walking is on the set, and parts are there only with what they are parts of."""
    for layer in scene.view_layers:
        hidden = hidden_by_walking(scene, layer)
        assert all(obj.get(TAG) in SET and not is_part(obj) for obj in hidden)
        assert not is_parted(scene) or layer.get(WALKED) is not None


def is_parted(scene: bpy.types.Scene) -> bool:
    """Whether parts are shown."""
    return any(is_part(obj) for obj in ours(scene).objects)


def walk_at_random(dice: random.Random, folder: Path, steps: int) -> None:
    """Random steps of somebody who builds, plays, points, walks, hides, saves and opens."""
    rare: tuple[Callable[[], object], ...] = (
        lambda: bpy.ops.llmviz.open_stage(sure=True),
        lambda: bpy.ops.llmviz.build(sure=True),
        lambda: save_and_load(folder),
        lambda: save_and_load(folder),
        lambda: (ui.unregister(), ui.register()),
    )
    own = (point, go_to_a_frame, hide_herself)
    quick = [one for one in OPERATORS if not {"render_still", "render_film"} & {*one.__code__.co_names}]
    for _ in range(steps):
        if dice.random() < 0.06:
            act(dice.choice(rare))
        else:
            with bpy.context.temp_override(**somewhere(dice)):
                act(lambda: dice.choice([*quick, *own, own[2]])(dice))
        window = bpy.context.window
        with bpy.context.temp_override(window=window, screen=window.screen):
            for panel in PANELS:
                draw(panel)
        her_view.give_back()
        for scene in bpy.data.scenes:
            hidden_are_known(scene)


@pytest.mark.parametrize("seed", range(2))
def test_random_steps_leave_no_trace(sidebar: bpy.types.Scene, tmp_path: Path, seed: int) -> None:
    settings = sidebar.llmviz_settings
    settings.short_side, settings.pauses = "480", False
    bpy.ops.llmviz.open_stage()
    walk_at_random(random.Random(seed), tmp_path, STEPS // 2)
    presenting.stop()
    for scene in bpy.data.scenes:
        told = changes(scene) or ()
        assert {change.path for change in told} <= {":hidden"}, "she hid things, and did nothing else"
        if bpy.context.window.scene == scene and bpy.ops.llmviz.walk_show_all.poll():
            bpy.ops.llmviz.walk_show_all()
            assert not hidden_by_walking(scene, bpy.context.view_layer)
            assert not is_parted(scene)
