"""A film that was stopped, wherever it was, and gone on with is to the last byte the film that nobody stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from llmviz_addon.film.film import FilmJob, Progress, film_steps
from llmviz_addon.film.frames import PIECES, frame_path
from llmviz_addon.screenplay.production import Production

MOVING, STILL, PIECE = 15, 13, 10
"""Frames of a sweep, and after its last frames that stand still; the video is made in pieces, here three."""


def _job(blend: Path, production: Production, rest: int, output: Path) -> FilmJob:
    output.parent.mkdir()
    job = FilmJob(blend, output, rest - MOVING, rest + STILL, (128, 72), 2, "cycles", {"film": "this"}, workers=1)
    return replace(job, subtitles=production.timeline.subtitles, end=production.timeline.frames)


def _frames(job: FilmJob) -> list[bytes]:
    return [frame_path(job.folder, frame).read_bytes() for frame in job.span]


def _files(job: FilmJob) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in job.output.parent.iterdir() if path.is_file()}


def _encodes(job: FilmJob, first: int) -> bool:
    """Whether the piece of the video that begins with frame ``first`` is begun."""
    return any(job.folder.glob(f"{PIECES}*/{first:06d}.mp4"))


STOPS: dict[str, Callable[[FilmJob, Progress], bool]] = {
    "within a sweep": lambda _, step: step.done >= 4,
    "between two pieces": lambda _, step: step.encoded > 0,
    "within a piece": lambda job, _: _encodes(job, job.first + PIECE),
    "where the picture stands still": lambda _, step: step.done > MOVING + 2,
}
"""In the order of a film: each is in what the stop before has left to do."""


def test_a_film_that_was_stopped_is_the_one_that_was_not(
    blend: Path, production: Production, rests: dict[str, int], tmp_path: Path
) -> None:
    stopped, unbroken = (
        _job(blend, production, rests["sweep"], tmp_path / name / "film.mp4") for name in ("stopped", "unbroken")
    )
    for where, here in STOPS.items():
        steps = film_steps(stopped, 0.005)
        step = next(step for step in steps if here(stopped, step))
        steps.close()
        assert step.text != "Done", where
        assert _files(stopped) == {}, where
    list(film_steps(stopped))
    list(film_steps(unbroken))
    assert _frames(stopped) == _frames(unbroken)
    assert _files(stopped) == _files(unbroken)
    assert _files(stopped).keys() == {"film.mp4", "film.srt"}
