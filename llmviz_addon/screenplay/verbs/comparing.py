"""Comparing: models in outline, side by side to scale, all on one ground, each with room for what is known beside it.

A chapter finds them as ``film.models``: its own model first, or the smallest, then the others by size. They are
invisible until it fades them in.

Places are kept as 32-bit numbers, which near the origin are exact and 100 km from it a centimetre apart. So the
origin is where a camera goes nearest: at the cells of the model that a chapter finds first, see ``Standing.corner``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ...language import phrase
from ...layout.grid import CELL, Grid
from ...layout.layout import Layout
from ...layout.lettering.drawing import Drawing, Line, Text
from ...layout.lettering.font import CAP_HEIGHT, advance
from ...layout.outline import Outline, outline
from ...layout.signs.landmarks import METRE, OVER, Landmark, landmark, landmark_signs, landmark_width
from ...layout.signs.outline_signs import Upright, card, height_bar, outline_signs, scale_bar, scaled
from ..page.sizes import pixel
from ..page.view import TAN, Page
from ..score.timeline import Channel, Piece, Standing
from ..telling import Telling

NAME = "model"
ABOVE, NEARER = 6.0, 1.12
"""Letters from a model's top to its card's, and how much higher than from the front its nearer end is seen."""
ASIDE, AMONG, FIGURE = 9.0, 17.5, 10.0
"""Letters across what stands beside a model: its height, told at its side; smaller models, too; these and what leads to
a landmark that is wider than its name."""
APART = 0.075
"""Metres between two models, as a share of the taller one's height."""
LETTERS = 18.0
"""Pixels of what is written on a model, on landmarks and on pointers, where it fills the picture."""
TALL = 0.85
"""Height of a landmark, as a share of its model's, up to which it stands under what is written on the height bar."""
NAMED = 40
"""Letters of a layer's name that are as high as the model, at most: where they are smaller, it has no room."""
BESIDE = 0.25
"""Letters from a pointer's line to its name."""
SEEN = 8.0
"""Height of models that can have one, in pixels: what is smaller cannot be seen."""
SMALL = 0.7
"""Height of models that need a pointer, as a share of what they stand beside: the names on cards are too small."""


@dataclass(frozen=True)
class Room:
    """The free part of a picture, in letters: ``across`` and ``down``. A model alone is dealt to have large ones there,
    or ``among`` others, with what it is known by."""

    across: float
    down: float
    among: bool = True

    @classmethod
    def of(cls, page: Page, among: bool = True) -> Room:
        """That of a page."""
        em = LETTERS * pixel(page)
        return cls(page.free.width / em, page.free.height / em, among)

    def __call__(self, wide: float, tall: float) -> float:
        """Metres that a letter is high where something so large, in metres, fills the picture."""
        if not self.among:
            return max(wide / (self.across - ASIDE), NEARER * tall / (self.down - ABOVE))
        known = landmark(tall / METRE)
        top, with_figure = known.top * known.metres * METRE, wide + known.width * known.metres * METRE
        em = max(
            wide / (self.across - AMONG),
            with_figure / (self.across - FIGURE),
            NEARER * max(tall, top) / (self.down - ABOVE),
        )
        return em if _is_under(top, em, tall) else max(em, with_figure / (self.across - FIGURE - ASIDE))


@dataclass(frozen=True, eq=False)
class Whole:
    """The set as one thing among models: its name, its corners, (3,) metres each, and how far up its card reaches."""

    title: str
    box: tuple[np.ndarray, np.ndarray]
    top: float

    @classmethod
    def of(cls, telling: Telling) -> Whole:
        """The set of a telling, as it stands now."""
        card, (low, high) = telling.cast.written.card, telling.ends(telling.layout.grids)
        top = float(high[2]) if card is None else float(card.points[:, 2].max())
        return cls(telling.checkpoint.name, (low, high), top)

    @property
    def tall(self) -> int:
        """Its height, in cells."""
        return round(_height(self) / CELL)


def models(telling: Telling) -> tuple[Standing, ...]:
    """The models of the comparison; the first call puts them on stage, invisible.

    Their layers are dealt to fill the free part: upright they are towers.
    """
    there = [one for one in telling.cast.standing if one.once.name.startswith(NAME)]
    if not there:
        first, *others = telling.cast.blueprints
        among = Room.of(telling.page)
        outlines = [
            outline(first, needs=replace(among, among=False)),
            *(outline(other, needs=among) for other in others),
        ]
        places = _places(outlines, telling.page)
        there = [
            standing(f"{NAME}:{number}", one, at, telling)
            for number, (one, at) in enumerate(zip(outlines, places, strict=True))
        ]
        for one in there:
            telling.cast.stand(one)
    return tuple(there)


