"""*Render still* and *Render film*."""

from __future__ import annotations

from pathlib import Path

import bpy

from .settings import LLMVIZ_PG_settings

UNSAVED = "Save the .blend file first, or choose a folder: // is the folder the file is in."


def folder_problem(settings: LLMVIZ_PG_settings) -> str:
    """Why nothing can be saved in the folder that is set; "" if it can."""
    if settings.folder.startswith("//") and not bpy.data.filepath:
        return UNSAVED
    folder = output_folder(settings)
    return "" if folder.is_dir() else f"There is no folder {str(folder)!r}."


def output_folder(settings: LLMVIZ_PG_settings) -> Path:
    """Where stills and films go."""
    return Path(bpy.path.abspath(settings.folder or "//"))


def register() -> None:
    """Add the operators."""


def unregister() -> None:
    """Take them away."""
