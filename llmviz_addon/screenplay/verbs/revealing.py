"""What is known yet: which grids show values, and which are empty until they are computed."""

from __future__ import annotations

from ..cast.things import Grids
from ..telling import Telling


def hide_values(telling: Telling, *things: Grids, seconds: float = 0.0) -> None:
    """Show grids as not computed yet."""
    _show(telling, things, 0.0, telling.length(seconds))


def computed_up_to(telling: Telling, *things: Grids) -> None:
    """Say where the story stands: these are computed, and what they are made from; all else is empty from now on.

    Parameters keep their values. What is predicted is not written yet, where it is not among what is computed.
    """
    known = telling.layout.made_from(*telling.cast.grids_of(*things))
    hide_values(telling, *(grid for grid in telling.layout.grids if grid.rule and grid.name not in known))
    if telling.layout.output.probs.name not in known:
        tokens = telling.cast.written.tokens
        for sign in tokens.predicted if tokens else ():
            telling.change(sign.name, "opacity", 0.0)


def show_values(telling: Telling, *things: Grids, seconds: float = 0.0) -> None:
    """Show grids with all their values."""
    _show(telling, things, 1.0, telling.length(seconds))


def _show(telling: Telling, things: tuple[Grids, ...], share: float, seconds: float) -> None:
    telling.splits.show_all(telling.cast.grids_of(*things), share, telling.now, seconds)
    telling.pass_time(seconds)
