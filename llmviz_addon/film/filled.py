"""How much of the stage a picture fills: its ink, and how far what is seen spans.

Ink is the share of pixels that are not ground, in the free part of the picture, where the set stands. The span
is the larger share of the free part's width and height that the ink reaches over. ``TYPICAL``, ``LEAST`` and
``SPAN`` are what we hold a chapter's rests to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from ..screenplay.page.view import Page

TYPICAL, LEAST, SPAN = 0.30, 0.15, 0.60
"""Ink in the median over a chapter's rests, ink at any, and span at any."""
SAME = 6
"""Levels of 255 by which the ground may differ from itself: it is antialiased against what is next to it."""


@dataclass(frozen=True)
class Filled:
    """What is filled of the free part: shares, 0 to 1."""

    ink: float
    width: float
    height: float

    @property
    def span(self) -> float:
        """The larger of width and height."""
        return max(self.width, self.height)

    @property
    def is_full(self) -> bool:
        """Whether it is enough for a rest."""
        return self.ink >= LEAST and self.span >= SPAN


def filled(picture: np.ndarray) -> Filled:
    """Measure a frame, (height, width, 3) uint8.

    The ground is read off its lower left corner: in every aspect that is the commentary's, where nothing stands.
    """
    height, width, _ = picture.shape
    free = Page.of((width, height)).free
    left, right = (round((x * height) + width / 2) for x in (free.left, free.right))
    top, bottom = (round((0.5 - y) * height) for y in (free.top, free.bottom))
    part = picture[top:bottom, left:right].astype(np.int16)
    ink = np.abs(part - picture[-1, 0]).max(axis=2) > SAME
    across, down = np.flatnonzero(ink.any(axis=0)), np.flatnonzero(ink.any(axis=1))
    if not across.size:
        return Filled(0.0, 0.0, 0.0)
    wide, high = (np.ptp(found) + 1 for found in (across, down))
    return Filled(float(ink.mean()), float(wide / ink.shape[1]), float(high / ink.shape[0]))


def summary(rests: Sequence[Filled]) -> str:
    """A chapter in a line, such as ``ink 24 % (median), 8 % at least; spans 43 % at least; 3 of 6 rests full``."""
    full = sum(one.is_full for one in rests)
    return (
        f"ink {median(one.ink for one in rests):.0%} in the median of its rests, {min(one.ink for one in rests):.0%} "
        f"at least; span {min(one.span for one in rests):.0%} at least; {full} of {len(rests)} rests are filled"
    ).replace("%", " %")


def table(stills: Sequence[tuple[str, Filled]]) -> str:
    """A line per still: its ink, width and height in per cent, and its name."""
    lines = ["  ink width height  still"]
    lines += [f"{one.ink:5.0%} {one.width:5.0%} {one.height:6.0%}  {name}" for name, one in stills]
    return "\n".join(lines) + "\n"
