"""One table of easings: how Blender calls them and what they compute.

The stage writes Blender's names into keyframes; whoever needs a value in between without Blender
calls the function. A test holds both to the same numbers. Bezier handles were rejected: they need
two more points per key, and their shape depends on the neighbouring keys.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from ...errors import ScriptError, choices


@dataclass(frozen=True)
class Easing:
    """How a value goes from one key (0) to the next (1)."""

    interpolation: str  # Blender's Keyframe.interpolation
    easing: str  # Blender's Keyframe.easing
    function: Callable[[float], float]  # share of the time, 0 to 1, to share of the way


def _linear(t: float) -> float:
    return t


def _constant(t: float) -> float:
    return 1.0 if t >= 1.0 else 0.0


def _smooth(t: float) -> float:
    return 0.5 - 0.5 * math.cos(math.pi * t)


def _smoother(t: float) -> float:
    return 4 * t**3 if t < 0.5 else 1 - 4 * (1 - t) ** 3


def _in(t: float) -> float:
    return t * t


def _out(t: float) -> float:
    return 1 - (1 - t) ** 2


EASINGS: dict[str, Easing] = {
    "linear": Easing("LINEAR", "AUTO", _linear),
    "constant": Easing("CONSTANT", "AUTO", _constant),
    "smooth": Easing("SINE", "EASE_IN_OUT", _smooth),
    "smoother": Easing("CUBIC", "EASE_IN_OUT", _smoother),
    "in": Easing("QUAD", "EASE_IN", _in),
    "out": Easing("QUAD", "EASE_OUT", _out),
}


def easing(name: str) -> Easing:
    """The easing called ``name``; raises ScriptError where there is none."""
    try:
        return EASINGS[name]
    except KeyError:
        raise ScriptError(f"Unknown easing {name!r}. {choices(EASINGS)}") from None


def ease(name: str, t: float) -> float:
    """Share of the way after the share ``t`` (0 to 1) of the time."""
    return easing(name).function(min(max(t, 0.0), 1.0))
