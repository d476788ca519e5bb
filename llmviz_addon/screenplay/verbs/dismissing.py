"""Taking explanations down: all of them, or those that are in the way of what is explained next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...layout.grid import Grid
from ..page.panel import Explanation
from ..page.view import Area
from ..score.timeline import Channel
from ..telling import GONE, LOOSE, Telling

SCARCELY = 0.1
"""Seconds after which what has come to explain has still only just come."""
TOUCHING = 1e-6
"""Shared area of panels, in picture heights squared, that is none."""


def dismiss(telling: Telling, seconds: float = GONE) -> None:
    """Take down the explanations that are up, and put out their sources."""
    _close(telling, [], seconds)


def take_down(telling: Telling, one: Explanation) -> None:
    """Take down an explanation, and put out its sources."""
    _close(telling, [other for other in telling.explanations if other is not one], GONE)


def clear_aside(telling: Telling) -> None:
    """Take down the panels that only stayed up from what was explained before in this beat."""
    _close(telling, [one for one in telling.explanations if telling.clock.at_once_with(one.blocks)], GONE)


def give_way(telling: Telling, area: Area) -> None:
    """Where a panel is to hang, take down others for which there is no room, and tethers that would cross it."""
    _close(telling, [one for one in telling.explanations if one.panel.area.overlap(area) < TOUCHING], GONE)
    for one in telling.explanations:
        for name in one.tethers:
            if area.meets(telling.cast.drawings[name].shapes[0].points):  # type: ignore[union-attr]
                telling.score.withdraw(Channel(name, "opacity"), telling.now, LOOSE)


def make_room(telling: Telling, grid: Grid) -> None:
    """Before a cell of ``grid`` is explained, take down what is not told at once with now.

    What explained another grid in this beat steps back: only its panel stays up.
    """
    stay = [one for one in telling.explanations if telling.clock.at_once_with(one.blocks)]
    back = [one for one in telling.explanations if one not in stay and telling.beat is not None and one.of != grid.name]
    _close(telling, stay, GONE, back)


def _close(telling: Telling, stay: list[Explanation], seconds: float, back: Sequence[Explanation] = ()) -> None:
    """Let all explanations but these go, or step ``back``; what is lit by one that stays remains so."""
    needed = {name for one in stay for name in one.lit}
    for explanation in telling.explanations:
        if explanation in stay:
            continue
        steps_back = explanation in back
        for name in (*explanation.tethers, *explanation.marks) if steps_back else explanation.drawings:
            if name not in telling.score.gone:
                tied = name in explanation.tethers
                take_away(telling, Channel(name, "opacity"), min(seconds, LOOSE) if tied else seconds)
        for body in (body for name in explanation.lit - needed for body in telling.splits.bodies(name, telling.now)):
            telling.score.set(Channel(body, "focus"), 0.0, telling.now, seconds, yields=True)
    telling.explanations = [*(replace(one, tethers=(), marks=(), lit=frozenset()) for one in back), *stay]


def take_away(telling: Telling, opacity: Channel, seconds: float) -> None:
    """Let what explains go; what has only just come, so that nobody could have read it, does not come at all."""
    clips = telling.score.clips.of(opacity)
    if clips and clips[-1].before == 0 < clips[-1].seconds and abs(telling.now - clips[-1].end) < SCARCELY:
        telling.score.withdraw(opacity, clips[-1].start, 0.0)
    else:
        telling.score.set(opacity, 0.0, telling.now, seconds)
