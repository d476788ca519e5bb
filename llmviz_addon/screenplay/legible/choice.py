"""Which labels are there at a moment, and how large: of two that would meet the more important one stays.

A label that is seen from its edge, that would be cut or lie on the words, that stands behind a grid, or that does not
find a place of its own at a size that can be read, is not there. What a chapter speaks of comes first, then what is
solid, large and near; of equal labels the nearest one is enough where the others would lie on grids.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import chain, compress
from typing import NamedTuple

import numpy as np

from ...layout.lettering.drawing import Drawing
from ..page.sizes import ENLARGED, SMALLEST, stretched
from ..page.view import Page, View
from .asked import FACING, Asked
from .letters import SEEN, Alike, Letters, Sight, is_tether
from .screens import Screens
from .taken import Taken

FAINT = 0.2
"""Opacity below which a label is no more than a smudge."""
FITTED = 1.5
"""How many times as large as at home a name on an outline may stand: it has its room among the boxes there."""
FEW = 3
"""Labels of grids that are there at once in a trailer, where nobody has the time to read more."""
UNDER = 0.02
"""Picture heights that the ground under the words reaches beyond them."""


class Shown(NamedTuple):
    """How a drawing is shown at a moment: ``size`` times as large as at home, 0 is not; and what is in its way."""

    size: float
    because: str = ""


def choose(sight: Sight, seconds: float, spoken: Collection[str]) -> dict[str, Shown]:
    """The labels, and other signs on the set, that are there at a moment; ``spoken`` are the grids spoken of.

    Labels of which nothing is told are not there.
    """
    view = sight.view(seconds)
    labels: list[tuple[Alike, float]] = []
    signs: list[Drawing] = []
    for alike in sight.alike:
        if (opacity := alike.staff.at(seconds)) >= SEEN:
            labels.append((alike, opacity))
            signs += alike.signs
    letters = sight.seen(signs, np.ones(len(signs)), seconds, view)
    found = {one.name: Shown(1.0) for one in signs}
    unread = set(
        letters.owner[
            (letters.sizes < SMALLEST) | (letters.facing < FACING) | _cut(sight.telling.page_at(seconds), letters)
        ].tolist()
    )
    found.update({signs[number].name: Shown(0.0) for number in unread})
    if any(alike.labels for alike, _ in labels):
        taken = Taken(sight.telling.page_at(seconds), letters.areas[~np.isin(letters.owner, list(unread))])
        for one in (one for alike, _ in labels for one in alike.obstacles):
            if is_tether(one):
                taken.add(sight.along(one), one.name)
            else:
                taken.add(sight.areas([one], seconds, view), one.name, is_picture=True)
        _place(sight, seconds, view, labels, taken, spoken, found)
    return found


def _cut(page: Page, letters: Letters) -> np.ndarray:
    """Which texts reach out of the picture, or into what stands under the words, (n,)."""
    left, bottom, right, top = letters.areas.T
    half, words = page.aspect / 2, page.text
    into = left < words.right + UNDER if page.is_wide else bottom < words.top
    return (left < -half) | (right > half) | (bottom < -0.5) | (top > 0.5) | into


def _place(
    sight: Sight, seconds: float, view: View, there: list[tuple[Alike, float]], taken: Taken,
    spoken: Collection[str], found: dict[str, Shown],
) -> None:  # fmt: skip
    """Give each label that has a place of its own at the smallest size that one, then as much as there is room for.

    Both by importance: so none is gone because another that is as readable when smaller is large.
    """
    opacity = np.repeat([one for _, one in there], [len(alike.labels) for alike, _ in there])
    places = np.concatenate([_places(sight, alike, seconds) for alike, _ in there])
    seen = view.project(places)
    usual = stretched(np.concatenate([alike.ems for alike, _ in there]), seen[:, 2], sight.telling.page)
    near = (usual > 0) & (usual <= ENLARGED) & (opacity >= FAINT)
    (left, bottom, right, top), (x, y, _) = taken.limit, seen.T
    near &= (x > left) & (y > bottom) & (x < right) & (y < top)
    grids = sight.telling.cast.grids
    labels = compress(chain.from_iterable(alike.labels for alike, _ in there), near.tolist())
    pairs = zip(labels, np.flatnonzero(near).tolist(), strict=True)
    briefly = {} if sight.telling.reel is None else {one.signs.card.name for one in sight.telling.cast.standing}
    named = {n: one for one, n in pairs if one.parent in grids or usual[n] <= FITTED or one.name in briefly}
    kept = list(named)
    letters = sight.seen(named.values(), opacity[kept], seconds, view, at_home=True)
    asked = Asked(letters, seen[kept, :2], usual[kept])
    if not asked.sizes:
        return
    blocked = taken.in_the_way(asked)
    order = [number for number in _by_importance(sight, letters, spoken) if asked.tries[number]]
    free = [number for number in order if blocked[asked.tries[number][-1]] is None]
    texts = [sight.text(one) for one in letters.drawings]
    often = {text for text, count in Counter(texts[number] for number in free).items() if count > 1}
    again = {number for number in free if texts[number] in often}
    first = Screens(sight, seconds, view, asked).first(free, again) if free else ({}, {})
    most = len(order) if sight.telling.reel is None else FEW
    _give(asked, order, blocked, texts, first, found, most)


def _give(
    asked: Asked, order: Sequence[int], blocked: Sequence[str | None], texts: Sequence[int],
    first: tuple[dict[int, int], dict[int, int]], found: dict[str, Shown], most: int,
) -> None:  # fmt: skip
    """Give ``most`` labels their places in an order: tries are ``blocked`` by whose they meet that was there before.

    The ``first`` tries that may be there are for a text that is not there yet, and for one that is.
    """
    names, meets = [one.name for one in asked.letters.drawings], asked.meets
    of_grids = [one.parent != "world" for one in asked.letters.drawings]
    standing: dict[int, int] = {}  # of a label the try by which it is there
    fitting: dict[int, range] = {}
    told: set[int] = set()
    for number in order:
        least = asked.tries[number][-1]
        why = blocked[least]
        if why is None:
            why = next((names[other] for other, at in standing.items() if meets[least][at]), None)
        if why is not None or (of_grids[number] and sum(of_grids[other] for other in standing) == most):
            found[names[number]] = Shown(0.0, why or "")
        elif (begin := first[texts[number] in told].get(number)) is not None:
            standing[number], fitting[number] = least, range(begin, least + 1)
            told.add(texts[number])
    for number, tries in fitting.items():
        others = [at for other, at in standing.items() if other != number]
        fits = (one for one in tries if blocked[one] is None and not any(meets[one][at] for at in others))
        standing[number] = next(fits)
        found[names[number]] = Shown(asked.sizes[standing[number]])


def _places(sight: Sight, alike: Alike, seconds: float) -> np.ndarray:
    """Where labels have their origins at a moment, (n, 3) metres."""
    if not alike.roaming:
        return alike.places
    places = alike.places.copy()
    for number in alike.roaming:
        places[number] += sight.offset(alike.labels[number], seconds)
    return places


def _by_importance(sight: Sight, letters: Letters, spoken: Collection[str]) -> list[int]:
    count = len(letters.drawings)
    depth = np.full(count, np.inf)
    np.minimum.at(depth, letters.owner, letters.depth)
    names, solid = [one.parent for one in letters.drawings], np.round(letters.opacity, 2).tolist()
    grids = sight.telling.cast.grids
    cells = [grids[name].count if name in grids else 0 for name in names]
    own = [one.name for one in letters.drawings]
    return sorted(range(count), key=lambda n: (names[n] not in spoken, -solid[n], -cells[n], depth[n], own[n]))
