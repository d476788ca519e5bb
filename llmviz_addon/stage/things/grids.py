"""Grids as objects: one shared unit cube, scaled to each tensor, one material, plain custom properties.

A cell is never an object: nano-gpt has 110,000 of them, GPT-2 124 million. Parts of a grid are
children of its object, so that they follow where it goes.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence

import bpy
import numpy as np

from ...layout.grid import CELL, Grid, Role
from ...screenplay.score.timeline import Fragment
from .. import compat
from ..materials.cell_drawing import ROLES
from ..materials.theme import Theme, linear
from ..ours import own
from ..told_by_objects import ATLAS, CELLS, EMPHASIS, FIRST, FOCUS_HI, FOCUS_LO, REVEAL, STRIDES
from ..values.atlas import Place, Slice

WORDS = ("is", "shape", "made from")
"""Custom properties of a grid's object, in words."""
SWELL = 5e-4
"""Metres by which a fragment is larger than its cells: faces in one plane would hide each other at random."""
SWELLS = 8
"""From one fragment to the next it is somewhat more, so many times."""
PLAIN = "role"
"""Attribute of meshes of cells: the hue that Solid view shows by *Attribute*."""
INSET = 2e-4
"""Share by which the cube is smaller on every side, so that grids that touch keep a hair between them."""
_ENDS = (INSET, 1 - INSET)
CORNERS = [(x, y, -z) for x in _ENDS for y in _ENDS for z in _ENDS]
FACES = [(2, 3, 1, 0), (5, 7, 6, 4), (1, 5, 4, 0), (6, 7, 3, 2), (4, 6, 2, 0), (3, 7, 5, 1)]


def unit_cube(material: bpy.types.Material, role: Role, theme: Theme) -> bpy.types.Mesh:
    """The mesh of every grid of a role: from its home corner one to the right, to the back and down."""
    mesh = own(bpy.data.meshes.new("llmviz cube"), "cube", role.value)
    mesh.from_pydata(CORNERS, [], FACES)
    mesh.shade_flat()
    mesh.materials.append(material)
    show_plainly(mesh, role, theme)
    return mesh


def show_plainly(mesh: bpy.types.Mesh, role: Role, theme: Theme) -> None:
    """Let Solid view show the hue of a role, beside drawings, which show their ink there."""
    hue = np.array([*linear(theme.cells.positive[role]), 1.0])
    compat.write_attribute(mesh, PLAIN, "BYTE_COLOR", "POINT", np.tile(hue, (len(mesh.vertices), 1)))
    mesh.attributes.active_color_name = PLAIN


def sliced_cube(
    grid: Grid, place: Place, slices: Sequence[Slice], material: bpy.types.Material, theme: Theme
) -> bpy.types.Mesh:
    """The unit cube of a grid of which only ``slices`` are kept exactly: faces tell where their numbers are.

    For a ``cell_material(…, sliced=True)``.
    """
    total = grid.axes[0].cells
    along = "xyz".index(grid.axes[0].direction)
    cuts = sorted({0, total, *(end for one in slices for end in (one.first, one.stop))})
    ends = [min(max(cut / total, INSET), 1 - INSET) for cut in cuts]
    around = [(INSET, INSET), (INSET, 1 - INSET), (1 - INSET, 1 - INSET), (1 - INSET, INSET)]
    points = np.array([[*corner[:along], end, *corner[along:]] for end in ends for corner in around]) * (1, 1, -1)
    faces, exact = (
        [(0, 1, 2, 3), tuple(range(len(points) - 1, len(points) - 5, -1))],
        {one.first: one.place for one in slices},
    )
    kept = [exact.get(cuts[0], place), exact.get(cuts[-2], place)]
    for ring, start in enumerate(cuts[:-1]):
        for corner in range(4):
            near, far = 4 * ring + corner, 4 * ring + (corner + 1) % 4
            faces.append((near, near + 4, far + 4, far))
            kept.append(exact.get(start, place))
    mesh = own(bpy.data.meshes.new(f"{grid.name} cube"), "cube")
    mesh.materials.append(material)
    compat.write_faces(mesh, points, _outward(points, np.array(faces)))
    atlas = np.array([(one.column, one.row, one.gain, one.pool + 0.5) for one in kept])
    compat.write_attribute(mesh, "atlas", "FLOAT_COLOR", "FACE", atlas)
    compat.write_attribute(mesh, "sharp_face", "BOOLEAN", "FACE", np.ones(len(faces)))
    mesh.update(calc_edges=True)
    show_plainly(mesh, grid.role, theme)
    return mesh


