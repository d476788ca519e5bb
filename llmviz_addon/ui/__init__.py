"""Sidebar, operators and preferences: thin, they call the rooms above.

Every module holds the classes of one matter; here they follow one another, the settings first because panels
and operators read them.
"""

from __future__ import annotations

from typing import Any

import bpy

from . import (
    assets,
    beside,
    build,
    direct,
    first_look,
    generate,
    jobs,
    keys,
    locking,
    looks,
    manual,
    menu,
    panels,
    play,
    playing,
    preferences,
    presenting,
    reading,
    reload,
    render,
    saving,
    scenes,
    selected,
    settings,
)
from .pointing import tool
from .solid import overlay as solid
from .walking import looking, overlay, panel, rows, session

MODULES = (
    preferences,
    settings,
    assets,
    jobs,
    build,
    reload,
    manual,
    looks,
    menu,
    generate,
    play,
    beside,
    presenting,
    reading,
    tool,
    render,
    scenes,
    panels,
    panel,
    direct,
    selected,
)
OF_SCENES = {"llmviz_settings": settings.LLMVIZ_PG_settings, "llmviz_generation": generate.LLMVIZ_PG_generation}
"""Settings that every scene has; what was set stays in the file, for when the extension is back."""
WALK = "llmviz_walk"
"""The list to walk in, on the window manager."""

CLASSES = tuple(cls for module in MODULES for cls in module.CLASSES)
_utils: Any = bpy.utils  # in the stubs this returns nothing, and a property neither
_props: Any = bpy.props
_add, _remove = _utils.register_classes_factory(CLASSES)


def register() -> None:
    """Add everything to Blender."""
    for cls in CLASSES:
        if issubclass(cls, bpy.types.Operator):
            cls.bl_description = tooltip(cls)
    _add()
    keys.add_keys()
    for name, kind in OF_SCENES.items():
        setattr(bpy.types.Scene, name, _props.PointerProperty(type=kind))
    setattr(bpy.types.WindowManager, WALK, _props.PointerProperty(type=rows.LLMVIZ_PG_walk))
    tool.register()
    selected.register()
    manual.register()
    looks.register()
    locking.register()
    menu.register()
    playing.register()
    solid.register()
    saving.register()
    if not bpy.app.background:  # where timers do not fire, and bpy 4.5 waits for them at its exit
        bpy.app.timers.register(scenes.watch, persistent=True)


def tooltip(cls: type) -> str:
    """A docstring as Blender wants it: it breaks lines itself, and puts a full stop after the last letter."""
    return "\n".join(" ".join(part.split()) for part in (cls.__doc__ or "").split("\n\n")).rstrip(".")


def unregister() -> None:
    """Take it away again, last first."""
    jobs.stop()
    presenting.stop()
    first_look.stop()
    saving.unregister()
    solid.unregister()
    playing.unregister()
    menu.unregister()
    locking.unregister()
    looks.unregister()
    manual.unregister()
    selected.unregister()
    tool.unregister()
    overlay.stop()
    looking.stop()
    session.forget()
    if bpy.app.timers.is_registered(scenes.watch):
        bpy.app.timers.unregister(scenes.watch)
    for name in OF_SCENES:
        delattr(bpy.types.Scene, name)
    delattr(bpy.types.WindowManager, WALK)
    keys.remove_keys()
    _remove()
