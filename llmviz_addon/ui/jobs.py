"""Long jobs: done step by step under a timer in the window, at a stretch in a script.

A job is a generator that yields (share done, what comes next), or with the seconds left as ``Timed``, and returns
how it ended. In the window a modal timer drives it, the sidebar and the status bar show how far it is, and Esc
closes it; a job that holds on to the scene keeps everything else away meanwhile, one that does not lets the user
work on and is stopped by a button, or by Esc twice. How the last one ended stays to be read. Called from Python
(``bpy.ops.llmviz.build()``) the same generator runs to its end. In the window a job that would take
something away asks before it starts; from Python one that would lose work of the user's needs ``sure=True``.
"""

# ruff: noqa: F722, F821 -- Blender's properties are declared as annotations, their texts are no types
from __future__ import annotations

import math
import os
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import bpy
from bpy.props import BoolProperty, StringProperty

from ..errors import LlmvizError
from ..rounding import done
from ..stage.rebuild.changes import LOSES, ChangesError, shortened
from ..stepwise import Pause
from .confirm import Result, confirm
from .write import readable

TICK = 0.01
"""Seconds between two steps, at least; the window is drawn in between."""
CALM_TICK = 0.1
"""The same for a job that lets the user work on: other timers tick too, and drawing costs time."""
SLICE = 0.02
"""Seconds for which such a job, whose steps are small, is attended to."""
LONG_SLICE = 0.4
"""The same for one that keeps the user waiting: to draw the window in between can take as long as a step."""
PROMPT_SLICE = 1.0
"""The same for one that takes no longer as a rule."""

TWICE = 2.0
"""Seconds within which Esc, pressed again, stops a job that lets the user work on: the first may be meant for
another."""
GUESSED_AFTER, GUESSED_FROM = 1.0, 0.1
"""Seconds and share of a job after which the rest is taken to go on at the same pace."""


@dataclass(frozen=True)
class Outcome:
    """How a job ended: a sentence, the file or folder that it made, if it made any, and whether it failed.

    ``script`` and ``line`` are where in a chapter it failed.
    """

    text: str
    made: Path | None = None
    failed: bool = False
    script: Path | None = None
    line: int = 0

    @property
    def folder(self) -> Path | None:
        """The folder to look into."""
        return self.made if self.made is None or os.path.isdir(self.made) else self.made.parent


class Timed(NamedTuple):
    """A step of a job that knows how many seconds are left; None where it does not yet."""

    share: float
    text: str
    left: float | None


Step = tuple[float, str] | Timed
Steps = Generator[Step, None, Outcome]


@dataclass
class Running:
    """How far the running job is."""

    title: str
    exclusive: bool
    operator: str = ""  # of the button that started it
    share: float = 0.0
    text: str = "Starting"
    unwanted: bool = False  # the user has asked to stop
    left: float | None = None  # seconds
    since: float = field(default_factory=time.monotonic)
    asked: float = -TWICE  # when Esc was pressed, which may have been meant for another

    def take(self, step: Step) -> None:
        """Note a step; where that does not say what is left, it is what the steps so far let one think."""
        self.share, self.text = step[0], step[1]
        passed = time.monotonic() - self.since
        if isinstance(step, Timed):
            self.left = step.left
        elif passed >= GUESSED_AFTER and self.share >= GUESSED_FROM:
            self.left = passed / self.share - passed

    @property
    def told(self) -> str:
        """How far it is, such as ``Build 45%, 0:07 left``."""
        return f"{self.title} {done(self.share)}" + (f", {minutes(self.left)} left" if self.left else "")


def minutes(seconds: float) -> str:
    """A time such as ``1:05``, of which no part is left out."""
    whole, rest = divmod(math.ceil(seconds), 60)
    return f"{whole}:{rest:02d}"


_running: list[Running] = []
_ended: list[Outcome] = []


def running() -> Running | None:
    """The job under way in the window, if there is one."""
    return _running[-1] if _running else None


def last() -> Outcome | None:
    """How the last job ended."""
    return _ended[-1] if _ended else None


def locked() -> bool:
    """Whether the job under way needs the scene for itself."""
    return any(progress.exclusive for progress in _running)


def blocked() -> str:
    """Why no other job can be started now; "" if one can."""
    return f"{_running[-1].title} is under way" if _running else ""


