"""Drawings as objects: one mesh object each, whatever the drawing holds.

Letters are points of the mesh, coloured one by one, that Geometry Nodes write out, so a paragraph with coloured
phrases is one object with one material. Equal drawings share one mesh, and drawings that stand still and always fade
together share one object, as every animated object costs time on every frame. Numbers that change
are added to the same object by Geometry Nodes, too. So a drawing fades, moves and hides with one set of keys.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import bpy
import numpy as np
from mathutils import Matrix

from ...errors import ScriptError
from ...kept import kept
from ...layout.lettering.drawing import LIFT, Drawing, Line, Readout, Rect, Shape, Text
from ...layout.lettering.font_file import FontFile
from ..checksums import Shapes
from ..materials.flat_material import REACH
from ..materials.theme import Theme, linear
from ..ours import own
from .arrays import Arrays, blank_mesh, joined
from .drawn import Drawn
from .letters import FRINGE_DROP, Eye, Letterbox, Letters, cross, dot, stands
from .mesh2d import join, join_sides
from .overlap import on_top
from .readouts import Readouts
from .repeated import Repeats, write_places
from .shapes import all_pieces, face

LettersOf = dict[FontFile | None, set[str]]
ALWAYS = 1e9
"""Reach of a drawing that never fades."""
MANY = 250_000
"""Points of a group of drawings beyond which those that repeat are made once."""
_PIXEL = 1 / 720  # of the picture's height, for which the fringes before the camera are made
_FRINGE = 0.02  # metres, of shapes that stand alone in the world


def letters_of(drawings: Iterable[Drawing]) -> LettersOf:
    """All letters in the texts of ``drawings``, by the font that they are set in."""
    letters: LettersOf = defaultdict(set)
    for shape in (shape for drawing in drawings for shape in drawing.shapes):
        if isinstance(shape, Text):
            letters[shape.font].update(shape.body)
    return letters


APART = 0.618034
"""Share of a lift between one drawing and the next, so that two in one place never share a plane.

