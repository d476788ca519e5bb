"""Custom properties by which an object tells the material of cells what it shows; see ``materials.cell_material``.

They have a prefix, as a user may have things of her own called *cells* or *first*. Anybody may make something else of
one in the file, so whoever reads them asks here.
"""

from __future__ import annotations

import bpy

from ..errors import JobError

PREFIX = "llmviz_"
CELLS, FIRST, STRIDES, ATLAS = (PREFIX + name for name in ("cells", "first", "strides", "atlas"))
REVEAL, EMPHASIS, FOCUS_LO, FOCUS_HI = (PREFIX + name for name in ("reveal", "emphasis", "focus_lo", "focus_hi"))
KNOWN, LIT = (PREFIX + name for name in ("known", "lit"))
"""Those of merged grids."""
READ_BY_CELLS = (CELLS, FIRST, STRIDES, ATLAS, REVEAL, EMPHASIS, FOCUS_LO, FOCUS_HI, KNOWN, LIT)


WIDE = {CELLS: 3, FIRST: 3, STRIDES: 4, ATLAS: 4, REVEAL: 3, EMPHASIS: 3, FOCUS_LO: 3, FOCUS_HI: 3}
"""How many numbers each of those of a single grid, or of a piece of one, is."""


def numbers_of(obj: bpy.types.Object, name: str) -> tuple[float, ...] | None:
    """The numbers of one of these; None where there are none, or others than there should be."""
    found = obj.get(name)
    is_array = getattr(found, "typecode", "") in ("i", "f", "d") and len(found) == WIDE[name]
    return tuple(map(float, found)) if is_array else None


def told(obj: bpy.types.Object, name: str) -> tuple[float, ...]:
    """The same; JobError where there are none such."""
    found = numbers_of(obj, name)
    if found is None:
        raise JobError(
            f"{obj.name!r} does not tell its cells any more: its property {name!r} is not {WIDE[name]} numbers, as it "
            "was built with. Build anew."
        )
    return found


def share(obj: bpy.types.Object, name: str) -> float:
    """How much of merged grids is known, or lit; 0 where that is no number."""
    found = obj.get(name)
    return float(found) if isinstance(found, int | float) else 0.0


def tells_cells(obj: bpy.types.Object) -> bool:
    """Whether an object has all that a single grid tells."""
    return all(numbers_of(obj, name) is not None for name in WIDE)


def path_of(name: str) -> str:
    """How keys name a custom property."""
    return f'["{name}"]'