class Job:
    """What operators that run a long job share; mixed into ``bpy.types.Operator``."""

    stopped = "Cancelled."
    exclusive = True
    """Whether the job holds on to the scene."""
    prompt = False
    """Whether it begins, and mostly ends, before the window is drawn anew."""

    sure: BoolProperty(
        name="Sure",
        description="Start without asking, whatever would be lost",
        options={"HIDDEN", "SKIP_SAVE"},
    )

    def question(self, context: bpy.types.Context) -> str:
        """What would be lost, to be asked before the job starts; "" where nothing would be."""
        return ""

    def steps(self, context: bpy.types.Context) -> Steps:
        """The job itself."""
        raise NotImplementedError

    def execute(self, context: bpy.types.Context) -> Result:
        """Do the whole job now."""
        steps = self.steps(context)
        try:
            while True:
                next(steps)
        except StopIteration as done:
            return self._finish(done)
        except LlmvizError as error:
            return self._fail(error)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        """Start the job under a timer."""
        if bpy.app.background:
            return self.execute(context)
        question = "" if self.sure else self.question(context)
        if question:
            bpy.ops.llmviz.ask("INVOKE_DEFAULT", job=type(self).bl_idname, text=question)
            return {"CANCELLED"}
        self._steps, self._timer = self.steps(context), None
        _running.append(Running(self.bl_label, self.exclusive, type(self).bl_idname))
        self._due = 0.0
        self._workspace = context.workspace  # the user may go to another meanwhile
        if self.prompt and (ended := self._go_on(context)) is not None:
            return ended
        self._timer = context.window_manager.event_timer_add(TICK, window=context.window)
        operator: Any = self
        context.window_manager.modal_handler_add(operator)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        """Go on with the job at the timer's ticks, until it ends or is unwanted."""
        if self._is_unwanted(event):
            self.cancel(context)
            self.report({"WARNING"}, self.stopped)
            _remember(Outcome(self.stopped))
            return {"CANCELLED"}
        ended = self._go_on(context) if event.type == "TIMER" and time.monotonic() >= self._due else None
        return ended or ({"RUNNING_MODAL"} if self.exclusive else {"PASS_THROUGH"})

    def _go_on(self, context: bpy.types.Context) -> Result | None:
        """Attend to the job for a while; None where it has not ended."""
        try:
            self._advance(context)
        except BaseException as error:
            self.cancel(context)
            if isinstance(error, StopIteration):
                return self._finish(error)
            if isinstance(error, LlmvizError):
                return self._fail(error)
            raise
        return None

    def _is_unwanted(self, event: bpy.types.Event) -> bool:
        """Whether it is to stop: by the button, by Esc, or where the user works on by Esc twice."""
        progress = _running[-1]
        if event.type != "ESC" or (not self.exclusive and event.value != "PRESS"):
            return progress.unwanted
        before, progress.asked = progress.asked, time.monotonic()
        return progress.unwanted or self.exclusive or progress.asked - before < TWICE

    def cancel(self, context: bpy.types.Context) -> None:
        """Stop the job where it is; Blender calls this when the window closes."""
        _running.clear()
        if self._timer is not None:
            context.window_manager.event_timer_remove(self._timer)
        self._show(context, None)
        self._steps.close()

    def _advance(self, context: bpy.types.Context) -> None:
        progress = _running[-1]
        end = time.monotonic() + (PROMPT_SLICE if self.prompt else LONG_SLICE if self.exclusive else SLICE)
        progress.take(step := next(self._steps))
        while time.monotonic() < end and not isinstance(step, Pause):
            progress.take(step := next(self._steps))
        self._due = time.monotonic() + (TICK if self.exclusive else CALM_TICK)
        how = "Esc to cancel" if self.exclusive else "Esc twice to stop"
        self._show(context, f"{progress.told}: {progress.text}  ·  {how}")

    def _show(self, context: bpy.types.Context, text: str | None) -> None:
        """Say ``text`` in the status bar (None: what Blender says), and draw the sidebars anew."""
        self._workspace.status_text_set(text)
        areas = [area for window in context.window_manager.windows for area in window.screen.areas]
        for region in [region for area in areas if area.type == "VIEW_3D" for region in area.regions]:
            if region.type == "UI":
                region.tag_redraw()

    def _finish(self, done: StopIteration) -> Result:
        _remember(done.value)
        self.report({"INFO"}, readable(done.value.text))
        return {"FINISHED"}

    def _fail(self, error: LlmvizError) -> Result:
        if isinstance(error, ChangesError) and not bpy.app.background and self.options.is_invoke:
            bpy.ops.llmviz.ask("INVOKE_DEFAULT", job=type(self).bl_idname, text=would_lose(error.lost))
            return {"CANCELLED"}
        script, line = getattr(error, "path", None), getattr(error, "line", None)
        _remember(Outcome(str(error), failed=True, script=script, line=line or 0))
        self.report({"ERROR"}, readable(str(error)))
        return {"CANCELLED"}


def would_lose(lost: list[str]) -> str:
    """The question whether changes of the user's may go; "" where none would."""
    return "\n".join([LOSES, *shortened(lost)] if lost else [])


def _remember(outcome: Outcome) -> None:
    _ended[:] = [outcome]


def start(row: bpy.types.UILayout, operator: str, text: str, icon: Any) -> None:
    """The button of a long job; while that is under way, its bar, and what stops it, in the same place."""
    job = running()
    if job is None or job.operator != operator:
        row.enabled = job is None and row.enabled
        row.operator(operator, text=text, icon=icon)
        return
    row.progress(factor=job.share, text=f"{text} {done(job.share)}")
    if not job.exclusive:
        row.operator("llmviz.cancel", text="", icon="CANCEL")


class LLMVIZ_OT_ask(bpy.types.Operator):
    """Ask before a job takes something away, and start it"""

    bl_idname = "llmviz.ask"
    bl_label = "Replace It?"
    bl_options = {"INTERNAL"}

    job: StringProperty(name="Job", description="The operator to start")
    text: StringProperty(name="Question", description="What would be lost")

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        """Ask."""
        return confirm(self, context, event, self.bl_label, self.text, "Go On")

    def execute(self, context: bpy.types.Context) -> Result:
        """Start the job, under its timer."""
        start = getattr(bpy.ops.llmviz, self.job.rpartition(".")[2])
        start("INVOKE_DEFAULT", sure=True)
        return {"FINISHED"}


class LLMVIZ_OT_cancel(bpy.types.Operator):
    """Stop what is under way"""

    bl_idname = "llmviz.cancel"
    bl_label = "Stop"

    def execute(self, context: bpy.types.Context) -> Result:
        """Ask the job to stop; it does at its next tick."""
        for progress in _running:
            progress.unwanted = True
        return {"FINISHED"}


def stop() -> None:
    """Let the jobs under way end at their next tick, because what runs them is taken away."""
    for progress in _running:
        progress.unwanted = True


CLASSES = (LLMVIZ_OT_ask, LLMVIZ_OT_cancel)
