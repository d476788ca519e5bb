"""Letters that are kept once and set by Geometry Nodes.

Written out a paragraph is 20,000 points, and the letters of a film with all chapters three million: 250 MB of a
file, and most of the time that it takes to build one. So one hidden object holds every letter that is in use, once,
and a drawing a loose point for each of its letters, which says which one, where and how large; a modifier has them
written out while they are seen. The picture is the same, and a file plays without the add-on. Rejected: instances
that are not made real, as the material then knows neither their ink nor the width of their fringes.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import bpy
import numpy as np
from mathutils import Matrix

from ...layout.lettering.drawing import LIFT, Text
from ...layout.lettering.font_file import FontFile
from .. import compat
from ..materials.flat_material import EDGE
from ..materials.nodes import Expr, combine, named, new_node
from ..ours import own
from . import glyphs
from .mesh2d import Flat, Sides, join, join_sides
from .placed import SIZE, TURN, put, store, through

Eye = tuple[float, float, float]
"""Where the camera is, seen from a drawing that hangs before it: in that drawing's own plane, and before it."""
Ink = Callable[[str], tuple[float, ...]]
"""The colour behind a name, linear."""
MODIFIER = "Letters"
LETTER, EYE = "letter", "eye"
"""Attributes of points: which letter stands there, counted from 1, as 0 is none; from where the drawing is seen."""
FRINGE_DROP = 0.4 * LIFT
"""By how much a fringe lies lower than its shape, so that it never hides a neighbour."""
_STANDING = 1e-6
"""How far from right angles the axes of a pose may be, by their cosine, to be moved, turned and stretched only."""


@dataclass(frozen=True, eq=False)
class Letters:
    """Letters of a drawing: ``number`` (k,) which, ``place``, ``size``, ``turn``, ``eye`` (k, 3), ``ink`` (k, 4).

    ``count`` is how many points they are once they are written out. An eye is where the drawing is seen from, in its
    own plane, and one over how far that is before it; 0 of what hangs in the world.
    """

    number: np.ndarray
    place: np.ndarray
    size: np.ndarray
    turn: np.ndarray
    eye: np.ndarray
    ink: np.ndarray
    count: int

    @classmethod
    def none(cls) -> Letters:
        """No letters."""
        zero = np.zeros((0, 3), dtype=np.float32)
        return cls(np.zeros(0, dtype=np.int32), zero, zero, zero, zero, np.zeros((0, 4), dtype=np.float32), 0)

    def __len__(self) -> int:
        return len(self.number)

    def posed(self, pose: np.ndarray) -> Letters:
        """The same moved, turned and stretched by a (4, 4) matrix that ``stands``."""
        _, turn, size = Matrix(pose.tolist()).decompose()
        place = self.place @ pose[:3, :3].T.astype(np.float32) + pose[:3, 3].astype(np.float32)
        turns = _rows(len(self), turn.to_euler("XYZ")[:])
        return replace(self, place=place, size=self.size * _rows(1, size[:]), turn=turns)


def _rows(count: int, row: Sequence[float]) -> np.ndarray:
    """The same ``row`` so many times."""
    return np.broadcast_to(np.array(row, dtype=np.float32), (count, len(row)))


def gathered(sets: Sequence[Letters]) -> Letters:
    """Several as one."""
    some = [one for one in sets if len(one)]
    if len(some) < 2:
        return some[0] if some else Letters.none()
    parts = zip(*((s.number, s.place, s.size, s.turn, s.eye, s.ink) for s in some), strict=True)
    number, place, size, turn, eye, ink = (np.concatenate(part) for part in parts)
    return Letters(number, place, size, turn, eye, ink, sum(one.count for one in some))


def stands(pose: np.ndarray) -> bool:
    """Whether a (4, 4) matrix moves, turns and stretches, and neither mirrors nor leans."""
    axes = pose[:3, :3].T.tolist()  # few numbers, of which numpy would work out the same in five times as long
    a, b, c = ([number / (math.hypot(*axis) or 1.0) for number in axis] for axis in axes)
    return max(abs(dot(a, b)), abs(dot(b, c)), abs(dot(c, a))) < _STANDING and dot(cross(a, b), c) > 0


