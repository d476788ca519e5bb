"""Moving the camera: chapters say what must be seen, and from which side; the place follows from that."""

from __future__ import annotations

import functools
import math

import numpy as np

from ...errors import ScriptError
from ...layout.lettering.drawing import Drawing
from ..cast.cast import Seen
from ..cast.things import Thing
from ..page import pose
from ..page.sizes import SMALLEST, pixel
from ..page.view import TAN, Page, View, corners
from ..page.view import frame as framed
from ..score.clips import EPSILON, Course
from ..score.easing import ease
from ..score.timeline import CAMERA, Channel
from ..telling import CROWD, Telling
from .arrows import standing

ZOOM = math.log(3.0)
"""By which factor, as a logarithm, what is seen grows or shrinks in a move that zooms evenly."""
FASTEST = 3.0
"""How far the camera goes in a second at most, in ways that look alike, where it eases in and out."""
LOOKS = 17
"""Places along a way at which is looked how long it is."""
ZOOMED = ("target", "distance")
"""What changes evenly in a zoom."""
SLACK = 0.94
"""How much smaller what a take passes is than what it rests on: where it turns from one to the next it cuts corners."""
TURN = 0.25
"""Over how much of a zoom, to each side and as a logarithm, a take turns from one way to the next."""
GROWS = 0.8
"""Of the smallest size of letters, from which on those that keep their size will be made that large."""
PATH = {"target": 0, "distance": 3, "azimuth": 4, "elevation": 5}
"""Rows of a take's path."""
STEPS = 1500
"""Places along a take at which its path is worked out."""


def frame(
    telling: Telling, *things: Thing | np.ndarray, azimuth: float | None = None, elevation: float | None = None,
    zoom: float = 1.0, seconds: float | None = None,
) -> None:  # fmt: skip
    """Move to the closest pose that keeps ``things`` inside the free part of the picture."""
    view = solve(telling, *things, azimuth=azimuth, elevation=elevation, zoom=zoom)
    go(telling, view, unhurried(telling, view, seconds))


def solve(
    telling: Telling, *things: Thing | np.ndarray, azimuth: float | None = None, elevation: float | None = None,
    zoom: float = 1.0, page: Page | None = None,
) -> View:  # fmt: skip
    """The pose that ``frame`` moves to, on the page that there is or on another."""
    if not telling.is_open and (azimuth is None or elevation is None):
        raise ScriptError("The first framing needs an azimuth and an elevation.")
    azimuth = telling.view.azimuth if azimuth is None else azimuth
    elevation = telling.view.elevation if elevation is None else elevation
    page = page or telling.page
    looked_at = telling.cast.seen(*things)

    def closest(seen: Seen, view: View | None = None) -> View:
        points, middle = points_of(telling, seen, view)
        return framed(points, azimuth, elevation, page.free, zoom, middle, page.axis)

    near = closest(looked_at)
    if len((read := _read(telling, looked_at, near)).drawings) < len(looked_at.drawings):
        looked_at, near = read, closest(read)
    if not 0 < len(looked_at.grids) <= CROWD:
        return near
    near = closest(looked_at, near)  # labels have another size from there
    arrows = [*standing(telling, looked_at.grids)]
    if arrows and not page.holds(near.project(np.concatenate(arrows))):
        return closest(looked_at._replace(places=[*looked_at.places, *arrows]), near)
    return near


def _read(telling: Telling, seen: Seen, view: View) -> Seen:
    """Of what is looked at all but the signs that are not there, as not all of their letters could be read."""
    if not (seen.regions or seen.grids):  # models in outline have names of their own sizes
        return seen
    smallest = SMALLEST * pixel(telling.page)

    def is_read(drawing: Drawing) -> bool:
        if drawing.parent != "world" or not (drawing.fades_below and drawing.is_written):
            return True
        depth = float((drawing.pose[:3, 3] - view.position) @ view.basis[2])
        em = float(drawing.lettering.ems.min()) * math.hypot(*drawing.pose[:3, 0].tolist())
        return em > (GROWS if drawing.keeps_size else 1.0) * smallest * TAN * depth

    return seen._replace(drawings=[drawing for drawing in seen.drawings if is_read(drawing)])


def go(telling: Telling, view: View, seconds: float | None = None) -> None:
    """Move to a pose, e.g. back to one that was kept; where what is seen gets quite another size, evenly."""
    seconds = telling.length(seconds, 1.0)
    if seconds and telling.is_open and abs(math.log(view.distance / telling.view.distance)) > ZOOM:
        return fly(telling, view, seconds)
    for channel, value in pose.told(view).items():
        telling.score.set(channel, value, telling.now, seconds)
    telling.view = view
    telling.pass_time(seconds)