A ray that goes on through a transparent face misses whatever else lies at that very depth, so one of
two panels that fade into each other would vanish.
"""


@dataclass(frozen=True)
class Look:
    """What drawings that look alike have: shapes, the width of their fringes, from where they are seen, if known."""

    shapes: tuple[Shape, ...]
    fringe: float
    eye: Eye | None

    @classmethod
    def of(cls, drawing: Drawing) -> Look:
        """That of a drawing."""
        return cls(drawing.shapes, _fringe(drawing), _eye(drawing))

    def __hash__(self) -> int:
        return self._hash

    @kept
    def _hash(self) -> int:
        """Worked out once, as a look of many shapes is looked up several times."""
        return hash((self.shapes, self.fringe, self.eye))


class DrawingMaker:
    """Makes the objects of many drawings, sharing letters, meshes and the material between them."""

    drawn: ClassVar[Drawn[Arrays]] = Drawn()

    def __init__(
        self, theme: Theme, material: bpy.types.Material, collection: bpy.types.Collection | None = None
    ) -> None:
        self.theme = theme
        self.material = material
        self.collection = collection  # where they go; None where they are put in their places later
        self.letters = Letterbox(material)
        self.readouts = Readouts(material, theme)
        self.repeats = Repeats()
        self._keys: dict[Look, int] = {}  # numbered, as it takes long to compare looks of many shapes
        self._looks: dict[int, tuple[Drawing, Look, int]] = {}
        self._waiting: Counter[int] = Counter()  # how many drawings of each look are to come
        self._arrays: dict[tuple[int, bool], Arrays] = {}
        self._inks: dict[str, tuple[float, ...]] = {}
        self._meshes: dict[int, bpy.types.Mesh] = {}
        self._uids: dict[int, int] = {}  # of these meshes
        self._mould: bpy.types.Mesh | None = None
        self.shapes: Shapes = {}  # of those that were just made

    def prepare(self, drawings: Sequence[Drawing], letters: LettersOf | None = None) -> None:
        """Fetch all letters that the drawings use, at once, and note which of them look alike."""
        self._waiting.update(self._look(drawing)[1] for drawing in drawings)
        for font, some in (letters_of(drawings) if letters is None else letters).items():
            self.letters.fetch(some, font)

    def make(
        self,
        groups: Sequence[tuple[str, Sequence[Drawing]]],
        hung: Iterable[int],
        grids: Mapping[str, bpy.types.Object],
        page: bpy.types.Object,
    ) -> list[bpy.types.Object]:
        """The objects of named groups: of one drawing, that hangs where it belongs as the ``hung``-th of all, or of
        several that stand still in the world and always fade together.

        All meshes are made before they are filled, and all objects before they are hung: for each new thing Blender
        walks along its list, which takes 40 ms less of a build of 1,900 while that is in the processor's cache.
        """
        for _, group in groups:
            if len(group) == 1:
                _check(group[0], grids)
        looks = [self._look(group[0])[1] if len(group) == 1 else None for _, group in groups]
        blank, meshes = {}, []
        for (name, _), look in zip(groups, looks, strict=True):
            mesh = self._meshes.get(look) if look is not None else None
            if mesh is None:
                mesh = blank[name] = self._mould = blank_mesh(name, self.material, self._mould)
                if look is not None:
                    self._meshes[look], self._uids[look] = mesh, mesh.session_uid
            meshes.append(mesh)
        made = [bpy.data.objects.new(name, mesh) for (name, _), mesh in zip(groups, meshes, strict=True)]
        for obj, (name, group), number in zip(made, groups, hung, strict=True):
            if len(group) == 1:
                self._make_alone(obj, name, group[0], blank.get(name), number, grids, page)
            else:
                self._make_together(obj, name, group, blank[name])
        return made

    def _make_alone(
        self,
        obj: bpy.types.Object,
        name: str,
        drawing: Drawing,
        blank: bpy.types.Mesh | None,
        number: int,
        grids: Mapping[str, bpy.types.Object],
        page: bpy.types.Object,
    ) -> None:
        (key, _), arrays = self._look(drawing), self.arrays(drawing, written=False)
        if blank is not None:
            arrays.fill(blank)
            self.shapes[blank] = arrays.told(blank)
        self._dress(obj, name, drawing, arrays)
        _hang(obj, drawing, grids, page)
        obj.delta_location = lift(drawing, number)
        for place, shape in enumerate(drawing.shapes):
            if isinstance(shape, Readout):
                before = (place + 1) * LIFT
                self.readouts.add(obj, _levelled(shape, before, key.eye), before)

    def let_go(self) -> None:
        """Forget the meshes that are no more."""
        there = {mesh.session_uid for mesh in bpy.data.meshes}
        self._meshes = {look: mesh for look, mesh in self._meshes.items() if self._uids[look] in there}
        self._mould = next(iter(self._meshes.values()), None)
        self.shapes.clear()

    def _make_together(
        self, obj: bpy.types.Object, name: str, drawings: Sequence[Drawing], blank: bpy.types.Mesh
    ) -> None:
        looks = [self._look(drawing)[1] for drawing in drawings]
        leaning = {look for look, drawing in zip(looks, drawings, strict=True) if not stands(drawing.pose)}
        once = {look: self.arrays(drawing, look in leaning) for look, drawing in zip(looks, drawings, strict=True)}
        count = sum(once[look].count for look in looks)
        repeats = count > MANY and count > 2 * sum(arrays.count for arrays in once.values())
        if repeats:
            arrays = _fill_repeated(blank, drawings, looks, once)
        else:
            arrays = joined([once[look].posed(drawing.pose) for look, drawing in zip(looks, drawings, strict=True)])
            arrays.fill(blank)
        self._dress(obj, name, drawings[0], arrays)
        if repeats:  # whose letters are written out by then
            self.repeats.add(obj)

    def arrays(self, drawing: Drawing, written: bool = True) -> Arrays:
        """A drawing as a mesh in its own plane; let go of with the last of those prepared that look alike.

        If it is not to be ``written`` out, its letters stand for themselves.
        """
        key, look = self._look(drawing)
        arrays = self._arrays.pop((look, written), None) or self.drawn.get(
            self.theme, self.letters.known, (key, written), lambda: self._draw(key, written)
        )
        self._waiting[look] -= 1
        if self._waiting[look] > 0:
            self._arrays[look, written] = arrays
        return arrays

    def _look(self, drawing: Drawing) -> tuple[Look, int]:
        """How a drawing looks, and a number that it shares with those that look alike."""
        if id(drawing) not in self._looks:
            key = Look.of(drawing)
            self._looks[id(drawing)] = drawing, key, self._keys.setdefault(key, len(self._keys))
        return self._looks[id(drawing)][1:]

    def _dress(self, obj: bpy.types.Object, name: str, drawing: Drawing, arrays: Arrays) -> None:
        """What any drawing's object has, made of such ``arrays``."""
        own(obj, "drawing", name)
        obj[REACH] = reach(drawing)
        first = next((shape.color for shape in drawing.shapes if not isinstance(shape, Text)), "ink")
        obj.color = (*linear(self.theme.color(first)), drawing.opacity)
        if drawing.opacity <= 0:
            obj.hide_render = obj.hide_viewport = True
        if self.collection is not None:
            self.collection.objects.link(obj)
        if len(arrays.letters):
            self.letters.add(obj)

    def _draw(self, look: Look, written: bool) -> Arrays:
        shapes, eye = look.shapes, look.eye
        last = {} if written else on_top(shapes)
        letters = self.letters.set(last, eye, self._ink) if last else Letters.none()
        others = [(n, shape) for n, shape in enumerate(shapes) if n not in last]
        if not others:  # of nothing but letters, Blender would not know which colours Solid view shows
            return replace(Arrays.loose(letters.place[:1]), letters=letters)
        return replace(self._flat(others, look.fringe, eye), letters=letters)

    def _ink(self, color: str) -> tuple[float, ...]:
        if color not in self._inks:
            self._inks[color] = (*linear(self.theme.color(color)), 1.0)
        return self._inks[color]

    def _flat(self, shapes: Sequence[tuple[int, Shape]], fringe: float, eye: Eye | None) -> Arrays:
        """Shapes by their numbers, written out."""
        lit, found = self.theme.lit is not None, []
        for (number, shape), made in zip(shapes, all_pieces(shapes, fringe, lit), strict=True):
            signed = shape.below if isinstance(shape, Rect) else ""
            apart = 1 / len(made) if isinstance(shape, Rect) else 0.0  # sheets of it must not share a plane
            found += [(*piece, signed, (number + 1 - at * apart) * LIFT) for at, piece in enumerate(made)]
        if not found:
            return Arrays.loose(np.zeros((0, 3)))
        counts = [len(flat.points) for flat, *_ in found]
        whole = join([flat for flat, *_ in found])
        points, edge = np.zeros((2, len(whole.points), 3), dtype=np.float32)
        points[:, :2], edge[:, :2] = whole.points, whole.edge
        points[:, 2] = np.repeat([lift for *_, lift in found], counts) - edge.any(axis=1) * FRINGE_DROP
        if eye is not None:
            _level(points, edge, eye)
        inks = [np.array(self._ink(color)) * (light, light, light, 1.0) for _, color, light, *_ in found]
        ink = np.repeat(np.array(inks, dtype=np.float32), counts, axis=0)
        inks_below = [self._ink(color) if color else (0.0,) * 4 for *_, color, _ in found]
        below = np.repeat(np.array(inks_below, dtype=np.float32), counts, axis=0) if np.any(inks_below) else None
        sides = join_sides([flat.sides for flat, *_ in found], counts)
        if whole.cover is not None:
            ink[:, 3] *= whole.cover
        lean = None
        if whole.lean is not None:
            faces = np.repeat([0.0 if flat.lean is None else face(color) for flat, color, *_ in found], counts)
            lean = np.column_stack([whole.lean, faces]).astype(np.float32)
        return Arrays(points, whole.triangles.astype(np.int32), ink, edge, sides, lean=lean, below=below)


