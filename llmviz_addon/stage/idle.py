"""What is hidden for a while is idle: its keys are not evaluated until it is seen again, or anything of it changes.

Blender evaluates on every frame the keys of all things in a view layer, hidden or not, at some twelve microseconds
each, and of the eight hundred of a chapter mostly some fifty are seen. So a film is cut into stretches, at its markers,
and what is hidden throughout one and does not change in it has no slot of its action meanwhile. Its values are those
that it has in all of the stretch, so nothing can tell. Blender lists anew what is to be evaluated then, for as long as
a few frames take: that is done at the border of two stretches, or where it saves more.

That a thing is idle is written down on it, with its slot. Keys that the user gives it meanwhile join the others.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator

import bpy

from . import compat
from .compat import IDLE
from .motion.properties import HIDES
from .motion.spans import Span, busy
from .ours import ours

LONGEST = 300
"""Frames of a stretch."""
WORTH = 40
"""So many idle things save more, within a stretch, than it costs to leave them out."""

_stretches: dict[int, Span] = {}
"""The stretch that a scene is at, by the numbers that a session gives to scenes, as all that follow."""
_evaluated: dict[int, int] = {}
"""The frame that was evaluated last."""
_looked: dict[int, Span] = {}
"""The stretch of which it is known that no more can be left out."""
_awake: set[int] = set()
"""The scenes in which nothing is idle."""
_ours: dict[int, frozenset[int]] = {}
"""What is ours in a scene, by these numbers."""
_busy: dict[int, list[Span]] = {}
"""Of objects by their numbers: when they are seen, or change."""


def forget() -> None:
    """Forget what is known of scenes and objects, as after an undo, or where keys were changed."""
    for known in (_stretches, _evaluated, _looked, _awake, _ours, _busy):
        known.clear()


def look_anew(scene: bpy.types.Scene) -> None:
    """Something else is in the view layers."""
    _stretches.pop(scene.session_uid, None)


def before_frame(scene: bpy.types.Scene) -> None:
    """Wake what is seen, or changes, in the stretch that the frame of ``scene`` lies in or on the way there.

    What is idle from the frame before to the end of it goes; all wakes where another scene shows some of it.
    """
    key, frame = scene.session_uid, scene.frame_current
    first, last = _stretches.get(key, (1, 0))
    if first <= frame <= last:
        return
    stretch = _stretch(scene, frame)
    before = _evaluated.get(key)
    if before is None or not _is_alone(scene):
        wake_all(scene)
    else:
        way = min(stretch[0], before), max(stretch[1], before)
        for obj in scene.objects:
            if obj.get(IDLE) is not None and _is_busy(obj, way):
                _wake(obj)
        _leave(scene, way, 1)
    _stretches[key] = stretch


def after_frame(scene: bpy.types.Scene) -> None:
    """The frame of ``scene`` has been evaluated: what is idle throughout the stretch goes, if it is much."""
    key, frame = scene.session_uid, scene.frame_current
    stretch = _stretches.get(key)
    if stretch is None or not stretch[0] <= frame <= stretch[1]:
        return
    _evaluated[key] = frame
    if _looked.get(key) != stretch and _is_alone(scene):
        _looked[key] = stretch
        _leave(scene, stretch, WORTH)


def wake_all(scene: bpy.types.Scene) -> None:
    """Nothing is idle in ``scene``."""
    key = scene.session_uid
    for known in (_stretches, _evaluated, _looked):
        known.pop(key, None)
    if key not in _awake:
        for obj in scene.objects:
            if obj.get(IDLE) is not None:
                _wake(obj)
        _awake.add(key)


def _stretch(scene: bpy.types.Scene, frame: int) -> Span:
    """From marker to marker, or a part of that."""
    borders = sorted({marker.frame for marker in scene.timeline_markers})
    number = bisect_right(borders, frame)
    first = borders[number - 1] if number else -math.inf
    last = borders[number] - 1 if number < len(borders) else math.inf
    if last - first < LONGEST:
        return first, last
    part = frame // LONGEST * LONGEST
    return max(first, part), min(last, part + LONGEST - 1)


def _known(scene: bpy.types.Scene) -> frozenset[int]:
    """The numbers of what is ours."""
    key = scene.session_uid
    if key not in _ours:
        _ours[key] = frozenset(obj.session_uid for obj in ours(scene).objects)
    return _ours[key]


def _there(scene: bpy.types.Scene) -> Iterator[bpy.types.Object]:
    """What is ours and in the view layers."""
    known, met = _known(scene), set()
    for layer in scene.view_layers:
        for obj in layer.objects:
            if (number := obj.session_uid) in known and number not in met:
                met.add(number)
                yield obj


def _is_busy(obj: bpy.types.Object, stretch: Span) -> bool:
    number = obj.session_uid
    if number not in _busy:
        _busy[number] = busy(obj)
    return any(start <= stretch[1] and end >= stretch[0] for start, end in _busy[number])


def _leave(scene: bpy.types.Scene, stretch: Span, least: int) -> None:
    """What can be idle throughout a stretch is so from now on, if it is at ``least`` so much."""
    found = [obj for obj in _there(scene) if _can_leave(obj) and not _is_busy(obj, stretch)]
    if len(found) < least:
        return
    _awake.discard(scene.session_uid)
    for obj in found:
        data = obj.animation_data
        obj[IDLE] = data.action_slot_handle
        data.action_slot = None


def _can_leave(obj: bpy.types.Object) -> bool:
    data = obj.animation_data
    if data is None or data.action is None or data.action_slot is None or obj.library or data.action.library:
        return False
    return all(getattr(obj, path) for path in HIDES)


def _is_alone(scene: bpy.types.Scene) -> bool:
    """Whether what is ours in ``scene`` is evaluated at its frame only, in a window, and nowhere else at another."""
    if not any(window.scene == scene for window in bpy.context.window_manager.windows):
        return False
    known = _known(scene)
    elsewhere = (obj for other in bpy.data.scenes if other != scene for obj in other.objects)
    return not any(obj.session_uid in known or obj.instance_collection is not None for obj in elsewhere)


def _wake(obj: bpy.types.Object) -> None:
    """Give an object its slot again, and that all keys that it got meanwhile."""
    handle, data = obj.pop(IDLE), obj.animation_data
    if data is None or data.action is None:
        return
    hers = data.action_slot
    given = compat.fcurves(obj) if hers is not None else []
    if not isinstance(handle, int) or all(slot.handle != handle for slot in data.action.slots):
        handle = getattr(data.action.slots.get(data.last_slot_identifier), "handle", 0)  # somebody changed it
    data.action_slot_handle = handle
    if hers is None or data.action_slot is None or hers == data.action_slot:
        return
    curves = {(curve.data_path, curve.array_index): curve for curve in compat.fcurves(obj)}
    for curve in given:
        place = curve.data_path, curve.array_index
        mine = curves.get(place) or data.action.fcurve_ensure_for_datablock(obj, place[0], index=place[1])
        for point in curve.keyframe_points:
            mine.keyframe_points.insert(point.co[0], point.co[1]).interpolation = point.interpolation
        mine.update()
    data.action.slots.remove(hers)
