"""Pinning pictures to the page: they stand before the camera, go with the beat, and go when the next one begins."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence

import numpy as np

from ...layout.lettering.drawing import LIFT, Drawing, Shape
from ..page.commentary import camera_pose
from ..page.view import TAN, Area
from ..score.clips import EPSILON, Clip
from ..score.score import Staff
from ..score.timeline import CAMERA, Channel
from ..telling import GONE, Telling
from ..verbs.arranging import faded_out
from ..verbs.dismissing import dismiss

LETTERS = 1.4
"""How much larger letters are in a picture than those of the commentary."""
LAYER = 2e-3
"""Picture heights between two layers of a picture."""


def place(telling: Telling) -> tuple[Area, float]:
    """Where a picture stands, and the size of its letters: on the stage, from which all else steps aside.

    What stepped aside comes back when the beat is over.
    """
    page, free = telling.page, telling.page.free
    dismiss(telling)
    for opacity, names in faded_out(telling, GONE).items():
        telling.aside.setdefault(opacity, []).extend(names)
    cx, cy = free.center
    width, height = 0.98 * free.width, min(0.98 * free.height, 1.1 * free.width)
    return Area(cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2), LETTERS * page.em


def pin(
    telling: Telling, kind: str, shapes: Sequence[Shape], at: tuple[float, float] = (0.0, 0.0), layer: int = 0
) -> str:
    """A drawing on the page, not shown yet, its origin ``at`` picture heights; higher layers lie before lower ones.

    A drawing of many shapes is as thick as several layers. What lies nearer is made smaller, so that it is where it
    would be on the page itself.
    """
    pose = camera_pose(telling.page)
    pose[:3, 3] = (pose @ np.array([*at, 0.0, 1.0]))[:3]
    pose[:3] *= 1 - layer * LAYER * TAN
    drawing = Drawing(telling.unique(kind), tuple(shapes), pose, "camera", opacity=0.0)
    telling.cast.add(drawing)
    telling.pictures.append(drawing.name)
    return drawing.name


def under(shapes: Sequence[Shape]) -> int:
    """The layer of a drawing whose last shape lies on the page: each of its shapes lies before the one before."""
    return -math.ceil(len(shapes) * LIFT / LAYER)


def metres(telling: Telling, layer: int = 0) -> float:
    """A picture height on a layer, by which a drawing there is moved."""
    return float(camera_pose(telling.page)[0, 0]) * (1 - layer * LAYER * TAN)


def put_up(telling: Telling, kind: str, shapes: Sequence[Shape], seconds: float, to: float = 1.0) -> None:
    """Pin a drawing, and let it appear."""
    telling.change(pin(telling, kind, shapes), "opacity", to, seconds)
    telling.pass_time(seconds)


def bring_back(telling: Telling) -> None:
    """Let what stepped aside for a picture be there again, without taking time."""
    for opacity, names in telling.aside.items():
        telling.score.set_all(names, "opacity", opacity, telling.now, GONE)
        telling.returned.append((telling.now, names))
    telling.aside = {}


def stay_away(telling: Telling) -> None:
    """Once all is told: what came back after a picture only to be gone at once again was not wanted, and stays away.

    Else the stage as it was before the picture would flash up between two beats. What is shown in other pieces from
    then on does come back, but where the camera cuts.
    """
    whole_of = {piece.name: piece.grid for piece in telling.cast.fragments.values()}
    pieces: dict[str, list[str]] = {}
    for piece, whole in whole_of.items():
        pieces.setdefault(whole, [whole]).append(piece)
    for at, names in telling.returned:
        for staff, those in telling.score.alike(names, "opacity").items():
            passing = _passing(staff.clips, at)
            if not passing:
                continue
            gone = staff.clips[passing.stop - 1].start
            if not _cuts(telling, gone):
                those = [one for one in those if not _taken_over(telling, pieces.get(whole_of.get(one, one), ()), gone)]
            if those:
                telling.score.rewrite(those, "opacity", functools.partial(_without, passing))


def _without(passing: range, staff: Staff) -> tuple[Clip, ...]:
    return (*staff.clips[: passing.start], *staff.clips[passing.stop :])


def _passing(clips: Sequence[Clip], at: float) -> range:
    """Which of some clips bring back at a time what they take away as soon as it is there."""
    for first, comes in enumerate(clips):
        if abs(comes.start - at) < EPSILON and comes.before == 0 < comes.seconds:
            soon = (n for n, clip in enumerate(clips) if clip.start <= comes.end + EPSILON and clip.value == 0)
            return range(first, max((n + 1 for n in soon), default=first))
    return range(0)


def _cuts(telling: Telling, at: float) -> bool:
    """Whether the camera goes elsewhere at once."""
    told = (clip for _, clips in telling.score.clips.of_actor(CAMERA) for clip in clips)
    return any(clip.seconds == 0 and clip.value != clip.before and abs(clip.start - at) < EPSILON for clip in told)


def _taken_over(telling: Telling, pieces: Iterable[str], at: float) -> bool:
    """Whether one of the ``pieces`` of a grid, or it itself, is there from a time on."""
    told = (clip for one in pieces for clip in telling.score.clips.of(Channel(one, "opacity")))
    return any(clip.seconds == 0 < clip.value and abs(clip.start - at) < EPSILON for clip in told)


def take_down(telling: Telling, but: Sequence[Shape] = ()) -> bool:
    """Let the pictures that are up go, without taking time, all ``but`` one of these shapes; whether that is up."""
    drawings = telling.cast.drawings
    up = [name for name in telling.pictures if telling.score.value(Channel(name, "opacity")) > 0]
    stay = [name for name in up if but and name in drawings and drawings[name].shapes == tuple(but)][:1]
    for name in up:
        if name not in stay:
            telling.change(name, "opacity", 0.0, GONE)
    gone = {Channel(name, "opacity") for name in telling.pictures}
    telling.aside = {solid: [one for one in some if one not in gone] for solid, some in telling.aside.items()}
    telling.pictures = stay
    return bool(stay)
