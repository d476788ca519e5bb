"""The operator *Present*: what is under way, what the mouse and the keys do meanwhile, and how it ends.

However it ends (Esc, the film undone, a job that needs the scene, another workspace, the window closed, a file opened,
the extension disabled), everything is put back. Nothing of Blender's is held on to meanwhile but pointers to compare.
"""

# ruff: noqa: F722, F821 -- Blender's properties are declared as annotations, their texts are no types
from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import bpy

from ...stage.story import read_story
from ..confirm import Result
from ..jobs import locked
from ..over import Over
from ..play import Playing, go_to_frame
from ..view import NO_CAMERA, has_camera, looks_through_camera
from .drawing import View, draw, strip_of
from .furniture import Kept, find, fit, main_region, put_away, put_back
from .hud import shown

TICK = 0.05
"""Seconds between two looks at whether something fades."""
COMMENTARY = "C"
"""The key that shows and hides the commentary in large letters."""
ALLOWED = {
    "Screen": ("llmviz.play", "llmviz.jump", "screen.animation_play", "ed.undo", "ed.redo"),
    "Frames": ("screen.",),
    "Window": ("wm.window_fullscreen_toggle",),
    "3D View": ("view3d.rotate", "view3d.view_camera"),
}
"""What keys and buttons may do meanwhile, by Blender's maps; any other could change the film or the window."""
FREELY = ("view3d.move", "view3d.zoom", "view3d.dolly")
"""And this of the map *3D View*, once the camera's view is left: in it, it would shift the picture."""


@dataclass
class Session:
    """One presenting, from *Present* to its end."""

    kept: Kept
    view: View
    over: Over
    size: tuple[int, int] = (0, 0)
    hidden: bool = False  # the mouse's arrow


_sessions: list[Session] = []


def is_presenting() -> bool:
    """Whether someone is."""
    return bool(_sessions)


def stop() -> None:
    """End it, and put everything back."""
    while _sessions:
        session = _sessions.pop()
        _show_nothing(session)
        put_back(session.kept)


def start(window: bpy.types.Window, area: bpy.types.Area) -> Session:
    """Put the furniture away and show the film."""
    kept = put_away(window, area, window.scene)
    view = View(kept.space, time.monotonic())
    session = Session(kept, view, Over(draw, view))
    if not bpy.app.background:
        session.over.start()
    _sessions.append(session)
    return session


def _show_nothing(session: Session) -> None:
    session.over.stop()
    where = find(session.kept)
    if where is not None:
        _hide_arrow(session, where[0], False)


def _hide_arrow(session: Session, window: bpy.types.Window, hidden: bool) -> None:
    if hidden != session.hidden:
        session.hidden = hidden
        if hidden:
            window.cursor_modal_set("NONE")
        else:
            window.cursor_modal_restore()


def _put_back_later(kept: Kept) -> None:
    """After a file was opened or a window closed; not while that happens."""
    bpy.app.timers.register(lambda: put_back(kept) and None, first_interval=0.0, persistent=True)


def viewport(context: bpy.types.Context) -> bpy.types.Area | None:
    """The 3D viewport to present in: this one, else the largest of the window."""
    if context.area is not None and context.area.type == "VIEW_3D":
        return context.area
    areas = [area for area in context.window.screen.areas if area.type == "VIEW_3D"]
    return max(areas, key=lambda area: area.width * area.height, default=None)


def allowed(keymaps: Any, event: bpy.types.Event, through_camera: bool) -> bool:
    """Whether a key or button may do meanwhile what the user has it for, by her ``keymaps``."""
    for name, beginnings in ALLOWED.items():
        keymap = keymaps.get(name)
        item = keymap.keymap_items.match_event(event) if keymap is not None else None
        more = FREELY if name == "3D View" and not through_camera else ()
        if item is not None and item.idname.startswith((*beginnings, *more)):
            return True
    return False


