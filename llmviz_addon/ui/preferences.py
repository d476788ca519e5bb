"""What a user sets once for all files: the folder of her own chapters."""

from __future__ import annotations

from pathlib import Path

import bpy

PACKAGE = __package__.rpartition(".")[0]
"""The add-on's module name, which Blender keeps its preferences under."""


class LLMVIZ_AP_preferences(bpy.types.AddonPreferences):
    """Preferences of the extension."""

    bl_idname = PACKAGE

    chapter_folder: bpy.props.StringProperty(
        name="Your Chapters",
        description="Folder with chapters of your own, files such as 10_my_chapter.py. "
        "A chapter with the name of one that comes with the extension takes its place",
        subtype="DIR_PATH",
    )

    def draw(self, context: bpy.types.Context) -> None:
        """The settings, below the extension's entry."""
        self.layout.prop(self, "chapter_folder")


def chapter_folders() -> tuple[Path, ...]:
    """The user's chapter folder, if she has set one."""
    addon = bpy.context.preferences.addons.get(PACKAGE)
    folder = addon.preferences.chapter_folder if addon and addon.preferences else ""
    return (Path(bpy.path.abspath(folder)),) if folder else ()


CLASSES = (LLMVIZ_AP_preferences,)
