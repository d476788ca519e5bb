"""The user interface, registered in an empty file as Blender would do it."""

from __future__ import annotations

from collections.abc import Iterator

import bpy
import pytest

from blender_tests.stage.conftest import production, row
from llmviz_addon import ui
from llmviz_addon.ui.preferences import PACKAGE, LLMVIZ_AP_preferences, catalogue

__all__ = ["production", "row"]
"""Small sets, to be built."""


@pytest.fixture
def sidebar(scene: bpy.types.Scene) -> Iterator[bpy.types.Scene]:
    """An empty scene with the user interface at hand, and only the Layer Norm chapter ticked."""
    ui.register()
    names = [chapter.name for chapter in catalogue().chapters]
    scene.llmviz_settings.skipped = " ".join(name for name in names if name != "layer-norm")
    yield scene
    ui.unregister()


@pytest.fixture
def preferences(sidebar: bpy.types.Scene) -> Iterator[LLMVIZ_AP_preferences]:
    """The preferences that an extension has, and a checkout has not."""
    addons = bpy.context.preferences.addons
    addon = addons.new()
    addon.module = PACKAGE
    yield addon.preferences
    addons.remove(addon)


@pytest.fixture
def film(sidebar: bpy.types.Scene) -> bpy.types.Scene:
    """A scene with a built film, the current one."""
    bpy.ops.llmviz.build()
    return bpy.context.scene


def everything() -> set[tuple[str, str]]:
    """Every datablock of the file, by kind and name, but Blender's own font, which stays once a text was made."""
    kinds = [getattr(bpy.data, name) for name in dir(bpy.data)]
    collections = [kind for kind in kinds if isinstance(kind, bpy.types.bpy_prop_collection)]
    found = {(block.bl_rna.identifier, block.name) for blocks in collections for block in blocks}
    return {(kind, name) for kind, name in found if kind != "VectorFont"}
