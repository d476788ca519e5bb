"""The sidebar's panel *Selected*: what the grid is that was clicked, in words."""

from __future__ import annotations

from typing import Any

import bpy

from ..stage.compat import IDLE
from ..stage.ours import NAME, TAG
from ..stage.things.grids import WORDS
from ..stage.told_by_objects import READ_BY_CELLS
from .write import write

GRID = "grid"


class LLMVIZ_PT_selected(bpy.types.Panel):
    """What the selected grid is, its shape, and what it is made from."""

    bl_space_type: Any = "VIEW_3D"
    bl_region_type: Any = "UI"
    bl_category = "LLM"
    bl_label = "Selected"
    bl_order = 4  # after Walk

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Where a grid is selected."""
        obj = context.active_object
        return obj is not None and obj.select_get() and obj.get(TAG) == GRID

    def draw(self, context: bpy.types.Context) -> None:
        """A line for each of its properties in words, with the collection that says where in the model it is."""
        obj = context.active_object
        if obj is None:
            return
        column = self.layout.column(align=True)
        places = ", ".join(collection.name for collection in obj.users_collection)
        for name, text in (*((name, obj.get(name)) for name in WORDS), ("lies in", places)):
            if isinstance(text, str) and text:
                write(column, f"{name[:1].upper()}{name[1:]}: {text}", context)


UNLISTED = (TAG, NAME, IDLE, *READ_BY_CELLS)
"""What Blender's own panel *Custom Properties* leaves out, as it does with all that an extension declares.

Declarations only read: one that keeps values would let Blender drop those of another kind from things of hers.
"""
_declared: list[str] = []


def register() -> None:
    """Declare it; a name that another extension has is left to that."""
    kind: Any = bpy.types.Object
    for name in UNLISTED:
        if not hasattr(kind, name):
            setattr(kind, name, _declaration(name))
            _declared.append(name)


def _declaration(name: str) -> Any:
    def told(obj: bpy.types.Object) -> str:
        value: Any = obj.get(name)
        return str(value.to_list() if hasattr(value, "to_list") else value)

    text = "Read by the material of cells, or says what this is of a stage of the LLM Visualizer"
    return bpy.props.StringProperty(name=name, description=text, get=told)


def unregister() -> None:
    """Take it back."""
    while _declared:
        delattr(bpy.types.Object, _declared.pop())


CLASSES = (LLMVIZ_PT_selected,)