def dot(one: Sequence[float], other: Sequence[float]) -> float:
    """Scalar product."""
    return sum(map(operator.mul, one, other))


def cross(one: Sequence[float], other: Sequence[float]) -> tuple[float, float, float]:
    """Vector product."""
    (a, b, c), (x, y, z) = one, other
    return b * z - c * y, c * x - a * z, a * y - b * x


class Letterbox:
    """All letters that drawings use, each once; its object and node group are made when first needed."""

    def __init__(self, material: bpy.types.Material) -> None:
        self._material = material
        self._numbers: dict[tuple[str, str], int] = {}
        self.known: tuple[tuple[str, str], ...] = ()  # the letters in the order of their numbers
        self._flats: list[Flat] = []
        self._points = np.zeros(1, dtype=int)  # of each, by its number
        self._group: bpy.types.NodeTree | None = None

    def fetch(self, letters: Iterable[str], font: FontFile | None) -> None:
        """Have these letters in it, before the first of them is set."""
        letters = sorted(letters)
        glyphs.prepare(letters, font)
        for letter in letters:
            flat, key = glyphs.glyph(letter, font), glyphs.key_of(letter, font)
            if len(flat.triangles) and key not in self._numbers:
                self._numbers[key] = len(self._numbers) + 1
                self._flats.append(flat)
        self.known = tuple(self._numbers)
        self._points = np.array([0, *(len(flat.points) for flat in self._flats)])

    def has(self, letters: Iterable[str], font: FontFile | None) -> bool:
        """Whether all of these are in it that can be seen."""
        return all(
            glyphs.key_of(letter, font) in self._numbers or not len(glyphs.glyph(letter, font).triangles)
            for letter in letters
        )

    def set(self, texts: Mapping[int, Text], eye: Eye | None, ink: Ink) -> Letters:
        """The letters of texts, which are shapes of one drawing by their numbers among these."""
        rows = []
        for number, text in texts.items():
            for letter, x, y, color in glyphs.places(text):
                key = glyphs.key_of(letter, text.font)
                if key in self._numbers:
                    rows.append((self._numbers[key], x, y, (number + 1) * LIFT, text.size, text.size, 1.0, *ink(color)))
        if not rows:
            return Letters.none()
        table = np.array(rows)
        place, size, colors = (table[:, part].astype(np.float32) for part in (slice(1, 4), slice(4, 7), slice(7, 11)))
        numbers, level = table[:, 0].astype(np.int32), np.zeros_like(place)
        if eye is not None:
            level[:] = eye[0], eye[1], 1.0 / eye[2]
        return Letters(numbers, place, size, np.zeros_like(place), level, colors, int(self._points[numbers].sum()))

    def add(self, obj: bpy.types.Object) -> None:
        """Let ``obj``, whose mesh has letters, show them."""
        if self._group is None:
            self._group = _group(self._object())
        compat.nodes_modifier(obj, MODIFIER, self._group)

    def _object(self) -> bpy.types.Object:
        """An object that is in no scene: all letters in one place, at an em of 1 m, as instances in their order."""
        mesh = own(bpy.data.meshes.new("llmviz letters"), "letters")
        mesh.materials.append(self._material)
        whole, counts = join(self._flats), [len(flat.points) for flat in self._flats]
        points, edge = np.zeros((2, len(whole.points), 3), dtype=np.float32)
        points[:, :2], edge[:, :2] = whole.points, whole.edge
        points[:, 2] -= edge.any(axis=1) * FRINGE_DROP
        sides: Sides = join_sides([flat.sides for flat in self._flats], counts)
        compat.write_faces(mesh, points, whole.triangles, sides)
        compat.write_attribute(mesh, EDGE, "FLOAT_VECTOR", "POINT", edge)
        compat.write_attribute(mesh, LETTER, "INT", "POINT", np.repeat(np.arange(1, len(counts) + 1), counts))
        mesh.update()
        obj = own(bpy.data.objects.new("llmviz letters", mesh), "letters")
        compat.nodes_modifier(obj, "Apart", _apart())
        return obj