def unhurried(telling: Telling, view: View, seconds: float | None) -> float:
    """Seconds of a way to a pose: as many as are wanted, but so many that it can be followed; 0 is a cut."""
    seconds = telling.length(seconds, 1.0)
    if not seconds or not telling.is_open or telling.reel is not None or telling.one_shot:
        return seconds
    before, after = (np.array([*one.target, one.distance]) for one in (telling.view, view))
    shares = _zooming(view.distance / telling.view.distance, np.linspace(0.0, 1.0, LOOKS))
    turn = max(abs(view.azimuth - telling.view.azimuth), abs(view.elevation - telling.view.elevation))
    way = float(_apart(before + (after - before) * shares[:, None]).sum()) + math.radians(turn)
    return max(seconds, math.pi / 2 * way / FASTEST)


def make_way(telling: Telling, view: View, seconds: float) -> None:
    """Move to a pose beside what else is told, and give that up as soon as the camera is asked to go elsewhere."""
    for channel, value in pose.told(view).items():
        telling.score.set(channel, value, telling.now, seconds, yields=True)
    framed = telling.framed
    telling.view = view
    telling.framed = framed


def is_moving(telling: Telling) -> bool:
    """Whether the camera is on its way, so that it cannot be sent elsewhere now."""
    clips = (telling.score.clips.get(channel, ()) for channel in pose.told(telling.view))
    return any(found and found[-1].end > telling.now + EPSILON for found in clips)


def fly(telling: Telling, end: View, seconds: float) -> None:
    """Move to a pose from which what is seen has quite another size: it changes evenly, like a zoom."""
    start = telling.view
    course = functools.partial(_zooming, end.distance / start.distance)
    for (channel, a), b in zip(pose.told(start).items(), pose.told(end).values(), strict=True):
        if channel.prop not in ZOOMED:
            telling.score.set(channel, b, telling.now, seconds)
        elif a != b:
            telling.score.follow(channel, functools.partial(_between, course, a, b), telling.now, seconds)
    telling.view = end
    telling.pass_time(seconds)


def bends(views: list[View], most: float) -> np.ndarray:
    """Over how much of the way a take may bend at each view without a look at what is beyond the next, (n,)."""
    half = np.maximum(_ways(views), 1e-3) / 2
    return np.minimum(np.minimum(np.append(half, np.inf), np.append(np.inf, half)), most)


def paced(telling: Telling, end: View, pace: float) -> float:
    """Seconds of a way to a pose on which what is seen grows or shrinks by the factor ``pace`` in each of them."""
    return float(_ways([telling.view, end])[0]) / math.log(pace)


def take(
    telling: Telling, *shots: Thing | np.ndarray, azimuth: float | None = None, elevation: float | None = None,
    zoom: float = 1.0, seconds: float, passing: Page,
) -> None:  # fmt: skip
    """One move past several pictures, each of a thing or a list of things, that only rests on the last.

    Those before it fill the free part of the page ``passing``. It goes like ``fly`` from each to the next, at one pace.
    What has been passed stays inside the free part until the next is reached: between two poses that look the same
    way, what is inside it in both is so all the way.
    """
    if not shots:
        raise ScriptError("A take needs at least one shot: a thing, or a list of things.")
    start = telling.view
    turn = np.array(
        [start.azimuth if azimuth is None else azimuth, start.elevation if elevation is None else elevation]
    )
    before = np.array([start.azimuth, start.elevation])

    def solved(share: np.ndarray) -> list[View]:
        """The poses of all shots, turned by these shares of the whole turn, (n,)."""
        angles = (before + (turn - before) * share[:, None]).tolist()
        pages = [(SLACK, passing)] * (len(shots) - 1) + [(1.0, telling.page)]
        told = zip(shots, angles, pages, strict=True)
        return [
            solve(telling, shot, azimuth=az, elevation=el, zoom=zoom * slack, page=page)
            for shot, (az, el), (slack, page) in told
        ]

    views = solved(marks([start, *solved(np.ones(len(shots)))])[1:])
    rows = path([start, *views])
    for channel in pose.told(start):
        if channel.prop in PATH and np.ptp(rows[PATH[channel.prop] + channel.index]) > 0:
            course = functools.partial(_along, rows[PATH[channel.prop] + channel.index])
            telling.score.follow(channel, course, telling.now, seconds)
    telling.view = views[-1]
    telling.pass_time(seconds)


def ride(telling: Telling, end: View, course: Course, seconds: float) -> None:
    """Move to a pose that differs in its target only, as ``course`` (share of time to share of way) says."""
    for i in range(3):
        a, b = float(telling.view.target[i]), float(end.target[i])
        if a != b:
            ramp = functools.partial(_between, course, a, b)
            telling.score.follow(Channel(CAMERA, "target", i), ramp, telling.now, seconds)
    telling.view = end


