"""Where a shading point lies on a grid: in which cell, how large that is on the picture, and what number it holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import bpy

from ...layout.grid import CELL
from ..told_by_objects import ATLAS, CELLS, EMPHASIS, FIRST, KNOWN, LIT, REVEAL, STRIDES
from ..values.afar import FINER_AT, STEP
from ..values.atlas import LANES, WIDTH, lanes
from ..values.pooling import FINER
from ..values.seen import DOT_PIXELS
from .nodes import Expr, attribute, combine, group, grouped, mix, new_node, pixel_size, use

TILE_PIXELS, DOTTED_PIXELS = 1.5, 3.2
"""From afar the finer picture is shown where its pools are so many pixels wide; the latter where they are dots."""
EPSILON = 5e-3
"""Cells by which the shading point is kept inside: at five kilometres 32 bits leave half a millimetre in doubt."""
STEEP = 1e6
"""Pixels of a cell along a face's normal, of which nothing is seen."""
DOWN = (1.0, 1.0, -1.0)
"""From object space, where z is up, to cells, which run down."""


@dataclass(frozen=True)
class Given:
    """What tells the grid under the shading point, from its object or from a merged mesh; see the tables above."""

    place: Expr  # in the unit cube, as ``corner``
    cells: Expr
    strides: Expr
    far: Expr  # where its picture from afar is, see ``atlas.Place``
    atlas: Expr  # column, row, gain
    pool: Expr | None  # one over the side of its pools, if there are any
    known: Expr | None  # of a merged grid, which is not scaled: how many of its cells are
    highlight: Expr | None
    first: Expr | None = None  # a merged grid has none of what follows
    reveal: Expr | None = None
    focus: Expr | None = None
    gained: Expr | None = None  # a gain times one more than this


@dataclass(frozen=True)
class Point:
    """The shading point, in cells; vectors are along x to the right, y to the back, z down."""

    cells: Expr  # how many there are
    at: Expr  # where on the grid, 0 to ``cells``
    index: Expr  # which cell
    inside: Expr  # where in the cell, 0 to 1
    inner: Expr  # from the cell's middle, -0.5 to 0.5, and 0 along the face's normal
    normal: Expr  # 1 along the face's normal, else 0
    plane: Expr  # the opposite
    view: Expr  # towards the viewer
    pixels: Expr  # of a cell along each axis, perspective foreshortening included
    steep: Expr  # the same, but a million more along the normal, so that the least of it is in the plane
    pixel: Expr  # cells per pixel
    widest: Expr  # the largest of these in the plane
    backfacing: Expr


def of_object(tree: bpy.types.NodeTree, thin: bool) -> Given:
    """What an object's own custom properties tell."""

    def read(name: str, output: str = "Vector") -> Expr:
        return attribute(tree, "OBJECT", name, output)

    highlight, focus, gained = read(EMPHASIS).split()
    place = Expr(tree, tree.nodes.new("ShaderNodeTexCoord").outputs["Object"], vector=True)
    pool = read(ATLAS, "Alpha") if thin else None
    return Given(
        place, read(CELLS), read(STRIDES), read(STRIDES, "Alpha"), read(ATLAS), pool, None, highlight,
        read(FIRST), read(REVEAL), focus, gained,
    )  # fmt: skip


def of_mesh(tree: bpy.types.NodeTree, thin: bool) -> Given:
    """What the faces of a merged mesh tell, and of all its grids the object."""

    def read(name: str, output: str = "Vector") -> Expr:
        return attribute(tree, "GEOMETRY", name, output)

    cells, strides, far = read("cells"), read("strides", "Color").floor(), read("strides", "Alpha").floor()
    across, deep, down = (cells + 0.5).floor().split()
    known = across * deep * down * read("known", "Fac") * attribute(tree, "OBJECT", KNOWN)
    pool, lit = _share(tree) if thin else None, attribute(tree, "OBJECT", LIT)
    return Given(read("corner"), cells, strides, far, read("atlas", "Color"), pool, known, lit)


