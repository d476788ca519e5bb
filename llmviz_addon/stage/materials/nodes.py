"""Shader arithmetic that reads like arithmetic.

A material is a formula; written as node calls it takes three lines per operator and nobody can read
it back. ``Expr`` overloads Python's operators so that each makes one Math or Vector Math node.
Constants are folded here, as every node costs time at every shading point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import bpy

from .. import compat
from ..ours import own

Number = float | int
Operand: TypeAlias = "Expr | Number | Sequence[Number]"
LENS = ("camera.data.sensor_height", "camera.data.lens")
PICTURE = ("render.resolution_x", "render.resolution_y", "render.resolution_percentage")
FOCUS, BLUR, SPOT = "camera.data.dof.focus_distance", 'camera.data["blur"]', 'camera.data["spot"]'
"""How far away the film's camera is focused; how soft it shows what is furthest from there; and whether something is
pointed out, beside which the rest is dim, 0 to 1. Of others both are 0."""
SETTINGS = (*LENS, *PICTURE, FOCUS, BLUR, SPOT)
"""What of the scene's own settings materials read."""
UNSET = 0.5
"""What each input of a new Math node has."""
_SOCKETS = {False: "NodeSocketFloat", True: "NodeSocketVector"}


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

    def __pow__(self, exponent: Operand) -> Expr:
        return _apply(self.tree, "POWER", self, exponent)

    def __rpow__(self, base: Number) -> Expr:
        return _apply(self.tree, "POWER", base, self)

    def __abs__(self) -> Expr:
        return _apply(self.tree, "ABSOLUTE", self)

    def times_plus(self, factor: Operand, summand: Operand) -> Expr:
        """self · factor + summand, in one node."""
        return _apply(self.tree, "MULTIPLY_ADD", self, factor, summand)

    def floor(self) -> Expr:
        """Largest whole number not above."""
        return _apply(self.tree, "FLOOR", self)

    def rounded(self) -> Expr:
        """Nearest whole number; of two the larger."""
        return _apply(self.tree, "ROUND", self)

    def equals(self, whole: Number) -> Expr:
        """1 where it is this whole number, or less than a half from it; else 0."""
        return _apply(self.tree, "COMPARE", self, whole, 0.49)

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

    def cross(self, other: Operand) -> Expr:
        """Vector product of two vectors."""
        return _apply(self.tree, "CROSS_PRODUCT", self, other)

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


def group(name: str, inputs: Mapping[str, bool], make: Callable[..., Mapping[str, Expr]]) -> bpy.types.NodeTree:
    """A group of nodes: ``make`` gets its tree and its inputs, and returns its outputs; of inputs, which are vectors.

    A tree takes Blender the longer per node the larger it is, and several materials may share a group.
    """
    tree = own(bpy.data.node_groups.new(name, "ShaderNodeTree"), "nodes")
    for key, is_vector in inputs.items():
        tree.interface.new_socket(key, in_out="INPUT", socket_type=_SOCKETS[is_vector])
    given = tree.nodes.new("NodeGroupInput")
    made = make(tree, *(Expr(tree, given.outputs[key], is_vector) for key, is_vector in inputs.items()))
    for key, result in made.items():
        tree.interface.new_socket(key, in_out="OUTPUT", socket_type=_SOCKETS[result.vector])
    output = tree.nodes.new("NodeGroupOutput")
    for key, result in made.items():
        tree.links.new(result.socket, output.inputs[key])
    arrange(tree)
    return tree


def use(group: bpy.types.NodeTree, *inputs: Expr) -> list[Expr]:
    """The outputs of a ``group`` for these inputs."""
    tree = inputs[0].tree
    node = new_node(tree, "ShaderNodeGroup")
    node.node_tree = group
    for given, socket in zip(inputs, node.inputs, strict=True):
        tree.links.new(given.socket, socket)
    return [Expr(tree, output, output.type == "VECTOR") for output in node.outputs]


def trees(materials: Iterable[bpy.types.Material]) -> Iterator[bpy.types.NodeTree]:
    """The trees of materials, and those of the groups in them, each once."""
    waiting, known = [compat.node_tree(material) for material in materials], set()
    while waiting:
        tree = waiting.pop()
        if tree not in known:
            known.add(tree)
            yield tree
            inner = (getattr(node, "node_tree", None) for node in tree.nodes)
            waiting += [tree for tree in inner if tree is not None]


