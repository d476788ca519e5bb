"""The sidebar's panel *Walk*: the model as a list, the steps, and what is hidden meanwhile."""

from __future__ import annotations

from typing import Any

import bpy

from ...stage.open_state import read_state
from ...stage.story import read_story
from ...stage.walking.places import marked
from ...stage.walking.walked import is_hiding
from ..jobs import locked
from ..manual import Explained
from ..view import looks_through_camera
from . import rows, steps
from .session import MOST, lit, session_of

ROWS = 10
"""Of the list, at least, and at most without its being drawn larger."""


class LLMVIZ_UL_walk(bpy.types.UIList):
    """What the model is made of, to fold and unfold, and to click."""

    use_filter_show = False

    def draw_item(
        self,
        context: bpy.types.Context | None,
        layout: bpy.types.UILayout,
        data: Any,
        item: Any,
        icon: int | None,
        active_data: Any,
        active_property: str | None,
        index: int | None,
        flt_flag: int | None,
    ) -> None:
        """One row: its fold, its title, its shape."""
        row = layout.row(align=True)
        if item.depth:
            row.separator(factor=1.2 * item.depth)
        if item.folds:
            fold: Any = "DOWNARROW_HLT" if item.unfolded else "RIGHTARROW"
            row.operator("llmviz.walk_fold", text="", icon=fold, emboss=False).path = item.path
        text = row.row(align=True)
        text.label(text=item.title, icon=item.icon or "NONE")
        detail = row.row(align=True)
        detail.alignment = "RIGHT"
        detail.active = False
        detail.label(text=item.detail)

    def draw_filter(self, context: bpy.types.Context | None, layout: bpy.types.UILayout) -> None:
        """Nothing: one searches above the list."""


class LLMVIZ_PT_walk(Explained, bpy.types.Panel):
    """Walking through the model."""

    bl_space_type: Any = "VIEW_3D"
    bl_region_type: Any = "UI"
    bl_category = "LLM"
    bl_label = "Walk"
    bl_order = 3  # after Play, which is registered before
    section = "Walk"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Where there is something to walk through."""
        return read_story(context.scene) is not None or read_state(context.scene) is not None

    def draw(self, context: bpy.types.Context) -> None:
        """The list, steps and hiding; before it was begun, one button."""
        layout, group = self.layout, context.window_manager.llmviz_walk
        layout.enabled = not locked()
        session = session_of(context.scene)
        if session is None or group.stage != marked(context.scene):
            layout.operator("llmviz.walk_begin", icon="OUTLINER")
        else:
            layout.prop(group, "search", text="", icon="VIEWZOOM")
            layout.template_list(
                "LLMVIZ_UL_walk", "", group, "rows", group, "index", item_dyntip_propname="tip", rows=ROWS, maxrows=ROWS
            )
            if len(group.rows) >= MOST:
                layout.label(text=f"The first {MOST}: search for more", icon="INFO")
            if session.at and not session.seen:
                row = layout.row()
                row.label(text="Not seen here", icon="HIDE_ON")
                if read_story(context.scene) is not None:
                    row.operator("llmviz.walk_seen", text="Go Where It Is")
            self._steps(layout)
            self._hiding(layout, context)
        if looks_through_camera(context.space_data) and not (session is not None and session.at):
            return
        layout.operator("llmviz.walk_back", icon="OUTLINER_OB_CAMERA")

    def _steps(self, layout: bpy.types.UILayout) -> None:
        grid = layout.column(align=True)
        for line in (("PREVIOUS", "UP", "IN"), ("NEXT", "DOWN", "OUT")):
            row = grid.row(align=True)
            for to in line:
                row.operator("llmviz.walk", text=steps.STEPS[to][0], icon=ARROWS[to]).to = to

    def _hiding(self, layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
        at = lit(context.scene)
        column = layout.column(align=True)
        if at is not None:
            nearest, outer = at.nearest, at.outer
            row = column.row(align=True)
            row.operator("llmviz.walk_only", text=f"Only {nearest.title}", icon="HIDE_OFF").outer = False
            if outer is not nearest:
                row.operator("llmviz.walk_only", text=f"Only {outer.title}", icon="HIDE_OFF").outer = True
        row = column.row(align=True)
        row.operator("llmviz.walk_hide_weights", icon="HIDE_ON")
        shown = row.row(align=True)
        shown.enabled = is_hiding(context.view_layer)
        shown.operator("llmviz.walk_show_all", icon="LOOP_BACK")


ARROWS: dict[str, Any] = {
    "PREVIOUS": "TRIA_LEFT",
    "NEXT": "TRIA_RIGHT",
    "UP": "TRIA_UP",
    "DOWN": "TRIA_DOWN",
    "IN": "ZOOM_IN",
    "OUT": "ZOOM_OUT",
}
CLASSES = (*rows.CLASSES, *steps.CLASSES, LLMVIZ_UL_walk, LLMVIZ_PT_walk)
