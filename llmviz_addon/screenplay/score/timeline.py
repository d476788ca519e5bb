"""The compiled film: plain data that the stage turns into keyframes without thinking.

Times are frames (1 is the first), values are floats. The channels of an actor and what they mean: ``channels``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np

from ...kept import kept
from ...language import AsIs
from ...layout.grid import CELL, Grid
from ...layout.lettering.drawing import Drawing
from ...layout.outline import BoxArrays, Outline
from ...layout.signs.outline_signs import OutlineSigns, in_metres
from ...model.blueprints import Blueprint
from ...model.config import GPTConfig

CAMERA = "camera"
CORNER = 0.28
"""Ground at the left of a corner of a matrix, as a share of what is seen of it; above it there is less than half."""


class Channel(NamedTuple):
    """One animatable number: which actor, which property, which component of it."""

    actor: str
    prop: str
    index: int = 0  # type: ignore[assignment]  # a tuple has a method of this name, which nobody needs here

    def __str__(self) -> str:
        return f"{self.actor}.{self.prop}" + (f"[{self.index}]" if self.index else "")


@dataclass(frozen=True, eq=False)
class Track:
    """All keys of one channel: ``frames`` (n,) ascending, ``values`` (n,), ``easings`` towards the next key."""

    channel: Channel
    frames: np.ndarray
    values: np.ndarray
    easings: tuple[str, ...]

    def turns(self, full: float) -> bool:
        """Whether it is all the time at 0 or at ``full``, and goes from one to the other at once."""
        ramps = (np.diff(self.values) != 0) & (np.array(self.easings[:-1], dtype=object) != "constant")
        return bool(np.isin(self.values, (0.0, full)).all() and not ramps.any())


@dataclass(frozen=True)
class Fragment:
    """A piece of a grid that can step aside: ``cells`` cells from ``first``, both (x, y, z).

    It shows the same values as the grid, follows its moves, and is visible only while its own
    opacity is above 0. At rest its opacity is 0.
    """

    name: str
    grid: str
    first: tuple[int, int, int]
    cells: tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Piece:
    """What fades as one of a model in outline: a layer, or all that is not in layers. At rest its opacity is 0."""

    name: str
    boxes: BoxArrays
    at: np.ndarray  # (3,) metres, where these stand

    @kept
    def points(self) -> np.ndarray:
        """Those that can be at an edge of it, (n, 3) metres."""
        return self.boxes.outermost + self.at

    @kept
    def count(self) -> int:
        """Corners of all its boxes."""
        return len(self.boxes.points)

    @kept
    def middle(self) -> np.ndarray:
        """The mean of these corners, (3,) metres."""
        return self.boxes.middle + self.at


@dataclass(frozen=True, eq=False)
class Standing:
    """A model in outline on stage, ``at`` (3,) metres; ``signs`` are what is written on it."""

    outline: Outline
    at: np.ndarray
    once: Piece
    layers: tuple[Piece, ...]
    signs: OutlineSigns

    @property
    def blueprint(self) -> Blueprint:
        """What it is on paper: parts, sizes, numbers of parameters."""
        return self.outline.blueprint

    @property
    def config(self) -> GPTConfig:
        """Its sizes."""
        return self.blueprint.config

    @property
    def title(self) -> str:
        """Its name."""
        return AsIs(self.blueprint.title)

    @property
    def n_params(self) -> int:
        """How many numbers it has learned."""
        return self.blueprint.n_params

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """All of it but what is written."""
        return (self.once, *self.layers)

    @property
    def box(self) -> tuple[np.ndarray, np.ndarray]:
        """Smallest and largest corner, each (3,) metres."""
        low, high = self.outline.box
        return low + self.at, high + self.at

    @property
    def height(self) -> str:
        """How high it stands where each cell is a millimetre, such as ``624 m``."""
        return in_metres(self.outline.tall)

    @property
    def parts(self) -> dict[str, np.ndarray]:
        """Points of the first layer's parts, (n, 3) metres, by their names in it, such as ``mlp``."""
        names = self.outline.sample.layers[0].members
        return {name: self.outline.part(name).points + self.at for name in names}

    def corner(self, cells: int) -> np.ndarray:
        """Points around the upper left corner of the first layer's widest matrix, (4, 3) metres.

        ``cells`` × ``cells`` cells of it, or as many as there are, and some ground beyond its edges.
        """
        low, high = self.outline.widest.box
        left, top = low[0] + self.at[0], high[2] + self.at[2]
        wide, tall = np.minimum(cells * CELL, high - low)[[0, 2]]
        ground, y = CORNER * min(cells * CELL, wide), low[1] + self.at[1]
        return np.array([(x, y, z) for x in (left - ground, left + wide) for z in (top - tall, top + 0.4 * ground)])


