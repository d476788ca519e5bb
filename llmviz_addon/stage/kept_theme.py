"""The theme that a scene was built with, which it keeps whole."""

from __future__ import annotations

import bpy

from .materials.theme import Theme
from .materials.theme_file import rewritten
from .open_state import read_state
from .story import read_story
from .things.fonts import kept


def kept_theme(scene: bpy.types.Scene) -> Theme | None:
    """The theme of the film or the open stage in ``scene``; None where there is neither, or its theme was damaged.

    Raises JobError where its font is gone.
    """
    told = read_story(scene) or read_state(scene)
    return rewritten(told.theme, kept) if told else None
