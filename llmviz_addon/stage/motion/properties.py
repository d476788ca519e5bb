"""Where in Blender a channel lives, in one map: from a channel to a property, and from a property back to its channel.

The first is what keyframes are written by, the second how what differs between two frames is read off them. What is
no channel's, such as a key that a user set, may move the object and all that hangs on it.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from ...screenplay.score.channels import Changes, Kind, row
from ..told_by_objects import EMPHASIS, FOCUS_HI, FOCUS_LO, KNOWN, LIT, REVEAL, path_of

HIDES = ("hide_render", "hide_viewport")
"""What goes along with a channel at whose 0 the actor is gone."""


class Property(NamedTuple):
    """An object's own property: where its channel's first number is, and which linear map brings it there."""

    path: str
    first: int = 0
    factor: float = 1.0
    summand: float = 0.0


OF_OBJECT: dict[str, tuple[Property, ...]] = {  # by channel; a property for all its numbers, or one for each
    "opacity": (Property("color", 3),),
    "reveal": (Property(path_of(REVEAL), 0),),
    "kept": (Property(path_of(REVEAL), 1, -1.0, 1.0), Property(path_of(REVEAL), 2)),
    "highlight": (Property(path_of(EMPHASIS), 0),),
    "focus": (Property(path_of(EMPHASIS), 1),),
    "gain": (Property(path_of(EMPHASIS), 2, 1.0, -1.0),),
    "focus_lo": (Property(path_of(FOCUS_LO)),),
    "focus_hi": (Property(path_of(FOCUS_HI)),),
    "offset": (Property("location"),),
    "rotation": (Property("rotation_euler"),),
    "scale": (Property("scale"),),
}
OF_CROWD: dict[str, tuple[Property, ...]] = {
    "opacity": OF_OBJECT["opacity"],
    "reveal": (Property(path_of(KNOWN)),),
    "highlight": (Property(path_of(LIT)),),
}
MODIFIERS = "modifiers"
"""How the paths of readouts begin, in which a drawing's values are."""


@cache
def place(prop: str, index: int, kind: Kind) -> Property:
    """Where number ``index`` of a channel lives, in an object of an actor of this kind."""
    found = (OF_CROWD if kind is Kind.CROWD else OF_OBJECT)[prop]
    if len(found) > 1:
        return found[index]
    path, first, factor, summand = found[0]
    return Property(path, first + index, factor, summand)


def _back() -> dict[str, Changes]:
    """By path what of the picture a key there changes."""
    back = {path: Changes.LOOKS for path in HIDES}
    for kind, table in ((Kind.GRID, OF_OBJECT), (Kind.CROWD, OF_CROWD)):
        for prop, places in table.items():
            back.update({one.path: row(kind, prop).changes for one in places})
    return back


_BACK = _back()


def changed_by(path: str) -> Changes:
    """What of the picture a key of an object at ``path`` changes."""
    if path.startswith(MODIFIERS):
        return row(Kind.DRAWING, "value").changes
    return _BACK.get(path, Changes.PLACE)
