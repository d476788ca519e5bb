"""While one goes through a film in Blender, what is seen is evaluated: see ``stage.playing`` and ``stage.idle``.

That changes view layers and slots of actions without a step of Blender's undo. That keeps, of what is unchanged from
step to step, what is there, and makes the rest anew; so nothing is changed while it is at it, and then all is looked at
again: what is remembered are numbers, never things of Blender's.
"""

from __future__ import annotations

import threading
from typing import Any

import bpy
from bpy.app.handlers import persistent

from ..stage.playing import everything, look_again, only_playing, shown
from ..stage.rebuild.difference import forget
from ..stage.rebuild.renewing import renew
from . import rate

_undoing: list[bool] = []
"""Whether Blender is at an undo or a redo."""


@persistent
def go_on(scene: bpy.types.Scene, *_: Any) -> None:
    """Another frame: of a render in a window, which has a thread of its own, all chapters are there."""
    is_shown = threading.current_thread() is threading.main_thread()
    if _undoing:
        return
    if is_shown:
        rate.before_frame()
    (only_playing if is_shown else everything)(scene)


@persistent
def went_on(scene: bpy.types.Scene, *_: Any) -> None:
    """It is there."""
    if threading.current_thread() is threading.main_thread() and not _undoing:
        shown(scene)
        rate.after_frame()


@persistent
def say_nothing(*_: Any) -> None:
    """Another file: what was told in the status bar of whatever went on in the one before is over."""
    for workspace in bpy.data.workspaces:
        workspace.status_text_set(None)


@persistent
def take_in(*_: Any) -> None:
    """Another file, perhaps one of before."""
    renew()


@persistent
def hold(*_: Any) -> None:
    """Blender begins to undo, or to do again."""
    _undoing[:] = [True]


@persistent
def look(*_: Any) -> None:
    """Another file, or another state of this one."""
    _undoing.clear()
    look_again()
    forget()
    for scene in bpy.data.scenes:
        only_playing(scene)


@persistent
def hear_of_keys(scene: bpy.types.Scene, graph: bpy.types.Depsgraph) -> None:
    """Keys may have been changed, by which it goes what is seen when."""
    if graph.id_type_updated("ACTION"):
        look_again()


@persistent
def make_whole(*_: Any) -> None:
    """What is saved has all chapters."""
    for scene in bpy.data.scenes:
        everything(scene)


HANDLERS = (
    ("frame_change_pre", go_on),
    ("frame_change_post", went_on),
    ("depsgraph_update_post", hear_of_keys),
    ("load_post", take_in),
    ("load_post", look),
    ("load_post", say_nothing),
    ("undo_pre", hold),
    ("redo_pre", hold),
    ("undo_post", look),
    ("redo_post", look),
    ("save_pre", make_whole),
    ("save_post", look),
    ("save_post_fail", look),
)


def register() -> None:
    """Begin."""
    _undoing.clear()
    for name, handler in HANDLERS:
        getattr(bpy.app.handlers, name).append(handler)


def unregister() -> None:
    """Leave off; all chapters are there again."""
    for name, handler in HANDLERS:
        handlers = getattr(bpy.app.handlers, name)
        if handler in handlers:
            handlers.remove(handler)
    make_whole()
