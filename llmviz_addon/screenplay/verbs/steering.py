"""Moving the camera while panels hang: what it goes to does not come to lie under them.

A panel found its spot from where the camera stood. From where it goes other things may lie there: then the panel hangs
elsewhere when the camera has come, or the camera makes room for it, or, where it would have to go far for that, the
panel goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ...layout.lettering.drawing import Drawing
from ..page.panel import Explanation, Panel
from ..page.view import Area, View, step_aside
from ..score.clips import EPSILON
from ..score.timeline import Channel
from ..telling import GONE, Telling
from . import camera, dismissing
from .panels import COVERED, FAR, away_from_all, free_area, sides


def go(telling: Telling, view: View, seconds: float | None = None) -> None:
    """Move to a pose, or a little aside from it, so that no panel covers anything; no faster than can be followed."""
    seconds = camera.unhurried(telling, view, seconds)
    way = clear(telling, view, seconds, FAR)
    camera.go(telling, way, seconds)
    telling.framed = view


def clear(telling: Telling, view: View, seconds: float, furthest: float = 1.0) -> View:
    """Before the camera moves: let panels that would cover something hang elsewhere, or go; from where to see all.

    That is the ``view``, or one that is up to ``furthest`` times as far away.
    """
    in_play = telling.in_play(view) if telling.explanations else []
    for one in telling.explanations if in_play else ():
        others = [other for other in telling.explanations if other is not one]
        if _is_busy(telling, one):
            continue
        size = one.panel.area.width, one.panel.area.height
        points = telling.room(*in_play, view=view)
        asides = [step_aside(points, view, area) for area in sides(telling.page.free, size)] if furthest > 1 else []
        near = (aside for aside in asides if aside.distance < furthest * view.distance)
        for seen in (view, *sorted(near, key=lambda aside: aside.distance)):
            if (area := _free(telling, seen, one.panel.area, others)) is not None:
                view = seen
                _hang(telling, one, area, seconds)
                break
        else:
            dismissing.take_down(telling, one)
    return view


def _is_busy(telling: Telling, one: Explanation) -> bool:
    """Whether a panel is still being filled, and where it hangs is settled by that."""
    return any(telling.score.busy(Channel(drawing.name, "opacity"), telling.now) for drawing in one.panel.drawings)


def _free(telling: Telling, view: View, area: Area, others: Sequence[Explanation]) -> Area | None:
    """Where a panel that hangs in an area covers nothing, as seen from a view: there, or as near as can be."""
    around = away_from_all(telling, [], view, others)
    size = area.width, area.height
    for free in (area, telling.page.free):
        found, covered = free_area(free, view, size, around, area)
        if covered <= COVERED:
            return found
    return None


def _hang(telling: Telling, one: Explanation, area: Area, seconds: float) -> None:
    """Let a panel go, and be there again in another area when ``seconds`` are over."""
    by = np.array([area.left - one.panel.area.left, area.bottom - one.panel.area.bottom])
    if float(np.abs(by).max()) <= EPSILON:
        return
    fade = min(GONE, seconds / 2)

    def again(drawing: Drawing) -> Drawing:
        pose, metre = drawing.pose.copy(), float(drawing.pose[0, 0])
        pose[:2, 3] += by * metre
        made = replace(drawing, name=telling.unique("panel"), pose=pose, opacity=0.0)
        telling.cast.add(made)
        if solid := telling.score.value(Channel(drawing.name, "opacity")):
            dismissing.take_away(telling, Channel(drawing.name, "opacity"), fade)
            telling.score.set(Channel(made.name, "opacity"), solid, telling.now + seconds - fade, fade)
        return made

    up = one.panel
    anchors = {name: (x + float(by[0]), y + float(by[1])) for name, (x, y) in up.anchors.items()}
    moved = Panel(again(up.symbols), tuple(map(again, up.values)), tuple(map(again, up.results)), area, anchors)
    telling.explanations = [replace(one, panel=moved) if other is one else other for other in telling.explanations]
