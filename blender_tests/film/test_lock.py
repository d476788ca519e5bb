"""Locks end with whoever holds them, and so do temporary folders."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from llmviz_addon.errors import JobError
from llmviz_addon.film.lock import lock, scratch

ROOT = Path(__file__).resolve().parents[2]
HOLD = f"""
import sys, time
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from llmviz_addon.film.lock import lock, scratch
with scratch() as folder:
    held = lock(Path(sys.argv[1]))
    (folder / "big").write_text("x")
    print(folder, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def test_held_by_one(tmp_path: Path) -> None:
    held = lock(tmp_path / "lock")
    assert held is not None
    assert lock(tmp_path / "lock") is None
    held.close()
    again = lock(tmp_path / "lock")
    assert again is not None
    again.close()


def test_what_a_killed_process_held_is_free_and_cleared_away(tmp_path: Path, temporary: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path / "lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        theirs = Path(process.stdout.readline().strip())
        assert theirs.parent == temporary
        assert lock(tmp_path / "lock") is None
        with scratch() as mine:  # theirs is in use
            assert sorted(temporary.iterdir()) == sorted([mine, theirs])
        process.kill()
        process.wait()
    held = lock(tmp_path / "lock")
    assert held is not None
    held.close()
    with scratch() as mine:
        assert list(temporary.iterdir()) == [mine]
    assert list(temporary.iterdir()) == []


def test_others_folders_are_left_alone(temporary: Path) -> None:
    (temporary / "llmviz-notes").mkdir()
    (temporary / "other").mkdir()
    (temporary / "other" / "alive").touch()
    with scratch():
        pass
    assert {path.name for path in temporary.iterdir()} == {"llmviz-notes", "other"}


def test_no_room_for_temporary_files(temporary: Path) -> None:
    temporary.rmdir()
    with pytest.raises(JobError, match="Cannot make a temporary folder in .*tmp.*: No such file"), scratch():
        pass


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_stopped_process_still_holds_its_lock(tmp_path: Path, temporary: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path / "lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        theirs = Path(process.stdout.readline().strip())
        process.send_signal(signal.SIGSTOP)
        with scratch():
            assert theirs.is_dir()
        assert lock(tmp_path / "lock") is None
        process.kill()


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_signal_waits_until_a_temporary_folder_is_cleared_away(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(number: int, _: object) -> None:
        raise KeyboardInterrupt

    def meets_a_signal(path: Path, ignore_errors: bool = False) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        remove(path, ignore_errors=ignore_errors)

    def used() -> None:
        with scratch() as folder:
            for name in ("one", "two"):
                (folder / name).mkdir()
                (folder / name / "file").write_text("x")
            monkeypatch.setattr(shutil, "rmtree", meets_a_signal)

    remove, before = shutil.rmtree, signal.signal(signal.SIGTERM, end)
    try:
        with pytest.raises(KeyboardInterrupt):
            used()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert not list(temporary.iterdir())
