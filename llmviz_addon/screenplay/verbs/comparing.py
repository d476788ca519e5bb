"""Comparing: models in outline, side by side to scale, all with their tokens at one height.

A chapter finds them as ``film.models``: its own model first, or the smallest, then the others by size. They are
invisible until it fades them in.

Places are kept as 32-bit numbers, which near the origin are exact and 100 km from it a centimetre apart. So the
origin is where a camera goes nearest: amid the cells of the largest model, see ``Standing.patch``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...layout.lettering.drawing import Drawing, Line, Text
from ...layout.outline import Outline, outline
from ...layout.signs.outline_signs import card, outline_signs, scale_bar, scaled
from ..score.timeline import Channel, Piece, Standing
from ..telling import Telling

APART = 0.16
"""Metres between two models, as a share of the taller one's height."""
SMALL = 0.3
"""Height of models that need a pointer, as a share of what they stand beside."""


def models(telling: Telling) -> tuple[Standing, ...]:
    """The models of the comparison; the first call puts them on stage, invisible."""
    if not telling.cast.standing:
        outlines = [outline(blueprint) for blueprint in telling.cast.blueprints]
        places = _places(outlines)
        for number, (one, at) in enumerate(zip(outlines, places, strict=True)):
            telling.cast.stand(_standing(f"model:{number}", one, at, telling.name))
    return tuple(telling.cast.standing)


def grow(telling: Telling, model: Standing, *, seconds: float | None = None) -> None:
    """Let a model appear: what there is once, then layer by layer, and the layers' names at the end."""
    seconds = telling.length(seconds, 3.0)
    each = min(0.6, seconds / 3)
    names = [sign.name for sign in model.signs.layers]
    others = [sign.name for sign in model.signs if sign not in model.signs.layers]
    pause = (seconds - each) / max(len(model.layers) - 1, 1)
    with telling.together():
        appear(telling, [model.once.name, *others], each)
        with telling.in_sequence():
            telling.pass_time(seconds - each)
            appear(telling, names, each)
        with telling.together(lag=pause / each if each else 0.0):
            for layer in model.layers:
                appear(telling, [layer.name], each)


def appear(telling: Telling, names: list[str], seconds: float) -> None:
    """Let actors appear at once."""
    for name in names:
        telling.change(name, "opacity", 1.0, seconds)
    telling.pass_time(seconds)


def point_out(telling: Telling, *, beside: Standing, seconds: float | None = None) -> list[Drawing]:
    """Name the visible models that are too small to be read beside another, with a line from name to model."""
    seconds = telling.length(seconds, 1.0)
    low, high = beside.box
    tall = high[2] - low[2]
    scale, found = tall / 28, []
    others = [model for model in models(telling) if model is not beside and _visible(telling, model)]
    small = sorted((model for model in others if _height(model) < SMALL * tall), key=_height)
    level = max((_card_top(model) for model in others if _height(model) <= tall), default=0.0)
    for number, model in enumerate(small):
        (left, _, _), (right, _, _) = model.box
        low = _card_top(model) + 0.25 * scale
        top = (level - low) / scale + 1.6 * (len(small) - number)  # names in lines, that of the smallest highest
        line = Line(((0.0, 0.0), (0.0, top)), 0.05, "muted")
        text = Text(0.25, top - 0.7, ((model.outline.blueprint.title, "ink"),), 1.0)
        sign = Drawing(
            telling.unique("pointer"), (line, text), scaled(((left + right) / 2, 0.0, low), scale), opacity=0.0
        )
        found.append(sign)
    with telling.together():
        for sign in found:
            telling.show(sign, seconds)
    return found


def _visible(telling: Telling, model: Standing) -> bool:
    return telling.score.value(Channel(model.once.name, "opacity")) > 0


def _places(outlines: list[Outline]) -> list[np.ndarray]:
    """Where each stands, (3,): from left to right by size, with room for their cards."""
    places: dict[int, np.ndarray] = {}
    edge: float | None = None
    for one in sorted(outlines, key=lambda o: o.blueprint.n_params):
        signs = np.concatenate([card(one).points, scale_bar(one).points])
        left = min(signs[:, 0].min(), one.box[0][0])
        right = max(signs[:, 0].max(), one.box[1][0])
        x = 0.0 if edge is None else edge + APART * (one.box[1][2] - one.box[0][2]) - left
        places[id(one)] = np.array([x, 0.0, 0.0])
        edge = x + right
        origin = places[id(one)] + one.widest.center  # in the end, the largest one's
    return [places[id(one)] - origin for one in outlines]


def _standing(name: str, one: Outline, at: np.ndarray, chapter: str) -> Standing:
    layers = tuple(
        Piece(f"{name}:layer {number}", one.layer.points + at + offset) for number, offset in enumerate(one.offsets)
    )
    signs = outline_signs(one).mapped(lambda sign: _moved(sign, f"{chapter}:{name}:{sign.name}", at))
    return Standing(one, at, Piece(name, one.once.points + at), layers, signs)


def _moved(sign: Drawing, name: str, at: np.ndarray) -> Drawing:
    pose = sign.pose.copy()
    pose[:3, 3] += at
    return replace(sign, name=name, pose=pose, opacity=0.0)


def _card_top(model: Standing) -> float:
    return float(model.signs.card.points[:, 2].max())


def _height(model: Standing) -> float:
    low, high = model.box
    return float(high[2] - low[2])
