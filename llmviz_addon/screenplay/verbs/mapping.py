"""Keeping the map: it stands from a chapter's opening to its end, and what is lit on it follows the picture.

Clause by clause, whatever is solid and inside the free part once the clause has been acted out is where we were
meanwhile. Where nothing of the model is in play, as behind a picture that took the stage, we are where we were. A
chapter may say otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...layout.grid import Grid
from ...layout.lettering.drawing import Drawing, Shape
from ..cast.things import Grids
from ..page.commentary import camera_pose
from ..page.map import PALE
from ..score.timeline import Channel
from ..telling import Telling

FADE = 0.4
"""Seconds in which the light goes from one part to another."""

NEARER = 0.99
"""Depth of what is lit, as a share of that of what is not and lies behind it."""


def locate(telling: Telling, *things: Grids) -> None:
    """Let the map show ``things`` from now on, whatever is in play; with none it follows the picture again."""
    telling.on_map.told = telling.cast.grids_of(*things)
    follow(telling, telling.now)


def follow(telling: Telling, since: float) -> None:
    """Let the map show from a time on where we are now."""
    up = telling.on_map
    grids = up.told or telling.in_play()
    if not grids or not telling.layout.sections:
        return
    place = up.whereabouts.place(_true(telling, grids))
    if place is None or place == up.place:
        return
    number = up.map.alike(place.sections[-1])
    wanted = {
        "tower": (PALE, up.map.tower),
        "names": (1.0, up.map.names),
        f"picture:{number}": (PALE, lambda: up.map.picture(number)),
        f"lit:{sorted(place.grids)}:{place.titles}": (1.0, lambda: up.map.lit(place)),
    }
    at_once = up.place is None
    for key, (_, shapes) in wanted.items():
        if key not in up.drawings:
            up.drawings[key] = _pinned(telling, key.partition(":")[0], shapes())
    shown = {up.drawings[key]: opacity for key, (opacity, _) in wanted.items() if up.drawings[key]}
    for name in up.drawings.values():
        channel, opacity = Channel(name, "opacity"), shown.get(name, 0.0)
        if name and telling.score.value(channel) != opacity:
            telling.score.set(channel, opacity, since, 0.0 if at_once else FADE, yields=True)
    up.place = place


def _pinned(telling: Telling, kind: str, shapes: Sequence[Shape]) -> str:
    """A new drawing on the page, by name, not shown yet, what is lit a little before it; none of no shapes."""
    if not shapes:
        return ""
    pose = camera_pose(telling.page)
    pose[:3, :] *= NEARER if kind == "lit" else 1.0
    drawing = Drawing(telling.unique(f"map:{kind}"), tuple(shapes), pose, "camera", opacity=0.0)
    telling.cast.add(drawing)
    return drawing.name


def _true(telling: Telling, grids: Sequence[Grid]) -> list[Grid]:
    """Grids of the layout: themselves, or what they are excerpts of."""
    excerpts = {stand.name: grid for one in telling.closeups for grid, stand in one.pairs}
    return [excerpts.get(grid.name, grid) for grid in grids]
