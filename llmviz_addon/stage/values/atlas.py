"""All tensors in one float image: what the cell material looks numbers up in.

Values lie row by row, tensor after tensor, without gaps, so a tensor is a starting (row, column) and
a length. The image keeps the true numbers; what makes dots use their range is a gain per *kind* of
grid, taken over all grids of that kind so that layers stay comparable. Of a large model the largest
tensors are kept as pools; see ``pooling``.
"""

from __future__ import annotations

import math
import zlib
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import bpy
import numpy as np

from ...errors import ScriptError
from ...layout.gains import gains_of
from ...layout.grid import Grid
from ...screenplay.score import channels
from ...screenplay.score.timeline import Fragment, Track
from ..ours import own
from .afar import STEP, all_from_afar, finer, readable
from .pooling import BUDGET, LARGEST, count, doublings, pooled, pools, thinned
from .seen import Rows, seen_rows

WIDTH = 4096
PAINTED = "llmviz_painted"
"""Custom property of the picture: the checksum of what it was made of."""
FORMED, FORM = "llmviz_form", 2
"""Custom property of the picture: in which form places are told on objects and numbers lie in it. Another form has
another number: an open stage in a saved file is written on by any later version."""
FINER_SHARE = 1 / 8
"""Share of the budget that all finer pictures may take; where it is too small there are none."""
LANES = 4
"""Channels of a pixel."""
FOLDED = 1 << 20
"""Numbers in a picture beyond which its every channel holds one."""
IN_HAND, KNOWING = channels.named(in_hand=True), channels.named(knows=True)
NEAR_SHARE = 0.25
"""Share of the budget for what is seen from near of other grids."""


@dataclass(frozen=True)
class Place:
    """Where a grid's numbers start in the atlas, the factor that brings them to -1 … 1, and the side of its pools.

    ``far`` tells where its picture from afar is: 32 times its start in steps of ``STEP``, 16 where a finer one follows,
    and the doublings of one cell that are the side of its pools.
    """

    column: int
    row: int
    gain: float
    pool: int = 1
    far: int = 0


@dataclass(frozen=True)
class Slice:
    """Rows ``first`` up to and without ``stop`` of a grid that is kept as pools, which are kept exactly."""

    first: int
    stop: int
    place: Place


@dataclass(frozen=True)
class Plan:
    """What is kept of which grid, whatever its numbers are: the sides of pools by name, and rows that are kept exactly.

    Of what is kept exactly there is what shows it, of which grid, and the range; ``fine`` tells whether there are finer
    pictures from afar, and ``room`` is for how many numbers.
    """

    sides: Mapping[str, int]
    near: tuple[tuple[str, str, int, int], ...]
    fine: bool
    room: int


@dataclass(frozen=True, eq=False)
class Atlas:
    """The picture of all values: ``pixels`` is (height, WIDTH) float32.

    Places are by grid, or fragment, name; so are slices, apart from each other and in order.
    """

    pixels: np.ndarray
    places: Mapping[str, Place]
    slices: Mapping[str, Sequence[Slice]]
    plan: Plan

    @property
    def thin(self) -> bool:
        """Whether any grid is kept as pools."""
        return any(place.pool > 1 for place in self.places.values())

    def image(self, name: str = "llmviz values") -> bpy.types.Image:
        """The atlas as a packed 32-bit image; see ``picture``."""
        return picture(self.pixels, name)

    def places_only(self) -> Atlas:
        """The same without its numbers, once they are in an image: of a large model they take much room."""
        return replace(self, pixels=self.pixels[:0].copy())


def picture(pixels: np.ndarray, name: str = "llmviz values") -> bpy.types.Image:
    """A packed 32-bit image of ``pixels``, (height, WIDTH) float32.

    Blender keeps four numbers a pixel whatever is in them, and so do a renderer and the file. So of many, four
    neighbours go into the channels of one pixel: its width tells, see ``lanes``.
    """
    folded = pixels.size > FOLDED
    height, width = len(pixels), WIDTH // LANES if folded else WIDTH
    image = own(bpy.data.images.new(name, width, height, alpha=folded, float_buffer=True, is_data=True), "atlas")
    image.colorspace_settings.name = "Non-Color"
    image.use_half_precision = False
    if folded:
        image.alpha_mode = "CHANNEL_PACKED"
        rgba = pixels
    else:
        rgba = np.ones((*pixels.shape, 4), dtype=np.float32)
        rgba[..., :3] = pixels[..., None]
    rgba = np.ascontiguousarray(rgba, dtype=np.float32)
    image[PAINTED], image[FORMED] = _sum(rgba), FORM
    _paint(image, rgba)
    return image


