"""*Reload*: a chapter that is being written is taken in at the frame where she is; what is wrong has its line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import bpy
import pytest

from blender_tests.ui.conftest import everything
from blender_tests.ui.test_panels import draw, shown
from llmviz_addon.screenplay.score.timeline import ChapterSpan
from llmviz_addon.stage.rebuild.changes import losses
from llmviz_addon.stage.story import Story, read_story
from llmviz_addon.ui import panels
from llmviz_addon.ui.build import same_place
from llmviz_addon.ui.jobs import last
from llmviz_addon.ui.preferences import LLMVIZ_AP_preferences, catalogue

CHAPTER = 'title = "Mine"\npart = "Own"\n\n\ndef play(film):\n    film.open_on(film.layout.ln_f)\n    film.wait({})\n'
BEATS_WRONG = CHAPTER.format(4) + "    film.light('x')\n"


def write(folder: Path, text: str, name: str = "01_mine.py") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def folder(preferences: LLMVIZ_AP_preferences, tmp_path: Path) -> Path:
    """A folder that is trusted, with a chapter of four seconds before Layer Norm; both are built."""
    write(tmp_path, CHAPTER.format(4))
    bpy.ops.llmviz.trust_chapters(folder=str(tmp_path))
    bpy.ops.llmviz.build()
    return tmp_path


def span(name: str) -> ChapterSpan:
    return next(chapter for chapter in read_story(bpy.context.scene).chapters if chapter.name == name)


def state() -> tuple[object, ...]:
    scene = bpy.context.scene
    return everything(), scene["llmviz_story"], scene.frame_current, scene.frame_end, losses(scene)


def test_a_changed_chapter_is_told_anew_and_the_second_stays(folder: Path) -> None:
    scene, before = bpy.context.scene, span("layer-norm")
    scene.frame_set(before.start + 100)
    write(folder, CHAPTER.format(9))
    assert bpy.ops.llmviz.reload() == {"FINISHED"}
    after = span("layer-norm")
    assert after.start == before.start + 5 * scene.render.fps
    assert scene.frame_current == after.start + 100
    assert last().text.startswith("Reloaded: Mine, Layer Norm")


def test_in_a_chapter_that_has_become_shorter_it_is_its_end(folder: Path) -> None:
    scene = bpy.context.scene
    scene.frame_set(span("mine").end - 1)
    write(folder, CHAPTER.format(1))
    bpy.ops.llmviz.reload()
    assert scene.frame_current == span("mine").end


def test_nothing_changed_is_the_same_film_at_the_same_frame(folder: Path) -> None:
    bpy.context.scene.frame_set(span("mine").end + 4)
    before = state()
    bpy.ops.llmviz.reload()
    assert state() == before


def test_a_new_chapter_comes_in_and_a_removed_one_goes(folder: Path) -> None:
    write(folder, CHAPTER.format(2).replace("Mine", "More"), "02_more.py")
    (folder / "01_mine.py").unlink()
    bpy.ops.llmviz.reload()
    assert [chapter.name for chapter in read_story(bpy.context.scene).chapters] == ["more", "layer-norm"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("title = 1 +", 1),
        (BEATS_WRONG, 8),
        (CHAPTER.format(4).replace("film.wait", "film.wiat"), 7),
        (CHAPTER.format(4).replace("(film)", "()"), 5),
        ('"""Words."""\n\n1 / 0\n', 3),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_the_film_stays(folder: Path, text: str, line: int) -> None:
    bpy.context.scene.frame_set(span("mine").start + 50)
    before = state()
    path = write(folder, text)
    with pytest.raises(RuntimeError, match=f"Chapter 01_mine.py.*line {line}: "):
        bpy.ops.llmviz.reload()
    assert state() == before
    assert (last().script, last().line) == (path, line)
    told = "".join("".join(shown(panels.LLMVIZ_PT_film, "label")).split())
    assert told.count("".join(last().text.split())) == 1
    opened = [name for name in shown(panels.LLMVIZ_PT_film, "operator") if name == "llmviz.open_chapter"]
    assert len(opened) == 1
    write(folder, CHAPTER.format(4))
    bpy.ops.llmviz.reload()
    assert "llmviz.open_chapter" not in shown(panels.LLMVIZ_PT_film, "operator")


def test_what_is_wrong_with_a_chapter_that_is_not_told_hinders_nothing(folder: Path) -> None:
    write(folder, "1 / 0", "77_not_asked.py")
    bpy.context.scene.llmviz_settings.skipped += " not-asked"
    assert bpy.ops.llmviz.reload() == {"FINISHED"}
    assert catalogue().troubles[0].line == 1


def test_a_folder_that_is_gone_keeps_the_film(folder: Path) -> None:
    before = state()
    (folder / "01_mine.py").unlink()
    folder.rmdir()
    with pytest.raises(RuntimeError, match="There is no chapter folder"):
        bpy.ops.llmviz.reload()
    assert state() == before


def test_what_is_hers_stays_and_is_asked_for_where_all_is_built(folder: Path) -> None:
    scene = bpy.context.scene
    hers = bpy.data.objects.new("hers", None)
    scene.collection.objects.link(hers)
    hers.parent = scene.camera
    scene.camera.data.lens = 85
    write(folder, CHAPTER.format(9))
    assert bpy.ops.llmviz.reload() == {"FINISHED"}
    assert scene.camera.data.lens == 85
    write(folder, CHAPTER.format(9).replace("Mine", "Mine, Too"))
    with pytest.raises(RuntimeError, match="would lose what you changed: .*lens"):
        bpy.ops.llmviz.reload()
    assert bpy.ops.llmviz.reload(sure=True) == {"FINISHED"}
    assert hers.parent == scene.camera


def test_without_a_trusted_folder_or_a_film_there_is_no_reload(preferences: LLMVIZ_AP_preferences) -> None:
    with pytest.raises(RuntimeError, match="There is no film"):
        bpy.ops.llmviz.reload()
    bpy.ops.llmviz.build()
    with pytest.raises(RuntimeError, match="no folder of yours"):
        bpy.ops.llmviz.reload()
    assert "llmviz.reload" not in shown(panels.LLMVIZ_PT_film, "operator")


def test_the_button_stands_where_there_is_a_film_and_a_folder(folder: Path) -> None:
    assert "llmviz.reload" in shown(panels.LLMVIZ_PT_film, "operator")
    assert "llmviz.reload_chapters" not in shown(panels.LLMVIZ_PT_film, "operator")
    draw(panels.LLMVIZ_PT_film)


@pytest.fixture
def editor() -> Iterator[bpy.types.Area]:
    """A text editor in the window."""
    area = max(bpy.context.window.screen.areas, key=lambda area: area.width * area.height)
    kind, area.type = area.type, "TEXT_EDITOR"
    yield area
    area.type = kind


def test_a_chapter_is_opened_once_at_its_line(folder: Path, editor: bpy.types.Area) -> None:
    path = folder / "01_mine.py"
    bpy.ops.llmviz.open_chapter(path=str(path), line=7)
    bpy.ops.llmviz.open_chapter(path=str(path), line=6)
    (text,) = bpy.data.texts
    assert editor.spaces.active.text == text
    assert text.current_line_index == 5
    assert not text.is_dirty
    bpy.ops.llmviz.open_chapter(path=str(path), line=999)
    assert text.current_line_index == len(text.lines) - 1


def test_a_text_that_is_older_than_its_file_is_read_again_unless_she_changed_it(
    folder: Path, editor: bpy.types.Area
) -> None:
    path = folder / "01_mine.py"
    bpy.ops.llmviz.open_chapter(path=str(path), line=1)
    (text,) = bpy.data.texts
    write(folder, "# new\n" + CHAPTER.format(5))
    os.utime(path, (2e9, 2e9))
    bpy.ops.llmviz.open_chapter(path=str(path), line=1)
    assert text.lines[0].body == "# new"
    text.write("# hers\n")
    hers = text.as_string()
    write(folder, CHAPTER.format(1))
    bpy.ops.llmviz.open_chapter(path=str(path), line=1)
    assert text.as_string() == hers
    bpy.ops.llmviz.reload()
    assert last().text.endswith(" 01_mine.py has changes that are not saved.")


def test_without_an_editor_it_says_where_the_text_is(folder: Path) -> None:
    assert bpy.ops.llmviz.open_chapter(path=str(folder / "01_mine.py"), line=3) == {"FINISHED"}
    assert [text.current_line_index for text in bpy.data.texts] == [2]
    with pytest.raises(RuntimeError, match="There is no file"):
        bpy.ops.llmviz.open_chapter(path=str(folder / "gone.py"), line=3)


def film(*chapters: tuple[str, int, int], fps: int = 10) -> Story:
    return Story(tuple(ChapterSpan(name, 1, name, "", start, end) for name, start, end in chapters), (), (), fps)


@pytest.mark.parametrize(
    ("frame", "goal"),
    [(1, 1), (40, 40), (60, 50), (101, 51), (106, 55), (115, 60), (140, 85), (1000, 200)],
)
def test_the_same_second_of_the_same_chapter(frame: int, goal: int) -> None:
    before = film(("a", 1, 100), ("b", 111, 200))
    now = film(("a", 1, 50), ("b", 56, 200))
    assert same_place(frame, before, now) == goal


def test_another_rate_and_a_chapter_that_is_gone() -> None:
    before = film(("a", 1, 100), ("b", 111, 200))
    assert same_place(131, before, film(("b", 1, 300), fps=20)) == 41
    assert same_place(131, before, film(("c", 1, 300), fps=20)) == 261
    assert same_place(131, before, film(("c", 1, 60))) == 60
