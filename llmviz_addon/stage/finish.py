"""From light to the picture: what a lit theme does to what is rendered, as nodes of Blender's compositor.

Lens, bloom, vignette. The nodes are a group of ours, which an artist may put into a compositor of her own, and what she
has there is never touched. What is written has a light of at most 1 and does not bloom.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bpy

from . import compat
from .lens import PASSES, blurred, link_passes, set_passes
from .materials.nodes import Expr, arrange, new_node
from .materials.theme import Finish
from .ours import TAG, own, remove_unused

BLOOMS = 1.0
"""Light from which on it blooms."""
MADE = 3
"""Nodes of a compositor as we make it: what is rendered, our group, and where the picture goes."""
CORNERS = 0.45
"""Distance from the middle at which a vignette begins, where the nearer edge is at a half."""


def lay_finish(
    scene: bpy.types.Scene,
    finish: Finish | None,
    before: Sequence[bpy.types.NodeTree],
    camera: bpy.types.Object | None = None,
) -> Sequence[bpy.types.NodeTree]:
    """Give a scene of ours its ``finish``, in place of the one ``before``; returns what is ours of it.

    It sees as sharp as the ``camera`` is focused.

    Of a compositor that the user set up only our own group is exchanged, wherever she put it.
    """
    tree = compat.compositor(scene)
    nodes: list[Any] = [] if tree is None else list(tree.nodes)
    there = [node for node in nodes if getattr(node, "node_tree", None) in before]
    set_passes(scene, finish is not None)
    if finish is None:
        if tree is not None and there and len(nodes) == MADE:
            compat.remove_compositor(scene)
            remove_unused([tree] if tree.get(TAG) is not None and not tree.is_embedded_data else [])
            return []
        for node in there:
            node.mute = True
        return before
    if nodes and not there:
        return []
    group = _group(finish, camera)
    rendered = [node for node in nodes if node.bl_idname == "CompositorNodeRLayers"]
    for node in there:
        node.node_tree, node.mute = group, False
        if tree is not None and rendered:
            link_passes(tree, rendered[0], node)
    if not there:
        _set_up(scene, group)
    return [group]


def _set_up(scene: bpy.types.Scene, group: bpy.types.NodeTree) -> None:
    """A compositor for the scene: what is rendered goes through the ``group``."""
    tree, output = compat.compositor_tree(scene)
    own(tree, "compositing")
    rendered, node = new_node(tree, "CompositorNodeRLayers"), new_node(tree, "CompositorNodeGroup")
    rendered.scene, node.node_tree = scene, group
    tree.links.new(rendered.outputs["Image"], node.inputs[0])
    link_passes(tree, rendered, node)
    tree.links.new(node.outputs[0], output.inputs[0])
    arrange(tree)


def _group(finish: Finish, camera: bpy.types.Object | None) -> bpy.types.NodeTree:
    """The picture as it was rendered in, with its passes, the finished one out."""
    tree: Any = own(bpy.data.node_groups.new("llmviz finish", "CompositorNodeTree"), "finish")
    for way in ("INPUT", "OUTPUT"):
        tree.interface.new_socket("Image", in_out=way, socket_type="NodeSocketColor")
    for name in PASSES:
        tree.interface.new_socket(name, in_out="INPUT", socket_type="NodeSocketFloat")
    given = tree.nodes.new("NodeGroupInput")
    image = given.outputs["Image"]
    if camera is not None:
        depth, written = (Expr(tree, given.outputs[name]) for name in PASSES)
        image = blurred(tree, image, depth, written, camera)
    if finish.bloom > 0:
        bloom: Any = compat.bloom(tree)
        for name, value in (("Threshold", BLOOMS), ("Strength", finish.bloom), ("Size", finish.bloom_size)):
            bloom.inputs[name].default_value = value
        tree.links.new(image, bloom.inputs["Image"])
        image = bloom.outputs["Image"]
    if finish.vignette > 0:
        image = _vignetted(tree, image, finish.vignette)
    tree.links.new(image, tree.nodes.new("NodeGroupOutput").inputs[0])
    arrange(tree)
    return tree


def _vignetted(tree: bpy.types.NodeTree, image: bpy.types.NodeSocket, strength: float) -> bpy.types.NodeSocket:
    """The same picture, darker towards its corners."""
    places = new_node(tree, "CompositorNodeImageCoordinates")
    tree.links.new(image, places.inputs["Image"])
    off = (Expr(tree, places.outputs["Normalized"], vector=True) - (0.5, 0.5, 0.0)).length() - CORNERS
    off = off.maximum(0.0) * (1 / (0.5**0.5 - CORNERS))
    return Expr(tree, image, vector=True).scaled((off * off).times_plus(-strength, 1.0)).socket