def grow(telling: Telling, model: Standing, *, seconds: float | None = None) -> None:
    """Let a model appear: what there is once, then layer by layer, and the layers' names where there is room."""
    seconds = telling.length(seconds, 3.0)
    each = min(0.6, seconds / 3)
    room = _height(model) / NAMED
    names = [sign.name for sign in model.signs.layers if np.linalg.norm(sign.pose[:3, 0]) > room]
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
    scale = _em(beside.outline, telling.page)
    found: list[Drawing] = []
    others = [model for model in _wholes(telling) if model is not beside and _visible(telling, model)]
    least = SEEN / LETTERS * scale
    small = sorted((model for model in others if least < _height(model) < SMALL * tall), key=_height)
    level = max((_top(model) for model in others if _height(model) <= tall), default=0.0)
    for number, model in enumerate(small):
        (left, _, _), (right, _, _) = model.box
        foot = _card_top(model) + 0.25 * scale
        top = (level - foot) / scale + 1.6 * (len(small) - number)  # names in lines, that of the smallest highest
        line = Line(((0.0, 0.0), (0.0, top)), 0.05, "muted")
        text = Text(BESIDE, top - 0.7, ((model.title, "ink"),), 1.0)
        sign = Drawing(
            telling.unique("pointer"), (line, text), scaled(((left + right) / 2, 0.0, foot), scale), opacity=0.0
        )
        found.append(sign)
    with telling.together():
        for sign in found:
            telling.show(sign, seconds)
    return found


def measure(telling: Telling, model: Standing | Layout, *, seconds: float | None = None) -> list[Drawing]:
    """Show how high a model would stand with cells of a millimetre, beside something known of its true height.

    The bar of its height takes the place of its scale bar, if it has one.
    """
    name = telling.unique("height")
    one: Upright
    one, at = (model.outline, model.at) if isinstance(model, Standing) else (Whole.of(telling), np.zeros(3))
    found = [_moved(sign, f"{name}:{sign.name}", at) for sign in _beside(one, telling.page)]
    seconds = telling.length(seconds)
    with telling.together():
        if isinstance(model, Standing) and telling.score.value(Channel(model.signs.scale_bar.name, "opacity")):
            telling.change(model.signs.scale_bar.name, "opacity", 0.0, seconds)
        for sign in found:
            telling.show(sign, seconds)
    return found


def tally(
    telling: Telling, model: Standing, cells: int, *, of: Grid | None = None, seconds: float | None = None
) -> Drawing:
    """Frame ``cells`` × ``cells`` cells at a corner of a model's widest matrix, and say how many numbers they are.

    Or of another of its first layer's; then the words stand under it. As large as suits the picture, so it comes
    once the camera is there; it goes with the beat.
    """
    grid = of or model.outline.widest
    (left, front, _), (_, _, top) = grid.box
    front = (front + CELL / 2) * model.outline.flat - CELL / 2
    at = model.at + (left, front, top)
    em = telling.page.em * float(telling.view.project(at)[0, 2]) * TAN
    across, down = min(cells, grid.cells[0]), min(cells, grid.cells[2])
    width, height = across * CELL / em, down * CELL / em
    frame = ((0.0, 0.0), (width, 0.0), (width, -height), (0.0, -height), (0.0, 0.0), (width / 2, 0.0))
    if of is not None:
        said = (phrase("{} × {} cells", down, across), "accent")
        text = Text(width, -height - 0.6 - CAP_HEIGHT, (said,), 1.0, "right")
    elif cells == 1:
        text = Text(-0.5, -min(height, 1.0) / 2 - CAP_HEIGHT / 2, ((phrase("1 number"), "accent"),), 1.0, "right")
    else:
        text = Text(0.0, 0.6, ((phrase("{} × {} = {} numbers", down, across, down * across), "accent"),), 1.0)
    at[1] -= 0.02 * em
    shapes = Line(frame, 0.12, "accent"), text
    drawing = Drawing(telling.unique("tally"), shapes, scaled(at, em), opacity=0.0)
    telling.pictures.append(drawing.name)
    return telling.show(drawing, seconds)


def _wholes(telling: Telling) -> list[Standing | Whole]:
    """All that stand there, the set among them, if it is not empty."""
    return [*([Whole.of(telling)] if telling.layout.grids else []), *telling.cast.standing]


def _visible(telling: Telling, model: Standing | Whole) -> bool:
    if isinstance(model, Whole):
        return telling.opacity(telling.layout.tokens) > 0
    return telling.score.value(Channel(model.once.name, "opacity")) > 0


