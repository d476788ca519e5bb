"""A row of dot products in one go: one vector slides along many, leaves behind where they agree, and that adds up.

Of ``head.scores[t]`` the query slides along the keys. Behind it stands, cell by cell, what it makes of each key: large
where both agree in sign, of the other hue where they do not. Then every column of these products folds down into its
cell of the row. What is done to a sum after that, such as dividing it by a root, is its formula's business.
"""

from __future__ import annotations

import numpy as np

from ...errors import ScriptError
from ...layout.grid import CELL, Region, Role
from ...layout.tensor import Axis
from ..score.timeline import Channel
from ..telling import Telling
from ..verbs.copies import BEFORE, copy, flat, fly, make
from ..verbs.fading import fade
from .dot_product import terms


def slide_along(telling: Telling, row: Region, *, seconds: float = 8.0) -> None:
    """Tell how a ``row`` such as ``head.scores[t, : t + 1]`` is made: one vector meets others side by side."""
    seconds = telling.length(seconds)
    sliding, columns = _sides(telling, row)
    telling.dismiss()
    boxes = [telling.box(column) for column in columns]
    front = min(low[1] for low, _ in boxes) - CELL / 2
    places = [(float(low[0]), front, float(high[2])) for low, high in boxes]
    vector = copy(telling, sliding)
    numbers = np.ravel(sliding.drawn(telling.values(sliding.grid)))
    others = np.array([np.ravel(one.drawn(telling.values(one.grid))) for one in columns])
    flat(telling, vector)
    fly(telling, vector, places[0], seconds=0.2 * seconds)
    start, kind = telling.now, telling.unique("product")
    products = []
    for number, (other, (x, y, z)) in enumerate(zip(others, places, strict=True)):
        axes = (Axis("", len(other), "z"),) if len(other) > 1 else ()
        products.append(make(telling, other * numbers, axes, (x, y + CELL / 4, z), Role.ACTIVATION, kind, shown=False))
        passed = start + 0.45 * seconds * (number + 0.5) / len(columns)
        telling.score.set(Channel(products[-1].name, "opacity"), 1.0, passed)
    flat(telling, *products)
    end = places[-1][0] + CELL, front, places[-1][2]
    fly(telling, vector, end, seconds=0.45 * seconds, easing="linear")
    fade(telling, vector, to=0, seconds=0.05 * seconds)
    low, high = telling.box(row)
    with telling.together(seconds=0.25 * seconds):
        for number, product in enumerate(products):
            telling.change(product.name, "scale", 1 / product.cells[2], 0.25 * seconds, 2)
            fly(telling, product, (float(low[0]) + number * CELL, float(low[1]) - BEFORE, float(high[2])))
    telling.splits.show(row, telling.now)
    fade(telling, *products, to=0, seconds=0.0)
    telling.pass_time(0.05 * seconds)


def _sides(telling: Telling, row: Region) -> tuple[Region, list[Region]]:
    """The vector that all cells of a row read, and that of each; ScriptError where it is no row of dot products."""
    (t, _), (first, last) = row.ranges if len(row.ranges) == 2 else ((0, 0), (0, 0))
    cells = [row.grid[t, j] for j in range(first, last)] if row.ranges[0][1] == t + 1 else []
    if not cells:
        raise ScriptError(f"{row!r} is not a row; slide_along explains one.")
    sides = [terms(telling, cell).sides for cell in cells]
    fixed = 0 if len({(side.grid.name, side.ranges) for side, _ in sides}) == 1 else 1
    moving = [pair[1 - fixed] for pair in sides]
    tops = {round(float(telling.box(side)[1][2]), 4) for side in moving}
    if len(tops) > 1 or any(side.grid.axis("T").direction != "x" for side in moving):
        raise ScriptError(f"{row!r} is made of vectors that do not stand side by side.")
    return sides[0][fixed], moving
