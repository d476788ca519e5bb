"""What is known beside a model: a chair, a person, a building, each as a plain figure of its true height.

A cell is drawn a millimetre wide for them: whoever stands beside a model says how large it is then. Heights are
those that the owners of the buildings tell: the Arc de Triomphe's (Centre des monuments nationaux) is 50 m by 45 m,
that of the Eiffel Tower (Société d'exploitation de la tour Eiffel) 330 m since 2022, on feet 125 m apart, with floors
at 57, 116 and 276 m. A grown person's 1.7 m lies between the means of women and of men in most countries; the door
behind is 2 m by 0.9 m, as usual ones are within some centimetres, and so is a chair of 0.9 m, its seat at half of that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ...language import marked, phrase
from ..grid import CELL
from ..lettering.drawing import Drawing, Plane, Polygon, Shade, Shape, Text
from ..lettering.font import advance
from .outline_signs import READABLE, scaled

MILLIMETRE = CELL
"""Metres on the set that are drawn for a millimetre: one cell."""
METRE = 1000 * MILLIMETRE
COLOR, ABOVE, BROAD = "muted", "card", 0.1
"""Of what is upright, and of a board seen from above that is so broad."""
OVER = 2.6
"""Room for what is written over a figure, in its letters."""
UNIT = 5.0
"""Letters that make a unit of a figure's drawing: then the fringe of its shapes suits them."""

Way = tuple[int, int, int]
Side = tuple[Way, Way, Way]
"""Which way is right on a plane, which way is up, and which way it faces."""
FRONT, TOP = ((1, 0, 0), (0, 0, 1), (0, -1, 0)), ((1, 0, 0), (0, 1, 0), (0, 0, 1))
RIGHT, LEFT = ((0, 1, 0), (0, 0, 1), (1, 0, 0)), ((0, -1, 0), (0, 0, 1), (-1, 0, 0))
FALLS = {TOP: 0.55, LEFT: 0.24, FRONT: 0.13, RIGHT: 0.04}
"""How much light falls on boards where things are lit, from over their left."""
SHADED = 0.3
"""How far beside them their shade is, as a share of how wide they stand."""

Points = Iterable[tuple[float, float]]


class Board(NamedTuple):
    """A board, from one corner to the opposite: x to the right, y away from the viewer, z up."""

    low: tuple[float, float, float]
    high: tuple[float, float, float]


@dataclass(frozen=True)
class Landmark:
    """A figure 1 high and ``width`` wide that stands at y = 0, its middle at x = 0; ``metres`` is its true height.

    What is ``behind`` it may be higher, up to ``top``, and is named with it. What is of ``boards`` is no flat figure.
    """

    name: str
    metres: float
    width: float
    shapes: tuple[Shape, ...]
    behind: tuple[Shape, ...] = ()
    top: float = 1.0
    also: str = ""
    boards: tuple[Board, ...] = ()


def _both(right: Points) -> Polygon:
    """The figure whose right half goes down along these points."""
    points = tuple(right)
    return Polygon((*points, *((-x, y) for x, y in reversed(points) if x)), COLOR)


def _sides(right: Points) -> tuple[Polygon, Polygon]:
    """A part at the right, and the same at the left."""
    points = tuple(right)
    return Polygon(points, COLOR), Polygon(tuple((-x, y) for x, y in reversed(points)), COLOR)


def _arch(radius: float, level: float) -> list[tuple[float, float]]:
    """The upper quarter of an opening, from its top to its right end at ``level``."""
    turns = np.linspace(np.pi / 2, 0, 13)
    return [(float(radius * np.cos(turn)), float(level + radius * np.sin(turn))) for turn in turns]


def _band(width: float, bottom: float, top: float, color: str = COLOR) -> Polygon:
    half = width / 2
    return Polygon(((-half, bottom), (half, bottom), (half, top), (-half, top)), color)


def _ball(x: float, y: float, radius: float) -> Polygon:
    turns = np.linspace(0, 2 * np.pi, 48, endpoint=False).tolist()
    return Polygon(tuple((x + radius * np.cos(turn), y + radius * np.sin(turn)) for turn in turns), COLOR)


