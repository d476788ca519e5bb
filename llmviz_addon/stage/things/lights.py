"""Lamps, floor and sky of a lit theme: plain things of Blender's, which an artist can move, key and add to.

Sets are between one and a thousand metres high: what lights one lights another as well. So three lamps are suns, and
the fourth, the key, is a soft box that is carried to what is in play: it grows with that, and shines as much more as it
is further away; what stands far from there is in the dark. The sky is never seen itself, only what it does: behind all
things the ground of the theme is as dark as it says.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import bpy
import numpy as np

from ...layout.grid import Grid
from ...screenplay.page.view import TAN
from .. import compat
from ..lens import FLOOR
from ..materials.flat_material import WRITTEN
from ..materials.nodes import Expr, arrange, blend, emission, mix, new_node
from ..materials.theme import RGB, Lamp, Lit, Theme, linear
from ..ours import own
from .page import DEPTH

FOLLOWS = "key"
"""The lamp that lights what is in play."""
AWAY = 3.0
"""Where lamps stand, in radii of what is in play."""
BELOW = 0.02
"""Metres from the lowest grid to the floor: it stands on it, and the two are not in one plane."""
WIDE = 40.0
"""Radius of the floor, in sizes of the set; it is gone long before that."""
FADES = 2.5
"""Size of the floor that is seen, in those."""
POOL = 0.9 * WIDE / FADES
"""Scale of a floor that ends within the picture, for a metre from the camera to what it looks at."""
UNDER, BEHIND, ROUND = 0.52, 0.6, 1.5
"""How far a page's floor lies under its middle, and behind it, and how far it is seen, in heights of the picture."""

BRIGHT, STEEP, DARK = (-0.3, -0.5, 0.81), 1.7, 0.25
"""Where the sky is bright, how soon, and how much of it is not: what stands mirrors the way from dark to bright, and
the floor, which mirrors what is behind the set, nothing of it."""


def lamps(lit: Lit, grids: Iterable[Grid], collection: bpy.types.Collection) -> bpy.types.Object:
    """The lamps of a theme; returns what carries them, which is as large as what they light."""
    low, high = _bounds(grids)
    rig = own(bpy.data.objects.new("llmviz lamps", None), "lamps")
    rig.empty_display_type = "SPHERE"
    rig.location = (low + high) / 2
    rig.scale = [float(np.linalg.norm(high - low)) / 2] * 3
    collection.objects.link(rig)
    for name, lamp in vars(lit.lamps).items():
        _lamp(name, lamp, rig, collection)
    return rig


def _lamp(name: str, lamp: Lamp, rig: bpy.types.Object, collection: bpy.types.Collection) -> None:
    """A lamp that shines towards the middle of the ``rig``."""
    follows = name == FOLLOWS
    data: Any = own(bpy.data.lights.new(f"llmviz {name}", "AREA" if follows else "SUN"), f"{name} light")
    data.color = linear(lamp.color)
    if follows:
        data.normalize = False  # the larger it is, the more light: as much arrives from further away
        data.shape = "DISK"
        data.size = 2 * AWAY * math.tan(math.pi / 2 * lamp.softness)
        data.energy = lamp.strength * 4 / math.pi * (2 * AWAY / data.size) ** 2
    else:
        data.angle = math.pi * lamp.softness
        data.energy = lamp.strength
    obj = own(bpy.data.objects.new(f"llmviz {name}", data), f"{name} light")
    azimuth, elevation = math.radians(lamp.azimuth), math.radians(lamp.elevation)
    level = AWAY * math.cos(elevation)
    obj.location = (level * math.cos(azimuth), level * math.sin(azimuth), AWAY * math.sin(elevation))
    obj.rotation_euler = (math.pi / 2 - elevation, 0.0, azimuth + math.pi / 2)
    obj.parent = rig
    collection.objects.link(obj)


def floor(look: Theme, lit: Lit, grids: Iterable[Grid], collection: bpy.types.Collection) -> bpy.types.Object:
    """What the set stands on, which fades away around what is looked at."""
    low, high = _bounds(grids)
    size = float(np.linalg.norm((high - low)[:2])) + 2.0
    mesh = own(bpy.data.meshes.new("llmviz floor"), "floor")
    mesh.from_pydata([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)], [], [(0, 1, 2, 3)])
    mesh.materials.append(_floor_material(lit, look.ground))
    obj = own(bpy.data.objects.new("llmviz floor", mesh), "floor")
    obj.location = (*((low + high) / 2)[:2], low[2] - BELOW)
    obj.scale = (size * WIDE, size * WIDE, 1.0)
    collection.objects.link(obj)
    return obj