def grouped(name: str, make: Callable[..., Mapping[str, Expr]], **inputs: Expr) -> list[Expr]:
    """What ``make`` works out of ``inputs``, by a ``group`` that is for this place alone."""
    return use(group(name, {key: given.vector for key, given in inputs.items()}, make), *inputs.values())


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


def pixel_size(tree: bpy.types.NodeTree) -> Expr:
    """Metres that a pixel of the render covers at the shading point.

    Read from the scene's own settings while it renders, so it follows any lens and resolution.
    """
    height, lens, rows, percentage = (attribute(tree, "VIEW_LAYER", name) for name in (*LENS, *PICTURE[1:]))
    depth = Expr(tree, tree.nodes.new("ShaderNodeCameraData").outputs["View Z Depth"])
    share = height * 100.0 / (lens * rows * percentage)  # of the distance
    return depth * share.maximum(1e-5)  # a scene without a camera has no lens to read


def blend(
    tree: bpy.types.NodeTree, low: bpy.types.NodeSocket, high: bpy.types.NodeSocket, share: Expr
) -> bpy.types.NodeSocket:
    """The closure ``low`` where ``share`` is 0, ``high`` where it is 1; then the other is not computed."""
    node = tree.nodes.new("ShaderNodeMixShader")
    tree.links.new(share.socket, node.inputs[0])
    tree.links.new(low, node.inputs[1])
    tree.links.new(high, node.inputs[2])
    return node.outputs[0]


def emission(
    tree: bpy.types.NodeTree, color: Expr | tuple[float, float, float], strength: Expr | None = None
) -> bpy.types.NodeSocket:
    """A surface of one flat colour, given in linear light."""
    node = new_node(tree, "ShaderNodeEmission")
    if isinstance(color, Expr):
        tree.links.new(color.socket, node.inputs["Color"])
    else:
        node.inputs["Color"].default_value = (*color, 1.0)
    if strength is not None:
        tree.links.new(strength.socket, node.inputs["Strength"])
    return node.outputs[0]


def arrange(tree: bpy.types.NodeTree) -> None:
    """Fold the nodes and put them in columns in the order they were made, so that the tree can be looked at."""
    locations = [(number // 12 * 190.0, number % 12 * -60.0) for number in range(len(tree.nodes))]
    tree.nodes.foreach_set("location", [x for location in locations for x in location])
    tree.nodes.foreach_set("hide", [True] * len(tree.nodes))


def _apply(tree: bpy.types.NodeTree, operation: str, *operands: Operand, scalar: bool = False) -> Expr:
    is_vector = not scalar and any(_is_vector(operand) for operand in operands)
    node = new_node(tree, "ShaderNodeVectorMath" if is_vector else "ShaderNodeMath")
    if operation != "ADD":
        node.operation = operation
    if is_vector:
        for operand, socket in zip(operands, node.inputs, strict=False):
            _connect(tree, operand, socket)
    else:
        numbers = [UNSET if isinstance(operand, Expr) else operand for operand in (*operands, UNSET, UNSET)]
        node.inputs.foreach_set("default_value", numbers[:3])  # all at once, as in ``_connect``
        for operand, socket in zip(operands, node.inputs, strict=False):
            if isinstance(operand, Expr):
                tree.links.new(operand.socket, socket)
    if operation in {"DOT_PRODUCT", "LENGTH"}:
        return Expr(tree, node.outputs["Value"])
    return Expr(tree, node.outputs[0], vector=is_vector)


def _is_vector(operand: Operand) -> bool:
    return operand.vector if isinstance(operand, Expr) else not isinstance(operand, int | float)


def _connect(tree: bpy.types.NodeTree, value: Operand, socket: Any) -> None:
    if isinstance(value, Expr):
        tree.links.new(value.socket, socket)
    elif socket.type == "VECTOR":  # all at once, as Blender looks at the whole tree for each value that is set
        socket.default_value.foreach_set((value,) * 3 if isinstance(value, int | float) else tuple(value))
    else:
        socket.default_value = value
