"""The menu *View ▸ LLM Visualizer*: Blender's search (F3) finds what is in menus, and shortcuts can be given there."""

from __future__ import annotations

from typing import Any

import bpy

GROUPS: tuple[tuple[tuple[str, Any], ...], ...] = (
    (
        ("llmviz.build", "FILE_REFRESH"),
        ("llmviz.open_stage", "ADD"),
        ("llmviz.reload", "FILE_REFRESH"),
    ),
    (
        ("llmviz.present", "FULLSCREEN_ENTER"),
        ("llmviz.speaker", "WINDOW"),
        ("llmviz.film_view", "OUTLINER_OB_CAMERA"),
        ("llmviz.inspect_cell", "EYEDROPPER"),
        ("llmviz.walk_begin", "OUTLINER"),
        ("llmviz.walk_hide_weights", "HIDE_ON"),
        ("llmviz.walk_show_all", "LOOP_BACK"),
    ),
    (
        ("llmviz.next_token", "TRIA_RIGHT"),
        ("llmviz.previous_token", "TRIA_LEFT"),
    ),
    (
        ("llmviz.cut_here", "CAMERA_DATA"),
        ("llmviz.own_copy", "DUPLICATE"),
        ("llmviz.edit_film", "SEQUENCE"),
    ),
    (
        ("llmviz.render_still", "RENDER_STILL"),
        ("llmviz.storyboard", "IMGDISPLAY"),
        ("llmviz.render_film", "RENDER_ANIMATION"),
        ("llmviz.cancel", "CANCEL"),
    ),
    (("llmviz.manual", "HELP"),),
)
"""Operators with icons, a line between groups."""


class LLMVIZ_MT_view(bpy.types.Menu):
    """What can be done with a film or an open stage."""

    bl_idname = "LLMVIZ_MT_view"
    bl_label = "LLM Visualizer"

    def draw(self, context: bpy.types.Context) -> None:
        """All of it; what cannot be done now is grey, and says why."""
        layout: Any = self.layout
        layout.operator_context = "INVOKE_DEFAULT"
        for number, group in enumerate(GROUPS):
            if number:
                layout.separator()
            for name, icon in group:
                layout.operator(name, icon=icon)


def draw(menu: Any, context: bpy.types.Context) -> None:
    """Our menu, at the end of Blender's."""
    menu.layout.separator()
    menu.layout.menu(LLMVIZ_MT_view.bl_idname)


def register() -> None:
    """Add it."""
    bpy.types.VIEW3D_MT_view.append(draw)


def unregister() -> None:
    """Take it away."""
    bpy.types.VIEW3D_MT_view.remove(draw)


CLASSES = (LLMVIZ_MT_view,)
