"""Fading, lighting, and bringing things back to how they were."""

from __future__ import annotations

from collections import defaultdict

from ..cast.things import Grids, Thing
from ..score.timeline import Channel
from ..telling import GONE, Telling
from . import outlining
from .dismissing import dismiss

KNOWN = ("reveal", "kept")
"""Channels that say which cells of a grid are computed."""
BESIDE = 0.6
"""Opacity of a label, as a share of that of its half-transparent grid."""


def fade(telling: Telling, *things: Thing, to: float, named: bool = True, seconds: float | None = None) -> None:
    """Bring things to an opacity: 0 is gone, 1 is solid. A grid takes its fragments along, ``named`` its label."""
    seconds = telling.length(seconds)
    names = telling.cast.names(*things)
    labels = _labels(telling, names) if named else []
    splits, targets = telling.splits, names
    if ever := splits.ever:
        targets = [one for name in names for one in (splits.solid(name, telling.now) if name in ever else (name,))]
    for actors, value in ((labels, to if to in (0.0, 1.0) else to * BESIDE), (targets, to)):
        telling.score.set_all(actors, "opacity", value, telling.now, seconds)
    telling.pass_time(seconds)


def _labels(telling: Telling, names: list[str]) -> list[str]:
    """What is written on those that are grids, by name: their labels, tiles that ride on them, torn edges, letters."""
    on_grids = (telling.cast.labels, telling.cast.tiles, telling.cast.edges)
    found = [label.name for some in on_grids if some for label in map(some.get, names) if label is not None]
    along = telling.cast.along
    return [*found, *(one.name for name in names for one in along.get(name, ()))] if along else found


def light(telling: Telling, *things: Grids, to: float = 1.0, back: float = 0.0, seconds: float | None = None) -> None:
    """Let grids glow in their role's colour, of which nothing is known their outlines; ``to=0`` puts them out.

    Those whose turn is yet to come step ``back``, but for their names: 1 is as far as what is around a source.
    """
    seconds = telling.length(seconds)
    grids = telling.cast.grids_of(*things)
    empty = outlining.empty(telling, grids)
    for grid in empty if to else [grid for grid in grids if grid.name in telling.outlines]:
        outlining.light(telling, grid, to, seconds)
    bodies = [name for grid in grids for name in telling.bodies(grid)]
    dark = {name for grid in empty for name in telling.bodies(grid)} if to else set()
    telling.score.set_all([name for name in bodies if name not in dark], "highlight", to, telling.now, seconds)
    if stepping := [name for name in bodies if back or telling.score.value(Channel(name, "focus")) > 0]:
        for prop in ("focus_lo", "focus_hi") if back else ():  # no cell of them stays
            for index in range(3):
                telling.score.set_all(stepping, prop, 0.0, telling.now, index=index)
        telling.score.set_all(stepping, "focus", back, telling.now, seconds)
    telling.pass_time(seconds)


def revert(telling: Telling, *things: Thing, seconds: float | None = None) -> None:
    """Bring things back to how they are at rest, a grid in one piece; what stands in for it goes.

    While the text ends before its tokens do, a grid of tokens stays as far computed as it is.
    """
    seconds = telling.length(seconds)
    dismiss(telling, min(GONE, seconds))
    names, splits, now = telling.cast.names(*things), telling.splits, telling.now
    gone, is_whole = set(names), telling.until == len(telling.trace.tokens)
    cut = {} if is_whole else {g.name: KNOWN for g in telling.cast.grids_of(*things) if g.axes[0].name == "T"}
    names += [stand.name for one in telling.closeups for grid, stand in one.pairs if grid.name in gone]
    resting: dict[tuple[str, ...], list[str]] = defaultdict(list)  # by the channels that stay as they are
    for name in dict.fromkeys((*names, *_labels(telling, names))):
        in_pieces = splits.take_down(name, now, seconds, cut.get(name, ()))
        resting[*cut.get(name, ()), *(("opacity",) if in_pieces else ())].append(name)
        telling.cast.tiles.pop(name, None)
        telling.cast.along.pop(name, None)
    for but, those in resting.items():
        splits.rest(those, now, seconds, but)
    telling.closeups = [one for one in telling.closeups if not {stand.name for _, stand in one.pairs} <= set(names)]
    telling.pass_time(seconds)
