"""Chapters and rests as timeline markers.

Markers take no custom properties, so which ones are ours is written down on the scene, one line each: as many as
were made go, and a marker that the user made stays, even one of the same name and frame. A camera that she bound
to one of ours is a cut of hers, and is bound to the new one of that name.

A film's camera is bound to the markers of its chapters. Without any marker bound to it, a first cut of the user's
would be the camera of all that comes before it as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

import bpy

from ...screenplay.score.timeline import Marker
from ..plain import written_text

OURS = "llmviz_markers"


def set_markers(
    scene: bpy.types.Scene,
    markers: Iterable[Marker],
    camera: bpy.types.Object | None = None,
    ours: Collection[bpy.types.ID] = (),
) -> None:
    """Set the film's markers in place of those before, chapters bound to ``camera``; cuts are to none of ``ours``."""
    cuts = _take(scene, ours)
    lines = []
    for marker in markers:
        made = scene.timeline_markers.new(marker.name, frame=marker.frame)
        _, made.camera = cuts.pop(made.name, (0, camera if marker.kind == "chapter" else None))
        lines.append(_line(made))
    scene[OURS] = "\n".join(lines)
    for name, (frame, other) in cuts.items():  # at something that the new film has no more
        scene.timeline_markers.new(name, frame=frame).camera = other


def count_markers(scene: bpy.types.Scene) -> int:
    """How many of ours stand where they were set, under the names that they were given."""
    noted = Counter(written_text(scene, OURS).split("\n"))
    return (noted & Counter(map(_line, scene.timeline_markers))).total()


def clear_markers(scene: bpy.types.Scene) -> None:
    """Take ours away."""
    _take(scene, ())
    if scene.get(OURS) is not None:
        del scene[OURS]


def _take(scene: bpy.types.Scene, ours: Collection[bpy.types.ID]) -> dict[str, tuple[int, bpy.types.Object]]:
    """Remove our markers; returns frame and camera, by their names, of those that the user bound to one of hers."""
    noted = Counter(written_text(scene, OURS).split("\n"))
    cuts = {}
    for marker in list(scene.timeline_markers):
        if noted[_line(marker)]:
            noted[_line(marker)] -= 1
            if marker.camera is not None and marker.camera not in ours:
                cuts[marker.name] = (marker.frame, marker.camera)
            scene.timeline_markers.remove(marker)
    return cuts


def _line(marker: bpy.types.TimelineMarker) -> str:
    return f"{marker.frame} {marker.name}".replace("\n", " ")
