"""In a long action the words become a caption under the set, and the stage grows; then they come back.

The words beside the set have been read long before such an action is over. So the camera goes as near as the whole
picture lets it, where that makes the set larger by much, and what is said meanwhile stands in a line under it. The
page stays where it is: the optical axis goes through the same place of the picture all the time.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from ...layout.lettering.drawing import Drawing, Rect, Text
from ...layout.lettering.font import wrap
from ..legible.settle import Hidden, veiled
from ..page.commentary import LEADING, camera_pose
from ..page.said import Caption
from ..page.view import WIDE, Page, View, frame
from ..score.timeline import Channel
from ..telling import Telling
from . import camera
from .dismissing import dismiss
from .panels import written

LONG = 6.0
"""Seconds of an action from which on the words become a caption."""
GROWS = 0.8
"""Seconds in which the stage grows, and in which it is as large as before again."""
FADE = 0.3
"""Seconds in which the words go and come."""
AGAIN = 1.5
"""Seconds between two captions for which the words beside the set do not come back."""
GAIN = 1.12
"""How many times as large what is in play must become."""
ZOOM = 0.97
UNDER = 0.012
"""Picture heights that the ground under a caption reaches over it."""


@contextmanager
def stage(telling: Telling, seconds: float, after: float) -> Iterator[float]:
    """Let the stage grow for what is told inside, if it is worth that; yields the seconds that are left for it.

    Of ``seconds``, and so that some are left ``after`` the words are back; else all of them are for it.
    """
    view = _nearer(telling) if seconds >= LONG and may_grow(telling) else None
    if view is None:
        yield seconds
        return
    before, start = (telling.page, telling.view, telling.framed), telling.now
    telling.page = telling.page.captioned()
    camera.go(telling, view, GROWS)
    yield seconds - 2 * GROWS - after
    dismiss(telling)
    telling.page, view, framed = before
    camera.go(telling, view, GROWS)
    telling.framed = framed
    note(telling, start)


@contextmanager
def take(telling: Telling, seconds: float) -> Iterator[Page]:
    """For one long move of the camera: the page on which it passes its shots, all but the last; they are larger so."""
    if seconds < LONG or not _has_words(telling):
        yield telling.page
        return
    start = telling.now
    yield telling.page.captioned()
    telling.captions.append(Caption(start, start + seconds, _said(telling)))


def write(telling: Telling) -> None:
    """Once all is told: put up the captions, and take down the words beside the set for as long."""
    if not telling.captions:
        return
    hidden: list[Hidden] = []
    for one in telling.captions:
        drawing = caption(telling, one)
        telling.cast.add(drawing)
        channel = Channel(drawing.name, "opacity")
        telling.score.set(channel, 1.0, one.start + FADE, FADE)
        telling.score.set(channel, 0.0, one.end - 2 * FADE, FADE)
        going = one.start, one.start + FADE
        if hidden and one.start - hidden[-1][-1] < AGAIN:  # they do not come back for a moment
            going = hidden.pop()[:2]
        hidden.append((*going, one.end - FADE, one.end))
    grounds = (name for name, one in telling.cast.drawings.items() if one.is_ground)
    column = [*telling.column, *telling.on_map.drawings.values(), *grounds]
    telling.score.rewrite(filter(None, column), "opacity", functools.partial(veiled, hidden))


def may_grow(telling: Telling) -> bool:
    """Whether nothing hangs before the camera that would be in the way, and nothing else is going on."""
    at_once = any(block.lag is not None for block in telling.clock.blocks)
    busy = telling.explanations or telling.pictures or at_once or camera.is_moving(telling)
    return _has_words(telling) and not busy


def _has_words(telling: Telling) -> bool:
    return bool(telling.beat and telling.beat.clauses) and telling.page.home is None


def _nearer(telling: Telling) -> View | None:
    """Where to stand for all that is in play to fill the whole picture, if that is much nearer."""
    in_play, page, now = telling.in_play(), telling.page.captioned(), telling.view
    if not in_play:
        return None
    points = [telling.room(*in_play, view=now), *written(telling, in_play)]
    view = frame(np.concatenate(points), now.azimuth, now.elevation, page.free, ZOOM, axis=page.axis)
    return view if now.distance > GAIN * view.distance else None


def _said(telling: Telling) -> tuple[tuple[str, str], ...]:
    assert telling.beat is not None
    return tuple(telling.beat.clauses[-1].spans)


def note(telling: Telling, start: float) -> None:
    """From ``start`` until now the words were a caption."""
    telling.captions.append(Caption(start, telling.now, _said(telling)))


def caption(telling: Telling, one: Caption) -> Drawing:
    """What is said, in a line in the middle under the set, or in two where lines are short."""
    page, em = telling.page, telling.page.em
    area, lines = (page if telling.one_shot else page.captioned()).text, 1 if page.aspect >= WIDE else 2
    if telling.column:
        em = next(shape.size for shape in telling.cast.drawings[telling.column[-1]].shapes if isinstance(shape, Text))
    spans = wrap(list(one.spans), em, area.width)
    while sum(text.count("\n") for text, _ in spans) >= lines:
        em *= 0.95
        spans = wrap(list(one.spans), em, area.width)
    text = Text(area.center[0], area.top - em, tuple(spans), em, "center", LEADING)
    ground = Rect(-page.aspect / 2, -0.5, page.aspect, area.top + 0.5 + UNDER, "ground")  # a take passes behind it
    return Drawing(telling.unique("said"), (ground, text), camera_pose(page), "camera", opacity=0.0)