def _fill_repeated(
    mesh: bpy.types.Mesh, drawings: Sequence[Drawing], looks: Sequence[int], once: Mapping[int, Arrays]
) -> Arrays:
    """Put those that look alike into ``mesh`` but once, and where each of the drawings is; returns what lies in it."""
    poses = np.array([drawing.pose for drawing in drawings])
    numbers = {look: number for number, look in enumerate(once)}
    arrays = joined([*once.values(), Arrays.loose(poses[:, :3, 3])])
    arrays.fill(mesh)
    kinds = list(enumerate(once.values()))
    library = [number for number, one in kinds for _ in range(len(one.points))]
    letters = [number for number, one in kinds for _ in range(len(one.letters))]
    write_places(mesh, library, [numbers[look] for look in looks], letters, poses)
    return arrays


def standing_alone(group: Sequence[Drawing], still: Container[str]) -> Sequence[Drawing]:
    """A group as it is made; a drawing alone on a grid that is ``still`` stands in the world like it."""
    return [replace(group[0], parent="world")] if len(group) == 1 and group[0].parent in still else group


def numbers_hung(groups: Iterable[Sequence[Drawing]]) -> Iterator[int]:
    """As which number each of all groups is hung, counted from 1; those of several are not."""
    number = 0
    for group in groups:
        number += len(group) == 1
        yield number