def byte_picture(pixels: np.ndarray, name: str, what: str) -> bpy.types.Image:
    """A packed image of ``pixels``, (height, width, 3) of bytes, the first row at the bottom; it is our ``what``."""
    height, width, _ = pixels.shape
    image = own(bpy.data.images.new(name, width, height, is_data=True), what)
    image.colorspace_settings.name = "Non-Color"
    rgba = np.ones((height, width, 4), dtype=np.float32)
    rgba[..., :3] = pixels / np.float32(255)
    _paint(image, rgba)
    image[PAINTED] = _sum(_rgba(image))
    return image


def _paint(image: bpy.types.Image, rgba: np.ndarray) -> None:
    _numbers_in(image).foreach_set(rgba.reshape(-1))
    image.update()
    image.pack()


def repainted(image: bpy.types.Image) -> bool:
    """Whether somebody changed what was made here; looking takes a copy of it."""
    return image.is_dirty or image.get(PAINTED) != _sum(_rgba(image))


def lanes(image: bpy.types.Image) -> int:
    """How many numbers of the atlas are in one pixel of its picture."""
    return WIDTH // image.size[0]


def numbers_of(image: bpy.types.Image) -> np.ndarray:
    """What ``picture`` made the image of, (height, WIDTH) float32; a copy."""
    rgba = _rgba(image)
    return (rgba if lanes(image) > 1 else rgba[:, 0]).reshape(image.size[1], WIDTH)


def _sum(rgba: np.ndarray) -> str:
    return f"{zlib.crc32(rgba.data):08x}"


def _rgba(image: bpy.types.Image) -> np.ndarray:
    numbers = _numbers_in(image)
    rgba = np.empty(len(numbers), np.float32)
    numbers.foreach_get(rgba)
    return rgba.reshape(-1, 4)


def _numbers_in(image: bpy.types.Image) -> Any:
    """``pixels``, which in the stubs are one number."""
    return image.pixels


def atlas(
    grids: Iterable[Grid],
    values: Mapping[str, np.ndarray],
    made: Iterable[tuple[Grid, np.ndarray]] = (),
    tracks: Iterable[Track] = (),
    fragments: Iterable[Fragment] = (),
    budget: int = BUDGET,
    size: tuple[int, int] = (1280, 720),
) -> Atlas:
    """Lay the tensors of ``grids``, found in ``values`` by name, into one picture.

    ``made`` are grids of a chapter with values of their own; those of a known kind share its gain.
    Where there are more numbers than ``budget``, what ``tracks`` and ``fragments`` show from near, in pictures of
    ``size``, is kept best.
    """
    model, made, fragments, tracks = tuple(grids), tuple(made), tuple(fragments), tuple(tracks)
    grids = (*model, *(grid for grid, _ in made))
    whole = [values[grid.name] for grid in model] + [given for _, given in made]
    for grid, tensor in zip(grids, whole, strict=True):
        if np.shape(tensor) != grid.shape:
            raise ScriptError(f"Grid {grid.name!r} has the shape {grid.shape}, but its values have {np.shape(tensor)}.")
    tensors = [grid.drawn(np.asarray(tensor)) for grid, tensor in zip(grids, whole, strict=True)]
    gains = gains_of(model, tensors[: len(model)])
    own_kinds = [number for number, grid in enumerate(grids) if grid.kind not in gains]
    gains |= gains_of([grids[number] for number in own_kinds], [tensors[number] for number in own_kinds])
    plan = plan_of(grids, tracks, fragments, budget, size)
    writer = _Writer()
    for grid, tensor in zip(grids, tensors, strict=True):
        side = plan.sides[grid.name]
        start = writer.write(kept(tensor, side))
        writer.places[grid.name] = _place(start, gains[grid.kind], side)
    by_name = {grid.name: grid for grid in grids}
    near = [Rows(name, by_name[grid], first, stop) for name, grid, first, stop in plan.near]
    left = plan.room - sum(thinned(grid, plan.sides[grid.name]) for grid in grids)
    exact = _exact(writer, near, dict(zip(grids, tensors, strict=True)), left)
    slices: dict[str, list[Slice]] = defaultdict(list)
    for row in sorted(exact, key=lambda row: row.first):
        if row.name in plan.sides:
            slices[row.name].append(Slice(row.first, row.stop, exact[row]))
        else:
            writer.places[row.name] = exact[row]
    for grid, seen in zip(grids, all_from_afar(grids, tensors, plan.fine), strict=True):
        fine = plan.fine and finer(grid) > 0
        far = writer.write_far(seen) * 32 + 16 * fine + doublings(grid)
        writer.places[grid.name] = replace(writer.places[grid.name], far=far)
    return Atlas(writer.pixels(), writer.places, slices, plan)


