"""The panel *Selected* says in words what a grid is."""

from __future__ import annotations

import bpy

from blender_tests.ui.test_panels import shown
from llmviz_addon import ui
from llmviz_addon.stage.ours import TAG, ours
from llmviz_addon.stage.told_by_objects import ATLAS, STRIDES
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


def listed(obj: bpy.types.Object) -> set[str]:
    """What Blender's panel of custom properties lists: see its ``rna_prop_ui``."""
    declared = {prop.identifier for prop in obj.bl_rna.properties if prop.is_runtime}
    return {*obj.keys()} - declared


def test_blenders_own_panel_lists_its_words_alone(film: bpy.types.Scene) -> None:
    grids = [obj for obj in ours(film).objects if obj.get(TAG) == "grid"]
    assert all(listed(grid) == {"is", "shape", "made from"} for grid in grids)
    hers = bpy.data.objects.new("hers", None)
    hers["first"], hers["atlas"], hers[ATLAS] = "a text", [1, 2], "another's"
    assert listed(hers) == {"first", "atlas"}
    assert (hers[ATLAS], hers.llmviz_atlas, grids[0].llmviz_focus_lo) == ("another's", "another's", "[0.0, 0.0, 0.0]")
    ui.unregister()
    assert STRIDES in listed(grids[0])
    ui.register()
