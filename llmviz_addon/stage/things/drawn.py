"""Drawings as they were written out last, for the next stage of the same theme: most of what it shows is the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import numpy as np

from ..materials.theme import Theme

MOST = 48_000_000
"""Bytes that are kept at most; what was used longest ago goes first."""
T = TypeVar("T")


class Drawn(Generic[T]):
    """What was made of shapes, as long as the ``theme`` and the numbers of letters are the same."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._theme: Theme | None = None
        self._letters: Hashable = None
        self._made: dict[Hashable, tuple[T, int]] = {}
        self._size = 0

    def get(self, theme: Theme, letters: Hashable, key: Hashable, make: Callable[[], T]) -> T:
        """What was made for ``key``, or what is made now; where theme or letters are others, all that is kept goes."""
        same = letters is self._letters or letters == self._letters
        if not same or (theme is not self._theme and theme != self._theme):
            self._made.clear()
            self._size = 0
        self._theme, self._letters = theme, letters
        if (found := self._made.pop(key, None)) is None:
            made = make()
            found = made, _bytes(made)
            self._size += found[1]
        self._made[key] = found
        while self._size > self._most:
            self._size -= self._made.pop(next(iter(self._made)))[1]
        return found[0]


def _bytes(made: object) -> int:
    """Room that arrays take, with a little for each thing besides."""
    total = 500
    for value in vars(made).values():
        if isinstance(value, np.ndarray):
            total += value.nbytes
        elif hasattr(value, "__dict__"):
            total += _bytes(value)
    return total
