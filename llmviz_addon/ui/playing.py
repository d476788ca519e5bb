"""While one goes through a film in Blender, only the chapter that is told is evaluated: see ``stage.playing``."""

from __future__ import annotations

import threading
from typing import Any

import bpy
from bpy.app.handlers import persistent

from ..stage.playing import everything, look_again, only_playing


@persistent
def go_on(scene: bpy.types.Scene, *_: Any) -> None:
    """Another frame: of a render in a window, which has a thread of its own, all chapters are there."""
    is_shown = threading.current_thread() is threading.main_thread()
    (only_playing if is_shown else everything)(scene)


@persistent
def look(*_: Any) -> None:
    """Another file, or another state of this one."""
    look_again()
    for scene in bpy.data.scenes:
        only_playing(scene)


@persistent
def make_whole(*_: Any) -> None:
    """What is saved has all chapters."""
    for scene in bpy.data.scenes:
        everything(scene)


HANDLERS = {
    "frame_change_pre": go_on,
    "load_post": look,
    "undo_post": look,
    "redo_post": look,
    "save_pre": make_whole,
    "save_post": look,
    "save_post_fail": look,
}


def register() -> None:
    """Begin."""
    for name, handler in HANDLERS.items():
        getattr(bpy.app.handlers, name).append(handler)


def unregister() -> None:
    """Leave off; all chapters are there again."""
    for name, handler in HANDLERS.items():
        handlers = getattr(bpy.app.handlers, name)
        if handler in handlers:
            handlers.remove(handler)
    make_whole()
