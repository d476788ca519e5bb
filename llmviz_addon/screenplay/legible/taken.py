"""What of the picture is taken before labels are given their places: areas, and whose they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..page.view import Page
from .asked import Asked, meet

EDGE = 0.01
"""Picture heights that stay free at the picture's edge."""


class Taken:
    """Areas that no label may lie on, and the limits of what is free."""

    def __init__(self, page: Page, areas: np.ndarray) -> None:
        half, free = page.aspect / 2, page.free
        if free.left > page.text.right - 0.01:  # the words are beside the set, else below it
            self.limit = np.array([free.left, EDGE - 0.5, half - EDGE, 0.5 - EDGE])
        else:
            self.limit = np.array([EDGE - half, free.bottom, half - EDGE, 0.5 - EDGE])
        self._areas, self._whose, self._pictures = [areas], [""] * len(areas), [False] * len(areas)

    def add(self, areas: np.ndarray, name: str, is_picture: bool = False) -> None:
        """Take what a drawing covers, (n, 4); what ``is_picture`` must not stand between the texts of a label."""
        self._areas.append(areas)
        self._whose += [name] * len(areas)
        self._pictures += [is_picture] * len(areas)

    def in_the_way(self, asked: Asked) -> Sequence[str | None]:
        """What the tries of labels, (c,), meet: whose it is, "" for the edge of what is free; None if nothing."""
        low, high = asked.around
        beyond = (low < self.limit[:2]).any(axis=1) | (high > self.limit[2:]).any(axis=1)
        areas = np.concatenate(self._areas)
        meets = asked.any_of(meet(asked.areas, areas)) | (
            meet(np.hstack([low, high]), areas) & np.array(self._pictures, dtype=bool)
        )
        meets = np.column_stack([beyond, meets])
        whose = ["", *self._whose]
        found = np.where(meets.any(axis=1), meets.argmax(axis=1), -1).tolist()
        return [whose[number] if number >= 0 else None for number in found]