@dataclass(frozen=True)
class Marker:
    """A named frame: the start of a chapter or a rest."""

    frame: int
    name: str  # "03 Layer Norm", "03.2 one column"
    kind: str  # "chapter" or "rest"
    end: int = 0  # of a rest: the frame at which it has been read, and something happens


@dataclass(frozen=True)
class Subtitle:
    """What is being said from frame ``start`` to frame ``end``, that one included, for captions and the sidebar."""

    start: int
    end: int
    text: str
    marker: str


@dataclass(frozen=True)
class ChapterSpan:
    """Where a chapter lies in the film; ``end`` is its last frame.

    ``frozen`` is the share of it, rests left out, in which nothing that is seen moves.
    """

    name: str  # "layer-norm"
    number: int
    title: str
    part: str
    start: int
    end: int
    frozen: float = 0.0

    @property
    def marked(self) -> str:
        """Its number and title, such as ``03 Layer Norm``."""
        return f"{self.number:02d} {self.title}"


class Timed:
    """What has so many frames per second, of which 1 is the first."""

    fps: int

    def seconds(self, frame: int) -> float:
        """Time of a frame, in seconds from the start."""
        return (frame - 1) / self.fps

    def frame(self, seconds: float) -> int:
        """Nearest frame to a time in seconds."""
        return 1 + round(seconds * self.fps)


@dataclass(frozen=True, eq=False)
class Timeline(Timed):
    """A whole film as data."""

    fps: int
    size: tuple[int, int]
    frames: int
    tracks: tuple[Track, ...]
    drawings: tuple[Drawing, ...]  # made by chapters, opacity 0 at rest
    fragments: tuple[Fragment, ...]
    markers: tuple[Marker, ...]
    subtitles: tuple[Subtitle, ...]
    chapters: tuple[ChapterSpan, ...]
    home: Mapping[Channel, float] = field(default_factory=dict)  # rest values that differ from the table's
    grids: tuple[tuple[Grid, np.ndarray], ...] = ()  # made by chapters, with their values; opacity 0 at rest
    outlines: tuple[Standing, ...] = ()
    made_by: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # by actors the numbers in ``chapters``

    def __repr__(self) -> str:
        """The storyboard."""
        return storyboard(self)


class Told(Protocol):
    """What is told when: a timeline, or what a scene knows of it."""

    @property
    def chapters(self) -> tuple[ChapterSpan, ...]: ...

    @property
    def markers(self) -> tuple[Marker, ...]: ...

    @property
    def subtitles(self) -> tuple[Subtitle, ...]: ...

    @property
    def frames(self) -> int: ...

    @property
    def fps(self) -> int: ...

    def seconds(self, frame: int) -> float: ...

    def frame(self, seconds: float) -> int: ...


def storyboard(told: Told) -> str:
    """Chapters, their rests and what is said there, a line each, with seconds from the start."""
    said: dict[str, str] = {}
    for clause in told.subtitles:
        said[clause.marker] = f"{said.get(clause.marker, '')} {clause.text}".lstrip()
    lines = []
    for chapter in told.chapters:
        start, end = told.seconds(chapter.start), told.seconds(chapter.end)
        lines.append(f"{start:7.1f} s  {chapter.number:02d} {chapter.title}, {end - start:.1f} s")
        rests = [m for m in told.markers if m.kind == "rest" and chapter.start <= m.frame <= chapter.end]
        lines += [f"{told.seconds(m.frame):7.1f} s    {m.name}: {said.get(m.name, '')}" for m in rests]
    return "\n".join(lines)
