"""Long jobs: done step by step under a timer in the window, at a stretch in a script.

A job is a generator that yields (share done, what comes next) and returns a closing sentence. In the
window a modal timer drives it, the sidebar and the status bar show how far it is, and Esc closes it;
everything else is kept away meanwhile, since the job holds on to the scene. Called from Python
(``bpy.ops.llmviz.build()``) the same generator runs to its end.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import bpy

from ..errors import LlmvizError

Steps = Generator[tuple[float, str], None, str]
Result = set[str]

TICK = 0.01
"""Seconds between two steps, at least; the window is drawn in between."""


@dataclass
class Progress:
    """How far the running job is."""

    title: str
    share: float = 0.0
    text: str = ""


_running: list[Progress] = []


def running() -> Progress | None:
    """The job under way in the window, if there is one."""
    return _running[-1] if _running else None


class Job:
    """What operators that run a long job share; mixed into ``bpy.types.Operator``."""

    stopped = "Cancelled."

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
        self._steps = self.steps(context)
        self._timer = context.window_manager.event_timer_add(TICK, window=context.window)
        _running.append(Progress(self.bl_label))
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        """Go on with the job at every tick of the timer, until it ends or Esc is pressed."""
        if event.type == "ESC":
            self.cancel(context)
            self.report({"WARNING"}, self.stopped)
            return {"CANCELLED"}
        if event.type != "TIMER":
            return {"RUNNING_MODAL"}
        try:
            self._advance(context)
        except BaseException as error:
            self.cancel(context)
            if isinstance(error, StopIteration):
                return self._finish(error)
            if isinstance(error, LlmvizError):
                return self._fail(error)
            raise
        return {"RUNNING_MODAL"}

    def cancel(self, context: bpy.types.Context) -> None:
        """Stop the job where it is; Blender calls this when the window closes."""
        _running.clear()
        context.window_manager.event_timer_remove(self._timer)
        _show(context, None)
        self._steps.close()

    def _advance(self, context: bpy.types.Context) -> None:
        progress = _running[-1]
        progress.share, progress.text = next(self._steps)
        _show(context, f"{progress.title}: {progress.share:.0%}, {progress.text}  ·  Esc to cancel")

    def _finish(self, done: StopIteration) -> Result:
        self.report({"INFO"}, done.value)
        return {"FINISHED"}

    def _fail(self, error: LlmvizError) -> Result:
        self.report({"ERROR"}, str(error))
        return {"CANCELLED"}


def _show(context: bpy.types.Context, text: str | None) -> None:
    """Say ``text`` in the status bar (None: what Blender says), and draw the sidebars anew."""
    context.workspace.status_text_set(text)
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                area.tag_redraw()
