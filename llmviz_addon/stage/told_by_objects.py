"""Custom properties by which an object tells the material of cells what it shows; see ``materials.cell_material``.

They have a prefix, as a user may have things of her own called *cells* or *first*.
"""

from __future__ import annotations

PREFIX = "llmviz_"
CELLS, FIRST, STRIDES, ATLAS = (PREFIX + name for name in ("cells", "first", "strides", "atlas"))
REVEAL, EMPHASIS, FOCUS_LO, FOCUS_HI = (PREFIX + name for name in ("reveal", "emphasis", "focus_lo", "focus_hi"))
KNOWN, LIT = (PREFIX + name for name in ("known", "lit"))
"""Those of merged grids."""
READ_BY_CELLS = (CELLS, FIRST, STRIDES, ATLAS, REVEAL, EMPHASIS, FOCUS_LO, FOCUS_HI, KNOWN, LIT)


def path_of(name: str) -> str:
    """How keys name a custom property."""
    return f'["{name}"]'
