"""Workers that die, hang or cannot work: what they had is done again, or the film ends with the reason."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from llmviz_addon.errors import JobError
from llmviz_addon.film.film import FilmJob, Progress, film_steps
from llmviz_addon.film.work import crew as crews
from llmviz_addon.film.work.crew import Crew

posix = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Crew]:
    """Crews as they are started."""
    found: list[Crew] = []
    start = Crew.__init__

    def kept(self: Crew, size: int, scratch: Path) -> None:
        start(self, size, scratch)
        found.append(self)

    monkeypatch.setattr(Crew, "__init__", kept)
    return found


def _signal(crew: Crew, number: int, name: str) -> None:
    os.kill(crew._members[number].process.pid, getattr(signal, name))


def _when(steps: Iterator[Progress], done: int, act: Callable[[], None]) -> None:
    for step in steps:
        if step.done >= done:
            act()
            break


@posix
@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV"])
def test_a_worker_that_dies_is_replaced(job: FilmJob, started: list[Crew], name: str) -> None:
    steps = film_steps(job)
    _when(steps, 3, lambda: _signal(started[0], 0, name))
    last = list(steps)[-1]
    assert last.text == "Done"
    assert "rendering failed at frame" in last.trouble
    assert name in last.told
    assert job.frames.missing(1, 12) == []


@posix
def test_the_encoder_is_replaced_too(job: FilmJob, started: list[Crew]) -> None:
    steps = film_steps(job)
    _when(steps, 12, lambda: _signal(started[0], 1, "SIGKILL"))
    assert list(steps)[-1].told.startswith("Done; the video failed, tried again: the process was killed")
    assert job.output.is_file()


@posix
@pytest.mark.parametrize("number", [0, 1])
def test_a_worker_that_is_stopped_is_replaced(
    job: FilmJob, started: list[Crew], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    steps = film_steps(job)

    def stop() -> None:
        _signal(started[0], number, "SIGSTOP")
        monkeypatch.setattr(crews, "SILENT", 15.0)  # its successor starts Blender in that time, on a busy machine, too

    _when(steps, 3, stop)
    assert list(steps)[-1].text == "Done"
    assert job.frames.missing(1, 12) == []


@posix
def test_a_worker_that_always_dies_ends_the_film_with_the_reason(job: FilmJob, started: list[Crew]) -> None:
    def dying() -> None:
        for step in film_steps(job):
            if step.text == "Rendering":
                _signal(started[0], 0, "SIGKILL")
                time.sleep(0.1)

    with pytest.raises(JobError, match=r"failed 3 times.*killed \(SIGKILL\), as the system does where memory runs out"):
        dying()
    assert not job.output.exists()


@posix
def test_workers_end_with_the_one_who_started_them(job: FilmJob, started: list[Crew]) -> None:
    steps = film_steps(job)

    def orphan() -> None:
        process = started[0]._members[0].process
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            os.close(os.dup(pipe.fileno()))
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(30) is not None

    _when(steps, 12, orphan)
    steps.close()


def test_time_that_we_have_slept_is_not_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crew = Crew(1, tmp_path)
    try:
        crew.send(0, do="nothing")
        crew._looked -= 3600  # as after a computer was closed for an hour
        crew._watch()
        assert crew._members[0].process.poll() is None
        assert crew._members[0].silent <= crews.TICK
        for _ in range(3):
            monkeypatch.setattr(crews, "SILENT", -1.0)
            crew._watch()
        assert crew._members[0].process.wait(30) == -signal.SIGKILL
    finally:
        crew.stop()


@posix
@pytest.mark.parametrize("met", ["starting", "ending"])
def test_a_signal_waits_until_workers_are_started_and_all_of_them_are_gone(
    met: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    processes = []

    def end(number: int, _: object) -> None:
        raise KeyboardInterrupt

    def started(crew: Crew) -> subprocess.Popen[str]:
        processes.append(start(crew))
        if met == "starting":
            os.kill(os.getpid(), signal.SIGTERM)
        return processes[-1]

    def ended(process: subprocess.Popen[str]) -> None:
        if met == "ending":
            os.kill(os.getpid(), signal.SIGTERM)
        finish(process)

    start, finish, before = Crew._start, crews._end, signal.signal(signal.SIGTERM, end)
    monkeypatch.setattr(crews, "blender", lambda code: [sys.executable, "-c", "import sys; sys.stdin.read()"])
    monkeypatch.setattr(Crew, "_start", started)
    monkeypatch.setattr(crews, "_end", ended)
    try:
        with pytest.raises(KeyboardInterrupt):
            Crew(3, tmp_path).stop()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert len(processes) == {"starting": 1, "ending": 3}[met]
    assert all(process.returncode is not None for process in processes)
