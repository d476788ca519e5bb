"""The tool in the viewport's toolbar and its operator: thin, what a gesture does is told by the session."""

from __future__ import annotations

from typing import Any

import bpy
from bpy_extras.view3d_utils import region_2d_to_origin_3d, region_2d_to_vector_3d

from ...errors import LlmvizError
from ...stage.pointing.subject import subject
from ..confirm import Result
from ..her_view import shows_film
from ..jobs import locked
from ..over import Over
from ..play import NO_FILM
from ..reading import read_first
from .hand import TOOL, is_tool, take_other_tool
from .overlay import draw
from .session import Session

DIGITS = ("ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE")
_drawn: list[Over] = []
"""What is drawn, while somebody points."""


class LLMVIZ_OT_inspect_cell(bpy.types.Operator):
    """Point at any cell to read its value, its formula with the numbers in it, and what it is made from.

    Click pins it. Click a lit source, or type its number, to walk upstream; with Alt to what uses it. Backspace goes
    back, Ctrl-C copies the value, Esc leaves. In a file that was opened the model is read first: GPT-2 in some seconds
    """

    bl_idname = "llmviz.inspect_cell"
    bl_label = "Read a Cell's Value"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only in a scene with a film or an open stage, and not while a job holds on to it."""
        there = shows_film(context.scene)
        if not there:
            cls.poll_message_set(NO_FILM)
        return there and not locked()

    def execute(self, context: bpy.types.Context) -> Result:
        """Say what is needed: a script has ``llmviz.inspect``."""
        self.report({"ERROR"}, "Pointing needs a mouse in a 3D viewport; a script has llmviz.inspect.")
        return {"CANCELLED"}

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        """Begin to point; the model is read, if it is not at hand."""
        if bpy.app.background or context.area is None or context.area.type != "VIEW_3D":
            return self.execute(context)
        if _drawn:
            return {"CANCELLED", "PASS_THROUGH"}
        if read_first(self, context):
            return {"CANCELLED"}
        try:
            subject(context.scene)
        except LlmvizError as error:
            self.report({"ERROR"}, str(error))
            take_other_tool(context)
            return {"CANCELLED"}
        self._session = Session(context.scene.name)
        self._by_tool = is_tool(context)
        self._area, self._at = context.area, (0.0, 0.0)
        _drawn.append(Over(self._draw))
        _drawn[-1].start()
        context.window_manager.modal_handler_add(self)
        context.workspace.status_text_set("Point at a cell   |   Click: pin   |   Esc: leave")
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        """Take moves and clicks on cells, and a few keys; all else is for the viewport."""
        if (
            not self.poll(context)
            or context.scene.name != self._session.scene
            or not _drawn
            or self._left_tool(context)
        ):
            return self._leave(context, {"CANCELLED", "PASS_THROUGH"})
        area, region = under(context.window, event.mouse_x, event.mouse_y)
        if area is None or region is None:
            return {"PASS_THROUGH"}
        try:
            return self._take(context, event, area, region)
        except LlmvizError as error:
            self.report({"ERROR"}, str(error))
            return self._leave(context, {"CANCELLED"})

    def _take(
        self, context: bpy.types.Context, event: bpy.types.Event, area: bpy.types.Area, region: bpy.types.Region
    ) -> Result:
        """One event over a viewport."""
        session, is_press = self._session, event.value == "PRESS"
        if event.type in ("ESC", "RIGHTMOUSE") and is_press:
            take_other_tool(context)
            return self._leave(context, {"FINISHED"})
        if event.type == "MOUSEMOVE" or (event.type == "LEFTMOUSE" and is_press):
            at = event.mouse_x - region.x, event.mouse_y - region.y
            view = area.spaces.active.region_3d
            origin, way = region_2d_to_origin_3d(region, view, at), region_2d_to_vector_3d(region, view, at)
            session.hover(context.scene, origin.to_tuple(), way.to_tuple())
            if session.pinned is None or event.type == "LEFTMOUSE":
                self._area, self._at = area, at
        session.downstream = event.alt
        taken = True
        if event.type == "LEFTMOUSE" and is_press:
            session.click(context.scene, event.alt)
        elif event.type == "BACK_SPACE" and is_press:
            session.back()
        elif event.type in DIGITS and is_press and session.pinned is not None:
            session.walk(context.scene, DIGITS.index(event.type))
        elif event.type == "C" and is_press and (event.ctrl or event.oskey):
            self._copy(context)
        else:
            taken = event.type == "LEFTMOUSE" and not event.ctrl and not event.shift
        for one in context.window.screen.areas:
            if one.type == "VIEW_3D":
                one.tag_redraw()
        return {"RUNNING_MODAL"} if taken else {"PASS_THROUGH"}

    def cancel(self, context: bpy.types.Context) -> None:
        """Take away what is drawn; Blender calls this when the window closes or another file is opened."""
        stop()
        if context.workspace is not None:
            context.workspace.status_text_set(None)

    def _copy(self, context: bpy.types.Context) -> None:
        text = self._session.copied()
        if text:
            context.window_manager.clipboard = text
            self.report({"INFO"}, f"Copied {text if len(text) < 60 else 'the values'}.")
        else:
            self.report({"INFO"}, "There is no value here to copy.")

    def _draw(self) -> None:
        draw(self._session, self._area, self._at)

    def _left_tool(self, context: bpy.types.Context) -> bool:
        """Whether it was begun by the tool and the user has taken another one since."""
        return self._by_tool and not is_tool(context)

    def _leave(self, context: bpy.types.Context, how: Result) -> Result:
        stop()
        context.workspace.status_text_set(None)
        for area in context.window.screen.areas:
            area.tag_redraw()
        return how


class LLMVIZ_TL_inspect(bpy.types.WorkSpaceTool):
    """The same in the toolbar."""

    bl_space_type = "VIEW_3D"
    bl_context_mode = "OBJECT"
    bl_idname = TOOL
    bl_label = "Inspect Cell"
    bl_description = "Point at a cell of the film to read its value, its formula and what it is made from"
    bl_icon = "ops.paint.weight_sample"
    bl_widget = None
    bl_keymap = (
        ("llmviz.inspect_cell", {"type": "MOUSEMOVE", "value": "ANY"}, None),
        ("llmviz.inspect_cell", {"type": "LEFTMOUSE", "value": "PRESS"}, None),
    )


def under(window: bpy.types.Window, x: int, y: int) -> tuple[bpy.types.Area | None, bpy.types.Region | None]:
    """The viewport and its main region at a place of the window; none where something else is, a sidebar too."""
    for area in window.screen.areas:
        if area.type != "VIEW_3D" or not _is_in(area, x, y):
            continue
        over = [
            region for region in area.regions if region.type != "WINDOW" and region.width > 1 and _is_in(region, x, y)
        ]
        main = next((region for region in area.regions if region.type == "WINDOW" and _is_in(region, x, y)), None)
        return (None, None) if over or main is None else (area, main)
    return None, None


def stop() -> None:
    """Take away what is drawn, and end whoever points."""
    while _drawn:
        _drawn.pop().stop()


def register() -> None:
    """Put the tool into the toolbar."""
    bpy.utils.register_tool(LLMVIZ_TL_inspect, after={"builtin.cursor"}, separator=True)


def unregister() -> None:
    """Take it away, and with it its keys from the user's map, where Blender leaves them."""
    stop()
    tool: Any = LLMVIZ_TL_inspect
    name, users = tool._bl_tool.keymap[0], bpy.context.window_manager.keyconfigs.user
    bpy.utils.unregister_tool(LLMVIZ_TL_inspect)
    for held in [keymap for keymap in users.keymaps if keymap.name == name]:
        users.keymaps.remove(held)


def _is_in(part: bpy.types.Area | bpy.types.Region, x: int, y: int) -> bool:
    return part.x <= x < part.x + part.width and part.y <= y < part.y + part.height


CLASSES = (LLMVIZ_OT_inspect_cell,)
