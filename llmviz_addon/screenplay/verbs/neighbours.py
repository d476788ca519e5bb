"""Models larger than the one that is told of, in outline at its right: to scale, and on the ground on which it stands.

Where models are compared (``comparing``) all are outlines, the chapter's own too. Here it is the set itself, with its
numbers in its cells, so that one move leads from one of them to the largest model. Chapters find them as
``film.neighbours``, invisible until they fade them in.
"""

from __future__ import annotations

import numpy as np

from ...layout.lettering.drawing import Drawing, Line, Rect, Text
from ...layout.lettering.font import CAP_HEIGHT, advance
from ...layout.outline import outline
from ...layout.signs.outline_signs import scaled
from ..cast.things import Thing
from ..page.view import TAN, corners
from ..score.timeline import Standing
from ..telling import Telling
from .comparing import Ground, Room, Whole, standing

NAME = "neighbour"
LARGE = 1.5
"""Letters of a frame's words, in those of the page: they are read while the frame becomes smaller, too."""
EDGE, OVER = 0.12, 0.35
"""Letters from what stands in a frame to the frame, and from that to the words over it."""


def neighbours(telling: Telling) -> tuple[Standing, ...]:
    """Those models; the first call puts them on stage, invisible. None where nothing but outlines is on stage."""
    there = tuple(one for one in telling.cast.standing if one.once.name.startswith(NAME))
    if there or not len(telling.layout.homes):
        return there
    own = Whole.of(telling)
    larger = [one for one in telling.cast.blueprints if one.n_params > telling.checkpoint.n_params]
    needs = Room.of(telling.page)
    outlines = [outline(one, needs=needs) for one in sorted(larger, key=lambda one: one.n_params)]
    ground = Ground(telling.page, float(own.box[0][2]))
    ground.take(own, own.title)
    for number, one in enumerate(outlines):
        telling.cast.stand(standing(f"{NAME}:{number}", one, ground.take(one, one.blueprint.title), telling))
    return neighbours(telling) if larger else ()


def enclose(telling: Telling, *things: Thing, words: str = "", seconds: float | None = None) -> list[Drawing]:
    """Draw a frame around where things stand, and say over it what they are, in letters that suit the picture.

    What is small on that is in a frame all the same; what is said is there as soon as it can be read.
    """
    seen = telling.cast.seen(*things)
    boxes = np.concatenate([np.array([telling.box(one) for one in seen.regions]).reshape(-1, 2, 3),
                            telling.boxes(seen.grids)])  # fmt: skip
    around = corners(*boxes.transpose(1, 0, 2)).reshape(-1, 3)
    (left, front, bottom), (right, _, top) = around.min(axis=0), around.max(axis=0)
    em = LARGE * telling.page.em * float(telling.view.project(around.mean(axis=0))[0, 2]) * TAN
    wide, high, edge = float(right - left) / em, float(top - bottom) / em, EDGE
    frame = [(-edge, edge), (wide + edge, edge), (wide + edge, -high - edge), (-edge, -high - edge), (-edge, edge)]
    line = Line((*frame, (wide / 2, edge)), 0.08, "accent")
    room = advance(words) + 2 * OVER
    plate = Rect(wide / 2 - room / 2, edge + 0.5 * OVER, room, CAP_HEIGHT + OVER, "ground", 0.2)
    text = Text(wide / 2, edge + OVER, ((words, "accent"),), 1.0, "center")
    where = scaled(np.array([left, front - 0.02 * em, top]), em)
    parts = [(line,), (plate, text)] if words else [(line,)]
    made = [Drawing(telling.unique("enclosed"), shapes, where, opacity=0.0) for shapes in parts]
    with telling.together(seconds=telling.length(seconds)):
        for drawing in made:
            telling.show(drawing)
    return made
