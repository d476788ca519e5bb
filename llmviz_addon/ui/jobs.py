"""Long jobs: done step by step under a timer in the window, at a stretch in a script.

A job is a generator that yields (share done, what comes next) and returns how it ended. In the
window a modal timer drives it, the sidebar and the status bar show how far it is, and Esc closes it;
a job that holds on to the scene keeps everything else away meanwhile, one that does not lets the user
work on and is stopped by a button. How the last one ended stays to be read. Called from Python
(``bpy.ops.llmviz.build()``) the same generator runs to its end. In the window a job that would take
something away asks before it starts; from Python one that would lose work of the user's needs ``sure=True``.
"""

# ruff: noqa: F722, F821 -- Blender's properties are declared as annotations, their texts are no types
from __future__ import annotations

import os
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, StringProperty

from ..errors import LlmvizError
from ..rounding import done
from ..stage.rebuild.changes import LOSES, ChangesError, shortened
from .confirm import Result, confirm
from .write import readable

TICK = 0.01
"""Seconds between two steps, at least; the window is drawn in between."""
CALM_TICK = 0.1
"""The same for a job that lets the user work on: other timers tick too, and drawing costs time."""
SLICE = 0.02
"""Seconds for which such a job, whose steps are small, is attended to."""


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


Steps = Generator[tuple[float, str], None, Outcome]


@dataclass
class Running:
    """How far the running job is."""

    title: str
    exclusive: bool
    operator: str = ""  # of the button that started it
    share: float = 0.0
    text: str = "Starting"
    unwanted: bool = False  # the user has asked to stop


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
        self._steps = self.steps(context)
        self._timer = context.window_manager.event_timer_add(TICK, window=context.window)
        _running.append(Running(self.bl_label, self.exclusive, type(self).bl_idname))
        self._due = 0.0
        self._workspace = context.workspace  # the user may go to another meanwhile
        operator: Any = self
        context.window_manager.modal_handler_add(operator)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        """Go on with the job at the timer's ticks, until it ends or is unwanted."""
        if _running[-1].unwanted or (self.exclusive and event.type == "ESC"):
            self.cancel(context)
            self.report({"WARNING"}, self.stopped)
            _remember(Outcome(self.stopped))
            return {"CANCELLED"}
        if event.type == "TIMER" and time.monotonic() >= self._due:
            try:
                self._advance(context)
            except BaseException as error:
                self.cancel(context)
                if isinstance(error, StopIteration):
                    return self._finish(error)
                if isinstance(error, LlmvizError):
                    return self._fail(error)
                raise
        return {"RUNNING_MODAL"} if self.exclusive else {"PASS_THROUGH"}

    def cancel(self, context: bpy.types.Context) -> None:
        """Stop the job where it is; Blender calls this when the window closes."""
        _running.clear()
        context.window_manager.event_timer_remove(self._timer)
        self._show(context, None)
        self._steps.close()

    def _advance(self, context: bpy.types.Context) -> None:
        progress = _running[-1]
        end = time.monotonic() + (0.0 if self.exclusive else SLICE)
        progress.share, progress.text = next(self._steps)
        while time.monotonic() < end:
            progress.share, progress.text = next(self._steps)
        self._due = time.monotonic() + (TICK if self.exclusive else CALM_TICK)
        text = f"{progress.title}: {done(progress.share)}, {progress.text}"
        self._show(context, text + "  ·  Esc to cancel" * self.exclusive)

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
