"""Sidebar, operators and preferences: thin, they call the rooms above.

Every module holds the classes of one matter and registers them; here they follow one another, the
settings first because panels and operators read them.
"""

from __future__ import annotations

from . import build, generate, jobs, panels, play, preferences, render, settings

MODULES = (preferences, settings, jobs, build, generate, play, render, panels)


def register() -> None:
    """Add everything to Blender."""
    for module in MODULES:
        module.register()


def unregister() -> None:
    """Take it away again, last first."""
    for module in reversed(MODULES):
        module.unregister()