def sharpened(tree: bpy.types.NodeTree, given: Given, point: Point) -> Given:
    """The same, but for what is near it is the face that tells where its numbers are."""
    far = point.widest > 1 / DOT_PIXELS
    atlas = mix(attribute(tree, "GEOMETRY", "atlas", "Color"), given.atlas, far)
    return replace(given, atlas=atlas, pool=given.pool and mix(_share(tree), given.pool, far))


def _share(tree: bpy.types.NodeTree) -> Expr:
    """One over the side of a face's pools."""
    return 1.0 / attribute(tree, "GEOMETRY", "atlas", "Alpha").floor()


def find_point(given: Given) -> Point:
    """The shading point."""
    scaled = given.known is None  # a unit cube that its object's scale makes as large as its cells
    found = grouped("llmviz point", partial(_point, scaled=scaled), Place=given.place, Cells=given.cells)
    return Point(given.cells, *found)


def _point(tree: bpy.types.NodeTree, place: Expr, cells: Expr, scaled: bool) -> dict[str, Expr]:
    """All of a ``Point`` but its cells, in its order."""
    geometry = tree.nodes.new("ShaderNodeNewGeometry")
    coordinates = tree.nodes.new("ShaderNodeTexCoord")
    size = cells * DOWN
    at = place.times_plus(size - [2 * EPSILON * way for way in DOWN], (EPSILON,) * 3)
    normal = abs(Expr(tree, coordinates.outputs["Normal"], vector=True))
    plane = 1.0 - normal
    view = (to_object(Expr(tree, geometry.outputs["Incoming"], vector=True)) * (size if scaled else DOWN)).normalized()
    # An axis at an angle to the picture is foreshortened by √(1 - view²); 3 / (1/x + 2) comes near √x.
    facing = 1.02 - view * view
    pixels = (facing / facing.times_plus((2,) * 3, (1,) * 3)).scaled(3 * CELL / pixel_size(tree))
    steep = normal.times_plus((STEEP,) * 3, pixels)
    index = at.floor()
    inside = at - index
    x, y, z = steep.split()
    return {
        **{"At": at, "Index": index, "Inside": inside, "Inner": (inside - 0.5) * plane},
        **{"Normal": normal, "Plane": plane, "View": view, "Pixels": pixels, "Steep": steep, "Pixel": 1.0 / pixels},
        **{"Widest": 1.0 / x.minimum(y).minimum(z), "Backfacing": Expr(tree, geometry.outputs["Backfacing"])},
    }


def to_object(vector: Expr) -> Expr:
    """A direction in the world as one in the object's own space, which is scaled."""
    node = new_node(vector.tree, "ShaderNodeVectorTransform")
    node.vector_type = "VECTOR"
    node.convert_from, node.convert_to = "WORLD", "OBJECT"
    vector.tree.links.new(vector.socket, node.inputs[0])
    return Expr(vector.tree, node.outputs[0], vector=True)


def find_pool(point: Point, cell: Expr, strides: Expr, share: Expr) -> tuple[Point, Expr]:
    """The point seen in pools in place of cells, and its pool's number in the picture."""
    place = cell.scaled(share)
    pool = place.floor()
    inside = place - pool + point.inside.scaled(share)
    inner, widest = (inside - 0.5) * point.plane, point.widest * share
    pixels, pixel = point.pixels.scaled(1.0 / share), point.pixel.scaled(share)
    tile = replace(point, inside=inside, inner=inner, pixels=pixels, pixel=pixel, widest=widest)
    return tile, _pool_number(pool, strides, share)


def _pool_number(pool: Expr, strides: Expr, share: Expr) -> Expr:
    """The number of a ``pool``.

    All of it is exact: ``share`` is the reciprocal of a power of two. A table of n columns has ceil(n · share)
    pools in a row, and its strides are 0, 1 and n.
    """
    return pool.dot(0.0 - (0.0 - strides.scaled(share)).floor())


