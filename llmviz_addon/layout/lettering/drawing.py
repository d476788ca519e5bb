"""Flat drawings: everything on the set that is not a cell.

Labels, rulers, brackets, the model's card, token boxes, commentary, formula panels, arcs, bars: each
is a ``Drawing``, a handful of shapes and texts in its own XY plane (x right, y up, metres), posed
somewhere in the world. The stage knows one way to build a drawing, so a chapter that needs a new
picture composes one from these shapes instead of teaching the stage a new object.

Colours are names that the theme resolves: ``ink``, ``muted``, ``ground`` (the page behind), ``plate``
(the ground of a text panel), ``weight``, ``activation``, ``aggregate``, ``accent``, ``card``, ``white``; for the
tiles of tokens ``token_0`` and so on, with ``on_token`` for the letters on them; and for what a role's numbers below 0
are drawn as ``weight_below`` and so on, the hues that their cells have.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import numpy as np

from ...kept import kept
from .font import ASCENDER, DESCENDER, advance_in, font_in_use
from .font_file import FontFile

TINTS = tuple(f"token_{number}" for number in range(8))
"""Of tokens; see ``signs.tiles``."""
BELOW = {role: f"{role}_below" for role in ("weight", "activation", "aggregate")}
"""The counter-hue of each role, for what is below 0."""
COLORS = (
    *("ink", "muted", "ground", "plate", "weight", "activation", "aggregate", "accent", "card", "white"),
    *TINTS,
    "on_token",
    *BELOW.values(),
)
"""The names that every theme resolves."""


LIFT = 5e-4
"""By which each shape lies before the one under it, in a drawing's own units."""


@dataclass(frozen=True)
class Rect:
    """A filled rectangle from (x, y), its lower-left corner; ``radius`` rounds the corners.

    A bar that may hang down is one whose drawing is stretched by a number below 0; then it has the colour ``below``.
    """

    x: float
    y: float
    width: float
    height: float
    color: str = "plate"
    radius: float = 0.0
    below: str = ""  # none: as it is else


@dataclass(frozen=True)
class Line:
    """A stroke of ``width`` through ``points``, with an arrow head at its end if asked."""

    points: tuple[tuple[float, float], ...]
    width: float
    color: str = "ink"
    head: float = 0.0  # length of the arrow head, 0 for none


@dataclass(frozen=True)
class Polygon:
    """A filled simple polygon."""

    points: tuple[tuple[float, float], ...]
    color: str = "ink"


@dataclass(frozen=True)
class Between(Polygon):
    """What lies between a curve and an axis: it is flat where things are lit, too, and ends where it does."""


@dataclass(frozen=True)
class Plane(Polygon):
    """A side of something solid: where things are lit so much ``light`` falls on it."""

    light: float = 1.0


@dataclass(frozen=True)
class Shade(Polygon):
    """Where things are lit, how little light there is around the middle of a convex outline, less towards that."""

    dark: float = 1.0


@dataclass(frozen=True)
class Band(Polygon):
    """A filled polygon between two lines of as many points, ``left`` and ``right``; where things are lit it is round.

    Its ``points`` follow from these.
    """

    points: tuple[tuple[float, float], ...] = field(init=False)
    left: tuple[tuple[float, float], ...] = ()
    right: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", (*self.right, *self.left[::-1]))


@dataclass(frozen=True)
class Disc:
    """A filled circle."""

    x: float
    y: float
    radius: float
    color: str = "ink"


