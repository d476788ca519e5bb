"""Our assets: a library that Blender knows, of plain things, without a trace in the file that is open."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest

from blender_tests.ui.conftest import everything
from llmviz_addon.stage.assets import CATALOGUES, FILE, RIGS, WORLDS
from llmviz_addon.stage.materials.theme_file import NAMES
from llmviz_addon.stage.ours import NAME, TAG
from llmviz_addon.ui import assets


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sidebar: bpy.types.Scene) -> Path:
    """The folder that the library goes into."""
    monkeypatch.setattr(assets, "folder", lambda: tmp_path)
    libraries = bpy.context.preferences.filepaths.asset_libraries
    yield tmp_path
    for one in [one for one in libraries if one.name == assets.LIBRARY]:
        libraries.remove(one)


def test_one_click_and_blender_knows_them(place: Path) -> None:
    hers = bpy.data.worlds.new("LLM Light")
    before = everything()
    assert assets.library() is None
    assert bpy.ops.llmviz.add_assets() == {"FINISHED"}
    assert everything() == before
    assert hers.name == "LLM Light"
    assert Path(assets.library().path) == place
    assert bpy.ops.llmviz.add_assets() == {"FINISHED"}
    assert len([one for one in bpy.context.preferences.filepaths.asset_libraries if one.name == assets.LIBRARY]) == 1


def test_what_is_in_it_is_plain(place: Path) -> None:
    bpy.ops.llmviz.add_assets()
    with bpy.data.libraries.load(str(place / FILE), assets_only=True) as (found, wanted):
        wanted.worlds, wanted.collections = found.worlds, found.collections
    titles = {name.replace("-", " ").title() for name in NAMES}
    assert {world.name for world in wanted.worlds} == {f"LLM {title}" for title in titles}
    assert {one.name for one in wanted.collections} == {"LLM Cinematic Lamps", "LLM Camera"}
    written = (place / CATALOGUES).read_text()
    for block in (*wanted.worlds, *wanted.collections):
        assert block.asset_data.catalog_id in written
        assert block.asset_data.catalog_id in (WORLDS, RIGS)
        assert block.asset_data.description
    paths = {line.split(":")[1] for line in written.splitlines() if line.count(":") == 2}
    assert {parent for path in paths if (parent := path.rpartition("/")[0])} <= paths, "else Blender has to save them"
    (camera,) = (one for one in wanted.collections if one.name == "LLM Camera")
    assert sorted(obj.type for obj in camera.objects) == ["CAMERA", "EMPTY"]
    (lamps,) = (one for one in wanted.collections if one.name != "LLM Camera")
    assert [obj.type for obj in lamps.objects].count("LIGHT") == 4
    objects = (*camera.objects, *lamps.objects)
    blocks = (*wanted.worlds, *wanted.collections, *objects, *(obj.data for obj in objects if obj.data))
    assert not [block for block in blocks if TAG in block or NAME in block]


def test_a_folder_that_cannot_be_written_is_told(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "folder", lambda: place / "gone")
    with pytest.raises(RuntimeError, match="Cannot write the assets"):
        bpy.ops.llmviz.add_assets()
    assert assets.library() is None


def test_there_is_a_folder_without_an_extension() -> None:
    assert assets.folder().is_dir()