_BODY = (
    (0.0, 0.905), (0.03, 0.9), (0.036, 0.85), (0.1, 0.83), (0.13, 0.815), (0.146, 0.785), (0.154, 0.72),
    (0.168, 0.6), (0.176, 0.47), (0.17, 0.44), (0.152, 0.43), (0.142, 0.45), (0.14, 0.5), (0.128, 0.6), (0.114, 0.72),
    (0.104, 0.735), (0.096, 0.72), (0.084, 0.62), (0.097, 0.51), (0.1, 0.44), (0.09, 0.26), (0.074, 0.045),
    (0.098, 0.012), (0.096, 0.0), (0.026, 0.0), (0.022, 0.05), (0.02, 0.26), (0.014, 0.45), (0.0, 0.462),
)  # fmt: skip
_SHAFT = tuple((0.052 * 0.2 ** ((y - 0.357) / 0.479), y) for y in np.linspace(0.836, 0.357, 9).tolist())

_CHAIR = (  # legs, of which those behind carry the back, its two rails, and the seat, which is in no plane with them
    *(Board((x, y, 0.0), (x + 0.07, y + 0.06, tall)) for x in (-0.25, 0.18) for y, tall in ((0.02, 0.45), (0.44, 1.0))),
    *(Board((-0.2, 0.455, low), (0.2, 0.49, high)) for low, high in ((0.58, 0.74), (0.8, 0.98))),
    Board((-0.26, 0.0, 0.44), (0.26, 0.52, 0.51)),
)

LANDMARKS = (  # ascending
    Landmark("a chair", 0.9, 0.52, (), boards=_CHAIR),
    Landmark(
        "a person", 1.7, 0.9 / 1.7, (_ball(0.0, 0.946, 0.054), _both(_BODY)),
        (_band(0.9 / 1.7, 0.0, 2 / 1.7, "card"), _ball(0.36 / 1.7, 1.05 / 1.7, 0.03 / 1.7)),
        2 / 1.7, ", door 2 m",
    ),
    Landmark(
        "the Arc de Triomphe", 50.0, 0.94,
        (
            _both([(0.0, 1.0), (0.45, 1.0), (0.45, 0.0), (0.146, 0.0), *reversed(_arch(0.146, 0.44))]),
            _band(0.94, 0.72, 0.755), _band(0.92, 0.965, 1.0), *_sides([(0.3, 0.0), (0.46, 0.0), (0.46, 0.05)]),
        ),
    ),
    Landmark(
        "the Eiffel Tower", 330.0, 125 / 330,
        (
            *_sides([(0.189, 0.0), (0.113, 0.0), (0.062, 0.17), (0.107, 0.17), (0.132, 0.1)]),
            _both([*_arch(0.098, 0.062), (0.109, 0.062), *reversed(_arch(0.109, 0.062))]),
            _band(0.226, 0.168, 0.186),
            *_sides([(0.1, 0.186), (0.062, 0.186), (0.026, 0.346), (0.058, 0.346), (0.072, 0.27)]),
            _band(0.132, 0.343, 0.36),
            _both([(0.0, 0.836), *_SHAFT, (0.0, 0.357)]),
            _band(0.036, 0.832, 0.846), _band(0.018, 0.846, 0.905), _band(0.006, 0.905, 1.0),
        ),
    ),
)  # fmt: skip


def landmark(metres: float) -> Landmark:
    """The highest that something ``metres`` high towers over; a chair beside what is smaller."""
    return next((one for one in reversed(LANDMARKS) if one.metres < metres), LANDMARKS[0])


def landmark_width(one: Landmark, em: float) -> float:
    """Width on the set, in metres, of a landmark with its name and height over it in letters of ``em``."""
    letters = max(advance(text, size * em) for text, size in _texts(one))
    return max(one.width * one.metres * METRE, letters)