@dataclass(frozen=True)
class Text:
    """Text whose first baseline starts at (x, y); ``size`` is the em in metres.

    ``spans`` are (text, colour) runs; a line break is "\\n" inside a run, lines are ``leading`` ems
    apart. ``align`` places the text left of, around or right of x.
    """

    x: float
    y: float
    spans: tuple[tuple[str, str], ...]
    size: float
    align: str = "left"  # "left", "center", "right"
    leading: float = 1.3
    font: FontFile | None = field(default_factory=font_in_use)

    @property
    def body(self) -> str:
        """The text without its colours."""
        return "".join(text for text, _ in self.spans)

    @kept
    def corners(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Lower left and upper right corner of all lines."""
        lines = self.body.split("\n")
        width = max(advance_in(self.font, line, self.size) for line in lines)
        left = self.x - width * {"left": 0.0, "center": 0.5, "right": 1.0}[self.align]
        bottom = self.y - (len(lines) - 1) * self.leading * self.size - DESCENDER * self.size
        return (left, bottom), (left + width, self.y + ASCENDER * self.size)


@dataclass(frozen=True)
class Readout:
    """A number that changes: digits driven by the channel ``slot`` (0, 1, …) of its drawing's ``value``."""

    x: float
    y: float
    size: float
    decimals: int = 2
    color: str = "ink"
    align: str = "left"
    slot: int = 0

    @kept
    def corners(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Lower left and upper right corner of a number of a few digits; which one it is changes."""
        width = advance_in(None, "00.00", self.size)
        left = self.x - width * {"left": 0.0, "center": 0.5, "right": 1.0}[self.align]
        return (left, self.y - DESCENDER * self.size), (left + width, self.y + ASCENDER * self.size)


Vector: TypeAlias = Sequence[float] | np.ndarray
Shape = Rect | Line | Polygon | Disc | Text | Readout


class Lettering(NamedTuple):
    """All n texts of a drawing: ``corners`` (n, 4, 3), from the lower left one around; ``ems`` (n,) in the drawing's
    plane, and ``spans`` (n, 2), widths and heights in ems."""

    corners: np.ndarray
    ems: np.ndarray
    spans: np.ndarray


@dataclass(frozen=True, eq=False)
class Drawing:
    """Shapes in a plane, posed in the world, on a grid (moves with it) or before the camera.

    ``pose`` is (4, 4), from the drawing's plane to the world at the parent's home, or to camera space
    (x right, y up, looking along -z) if ``parent`` is "camera". Shapes later in the list lie nearer
    to the viewer. ``fades_below`` is the height in pixels (of one em of its largest text) under which the
    drawing fades away, so that far labels do not clutter; 0 keeps it always.
    """

    name: str
    shapes: tuple[Shape, ...]
    pose: np.ndarray = field(default_factory=lambda: np.eye(4))
    parent: str = "world"  # "world", "camera" or a grid's name
    fades_below: float = 0.0
    opacity: float = 1.0  # at rest, before any clip
    keeps_size: bool = False  # of its letters on the picture: it is stretched from its origin as the camera moves
    is_ground: bool = False  # under a chapter's words: it stays between two chapters, where words give way to others

    @kept
    def em(self) -> float:
        """Of its largest text, where the parent is at home."""
        size = max(shape.size for shape in self.shapes if isinstance(shape, Text))
        return size * math.sqrt(sum(float(x) ** 2 for x in self.pose[:3, 0]))

    @kept
    def lettering(self) -> Lettering:
        """Its texts and readouts, where the parent is at home."""
        texts = [shape for shape in self.shapes if isinstance(shape, Text | Readout)]
        flat = np.array([shape.corners for shape in texts], dtype=float).reshape(-1, 4)
        x, y = flat[:, (0, 2, 2, 0), None], flat[:, (1, 1, 3, 3), None]
        corners = x * self.pose[:3, 0] + y * self.pose[:3, 1] + self.pose[:3, 3]
        ems = np.array([shape.size for shape in texts], dtype=float)
        return Lettering(corners, ems, (flat[:, 2:] - flat[:, :2]) / ems[:, None])

    @kept
    def is_written(self) -> bool:
        """Whether there is text in it, or a number."""
        return any(isinstance(shape, Text | Readout) for shape in self.shapes)

    @kept
    def flat(self) -> np.ndarray:
        """Points that the shapes span, in their own plane, (n, 2); of readouts only where they start."""
        points: list[tuple[float, float]] = []
        for shape in self.shapes:
            if isinstance(shape, Shade):  # nobody needs to see all of it
                points.append((sum(x for x, _ in shape.points) / len(shape.points), shape.points[0][1]))
            elif isinstance(shape, Line | Polygon):
                points += shape.points
            elif isinstance(shape, Rect):
                points += [(shape.x, shape.y), (shape.x + shape.width, shape.y + shape.height)]
            elif isinstance(shape, Disc):
                x, y, radius = shape.x, shape.y, shape.radius
                points += [(x - radius, y), (x + radius, y), (x, y - radius), (x, y + radius)]
            elif isinstance(shape, Text):
                points += shape.corners
            else:
                points.append((shape.x, shape.y))
        return np.array(points).reshape(-1, 2)

    @kept
    def points(self) -> np.ndarray:
        """The same, where the parent is at home, (n, 3)."""
        flat = np.array([(x, y, 0.0, 1.0) for x, y in self.flat.tolist()])
        posed = (flat @ self.pose.T)[:, :3]
        posed.flags.writeable = False
        return posed


def pose(origin: Vector, right: Vector = (1, 0, 0), up: Vector = (0, 0, 1)) -> np.ndarray:
    """(4, 4) pose of a plane at ``origin`` whose x runs along ``right`` and y along ``up`` (unit vectors).

    The default faces the viewer in front of the model (looking along +Y).
    """
    (a, b, c), (d, e, f), (x, y, z) = right, up, origin  # numpy's own cross product takes ten times as long
    rows = (a, d, b * f - c * e, x), (b, e, c * d - a * f, y), (c, f, a * e - b * d, z), (0, 0, 0, 1)
    return np.array(rows, dtype=float)
