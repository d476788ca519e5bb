"""Chapters of the user's own: run where she trusted a folder and asked for it, never by what is drawn or opened."""

from __future__ import annotations

import os
from pathlib import Path

import bpy
import pytest

from blender_tests.ui.test_panels import draw, shown
from llmviz_addon.ui import chapters, panels, request
from llmviz_addon.ui.preferences import LLMVIZ_AP_preferences, catalogue, chapter_folders

MINE = 'title = "Mine"\npart = "Own"\n\n\ndef play(film):\n    film.wait(1)\n'
LOUD = 'import pathlib\n\npathlib.Path(__file__).with_suffix(".ran").touch()\n' + MINE


def names() -> list[str]:
    return [entry.name for entry in catalogue().chapters]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a chapter that leaves a trace where it is run."""
    folder = tmp_path / "chapters"
    folder.mkdir()
    (folder / "42_mine.py").write_text(LOUD, encoding="utf-8")
    return folder


def ran(folder: Path) -> bool:
    """Whether a chapter ran since it was asked last."""
    found = list(folder.glob("*.ran"))
    for trace in found:
        trace.unlink()
    return bool(found)


def draw_everything() -> None:
    for panel in panels.CLASSES:
        draw(panel)
    mine = bpy.context.preferences.addons["llmviz_addon"].preferences
    draw(LLMVIZ_AP_preferences, trusted=mine.trusted, bl_rna=mine.bl_rna, pauses=True)


def test_a_folder_is_run_when_it_is_trusted_and_its_chapters_are_offered(
    preferences: LLMVIZ_AP_preferences, folder: Path
) -> None:
    assert bpy.ops.llmviz.trust_chapters(folder=str(folder)) == {"FINISHED"}
    assert ran(folder)
    assert chapter_folders() == (folder,)
    assert names()[-1] == "mine"
    assert "mine" in request.chosen(bpy.context.scene.llmviz_settings, chapter_folders())


def test_drawing_runs_nothing_and_shows_what_was_found(preferences: LLMVIZ_AP_preferences, folder: Path) -> None:
    bpy.ops.llmviz.trust_chapters(folder=str(folder))
    chapters._read.cache_clear()  # as in the next session
    chapters.from_text.cache_clear()
    ran(folder)
    draw_everything()
    (folder / "42_mine.py").write_text(LOUD.replace("Mine", "Yours"), encoding="utf-8")
    (folder / "43_more.py").write_text(LOUD, encoding="utf-8")
    draw_everything()
    assert not ran(folder)
    assert names()[-1] == "mine"
    assert bpy.ops.llmviz.reload_chapters() == {"FINISHED"}
    assert ran(folder)
    assert names()[-2:] == ["mine", "more"]
    assert catalogue().chapters[-2].title == "Yours"


def test_a_file_that_is_opened_chooses_no_folder(
    preferences: LLMVIZ_AP_preferences, folder: Path, tmp_path: Path
) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "theirs.blend"))
    bpy.ops.llmviz.trust_chapters(folder="//chapters")
    assert chapter_folders() == (folder,), "kept as an absolute path"
    elsewhere = tmp_path / "elsewhere" / "chapters"
    elsewhere.mkdir(parents=True)
    (elsewhere / "42_mine.py").write_text(LOUD, encoding="utf-8")
    bpy.ops.wm.save_as_mainfile(filepath=str(elsewhere.parent / "theirs.blend"))
    draw_everything()
    bpy.ops.llmviz.reload_chapters()
    assert not ran(elsewhere)


@pytest.mark.parametrize("wrong", ["chapters", "/nowhere/chapters", "", "x" * 400])
def test_what_is_no_folder_is_not_trusted(preferences: LLMVIZ_AP_preferences, wrong: str) -> None:
    with pytest.raises(RuntimeError, match="There is no folder"):
        bpy.ops.llmviz.trust_chapters(folder=wrong)
    assert chapter_folders() == ()


def test_a_folder_is_forgotten(preferences: LLMVIZ_AP_preferences, folder: Path) -> None:
    bpy.ops.llmviz.trust_chapters(folder=str(folder))
    bpy.ops.llmviz.trust_chapters(folder=str(folder) + "/")
    assert len(preferences.trusted) == 1
    ran(folder)
    bpy.ops.llmviz.forget_chapters(folder=str(folder))
    assert chapter_folders() == ()
    assert "mine" not in names()
    assert not ran(folder)
    with pytest.raises(RuntimeError, match="no folder of yours"):
        bpy.ops.llmviz.reload_chapters()


def test_a_build_reads_what_was_changed(preferences: LLMVIZ_AP_preferences, folder: Path) -> None:
    bpy.ops.llmviz.trust_chapters(folder=str(folder))
    (folder / "42_mine.py").unlink()
    (folder / "43_more.py").write_text(MINE.replace("film.wait", "film.open_on(film.layout.ln_f)\n    film.wait"))
    bpy.context.scene.llmviz_settings.skipped += " mine"
    bpy.ops.llmviz.build()
    assert "43 Mine" in [marker.name for marker in bpy.context.scene.timeline_markers]
    assert names()[-1] == "more"


def spoil_lock(folder: Path) -> None:
    (folder / ".#50_x.py").symlink_to("someone@somewhere.1234")
    (folder / "51_lost.py").symlink_to("nowhere")


def spoil_chapter(folder: Path) -> None:
    (folder / "42_mine.py").write_text("title = 1 +", encoding="utf-8")


def spoil_all(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


@pytest.mark.parametrize("spoil", [spoil_lock, spoil_chapter, spoil_all])
def test_a_spoilt_folder_leaves_panels_and_our_chapters(
    preferences: LLMVIZ_AP_preferences, folder: Path, spoil: object
) -> None:
    bpy.ops.llmviz.trust_chapters(folder=str(folder))
    spoil(folder)
    draw_everything()
    assert bpy.ops.llmviz.reload_chapters() == {"FINISHED"}
    draw_everything()
    assert {entry.name for entry in chapters.ours()} <= set(names())
    assert catalogue().problem
    assert "".join(catalogue().problem.split()) in "".join(shown(panels.LLMVIZ_PT_film, "label")).replace(" ", "")


@pytest.mark.parametrize(
    "kept", ["", "[]", "{}", '{"chapters": [1], "problem": ""}', '{"chapters": 7, "problem": 1}', "[" * 100_000]
)
def test_what_was_remembered_may_be_damaged(preferences: LLMVIZ_AP_preferences, folder: Path, kept: str) -> None:
    bpy.ops.llmviz.trust_chapters(folder=str(folder))
    preferences.found = kept
    draw_everything()
    assert names() == [entry.name for entry in chapters.ours()]


def test_a_chapter_is_read_once_as_long_as_it_stays(folder: Path) -> None:
    first = chapters.read((folder,))
    ran(folder)
    assert chapters.read((folder,)) is first
    assert not ran(folder)
    path = folder / "42_mine.py"
    path.write_text(MINE.replace("Mine", "Yours"), encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert chapters.read((folder,)).chapters[-1].title == "Yours"


@pytest.mark.parametrize("content", ["title = 1 +", "x = 1"])
def test_a_broken_chapter_leaves_ours_and_says_why(tmp_path: Path, content: str) -> None:
    (tmp_path / "42_mine.py").write_text(content, encoding="utf-8")
    found = chapters.read((tmp_path,))
    assert found.chapters == chapters.ours()
    assert "42_mine.py" in found.problem


def test_a_folder_that_is_gone_hides_nothing_else(
    preferences: LLMVIZ_AP_preferences, folder: Path, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "44_far.py").write_text(MINE, encoding="utf-8")
    bpy.ops.llmviz.trust_chapters(folder=str(stick))
    bpy.ops.llmviz.trust_chapters(folder=str(folder))
    assert {"far", "mine"} <= set(names())
    spoil_all(stick)
    bpy.context.scene.llmviz_settings.skipped += " mine"
    assert bpy.ops.llmviz.build() == {"FINISHED"}
    assert "far" not in names()
    assert "mine" in names()
    assert catalogue().problem == f"There is no chapter folder {str(stick)!r}."


def test_a_broken_chapter_does_not_hide_another(tmp_path: Path) -> None:
    (tmp_path / "42_mine.py").write_text("1 / 0", encoding="utf-8")
    (tmp_path / "43_yours.py").write_text(MINE.replace("Mine", "Yours"), encoding="utf-8")
    found = chapters.read((tmp_path,))
    assert [entry.name for entry in found.chapters if entry not in chapters.ours()] == ["yours"]
    assert found.problem.endswith("42_mine.py cannot be read: line 1: ZeroDivisionError: division by zero")


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    assert "no chapter folder" in chapters.read((tmp_path / "gone",)).problem