def landmark_signs(name: str, one: Landmark, at: np.ndarray, em: float) -> tuple[Drawing, ...]:
    """A landmark whose middle stands at ``at``, (3,) metres; last what is written over it, which fades from afar."""
    tall = one.metres * METRE
    figures = (
        [*_sides_of(one.boards), (TOP, 0.0, _shades_of(one.boards))]
        if one.boards
        else [(FRONT, 0.0, (*one.behind, *one.shapes))]
    )
    (title, large), (height, small) = _texts(one)
    texts = (
        Text(0.0, OVER - 1.0, ((title, "ink"),), large, "center"),
        Text(0.0, 0.55, ((height, "muted"),), small, "center"),
    )
    over = scaled(at + (0.0, 0.0, one.top * tall), em)
    return (
        *(
            Drawing(
                f"{name}:figure" + (f" {number}" if number else ""),
                tuple(_sized(shape, tall / (UNIT * em)) for shape in shapes),
                _facing(side, at + tall * np.array(side[2]) * off, UNIT * em),
                opacity=0.0,
            )  # fmt: skip
            for number, (side, off, shapes) in enumerate(figures)
        ),
        Drawing(f"{name}:name", texts, over, fades_below=READABLE, opacity=0.0),
    )


def _facing(side: Side, at: np.ndarray, scale: float) -> np.ndarray:
    """(4, 4) pose of a plane that faces a side, through a place, (3,) metres."""
    matrix = np.eye(4)
    matrix[:3, :3] = np.array(side, dtype=float).T * scale
    matrix[:3, 3] = at
    return matrix


def _sides_of(boards: Sequence[Board]) -> list[tuple[Side, float, tuple[Shape, ...]]]:
    """What is seen of boards, from its front or a little from aside: a plane's side, where it is, what is on it."""
    planes: dict[tuple[Side, float], list[Shape]] = {}
    for side in (FRONT, TOP, RIGHT, LEFT):
        right, up, out = (np.array(way) for way in side)
        for board in boards:
            ends = np.array([board.low, board.high])
            (x0, x1), (y0, y1) = np.sort(ends @ right), np.sort(ends @ up)
            corners = (x0, y0), (x1, y0), (x1, y1), (x0, y1)
            color = ABOVE if side == TOP and y1 - y0 > BROAD else COLOR
            face = Plane(corners, color, FALLS[side])
            planes.setdefault((side, round(float((ends @ out).max()), 6)), []).append(face)
    return [(side, off, tuple(shapes)) for (side, off), shapes in planes.items()]


def _shades_of(boards: Sequence[Board]) -> tuple[Shape, ...]:
    """Around the foot of each board that stands, and a large one beside all, away from the light."""
    feet = [board for board in boards if board.low[2] == 0.0]
    low, high = np.min([foot.low for foot in feet], axis=0), np.max([foot.high for foot in feet], axis=0)
    wide, deep = (high - low)[:2]
    found = [Shade(_oval((low + high)[:2] / 2 + (SHADED * wide, 0.0), wide * 0.85, deep * 0.8), "ground", 0.7)]
    for foot in feet:
        ends = np.array([foot.low, foot.high])[:, :2]
        found.append(Shade(_oval(ends.mean(axis=0) + (0.4 * np.ptp(ends[:, 0]), 0.0), 0.11, 0.075), "ground"))
    return tuple(found)


def _oval(middle: np.ndarray, wide: float, deep: float) -> tuple[tuple[float, float], ...]:
    turns = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    return tuple(
        zip((middle[0] + wide * np.cos(turns)).tolist(), (middle[1] + deep * np.sin(turns)).tolist(), strict=True)
    )


def _texts(one: Landmark) -> tuple[tuple[str, float], tuple[str, float]]:
    """What is written over it, and how large: its name, without an article, and its height."""
    name = one.name.split(" ", 1)[1]
    height = f"{marked(f'{one.metres:g}')} m"
    return (phrase(name[0].upper() + name[1:]), 1.0), (height + phrase(one.also), 0.85)


def _sized(shape: Shape, by: float) -> Shape:
    """A figure's shape, ``by`` times as large."""
    if isinstance(shape, Polygon):
        return replace(shape, points=tuple((x * by, y * by) for x, y in shape.points))
    raise TypeError(f"A figure is made of polygons, not of {shape!r}.")
