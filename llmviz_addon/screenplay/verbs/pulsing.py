"""A pulse: one part of the model after the other glows and is computed, and its name is told meanwhile."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import ScriptError
from ...layout.grid import Grid
from ...layout.lettering.drawing import Rect, Text
from ...layout.lettering.font import advance, fit
from ..cast.things import Grids
from ..pictures.pinned import LETTERS, pin
from ..telling import Telling
from .revealing import reveal

AFTERGLOW = 0.9
"""How long a part glows on when the next one begins, as a share of the time of one."""


def pulse(telling: Telling, *groups: Grids, titles: Sequence[str], seconds: float | None = None) -> None:
    """Let groups, such as the parts of a layer, glow one after the other; each is computed then, and named.

    The names stand under the words, so that they can be read however far away the group is, and lie on none.
    """
    if not groups or len(titles) != len(groups):
        raise ScriptError(f"pulse needs groups and a title for each; got {len(groups)} and {len(titles)}.")
    each = telling.length(seconds, min(1.0 * len(groups), 8.0)) / len(groups)
    for group, title in zip(groups, titles, strict=True):
        grids = telling.cast.grids_of(group)
        name = _name(telling, title)
        telling.change(name, "opacity", 1.0, 0.15 * each)
        reveal(telling, grids, 0.8 * each)
        _light(telling, grids, 1.0, 0.3 * each)
        telling.pass_time(0.88 * each)
        telling.change(name, "opacity", 0.0, 0.12 * each)
        telling.pass_time(0.12 * each)
        _light(telling, grids, 0.0, AFTERGLOW * each)


def _light(telling: Telling, grids: Sequence[Grid], to: float, seconds: float) -> None:
    bodies = [body for grid in grids for body in telling.bodies(grid)]
    telling.score.set_all(bodies, "highlight", to, telling.now, seconds)


def _name(telling: Telling, title: str) -> str:
    """A name on a plate at the lower left corner of the words' place, where nothing passes, not seen yet."""
    place = telling.page.text if telling.reel is None else telling.page.free
    em = fit(title, LETTERS * telling.page.em, place.width - 1.2 * telling.page.em)
    plate = Rect(place.left, place.bottom, advance(title, em) + 1.2 * em, 1.9 * em, "plate", 0.3 * em)
    return pin(telling, "name", [plate, Text(place.left + 0.6 * em, place.bottom + 0.6 * em, ((title, "ink"),), em)])
