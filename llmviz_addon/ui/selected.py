"""The sidebar's panel *Selected*: what the grid is that was clicked, in words."""

from __future__ import annotations

from typing import Any

import bpy

from ..stage.ours import TAG
from ..stage.things.grids import WORDS
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


CLASSES = (LLMVIZ_PT_selected,)
