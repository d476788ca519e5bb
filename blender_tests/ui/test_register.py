"""Registering adds the sidebar, unregistering takes all of it away again."""

from __future__ import annotations

import re

import bpy
import pytest

import llmviz_addon
from llmviz_addon import ui
from llmviz_addon.ui.jobs import Job


def registered() -> set[str]:
    operators = {f"llmviz.{name}" for name in dir(bpy.ops.llmviz)}
    classes = {name for name in dir(bpy.types) if name.startswith("LLMVIZ")}
    return operators | classes | set(bpy.types.Scene.bl_rna.properties.keys())


def test_unregistering_leaves_no_trace(scene: bpy.types.Scene) -> None:
    before = registered()
    llmviz_addon.register()
    added = registered() - before
    assert {"llmviz.build", "llmviz.jump", "llmviz.render_film", "LLMVIZ_PT_model", "llmviz_settings"} <= added
    llmviz_addon.unregister()
    assert registered() == before


def test_registering_again_works(scene: bpy.types.Scene) -> None:
    for _ in range(2):
        llmviz_addon.register()
        llmviz_addon.unregister()


@pytest.mark.parametrize("module", ui.MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_every_operator_and_setting_explains_itself(sidebar: bpy.types.Scene, module: object) -> None:
    for cls in module.CLASSES:
        if issubclass(cls, bpy.types.Operator | bpy.types.PropertyGroup | bpy.types.AddonPreferences):
            assert cls.__doc__
        if issubclass(cls, bpy.types.PropertyGroup | bpy.types.AddonPreferences):
            for name in cls.__annotations__:
                assert cls.bl_rna.properties[name].name, name
                assert cls.bl_rna.properties[name].description, name


def test_operators_that_change_the_file_can_be_undone(sidebar: bpy.types.Scene) -> None:
    staging = ("build", "open_stage", "next_token", "previous_token", "look_at", "jump", "jump_to_chapter")
    for name in (*staging, "walk_to", "walk", "walk_only", "walk_hide_weights", "walk_show_all", "walk_pick"):
        options = getattr(bpy.types, f"LLMVIZ_OT_{name}").bl_options
        assert options & {"UNDO", "UNDO_GROUPED"}, name


def test_a_tooltip_ends_with_a_word_and_breaks_where_a_paragraph_does(sidebar: bpy.types.Scene) -> None:
    operators = [cls for cls in ui.CLASSES if issubclass(cls, bpy.types.Operator)]
    assert len(operators) > 10
    for cls in operators:
        text = getattr(bpy.ops.llmviz, cls.bl_idname.rpartition(".")[2]).get_rna_type().description
        assert text == text.strip(), cls
        assert text[-1].isalnum(), (cls, text)  # Blender adds the full stop
        assert "  " not in text, cls
    jobs = [cls for cls in operators if issubclass(cls, Job)]
    assert len(jobs) > 5
    for cls in jobs:
        assert re.search(r"\btakes?\b.*(second|as long)", cls.bl_description, re.DOTALL), (cls, "tells no cost")
    groups = [cls for cls in ui.CLASSES if issubclass(cls, bpy.types.PropertyGroup | bpy.types.AddonPreferences)]
    texts = [cls.bl_rna.properties[name].description for cls in groups for name in cls.__annotations__]
    assert not [text for text in texts if text.endswith(".") or text != text.strip()]