class LLMVIZ_OT_present(Playing, bpy.types.Operator):
    """Show nothing but the film, through its camera, in all of the window.

    Page Down plays to the next rest, Page Up back; move the mouse for the chapters; Esc gives everything back
    """

    bl_idname = "llmviz.present"
    bl_label = "Present"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where there is a film, and once."""
        if is_presenting():
            cls.poll_message_set("You are presenting already. Esc leaves")
            return False
        return context.window is not None and super().poll(context)

    def execute(self, context: bpy.types.Context) -> Result:
        """Begin."""
        area = viewport(context)
        if area is None:
            self.report({"ERROR"}, "There is no 3D viewport in this window to present in.")
            return {"CANCELLED"}
        if not has_camera(context.scene):
            self.report({"ERROR"}, NO_CAMERA)
            return {"CANCELLED"}
        self._session = start(context.window, area)
        if bpy.app.background:  # where nobody watches
            return {"FINISHED"}
        window, area = find(self._session.kept)
        manager = context.window_manager
        self._timer = manager.event_timer_add(TICK, window=window)
        with context.temp_override(window=window, screen=window.screen, area=area, region=main_region(area)):
            manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        """Follow the mouse, keep keys away that could change something, and see whether it is over."""
        session, where = self._session, find(self._session.kept)
        over = session not in _sessions or where is None or locked() or read_story(where[0].scene) is None
        if over or (event.type == "ESC" and event.value == "PRESS"):
            context.window_manager.event_timer_remove(self._timer)
            if session in _sessions:
                stop()
            return {"FINISHED"}
        window, area = where
        if event.type == "TIMER":
            self._tick(window, area)
        elif event.type in ("MOUSEMOVE", "INBETWEEN_MOUSEMOVE", "LEFTMOUSE"):
            return self._mouse(context, window, area, event)
        elif event.type == COMMENTARY and not (event.ctrl or event.alt or event.shift or event.oskey):
            if event.value == "PRESS":
                session.view.large = not session.view.large
                main_region(area).tag_redraw()
            return {"RUNNING_MODAL"}
        elif event.value != "NOTHING":
            keymaps = context.window_manager.keyconfigs.user.keymaps
            if not allowed(keymaps, event, looks_through_camera(area.spaces.active)):
                return {"RUNNING_MODAL"}
        return {"PASS_THROUGH"}

    def cancel(self, context: bpy.types.Context) -> None:
        """Blender calls this when the window closes or a file is opened."""
        context.window_manager.event_timer_remove(self._timer)
        if self._session in _sessions:
            _sessions.remove(self._session)
            _show_nothing(self._session)
            _put_back_later(self._session.kept)

    def _tick(self, window: bpy.types.Window, area: bpy.types.Area) -> None:
        """Fit the picture to a window that has another size; let fade what fades."""
        session, region, view = self._session, main_region(area), self._session.view
        if session.size != (region.width, region.height):
            session.size = region.width, region.height
            fit(session.kept, window.scene)
        share = shown(time.monotonic() - view.moved)
        if share != view.share:
            view.share = share
            region.tag_redraw()
        _hide_arrow(session, window, share == 0 or view.lit)

    def _mouse(
        self, context: bpy.types.Context, window: bpy.types.Window, area: bpy.types.Area, event: bpy.types.Event
    ) -> Result:
        """It moved, or its left button was pressed, on a chapter or elsewhere, or let go."""
        view, region = self._session.view, main_region(area)
        view.mouse = float(event.mouse_x - region.x), float(event.mouse_y - region.y)
        view.moved, view.share = time.monotonic(), 1.0
        if event.type == "LEFTMOUSE":
            strip = strip_of(window.scene, region)
            hit = strip.hit(*view.mouse) if event.value in ("PRESS", "DOUBLE_CLICK") and strip is not None else None
            view.lit = hit is None and event.value in ("PRESS", "DOUBLE_CLICK")
            if hit is not None:
                go_to_frame(context, hit.frame)
        _hide_arrow(self._session, window, view.lit)
        region.tag_redraw()
        return {"RUNNING_MODAL"}


CLASSES = (LLMVIZ_OT_present,)
