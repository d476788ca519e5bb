"""Outputs are checked first and appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmviz_addon.errors import JobError
from llmviz_addon.film.output import check_output, written


def test_accepts_what_can_be_written(tmp_path: Path) -> None:
    assert check_output(str(tmp_path / "a.MP4"), ".mp4") == tmp_path / "a.MP4"
    assert list(tmp_path.iterdir()) == []


def test_says_why_not(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder.png").mkdir()
    for path, why in (
        (tmp_path / "a.avi", "must end in .png"),
        (tmp_path / "folder.png", "it is a folder"),
        (tmp_path / "no" / "a.png", "does not exist"),
        (tmp_path / "file" / "a.png", "is not a folder"),
        (Path("/proc/a.png"), "Cannot write"),
    ):
        with pytest.raises(JobError, match=why):
            check_output(path, ".png")


def test_nothing_half_done_is_left(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(ZeroDivisionError), written(target) as temporary:
        temporary.write_text(str(temporary.write_text("half") // 0))
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert target.read_text() == "old"
    with written(target) as temporary:
        temporary.write_text("new")
    assert target.read_text() == "new"


def test_an_unwritable_place_is_one_of_our_errors(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="Cannot write"), written(tmp_path / "gone" / "a.txt") as temporary:
        temporary.write_text("x")
