"""Numbers that change: digits that Geometry Nodes set from a keyed input.

A modifier of the drawing's own object adds the digits to its mesh, so they share its material, its
opacity and its place. The digits are the letters that other texts are made of, from one hidden object, so
numbers look the same whether they change or not, and a file needs no font. Rejected: one text object
per number and frame, texts that a handler rewrites, which would not play in a file without the add-on, and
the node String to Curves, whose letters have to be filled and given fringes anew on every frame.
"""

from __future__ import annotations

import bpy
import numpy as np

from ...language import marked
from ...layout.lettering.drawing import Readout
from ...layout.lettering.font import advance_in
from ...layout.lettering.font_file import FontFile
from ...rounding import DIGITS, MOST_DECIMALS
from .. import compat
from ..materials.flat_material import EDGE, INK
from ..materials.nodes import Expr, combine, mix, named, new_node
from ..materials.theme import Theme, linear
from ..ours import own
from . import glyphs
from .mesh2d import join
from .placed import store

VALUE = "Value"
_PRINTED = "0123456789.-infa<>"
"""What a number is made of, as nodes print it; "nan" and "inf" too, so that a fault can be seen."""
_LETTERS = _PRINTED.replace("-", "−")
_NUMBER = "number"  # of a letter among these, as an attribute of their points
_BEFORE = {"left": 0.0, "center": -0.5, "right": -1.0}
"""Share of a number's width that lies before its place."""


class Readouts:
    """Adds readouts to objects; the digits and a node group per alignment are made when first needed."""

    def __init__(self, material: bpy.types.Material, theme: Theme) -> None:
        self._material = material
        self._theme = theme
        self._digits: bpy.types.Object | None = None
        self._groups: dict[str, bpy.types.NodeTree] = {}

    def add(self, obj: bpy.types.Object, readout: Readout, height: float) -> bpy.types.NodesModifier:
        """Give ``obj`` the digits of ``readout``, ``height`` above its plane."""
        if self._digits is None:
            self._digits = _digits(self._material, self._theme.font)
        if readout.align not in self._groups:
            self._groups[readout.align] = _group(readout.align, self._digits, self._theme.font)
        group = self._groups[readout.align]
        modifier = compat.nodes_modifier(obj, modifier_name(readout.slot), group)
        inputs = {item.name: item.identifier for item in group.interface.items_tree if item.in_out == "INPUT"}
        compat.set_input(modifier, inputs[VALUE], 0.0)
        compat.set_input(modifier, inputs["Decimals"], readout.decimals)
        compat.set_input(modifier, inputs["Size"], float(readout.size))
        compat.set_input(modifier, inputs["Place"], (float(readout.x), float(readout.y), height))
        compat.set_input(modifier, inputs["Ink"], (*linear(self._theme.color(readout.color)), 1.0))
        return modifier


def modifier_name(slot: int) -> str:
    """Name of the modifier that shows the channel ``slot`` of a drawing's value."""
    return f"Readout {slot}"


def value_input(modifier: bpy.types.NodesModifier) -> str:
    """Identifier of the input that takes the number."""
    items = modifier.node_group.interface.items_tree
    return next(item.identifier for item in items if item.name == VALUE and item.in_out == "INPUT")


def _digits(material: bpy.types.Material, font: FontFile | None) -> bpy.types.Object:
    """An object that is in no scene: all letters of numbers in one place, at an em of 1 m, told apart by number."""
    letters = _LETTERS.replace(".", marked("."))
    glyphs.prepare(letters, font)
    flats = [glyphs.glyph(letter, font) for letter in letters]
    whole = join(flats)
    mesh = own(bpy.data.meshes.new("llmviz digits"), "digits")
    mesh.materials.append(material)
    zero = np.zeros((len(whole.points), 1))
    compat.write_faces(mesh, np.hstack([whole.points, zero]), whole.triangles)
    compat.write_attribute(mesh, EDGE, "FLOAT_VECTOR", "POINT", np.hstack([whole.edge, zero]))
    numbers = np.repeat(np.arange(len(flats)), [len(flat.points) for flat in flats])
    compat.write_attribute(mesh, _NUMBER, "INT", "POINT", numbers)
    mesh.update(calc_edges=True)
    return own(bpy.data.objects.new("llmviz digits", mesh), "digits")


def _group(align: str, digits: bpy.types.Object, font: FontFile | None) -> bpy.types.NodeTree:
    tree = own(bpy.data.node_groups.new(f"llmviz readout {align}", "GeometryNodeTree"), "readout")
    for name, kind in (
        ("Geometry", "NodeSocketGeometry"),
        (VALUE, "NodeSocketFloat"),
        ("Decimals", "NodeSocketInt"),
        ("Size", "NodeSocketFloat"),
        ("Place", "NodeSocketVector"),
        ("Ink", "NodeSocketColor"),
    ):
        tree.interface.new_socket(name, in_out="INPUT", socket_type=kind)
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    given = tree.nodes.new("NodeGroupInput").outputs
    number = _set(tree, *_as_written(tree, given), _BEFORE[align], digits, font)
    size = Expr(tree, given["Size"])
    edge = Expr(tree, named(tree, EDGE, "FLOAT_VECTOR"), vector=True).scaled(size)
    fringed = store(tree, number, EDGE, "FLOAT_VECTOR", edge.socket)
    inked = store(tree, fringed, INK, "FLOAT_COLOR", given["Ink"])
    place = tree.nodes.new("GeometryNodeTransform")
    tree.links.new(inked, place.inputs["Geometry"])
    tree.links.new(given["Place"], place.inputs["Translation"])
    tree.links.new(combine(tree, size, size, size).socket, place.inputs["Scale"])
    result = tree.nodes.new("GeometryNodeJoinGeometry")
    tree.links.new(place.outputs[0], result.inputs[0])
    tree.links.new(given["Geometry"], result.inputs[0])  # the last linked comes first, and names the active colours
    tree.links.new(result.outputs[0], tree.nodes.new("NodeGroupOutput").inputs[0])
    return tree


