"""Presets set what their files say, ours can all be set, and hers come and go."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest

from llmviz_addon.ui import looks

FILES = sorted((looks.HERE / "presets" / "llmviz").glob("*/*.py"))
PANELS = {"theme": looks.LLMVIZ_PT_theme_presets, "render": looks.LLMVIZ_PT_render_presets}
ADD = {"theme": looks.LLMVIZ_OT_theme_preset_add, "render": looks.LLMVIZ_OT_render_preset_add}


def test_blender_finds_ours(sidebar: bpy.types.Scene) -> None:
    assert len(FILES) == 9
    for kind, panel in PANELS.items():
        found = [path for folder in bpy.utils.preset_paths(panel.preset_subdir) for path in Path(folder).glob("*.py")]
        assert sorted(found) == [path for path in FILES if path.parent.name == kind]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_sets_what_it_says(sidebar: bpy.types.Scene, path: Path) -> None:
    told = [line.split(" = ") for line in path.read_text().splitlines() if line.startswith("settings.")]
    kind = path.parent.name
    assert {name for name, _ in told} <= {*ADD[kind].preset_values}
    panel = PANELS[kind].__name__
    assert bpy.ops.script.execute_preset(filepath=str(path), menu_idname=panel) == {"FINISHED"}
    for name, value in told:
        kept = getattr(sidebar.llmviz_settings, name.removeprefix("settings."))
        assert repr(kept) == value.replace('"', "'"), name


def test_hers_are_added_and_removed(sidebar: bpy.types.Scene) -> None:
    sidebar.llmviz_settings.pace = 90.0
    bpy.ops.llmviz.theme_preset_add(name="Slow")
    (folder,) = [path for path in bpy.utils.preset_paths("llmviz/theme") if (Path(path) / "Slow.py").exists()]
    assert "settings.pace = 90.0" in (Path(folder) / "Slow.py").read_text()
    bpy.ops.llmviz.theme_preset_add(name="Slow", remove_name=True)
    assert not (Path(folder) / "Slow.py").exists()


def test_disabled_they_are_gone(scene: bpy.types.Scene) -> None:
    assert str(looks.HERE / "presets" / "llmviz" / "theme") not in bpy.utils.preset_paths("llmviz/theme")
