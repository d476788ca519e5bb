"""Films: made, stopped, gone on with, and never mixed up."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
import pytest

from blender_tests.film.test_mp4 import chapters_of
from llmviz_addon.errors import JobError
from llmviz_addon.film.encoding import mp4
from llmviz_addon.film.encoding.chapters import Mark
from llmviz_addon.film.film import FilmJob, Progress, chapter_marks, check_film, film_steps
from llmviz_addon.film.frames import frame_path
from llmviz_addon.film.painting import png
from llmviz_addon.screenplay.score.timeline import ChapterSpan


def _make(job: FilmJob) -> list[Progress]:
    return list(film_steps(job))


def test_a_film(job: FilmJob) -> None:
    steps = _make(job)
    assert job.frames.missing(1, 12) == []
    assert sorted(path.name for path in job.output.parent.iterdir()) == ["film.frames", "film.mp4", "film.srt"]
    assert steps[-1] == Progress(12, 12, "Done", 0.0)
    assert {step.text for step in steps} == {"Starting", "Rendering", "Writing the video", "Done"}
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    movie = bpy.data.movieclips.load(str(job.output))
    assert tuple(movie.size) == job.size
    assert movie.frame_duration == 12
    assert movie.fps == pytest.approx(30)
    bpy.data.movieclips.remove(movie)
    said = [line.text for line in job.subtitles if line.start <= 12]
    assert said
    assert all(text in job.output.with_suffix(".srt").read_text() for text in said)


def chapter(name: str, start: int, end: int) -> ChapterSpan:
    return ChapterSpan(name, 1, name.title(), "Own", start, end)


def test_chapters_are_marked_where_they_begin_in_the_video(job: FilmJob) -> None:
    told = (chapter("first", 1, 60), chapter("second", 91, 200), chapter("third", 231, 300))
    whole = replace(job, chapters=told, last=300, fps=30)
    assert chapter_marks(whole) == [(0, "First"), (3, "Second"), (pytest.approx(230 / 30), "Third")]
    assert chapter_marks(replace(whole, first=80, last=100)) == [(0, "First"), (pytest.approx(11 / 30), "Second")]
    assert chapter_marks(replace(whole, first=91, last=230)) == [(0, "Second")]
    assert chapter_marks(replace(whole, first=-9)) == [
        (pytest.approx(n / 30), name) for n, name in ((0, "First"), (100, "Second"), (240, "Third"))
    ]
    assert chapter_marks(replace(job, chapters=())) == []


def test_a_film_has_its_chapters_in_the_video(job: FilmJob) -> None:
    told = (chapter("first", 1, 4), chapter("second", 6, 12))
    _make(replace(job, chapters=told))
    assert chapters_of(job.output) == [(0, "First"), (pytest.approx(5 / 30), "Second")]


def test_goes_on_where_it_was(job: FilmJob) -> None:
    steps = film_steps(job)
    assert _until(steps, 4).done >= 4
    steps.close()
    assert not job.output.exists()
    done = set(range(1, 13)) - set(job.frames.missing(1, 12))
    assert 4 <= len(done) < 12
    kept = {frame: frame_path(job.folder, frame).stat().st_mtime_ns for frame in done}
    _make(job)
    assert job.frames.missing(1, 12) == []
    assert {frame: frame_path(job.folder, frame).stat().st_mtime_ns for frame in done} == kept
    assert not list(job.folder.glob(".*"))


def test_an_excerpt_uses_frames_that_are_there(job: FilmJob) -> None:
    _make(replace(job, first=3, last=6))
    png.write(frame_path(job.folder, 4), png.read(frame_path(job.folder, 4)) // 2, job.frames.mark)
    dark = png.read(frame_path(job.folder, 4))
    _make(replace(job, first=2, last=7))
    assert (png.read(frame_path(job.folder, 4)) == dark).all()
    assert job.frames.missing(1, 8) == [1, 8]


def test_another_film_does_not(job: FilmJob) -> None:
    _make(replace(job, last=2))
    before = frame_path(job.folder, 1).stat().st_mtime_ns
    other = replace(job, last=2, fingerprint={"film": "other"})
    with pytest.raises(JobError, match="keeps 2 frames of another film"):
        _make(other)
    assert frame_path(job.folder, 1).stat().st_mtime_ns == before
    _make(replace(other, overwrite=True))
    assert frame_path(job.folder, 1).stat().st_mtime_ns > before


def test_equal_frames_share_a_file(job: FilmJob, blend: Path) -> None:
    _make(replace(job, first=job.end - 2, last=job.end))  # in which the last picture stays
    assert os.stat(frame_path(job.folder, job.end)).st_nlink == 3


def test_two_workers_make_the_same_frames(job: FilmJob) -> None:
    one, two = replace(job, first=20, last=75), replace(job, first=20, last=75, output=job.output.with_name("two.mp4"))
    _make(one)
    _make(replace(two, workers=2))
    for frame in range(20, 76):
        pictures = [png.read(frame_path(each.folder, frame)).astype(int) for each in (one, two)]
        assert (abs(pictures[0] - pictures[1]) > 2).any(axis=2).mean() < 1e-3


def test_web_captions(job: FilmJob) -> None:
    _make(replace(job, last=1, web_captions=True))
    assert job.output.with_suffix(".vtt").read_text().startswith("WEBVTT")


def test_what_cannot_be_a_film(job: FilmJob) -> None:
    with pytest.raises(JobError, match="instead of 191x108 take 192x108"):
        _make(replace(job, size=(191, 108)))
    with pytest.raises(JobError, match="Rendering failed"):
        _make(replace(job, blend=job.blend.with_name("none.blend")))
    assert not job.output.exists()


def _until(steps: Iterator[Progress], done: int) -> Progress:
    return next(step for step in steps if step.done >= done)


def _film_and_captions(job: FilmJob) -> tuple[bytes, bytes]:
    return job.output.read_bytes(), job.output.with_suffix(".srt").read_bytes()


@pytest.fixture
def hers(job: FilmJob) -> tuple[bytes, bytes]:
    """A film and captions that were there before."""
    job.output.write_bytes(b"her film")
    job.output.with_suffix(".srt").write_bytes(b"her captions")
    return _film_and_captions(job)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _gray(path: Path) -> None:
    png.write(path, np.full((108, 192, 3), 99, np.uint8))


@pytest.mark.parametrize("which", ["film", "piece"])
def test_a_broken_video_replaces_nothing(
    job: FilmJob, hers: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    join, read = mp4.join, mp4.read

    def broken(parts: Sequence[tuple[mp4.Video, int]], target: Path, chapters: Sequence[Mark]) -> None:
        join(parts, target, chapters)
        _cut(target)

    def cut(path: Path) -> mp4.Video:
        _cut(path)
        return read(path)

    monkeypatch.setattr(mp4, *(("join", broken) if which == "film" else ("read", cut)))
    with pytest.raises(JobError, match="The video .* is not whole"):
        _make(job)
    assert _film_and_captions(job) == hers
    assert job.frames.missing(1, 12) == []
    names = {path.name for path in job.output.parent.rglob("*")}
    assert not [name for name in names if "part" in name or name.startswith(".video")]
    monkeypatch.undo()
    _make(job)
    assert bpy.data.movieclips.load(str(job.output)).frame_duration == 12


def test_a_video_of_other_pictures_replaces_nothing(
    job: FilmJob, hers: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    join = mp4.join

    def other(parts: Sequence[tuple[mp4.Video, int]], target: Path, chapters: Sequence[Mark]) -> None:
        join(parts, target, chapters)
        _gray(frame_path(job.folder, 12))  # which the last picture is held against

    monkeypatch.setattr(mp4, "join", other)
    with pytest.raises(JobError, match="Picture 12 of the video .* is not the frame"):
        _make(job)
    assert _film_and_captions(job) == hers


def test_captions_of_hers_are_kept(job: FilmJob, hers: tuple[bytes, bytes]) -> None:
    for last in (2, 3):
        _make(replace(job, last=last))
    names = sorted(path.name for path in job.output.parent.iterdir())
    assert names == ["film.frames", "film.mp4", "film.srt", "film.srt.old"]
    assert job.output.with_name("film.srt.old").read_bytes() == hers[1]
    job.output.with_suffix(".srt").write_text("a translation")
    _make(replace(job, last=3))
    assert job.output.with_name("film.srt.old1").read_text() == "a translation"


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:50])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _bomb(path: Path) -> None:
    """A picture that says it is 60,000 pixels wide and high, which Blender would make room for."""
    data = bytearray(path.read_bytes())
    data[16:24] = struct.pack(">II", 60_000, 60_000)
    path.write_bytes(data)


DAMAGE = (Path.unlink, Path.touch, _truncate, _flip, _bomb, lambda path: path.write_bytes(b""))


def test_a_frame_that_is_not_of_this_film_is_replaced_only_if_asked(job: FilmJob) -> None:
    _make(job)
    _gray(frame_path(job.folder, 9))
    with pytest.raises(JobError, match="keeps 1 frames of another film"):
        _make(job)
    _make(replace(job, overwrite=True))
    assert job.frames.missing(1, 12) == []


def test_frames_that_are_damaged_at_a_resume_are_rendered_again(job: FilmJob) -> None:
    _make(job)
    before = [png.read(frame_path(job.folder, frame)) for frame in range(1, 13)]
    for frame, damage in enumerate(DAMAGE, start=3):
        path = frame_path(job.folder, frame)
        data = path.read_bytes()
        path.unlink()
        path.write_bytes(data)  # not a second name of an equal frame any more
        damage(path)
    assert job.frames.missing(1, 12) == [3, 5, 6, 7, 8]
    _make(job)
    assert job.frames.missing(1, 12) == []
    assert all((png.read(frame_path(job.folder, frame)) == before[frame - 1]).all() for frame in range(1, 13))


@pytest.mark.parametrize("damage", [Path.unlink, _flip])
def test_frames_that_are_damaged_while_the_film_is_made_are_rendered_again(
    job: FilmJob, damage: Callable[[Path], None]
) -> None:
    steps, path = film_steps(job), frame_path(job.folder, 2)
    _until(steps, 3)
    damage(path)
    list(steps)
    assert job.frames.missing(1, 12) == []
    mp4.check(job.output, 12, job.size, 30)


def test_one_at_a_time(job: FilmJob) -> None:
    steps = film_steps(job)
    next(steps)
    for other in (job, replace(job, fingerprint={"film": "other"}, overwrite=True)):
        with pytest.raises(JobError, match="A film is being made with the frames in .*; wait for it"):
            _make(other)
    steps.close()
    check_film(job)


def test_a_rate_with_a_base(job: FilmJob) -> None:
    _make(replace(job, last=3, fps=24, fps_base=1.001))
    assert mp4.read(job.output).fps == pytest.approx(24 / 1.001)


def test_a_film_may_begin_before_frame_1(job: FilmJob) -> None:
    _make(replace(job, first=-2, last=2))
    mp4.check(job.output, 5, job.size, 30)
    pictures = [png.read(frame_path(job.folder, frame)) for frame in range(-2, 3)]
    assert all((picture == pictures[0]).all() for picture in pictures[:3])


@pytest.mark.skipif(os.name == "nt", reason="limits of POSIX")
def test_a_full_disk_is_one_error_and_the_film_goes_on_later(job: FilmJob, hers: tuple[bytes, bytes]) -> None:
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, limits[1]))  # less than a picture on its way to us
    try:
        with pytest.raises(JobError, match="Blender(.s picture was cut short| rendered nothing).* is there room in"):
            _make(job)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert _film_and_captions(job) == hers
    _make(job)
    mp4.check(job.output, 12, job.size, 30)


def test_an_odd_name(job: FilmJob) -> None:
    folder = job.output.parent / "a #1 {b} 100% 'ü"
    folder.mkdir()
    _make(replace(job, last=2, output=folder / "##{x}.mp4"))
    mp4.check(folder / "##{x}.mp4", 2, job.size, 30)


def test_progress_counts_the_video(job: FilmJob) -> None:
    steps = _make(job)
    assert [step.share for step in steps] == sorted(step.share for step in steps)
    assert (steps[0].share, steps[-1].share) == (0, 1)
    assert all(step.left is None or step.left < 60 for step in steps)
    assert steps[-1].count == 12
