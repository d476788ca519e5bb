"""The picture and the camera: which part of the frame is free, and where to stand to fill it.

Frame coordinates have their origin in the picture's middle, x to the right, y up, in units of its
height. The lens is fixed (vertical field of view 37.8°), so a pose is all there is to a camera.
Chapters name what must be seen; ``frame`` solves for the closest camera that keeps it inside the
free part, in closed form: with the direction fixed, each side of the free part bounds where the
camera may stand by one linear inequality per corner of what is to be seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from ...kept import kept

SENSOR, LENS = 24.0, 35.0
TAN = SENSOR / LENS
"""Height of the picture at a distance of 1 m, in metres."""
WIDE = 1.2
"""Width of a picture, as a share of its height, from which on words stand beside the set."""
SAFE = 0.06
"""Share of a picture without words that stays free along each of its edges."""
PART = 0.3
"""Share of the text's width in which a chapter's part is named, where something stands beside it."""


@dataclass(frozen=True)
class Area:
    """A rectangle of the frame, in frame heights."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def center(self) -> tuple[float, float]:
        """Its middle."""
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2

    @property
    def edges(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top."""
        return self.left, self.bottom, self.right, self.top

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From bottom to top."""
        return self.top - self.bottom

    def overlap(self, other: Area) -> float:
        """Shared area with ``other``."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.top, other.top) - max(self.bottom, other.bottom)
        return max(width, 0.0) * max(height, 0.0)

    def meets(self, points: Sequence[tuple[float, float]]) -> bool:
        """Whether any of some points lies inside."""
        return any(self.left < x < self.right and self.bottom < y < self.top for x, y in points)

    def holds(self, points: Sequence[tuple[float, float]]) -> bool:
        """Whether all of some points lie inside."""
        return all(self.left < x < self.right and self.bottom < y < self.top for x, y in points)

    def grown(self, by: float) -> Area:
        """The same, ``by`` larger on every side."""
        return Area(self.left - by, self.bottom - by, self.right + by, self.top + by)


@dataclass(frozen=True)
class Page:
    """How the picture is shared out: the set in ``free``, commentary in ``text``, the model's ``map``.

    That is under the words in wide pictures, in others beside the heading.
    """

    aspect: float
    free: Area
    text: Area
    map: Area
    em: float  # size of the commentary's letters
    home: Area | None = None  # the free part where the words have their room, of a page on which they are a caption

    @property
    def axis(self) -> tuple[float, float]:
        """Where on the picture the camera's optical axis goes: it stays there, whatever the words do."""
        return (self.home or self.free).center

    @property
    def is_wide(self) -> bool:
        """Whether text stands beside the set, not under it."""
        return self.free.left > self.text.right - 0.01

    @classmethod
    def of(cls, size: tuple[int, int]) -> Page:
        """A column at the left in wide pictures, the lower part in square and upright ones."""
        aspect = size[0] / size[1]
        half, margin = aspect / 2, 0.045
        if aspect >= WIDE:
            width = min(0.54, 0.31 * aspect)
            left, right = -half + margin, -half + margin + width
            text = Area(left, -0.02, right, 0.5 - margin)
            under = Area(left, -0.5 + margin, right, -0.09)
            free = Area(right + margin, -0.5 + margin, half - margin, 0.5 - margin)
            return cls(aspect, free, text, under, 0.031)
        em = 0.031 * min(1.0, aspect / 0.8)
        margin *= min(1.0, aspect)
        split = -0.5 + 0.32 + 0.018 * min(1.0, aspect)  # lines are longer upright, in letters, so there are fewer
        text = Area(-half + margin, -0.5 + 0.7 * margin, half - margin, split)
        free = Area(-half + margin, split + 0.03, half - margin, 0.5 - margin)
        corner = Area(text.right - 4.7 * em, text.top - 2.9 * em, text.right, text.top)
        return cls(aspect, free, text, corner, em)

    def holds(self, flat: np.ndarray) -> bool:
        """Whether all places on the picture, (n, 2) or with their depth, are inside it."""
        return bool((np.abs(flat[:, :2]) <= (self.aspect / 2, 0.5)).all())

    def captioned(self) -> Page:
        """The same where the words are a caption under the set, of a line or, where these are short, two."""
        half, margin = self.aspect / 2, 0.045 * min(1.0, self.aspect)
        lines = 1 if self.aspect >= WIDE else 2
        text = Area(-half + margin, -0.5 + margin, half - margin, -0.5 + margin + 1.35 * lines * self.em)
        free = Area(-half + margin, text.top + 0.03, half - margin, 0.5 - margin)
        return replace(self, free=free, text=text, home=self.free)

    def bottom(self) -> Page:
        """The same with nothing but a caption, which has no other place: the axis goes through the middle above it."""
        page = self.captioned()
        return replace(page, home=page.free)

    def bare(self) -> Page:
        """The same without room for words but two lines, as large as a question's, under the set."""
        half, margin = self.aspect / 2, 0.045 * min(1.0, self.aspect)
        text = Area(-half + margin, -0.5 + margin, half - margin, -0.5 + margin + 3.9 * self.em)
        side, over = SAFE * self.aspect, SAFE * min(1.0, self.aspect)
        free = Area(-half + side, text.top + 0.03, half - side, 0.5 - over)
        return replace(self, free=free, text=text, home=free)


@dataclass(frozen=True, eq=False)
class View:
    """A camera pose: what it looks at, from where, and how the picture is shifted (frame heights)."""

    target: np.ndarray
    azimuth: float
    elevation: float
    distance: float
    shift: tuple[float, float] = (0.0, 0.0)

    @kept
    def basis(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Unit vectors right, up, forward."""
        return basis(self.azimuth, self.elevation)

    @kept
    def position(self) -> np.ndarray:
        """Where the camera stands, (3,)."""
        return self.target - self.basis[2] * self.distance

    def project(self, points: np.ndarray) -> np.ndarray:
        """World points (n, 3) to frame coordinates and depth (n, 3)."""
        right, up, forward = self.basis
        d = np.atleast_2d(points) - self.position
        depth = d @ forward
        scale = 1.0 / (np.maximum(depth, 1e-6) * TAN)
        seen = np.empty_like(d)  # numpy's stack takes longer than all the rest
        seen[:, 0], seen[:, 1], seen[:, 2] = d @ right * scale - self.shift[0], d @ up * scale - self.shift[1], depth
        return seen

    def unproject(self, x: float, y: float, depth: float) -> np.ndarray:
        """The world point seen at (x, y) at ``depth`` metres before the camera, (3,)."""
        right, up, forward = self.basis
        height = depth * TAN
        offset = right * (x + self.shift[0]) * height + up * (y + self.shift[1]) * height
        return self.position + forward * depth + offset

    def area(self, low: np.ndarray, high: np.ndarray) -> Area:
        """What a box, (3,) and (3,), covers of the frame."""
        return Area(*self.areas(low[None], high[None])[0])

    def areas(self, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """What boxes, (n, 3) and (n, 3), cover of the frame: left, bottom, right, top of each, (n, 4)."""
        across, up, _ = self.boxes(low, high)
        return np.array([across.min(0), up.min(0), across.max(0), up.max(0)]).T

    def boxes(self, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """The corners of boxes, (n, 3) and (n, 3), in frame coordinates and depth, (3, 8, n).

        So laid out, of thousands the least and the most take a tenth of the time.
        """
        return np.ascontiguousarray(
            self.project(corners(low, high).reshape(-1, 3)).reshape(-1, 8, 3).transpose(2, 1, 0)
        )


def boxes_seen(views: Sequence[View], by: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """What ``View.boxes`` gives, of boxes each of which is seen ``by`` the view of that number, (n,): many at once."""
    bases = np.array(basis(*np.array([(view.azimuth, view.elevation) for view in views]).reshape(-1, 2).T))
    targets, far = np.array([view.target for view in views]), np.array([view.distance for view in views])
    ends = np.stack([low, high]) - (targets.reshape(-1, 3) - bases[2] * far[:, None])[by]  # (2, n, 3)
    found = np.empty((3, 8, len(by)))
    for place, number in enumerate((2, 0, 1)):  # depth first
        x, y, z = (ends * bases[number, by]).transpose(2, 0, 1)  # (2, n) each
        along = (x[:, None, None] + y[:, None] + z).reshape(8, -1)
        if place == 0:
            found[2], scale = along, 1.0 / (np.maximum(along, 1e-6) * TAN)
        else:
            found[number] = along * scale - np.array([view.shift[number] for view in views])[by]
    return found


def basis(azimuth: float | np.ndarray, elevation: float | np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit vectors right, up and forward, (3,) or (n, 3), of cameras that stand at these angles (degrees)."""
    az, el = np.radians(azimuth), np.radians(elevation)
    forward = -np.array([np.cos(az) * np.cos(el), np.sin(az) * np.cos(el), np.sin(el)]).T
    right = np.array([-np.sin(az), np.cos(az), 0.0 * az]).T
    return right, np.cross(right, forward), forward


_HIGH = np.array(list(product((False, True), repeat=3)))  # at which end along x, y, z each corner of a box is


def corners(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """The eight corners of a box, (3,) and (3,), or of several, (n, 3) and (n, 3): (8, 3) or (n, 8, 3)."""
    return np.where(_HIGH, high[..., None, :], low[..., None, :])


def frame(
    points: np.ndarray, azimuth: float, elevation: float, area: Area, zoom: float = 1.0,
    middle: np.ndarray | None = None, axis: tuple[float, float] | None = None,
) -> View:  # fmt: skip
    """The closest view from these angles that keeps all ``points`` (n, 3) inside ``area``.

    ``zoom`` below 1 steps back further. The optical axis goes through the middle of the area, or where ``axis`` tells,
    so that what is explained is not seen askew because text stands beside it. The camera looks at what is as deep as
    ``middle`` (3,), by default the mean of the points.
    """
    return _seen(points, azimuth, elevation, area, axis or area.center, zoom, np.inf, middle)


def step_aside(points: np.ndarray, view: View, area: Area) -> View:
    """The view from the direction of another, no closer, that keeps ``points`` inside a part of the picture.

    The optical axis goes through where it went.
    """
    axis = (-view.shift[0], -view.shift[1])
    return _seen(points, view.azimuth, view.elevation, area, axis, 1.0, float(view.position @ view.basis[2]))


def _seen(
    points: np.ndarray, azimuth: float, elevation: float, area: Area, axis: tuple[float, float], zoom: float,
    closest: float, middle: np.ndarray | None = None,
) -> View:  # fmt: skip
    """A view from at most ``closest`` along its way; ``axis`` is where on the picture the optical axis goes."""
    right, up, forward = basis(azimuth, elevation)
    w = points @ forward
    sides = (
        (points @ right, (area.left - axis[0]) * TAN, (area.right - axis[0]) * TAN),
        (points @ up, (area.bottom - axis[1]) * TAN, (area.top - axis[1]) * TAN),
    )
    # Of a point v across and w deep, seen from p at s: low (w - s) <= v - p <= high (w - s).
    bounds = [((v - high * w).max(), (v - low * w).min(), low, high) for v, low, high in sides]
    nearest = min((most - least) / (high - low) for least, most, low, high in bounds)
    nearest = min(nearest, w.min() - 0.5)
    center = float(w.mean() if middle is None else middle @ forward)
    stand = min(center - (center - nearest) / zoom, closest)
    across = [((least + high * stand) + (most + low * stand)) / 2 for least, most, low, high in bounds]
    position = right * across[0] + up * across[1] + forward * stand
    return View(position + forward * (center - stand), azimuth, elevation, center - stand, (-axis[0], -axis[1]))
