"""Drawing the inspector over a viewport: cells outlined where they are seen, tethers, and the card."""

from __future__ import annotations

from typing import Any

import blf
import bpy
import numpy as np

from ...errors import LlmvizError
from . import card as cards
from .card import COLORS, EDGE, HALO, MOST_TETHERS, PLATE, Card, Color
from .session import Session, lines_of, shapes

Triangles = list[tuple[np.ndarray, np.ndarray]]
HEADER, FONT = 60.0, 0
"""What the viewport's header and tool settings take at its top, in pixels at a scale of 1; Blender's own font."""


def draw(session: Session, area: bpy.types.Area | None, at: tuple[float, float]) -> None:
    """Draw what is pointed at in the region that is being drawn; the card in ``area`` only, beside ``at``."""
    context = bpy.context
    scene, region, view = context.scene, context.region, context.region_data
    if scene is None or region is None or view is None or scene.name != session.scene or session.told is None:
        return
    try:
        session.refresh(scene)
        told = session.told
        if told is None:
            return
        lines = lines_of(scene, told) if session.pinned is not None and told.remark == "" else []
        around = told.lines if session.pinned is not None else ()
        regions = (*around, *session.lit, told.region)
        seen = _outlines(shapes(scene, regions), np.array(view.perspective_matrix), (region.width, region.height))
        lit, color = seen[len(around) : -1], COLORS["use" if session.downstream else "source"]
        strokes: Triangles = []
        for outlines in seen[: len(around)]:
            strokes += _drawn(outlines, COLORS["line"], 1.0, 0.0)
        for outlines in lit:
            strokes += _drawn(outlines, color, 2.0, 0.22)
        strokes += _drawn(seen[-1], COLORS["cell"], 3.0, 0.0)
        card = _card(session, lines, region, at, context) if context.area == area else None
        if card is not None:
            for outlines in lit[:MOST_TETHERS]:
                for outline in outlines[:1]:
                    strokes += stroked(cards.tether(card, outline), color, 1.5, False)
    except LlmvizError:
        return  # told when the pointer moves; a film that has gone has nothing to light
    fill_triangles(strokes)
    if card is not None:
        _write(card)


def _outlines(shapes: list[list[np.ndarray]], matrix: np.ndarray, size: tuple[float, float]) -> list[list[np.ndarray]]:
    """The outlines in a region of what is seen of each of some cells."""
    places = [[cards.seen(corners, matrix, size) for corners in one] for one in shapes]
    return [[cards.hull(place) for place in one if place is not None] for one in places]


def _drawn(outlines: list[np.ndarray], color: Color, width: float, fill: float) -> Triangles:
    """What is drawn of them."""
    found: Triangles = []
    for outline in outlines:
        if fill:
            found.append(cards.filled(outline, (*color[:3], fill)))
        found += stroked(outline, color, width, True)
    return found


def stroked(points: np.ndarray, color: Color, width: float, closed: bool) -> Triangles:
    """A line on a dark one, to be seen on any ground."""
    return [cards.stroke(points, width + 2, HALO, closed), cards.stroke(points, width, color, closed)]


def _card(
    session: Session, lines: list[Any], region: bpy.types.Region, at: tuple[float, float], context: bpy.types.Context
) -> Card:
    scale = context.preferences.system.ui_scale or 1.0
    sides = {one.type: one for one in context.area.regions} if context.area else {}
    right = region.width - (sides["UI"].width if "UI" in sides and sides["UI"].width > 1 else 0)
    left = sides["TOOLS"].width if "TOOLS" in sides and sides["TOOLS"].width > 1 else 0
    told = session.told
    assert told is not None
    text = cards.told(told, lines, session.pinned is not None)
    return cards.placed(text, _wide, at, (left + 8, 8, right - 8, region.height - HEADER * scale), scale)


def _wide(text: str, size: float) -> float:
    blf.size(FONT, size)
    return float(blf.dimensions(FONT, text)[0])


def _write(card: Card) -> None:
    right, top = card.left + card.width, card.bottom + card.height
    plate = np.array([(card.left, card.bottom), (right, card.bottom), (right, top), (card.left, top)])
    fill_triangles([cards.filled(plate, PLATE), cards.stroke(plate, 1.0, EDGE, True)])
    for line, (x, y) in zip(card.lines, card.baselines, strict=True):
        blf.size(FONT, line.size * card.scale)
        blf.color(FONT, *COLORS[line.color])
        blf.position(FONT, x, y, 0)
        blf.draw(FONT, line.text)


def fill_triangles(triangles: Triangles) -> None:
    """Draw triangles with their colours, as one batch."""
    import gpu
    from gpu_extras.batch import batch_for_shader

    some = [(points, colors) for points, colors in triangles if len(points)]
    if not some:
        return
    points = np.concatenate([one for one, _ in some]).astype(np.float32)
    colors = np.concatenate([one for _, one in some]).astype(np.float32)
    shader = gpu.shader.from_builtin("SMOOTH_COLOR")
    content: Any = {"pos": np.pad(points, ((0, 0), (0, 1))), "color": colors}
    batch = batch_for_shader(shader, "TRIS", content)
    gpu.state.blend_set("ALPHA")
    batch.draw(shader)
    gpu.state.blend_set("NONE")
