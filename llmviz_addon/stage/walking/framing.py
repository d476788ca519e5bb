"""How a free view has to stand to show some points: as near as it can, in the part of the picture that is free."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

NEAREST = 0.5
"""Metres from the eye to what is turned around, at least."""
WIDE = 36.0
"""Half of what a viewport shows across its longer side at a distance of one lens, in mm."""


@dataclass(frozen=True)
class Free:
    """The part of a picture that nothing lies over, from -1 at its left and bottom to 1."""

    left: float = -1.0
    bottom: float = -1.0
    right: float = 1.0
    top: float = 1.0

    def within(self, share: float) -> Free:
        """The middle of it, so much of its width and height."""
        x, y = (self.left + self.right) / 2, (self.bottom + self.top) / 2
        half = share * (self.right - self.left) / 2, share * (self.top - self.bottom) / 2
        return Free(x - half[0], y - half[1], x + half[0], y + half[1])


def tangents(size: tuple[float, float], lens: float) -> tuple[float, float]:
    """How far a viewport of ``size`` pixels sees to the side and up, per metre ahead."""
    longer = max(*size, 1.0)
    return WIDE / lens * size[0] / longer, WIDE / lens * size[1] / longer


def framed(
    points: np.ndarray, turned: np.ndarray, sees: tuple[float, float], free: Free, flat: bool = False
) -> tuple[np.ndarray, float]:
    """What to turn around, (3,) metres, and from how far, for all ``points`` (n, 3) to be in what is ``free``.

    ``turned`` (3, 3) has as its columns what is to the right, above and behind, ``sees`` is of ``tangents``; a view
    without perspective is ``flat``. The closest there is: each edge of what is free is a plane through the eye.
    """
    x, y, z = (np.asarray(points, float) @ np.asarray(turned, float)).T
    middle = float((z.min() + z.max()) / 2)
    depth = np.full_like(z, middle) if flat else z
    ends = ((x, sees[0], free.left, free.right), (y, sees[1], free.bottom, free.top))
    outs = [((at + high * sight * depth).max(), (at + low * sight * depth).min()) for at, sight, low, high in ends]
    eye = max(
        float(most - least) / ((high - low) * sight)
        for (most, least), (_, sight, low, high) in zip(outs, ends, strict=True)
    )
    eye = max(eye, middle + NEAREST, float(z.max()) + NEAREST / 5)
    across = [
        float((most - high * sight * eye) + (least - low * sight * eye)) / 2
        for (most, least), (_, sight, low, high) in zip(outs, ends, strict=True)
    ]
    found: np.ndarray = np.asarray(turned, float) @ np.array([*across, middle])
    return found, eye - middle
