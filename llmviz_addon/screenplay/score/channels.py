"""The table of channels: all that can be animated, told once for everybody who asks.

A channel is one property of an actor, of one or more numbers. What it is called, which kinds of actor have it, where
it stands when nobody has touched it, how it goes from the end of one chapter to the opening of the next, and what of
the picture it changes: clips, casts, the compiler, the stage, the film's changes and the tests read it here. Where in
Blender a channel lives is the stage's business (``stage.motion.properties``).

Azimuth 270 looks along +Y from the front, 281 from a little to the right; elevation 90 looks down.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum

from ...errors import ScriptError, choices


class Kind(StrEnum):
    """What an actor is."""

    GRID = "grid"  # of the model
    MADE = "made grid"  # by a chapter: a copy, an excerpt
    FRAGMENT = "fragment"  # of a grid that is shown in pieces
    CROWD = "crowd of grids"  # that share an object on stage
    RIBBON = "ribbon"
    PIECE = "piece"  # of a model in outline
    SIGN = "sign"  # of the set
    DRAWING = "drawing"  # made by a chapter
    GROUND = "ground"  # under a chapter's words
    CAMERA = "camera"


class Between(Enum):
    """How a channel goes from the end of one chapter to the opening of the next."""

    GLIDES = "all the time between the two"
    LATE = "at once, when the next one opens"
    UNSEEN = "at once, and where nobody sees it when the chapter ends"
    WORDS = "those of one are gone before those of the other come"
    HANDS = "it becomes as solid as its grid will be, and is gone when the next one opens"
    FLIES = "glides, or cuts where the way is far"
    CUTS = "at once, half-way"
    COVERS = "it hides both, and is there half-way"


class Changes(Enum):
    """What of the picture a change of a channel changes."""

    CELLS = "which cells of the actor are known, or in focus"
    LOOKS = "how the actor looks"
    PLACE = "where the actor is, and all that hangs on it"
    EVERYTHING = "all of the picture"


@dataclass(frozen=True, eq=False)
class Row:
    """A line of the table: a channel as the actors of some kinds have it."""

    name: str
    size: int  # numbers; 0 is as many as the actor has readouts
    kinds: frozenset[Kind]
    rest: float | None  # None is what the actor says
    between: Between
    changes: Changes
    in_hand: bool = False  # happens only to grids that a chapter takes in hand
    turns: bool = False  # the actor is not the upright box any more that the layout knows
    hides: bool = False  # at 0 the actor is gone
    knows: bool = False  # tells which cells show their values


def _row(
    name: str, size: int, kinds: Iterable[Kind], rest: float | None, between: Between, changes: Changes,
    **flags: bool,
) -> Row:  # fmt: skip
    return Row(name, size, frozenset(kinds), rest, between, changes, **flags)


_GRIDS = (Kind.GRID, Kind.MADE)
_CELLS = (*_GRIDS, Kind.FRAGMENT)
_DRAWN = (Kind.SIGN, Kind.DRAWING, Kind.GROUND)
_GLIDES, _LATE, _UNSEEN, _FLIES = Between.GLIDES, Between.LATE, Between.UNSEEN, Between.FLIES
_LOOKS, _PLACE, _ALL = Changes.LOOKS, Changes.PLACE, Changes.EVERYTHING

TABLE: tuple[Row, ...] = (
    # 0 is gone (and hidden from render), 1 is solid
    _row("opacity", 1, (Kind.GRID, Kind.RIBBON, Kind.CROWD), 1.0, _GLIDES, _LOOKS, hides=True),
    _row("opacity", 1, (Kind.MADE, Kind.PIECE), 0.0, _GLIDES, _LOOKS, hides=True),
    _row("opacity", 1, (Kind.FRAGMENT,), 0.0, Between.HANDS, _LOOKS, hides=True),
    _row("opacity", 1, (Kind.SIGN,), None, _GLIDES, _LOOKS, hides=True),
    _row("opacity", 1, (Kind.DRAWING,), 0.0, Between.WORDS, _LOOKS, hides=True),
    _row("opacity", 1, (Kind.GROUND,), 0.0, _LATE, _LOOKS, hides=True),
    # how many cells from the first on show their value, in the tensor's C order; at rest all of them
    _row("reveal", 1, _CELLS, None, _UNSEEN, Changes.CELLS, knows=True),
    _row("reveal", 1, (Kind.CROWD,), None, _UNSEEN, _LOOKS, knows=True),
    # the stretch of cells that show theirs beyond these: the first, and one past the last
    _row("kept", 2, _CELLS, 0.0, _UNSEEN, Changes.CELLS, in_hand=True, knows=True),
    # 0 to 1, the body glows in its role's colour
    _row("highlight", 1, (*_CELLS, Kind.CROWD), 0.0, _GLIDES, _LOOKS, in_hand=True),
    # the factor by which its colours are stronger than those of its kind
    _row("gain", 1, _CELLS, 1.0, _GLIDES, _LOOKS, in_hand=True),
    # 0 to 1, how strongly cells outside the focus range step back
    _row("focus", 1, _CELLS, 0.0, _LATE, _LOOKS, in_hand=True),
    # the first cell of the focus range along x, y, z, and one past its last cell
    _row("focus_lo", 3, _CELLS, 0.0, _LATE, Changes.CELLS, in_hand=True),
    _row("focus_hi", 3, _CELLS, 0.0, _LATE, Changes.CELLS, in_hand=True),
    # metres away from home
    _row("offset", 3, (*_CELLS, Kind.RIBBON, *_DRAWN), 0.0, _GLIDES, _PLACE, in_hand=True),
    # turned about its home corner, or a drawing's origin (radians, XYZ), and stretched from there
    _row("rotation", 3, (*_GRIDS, *_DRAWN), 0.0, _LATE, _PLACE, in_hand=True, turns=True),
    _row("scale", 3, (*_GRIDS, *_DRAWN), 1.0, _GLIDES, _PLACE, in_hand=True, turns=True),
    # the numbers in a drawing's readouts, one each
    _row("value", 0, _DRAWN, 0.0, _LATE, _LOOKS),
    # metres; degrees; degrees; metres; heights of the picture
    _row("target", 3, (Kind.CAMERA,), 0.0, _FLIES, _ALL),
    _row("azimuth", 1, (Kind.CAMERA,), 0.0, _FLIES, _ALL),
    _row("elevation", 1, (Kind.CAMERA,), 0.0, _FLIES, _ALL),
    _row("distance", 1, (Kind.CAMERA,), 0.0, _FLIES, _ALL),
    _row("shift", 2, (Kind.CAMERA,), 0.0, _FLIES, _ALL),
)  # fmt: skip

_ROWS = {(kind, row.name): row for row in TABLE for kind in row.kinds}


def names(kind: Kind) -> tuple[str, ...]:
    """The channels that actors of a kind have."""
    return tuple(name for one, name in _ROWS if one is kind)


def row(kind: Kind, prop: str, actor: str = "", index: int = 0) -> Row:
    """The line about ``prop`` of an actor of this kind; ScriptError where it has none, or not so many numbers."""
    try:
        found = _ROWS[kind, prop]
    except KeyError:
        raise ScriptError(f"{actor or str(kind)!r} has no channel {prop!r}. {choices(names(kind))}") from None
    if index < 0 or (found.size and index >= found.size):
        raise ScriptError(f"{actor or str(kind)!r} has no {prop}[{index}]. {choices(range(found.size))}")
    return found


def named(**flags: bool | Changes) -> frozenset[str]:
    """Names of the channels with these flags, such as ``in_hand=True`` or ``changes=Changes.PLACE``."""
    return frozenset(r.name for r in TABLE if all(getattr(r, flag) == value for flag, value in flags.items()))