def lift(drawing: Drawing, number: int) -> list[float]:
    """By how much the drawing that is hung as such a ``number`` stands before its plane; see ``APART``."""
    return [axis * (number * APART % 1.0) * LIFT for axis in drawing.pose[:3, 2]]


def reach(drawing: Drawing) -> float:
    """The size in metres of a pixel at which a drawing begins to fade."""
    ems = [shape.size for shape in drawing.shapes if isinstance(shape, Text | Readout)]
    unit = math.hypot(*drawing.pose[:3, 0].tolist())
    return max(ems, default=0.1) * unit / drawing.fades_below if drawing.fades_below > 0 else ALWAYS


def _eye(drawing: Drawing) -> Eye | None:
    """Of a drawing before the camera: all its shapes are to be seen where they are told, however many they are."""
    if drawing.parent != "camera":
        return None
    a, b, c, place = drawing.pose[:3].T.tolist()
    ways = cross(b, c), cross(c, a), cross(a, b)  # numpy's inverse starts threads for this
    volume = dot(a, ways[0])
    x, y, z = (round(-dot(way, place) / volume, 9) for way in ways)
    return x, y, z


def _level(points: np.ndarray, edge: np.ndarray, eye: Eye) -> None:
    """Draw in what lies before its plane, where it would be seen larger and further out, by as much."""
    less = 1.0 - points[:, 2:] / eye[2]
    points[:, :2] = eye[:2] + less * (points[:, :2] - eye[:2])
    edge[:, :2] *= less


def _levelled(number: Readout, lift: float, eye: Eye | None) -> Readout:
    """The same for a number that is written so much before its drawing's plane."""
    if eye is None:
        return number
    less = 1.0 - lift / eye[2]
    x, y = (at + less * (place - at) for at, place in zip(eye, (number.x, number.y), strict=False))
    return replace(number, x=x, y=y, size=less * number.size)


def _fringe(drawing: Drawing) -> float:
    """Width of the fringe around shapes: more than a pixel wherever the drawing is large enough to be read."""
    if drawing.parent == "camera":
        return 2.5 * _PIXEL
    ems = [shape.size for shape in drawing.shapes if isinstance(shape, Text | Readout)]
    widths = [shape.width for shape in drawing.shapes if isinstance(shape, Line)]
    return min((*(0.1 * em for em in ems), *(1.5 * width for width in widths)), default=_FRINGE)


def _check(drawing: Drawing, grids: Mapping[str, bpy.types.Object]) -> None:
    """ScriptError if there is nothing for it to hang on."""
    if drawing.parent not in ("camera", "world") and drawing.parent not in grids:
        raise ScriptError(f"Drawing {drawing.name!r} hangs on {drawing.parent!r}, which is no grid.")


def _hang(
    obj: bpy.types.Object, drawing: Drawing, grids: Mapping[str, bpy.types.Object], page: bpy.types.Object
) -> None:
    """Pose an object: its own transform stays free for keys, the pose's turn goes into the delta."""
    if drawing.parent == "camera":
        obj.parent = page
    elif drawing.parent != "world":
        obj.parent = grids[drawing.parent]
        home = Matrix.LocRotScale(obj.parent.location, None, obj.parent.scale)
        obj.matrix_parent_inverse = home.inverted()
    location, rotation, scale = Matrix(drawing.pose.tolist()).decompose()
    obj.location = location
    obj.delta_rotation_euler = rotation.to_euler("XYZ")  # the order in which a new object is turned
    obj.scale = scale