def plan_of(
    grids: Sequence[Grid],
    tracks: Sequence[Track],
    fragments: Sequence[Fragment],
    budget: int = BUDGET,
    size: tuple[int, int] = (1280, 720),
) -> Plan:
    """What ``atlas`` keeps of grids, those that chapters made among them."""
    in_hand = {track.channel.actor for track in tracks if track.channel.prop in IN_HAND}
    in_hand |= {fragment.grid for fragment in fragments} | _revealed(grids, tracks)
    is_fine = sum(map(finer, grids)) <= budget * FINER_SHARE
    budget -= sum(map(finer, grids)) if is_fine else 0
    sides = pools(grids, in_hand, budget)
    near = _near(grids, sides, tracks, fragments, size)
    if near:
        sides = pools(grids, in_hand, budget - min(sum(map(_numbers, near)), int(budget * NEAR_SHARE)))
    return Plan(sides, tuple((rows.name, rows.grid.name, rows.first, rows.stop) for rows in near), is_fine, budget)


def _revealed(grids: Sequence[Grid], tracks: Iterable[Track]) -> set[str]:
    """Names of the grids that a chapter computes bit by bit; to have no values yet is nothing special."""
    counts = {grid.name: grid.count for grid in grids}
    found = [track for track in tracks if track.channel.prop in KNOWING]
    return {track.channel.actor for track in found if not track.turns(counts.get(track.channel.actor, 0))}


def _near(
    grids: Sequence[Grid],
    sides: Mapping[str, int],
    tracks: Sequence[Track],
    fragments: Sequence[Fragment],
    size: tuple[int, int],
) -> list[Rows]:
    """What is worth its every number among grids that are kept as pools: what is seen from near, and fragments."""
    if max(sides.values(), default=1) == 1:
        return []
    by_name = {grid.name: grid for grid in grids}
    found = [
        Rows(fragment.name, by_name[fragment.grid], *_rows(by_name[fragment.grid], fragment)) for fragment in fragments
    ]
    found += seen_rows(grids, tracks, size)
    return [rows for rows in found if sides[rows.grid.name] > 1 and count(rows.grid) <= LARGEST]


def _numbers(rows: Rows) -> int:
    return (rows.stop - rows.first) * (count(rows.grid) // rows.grid.shown_shape[0])


class _Writer:
    """Puts numbers one after the other."""

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}
        self._pieces: deque[np.ndarray] = deque()
        self._end = 0

    def write(self, numbers: np.ndarray) -> int:
        """Append; returns where they start."""
        start = self._end
        self._pieces.append(numbers.reshape(-1))
        self._end += numbers.size
        return start

    def write_far(self, numbers: np.ndarray) -> int:
        """Append at the next of the places that are ``STEP`` apart; returns which one that is."""
        self.write(np.zeros(-self._end % STEP, dtype=np.float32))
        return self.write(numbers) // STEP

    def pixels(self) -> np.ndarray:
        """(height, WIDTH) float32; each piece is let go as it is copied, as all of them are as large."""
        pixels = np.zeros((max(1, math.ceil(self._end / WIDTH)), WIDTH), dtype=np.float32)
        flat, start = pixels.reshape(-1), 0
        while self._pieces:
            piece = self._pieces.popleft()
            flat[start : start + piece.size] = piece
            start += piece.size
        return pixels


def _exact(writer: _Writer, near: Iterable[Rows], tensors: Mapping[Grid, np.ndarray], left: int) -> dict[Rows, Place]:
    """Keep every number of rows, as far as ``left`` numbers have room; where they are."""
    known: dict[tuple[str, int, int], Place] = {}
    found = {}
    for rows in near:
        key = (rows.grid.name, rows.first, rows.stop)
        if key not in known:
            if _numbers(rows) > left:
                continue
            left -= _numbers(rows)
            start = writer.write(readable(tensors[rows.grid][rows.first : rows.stop]))
            start -= rows.first * (_numbers(rows) // (rows.stop - rows.first))
            known[key] = _place(start, writer.places[rows.grid.name].gain)
        found[rows] = known[key]
    return found


def _place(start: int, gain: float, pool: int = 1) -> Place:
    """Where the tensor's first number is, or would be: below 0 for one whose first rows are left out."""
    row, column = divmod(start, WIDTH)
    return Place(column, row, gain, pool)


def _rows(grid: Grid, fragment: Fragment) -> tuple[int, int]:
    """The range along the tensor's first axis that ``fragment`` shows."""
    along = "xyz".index(grid.axes[0].direction)
    return fragment.first[along], fragment.first[along] + fragment.cells[along]


def kept(tensor: np.ndarray, side: int) -> np.ndarray:
    """A tensor's numbers as they are written, flat: all of them, or those of pools of ``side``."""
    numbers = readable(tensor)
    return pooled(numbers, side) if side > 1 else numbers.reshape(-1)
