"""A pose as the camera's channels say it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..score.channels import Kind, names, row
from ..score.timeline import CAMERA, Channel
from .view import View

PROPS = names(Kind.CAMERA)


def told(view: View) -> dict[Channel, float]:
    """What the camera's channels are where it stands at ``view``."""
    numbers = ((prop, index, value) for prop in PROPS for index, value in enumerate(np.ravel(getattr(view, prop))))
    return {Channel(CAMERA, prop, index): float(value) for prop, index, value in numbers}


def seen(value: Callable[[Channel], float]) -> View:
    """The pose that the camera's channels tell, each by its ``value``."""
    found = {
        prop: [value(Channel(CAMERA, prop, i)) for i in range(row(Kind.CAMERA, prop).size)] for prop in PROPS
    }  # fmt: skip
    (x, y), (azimuth,), (elevation,), (distance,) = (
        found[prop] for prop in ("shift", "azimuth", "elevation", "distance")
    )
    return View(np.array(found["target"]), azimuth, elevation, distance, (x, y))
