"""Shader arithmetic that reads like arithmetic.

A material is a formula; written as node calls it takes three lines per operator and nobody can read
it back. ``Expr`` overloads Python's operators so that each makes one Math or Vector Math node.
Constants are folded here, as every node costs time at every shading point.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import bpy

Number = float | int
Operand: TypeAlias = "Expr | Number | Sequence[Number]"


class Expr:
    """The output of a node, to calculate with; ``vector`` ones work on three numbers at once."""

    __slots__ = ("socket", "tree", "vector")

    def __init__(self, tree: bpy.types.NodeTree, socket: bpy.types.NodeSocket, vector: bool = False) -> None:
        self.tree = tree
        self.socket = socket
        self.vector = vector

    def __add__(self, other: Operand) -> Expr:
        return _apply(self.tree, "ADD", self, other)

    __radd__ = __add__

    def __sub__(self, other: Operand) -> Expr:
        return _apply(self.tree, "SUBTRACT", self, other)

    def __rsub__(self, other: Operand) -> Expr:
        return _apply(self.tree, "SUBTRACT", other, self)

    def __mul__(self, other: Operand) -> Expr:
        return _apply(self.tree, "MULTIPLY", self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Operand) -> Expr:
        return _apply(self.tree, "DIVIDE", self, other)

    def __rtruediv__(self, other: Operand) -> Expr:
        return _apply(self.tree, "DIVIDE", other, self)

    def __lt__(self, other: Operand) -> Expr:
        return _apply(self.tree, "LESS_THAN", self, other, scalar=True)

    def __gt__(self, other: Operand) -> Expr:
        return _apply(self.tree, "GREATER_THAN", self, other, scalar=True)

    def __abs__(self) -> Expr:
        return _apply(self.tree, "ABSOLUTE", self)

    def times_plus(self, factor: Operand, summand: Operand) -> Expr:
        """self · factor + summand, in one node."""
        return _apply(self.tree, "MULTIPLY_ADD", self, factor, summand)

    def floor(self) -> Expr:
        """Largest whole number not above."""
        return _apply(self.tree, "FLOOR", self)

    def log10(self) -> Expr:
        """Logarithm to base 10; 0 of what is not above 0."""
        return _apply(self.tree, "LOGARITHM", self, 10.0)

    def fraction(self) -> Expr:
        """What is left after ``floor``."""
        return _apply(self.tree, "FRACTION" if self.vector else "FRACT", self)

    def sign(self) -> Expr:
        """-1, 0 or 1."""
        return _apply(self.tree, "SIGN", self)

    def minimum(self, other: Operand) -> Expr:
        """The smaller."""
        return _apply(self.tree, "MINIMUM", self, other)

    def maximum(self, other: Operand) -> Expr:
        """The larger."""
        return _apply(self.tree, "MAXIMUM", self, other)

    def clamp(self) -> Expr:
        """Kept between 0 and 1; free of cost for a scalar that a Math node just made."""
        if self.vector:
            return self.maximum((0, 0, 0)).minimum((1, 1, 1))
        node: Any = self.socket.node
        if node.bl_idname != "ShaderNodeMath" or self.socket.is_linked:
            node = (self + 0.0).socket.node
        node.use_clamp = True
        return Expr(self.tree, node.outputs[0])

    def dot(self, other: Operand) -> Expr:
        """Scalar product of two vectors."""
        return _apply(self.tree, "DOT_PRODUCT", self, other)

    def length(self) -> Expr:
        """Length of a vector."""
        return _apply(self.tree, "LENGTH", self)

    def normalized(self) -> Expr:
        """A vector of length 1 in its direction."""
        return _apply(self.tree, "NORMALIZE", self)

    def scaled(self, factor: Expr | Number) -> Expr:
        """A vector times a scalar."""
        node = new_node(self.tree, "ShaderNodeVectorMath")
        node.operation = "SCALE"
        _connect(self.tree, self, node.inputs[0])
        _connect(self.tree, factor, node.inputs["Scale"])
        return Expr(self.tree, node.outputs[0], vector=True)

    def split(self) -> tuple[Expr, Expr, Expr]:
        """The three numbers of a vector."""
        node = self.tree.nodes.new("ShaderNodeSeparateXYZ")
        self.tree.links.new(self.socket, node.inputs[0])
        x, y, z = (Expr(self.tree, output) for output in node.outputs)
        return x, y, z


def new_node(tree: bpy.types.NodeTree, kind: str) -> Any:
    """A new node, which has what its ``kind`` has: Blender tells that by a name only."""
    return tree.nodes.new(kind)


def mix(low: Operand, high: Operand, share: Expr) -> Expr:
    """``low`` where ``share`` is 0, ``high`` where it is 1."""
    tree = share.tree
    node = new_node(tree, "ShaderNodeMix")
    is_vector = (isinstance(low, Expr) and low.vector) or (isinstance(high, Expr) and high.vector)
    is_vector = is_vector or not isinstance(high, Expr | float | int) or not isinstance(low, Expr | float | int)
    node.data_type = "VECTOR" if is_vector else "FLOAT"
    node.clamp_factor = False
    named = {socket.identifier: socket for socket in node.inputs}
    kind = "Vector" if is_vector else "Float"
    _connect(tree, share, named["Factor_Float"])
    _connect(tree, low, named[f"A_{kind}"])
    _connect(tree, high, named[f"B_{kind}"])
    output = next(socket for socket in node.outputs if socket.identifier == f"Result_{kind}")
    return Expr(tree, output, vector=is_vector)


def combine(tree: bpy.types.NodeTree, x: Operand, y: Operand, z: Operand = 0.0) -> Expr:
    """A vector of three numbers."""
    node = tree.nodes.new("ShaderNodeCombineXYZ")
    for value, socket in zip((x, y, z), node.inputs, strict=True):
        _connect(tree, value, socket)
    return Expr(tree, node.outputs[0], vector=True)


def attribute(tree: bpy.types.NodeTree, kind: str, name: str, output: str = "Fac") -> Expr:
    """A property of the OBJECT or the VIEW_LAYER (and its scene), or an attribute of the GEOMETRY."""
    node = new_node(tree, "ShaderNodeAttribute")
    node.attribute_type = kind
    node.attribute_name = name
    return Expr(tree, node.outputs[output], vector=output in {"Vector", "Color"})


def named(tree: bpy.types.NodeTree, name: str, kind: str) -> bpy.types.NodeSocket:
    """An attribute of the geometry, in a tree of Geometry Nodes."""
    node = new_node(tree, "GeometryNodeInputNamedAttribute")
    node.data_type = kind
    node.inputs["Name"].default_value = name
    return next(socket for socket in node.outputs if socket.name == "Attribute" and socket.enabled)


def _apply(tree: bpy.types.NodeTree, operation: str, *operands: Operand, scalar: bool = False) -> Expr:
    is_vector = not scalar and any(_is_vector(operand) for operand in operands)
    node = new_node(tree, "ShaderNodeVectorMath" if is_vector else "ShaderNodeMath")
    node.operation = operation
    for operand, socket in zip(operands, node.inputs, strict=False):
        _connect(tree, operand, socket)
    if operation in {"DOT_PRODUCT", "LENGTH"}:
        return Expr(tree, node.outputs["Value"])
    return Expr(tree, node.outputs[0], vector=is_vector)


def _is_vector(operand: Operand) -> bool:
    return operand.vector if isinstance(operand, Expr) else not isinstance(operand, int | float)


def _connect(tree: bpy.types.NodeTree, value: Operand, socket: Any) -> None:
    if isinstance(value, Expr):
        tree.links.new(value.socket, socket)
    elif isinstance(value, int | float):
        is_vector = socket.type == "VECTOR"
        socket.default_value = (value, value, value) if is_vector else value
    else:
        socket.default_value = tuple(value)
