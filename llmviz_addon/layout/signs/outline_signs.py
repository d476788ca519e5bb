"""What is written on an outline: its card, its layers' numbers, names of the boxes of its first layer, a scale.

All of it is as large as the model asks for: who sees GPT-3 whole is 100 km away. Drawings are made with an em
of 1 and scaled by their pose, so that what lies on top of each other does so by a distance that counts there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ...language import AsIs, count, marked, phrase, whole
from ..grid import CELL, Grid
from ..lettering.drawing import Drawing, Line, Polygon, Rect, Shape, Text
from ..lettering.font import CAP_HEIGHT, advance
from ..outline import Outline

SMALL = 0.7
"""Em of its smaller lines, in those of its name: seen from below, too, both are of a size that labels may have."""
OVER = 1.0
"""Letters from a model to its card."""
LARGER = 1.5
"""How many times as large as here a name may come out on the picture, so as much room it has on its box."""
HIGH = 2.5
"""Height of a box, in gaps, from which on its name stands on it."""
ROOF = 0.22
"""Height of the beam under a card, as a share of the card's."""
READABLE = 7.0
"""Height in pixels below which names fade."""


class Upright(Protocol):
    """What has a height: its corners, (3,) metres each, and how ``tall`` it is, in cells."""

    @property
    def box(self) -> tuple[np.ndarray, np.ndarray]: ...

    @property
    def tall(self) -> int: ...


@dataclass(frozen=True, eq=False)
class OutlineSigns:
    """What is written on an outline, by what it is."""

    card: Drawing
    roof: Drawing
    scale_bar: Drawing
    layers: tuple[Drawing, ...]
    boxes: tuple[Drawing, ...]

    def __iter__(self) -> Iterator[Drawing]:
        """All of it."""
        yield from (self.roof, self.card, self.scale_bar, *self.layers, *self.boxes)

    def mapped(self, change: Callable[[Drawing], Drawing]) -> OutlineSigns:
        """The same signs, each as ``change`` makes it."""
        layers, boxes = (tuple(map(change, signs)) for signs in (self.layers, self.boxes))
        return OutlineSigns(change(self.card), change(self.roof), change(self.scale_bar), layers, boxes)


def outline_signs(outline: Outline, em: float) -> OutlineSigns:
    """All that is written on an outline; what is written on the whole of it in letters of ``em``, in metres."""
    layers, boxes = tuple(layer_names(outline)), tuple(box_names(outline))
    return OutlineSigns(card(outline, em), roof(outline, em), scale_bar(outline, em), layers, boxes)


def card(outline: Outline, em: float) -> Drawing:
    """Name, parameters, and what the model is made of, above it."""
    config, channels = outline.blueprint.config, phrase("{} channels", outline.blueprint.config.n_embd)
    lines = (
        (outline.blueprint.title, 1.0, "ink"),
        (phrase("{} parameters", outline.blueprint.n_params), SMALL, "ink"),
        (f"{count(config.n_layer, 'layer')}  ·  {count(config.n_head, 'head')}", SMALL, "muted"),
        (
            "  ·  ".join(filter(None, (channels, phrase(outline.blueprint.remarks)))),
            SMALL,
            "muted",
        ),
    )
    pad, y = 0.5, 0.0
    texts: list[Shape] = []
    for text, size, color in reversed(lines):
        y += pad if not texts else 0.45 * size + 0.1
        texts.append(Text(0.0, y, ((text, color),), size, "center"))
        y += CAP_HEIGHT * size
    low, high = outline.box
    x = float((low[0] + high[0]) / 2)
    width = max(advance(text, size) for text, size, _ in lines) + 2 * pad
    plate = Rect(-width / 2, 0.0, width, y + pad, "card", 0.12)
    where = scaled((x, 0.0, float(high[2]) + OVER * em), em)
    return Drawing("card", (plate, *texts), where, fades_below=4.0, keeps_size=True)


def roof(outline: Outline, em: float) -> Drawing:
    """A beam as wide as the model under its card: what hangs under it is one thing."""
    low, high = outline.box
    width, tall = float(high[0] - low[0]) / em, ROOF * float(np.ptp(card(outline, em).points[:, 2])) / em
    band = Polygon(((0.0, 0.0), (width, 0.0), (width, tall), (0.0, tall)), "card")
    return Drawing("roof", (band,), scaled((float(low[0]), 0.1 * em, float(high[2]) + (OVER - tall) * em), em))


def layer_names(outline: Outline) -> Iterator[Drawing]:
    """The number of every layer, where a layer is empty: over the left end of its wide matrices."""
    layer, widest = outline.sample.layers[0], outline.widest
    left = widest.ends[0][0]
    over = [grid for grid in layer.grids if grid.origin[0] == widest.origin[0] and grid.origin[2] >= widest.origin[2]]
    top = max(grid.ends[1][2] for grid in over)
    beside = (grid.ends[0][0] for grid in layer.grids if grid.ends[0][2] >= top)
    room = min(beside, default=widest.ends[1][0]) - left
    longest = advance(phrase("Layer {}", len(outline.offsets) - 1)) + 0.5
    scale = min(0.4 * (float(outline.layer.box[1][2]) - top), room / longest)
    for number, offset in enumerate(outline.offsets):
        text = Text(0.0, 0.0, ((phrase("Layer {}", number), "muted"),), 1.0)
        at = np.array([left, 0.0, top + 0.45 * scale]) + offset
        yield Drawing(f"layer {number}", (text,), scaled(at, scale), fades_below=READABLE, keeps_size=True)


