"""Hanging the formula panel on the page, at the free spot nearest to its cell: it never covers what it explains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ...layout.grid import Grid, Region
from ...layout.lettering.drawing import Drawing, Shape
from ..page.commentary import camera_pose
from ..page.panel import EM, Panel
from ..page.steps import Steps, steps
from ..page.view import Area, View, step_aside
from ..score.timeline import Channel
from ..telling import Telling
from . import camera

WIDEST = 0.62
"""A panel's width, as a share of the free part's, where that is wide; upright it may be all of it."""
GAP = 0.02
"""Between a panel and what stands beside it, in picture heights."""
COVERED = 0.01
"""Of a panel, what may cover something else, before the camera makes room."""
VITAL = 10.0
"""How much more than other things what is explained must not be covered."""
FURTHEST, FAR, NEARER = 1.6, 1.25, 0.95
"""How many times as far away the camera goes at most to make room, or where the panel can be done without, and how
near it must come to move without need."""
BEFORE = 0.004
"""How much nearer than a panel's plate hangs what is written on it later, as a share of its distance."""


def panel(
    telling: Telling, grid: Grid, cells: Sequence[tuple[int, ...]], explained: Sequence[Region], seconds: float,
    needed: bool = True,
) -> Panel | None:  # fmt: skip
    """Set the panel for cells of ``grid`` that have one formula, and find its spot; none of it is seen yet.

    It covers nothing in play: where there is no room, the camera steps back or aside within ``seconds``, unless it is
    on its way already. In the worst case it covers no cell that is ``explained``; where it is not ``needed`` there is
    none then.
    """
    page, free = telling.page, telling.page.free
    most = free.width * (WIDEST if free.width > free.height else 1.0)
    told = steps(grid, cells, telling.tensors, page.em / 0.031 * EM, most)
    spot = _spot(telling, told, explained, seconds, FURTHEST if needed else FAR)
    if spot.covered > COVERED and telling.explanations:
        telling.clear_aside()
        spot = _spot(telling, told, explained, seconds, FURTHEST if needed else FAR)
    if spot.covered > COVERED and not needed:
        return None
    telling.give_way(spot.area)
    return _hung(telling, told, spot.area)


def _spot(telling: Telling, told: Steps, explained: Sequence[Region], seconds: float, furthest: float) -> Spot:
    """The best spot for a panel, to which the camera makes room if it must."""
    spot = free_spot(telling, telling.view, told, explained)
    aside = telling.view is not telling.framed
    if (spot.covered > COVERED or aside) and not camera.is_moving(telling):
        reach = telling.view.distance * (NEARER if spot.covered <= COVERED else furthest)
        found = ((view, free_spot(telling, view, told, explained)) for view in _roomier(telling, told))
        rooms = [(view, one) for view, one in found if one.covered <= COVERED and view.distance < reach]
        if rooms:
            view, spot = min(rooms, key=lambda room: room[0].distance)
            camera.make_way(telling, view, seconds)
    return spot


def _roomier(telling: Telling, told: Steps) -> Iterator[View]:
    """Views from where the chapter looks that leave room for a panel at one side of all that is in play."""
    points = telling.room(*telling.in_play())
    whole = telling.page.free
    for one in telling.explanations:
        whole = max(_beside(whole, one.panel.area.grown(GAP)), key=lambda area: area.width * area.height)
    asked = Area(0, 0, told.width + GAP, told.height + GAP)
    sides = (
        whole,
        replace(whole, left=whole.left + asked.width),
        replace(whole, right=whole.right - asked.width),
        replace(whole, bottom=whole.bottom + asked.height),
        replace(whole, top=whole.top - asked.height),
    )
    for area in sides:
        if min(area.width, area.height) > 0:
            yield step_aside(points, telling.framed, area)


def _beside(area: Area, taken: Area) -> tuple[Area, Area, Area, Area]:
    """What is left of an area at the four sides of another."""
    return (
        replace(area, right=min(area.right, taken.left)),
        replace(area, left=max(area.left, taken.right)),
        replace(area, top=min(area.top, taken.bottom)),
        replace(area, bottom=max(area.bottom, taken.top)),
    )


