"""A job under a timer: goes on at its ticks, ends, fails or is cancelled, and cleans up each time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from llmviz_addon.errors import JobError
from llmviz_addon.stepwise import Pause, at_once, within
from llmviz_addon.ui import jobs
from llmviz_addon.ui.aside import aside
from llmviz_addon.ui.jobs import Job, Outcome, Steps, last, running

TIMER, ESC, MOUSE = (SimpleNamespace(type=name, value="PRESS") for name in ("TIMER", "ESC", "MOUSEMOVE"))


class Window:
    """As much of a context as a job needs."""

    def __init__(self) -> None:
        self.timers: list[str] = []
        self.status: list[str | None] = []
        self.window = None
        self.windows: list[object] = []
        self.window_manager = self
        self.workspace = self

    def event_timer_add(self, step: float, window: object) -> str:
        self.timers.append("timer")
        return "timer"

    def event_timer_remove(self, timer: str) -> None:
        self.timers.remove(timer)

    def modal_handler_add(self, operator: object) -> None:
        pass

    def status_text_set(self, text: str | None) -> None:
        self.status.append(text)


class Task(Job):
    """A job of three steps; ``error`` is raised after the second."""

    bl_label = "Task"
    bl_idname = "llmviz.task"
    sure = True

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error
        self.reports: list[tuple[set[str], str]] = []
        self.cleaned = False

    def report(self, kind: set[str], text: str) -> None:
        self.reports.append((kind, text))

    def steps(self, context: object) -> Steps:
        try:
            yield 0.0, "first"
            yield 0.5, "second"
            if self.error:
                raise self.error
            yield 0.9, "third"
        finally:
            self.cleaned = True
        return Outcome("Done.")


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    monkeypatch.setattr(jobs, "TICK", 0.0)
    monkeypatch.setattr(jobs, "SLICE", 0.0)
    monkeypatch.setattr(jobs, "LONG_SLICE", 0.0)
    monkeypatch.setattr(jobs, "PROMPT_SLICE", 0.0)
    monkeypatch.setattr(jobs, "bpy", SimpleNamespace(app=SimpleNamespace(background=False)))
    yield Window()
    assert running() is None


def drive(task: Task, window: Window) -> set[str]:
    return drive_on(task, window, task.invoke(window, None))


def drive_on(task: Task, window: Window, result: set[str] = frozenset({"RUNNING_MODAL"})) -> set[str]:
    while result == {"RUNNING_MODAL"}:
        result = task.modal(window, TIMER)
    return result


def test_a_job_runs_to_its_end(window: Window) -> None:
    task = Task()
    assert drive(task, window) == {"FINISHED"}
    assert task.reports == [({"INFO"}, "Done.")]
    assert last() == Outcome("Done.")
    assert window.timers == []
    assert window.status[-1] is None


def test_a_pause_ends_the_slice_that_it_is_in(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    class Pausing(Task):
        def steps(self, context: object) -> Steps:
            return (yield from within(self.parts(), 0.0, 0.8, "Half: "))

        def parts(self) -> Steps:
            yield 0.0, "first"
            yield Pause(0.5, "second")
            yield 0.9, "third"
            return Outcome("Done.")

    monkeypatch.setattr(jobs, "LONG_SLICE", 60.0)
    task = Pausing()
    task.invoke(window, None)
    assert task.modal(window, TIMER) == {"RUNNING_MODAL"}
    assert "Half: second" in window.status[-1]
    assert [progress.share for progress in jobs._running] == [0.4]
    assert task.modal(window, TIMER) == {"FINISHED"}


def test_a_prompt_one_ends_before_the_window_is_drawn(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    task = Task()
    task.prompt = True
    monkeypatch.setattr(jobs, "PROMPT_SLICE", 60.0)
    assert task.invoke(window, None) == {"FINISHED"}
    assert (window.timers, last(), running()) == ([], Outcome("Done."), None)
    monkeypatch.setattr(jobs, "PROMPT_SLICE", 0.0)
    task = Task()
    task.prompt = True
    assert task.invoke(window, None) == {"RUNNING_MODAL"}
    assert (running().text, drive_on(task, window)) == ("first", {"FINISHED"})


def test_its_progress_can_be_seen(window: Window) -> None:
    task = Task()
    task.invoke(window, None)
    task.modal(window, TIMER)
    task.modal(window, TIMER)
    assert (running().title, running().share, running().text) == ("Task", 0.5, "second")
    assert "50%" in window.status[-1]
    task.cancel(window)


def test_other_events_are_kept_away(window: Window) -> None:
    task = Task()
    task.invoke(window, None)
    assert task.modal(window, MOUSE) == {"RUNNING_MODAL"}
    assert window.status == []
    task.cancel(window)


def test_a_job_that_shares_the_scene_lets_events_through_and_is_stopped_by_the_button(window: Window) -> None:
    task = Task()
    task.exclusive = False
    task.invoke(window, None)
    task.modal(window, TIMER)
    assert task.modal(window, MOUSE) == {"PASS_THROUGH"}
    assert task.modal(window, ESC) == {"PASS_THROUGH"}
    jobs.LLMVIZ_OT_cancel.execute(None, None)
    assert task.modal(window, MOUSE) == {"CANCELLED"}
    assert task.cleaned


def test_a_job_that_shares_the_scene_is_stopped_by_escape_pressed_twice(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    task, now = Task(), [100.0]
    task.exclusive = False
    monkeypatch.setattr(jobs, "time", SimpleNamespace(monotonic=lambda: now[0]))
    task.invoke(window, None)
    assert task.modal(window, TIMER) == {"PASS_THROUGH"}
    assert "Esc twice to stop" in window.status[-1]
    assert task.modal(window, ESC) == {"PASS_THROUGH"}
    now[0] += jobs.TWICE + 0.1  # the first was meant for another
    assert task.modal(window, ESC) == {"PASS_THROUGH"}
    assert task.modal(window, SimpleNamespace(type="ESC", value="RELEASE")) == {"PASS_THROUGH"}
    now[0] += 0.5
    assert task.modal(window, ESC) == {"CANCELLED"}
    assert task.cleaned


def test_the_time_left_is_told_once_it_can_be_guessed(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(jobs, "time", SimpleNamespace(monotonic=lambda: now[0]))
    progress = jobs.Running("Build", True)
    progress.since = 100.0
    progress.take((0.5, "Grids"))
    assert progress.told == "Build 50%"
    now[0] = 150.0
    progress.take((0.45, "Grids"))
    assert progress.told == "Build 45%, 1:02 left"
    progress.take(jobs.Timed(0.5, "Frames", 5.2))
    assert progress.told == "Build 50%, 0:06 left"
    progress.take(jobs.Timed(0.5, "Frames", None))
    assert progress.told == "Build 50%"


def test_what_needs_no_blender_is_done_beside_it() -> None:
    here, go = threading.current_thread(), threading.Event()

    def work() -> threading.Thread:
        go.wait()
        return threading.current_thread()

    steps = aside(work, 0.3, "Reading")
    assert [next(steps) for _ in range(3)] == [(0.3, "Reading")] * 3
    go.set()
    assert at_once(lambda: steps)() != here


def test_what_fails_beside_blender_fails_the_job() -> None:
    def work() -> None:
        raise JobError("It cannot be.")

    with pytest.raises(JobError, match="It cannot be"):
        list(aside(work, 0.0, "Reading"))


def test_escape_cancels(window: Window) -> None:
    task = Task()
    task.invoke(window, None)
    task.modal(window, TIMER)
    assert task.modal(window, ESC) == {"CANCELLED"}
    assert task.cleaned
    assert task.reports == [({"WARNING"}, "Cancelled.")]
    assert window.timers == []


def test_a_users_error_is_reported(window: Window) -> None:
    task = Task(JobError("It cannot be."))
    assert drive(task, window) == {"CANCELLED"}
    assert task.reports == [({"ERROR"}, "It cannot be.")]
    assert task.cleaned


def test_an_error_may_name_what_is_no_text(window: Window) -> None:
    task = Task(JobError("There is no \udcff."))
    drive(task, window)
    assert task.reports == [({"ERROR"}, "There is no \\udcff.")]


def test_a_fault_of_ours_is_not_hidden(window: Window) -> None:
    task = Task(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        drive(task, window)
    assert window.timers == []


def test_a_script_gets_the_whole_job_at_once(window: Window) -> None:
    task = Task()
    assert task.execute(window) == {"FINISHED"}
    assert window.timers == []
