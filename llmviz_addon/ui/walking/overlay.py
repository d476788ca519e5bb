"""Lighting what one has walked to: its boxes outlined over the viewport, seen or not, with their names."""

from __future__ import annotations

import blf
import bpy
import numpy as np

from ...errors import LlmvizError
from ...layout.contents import Entry
from ...stage.walking.places import walk_of
from ..over import Over
from ..pointing import card as cards
from ..pointing.card import COLORS, PLATE
from ..pointing.overlay import FONT, Triangles, fill_triangles, stroked
from .session import session_of

NAMED = 64.0
"""Pixels at a scale of 1 that a box has to be wide, or high, for its name to be written."""
LETTERS = 12.0
"""Size of a name, in points at a scale of 1."""
FILLED = 0.08
"""How strong the light is on what is lit; its outline is full."""


def start() -> None:
    """Draw from now on, whatever is lit."""
    if not bpy.app.background:
        _over.start()


def stop() -> None:
    """Draw no more."""
    _over.stop()


def redraw() -> None:
    """Have all viewports drawn anew."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                area.tag_redraw()


def draw() -> None:
    """Light it in the region that is being drawn."""
    context = bpy.context
    scene, region, view = context.scene, context.region, context.region_data
    session = session_of(scene) if scene is not None else None
    if session is None or not session.at or region is None or view is None:
        return
    try:
        walk = walk_of(scene)
        entry = session.entry(walk)
        if entry is None:
            return
        boxes = session.boxes(scene, walk, entry)
    except LlmvizError:
        return  # told by the next step
    size, matrix = (float(region.width), float(region.height)), np.array(view.perspective_matrix)
    outlines = outlined([(one, box) for one, each in boxes for box in each], matrix, size)
    scale = context.preferences.system.ui_scale or 1.0
    strokes: Triangles = []
    for _, outline in outlines:
        strokes += [cards.filled(outline, (*COLORS["source"][:3], FILLED))]
        strokes += stroked(outline, COLORS["source"], 2.0 if len(outlines) > 1 else 3.0, True)
    fill_triangles(strokes)
    names = [(one.title, outline) for one, outline in outlines if _wide(outline) > NAMED * scale]
    letters = LETTERS * scale
    for at, text in placed_names(names, letters):
        blf.size(FONT, letters)
        plate = np.array(at) + np.array([(-0.4, -0.4), (0.4, -0.4), (0.4, 1.1), (-0.4, 1.1)]) * letters
        plate[1:3, 0] += blf.dimensions(FONT, text)[0]
        fill_triangles([cards.filled(plate, PLATE)])
        blf.color(FONT, *COLORS["cell"])
        blf.position(FONT, *at, 0)
        blf.draw(FONT, text)


def outlined(
    boxes: list[tuple[Entry, np.ndarray]], matrix: np.ndarray, size: tuple[float, float]
) -> list[tuple[Entry, np.ndarray]]:
    """The outlines (n, 2), pixels, of boxes in a region of ``size``, without those that are behind the eye."""
    found = []
    for entry, corners in boxes:
        places = cards.seen(corners, matrix, size)
        if places is not None:
            found.append((entry, cards.hull(places)))
    return found


def placed_names(names: list[tuple[str, np.ndarray]], letters: float) -> list[tuple[tuple[float, float], str]]:
    """Where names stand, over their outlines; of those that would lie over one another the first."""
    found: list[tuple[tuple[float, float], str]] = []
    taken: list[tuple[float, float, float, float]] = []
    for text, outline in names:
        low, high = outline.min(axis=0), outline.max(axis=0)
        x, y = float(low[0]) + 0.4 * letters, float(high[1]) + 0.7 * letters
        box = x - letters, y - 0.5 * letters, x + 0.62 * letters * len(text) + letters, y + 1.2 * letters
        if not any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in taken):
            taken.append(box)
            found.append(((x, y), text))
    return found


def _wide(outline: np.ndarray) -> float:
    return float(np.ptp(outline, axis=0).max()) if len(outline) else 0.0


_over = Over(draw)
