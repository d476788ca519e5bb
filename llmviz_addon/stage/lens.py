"""Depth of field: what lies before or behind the focus is blurred in the compositor, and nothing that is written.

A camera's own depth of field blurs the page before it first, and needs many samples where one is enough here. So the
finish blurs, by the depth of each pixel, with what is written kept out: its material tells the passes where it is.
EEVEE has no such passes of what is half transparent, so there all is sharp.
The film's camera is focused by keys of its own focus distance, which serve its own depth of field as well.
"""

from __future__ import annotations

from typing import Any

import bpy

from .materials.flat_material import SOLID, WRITTEN
from .materials.nodes import Expr, mix, new_node

BLUR = "blur"
"""Custom property of a camera: how large a point infinitely far away becomes, as a radius in heights of the picture."""
SPOT = "spot"
"""Another: whether something is pointed out, beside which the rest is dim, 0 to 1."""
LARGEST = 0.013
"""The largest such radius that is shown, before or behind the focus."""
PASSES = ("Depth", WRITTEN)
"""What of a render the finish needs besides the picture."""
MOST = 16.0
"""As many pixels as that radius ever has there, of 4K: at 0 the node would not blur at all, and more take longer."""
SMALLER = 1 / 3
"""The blur is worked out on a picture so much smaller, in less than a tenth of the time; what is sharp comes from the
whole."""
AROUND = 2
"""Pixels around it that are sharp as well, lest it be mixed into what is blurred beside it."""
KEPT_OUT = 5.0
"""One over the share of a pixel that is written on from which on it is sharp."""
NOWHERE, BESIDE = 1e9, 9
"""Metres from which on there is nothing, which is as soft as what ends there, so many pixels around. So is the floor:
as soft as it lies behind, it would take up the colour of things that are sharp, beside their edges."""
FLOOR = -1.0
"""What the floor tells in the pass of what is written."""

_HERE = "abs(x - a) + abs(y - b) + abs(z - c) < 0.0001 + 0.000001*(abs(a) + abs(b) + abs(c))"
_GATE = f"1 if {_HERE} and u == 0 and e > 1 else 0"
"""Whether the scene is seen through the film's camera, that does not blur by itself, and Cycles renders: EEVEE, 0 in
Blender's list of engines (Workbench is 1), tells nothing of what is written."""
_FOCUS = {"d": ("data", "dof.focus_distance")}
_BLUR = {
    "r": ("data", f'["{BLUR}"]'), "u": ("data", "dof.use_dof"), "e": ("scene", "render.engine"),
    **{name: ("scene", f"camera.matrix_world[3][{axis}]") for axis, name in enumerate("xyz")},
    **{name: ("rig", f"matrix_world[3][{axis}]") for axis, name in enumerate("abc")},
}  # fmt: skip
_DRIVEN = {"d": _FOCUS, f"r*({_GATE})": _BLUR}


def set_passes(scene: bpy.types.Scene, wanted: bool) -> None:
    """Have a scene of ours render what the finish needs, or no longer."""
    for layer in scene.view_layers:
        there = layer.aovs.get(WRITTEN)
        if wanted and there is None:
            aov = layer.aovs.add()
            aov.name, aov.type = WRITTEN, "VALUE"
            layer.use_pass_z, layer.pass_alpha_threshold = True, SOLID
        elif not wanted and there is not None:
            layer.aovs.remove(there)
            layer.use_pass_z = False


def link_passes(tree: bpy.types.NodeTree, rendered: Any, node: bpy.types.Node) -> None:
    """Give a ``node`` with the finish what it needs of what is ``rendered``."""
    for name in PASSES:
        if name in rendered.outputs and name in node.inputs and not node.inputs[name].is_linked:
            tree.links.new(rendered.outputs[name], node.inputs[name])


def blurred(
    tree: bpy.types.NodeTree, image: bpy.types.NodeSocket, depth: Expr, written: Expr, camera: bpy.types.Object
) -> bpy.types.NodeSocket:
    """The ``image`` as a lens shows it; where its ``depth`` in metres is not known, which is told as 0, it is sharp."""
    data: Any = camera.data
    if BLUR not in data:  # where nothing is to be focused on
        data[BLUR] = 0.0
    size = new_node(tree, "CompositorNodeImageInfo")
    tree.links.new(image, size.inputs[0])
    height = Expr(tree, size.outputs["Dimensions"], vector=True).split()[1]
    focus, far = (_driven(tree, expression, camera) for expression in _DRIVEN)
    off = abs(1.0 - focus / depth.maximum(1e-3))
    floor = written < -0.5
    there, written = (depth < NOWHERE) * (1.0 - floor), written + floor
    soft_there = (off * far).minimum(LARGEST) * there
    ending = _spread(tree, soft_there, BESIDE) * (1.0 - there)
    sharp = (1.0 - _spread(tree, written * KEPT_OUT, AROUND)).clamp() * (depth > 0.0)
    radius = (soft_there + ending) * sharp * height  # pixels
    defocus = new_node(tree, "CompositorNodeDefocus")
    defocus.use_zbuffer = False
    defocus.z_scale, defocus.blur_max = SMALLER, MOST
    tree.links.new(_scaled(tree, image, SMALLER), defocus.inputs["Image"])
    tree.links.new(_scaled(tree, radius.socket, SMALLER), defocus.inputs["Z"])
    soft = Expr(tree, _scaled(tree, defocus.outputs[0], 1 / SMALLER), vector=True)
    return mix(Expr(tree, image, vector=True), soft, (radius - 0.5).clamp()).socket


def _spread(tree: bpy.types.NodeTree, image: Expr, pixels: int) -> Expr:
    """The largest of the values around, so many pixels to each side."""
    node = new_node(tree, "CompositorNodeDilateErode")
    if "Size" in node.inputs:
        node.inputs["Size"].default_value = pixels
    else:
        node.mode, node.distance = "STEP", pixels
    tree.links.new(image.socket, node.inputs[0])
    return Expr(tree, node.outputs[0])


def _scaled(tree: bpy.types.NodeTree, image: bpy.types.NodeSocket, factor: float) -> bpy.types.NodeSocket:
    node = new_node(tree, "CompositorNodeScale")
    tree.links.new(image, node.inputs["Image"])
    for axis in "XY":
        node.inputs[axis].default_value = factor
    return node.outputs[0]


def _driven(tree: bpy.types.NodeTree, expression: str, camera: bpy.types.Object) -> Expr:
    """A number that follows the camera."""
    node = new_node(tree, "ShaderNodeValue")
    driver = node.outputs[0].driver_add("default_value").driver
    driver.type = "SCRIPTED"
    for name, (owner, path) in _DRIVEN[expression].items():
        variable = driver.variables.new()
        variable.name = name
        target = variable.targets[0]
        if owner == "scene":
            variable.type = "CONTEXT_PROP"
            target.context_property = "ACTIVE_SCENE"
        else:
            target.id_type = "CAMERA" if owner == "data" else "OBJECT"
            target.id = camera.data if owner == "data" else camera
        target.data_path = path
    driver.expression = expression
    return Expr(tree, node.outputs[0])


def follows_lens(block: Any) -> bool:
    """Whether the drivers of ``block`` are ours, by which it changes with the keys of the film's camera alone."""
    curves = block.animation_data.drivers
    return isinstance(block, bpy.types.CompositorNodeTree) and all(c.driver.expression in _DRIVEN for c in curves)