def seen_from_afar(
    cell: Expr, given: Given, point: Point, values: bpy.types.NodeTree, least: float = TILE_PIXELS
) -> tuple[Expr, Expr]:
    """The number that stands for all of those around, and one over how many of them along each axis; ``values`` as the
    function of that name makes it, the finer of two pictures where its pools are ``least`` pixels wide."""
    number, share = grouped(
        "llmviz far", partial(_far, values=values, least=least),
        Far=given.far, Cell=cell, Strides=given.strides, Widest=point.widest,
    )  # fmt: skip
    return number, share


def pooled(point: Point, cell: Expr, share: Expr) -> Point:
    """The point seen in pools from afar; of a grid that is narrower than one the pool is as narrow."""
    share_along = (1.0 / point.cells).maximum(combine(share.tree, share, share, share))
    inner = ((cell + point.inside) * share_along).fraction() - 0.5
    return replace(point, inner=inner * point.plane, widest=point.widest * share)


def _far(
    tree: bpy.types.NodeTree,
    far: Expr,
    cell: Expr,
    strides: Expr,
    widest: Expr,
    values: bpy.types.NodeTree,
    least: float,
) -> dict[str, Expr]:
    step = (far * (1 / 32)).floor()
    rest = far - step * 32.0
    has_fine = rest > 15.5
    share = 1.0 / (2.0 ** (rest - has_fine * 16.0)).rounded()
    fine = (widest * share < 0.5**FINER / least) * has_fine
    step = step + fine * float(FINER_AT)
    share = share * fine.times_plus(2.0**FINER - 1.0, 1.0)
    row = (step * (STEP / WIDTH)).floor()
    column = (step - row * (WIDTH / STEP)) * STEP
    number = _pool_number(cell.scaled(share).floor(), strides, share)
    return {"Value": use(values, combine(tree, column, row), number)[0], "Share": share}


def share_known(given: Given, flat: Expr) -> Expr:
    """1 where cell ``flat`` is one of the first, or in the stretch further on; between the two while it comes up."""
    if given.known is not None:
        return (given.known - flat).clamp()
    assert given.reveal is not None
    front, after, before = given.reveal.split()
    return (front - flat).maximum((after + flat).minimum(before - flat)).clamp()


def begun(given: Given) -> Expr:
    """1 where some of a grid's cells show their value."""
    if given.known is not None:
        return given.known > 0.0
    assert given.reveal is not None
    return given.reveal.split()[0] > 0.5


def values(image: bpy.types.Image) -> bpy.types.NodeTree:
    """A group: the number in a tensor's cell, or pool, and the grid's gain, of where its ``atlas`` begins and the cell.

    Exact for any whole number of a cell that 32 bits can hold, as the picture's width is a power of two; half a
    pixel is added where no digits are lost.
    """
    return group("llmviz value", {"Atlas": True, "Cell": False}, partial(_value, image=image))


def _value(tree: bpy.types.NodeTree, atlas: Expr, flat: Expr, image: bpy.types.Image) -> dict[str, Expr]:
    width, height = WIDTH, image.size[1]
    column, row, gain = atlas.split()
    place = (column + flat) * (1.0 / width)
    down = place.floor()
    texture = new_node(tree, "ShaderNodeTexImage")
    texture.image = image
    texture.interpolation = "Closest"
    v = (row + down).times_plus(1.0 / height, 0.5 / height)
    across = place - down
    tree.links.new(combine(tree, across + 0.5 / width, v).socket, texture.inputs["Vector"])
    channels = Expr(tree, texture.outputs["Color"], vector=True).split()
    if lanes(image) == 1:
        return {"Value": channels[0], "Gain": gain}
    lane = across.times_plus(width / LANES, 0.5 / LANES).fraction()  # 1/8, 3/8, 5/8, 7/8
    value = mix(channels[0], channels[1], lane > 1 / 4)
    value = mix(value, channels[2], lane > 1 / 2)
    return {"Value": mix(value, Expr(tree, texture.outputs["Alpha"]), lane > 3 / 4), "Gain": gain}
