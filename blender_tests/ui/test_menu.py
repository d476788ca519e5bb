"""Blender's search finds our operators, as they are in a menu."""

from __future__ import annotations

from types import SimpleNamespace

import bpy

from blender_tests.ui.test_panels import Layout
from llmviz_addon.ui import menu


def test_the_menu_has_all_that_is_done_without_options(sidebar: bpy.types.Scene) -> None:
    layout = Layout()
    menu.LLMVIZ_MT_view.draw(SimpleNamespace(layout=layout), bpy.context)
    names = [text for kind, text, _ in layout.drawn if kind == "operator"]
    assert names == [name for group in menu.GROUPS for name, _ in group]
    operators = [getattr(bpy.ops.llmviz, name.removeprefix("llmviz.")).get_rna_type() for name in names]
    labels = [operator.name for operator in operators]
    assert len({*labels}) == len(labels) > 18
    assert {"Build", "Present", "Bake Own Copy", "Render Film"} <= {*labels}


def test_it_comes_and_goes(scene: bpy.types.Scene) -> None:
    def drawn() -> list[object]:
        return getattr(bpy.types.VIEW3D_MT_view.draw, "_draw_funcs", [])

    assert menu.draw not in drawn()
    menu.register()
    assert menu.draw in drawn()
    menu.unregister()
    assert menu.draw not in drawn()
