"""How many frames of a second are seen while a film plays in the viewport, and what costs the time.

Blender tells its own rate in a corner that the film's look hides, and not what it goes into: evaluating the scene,
which all shadings cost alike, or drawing it, of which plain colours cost least.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field

import bpy

from .view import is_plain
from .write import write

SPAN = 2.0
"""Seconds that are looked back on."""
PAUSE = 3.0
"""Seconds without a frame after which another play has begun."""
LEAST = 4
"""Frames after which a rate is told."""
STEADY = 0.95
"""Share of the wanted rate that counts as all of it."""
TELL = 0.5
"""Seconds between two times that the sidebar is drawn anew while a film plays."""


@dataclass
class Meter:
    """Frames that were shown: when each was there, and how many seconds it took to evaluate."""

    shown: deque[tuple[float, float]] = field(default_factory=deque)
    began: float = 0.0
    told: float = 0.0

    def before(self, now: float) -> None:
        """A frame is asked for."""
        if self.shown and now - self.shown[-1][0] > PAUSE:
            self.shown.clear()
        self.began = now

    def after(self, now: float) -> None:
        """It has been evaluated."""
        self.shown.append((now, now - self.began))
        while now - self.shown[0][0] > SPAN and len(self.shown) > LEAST:
            self.shown.popleft()

    def rate(self) -> float | None:
        """Frames per second; None before there were enough."""
        if len(self.shown) < LEAST:
            return None
        return (len(self.shown) - 1) / max(self.shown[-1][0] - self.shown[0][0], 1e-6)

    def evaluating(self) -> float:
        """Seconds that a frame took to evaluate."""
        return sum(seconds for _, seconds in self.shown) / max(len(self.shown), 1)

    def words(self, wanted: float) -> str:
        """What there is to say, where ``wanted`` frames a second are played; "" as long as nothing is known."""
        rate = self.rate()
        if rate is None:
            return ""
        if rate >= STEADY * wanted:
            return f"Plays all {wanted:g} frames a second."
        evaluating = self.evaluating()
        drawing = max(1 / rate - evaluating, 0.0)
        seen = f"{rate:.0f}" if rate >= 2 else f"{rate:.1f}"
        costs = f"{_milliseconds(drawing)} for drawing, {_milliseconds(evaluating)} for what moves"
        return f"Shows {seen} of {wanted:g} frames a second: {costs}."

    def is_slow_to_draw(self, wanted: float) -> bool:
        """Whether drawing keeps the film from being shown at its rate."""
        rate = self.rate()
        return rate is not None and rate < STEADY * wanted and 1 / rate - self.evaluating() > self.evaluating()


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms"


meter = Meter()


def wanted(scene: bpy.types.Scene) -> float:
    """Frames per second that a scene is played with."""
    return round(scene.render.fps / scene.render.fps_base, 2)


def is_playing() -> bool:
    """Whether a film is playing in a window."""
    return any(window.screen.is_animation_playing for window in bpy.context.window_manager.windows)


def before_frame() -> None:
    """Another frame begins; counted while the film plays."""
    if is_playing():
        meter.before(time.monotonic())


def after_frame() -> None:
    """It is evaluated; now and then the sidebar tells."""
    now = time.monotonic()
    if not is_playing():
        return
    meter.after(now)
    if now - meter.told > TELL:
        meter.told = now
        for window in bpy.context.window_manager.windows:
            for area in window.screen.areas:
                for region in area.regions if area.type == "VIEW_3D" else ():
                    if region.type == "UI":
                        region.tag_redraw()


def draw(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Say it in the sidebar, with a way to more frames where there is one."""
    pace = wanted(context.scene)
    if said := meter.words(pace):
        write(layout.column(align=True), said, context)
        if meter.is_slow_to_draw(pace) and not is_plain(context.space_data):
            layout.operator("llmviz.plain_colours", text="Draw Faster in Plain Colours", icon="SHADING_SOLID")
