"""The panel *Selected* says in words what a grid is."""

from __future__ import annotations

import bpy

from blender_tests.ui.test_panels import shown
from llmviz_addon.stage.ours import TAG, ours
from llmviz_addon.ui.selected import LLMVIZ_PT_selected


def test_a_selected_grid_is_told_in_words(film: bpy.types.Scene) -> None:
    assert not LLMVIZ_PT_selected.poll(bpy.context)
    grid = next(obj for obj in ours(film).objects if obj.get(TAG) == "grid" and obj.visible_get())
    bpy.context.view_layer.objects.active = grid
    grid.select_set(True)
    assert LLMVIZ_PT_selected.poll(bpy.context)
    said = " ".join(shown(LLMVIZ_PT_selected, "label"))
    assert f"Is: {grid['is']}" in said
    assert "Made from: " in said
    assert grid.users_collection[0].name in said
    assert "strides" not in said
    grid.select_set(False)
    assert not LLMVIZ_PT_selected.poll(bpy.context)
