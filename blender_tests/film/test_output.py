"""Outputs are checked first and appear whole or not at all."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from llmviz_addon.errors import JobError
from llmviz_addon.film import blend
from llmviz_addon.film.output import check_output, check_place, made_folder, unusable_on_windows, written
from llmviz_addon.film.quiet import unbroken

Disk = Callable[[int], AbstractContextManager[None]]


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


def test_odd_outputs_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "loop.png").symlink_to("loop.png")
    (tmp_path / "null.png").symlink_to(os.devnull)
    (tmp_path / "gone.png").symlink_to(tmp_path / "no" / "a.png")
    (tmp_path / "model.png").touch()
    (tmp_path / "same.PNG").hardlink_to(tmp_path / "model.png")
    for name, why in (
        ("pipe.png", "not a file"),
        ("null.png", "not a file"),
        ("loop.png", "symbolic links"),
        ("gone.png", "does not exist"),
        (f"{'a' * 300}.png", "File name too long"),
        ("model.png", "it is the file that is read"),
        ("same.PNG", "it is the file that is read"),
        (".png", "must end in"),
    ):
        with pytest.raises(JobError, match=why):
            check_output(tmp_path / name, ".png", tmp_path / "model.png")
    assert check_output(tmp_path / "other.png", ".png", "gone") == tmp_path / "other.png"


def test_a_file_that_is_protected_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.png"
    path.touch(0o444)
    tmp_path.chmod(0o777)
    monkeypatch.chdir(tmp_path)
    user = os.geteuid()
    if not user:  # root may write anything
        os.seteuid(65534)
    try:
        with pytest.raises(JobError, match="'a.png': it is there already and protected from writing"):
            check_output("a.png", ".png")
    finally:
        os.seteuid(user)


def test_folders(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    for path, why in (
        (tmp_path / "file", "it is a file"),
        (tmp_path / "gone", "it is a file"),
        (tmp_path / "no" / "a", "does not exist"),
        (tmp_path / ("a" * 300), "File name too long"),
        (Path("/proc/a"), "Cannot"),
    ):
        with pytest.raises(JobError, match=why):
            made_folder(check_place(path))
    for _ in range(2):
        assert made_folder(check_place(str(tmp_path / "new"))).is_dir()


def test_names_of_devices_on_windows() -> None:
    for name in ("aux.mp4", "CON.png", "nul", "Com1.tar.gz", "a:b.png", "what?.png"):
        assert unusable_on_windows(name)
    for name in ("auxiliary.mp4", "com10.png", "layer-norm.png"):
        assert not unusable_on_windows(name)


def test_a_link_stays_a_link_and_a_file_keeps_its_permissions(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    target, dangling = home / "a.txt", home / "new.txt"
    target.write_text("old")
    target.chmod(0o640)
    for name in ("a.txt", "new.txt"):
        (tmp_path / name).symlink_to(Path("home") / name)
        with written(tmp_path / name) as temporary:
            temporary.write_text("new")
        assert (tmp_path / name).is_symlink()
    assert target.read_text() == dangling.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o640
    assert len(list(home.iterdir())) == 2


def test_the_longest_names_can_be_written(tmp_path: Path) -> None:
    for name in ("a" * 251 + ".txt", "-rf.txt", "two\nlines.txt", os.fsdecode(b"caf\xe9.txt")):
        with written(check_output(tmp_path / name, ".txt")) as temporary:
            temporary.write_text("x")
        assert (tmp_path / name).read_text() == "x"


def test_what_a_killed_process_left_is_cleared(tmp_path: Path) -> None:
    names = (".77-0.part.blend", ".77-0.part.png", ".mine-1.part.blend", "a.part.blend", ".78-1.part.blend")
    for name in names:
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (0, 0) if "78" not in name else None)
    check_output(tmp_path / "a.png", ".png")
    assert {path.name for path in tmp_path.iterdir()} == set(names[2:])


def test_a_full_disk_is_one_of_our_errors(tmp_path: Path, disk_of: Disk) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")
    with disk_of(1000), pytest.raises(JobError, match="Cannot write .*a.txt"), written(target) as temporary:
        temporary.write_bytes(b"x" * 2000)
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert target.read_text() == "old"


@pytest.mark.parametrize("compress", [True, False])
def test_a_blend_is_whole_or_refused(scene: object, compress: bool, tmp_path: Path, disk_of: Disk) -> None:
    import bpy
    import numpy as np

    noise = bpy.data.images.new("noise", 64, 64, float_buffer=True)
    noise.pixels.foreach_set(np.random.default_rng(0).random(64 * 64 * 4, np.float32))
    noise.pack()
    noise.use_fake_user = True
    path, cut = tmp_path / "a.blend", tmp_path / "cut.blend"
    blend.save(path, compress=compress)
    data = path.read_bytes()
    assert blend.is_whole(path)
    size = len(data)
    for length in (0, 1, 4, 12, 17, 100, size // 2, size - 40, size - 33, size - 8, size - 1):
        cut.write_bytes(data[:length])
        assert not blend.is_whole(cut), length
    cut.write_bytes(data[: size // 2] + data[size // 2 + 100 :])  # a write in the middle that failed
    assert not blend.is_whole(cut) or not compress
    for room in (100, 4096, size // 2, size - size // 10):  # a file saved twice is not quite as long
        with disk_of(room), pytest.raises(JobError, match="Cannot write .*a.blend.*: .*is the disk full"):
            blend.save(cut, path, compress=compress)
    bpy.ops.wm.open_mainfile(filepath=str(path))
    assert "noise" in bpy.data.images


def test_a_blend_in_a_folder_with_any_name(scene: object, tmp_path: Path) -> None:
    for name in ("a b", "#", "{x}", "-rf", "two\nlines", os.fsdecode(b"caf\xe9")):
        (tmp_path / name).mkdir()
        with written(tmp_path / name / "a.blend") as temporary:
            blend.save(temporary)
        assert [path.name for path in (tmp_path / name).iterdir()] == ["a.blend"]
    blend.save(Path(f"/{tmp_path}") / "b.blend")  # two slashes: beside the open file, to Blender
    assert (tmp_path / "b.blend").is_file()


def test_signals_wait_while_blender_works() -> None:
    before = signal.getsignal(signal.SIGINT)
    done = []

    def work() -> None:
        with unbroken():
            os.kill(os.getpid(), signal.SIGINT)
            done.append("to the end")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done
    assert signal.getsignal(signal.SIGINT) == before