def _beside(one: Upright, page: Page) -> Iterator[Drawing]:
    """The bar of a model's height, and the landmark that stands at its right on the same ground."""
    known = landmark(one.tall / 1000)
    low, high = one.box
    tall = float(high[2] - low[2])
    em = _em(one, page)
    bar = height_bar(one, em)
    yield bar
    yield from landmark_signs("landmark", known, np.array([_landmark_middle(known, tall, bar, em), 0.0, low[2]]), em)


def _em(one: Upright, page: Page, among: bool = True) -> float:
    """Of letters on a model, or ``among`` others on what it is known by."""
    (left, _, bottom), (right, _, top) = one.box
    return Room.of(page, among)(float(right - left), float(top - bottom))


def _landmark_middle(known: Landmark, tall: float, bar: Drawing, em: float) -> float:
    """Where along x a landmark stands: under the words on the height bar if it is low enough, else beside them."""
    wide, ends = landmark_width(known, em), bar.points[:, 0]
    left = ends.min() + em if _is_under(known.top * known.metres * METRE, em, tall) else ends.max()
    return float(left) + 0.5 * em + wide / 2


def _is_under(top: float, em: float, tall: float) -> bool:
    """Whether a landmark with its name is so low that it has room under what is written on a model's height bar."""
    return top + OVER * em < TALL * tall


class Ground:
    """Where models stand, from left to right by size, on one ground, with room for what is written on them.

    The first that takes its place stays where it is.
    """

    def __init__(self, page: Page, level: float | None = None) -> None:
        self._page, self._level = page, level
        self._edge: float | None = None
        self._before: list[tuple[float, float, str]] = []  # where the middle of each is, its height and its name

    def take(self, one: Upright, title: str) -> np.ndarray:
        """Where the next one stands, (3,) metres away from where it is."""
        low, high = one.box
        tall, page = float(high[2] - low[2]), self._page
        em = _em(one, page, among=False)
        written = (card(one, em), scale_bar(one, em)) if isinstance(one, Outline) else ()
        signs = np.concatenate([sign.points for sign in (*written, *_beside(one, page))])
        left, right = min(signs[:, 0].min(), low[0]), max(signs[:, 0].max(), high[0])
        named = [at + _named(name, _em(one, page)) for at, high, name in self._before if high < SMALL * tall]
        x = 0.0 if self._edge is None else max(self._edge + APART * tall, *named, -np.inf) - left
        self._edge = x + right
        self._before.append((x + float(low[0] + high[0]) / 2, tall, title))
        return np.array([x, 0.0, (self._level or 0.0) - low[2]])


def _places(outlines: list[Outline], page: Page) -> list[np.ndarray]:
    """Where each stands, (3,); what is nearest to a camera is the origin."""
    ground = Ground(page)
    by_size = sorted(outlines, key=lambda one: one.blueprint.n_params)
    places = {id(one): ground.take(one, one.blueprint.title) for one in by_size}
    first = outlines[0]
    low, high = first.widest.box
    origin = places[id(first)] + (low[0], low[1], high[2])
    return [places[id(one)] - origin for one in outlines]


def _named(title: str, em: float) -> float:
    """How far to the right of a model's middle its name reaches on a pointer, and some room."""
    return (BESIDE + advance(title) + 0.5) * em


def standing(name: str, one: Outline, at: np.ndarray, telling: Telling) -> Standing:
    """A model at a place, (3,) metres, with what is written on it for the page."""
    layers = tuple(Piece(f"{name}:layer {number}", one.layer, at + offset) for number, offset in enumerate(one.offsets))
    signs = outline_signs(one, _em(one, telling.page, among=False))
    signs = signs.mapped(lambda sign: _moved(sign, f"{telling.name}:{name}:{sign.name}", at))
    return Standing(one, at, Piece(name, one.once, at), layers, signs)


def _moved(sign: Drawing, name: str, at: np.ndarray) -> Drawing:
    pose = sign.pose.copy()
    pose[:3, 3] += at
    return replace(sign, name=name, pose=pose, opacity=0.0)


def _top(model: Standing | Whole) -> float:
    """How far up a model, its card and what stands beside it reach."""
    known = landmark(_height(model) / METRE)
    return max(_card_top(model), float(model.box[0][2]) + known.top * known.metres * METRE)


def _card_top(model: Standing | Whole) -> float:
    return model.top if isinstance(model, Whole) else float(model.signs.card.points[:, 2].max())


def _height(model: Standing | Whole) -> float:
    low, high = model.box
    return float(high[2] - low[2])
