"""The small picture that Blender keeps in a file: without a graphics card drawing it takes longer than all the rest.

Blender draws the scene once more through its camera for it, as the viewport is shaded; for a film that took 9 to 15 s
of a save, of which all else is 0.3 s. Where she leaves it to Blender what the picture is of, it is the window then,
which is drawn already.
"""

from __future__ import annotations

from typing import Any

import bpy
from bpy.app.handlers import persistent

from .her_view import shows_film

DRAWN = ("MATERIAL", "RENDERED")
"""Shadings of a viewport that are drawn with the film's materials."""
_left: list[bool] = []
"""Whether her preferences were saved, while the choice in them is another."""


def is_slow() -> bool:
    """Whether drawing the film once more takes long: a window shows it, and there is no graphics card."""
    areas = (area for window in bpy.context.window_manager.windows if shows_film(window.scene)
             for area in window.screen.areas if area.type == "VIEW_3D")  # fmt: skip
    if bpy.app.background or not any(area.spaces.active.shading.type in DRAWN for area in areas):
        return False
    import gpu

    platform: Any = gpu.platform
    return bool(platform.device_type_get() == "SOFTWARE")


@persistent
def take_window(*_: Any) -> None:
    """Let the picture be of the window, where that is left to Blender."""
    preferences: Any = bpy.context.preferences
    if preferences.filepaths.file_preview_type == "AUTO" and is_slow():
        _left[:] = [preferences.is_dirty]
        preferences.filepaths.file_preview_type = "SCREENSHOT"


@persistent
def give_back(*_: Any) -> None:
    """What she chose is chosen again."""
    if _left:
        preferences: Any = bpy.context.preferences
        preferences.filepaths.file_preview_type = "AUTO"
        preferences.is_dirty = _left.pop()


HANDLERS = (("save_pre", take_window), ("save_post", give_back), ("save_post_fail", give_back))


def register() -> None:
    """Begin."""
    for name, handler in HANDLERS:
        getattr(bpy.app.handlers, name).append(handler)


def unregister() -> None:
    """Leave off."""
    give_back()
    for name, handler in HANDLERS:
        handlers = getattr(bpy.app.handlers, name)
        if handler in handlers:
            handlers.remove(handler)
