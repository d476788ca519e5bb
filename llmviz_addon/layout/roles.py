"""What kinds of numbers there are; everything else on the set is built on this."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What kind of numbers a grid holds; it decides the colour."""

    WEIGHT = "weight"
    ACTIVATION = "activation"
    AGGREGATE = "aggregate"