def _set(
    tree: bpy.types.NodeTree,
    text: bpy.types.NodeSocket,
    decimals: Expr,
    before: float,
    digits: bpy.types.Object,
    font: FontFile | None,
) -> bpy.types.NodeSocket:
    """The letters of a text at an em of 1 m, each as wide as a digit but for the point."""
    wide = advance_in(font, "0")
    narrower = wide - advance_in(font, ".")
    length = tree.nodes.new("FunctionNodeStringLength")
    tree.links.new(text, length.inputs[0])
    count = Expr(tree, length.outputs[0])
    index = Expr(tree, tree.nodes.new("GeometryNodeInputIndex").outputs[0])
    has_point = decimals > 0.5
    width = count * wide - has_point * narrower
    after_point = (index + decimals) > (count - 0.5)
    x = index * wide - has_point * after_point * narrower + width * before
    line = tree.nodes.new("GeometryNodeMeshLine")
    tree.links.new(length.outputs[0], line.inputs["Count"])
    spread = tree.nodes.new("GeometryNodeSetPosition")
    tree.links.new(line.outputs[0], spread.inputs["Geometry"])
    tree.links.new(combine(tree, x, 0.0).socket, spread.inputs["Position"])
    source = new_node(tree, "GeometryNodeObjectInfo")
    source.inputs["Object"].default_value = digits
    letters = tree.nodes.new("GeometryNodeSplitToInstances")
    tree.links.new(source.outputs["Geometry"], letters.inputs["Geometry"])
    tree.links.new(named(tree, _NUMBER, "INT"), letters.inputs["Group ID"])
    instances = new_node(tree, "GeometryNodeInstanceOnPoints")
    instances.inputs["Pick Instance"].default_value = True
    tree.links.new(spread.outputs[0], instances.inputs["Points"])
    tree.links.new(letters.outputs["Instances"], instances.inputs["Instance"])
    tree.links.new(_letter(tree, text, index), instances.inputs["Instance Index"])
    real = tree.nodes.new("GeometryNodeRealizeInstances")
    tree.links.new(instances.outputs[0], real.inputs[0])
    return real.outputs[0]


def _letter(tree: bpy.types.NodeTree, text: bpy.types.NodeSocket, index: Expr) -> bpy.types.NodeSocket:
    """Which of the letters stands at ``index`` of the text."""
    one = new_node(tree, "FunctionNodeSliceString")
    one.inputs["Length"].default_value = 1
    tree.links.new(text, one.inputs["String"])
    tree.links.new(index.socket, one.inputs["Position"])
    found = new_node(tree, "FunctionNodeFindInString")
    found.inputs["String"].default_value = _PRINTED
    tree.links.new(one.outputs[0], found.inputs["Search"])
    return found.outputs["First Found"]


def _as_written(tree: bpy.types.NodeTree, given: bpy.types.NodeOutputs) -> tuple[bpy.types.NodeSocket, Expr]:
    """The value's text and its decimals by the rule of ``rounding.number``; with 0 decimals, a whole number's."""
    value, least = Expr(tree, given[VALUE]), Expr(tree, given["Decimals"])
    size, sign = abs(value), value.sign()
    away = abs(size - 1.0)
    finest, whole = 10.0**-MOST_DECIMALS, least < 0.5
    tiny = (size > 0.0) * (size < 0.999 * finest)
    close = (away > 0.0) * (away < 0.999 * finest) * (1.0 - whole)
    over = close * (size > 1.0)
    bounded = tiny + close
    wanted = ((DIGITS - 1.0) - size.log10().floor()).maximum(0.0 - away.log10().floor())
    fine = least.maximum((wanted * (size > 0.0)).minimum(float(MOST_DECIMALS))) * (1.0 - whole)
    decimals = mix(mix(fine, float(MOST_DECIMALS), bounded), least, over)
    bound = mix(mix(1.0 - finest, finest, tiny), 1.0, over) * sign
    text = tree.nodes.new("FunctionNodeValueToString")
    tree.links.new((mix(value, bound, bounded) + 0.0).socket, text.inputs["Value"])  # -0.0 + 0.0 is 0.0
    tree.links.new(decimals.socket, text.inputs["Decimals"])
    greater = close * (value > 0.0) + tiny * (value < 0.0)
    before = _switch(tree, bounded, "", _switch(tree, greater, "<", ">"))
    both = tree.nodes.new("GeometryNodeStringJoin")
    for part in (text.outputs[0], before):  # the last linked comes first
        tree.links.new(part, both.inputs["Strings"])
    return both.outputs[0], decimals


def _switch(
    tree: bpy.types.NodeTree, condition: Expr, no: str, yes: str | bpy.types.NodeSocket
) -> bpy.types.NodeSocket:
    """One of two texts."""
    node = new_node(tree, "GeometryNodeSwitch")
    node.input_type = "STRING"
    tree.links.new((condition > 0.5).socket, node.inputs["Switch"])
    node.inputs["False"].default_value = no
    if isinstance(yes, str):
        node.inputs["True"].default_value = yes
    else:
        tree.links.new(yes, node.inputs["True"])
    return node.outputs[0]
