"""Sidebar, operators and preferences: thin, they call the rooms above.

Every module holds the classes of one matter; here they follow one another, the settings first because panels
and operators read them.
"""

from __future__ import annotations

import bpy

from . import build, generate, jobs, panels, play, preferences, render, settings

MODULES = (preferences, settings, jobs, build, generate, play, render, panels)
OF_SCENES = {"llmviz_settings": settings.LLMVIZ_PG_settings, "llmviz_generation": generate.LLMVIZ_PG_generation}
"""Settings that every scene has; what was set stays in the file, for when the extension is back."""

_add, _remove = bpy.utils.register_classes_factory([cls for module in MODULES for cls in module.CLASSES])


def register() -> None:
    """Add everything to Blender."""
    _add()
    for name, kind in OF_SCENES.items():
        setattr(bpy.types.Scene, name, bpy.props.PointerProperty(type=kind))


def unregister() -> None:
    """Take it away again, last first."""
    jobs.stop()
    for name in OF_SCENES:
        delattr(bpy.types.Scene, name)
    _remove()
