"""Chapters and rests as timeline markers.

Markers take no custom properties, so which ones are ours is written down on the scene; a user's
marker stays, even one of the same name on another frame.
"""

from __future__ import annotations

from collections.abc import Iterable

import bpy

from ..screenplay.timeline import Marker

OURS = "llmviz_markers"


def add_markers(scene: bpy.types.Scene, markers: Iterable[Marker]) -> None:
    """Set the film's markers."""
    names = []
    for marker in markers:
        made = scene.timeline_markers.new(marker.name, frame=marker.frame)
        names.append(f"{made.frame} {made.name}")
    scene[OURS] = "\n".join(names)


def clear_markers(scene: bpy.types.Scene) -> None:
    """Take ours away."""
    ours = set(str(scene.get(OURS, "")).split("\n"))
    for marker in list(scene.timeline_markers):
        if f"{marker.frame} {marker.name}" in ours:
            scene.timeline_markers.remove(marker)
    if OURS in scene:
        del scene[OURS]
