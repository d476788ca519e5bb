"""Whether the interface is locked while a window renders, on which it depends what may be taken out of a scene."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.app.handlers import persistent

from .playing import look

_listener = object()


@persistent
def listen(*_: Any) -> None:
    """Look again whenever the interface is locked or unlocked; another file has nobody that listens."""
    bpy.msgbus.clear_by_owner(_listener)
    key: Any = (bpy.types.RenderSettings, "use_lock_interface")
    bpy.msgbus.subscribe_rna(key=key, owner=_listener, args=(), notify=look)


def register() -> None:
    """Begin."""
    listen()
    bpy.app.handlers.load_post.append(listen)


def unregister() -> None:
    """Leave off."""
    bpy.app.handlers.load_post.remove(listen)
    bpy.msgbus.clear_by_owner(_listener)