def _hung(telling: Telling, told: Steps, area: Area) -> Panel:
    def drawing(shapes: Sequence[Shape], nearer: float) -> Drawing:
        pose = camera_pose(telling.page)
        pose[:3, 3] = (pose @ np.array([area.left, area.bottom, 0.0, 1.0]))[:3]
        pose[:3, :] *= 1 - nearer
        made = Drawing(telling.unique("panel"), tuple(shapes), pose, "camera", opacity=0.0)
        telling.cast.add(made)
        return made

    return Panel(
        drawing(told.symbols, 0.0),
        tuple(drawing(shapes, BEFORE) for shapes in told.values if shapes),
        tuple(drawing(shapes, BEFORE) for shapes in told.results),
        area,
        {name: (area.left + x, area.bottom + y) for name, (x, y) in told.anchors.items()},
    )


class Spot(NamedTuple):
    """A place for a panel, and which share of it covers something."""

    area: Area
    covered: float


def free_spot(telling: Telling, view: View, told: Steps, explained: Sequence[Region]) -> Spot:
    """Where in the free part a panel covers nothing in play, as seen from ``view``, as near as can be to its cell.

    The first that is ``explained`` is that cell.
    """
    free, width, height = telling.page.free, told.width, told.height
    taken = [(one.panel.area.grown(GAP / 2), VITAL) for one in telling.explanations]
    near, *_ = boxes = [view.area(*telling.box(region)) for region in explained]
    taken += [(area.grown(GAP / 2), VITAL) for area in boxes]
    for grid in (in_play := telling.in_play()):
        seen = view.project(telling.room(grid))[:, :2]
        taken.append((view.area(*telling.box(grid)).grown(0.008), 1.0))
        if len(seen) > 8:  # its label
            taken.append((Area(*seen[8:].min(axis=0), *seen[8:].max(axis=0)).grown(0.008), 1.0))
    taken += [(area.grown(0.008), 1.0) for area in _written(telling, view, in_play)]
    xs = np.linspace(free.left, max(free.left, free.right - width), 48)
    ys = np.linspace(free.bottom, max(free.bottom, free.top - height), 32)
    left, bottom = (a.ravel() for a in np.meshgrid(xs, ys))
    covered = np.zeros_like(left)
    for area, weight in taken:
        w = np.minimum(left + width, area.right) - np.maximum(left, area.left)
        h = np.minimum(bottom + height, area.top) - np.maximum(bottom, area.bottom)
        covered += weight * np.maximum(w, 0) * np.maximum(h, 0) / (width * height)
    cx, cy = near.center
    gap_x = np.maximum(np.abs(left + width / 2 - cx) - (width + near.width) / 2, 0)
    gap_y = np.maximum(np.abs(bottom + height / 2 - cy) - (height + near.height) / 2, 0)
    distance = np.hypot(gap_x, gap_y) + 0.1 * np.hypot(left + width / 2 - cx, bottom + height - near.top)
    best = int(np.argmin(covered * 10 + distance))
    area = Area(left[best], bottom[best], left[best] + width, bottom[best] + height)
    return Spot(area, float(covered[best]))


def _written(telling: Telling, view: View, in_play: Sequence[Grid]) -> list[Area]:
    """What the chapter's own signs and arrows cover of the picture: those in the world, and on the grids in play."""
    there = {"world", *(grid.name for grid in in_play)}
    own = {name for explanation in telling.explanations for name in explanation.drawings}
    found = []
    for name, drawing in telling.cast.drawings.items():
        if name in own or drawing.parent not in there or name in telling.score.gone:
            continue
        if telling.score.value(Channel(name, "opacity")) > 0:
            seen = view.project(telling.placed(drawing, drawing.flat))[:, :2]
            found.append(Area(*seen.min(axis=0), *seen.max(axis=0)))
    return found
