"""Flanking: what groups that stand above one another are called, at their side, where a whole model has room for it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...errors import ScriptError
from ...layout.lettering.drawing import Drawing, Line, Shape, Text, pose
from ...layout.lettering.font import CAP_HEIGHT
from ...layout.signs.tiles import tile, wide
from ..cast.things import Grids
from ..page.sizes import USUAL, pixel
from ..telling import Telling
from .fading import fade
from .reading import tint_of

TALLER = 1.2
"""Ems that a group must be high to have a title."""
TILE, LONGEST = 2.2, 0.5
"""Height of tokens' tiles, in ems, and how long a row of them is at most, as a share of the free part's width; of a
longer one its end is there."""
APART = 1.1
"""From tile to tile, in their heights."""


def flank(
    telling: Telling, *groups: Grids, titles: Sequence[str], tokens: Sequence[Sequence[int]] = (), side: str = "left",
    among: Grids = (), seconds: float | None = None,
) -> list[Drawing]:  # fmt: skip
    """Titles at a side of groups that stand above one another, each beside a bracket as high as its group.

    They have the size of words on a picture that all groups fill from top to bottom, or that is filled by all that
    they stand ``among``. A group that is lower than its letters then, as in a model of many layers, has none.

    ``tokens`` are ids, a list for each group: their tiles stand under the title. The brackets are returned.
    """
    if not groups or len(titles) != len(groups) or (tokens and len(tokens) != len(groups)):
        raise ScriptError(
            f"flank needs groups, a title for each, and tokens for each or none; got {len(groups)}, {len(titles)} and "
            f"{len(tokens)}."
        )
    if side not in ("left", "right"):
        raise ScriptError(f"Titles flank groups at their left or right, but got {side!r}.")
    boxes = np.array([telling.ends(telling.cast.grids_of(group)) for group in groups])  # (n, 2, 3)
    free, (wide, _, tall) = telling.page.free, np.ptp(boxes.reshape(-1, 3), axis=0).tolist()
    if among:
        wide, _, tall = np.ptp(telling.ends(telling.cast.grids_of(among)), axis=0).tolist()
    em = max(tall / free.height, wide / free.width if among else 0.0) * USUAL * pixel(telling.page)
    rows = tokens or [()] * len(groups)
    made = [
        _bracket(telling, _words(telling, title, row, em, side), box, boxes, em, side)
        for title, row, box in zip(titles, rows, boxes, strict=True)
        if box[1, 2] - box[0, 2] > TALLER * em
    ]
    for one in made:
        telling.cast.add(one)
    fade(telling, *made, to=1, seconds=telling.length(seconds))
    return made


def _bracket(
    telling: Telling, words: Sequence[Shape], box: np.ndarray, boxes: np.ndarray, em: float, side: str
) -> Drawing:  # fmt: skip
    """A bracket and words at a side of a ``box`` (2, 3), beyond all ``boxes`` (n, 2, 3) above and below; not yet seen.

    ``words`` lie around a y of 0, from an x of 0 on.
    """
    (low, high), out = box, -1 if side == "left" else 1
    column = boxes[(boxes[:, 0, 0] < high[0]) & (boxes[:, 1, 0] > low[0])]
    edge = column[:, 0, 0].min() if out < 0 else column[:, 1, 0].max()
    front, back = column[:, 0, 1].min(), column[:, 1, 1].max()
    turned = np.sign(out * np.cos(np.radians(telling.view.azimuth))) if telling.is_open else 0.0
    y = (front + back + turned * (back - front)) / 2  # at the end that is seen furthest out
    half, tick = (high[2] - low[2]) / 2, -0.4 * out * em
    line = Line(((tick, half), (0, half), (0, -half), (tick, -half)), 0.08 * em, "muted")
    where = pose((edge + out * em, y, (low[2] + high[2]) / 2))
    return Drawing(telling.unique("title"), (line, *words), where, opacity=0.0)


def _words(telling: Telling, title: str, tokens: Sequence[int], em: float, side: str) -> list[Shape]:
    """A title around a y of 0, or over a row of tiles that is."""
    out, tall = -1 if side == "left" else 1, TILE * em
    texts = [telling.checkpoint.tokenizer.text(int(token)) for token in tokens]
    widths = [wide(text, tall) + (APART - 1) * tall for text in texts]
    longest = LONGEST * telling.page.free.width / (USUAL * pixel(telling.page)) * em
    first = next((i for i in range(len(widths)) if sum(widths[i:]) <= longest), max(len(widths) - 1, 0))
    over = tall / 2 + 0.45 * em if tokens else -CAP_HEIGHT * em / 2
    align, text = ("right" if out < 0 else "left"), f"{title} …" if first else title
    shapes: list[Shape] = [Text(0.6 * out * em, over, ((text, "ink"),), em, align)]
    x = 0.6 * em if out > 0 else -0.6 * em - sum(widths[first:])
    for token, text, width in zip(tokens[first:], texts[first:], widths[first:], strict=True):
        own = width - (APART - 1) * tall
        shapes += tile(tint_of(telling, int(token)), text, (x + own / 2, 0.0), own, tall)
        x += width
    return shapes