def box_names(outline: Outline) -> Iterator[Drawing]:
    """Names and sizes of the tables, of the first layer's matrices and of the output, above each."""
    parts, once, last = outline.sample.parts, np.zeros(3), outline.offsets[-1]
    for part in parts:
        for grid in part.landmarks():
            yield _name(outline, grid, last if part in parts[-2:] else once, part.times(grid))
    yield from _heads_name(outline)


def scale_bar(outline: Outline, em: float) -> Drawing:
    """A round number of cells, upright beside the model's upper end, and what a cell is."""
    cells = 10 ** math.floor(math.log10(_height(outline) / 4 / CELL))
    words = phrase("{} cells", cells), phrase("1 cell = 1 number")
    return _upright(outline, "scale", cells * CELL, words, em)


def height_bar(outline: Upright, em: float) -> Drawing:
    """All of the model's height, in the same place, with letters of ``em``: in cells, and at a millimetre each."""
    words = phrase("{} cells", outline.tall), phrase("at 1 mm: {}", in_metres(outline.tall))
    return _upright(outline, "height", _height(outline), words, em)


def in_metres(cells: int) -> str:
    """How long so many cells are where each is a millimetre: ``0.50 m``, ``624 m``."""
    length = cells / 1000
    figures = f"{length:,.{0 if length >= 10 else 1 if length >= 1 else 2}f}"
    return AsIs(f"{marked(figures)}\u00a0m")


def _upright(outline: Upright, name: str, length: float, words: tuple[str, str], em: float) -> Drawing:
    """A line of ``length`` down from the model's top, with ticks, and a text of two lines at its upper end."""
    length /= em
    lines = tuple(
        Line(points, 0.07, "muted")
        for points in (((0, 0), (0, -length)), ((-0.3, 0), (0.3, 0)), ((-0.3, -length), (0.3, -length)))
    )
    texts = (
        Text(0.7, -0.8, ((words[0], "ink"),), 1.0),
        Text(0.7, -1.95, ((words[1], "muted"),), 0.85),
    )
    _, high = outline.box
    at = (float(high[0]) + 1.2 * em, 0.0, float(high[2]))
    return Drawing(name, (*lines, *texts), scaled(at, em), fades_below=READABLE)


def scaled(at: object, scale: float) -> np.ndarray:
    """(4, 4) pose of an upright plane at ``at``, (3,) metres, on which 1 is ``scale`` metres."""
    matrix = np.diag([scale, scale, scale, 1.0])
    matrix[:3, :3] = np.array([(1, 0, 0), (0, 0, -1), (0, 1, 0)]) * scale
    matrix[:3, 3] = np.asarray(at, dtype=float)
    return matrix


def _name(outline: Outline, grid: Grid, offset: np.ndarray, times: int) -> Drawing:
    """Title and size of a box in one line, height before width: on it where it is high, else over it, three quarters of
    a gap high at most."""
    config = outline.blueprint.config
    axes = sorted(grid.axes, key=lambda axis: axis.direction, reverse=True)
    lengths = [config.vocab_size if axis.name == "n_vocab" else axis.length for axis in axes]
    sizes = " × ".join(map(whole, lengths))
    folded = any(axis.name == "n_vocab" for axis in grid.axes) and outline.sheets > 1
    sizes += (
        phrase(", folded into {} sheets", outline.sheets)
        if folded
        else phrase(", {} times", times)
        if times > 1
        else ""
    )
    gap = outline.sample.gap
    inside = grid.size[2] > HIGH * gap
    room = grid.size[0] / LARGER if inside else grid.size[0] + 0.8 * gap
    spans: tuple[tuple[str, str], ...] = ((title := phrase(grid.title), "ink"), (f"  {sizes}", "muted"))
    body = "".join(text for text, _ in spans)
    scale = min(grid.size[2] / 3 if inside else 0.7 * gap, room / advance(body))
    if inside:
        spans = ((body, "ink"),)
    elif scale < 0.3 * gap:  # two lines let it be larger
        spans = ((title, "ink"), (f"\n{sizes}", "muted"))
        scale = min(0.36 * gap, room / max(advance(title), advance(sizes)))
    lift = -1.0 - CAP_HEIGHT / 2 if inside else 0.3 + (1.2 if "\n" in spans[-1][0] else 0.0)
    text = Text(0.0, lift, spans, 1.0, "center", 1.2)
    y = grid.middle[1] * outline.flat - CELL
    at = np.array([grid.middle[0], y, grid.ends[1][2]]) + offset
    return Drawing(f"name {grid.name}", (text,), scaled(at, scale), fades_below=READABLE, keeps_size=True)


def _heads_name(outline: Outline) -> Iterator[Drawing]:
    """How many heads stand one behind the other, at their left, where that is free."""
    heads = getattr(getattr(outline.sample.layers[0], "attn", None), "heads", ())
    if len(heads) < 2:
        return
    grids = [grid for head in heads for grid in head.grids]
    low, high = np.min([grid.ends[0] for grid in grids], axis=0), np.max([grid.ends[1] for grid in grids], axis=0)
    room, gap = float(low[0] - outline.widest.ends[0][0]), outline.sample.gap
    words = phrase("{} heads", len(heads))
    scale = min(0.7 * gap, (room - gap) / advance(words))
    if scale > 0.3 * gap:
        text = Text(0.0, -CAP_HEIGHT / 2, ((words, "muted"),), 1.0, "right")
        at = low[0] - 0.5 * gap, low[1] * outline.flat - CELL, (low[2] + high[2]) / 2
        yield Drawing("name heads", (text,), scaled(at, scale), fades_below=READABLE, keeps_size=True)


def _height(outline: Upright) -> float:
    low, high = outline.box
    return float(high[2] - low[2])
