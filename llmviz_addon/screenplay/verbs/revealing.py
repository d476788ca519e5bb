"""What is known yet: which grids show values, and which are empty until they are computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...errors import ScriptError
from ...layout.grid import Grid, Role
from ...layout.signs.tokens import input_boxes
from ..cast.things import Grids
from ..telling import Telling
from .reading import token_text


def hide_values(telling: Telling, *things: Grids, seconds: float = 0.0) -> None:
    """Show grids as not computed yet; parameters among them were learned before, and stay."""
    computed = [grid for grid in telling.cast.grids_of(*things) if grid.role is not Role.WEIGHT]
    _show(telling, tuple(computed), 0.0, telling.length(seconds))


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


def text_until(telling: Telling, time: int) -> None:
    """Let the text end before a time for now: of the tokens from there on nothing is seen, whatever is computed."""
    tokens, signs = telling.trace.tokens, telling.cast.written.tokens
    if not 1 <= time <= len(tokens):
        raise ScriptError(f"There is no text until the time {time}; choose from 1 to {len(tokens)}.")
    telling.splits.until = time
    if signs is not None and time < len(tokens):
        texts = [token_text(telling, t) for t in range(time)]
        boxes = input_boxes(telling.layout, texts, tokens[:time], telling.trace.prompt_length)
        telling.change(signs.input.name, "opacity", 0.0)
        telling.show(telling.cast.rewrite(replace(boxes, name=telling.unique("input"), opacity=0.0)), seconds=0)


def show_values(telling: Telling, *things: Grids, seconds: float = 0.0) -> None:
    """Show grids with all their values."""
    _show(telling, things, 1.0, telling.length(seconds))


def _show(telling: Telling, things: tuple[Grids, ...], share: float, seconds: float) -> None:
    grids = telling.cast.grids_of(*things)
    if share:
        reveal(telling, grids, seconds)
    else:
        telling.splits.show_all(grids, share, telling.now, seconds)
    telling.pass_time(seconds)


def reveal(telling: Telling, grids: Sequence[Grid], seconds: float) -> None:
    """Let grids show the values of all tokens that there are yet, without moving the clock."""
    is_whole = telling.until == len(telling.trace.tokens)
    cut = [] if is_whole else [telling.so_far(grid[:]) for grid in grids if grid.axes[0].name == "T"]
    whole = grids if is_whole else [grid for grid in grids if grid.axes[0].name != "T"]
    telling.splits.show_all(whole, 1.0, telling.now, seconds)
    for region in cut:
        telling.splits.sweep(region, telling.now, seconds)
