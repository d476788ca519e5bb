"""The zip, installed as a user would: the same sidebar, with preferences of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import bpy
import pytest

from llmviz_addon.packaging import package

MODULE = "bl_ext.user_default.llmviz"
CHAPTER = """title = "Mine"
part = "Own"


def play(film):
    film.open_on(film.layout.ln_f, azimuth=281, elevation=9)
    with film.beat("hello"):
        film.say("Hello.")
    film.wait(1)
"""


@pytest.fixture
def extension(scene: bpy.types.Scene, tmp_path: Path) -> Iterator[str]:
    """The extension, installed and enabled."""
    archive = package(tmp_path / "dist")
    Path(bpy.app.tempdir).mkdir(parents=True, exist_ok=True)  # a film that a test made in this process took it along
    bpy.ops.extensions.package_install_files(filepath=str(archive), repo="user_default", enable_on_install=True)
    yield MODULE
    bpy.ops.preferences.addon_disable(module=MODULE)


def test_a_users_chapter_is_told(extension: str, tmp_path: Path) -> None:
    folder = tmp_path / "chapters"
    folder.mkdir()
    (folder / "42_mine.py").write_text(CHAPTER, encoding="utf-8")
    assert bpy.ops.llmviz.trust_chapters(folder=str(folder)) == {"FINISHED"}
    settings = bpy.context.scene.llmviz_settings
    settings.included = [False] * 32
    settings.skipped = " ".join(name for name in settings.skipped.split() if name != "mine")
    bpy.ops.llmviz.build()
    assert [marker.name for marker in bpy.context.scene.timeline_markers][0] == "42 Mine"


def test_disabling_it_leaves_no_trace(extension: str) -> None:
    bpy.ops.preferences.addon_disable(module=extension)
    assert not hasattr(bpy.types.Scene, "llmviz_settings")
    assert not [name for name in dir(bpy.types) if name.startswith("LLMVIZ")]
