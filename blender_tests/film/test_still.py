"""Stills: the asked-for picture, and the user's settings as they were."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest

from llmviz_addon.errors import JobError
from llmviz_addon.film.painting import png
from llmviz_addon.film.still import KEPT, still


def _settings(scene: bpy.types.Scene) -> dict[str, object]:
    owners = {"render": scene.render, "image": scene.render.image_settings, "cycles": scene.cycles}
    return {key: getattr(owner, key) for name, owner in owners.items() for key in KEPT[name] if hasattr(owner, key)}


@pytest.mark.parametrize("engine", ["cycles", "eevee"])
def test_a_still_leaves_all_as_it_was(blend: Path, tmp_path: Path, engine: str) -> None:
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    scene = bpy.context.scene
    scene.frame_set(7)
    scene.render.resolution_percentage = 50
    before = _settings(scene)
    still(scene, tmp_path / "a#b {c}.png", 300, (160, 90), engine)
    assert png.read(tmp_path / "a#b {c}.png").shape == (90, 160, 3)
    assert [path.name for path in tmp_path.iterdir()] == ["a#b {c}.png"]
    assert _settings(scene) == before
    assert scene.frame_current == 7


def test_what_cannot_be(blend: Path, tmp_path: Path) -> None:
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    scene = bpy.context.scene
    with pytest.raises(JobError, match="Unknown engine 'luxcore'"):
        still(scene, tmp_path / "a.png", 1, (160, 90), "luxcore")
    scene.camera = None
    with pytest.raises(JobError, match="no camera"):
        still(scene, tmp_path / "a.png", 1, (160, 90), "cycles")
    assert list(tmp_path.iterdir()) == []
