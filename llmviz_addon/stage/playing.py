"""Only the chapter that is told is evaluated: the collections of all others are out of the scene's view layers.

Blender evaluates on every frame whatever is in a view layer and has keys, seen or not; with eleven chapters that is
four fifths of a frame's time. To exclude a collection takes long enough to be felt, so it is done where another chapter
begins, by handlers of the user interface. Nothing depends on it: in a file that was saved, one that plays without the
add-on, and while something is rendered, all are there.

What is excluded here is written down in the view layer, with what the user had hidden in it, which Blender forgets.
So what she excludes herself stays so, as does a collection that she put something into.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import bpy

from . import idle
from .motion.spans import NEVER, Span, seen
from .ours import TAG, ours
from .things.folders import CHAPTER

AWAY = "llmviz_away"
"""Custom property of a view layer: the collections that are excluded here, and the objects that are hidden in each."""
_settled: dict[int, tuple[float, float]] = {}
"""Between which frames nothing is to be done, by the numbers that a session gives to scenes."""
_whole: list[int] = []
"""The scenes, by these numbers, of which all is to be there just now."""

Folder = bpy.types.Collection
Away = dict[Folder, list[bpy.types.Object]]


def may_change(scene: bpy.types.Scene) -> bool:
    """Whether nothing can be rendered beside what is changed here.

    A window renders in a thread of its own. Where the interface is locked (menu *Render*), as it is at first in scenes
    of ours, the window waits meanwhile; where it is not, all chapters stay in, as nothing may be changed from there.
    """
    return bpy.app.background or scene.render.use_lock_interface


def only_playing(scene: bpy.types.Scene) -> None:
    """Let the view layers of ``scene`` have the chapters of which anything is seen at its frame, and no others."""
    if not may_change(scene):
        everything(scene)
        return
    frame, key = scene.frame_current, scene.session_uid
    if key in _whole or scene.library is not None:
        return
    first, last = _settled.get(key, (1, 0))
    if not first <= frame <= last:
        _let_in(scene, frame)
    idle.before_frame(scene)


def shown(scene: bpy.types.Scene) -> None:
    """Blender has evaluated ``scene`` at its frame: what is hidden there for a while can go."""
    if may_change(scene) and scene.session_uid not in _whole and scene.library is None:
        idle.after_frame(scene)


def _let_in(scene: bpy.types.Scene, frame: int) -> None:
    spans = _spans(scene)
    away = [folder for folder, (start, end) in spans.items() if not start <= frame <= end]
    idle.look_anew(scene)
    if all([_exclude(layer, away) for layer in scene.view_layers]):
        turns = [turn for start, end in spans.values() for turn in (start, end + 1)]
        before = max((turn for turn in turns if turn <= frame), default=-math.inf)
        _settled[scene.session_uid] = before, min((turn for turn in turns if turn > frame), default=math.inf) - 1


def look_again() -> None:
    """Forget what has been done, as after an undo."""
    _settled.clear()
    idle.forget()


def everything(scene: bpy.types.Scene) -> None:
    """Let the view layers of ``scene`` have all chapters, as they were."""
    _settled.pop(scene.session_uid, None)
    if scene.library is None:
        for layer in scene.view_layers:
            _exclude(layer, ())
        idle.wake_all(scene)


@contextmanager
def whole(scene: bpy.types.Scene) -> Iterator[None]:
    """Everything is there in the block, whatever the frame."""
    was_partial = any(layer.get(AWAY) is not None for layer in scene.view_layers)
    everything(scene)
    _whole.append(scene.session_uid)
    try:
        yield
    finally:
        _whole.remove(scene.session_uid)
        if was_partial:
            only_playing(scene)


def hidden_away(layer: bpy.types.ViewLayer) -> set[bpy.types.Object]:
    """What the user had hidden in collections that are excluded here."""
    return {obj for hidden in _read(layer).values() for obj in hidden}


def _spans(scene: bpy.types.Scene) -> dict[Folder, Span]:
    """From when to when anything is seen of what lies in each chapter's collection, as its keys now say.

    What several chapters share counts for those that are told at that time.
    """
    holders: dict[bpy.types.Object, list[Folder]] = {}
    found: dict[Folder, Span] = {}
    for folder in ours(scene).folders:
        if folder.get(TAG) == CHAPTER and not folder.children:
            found[folder] = NEVER
            for obj in folder.objects:
                holders.setdefault(obj, []).append(folder)
    for obj, holding in sorted(holders.items(), key=lambda one: len(one[1])):
        for start, end in seen(obj):
            told = [folder for folder in holding if start <= found[folder][1] and end >= found[folder][0]]
            for folder in told or holding:
                first, last = found[folder]
                found[folder] = min(first, start), max(last, end)
    return found


def _exclude(layer: bpy.types.ViewLayer, away: Sequence[Folder]) -> bool:
    """Let ``layer`` have all of the chapters but for those ``away``.

    False where that has to wait, as the user excluded what a chapter lies in.
    """
    before, now = _read(layer), Away()
    places = _places(layer) if before or away else {}
    for folder, hidden in before.items():
        if folder in places and folder not in away:
            if any(is_within for _, is_within in places[folder]):
                now[folder] = hidden
                continue
            for place, _ in places[folder]:
                place.exclude = False
            for obj in hidden:
                obj.hide_set(True, view_layer=layer)
    waits = bool(now)
    for folder in away:
        if folder in before:
            now[folder] = before[folder]
        elif folder in places and not any(place.exclude for place, _ in places[folder]):
            now[folder] = [obj for obj in folder.objects if obj.hide_get(view_layer=layer)]
    for folder in now:
        for place, _ in places.get(folder, ()):
            if not place.exclude:
                place.exclude = True
    if now or before:
        _write(layer, now)
    return not waits


def _places(layer: bpy.types.ViewLayer) -> dict[Folder, list[tuple[Any, bool]]]:
    """Where each collection is in ``layer``, and whether it lies in one that is excluded."""
    found: dict[Folder, list[tuple[Any, bool]]] = {}
    if layer.layer_collection is None:  # of a scene that has never been shown, in bpy 5.2
        layer.update()
    waiting: list[tuple[Any, bool]] = [(layer.layer_collection, False)]
    while waiting:
        place, is_within = waiting.pop()
        found.setdefault(place.collection, []).append((place, is_within))
        waiting += [(child, is_within or place.exclude) for child in place.children]
    return found


def _read(layer: bpy.types.ViewLayer) -> Away:
    entries = layer.get(AWAY, ())
    found: Away = {}
    for entry in _groups(entries):
        if isinstance(folder := entry.get("folder"), Folder):
            hidden = [one.get("object") for one in _groups(entry.get("hidden", ()))]
            found[folder] = [obj for obj in hidden if isinstance(obj, bpy.types.Object)]
    return found


def _groups(entries: Any) -> list[Any]:
    """What a list has, if it is one of groups of properties: somebody may have made something else of it."""
    return [entry for entry in entries if hasattr(entry, "get")] if isinstance(entries, list) else []


def _write(layer: bpy.types.ViewLayer, away: Away) -> None:
    layer.pop(AWAY, None)
    if away:
        layer[AWAY] = [
            {"folder": folder} | ({"hidden": [{"object": obj} for obj in hidden]} if hidden else {})
            for folder, hidden in away.items()
        ]
