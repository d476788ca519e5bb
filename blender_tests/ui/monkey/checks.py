"""What must hold, whatever was done: what is hers is as she left it, and nothing of ours lies about."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpy

from llmviz_addon.stage.ours import TAG, is_ours, marked, ours
from llmviz_addon.stage.walking.hiding import SET
from llmviz_addon.stage.walking.parts import is_part
from llmviz_addon.stage.walking.walked import WALKED, hidden_by_walking

from .steps import HERS


@contextmanager
def stderr_of(folder: Path) -> Iterator[Callable[[], str]]:
    """What is printed on stderr meanwhile, as handlers' and panels' errors are; call to read what came since."""
    path, kept = folder / "stderr.txt", os.dup(2)
    with path.open("wb") as file:
        os.dup2(file.fileno(), 2)
        read = [0]

        def since() -> str:
            sys.stderr.flush()
            text = path.read_bytes()[read[0] :]
            read[0] += len(text)
            return text.decode(errors="replace")

        try:
            yield since
        finally:
            os.dup2(kept, 2)
            os.close(kept)


KINDS = ("objects", "meshes", "collections", "cameras", "materials", "lights", "worlds", "curves", "scenes", "actions")


def all_ours() -> set[int]:
    """The ``session_uid`` of all that is ours."""
    return {block.session_uid for scene in bpy.data.scenes for block in ours(scene).blocks}


def hers(was_ours: Collection[int] = ()) -> dict[str, object]:
    """All that is not ours, by what it is called, with what she may have set of it.

    What ``was_ours`` before may be left to her, where something of hers hangs on it: that is no change of hers.
    """
    scenes = [scene for scene in bpy.data.scenes if scene.library is None]
    held = [ours(scene) for scene in bpy.data.scenes]
    not_hers = {block for one in held for block in (*one.blocks, *one.collections)}
    not_hers |= {scene for scene in scenes if is_ours(scene)}
    found: dict[str, object] = {}
    for kind in KINDS:
        for block in getattr(bpy.data, kind):
            if block not in not_hers and block.library is None and block.users and not is_part_of_ours(block):
                found[f"{kind} {block.name}"] = looks(block, not_hers, was_ours)
    for scene in scenes:
        for obj in scene.objects:
            if obj not in not_hers and not is_part_of_ours(obj):
                found[f"{scene.name} has {obj.name}"] = True
        for marker in scene.timeline_markers:
            if marker.name.startswith(HERS):
                found[f"{scene.name} has marker {marker.name} {marker.frame}"] = marker.camera is not None
    return found


def is_part_of_ours(block: bpy.types.ID) -> bool:
    """Whether it is a part that walking shows, or what that is made of."""
    return block.get(TAG) is not None and not block.name.startswith((HERS, "her ")) and is_helper(block)


def is_helper(block: bpy.types.ID) -> bool:
    """Whether walking made it."""
    return isinstance(block, bpy.types.Object) and is_part(block)


def looks(block: Any, not_hers: set[bpy.types.ID], was_ours: Collection[int]) -> object:
    """What of a block of hers is compared."""
    if isinstance(block, bpy.types.Object):
        parent = block.parent
        of_hers = parent is not None and parent not in not_hers and parent.session_uid not in was_ours
        told = block.type, parent.name if parent is not None and of_hers else None, len(block.constraints)
        if block.animation_data is not None:  # as a copy of a thing of ours has
            return told
        there = [round(number, 4) for number in block.location]
        return *told, there, block.hide_render, block.hide_viewport
    if isinstance(block, bpy.types.Scene):
        render, view = block.render, block.view_settings
        cut = {marker.camera for marker in block.timeline_markers} | not_hers
        camera = block.camera.name if block.camera is not None and block.camera not in cut else None
        size = render.resolution_x, render.resolution_y, render.fps, render.engine
        world = block.world.name if block.world is not None and block.world not in not_hers else None
        return size, camera, world, block.frame_start, block.frame_end, view.view_transform
    if isinstance(block, bpy.types.Material):
        return tuple(round(number, 4) for number in block.diffuse_color)
    return True


def lying_about() -> set[str]:
    """What carries our mark and belongs to no stage: the user's copies, and orphans."""
    held = {block for scene in bpy.data.scenes for block in (*ours(scene).blocks, *ours(scene).collections)}
    return {f"{type(b).__name__} {b.name}" for b in marked() if b not in held and not is_used(b)}


def is_used(block: bpy.types.ID) -> bool:
    """Whether something uses it; an object, whether it is in a scene."""
    return bool(block.users_scene if isinstance(block, bpy.types.Object) else block.users)


def digest() -> Counter[str]:
    """Everything that is used in the file, by kind and name, and the frames."""
    found: Counter[str] = Counter()
    lost = only_used_by_unused()
    for kind in KINDS:
        blocks = (block for block in getattr(bpy.data, kind) if block.users and block not in lost)
        found.update(f"{kind} {block.name_full}" for block in blocks)
    found.update(f"{scene.name} at {scene.frame_current}" for scene in bpy.data.scenes if scene.library is None)
    return found


def only_used_by_unused() -> set[bpy.types.ID]:
    """What is linked and used by nothing but linked things that nothing uses: Blender saves neither."""
    used = bpy.data.user_map().items()
    linked = {block: users for block, users in used if block.library is not None and not block.use_fake_user}
    lost: set[bpy.types.ID] = set()
    while more := {block for block, users in linked.items() if block not in lost and users <= lost}:
        lost |= more
    return lost


def hidden_are_known(scene: bpy.types.Scene) -> None:
    """What is hidden by walking is on the set, and parts are there only with what they are parts of."""
    for layer in scene.view_layers:
        hidden = hidden_by_walking(scene, layer)
        assert all(obj.get(TAG) in SET and not is_part(obj) for obj in hidden)
    assert not is_parted(scene) or any(layer.get(WALKED) is not None for layer in scene.view_layers)


def is_parted(scene: bpy.types.Scene) -> bool:
    """Whether parts are shown."""
    return any(is_part(obj) for obj in ours(scene).objects)


def same(what: str, before: Counter[str], now: Counter[str]) -> None:
    """Assert that the file has what it had."""
    assert now == before, f"{what}: more {sorted(now - before)[:9]}, less {sorted(before - now)[:9]}"
