"""Presets, as Blender has them for its own panels: a list in the header, ours and her own, to which one adds with +.

Ours lie in ``presets/``; hers go where Blender keeps hers. Each is a small file that sets the sidebar's settings.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
from bl_operators.presets import AddPresetBase
from bl_ui.utils import PresetPanel

from .manual import Explained

HERE = Path(__file__).resolve().parent
_utils: Any = bpy.utils  # of which the stubs lack what extensions need


class _AddPreset(AddPresetBase):
    """What adding one of ours shares."""

    preset_defines = ("settings = bpy.context.scene.llmviz_settings",)


class LLMVIZ_OT_theme_preset_add(_AddPreset, bpy.types.Operator):
    """Keep theme, reading pauses and pace under a name, or take a preset of yours away"""

    bl_idname = "llmviz.theme_preset_add"
    bl_label = "Add Theme Preset"
    preset_menu = "LLMVIZ_PT_theme_presets"
    preset_subdir = "llmviz/theme"
    preset_values = ("settings.theme", "settings.theme_file", "settings.pauses", "settings.pace")


class LLMVIZ_OT_render_preset_add(_AddPreset, bpy.types.Operator):
    """Keep aspect, size, frame rate, engine and quality under a name, or take a preset of yours away"""

    bl_idname = "llmviz.render_preset_add"
    bl_label = "Add Render Preset"
    preset_menu = "LLMVIZ_PT_render_presets"
    preset_subdir = "llmviz/render"
    preset_values = (
        *("settings.shape", "settings.short_side", "settings.fps"),
        *("settings.engine", "settings.quality"),
    )


class LLMVIZ_PT_theme_presets(PresetPanel, bpy.types.Panel):
    """Looks of the film; seen once it is built again."""

    bl_label = "Theme Presets"
    preset_subdir = "llmviz/theme"
    preset_operator = "script.execute_preset"
    preset_add_operator = "llmviz.theme_preset_add"


class LLMVIZ_PT_render_presets(PresetPanel, bpy.types.Panel):
    """Pictures and how they are rendered; aspect, size and rate once the film is built again."""

    bl_label = "Render Presets"
    preset_subdir = "llmviz/render"
    preset_operator = "script.execute_preset"
    preset_add_operator = "llmviz.render_preset_add"


class Preset(Explained):
    """A panel with ``presets`` in its header, before the manual's button."""

    presets: Any

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        """The list, and the manual."""
        self.presets.draw_panel_header(self.layout)
        super().draw_header_preset(context)


def register() -> None:
    """Tell Blender where ours lie."""
    _utils.register_preset_path(str(HERE))


def unregister() -> None:
    """Take it back."""
    _utils.unregister_preset_path(str(HERE))


CLASSES = (
    LLMVIZ_OT_theme_preset_add,
    LLMVIZ_OT_render_preset_add,
    LLMVIZ_PT_theme_presets,
    LLMVIZ_PT_render_presets,
)
