"""Hanging the formula panel on the page, at the free spot nearest to its cell: it never covers what it explains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ...kept import kept
from ...layout.grid import Grid, Region
from ...layout.lettering.drawing import Drawing, Shape
from ..page.commentary import camera_pose
from ..page.panel import EM, Explanation, Panel
from ..page.steps import Setting, Steps
from ..page.view import Area, View, corners, step_aside
from ..score.timeline import Channel
from ..telling import Telling
from . import camera
from .arrows import standing
from .dismissing import clear_aside, give_way
from .reading import name_of
from .token_tiles import ENTRIES

WIDEST = 0.62
"""A panel's width, as a share of the free part's, where that is wide; upright it may be all of it."""
SHORT = 12
"""Letters of a token's name at most, with which a panel says of which it is."""
NARROWER = (0.65, 0.5)
"""Shares of that width at which it is set, too: in a narrow panel beside them tall grids stay large."""
NEARLY = 1.1
"""How much further away the camera may go for a panel that is set as it is best, than for a narrower one."""
GAP = 0.02
"""Between a panel and what stands beside it, in picture heights."""
NEAR = 0.012
"""The same, where it is not explained."""
ACROSS, UP = 48, 32
"""Places that are tried, from left to right and from bottom to top."""
COVERED = 0.01
"""Of a panel, what may cover something else, before the camera makes room."""
VITAL = 10.0
"""How much more than other things what is explained must not be covered."""
FURTHEST, FAR, NEARER = 1.7, 1.25, 0.95
"""How many times as far away the camera goes at most to make room, or where the panel can be done without, and how
near it must come to move without need."""
ALIKE = 1.04
"""How much further away is as near: there the spot is taken that is nearest to all that is explained."""
ALONG = np.linspace(0, 1, 21)
AWKWARD = 0.15
"""Picture heights that ways to what is explained may lie across other things, in the mean, before the camera moves."""
ACROSS_OTHERS = 3.0
"""How much longer a way is where it lies across something else."""
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
    forms, before = _Forms(telling, grid, cells), telling.view
    spot = _spot(telling, forms, explained, seconds, FURTHEST if needed else FAR)
    if spot.covered > COVERED and telling.explanations:
        clear_aside(telling)
        spot = _spot(telling, forms, explained, seconds, FURTHEST if needed else FAR)
    if spot.covered > COVERED and not needed:
        return None
    give_way(telling, spot.area)
    clear = telling.now + (seconds if telling.view is not before else 0.0)
    return replace(_hung(telling, spot.told, spot.area), clear=clear)


class _Forms:
    """The panel as it is best, and narrower ones, which leave tall grids their size; they are set when asked for."""

    def __init__(self, telling: Telling, grid: Grid, cells: Sequence[tuple[int, ...]]) -> None:
        page, free = telling.page, telling.page.free
        self._most = free.width * (WIDEST if free.width > free.height else 1.0)
        self._setting = Setting(
            grid, cells, telling.tensors, page.em / 0.031 * EM, _tokens(telling), _drawn(telling, grid, cells[0])
        )
        self.best = self._setting.within(self._most)

    @kept
    def all(self) -> list[Steps]:
        """All of them, the best one first."""
        found = [self.best]
        for share in NARROWER:
            told = self._setting.within(share * self._most)
            if told.width < found[-1].width - GAP:
                found.append(told)
        return found


def _drawn(telling: Telling, grid: Grid, at: tuple[int, ...]) -> dict[str, list[int]]:
    """Of what a cell reads, by operand, which numbers have cells, where not all of them have."""
    found = {}
    for operand, region in telling.sources(grid, at).items():
        for axis, (start, end) in zip(region.grid.axes, region.ranges, strict=True):
            seen = [index - start for index in axis.shown or () if start <= index < end]
            if end - start > 1 and 0 < len(seen) < end - start:
                found[operand] = seen
    return found


def _tokens(telling: Telling) -> list[str]:
    """What the tokens of a vocabulary are called on panels, if these are few and short."""
    size = telling.layout.config.vocab_size
    names = [name_of(telling, token) for token in range(size)] if size <= ENTRIES else []
    return names if all(len(name) <= SHORT for name in names) else []


