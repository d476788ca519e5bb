"""The theme that a scene was built with, which it keeps whole."""

from __future__ import annotations

import bpy

from .materials.theme import Theme
from .materials.theme_file import rewritten
from .open_state import read_state
from .ours import is_inherited
from .story import read_story
from .things.fonts import kept

LIT = "llmviz_lit"
"""Custom property of a scene, there where things are lit."""


def kept_theme(scene: bpy.types.Scene) -> Theme | None:
    """The theme of the film or the open stage in ``scene``; None where there is neither, or its theme was damaged.

    Raises JobError where its font is gone.
    """
    told = read_story(scene) or read_state(scene)
    return rewritten(told.theme, kept) if told else None


def write_lit(scene: bpy.types.Scene, lit: bool) -> None:
    """Write down whether things in ``scene`` are lit."""
    scene.pop(LIT, None)
    if lit:
        scene[LIT] = True


def is_lit(scene: bpy.types.Scene) -> bool:
    """Whether the stage in ``scene`` was built in a theme in which things are lit."""
    return not is_inherited(scene) and bool(scene.get(LIT))
