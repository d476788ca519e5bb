"""What can be done: every operator of ours, the files, and what she does herself."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy

from llmviz_addon import api, ui
from llmviz_addon.errors import LlmvizError
from llmviz_addon.stage.ours import is_ours, ours
from llmviz_addon.ui import presenting
from llmviz_addon.ui.pointing.session import Session
from llmviz_addon.ui.walking.steps import STEPS as WAYS

PATHS = ("", "x", "0", "0.1", "0.1.1.2", "0.2.1.0.3", "0.3.3", "0.4", "0.99", "7")
HERS = "hers"
"""What everything of hers is called at first."""
MOST_SCENES, MOST_HERS = 4, 30
MOST_ACTIONS, MOST_FILES = 50, 6
"""A full copy of a scene gives each object an action of its own, with all keys of the film: a megabyte or two each.

So all that follows takes a hundred times as long: such a scene goes soon, see ``forget_copies``.
"""
Step = Callable[[random.Random], object]


class _Operators:
    """``bpy.ops.llmviz``, where each operator is an undo step, as it is when it is clicked.

    Blender's own way, ``operator("EXEC_DEFAULT", True)``, draws in the area, which crashes in background.
    """

    def __getattr__(self, name: str) -> Callable[..., object]:
        operator: Any = getattr(bpy.ops.llmviz, name)

        def stepping(**options: object) -> object:
            done = operator(**options)
            if done == {"FINISHED"} and "UNDO" in operator.bl_options:
                bpy.ops.ed.undo_push(message=name)
            return done

        return stepping


llmviz = _Operators()


def search(dice: random.Random) -> None:
    """Search in the list, and click a row."""
    group = bpy.context.window_manager.llmviz_walk
    group.search = dice.choice(["", "", "head 2", "q", "zzz", "é" * 300])
    group.index = dice.randrange(-1, 9)


OPERATORS: tuple[Step, ...] = (
    lambda dice: llmviz.jump(to=dice.choice(["NEXT", "PREVIOUS", "NEXT_CHAPTER", "PREVIOUS_CHAPTER"])),
    lambda dice: llmviz.jump_to_chapter(chapter=dice.choice(["layer-norm", "", "../x"])),
    lambda dice: llmviz.play(backwards=dice.random() < 0.5),
    lambda dice: llmviz.present(),
    lambda dice: presenting.stop(),
    lambda dice: llmviz.speaker(),
    lambda dice: llmviz.film_view(),
    lambda dice: llmviz.inspect_cell(),
    lambda dice: llmviz.walk_begin(),
    lambda dice: llmviz.walk_to(path=dice.choice(PATHS)),
    lambda dice: llmviz.walk(to=dice.choice([*WAYS])),
    lambda dice: llmviz.walk_fold(path=dice.choice(PATHS)),
    lambda dice: llmviz.walk_only(outer=dice.random() < 0.5),
    lambda dice: llmviz.walk_hide_weights(),
    lambda dice: llmviz.walk_show_all(),
    lambda dice: llmviz.walk_back(),
    lambda dice: llmviz.walk_end(),
    lambda dice: llmviz.walk_pick(cells=dice.random() < 0.5),
    search,
    lambda dice: llmviz.show_film(scene=dice.choice(["", "llmviz", "gone"])),
    lambda dice: llmviz.leave_film(scene=dice.choice(["", "Scene", "gone"])),
    lambda dice: llmviz.next_token(count=dice.choice([1, 2, 1000])),
    lambda dice: llmviz.previous_token(),
    lambda dice: llmviz.look_at(place=dice.choice(["whole", "input", "output"])),
    lambda dice: llmviz.delete_frames(),
    lambda dice: llmviz.cut_here(),
    lambda dice: llmviz.edit_film(),
    lambda dice: llmviz.manual(section=dice.choice(["Walk", "Present", "", "x"])),
    lambda dice: llmviz.cancel(),
    lambda dice: llmviz.reload_chapters(),
    lambda dice: llmviz.reload(),
    lambda dice: llmviz.open_chapter(
        path=dice.choice(["", "/nowhere/x.py", __file__]), line=dice.choice([0, 9, 99999])
    ),
    lambda dice: llmviz.trust_chapters(folder=dice.choice(["", "//", "x" * 300])),
    lambda dice: llmviz.forget_chapters(folder=dice.choice(["", "/"])),
)


def build(dice: random.Random) -> object:
    """Build a film: of all chapters once in a while, as that takes a hundred times as long as the rest."""
    settings = bpy.context.scene.llmviz_settings
    if not settings.skipped and dice.random() < 0.95:
        settings.skipped = all_but("layer-norm")
    return llmviz.build(sure=dice.random() < 0.7)


def all_but(chapter: str) -> str:
    """The names of all other chapters, as the settings write them."""
    return " ".join(one.name for one in ui.preferences.catalogue().chapters if one.name != chapter)


RENDERING: tuple[Step, ...] = (lambda dice: llmviz.render_still(), lambda dice: llmviz.render_film())
BUILDING: tuple[Step, ...] = (
    build,
    lambda dice: llmviz.open_stage(sure=dice.random() < 0.7),
)


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


def ask_for_another(dice: random.Random) -> None:
    """Set something in the sidebar."""
    scene = bpy.context.scene
    settings, generation = scene.llmviz_settings, scene.llmviz_generation
    name, found = dice.choice(
        [
            ("theme", ["light", "dark", "light-safe", "dark-safe", "cinematic"]),
            ("tokens", ["CBABBC", "abc", "AAAAAA", "CABX"]),
            ("shape", ["16:9", "9:16", "1:1"]),
            ("fps", [24, 30]),
            ("pauses", [True, False]),
            ("length", ["full", "full", "short", "trailer"]),
            ("pace", [100.0, 200.0]),
            ("skipped", [settings.skipped, settings.skipped.replace("embedding", ""), f"{settings.skipped} embedding"]),
            ("greedy", [True, False]),
            ("temperature", [0.5, 2.0]),
            ("top_k", [0, 2]),
        ]
    )
    setattr(settings if hasattr(settings, name) else generation, name, dice.choice(found))


QUICK = (point, go_to_a_frame, ask_for_another)


def some(dice: random.Random, blocks: Any) -> Any:
    """One of ``blocks``, None where there is none."""
    found = [*blocks]
    return dice.choice(found) if found else None


def ours_here() -> list[bpy.types.Object]:
    """Objects of ours that are in the view layer."""
    there = set(bpy.context.view_layer.objects)
    return [obj for obj in ours(bpy.context.scene).objects if obj in there]


def hide(dice: random.Random) -> None:
    """Hide something, or show it."""
    if obj := some(dice, bpy.context.view_layer.objects):
        obj.hide_set(not obj.hide_get())


def add_object(dice: random.Random) -> None:
    """Add a thing of hers, also into a collection of ours."""
    if sum(obj.name.startswith(HERS) for obj in bpy.data.objects) < MOST_HERS:
        obj = bpy.data.objects.new(HERS, dice.choice([None, bpy.data.meshes.new(HERS)]))
        obj.location = [dice.uniform(-9, 9) for _ in range(3)]
        folders = [*ours(bpy.context.scene).collections, *[bpy.context.scene.collection] * 3]
        dice.choice(folders).objects.link(obj)
        if whole := some(dice, ours_here()):
            how = dice.randrange(4)
            if how == 0:
                obj.parent = whole
            elif how == 1:
                obj.constraints.new("COPY_LOCATION").target = whole


def add_camera(dice: random.Random) -> None:
    """Add a camera of hers, and cut to it by a marker."""
    if len(bpy.data.cameras) < MOST_HERS:
        scene = bpy.context.scene
        obj = bpy.data.objects.new(HERS, bpy.data.cameras.new(HERS))
        scene.collection.objects.link(obj)
        scene.timeline_markers.new(HERS, frame=dice.randrange(1, 900)).camera = obj


def duplicate(dice: random.Random) -> None:
    """Copy a thing of ours, which is hers then."""
    whole = some(dice, ours_here())
    if whole is not None and len(bpy.data.objects) < 3000:
        copy = whole.copy()
        copy.name = HERS
        if whole.data is not None and dice.random() < 0.5:
            copy.data = whole.data.copy()
            copy.data.name = HERS
        bpy.context.scene.collection.objects.link(copy)


def change_ours(dice: random.Random) -> None:
    """Change a thing of ours, or delete it."""
    scene, whole, how = bpy.context.scene, some(dice, ours_here()), dice.randrange(7)
    materials = [block for block in ours(scene).blocks if isinstance(block, bpy.types.Material)]
    if whole is None:
        return
    if how == 0:
        bpy.data.objects.remove(whole)
    elif how == 1:
        whole.name = f"her {whole.name}"[:60]
    elif how == 2 and scene.camera is not None and scene.camera.library is None:
        scene.camera.keyframe_insert("rotation_euler", frame=dice.randrange(1, 900))
    elif how == 3 and materials:
        dice.choice(materials).diffuse_color = (dice.random(), 0.5, 0.5, 1)
    elif how == 4:
        whole.location.x += 1
    elif how == 5 and whole.type == "CAMERA":
        whole.data.dof.use_dof = True
    elif how == 6:
        folder = bpy.data.collections.new(HERS)
        scene.collection.children.link(folder)
        folder.objects.link(whole)


def another_scene(dice: random.Random) -> None:
    """Make a scene, or a copy of this one, go to another, or remove one."""
    scenes, how = [*bpy.data.scenes], dice.randrange(4)
    window = bpy.context.window
    if how == 0 and len(scenes) < MOST_SCENES:
        full = ["FULL_COPY"] * (len(bpy.data.actions) < MOST_ACTIONS)
        bpy.context.preferences.edit.use_duplicate_action = dice.random() < 0.2
        bpy.ops.scene.new(type=dice.choice(["NEW", "EMPTY", "LINK_COPY", *full]))
        bpy.context.preferences.edit.use_duplicate_action = True
    elif how == 1 and len(scenes) > 2:
        presenting.stop()
        bpy.data.scenes.remove(dice.choice(scenes))
    else:
        window.scene = dice.choice(scenes)


def is_heavy() -> bool:
    """Whether a full copy of a scene makes all that follows slow."""
    return len(bpy.data.actions) > MOST_ACTIONS


def forget_copies(dice: random.Random) -> None:
    """Remove the scenes in which hardly two objects share an action, and what was in them."""
    presenting.stop()
    for scene in [scene for scene in bpy.data.scenes if len(actions_of(scene)) > MOST_ACTIONS]:
        if len(bpy.data.scenes) > 1:
            bpy.data.scenes.remove(scene)
    bpy.data.orphans_purge(do_recursive=True)


def actions_of(scene: bpy.types.Scene) -> set[bpy.types.Action | None]:
    """The actions of the objects in a scene."""
    return {obj.animation_data.action for obj in scene.objects if obj.animation_data is not None}


def two_models(dice: random.Random) -> None:
    """Another model's film, in this scene of hers."""
    scene = bpy.context.scene
    if scene.library is None and not is_ours(scene):
        api.build(api.run(tokens=(0, 1, 2)), ["layer-norm"], pace=None, scene=scene, sure=True)