def _spot(telling: Telling, forms: _Forms, explained: Sequence[Region], seconds: float, furthest: float) -> Spot:
    """The best spot for a panel in one of its forms, to which the camera makes room if it must.

    Of places that leave the grids about as large the one for the best form is taken; ways to what is explained that lie
    across other things all along a picture's height weigh as much as grids of half the size.
    """
    around, free = _around(telling, explained), telling.page.free
    aside = telling.view is not telling.framed
    spot = free_spot(free, telling.view, forms.best, around)
    if spot.covered <= COVERED and not aside:
        return spot
    spots = [spot, *(free_spot(free, telling.view, told, around) for told in forms.all[1:])]
    spot = next((spot for spot in spots if spot.covered <= COVERED), spots[0])
    if (spot.covered > COVERED or aside) and not camera.is_moving(telling):
        fits = spot.covered <= COVERED and around.across(spot.area, telling.view) < AWKWARD
        reach = telling.view.distance * (NEARER if fits else furthest)
        points = telling.room(*telling.in_play(), view=telling.view)
        ways = [
            (NEARLY**number, view, found)
            for number, told in enumerate(forms.all)
            for view in _roomier(telling, told, points)
            if view.distance < reach and (found := free_spot(free, view, told, around)).covered <= COVERED
        ]
        if ways:
            far = [worse * view.distance * (1 + around.across(one.area, view)) for worse, view, one in ways]
            near = [way for way, length in zip(ways, far, strict=True) if length <= ALIKE * min(far)]
            _, view, spot = min(near, key=lambda one: one[0] * around.from_explained(one[2].area, one[1]))
            camera.make_way(telling, view, seconds)
    return spot


def _roomier(telling: Telling, told: Steps, points: np.ndarray) -> Iterator[View]:
    """Views from where the chapter looks that leave room for a panel at one side of ``points``, of all in play."""
    whole = telling.page.free
    for one in telling.explanations:
        whole = max(_beside(whole, one.panel.area.grown(GAP)), key=lambda area: area.width * area.height)
    for area in sides(whole, (told.width, told.height)):
        yield step_aside(points, telling.framed, area)


def sides(whole: Area, size: tuple[float, float]) -> list[Area]:
    """What is left of a part of the picture at each side of a panel of that size, and all of it."""
    width, height = size[0] + GAP, size[1] + GAP
    found = (
        whole,
        replace(whole, left=whole.left + width),
        replace(whole, right=whole.right - width),
        replace(whole, bottom=whole.bottom + height),
        replace(whole, top=whole.top - height),
    )
    return [area for area in found if min(area.width, area.height) > 0]


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
    """A place for a panel that is set so, and which share of it covers something."""

    told: Steps
    area: Area
    covered: float


@dataclass(frozen=True, eq=False)
class Around:
    """What a panel must not cover: things in the world, each of some points of ``points`` (n, 3) from its ``first`` on.

    How far it stays away from each, and how much it matters, (k,). The first is the cell that is explained. ``pages``
    are areas of the page that are taken, wherever the camera stands.
    """

    points: np.ndarray
    first: np.ndarray
    away: np.ndarray
    matters: np.ndarray
    pages: tuple[Area, ...]

    def from_explained(self, area: Area, view: View) -> float:
        """How far an area of the picture is from what is explained, in the mean; ways across other things are long."""
        left, bottom, right, top = self.seen(view)[self.matters == VITAL].T
        away = np.hypot((left + right) / 2 - area.center[0], (bottom + top) / 2 - area.center[1])
        return float(away.mean()) + ACROSS_OTHERS * self.across(area, view)

    def across(self, area: Area, view: View) -> float:
        """How far straight ways from an area to what is explained lie across other things, in the mean."""
        seen = self.seen(view)
        ends = (seen[:, :2] + seen[:, 2:])[self.matters == VITAL] / 2
        starts = np.clip(ends, (area.left, area.bottom), (area.right, area.top))
        ways = starts + ALONG[:, None, None] * (ends - starts)  # (n, m, 2), of which the last are the ends
        on = ((ways[:, :, None] > seen[:, :2]) & (ways[:, :, None] < seen[:, 2:])).all(axis=-1)  # (n, m, k)
        share = (on & ~on[-1]).any(axis=2).mean(axis=0)
        return float((share * np.linalg.norm(ends - starts, axis=1)).mean())

    def seen(self, view: View) -> np.ndarray:
        """What things in the world cover of the picture: left, bottom, right, top of each, (k, 4)."""
        flat = view.project(self.points)[:, :2]
        return np.hstack([np.minimum.reduceat(flat, self.first), np.maximum.reduceat(flat, self.first)])