def page_floor(
    floor: bpy.types.Object, page: bpy.types.Object, lifted: float, collection: bpy.types.Collection
) -> bpy.types.Object:
    """Another, invisible at rest, behind and under what stands on a page, below which the optical axis is ``lifted``.

    So it is nowhere before that.
    """
    obj = own(bpy.data.objects.new("llmviz page floor", floor.data), "page floor")
    obj.parent = page
    tall = DEPTH * TAN
    obj.location = (0.0, -(UNDER + max(lifted, 0.0)) * tall, -DEPTH - BEHIND * tall)
    obj.rotation_euler = (-math.pi / 2, 0.0, 0.0)
    obj.scale = (ROUND * tall * WIDE / FADES, ROUND * tall * WIDE / FADES, 1.0)
    obj.color[3] = 0.0
    obj.hide_render = obj.hide_viewport = True
    collection.objects.link(obj)
    return obj


def _floor_material(lit: Lit, ground: RGB) -> bpy.types.Material:
    material = own(bpy.data.materials.new("llmviz floor"), "floor")
    tree = compat.node_tree(material)
    tree.nodes.clear()
    material.use_backface_culling = True
    node = new_node(tree, "ShaderNodeBsdfPrincipled")
    node.inputs["Base Color"].default_value = (*linear(lit.floor.color), 1.0)
    node.inputs["Roughness"].default_value = lit.floor.roughness
    place = Expr(tree, tree.nodes.new("ShaderNodeTexCoord").outputs["Object"], vector=True)
    near = place.length().times_plus(-WIDE / FADES, 1.0).clamp()
    there = Expr(tree, tree.nodes.new("ShaderNodeObjectInfo").outputs["Alpha"])
    near = near * near * there
    front = 1.0 - Expr(tree, tree.nodes.new("ShaderNodeNewGeometry").outputs["Backfacing"])
    clear = tree.nodes.new("ShaderNodeBsdfTransparent").outputs[0]
    faded = blend(tree, emission(tree, linear(ground)), node.outputs[0], near)  # half transparent, it would be noise
    shown = (near > 0.0) * front
    surface = blend(tree, clear, faded, shown)
    told = new_node(tree, "ShaderNodeOutputAOV")
    told.aov_name = WRITTEN
    tree.links.new((shown * FLOOR).socket, told.inputs["Value"])
    tree.links.new(surface, tree.nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
    arrange(tree)
    return material


def ground(look: Theme) -> bpy.types.World:
    """The world of a theme."""
    world = bpy.data.worlds.new("llmviz ground")
    tree = compat.node_tree(world)
    tree.nodes.clear()
    background = new_node(tree, "ShaderNodeBackground")
    background.inputs["Color"].default_value = (*linear(look.ground), 1.0)
    surface = background.outputs[0] if look.lit is None else light_sky(tree, look.lit, background.outputs[0])
    tree.links.new(surface, tree.nodes.new("ShaderNodeOutputWorld").inputs["Surface"])
    if look.lit:
        compat.map_nothing(world)
    world.color = linear(look.ground)
    return world


def light_sky(tree: bpy.types.NodeTree, lit: Lit, ground: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
    """The surface of a world that shows ``ground``, and lights and is mirrored as the sky of a theme."""
    way = Expr(tree, tree.nodes.new("ShaderNodeTexCoord").outputs["Generated"], vector=True)
    share = way.dot(BRIGHT).times_plus(STEEP, -DARK).clamp()
    color = mix(linear(lit.sky.low), linear(lit.sky.high), share * share)
    background = new_node(tree, "ShaderNodeBackground")
    tree.links.new(color.socket, background.inputs["Color"])
    background.inputs["Strength"].default_value = lit.sky.strength
    is_seen = Expr(tree, tree.nodes.new("ShaderNodeLightPath").outputs["Is Camera Ray"])
    return blend(tree, background.outputs[0], ground, is_seen)


def _bounds(grids: Iterable[Grid]) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the highest corner of them all; of outlines, which are no grids, where they begin."""
    boxes = [(grid.origin, grid.size) for grid in grids] or [((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))]
    origins, sizes = (np.array(each, dtype=float) for each in zip(*boxes, strict=True))
    ends = origins + sizes * (1, 1, -1)
    return np.minimum(origins, ends).min(axis=0), np.maximum(origins, ends).max(axis=0)