def own_copy(dice: random.Random) -> None:
    """Bake a copy of the film."""
    if len(bpy.data.scenes) < MOST_SCENES and len(bpy.data.objects) < 3000 and bpy.ops.llmviz.own_copy.poll():
        bpy.ops.llmviz.own_copy()


def purge(dice: random.Random) -> None:
    """Have Blender remove what nothing uses."""
    bpy.data.orphans_purge(do_recursive=dice.random() < 0.5)


ACTS: tuple[Step, ...] = (
    *(hide, hide, add_object, add_camera, duplicate, change_ours, change_ours, another_scene, another_scene),
    *(two_models, own_copy, purge),
)


def save_and_load(folder: Path) -> None:
    """Save the file and open it again."""
    path = str(folder / "monkey.blend")
    others = len([*folder.glob("other*.blend")])  # one that is linked cannot be written again
    if others < MOST_FILES:
        bpy.ops.wm.save_as_mainfile(filepath=str(folder / f"other{others}.blend"), copy=True)
    bpy.ops.wm.save_as_mainfile(filepath=path, copy=True)
    bpy.ops.wm.open_mainfile(filepath=path)


def bring_in(dice: random.Random, folder: Path, link: bool) -> None:
    """Append or link a scene, or an object, of what was saved."""
    paths = sorted(folder.glob("other*.blend"))
    if not paths or len(bpy.data.scenes) >= MOST_SCENES or len(bpy.data.objects) > 3000:
        return
    kind = dice.choice(["scenes", "objects", "collections"])
    with bpy.data.libraries.load(str(dice.choice(paths)), link=link) as (there, wanted):
        names = [*getattr(there, kind)]
        setattr(wanted, kind, [dice.choice(names)] if names else [])
    for one in getattr(wanted, kind):
        scene = bpy.context.scene
        if kind == "objects" and scene.library is None and one.name not in scene.collection.objects:
            scene.collection.objects.link(one)
        elif kind == "collections" and scene.library is None and one not in scene.collection.children.values():
            scene.collection.children.link(one)


def name_of(step: Step) -> str:
    """What a step is called."""
    if step.__name__ != "<lambda>":
        return step.__name__
    return next(name for name in reversed(step.__code__.co_names) if name not in ("dice", "random", "choice"))
