"""The tool in the toolbar: whether it is in hand, and leaving it."""

from __future__ import annotations

import bpy

TOOL, OTHER_TOOL = "llmviz.inspect_tool", "builtin.select_box"


def is_tool(context: bpy.types.Context) -> bool:
    """Whether the tool is the one in hand."""
    tool = context.workspace.tools.from_space_view3d_mode("OBJECT", create=False)
    return tool is not None and tool.idname == TOOL


def take_other_tool(context: bpy.types.Context) -> None:
    """Leave the tool for the one that Blender begins with: it would begin to point at the next move."""
    if is_tool(context):
        bpy.ops.wm.tool_set_by_id(name=OTHER_TOOL)
