"""A model of made-up parts is built as any other: every grid is an object, every section has its sign."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from blender_tests.made_up import made_up
from blender_tests.test_made_up_parts import CHAPTER, TOKENS
from llmviz_addon.model.run import run
from llmviz_addon.screenplay.production import prepare
from llmviz_addon.stage.build import build

if TYPE_CHECKING:
    import bpy


def test_it_is_built(scene: bpy.types.Scene, tmp_path: Path) -> None:
    (tmp_path / "50_mine.py").write_text(CHAPTER)
    production = prepare(run(made_up(), TOKENS), ["mine"], folders=[tmp_path])
    build(scene, production)
    found = " ".join(obj.name for obj in scene.objects)
    assert all(grid.name in found for grid in production.layout.grids)
    assert "section:layers.1.attn.groups.0" in {drawing.name for drawing in production.signage}
