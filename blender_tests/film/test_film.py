"""Films: made, stopped, gone on with, and never mixed up."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import bpy
import pytest

from llmviz_addon.errors import JobError
from llmviz_addon.film import png
from llmviz_addon.film.film import FilmJob, Progress, film_steps
from llmviz_addon.film.frames import frame_path


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
    assert "normalised" in job.output.with_suffix(".srt").read_text()


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
    _make(replace(job, first=690, last=692))
    assert os.stat(frame_path(job.folder, 692)).st_nlink == 3


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