def _around(telling: Telling, explained: Sequence[Region]) -> Around:
    things = [(corners(*telling.box(region)), GAP / 2, VITAL) for region in explained]
    return away_from_all(telling, things, telling.view, telling.explanations)


def away_from_all(
    telling: Telling, things: list[tuple[np.ndarray, float, float]], view: View, panels: Sequence[Explanation]
) -> Around:  # fmt: skip
    """What a panel must not cover as seen from a view: these things, all in play, what is written, other panels."""
    in_play = telling.in_play(view)
    for grid in in_play:
        points = telling.room(grid, view=view)
        things.append((points[:8], NEAR, 1.0))
        if len(points) > 8:  # its label
            things.append((points[8:], NEAR, 1.0))
    things += [(points, NEAR, 1.0) for points in written(telling, in_play)]
    points, away, matters = zip(*things, strict=True)
    first = np.cumsum([0, *(len(one) for one in points[:-1])])
    pages = tuple(one.panel.area.grown(GAP / 2) for one in panels)
    return Around(np.concatenate(points), first, np.array(away), np.array(matters), pages)


def free_spot(free: Area, view: View, told: Steps, around: Around) -> Spot:
    """Where in the ``free`` part a panel covers nothing, as seen from ``view``, as near as can be to its cell."""
    return Spot(told, *free_area(free, view, (told.width, told.height), around, Area(*around.seen(view)[0])))


def free_area(
    free: Area, view: View, size: tuple[float, float], around: Around, near: Area
) -> tuple[Area, float]:  # fmt: skip
    """An area of that size that covers least, of those the one nearest to another, and which share covers something."""
    (width, height), seen = size, around.seen(view)
    taken = np.vstack([seen + around.away[:, None] * (-1, -1, 1, 1), *([one.edges] for one in around.pages)])
    matters = np.append(around.matters, [VITAL] * len(around.pages))
    xs = np.linspace(free.left, max(free.left, free.right - width), ACROSS)
    ys = np.linspace(free.bottom, max(free.bottom, free.top - height), UP)
    w = np.minimum(xs + width, taken[:, 2:3]) - np.maximum(xs, taken[:, 0:1])  # (k, ACROSS)
    h = np.minimum(ys + height, taken[:, 3:4]) - np.maximum(ys, taken[:, 1:2])  # (k, UP)
    covered = (np.maximum(h, 0) * matters[:, None]).T @ np.maximum(w, 0) / (width * height)  # (UP, ACROSS)
    cx, cy = near.center
    gap_x = np.maximum(np.abs(xs + width / 2 - cx) - (width + near.width) / 2, 0)
    gap_y = np.maximum(np.abs(ys + height / 2 - cy) - (height + near.height) / 2, 0)
    distance = np.hypot(gap_x, gap_y[:, None])
    distance += 0.1 * np.hypot(xs + width / 2 - cx, (ys + height - near.top)[:, None])
    up, across = np.unravel_index(np.argmin(covered * 10 + distance), covered.shape)
    left, bottom = float(xs[across]), float(ys[up])
    return Area(left, bottom, left + width, bottom + height), float(covered[up, across])


def written(telling: Telling, in_play: Sequence[Grid]) -> list[np.ndarray]:
    """Points of the chapter's own signs and arrows, of each (n, 3): those in the world, and on the grids in play."""
    there = {"world", *(grid.name for grid in in_play)}
    own = {name for explanation in telling.explanations for name in explanation.drawings}
    written = [
        telling.placed(drawing, drawing.flat, at_home=True)
        for name, drawing in telling.cast.drawings.items()
        if name not in own and drawing.parent in there and name not in telling.score.gone
        if telling.score.value(Channel(name, "opacity")) > 0
    ]
    return [*written, *standing(telling, in_play)]
