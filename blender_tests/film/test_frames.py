"""Frames of one film are kept, those of another never mixed in."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from llmviz_addon.errors import JobError
from llmviz_addon.film.frames import (
    Frames,
    check_frames,
    check_free,
    code_version,
    drop,
    fingerprint,
    frame_path,
    frames_folder,
    frames_of,
    opened,
    size_of,
)
from llmviz_addon.film.painting import png
from llmviz_addon.screenplay.production import Production

SIZE = (6, 4)
ALL = range(1, 5)


def _film(folder: Path, **fingerprint: str) -> Frames:
    return frames_of(folder, fingerprint, SIZE)


def _write(frames: Frames, *numbers: int) -> None:
    for number in numbers:
        png.write(frames.path(number), np.full((*SIZE[::-1], 3), number, np.uint8), frames.mark)


def test_goes_on_with_the_same_film(tmp_path: Path) -> None:
    folder = frames_folder(tmp_path / "a.b.mp4")
    assert folder.name == "a.b.frames"
    with opened(folder, {"theme": "1"}, SIZE) as frames:
        assert frames.missing(1, 3) == [1, 2, 3]
        _write(frames, 2)
    (folder / ".77-3.part.png").touch()
    (folder / ".video-x").mkdir()
    with opened(folder, {"theme": "1"}, SIZE) as frames:
        assert frames.missing(1, 3) == [1, 3]
        assert not list(folder.glob(".*"))


def test_frames_of_another_film_are_thrown_away_only_if_asked(tmp_path: Path) -> None:
    folder = tmp_path / "a.frames"
    with opened(folder, {"theme": "1", "tokens": "2"}, SIZE) as frames:
        _write(frames, 2, 3)
    (folder / "mine.png").touch()
    for other, size in (({"theme": "2", "tokens": "2"}, SIZE), ({"theme": "1", "tokens": "2"}, (8, 4))):
        with pytest.raises(JobError, match=r"keeps 2 frames of another film \(another (theme|size)\).*--overwrite"):
            check_frames(folder, other, size)
        with pytest.raises(JobError, match="2 frames"), opened(folder, other, size):
            pass
    assert frames.missing(1, 3) == [1]
    with opened(folder, {"theme": "2", "tokens": "2"}, SIZE, overwrite=True) as others:
        assert others.missing(1, 2) == [1, 2]
        assert frames.missing(1, 3) == [1, 2, 3]
    assert (folder / "mine.png").exists()


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "a.frames"
    folder.mkdir()
    frame_path(folder, 1).touch()
    with pytest.raises(JobError, match="holds something else"), opened(folder, {}, SIZE, overwrite=True):
        pass
    assert [path.name for path in folder.iterdir()] == ["000001.png"]
    with pytest.raises(JobError, match="does not exist"), opened(tmp_path / "no" / "a.frames", {}, SIZE):
        pass


@pytest.mark.parametrize("left", [[], ["film.lock"], ["film.lock", ".12-0.part.json"], [".video-x"]])
def test_a_leftover_of_ours_never_blocks_a_folder(tmp_path: Path, left: list[str]) -> None:
    folder = tmp_path / "a.frames"
    folder.mkdir()
    for name in left:
        (folder / name).touch()
    with opened(folder, {}, SIZE) as frames:
        assert frames.missing(1, 1) == [1]
    assert sorted(path.name for path in folder.iterdir()) == ["film.json", "film.lock"]


@pytest.mark.parametrize("about", [b"", b"{", b"\xff\xfe\0", b"[]", b'"text"'])
def test_a_broken_fingerprint_costs_no_frame(tmp_path: Path, about: bytes) -> None:
    folder = tmp_path / "a.frames"
    with opened(folder, {"theme": "1"}, SIZE) as frames:
        _write(frames, 1)
    (folder / "film.json").write_bytes(about)
    with pytest.raises(JobError, match="keeps 1 frames of another film;"):
        check_frames(folder, {"theme": "2"}, SIZE)
    with opened(folder, {"theme": "1"}, SIZE) as frames:
        assert frames.missing(1, 1) == []


def test_only_whole_frames_of_this_film_are_trusted(tmp_path: Path) -> None:
    with opened(tmp_path / "a.frames", {"theme": "1"}, SIZE) as frames:
        _write(frames, *ALL)
        good = frames.path(2).read_bytes()
        assert frames.missing(1, 4) == []
        for at in range(len(good)):
            flipped = bytearray(good)
            flipped[at] ^= 1 << at % 8
            frames.path(2).write_bytes(flipped)
            assert frames.missing(1, 4) == [2], at
            assert png.mark_of(bytes(flipped)) is None
        for length in range(len(good)):
            frames.path(2).write_bytes(good[:length])
            assert frames.missing(1, 4) == [2]
        frames.path(2).write_bytes(good + b"\0")
        assert frames.missing(1, 4) == [2]
        png.write(frames.path(2), np.zeros((8, 8, 3), np.uint8), frames.mark)  # of another size
        png.write(frames.path(3), np.zeros((*SIZE[::-1], 3), np.uint8), "0" * 32)  # of another film
        png.write(frames.path(4), np.zeros((*SIZE[::-1], 3), np.uint8))
        frames.path(1).unlink()
        assert frames.missing(1, 4) == [1, 2, 3, 4]


def test_one_film_at_a_time(tmp_path: Path) -> None:
    folder = tmp_path / "a.frames"
    with opened(folder, {"theme": "1"}, SIZE):
        for theme in ("1", "2"):
            with pytest.raises(JobError, match="A film is being made"):
                check_free(folder)
            with pytest.raises(JobError, match="A film is being made"), opened(folder, {"theme": theme}, SIZE):
                pass
    with opened(folder, {"theme": "1"}, SIZE):
        pass


def test_size_and_removal(tmp_path: Path) -> None:
    folder = tmp_path / "a.frames"
    with opened(folder, {"theme": "1"}, SIZE) as frames:
        _write(frames, 1)
        before = size_of(folder)
        os.link(frames.path(1), frames.path(2))
        assert size_of(folder) == before
    (folder / "mine.txt").touch()
    drop(folder)
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]
    (folder / "mine.txt").unlink()
    with opened(folder, {}, SIZE):
        pass
    drop(folder)
    assert not folder.exists()


def test_the_fingerprint_sees_everything(production: Production) -> None:
    def mark(**changed: object) -> dict[str, str]:
        parts = {"timeline": production.timeline, "weights": production.values, "size": (4, 2)}
        return fingerprint(**{**parts, **changed})

    timeline = production.timeline
    track = timeline.tracks[5]
    shifted = replace(track, values=track.values + 1e-6)
    weights = {name: np.array(values) for name, values in production.values.items()}
    weights["layers.1.mlp.fc_bias"][3] += 1e-6
    assert mark() == mark()
    assert mark(size=(2, 4)) != mark()
    assert mark(timeline=replace(timeline, tracks=(*timeline.tracks[:5], shifted, *timeline.tracks[6:]))) != mark()
    assert mark(weights=weights) != mark(weights=dict(production.values))


def test_code_version_is_stable() -> None:
    assert code_version() == code_version()