def write_letters(mesh: bpy.types.Mesh, letters: Letters) -> None:
    """Let the last ``len(letters)`` points of ``mesh`` be these, for ``Letterbox.add``."""
    before = len(mesh.vertices) - len(letters)
    compat.write_attribute(mesh, LETTER, "INT", "POINT", np.concatenate([np.zeros(before, np.int32), letters.number]))
    for name, values in ((SIZE, letters.size), (TURN, letters.turn), (EYE, letters.eye)):
        rows = np.concatenate([np.zeros((before, 3), np.float32), values])
        compat.write_attribute(mesh, name, "FLOAT_VECTOR", "POINT", rows)


def _apart() -> bpy.types.NodeTree:
    """Every letter as an instance, which all that set some share."""
    tree, given = through("llmviz letters apart", "letters")
    split = tree.nodes.new("GeometryNodeSplitToInstances")
    tree.links.new(given, split.inputs["Geometry"])
    tree.links.new(named(tree, LETTER, "INT"), split.inputs["Group ID"])
    tree.links.new(split.outputs["Instances"], tree.nodes.new("NodeGroupOutput").inputs[0])
    return tree


def _group(box: bpy.types.Object) -> bpy.types.NodeTree:
    """What writes letters out: those of ``box``, where the points of a mesh say, after all else of that mesh."""
    tree, given = through("llmviz letters", "letters")
    letter = Expr(tree, named(tree, LETTER, "INT"))
    apart = tree.nodes.new("GeometryNodeSeparateGeometry")
    tree.links.new(given, apart.inputs["Geometry"])
    tree.links.new((letter > 0.5).socket, apart.inputs["Selection"])
    source = new_node(tree, "GeometryNodeObjectInfo")
    source.inputs["Object"].default_value = box
    real = tree.nodes.new("GeometryNodeRealizeInstances")
    instances = put(tree, apart.outputs["Selection"], source.outputs["Geometry"], (letter - 1.0).socket)
    tree.links.new(instances, real.inputs[0])
    result = tree.nodes.new("GeometryNodeJoinGeometry")
    tree.links.new(_levelled(tree, real.outputs[0]), result.inputs[0])
    tree.links.new(apart.outputs["Inverted"], result.inputs[0])  # the last linked comes first
    tree.links.new(result.outputs[0], tree.nodes.new("NodeGroupOutput").inputs[0])
    return tree


def _levelled(tree: bpy.types.NodeTree, letters: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
    """Letters drawn in by as much as they would look larger, and the ways from their outlines as long as they are."""
    place = Expr(tree, tree.nodes.new("GeometryNodeInputPosition").outputs[0], vector=True)
    x, y, nearness = Expr(tree, named(tree, EYE, "FLOAT_VECTOR"), vector=True).split()
    height = place.split()[2]
    drawn = height * nearness
    edge = Expr(tree, named(tree, EDGE, "FLOAT_VECTOR"), vector=True)
    size = Expr(tree, named(tree, SIZE, "FLOAT_VECTOR"), vector=True)
    turned = new_node(tree, "FunctionNodeRotateVector")
    tree.links.new((edge * size).scaled(1.0 - drawn).socket, turned.inputs["Vector"])
    tree.links.new(named(tree, TURN, "FLOAT_VECTOR"), turned.inputs["Rotation"])
    fringed = store(tree, letters, EDGE, "FLOAT_VECTOR", turned.outputs[0])
    moved = tree.nodes.new("GeometryNodeSetPosition")
    tree.links.new(fringed, moved.inputs["Geometry"])
    tree.links.new((combine(tree, x, y, height) - place).scaled(drawn).socket, moved.inputs["Offset"])
    return moved.outputs[0]