def _outward(points: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Quads of a convex shape, each turned so that it faces away from the middle."""
    a, b, c = points[faces[:, :3]].transpose(1, 0, 2)
    inward = (np.cross(b - a, c - b) * (a - points.mean(axis=0))).sum(axis=1) < 0
    return np.where(inward[:, None], faces[:, ::-1], faces)


def grid_objects(
    grids: Iterable[Grid],
    every: Mapping[str, Grid],
    places: Mapping[str, Place],
    mesh: Callable[[Grid], bpy.types.Mesh],
    theme: Theme,
    collection: bpy.types.Collection,
) -> dict[str, bpy.types.Object]:
    """One object per grid, by name; ``mesh`` tells which is a grid's. ``every`` is all that these are made from."""
    objects = {}
    for grid in grids:
        obj = own(bpy.data.objects.new(grid.name, mesh(grid)), "grid", grid.name)
        obj.location = grid.origin
        obj.scale = grid.size
        take_role(obj, grid.role, theme)
        place = places[grid.name]
        _describe(obj, grid, place, (0, 0, 0), grid.cells, grid.count, place.far)
        for name, text in told(grid, every).items():
            obj[name] = text
        collection.objects.link(obj)
        objects[grid.name] = obj
    return objects


def told(grid: Grid, every: Mapping[str, Grid]) -> dict[str, str]:
    """What an object says of its grid in words, for whoever selects it, without the add-on too."""
    names = [source.grid for source in grid.rule.sources.values()] if grid.rule is not None else []
    names += [grid.taken.grid] if grid.taken is not None else []
    sources = dict.fromkeys(every[name].title if name in every else name for name in names)
    learned = "nothing: it is learned" if grid.role is Role.WEIGHT else "the input"
    shape = " × ".join(f"{axis.symbol} {axis.count}" for axis in grid.axes)
    return dict(zip(WORDS, (grid.title, shape, ", ".join(sources) or learned), strict=True))


def take_role(obj: bpy.types.Object, role: Role, theme: Theme) -> None:
    """Have the material of cells colour ``obj`` as what has this role."""
    obj.color = (*linear(theme.cells.positive[role]), 1.0)
    obj.pass_index = ROLES.index(role)


def fragment_objects(
    fragments: Iterable[Fragment],
    grids: Mapping[str, Grid],
    objects: Mapping[str, bpy.types.Object],
    places: Mapping[str, Place],
    cubes: Mapping[Role, bpy.types.Mesh],
    collection: bpy.types.Collection,
    wanted: Container[str] | None = None,
) -> dict[str, bpy.types.Object]:
    """One object per fragment, or for those ``wanted``, by name: a child of its grid, invisible at rest."""
    made = {}
    for number, fragment in enumerate(fragments):
        if wanted is not None and fragment.name not in wanted:
            continue
        grid, whole = grids[fragment.grid], objects[fragment.grid]
        obj = own(bpy.data.objects.new(fragment.name, cubes[grid.role]), "fragment", fragment.name)
        obj.parent = whole
        obj.location, obj.scale = _within(fragment, grid, SWELL * (1 + number % SWELLS / SWELLS))
        obj.color, obj.pass_index = (*whole.color[:3], 0.0), whole.pass_index
        obj.hide_render = obj.hide_viewport = True
        home = places[grid.name]
        place = places.get(fragment.name, home)
        _describe(obj, grid, place, fragment.first, fragment.cells, grid.count, home.far)
        collection.objects.link(obj)
        made[fragment.name] = obj
    return made


def _within(fragment: Fragment, grid: Grid, swell: float) -> tuple[list[float], list[float]]:
    """Where a fragment rests inside its grid's unit cube, and its scale there, ``swell`` metres larger all around."""
    location, scale = [], []
    for first, cells, total, down in zip(fragment.first, fragment.cells, grid.cells, (1, 1, -1), strict=True):
        size = total * CELL
        location.append(down * (first * CELL - swell) / size)
        scale.append((cells * CELL + 2 * swell) / size)
    return location, scale


def _describe(
    obj: bpy.types.Object,
    grid: Grid,
    place: Place,
    first: tuple[int, int, int],
    cells: tuple[int, int, int],
    known: int,
    far: int,
) -> None:
    """Write what the cell material reads; see ``told_by_objects``. Floats throughout, as ints do not animate."""
    obj[CELLS] = [float(n) for n in cells]
    obj[FIRST] = [float(n) for n in first]
    obj[STRIDES] = [*(float(n) for n in grid.strides), float(far)]
    obj[ATLAS] = [float(place.column), float(place.row), place.gain, 1.0 / place.pool]
    obj[REVEAL] = [float(known), 1.0, 0.0]
    obj[EMPHASIS] = [0.0, 0.0, 0.0]
    obj[FOCUS_LO] = [0.0, 0.0, 0.0]
    obj[FOCUS_HI] = [0.0, 0.0, 0.0]
