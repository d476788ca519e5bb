"""Videos are told whole from broken ones, and put together without a change."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
import pytest

from llmviz_addon.errors import JobError
from llmviz_addon.film.encoding import mp4
from llmviz_addon.film.encoding.video import encode, look
from llmviz_addon.film.painting import png

SIZE = (64, 64)
RATE = (10, 1.0)


def _pictures(folder: Path, shades: Sequence[int]) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{i:06d}.png" for i in range(1, len(shades) + 1)]
    for path, shade in zip(paths, shades, strict=True):
        png.write(path, np.full((*SIZE, 3), shade, np.uint8))
    return paths


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> tuple[mp4.Video, mp4.Video]:
    """Twelve pictures that brighten, and eleven dark ones; in a folder whose name Blender takes for a pattern."""
    base = tmp_path_factory.mktemp("a#{b}") / "pieces"
    for name, shades in (("bright", range(0, 240, 20)), ("dark", [30] * 11)):
        paths = _pictures(base / name, list(shades))
        encode(paths, base / f"{name}.mp4", RATE, SIZE)
    return mp4.read(base / "bright.mp4"), mp4.read(base / "dark.mp4")


def test_tables(videos: tuple[mp4.Video, mp4.Video]) -> None:
    bright, dark = videos
    assert (bright.size, bright.fps, len(bright.sizes), bright.keys) == (SIZE, 10, 12, (0, 10))
    assert sorted(dark.shown) == list(range(11))


def test_put_together(videos: tuple[mp4.Video, mp4.Video], tmp_path: Path) -> None:
    bright, dark = videos
    target = tmp_path / "film.mp4"
    mp4.join([(bright, 1), (dark, 3), (bright, 1)], target)
    mp4.check(target, 12 + 33 + 12, SIZE, 10)
    assert mp4.read(target).keys == (0, 10, 12, 22, 23, 33, 34, 44, 45, 55)
    shades = [*range(0, 240, 20), *[30] * 33, *range(0, 240, 20)]
    frames = dict(enumerate(_pictures(tmp_path / "frames", shades), start=1))
    look(target, frames, SIZE)
    movie = bpy.data.movieclips.load(str(target))
    assert (tuple(movie.size), movie.frame_duration, movie.fps) == (SIZE, 57, pytest.approx(10))
    with pytest.raises(JobError, match="Picture 13 of the video .* is not the frame"):
        look(target, {13: frames[12]}, SIZE)
    with pytest.raises(JobError, match="ends after 57 pictures of 58"):
        look(target, {58: frames[57]}, SIZE)


def chapters_of(path: Path) -> list[tuple[float, str]]:
    """What FFmpeg finds in a file; in a process of its own, as Blender has an FFmpeg too."""
    code = (
        "import av, json, sys\n"
        "with av.open(sys.argv[1]) as film:\n"
        "    frames = sum(1 for _ in film.decode(video=0))\n"
        "    found = [(float(c['start'] * c['time_base']), c['metadata']['title']) for c in film.chapters()]\n"
        "print(json.dumps([frames, found]))\n"
    )
    told = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    frames, found = json.loads(told.stdout)
    assert frames == len(mp4.read(path).sizes)
    return [(at, title) for at, title in found]


def test_chapters_are_there_for_players(videos: tuple[mp4.Video, mp4.Video], tmp_path: Path) -> None:
    bright, dark = videos
    target, plain = tmp_path / "film.mp4", tmp_path / "plain.mp4"
    marks = [(0.0, "Overview"), (1.2, "Self Attention"), (3.4, "Überblick: √A")]
    mp4.join([(bright, 1), (dark, 3)], target, marks)
    mp4.check(target, 12 + 33, SIZE, 10)
    assert chapters_of(target) == [(pytest.approx(at), title) for at, title in marks]
    data = target.read_bytes()
    for one in (b"chpl", b"chap"):  # of the list and the track, the other is enough
        assert data.count(one) == 1
        (tmp_path / "alone.mp4").write_bytes(data.replace(one, b"free"))
        assert chapters_of(tmp_path / "alone.mp4") == [(pytest.approx(at), title) for at, title in marks], one
    shades = [*range(0, 240, 20), *[30] * 33]
    look(target, dict(enumerate(_pictures(tmp_path / "frames", shades), start=1)), SIZE)
    mp4.join([(bright, 1)], plain)
    assert chapters_of(plain) == []


def test_a_title_that_is_too_long_is_cut_between_two_letters(
    videos: tuple[mp4.Video, mp4.Video], tmp_path: Path
) -> None:
    target = tmp_path / "film.mp4"
    mp4.join([(videos[0], 1)], target, [(0.0, "ü" * 200)] * 300)
    found = chapters_of(target)
    assert len(found) == 255
    assert found[0] == (0.0, "ü" * 127)


def test_what_is_not_alike_is_not_put_together(videos: tuple[mp4.Video, mp4.Video], tmp_path: Path) -> None:
    bright, dark = videos
    with pytest.raises(JobError, match="not encoded alike"):
        mp4.join([(bright, 1), (replace(dark, ticks=dark.ticks + 1), 1)], tmp_path / "film.mp4")


def test_another_film_is_told(videos: tuple[mp4.Video, mp4.Video]) -> None:
    path = videos[0].path
    for count, size, fps in ((13, SIZE, 10), (12, (64, 32), 10), (12, SIZE, 24)):
        with pytest.raises(JobError, match="is not the film: it has 12 pictures of 64x64 at 10 a second"):
            mp4.check(path, count, size, fps)


def test_a_video_that_is_cut_short_is_told_wherever_it_was_cut(
    videos: tuple[mp4.Video, mp4.Video], tmp_path: Path
) -> None:
    joined, broken = tmp_path / "film.mp4", tmp_path / "broken.mp4"
    mp4.join([(videos[0], 1)], joined)
    for path in (joined, videos[0].path):
        data = path.read_bytes()
        for length in range(0, len(data), 7):
            broken.write_bytes(data[:length])
            with pytest.raises(JobError, match="is not whole"):
                mp4.read(broken)
    broken.write_bytes(b"\0" * 4096)
    with pytest.raises(JobError, match="is not whole"):
        mp4.read(broken)


def test_a_base_of_the_rate(tmp_path: Path) -> None:
    encode(_pictures(tmp_path, [10, 90, 200]), tmp_path / "film.mp4", (24, 1.001), SIZE)
    mp4.check(tmp_path / "film.mp4", 3, SIZE, 24 / 1.001)
    with pytest.raises(JobError, match="is not the film"):
        mp4.check(tmp_path / "film.mp4", 3, SIZE, 24)
