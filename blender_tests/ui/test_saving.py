"""The small picture of a file is of the window where drawing the film once more takes long; her choice stays."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest

from llmviz_addon.ui import saving


@pytest.fixture
def seen(sidebar: bpy.types.Scene, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is chosen while a file is written."""
    found: list[str] = []
    monkeypatch.setattr(saving, "is_slow", lambda: True)
    bpy.app.handlers.save_pre.append(lambda *_: found.append(bpy.context.preferences.filepaths.file_preview_type))
    yield found
    bpy.app.handlers.save_pre.pop()
    bpy.context.preferences.filepaths.file_preview_type = "AUTO"


def test_where_it_is_left_to_blender_it_is_the_window(seen: list[str], tmp_path: Path) -> None:
    bpy.context.preferences.is_dirty = False
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    assert seen == ["SCREENSHOT"]
    assert bpy.context.preferences.filepaths.file_preview_type == "AUTO"
    assert not bpy.context.preferences.is_dirty


def test_what_she_chose_is_done(seen: list[str], tmp_path: Path) -> None:
    bpy.context.preferences.filepaths.file_preview_type = "CAMERA"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    assert seen == ["CAMERA"]
    assert bpy.context.preferences.filepaths.file_preview_type == "CAMERA"


def test_a_file_that_cannot_be_written_changes_nothing(seen: list[str], tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "none" / "a.blend"))
    assert bpy.context.preferences.filepaths.file_preview_type == "AUTO"


def test_without_a_window_it_is_not_asked(film: bpy.types.Scene) -> None:
    assert not saving.is_slow()