def points_of(telling: Telling, seen: Seen, view: View | None = None) -> tuple[np.ndarray, np.ndarray]:
    """What a camera that looks at some things must keep in sight, (n, 3) metres, and the middle of it, (3,).

    Labels are as large as they are to be seen from ``view``, or as at home. Of models only the outermost points are
    needed, and all of them for the middle.
    """
    points = [corners(*telling.box(region)) for region in seen.regions]
    points += seen.places
    if seen.grids:
        points.append(telling.room(*seen.grids, view=view))
    points += [drawing.points for drawing in seen.drawings if drawing.parent == "world"]
    if not points and not seen.pieces:
        raise ScriptError("The camera needs at least one grid or drawing to look at.")
    near = np.concatenate(points or [np.zeros((0, 3))])
    if not seen.pieces:
        return near, near.mean(axis=0)
    counts = [len(near), *(piece.count for piece in seen.pieces)]
    middles = np.array([near.sum(axis=0) / max(len(near), 1), *(piece.middle for piece in seen.pieces)])
    return np.concatenate([near, *(piece.points for piece in seen.pieces)]), np.average(middles, axis=0, weights=counts)


def _zooming(ratio: float, share: np.ndarray) -> np.ndarray:
    """Share of the way at a share of the time, (n,) each, for a distance that changes by ``ratio`` and grows evenly.

    The camera eases in and out; between, the logarithm of its distance has a steady pace.
    """
    eased = np.array([ease("smooth", float(s)) for s in share])
    if abs(ratio - 1) < 1e-6:
        return eased
    return (ratio**eased - 1) / (ratio - 1)


def _between(course: Course, start: float, end: float, share: np.ndarray) -> np.ndarray:
    return start + (end - start) * course(share)


def marks(views: list[View]) -> np.ndarray:
    """How far along a take it passes each of its poses, 0 to 1, (n,): at one pace, as it looks."""
    at = np.concatenate([[0.0], np.cumsum(np.maximum(_ways(views), 1e-3))])
    return at / at[-1]


def _ways(views: list[View]) -> np.ndarray:
    """How long the ways between some views look, (n - 1,): a zoom by a factor is its logarithm, and a ride past what
    is near is longer than past what is far; both together are a length in hyperbolic space."""
    return _apart(np.array([[*view.target, view.distance] for view in views]))


def _apart(poses: np.ndarray) -> np.ndarray:
    apart = (np.diff(poses, axis=0) ** 2).sum(axis=1)
    return np.arccosh(1.0 + apart / (2.0 * poses[1:, 3] * poses[:-1, 3]))


def path(views: list[View], turn: float | np.ndarray = TURN) -> np.ndarray:
    """The rows of ``PATH`` along a take past ``views``, (6, STEPS + 1), at even steps of the way.

    From view to view it is a straight line; where two meet, what is near is taken in the mean, so that it bends. How
    far that reaches may be told for each view, (n,).
    """
    poses = np.array([[*view.target, view.distance] for view in views])
    at, way = marks(views), np.linspace(0.0, 1.0, STEPS + 1)
    legs = np.diff(at)
    whole = float(_ways(views).sum())
    wide = np.interp(way, at, np.broadcast_to(turn, len(views)))
    reach = np.minimum(wide / np.maximum(whole, wide), np.minimum(way, 1.0 - way))
    around = np.clip(way[:, None] + reach[:, None] * np.linspace(-1, 1, 11), 0.0, 1.0)
    leg = np.clip(np.searchsorted(at, around, side="right") - 1, 0, len(legs) - 1)
    share = np.clip((around - at[leg]) / legs[leg], 0.0, 1.0)
    ratio = (poses[1:, 3] / poses[:-1, 3])[leg]
    even = np.abs(ratio - 1) < 1e-6
    share = np.where(even, share, (ratio**share - 1) / np.where(even, 1.0, ratio - 1))
    mean = (poses[leg] + (poses[leg + 1] - poses[leg]) * share[..., None]).mean(axis=1)
    first, last = (np.array([view.azimuth, view.elevation]) for view in (views[0], views[-1]))
    return np.vstack([mean.T, first[:, None] + (last - first)[:, None] * way])


def _along(way: np.ndarray, share: np.ndarray) -> np.ndarray:
    """A row of a path at a share of the time, (n,): it eases out of the start and into the end."""
    eased = [ease("smooth", float(s)) for s in share]
    return np.interp(eased, np.linspace(0.0, 1.0, len(way)), way)
