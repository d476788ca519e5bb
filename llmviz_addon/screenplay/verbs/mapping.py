"""Keeping the map: it stands from a chapter's opening to its end, and what is lit on it follows the picture.

Clause by clause, whatever is solid and inside the free part once the clause has been acted out is where we were
meanwhile, but for another model, which is only reached then. Where nothing of the model is in play, as behind a
picture that took the stage, we are where we were. A chapter may say otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ...layout.grid import Grid
from ...layout.lettering.drawing import Drawing, Shape
from ...layout.whereabouts import Place, sections_of
from ..cast.things import Grids
from ..page.commentary import camera_pose
from ..page.map import PALE, ModelMap
from ..page.view import Area
from ..score.timeline import Channel
from ..telling import SOLID, Telling

FADE = 0.4
"""Seconds in which the light goes from one part to another."""

NEARER = 0.99
"""Depth of what is lit, as a share of that of what is not and lies behind it."""

NEARLY = 0.02
"""Picture heights by which a piece may reach out of the free part, as in ``in_play``."""


def locate(telling: Telling, *things: Grids) -> None:
    """Let the map show ``things`` from now on, whatever is in play; with none it follows the picture again."""
    telling.on_map.told = telling.cast.grids_of(*things)
    follow(telling, telling.now)


def follow(telling: Telling, since: float) -> None:
    """Let the map show from a time on where we are now; where there is no room for one nothing is shown."""
    if telling.is_bare:
        return
    up = telling.on_map
    grids = up.told or telling.in_play()
    place = up.whereabouts.place(_true(telling, grids)) if grids else None
    of, place = (up.map, place) if place else _in_outline(telling)
    if of is None or place is None or (of, place) == (up.of, up.place):
        return
    if up.of is not None and of is not up.of and of.name and up.of.name:
        since = _grown(telling, of.name, since) or max(since, telling.now - FADE)
    number = of.alike(place.sections[-1])
    wanted: dict[tuple[str, object], tuple[float, Callable[[], list[Shape]]]] = {
        ("tower", None): (PALE, of.tower),
        ("names", None): (1.0, of.names),
        ("lit", place): (1.0, lambda: of.lit(place)),  # not its text, in which equal sets may be in two orders
    }
    if not of.is_whole(place):
        wanted["picture", number] = (PALE, lambda: of.picture(number))
    at_once, shown = up.place is None, {}
    for (kind, what), (opacity, shapes) in wanted.items():
        key = kind, what, of.name
        if key not in up.drawings:
            up.drawings[key] = _pinned(telling, kind, shapes())
        shown[up.drawings[key]] = opacity
    for name in filter(None, up.drawings.values()):
        channel, opacity = Channel(name, "opacity"), shown.get(name, 0.0)
        if telling.score.value(channel) != opacity:
            telling.score.set(channel, opacity, since, 0.0 if at_once else FADE, yields=True)
    up.of, up.place = of, place


def _grown(telling: Telling, title: str, since: float) -> float | None:
    """When a model in outline came on stage, if after a time: the words are of it as soon as it is there."""
    model = next(model for model in telling.cast.standing if model.title == title)
    clips = telling.score.clips.of(Channel(model.once.name, "opacity"))
    return clips[-1].end if clips and clips[-1].value == 1 and clips[-1].start >= since else None


def _in_outline(telling: Telling) -> tuple[ModelMap | None, Place | None]:
    """The map of the largest model in outline that is in play, and where in it we are.

    Where so little of one is seen that nothing is inside the free part, we are in what fills it.
    """
    solid = [
        (model, number, piece.points)
        for model in telling.cast.standing
        for number, piece in enumerate(model.pieces)
        if telling.score.value(Channel(piece.name, "opacity")) >= SOLID
    ]
    if not solid:
        return None, None
    free, inside, around = telling.page.free, [], []
    seen = telling.view.project(np.concatenate([points for *_, points in solid]))[:, :2]
    starts = np.cumsum([0, *(len(points) for *_, points in solid[:-1])])
    lows, highs = np.minimum.reduceat(seen, starts).tolist(), np.maximum.reduceat(seen, starts).tolist()
    for (model, number, _), low, high in zip(solid, lows, highs, strict=True):
        area = Area(*low, *high)
        if free.left - NEARLY <= area.left and area.right <= free.right + NEARLY and area.overlap(free) > 0:
            inside.append((model, number))
        elif number and area.overlap(free) > 0.5 * free.width * free.height:
            around.append((model, number))
    if not inside and not around:
        return None, None
    models = dict.fromkeys(model for model, _ in inside or around)
    largest = max(models, key=lambda model: model.n_params)
    numbers = [number for model, number in inside or around[:1] if model is largest]
    up = telling.on_map
    if largest.title not in up.models:
        up.models[largest.title] = ModelMap(sections_of(largest.outline), telling.page, largest.title)
    of = up.models[largest.title]
    there = range(len(of.sections)) if 0 in numbers else numbers  # what there is once is all around the layers
    titles = tuple(of.sections[number].title for number in there)
    return of, Place(tuple(there), titles, frozenset(grid.name for grid in of.sections[there[-1]].grids))


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
    return [excerpts.get(grid.name, grid) for grid in grids] if excerpts else [*grids]
