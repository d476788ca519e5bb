"""What follows what is seen in a lit theme, all through a film: the floor, the lens and the lamps, and what glows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol

from ...layout.grid import Grid, Ribbon
from ...layout.lettering.drawing import Drawing
from ...screenplay.score.timeline import Timeline, Track
from .focusing import focusing
from .footing import footing
from .glowing import glowing
from .standing import standing


class _Set(Protocol):
    @property
    def grids(self) -> tuple[Grid, ...]: ...
    @property
    def ribbons(self) -> Iterable[Ribbon]: ...


def following(layout: _Set, grids: Mapping[str, Grid], signs: Iterable[Drawing], timeline: Timeline) -> list[Track]:
    """Their tracks; ``grids`` are those of the ``layout`` and those that chapters made, by name. None without any."""
    if not layout.grids:
        return []
    known = {grid.name for grid in layout.grids}
    made = [grid for name, grid in grids.items() if name not in known]
    glow = glowing(timeline)
    timeline = replace(timeline, tracks=tuple(with_followers(timeline.tracks, glow)))
    above = standing(layout.grids, made, layout.ribbons, signs, timeline)
    return [*glow, *footing(above, timeline), *focusing(above, timeline)]


def with_followers(tracks: Iterable[Track], following: Iterable[Track]) -> list[Track]:
    """All tracks, of those of one channel the one that follows."""
    return list({track.channel: track for track in (*tracks, *following)}.values())
