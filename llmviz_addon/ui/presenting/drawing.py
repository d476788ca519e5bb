"""The presenter's HUD, drawn over the film: the chapters, where we are, what comes next, the words, and a light."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np

from ...stage.kept_language import phrased
from ...stage.story import Story, read_story
from ..keys import SCREEN, users_keys
from ..play import chapter_start, next_rest, rests
from ..view import looks_through_camera
from ..write import broken
from . import hud
from .overlay import LEADING, Colour, letters, lines, measured, rectangle, triangles

WHITE, PALE = (1.0, 1.0, 1.0), (0.72, 0.74, 0.78)
GROUND, SEGMENT, NOW, TICK = (0.05, 0.055, 0.07), (0.22, 0.24, 0.29), (0.16, 0.42, 0.80), (0.85, 0.87, 0.9)
BEYOND = (0.0, 0.0, 0.0)
THICK = 0.96
"""How much of what is behind the ground it hides."""
TEXT, SMALL, LARGE = 17.0, 13.0, 30.0
"""Heights of letters at a scale of 1."""
WIDEST = 0.72
"""Share of the viewport's width that a line of large letters may take."""


@dataclass
class View:
    """What is to be seen of it in the viewport whose space has the pointer ``space``."""

    space: int
    moved: float  # when the mouse was moved last
    share: float = 1.0
    mouse: tuple[float, float] = (-1.0, -1.0)
    lit: bool = False
    large: bool = False


def scale_of(region: bpy.types.Region) -> float:
    """How large things are: as the interface's, larger on a large display."""
    return max(bpy.context.preferences.system.ui_scale, region.height / 1000)


def strip_of(scene: bpy.types.Scene, region: bpy.types.Region) -> hud.Strip | None:
    """The strip of the film in ``scene``, if there is one."""
    story = read_story(scene)
    if story is None:
        return None
    chapters = sorted((chapter_start(scene, story, c), c.number, c.title) for c in story.chapters)
    span = (min(scene.frame_start, chapters[0][0]), max(scene.frame_end, chapters[-1][0] + 1))
    return hud.make_strip(chapters, rests(scene, story), span, scene.frame_current, region.width, scale_of(region))


def draw(view: View) -> None:
    """Blender's handler: all of it, where it belongs."""
    context = bpy.context
    area, region, story = context.area, context.region, read_story(context.scene)
    if area is None or region is None or story is None or area.spaces.active.as_pointer() != view.space:
        return
    scale, render = scale_of(region), context.scene.render
    if looks_through_camera(area.spaces.active):
        aspect = render.resolution_x / render.resolution_y
        for left, low, right, high in hud.bars((region.width, region.height), aspect):
            rectangle(left, low, right, high, _seen(BEYOND, 1.0))
    if view.lit:
        points, dark, corners = hud.light(view.mouse, (region.width, region.height), scale)
        triangles(points, np.pad(dark[:, None], ((0, 0), (3, 0))), corners)
    if view.large:
        _commentary(story, context.scene.frame_current, region, scale)
    if view.share > 0 and not view.lit:
        _hud(view, context.scene, story, region, scale)


def _seen(colour: tuple[float, float, float], share: float) -> Colour:
    return (*colour, share)


def _commentary(story: Story, frame: int, region: bpy.types.Region, scale: float) -> None:
    said = broken(story.paragraph(frame), LARGE * scale, WIDEST * region.width)
    if not said:
        return
    low, pad = hud.BAND * scale, 0.6 * LARGE * scale
    width, top = max(measured(line, LARGE * scale) for line in said), low + LARGE * scale * LEADING * len(said)
    middle = region.width / 2
    rectangle(middle - width / 2 - pad, low - pad, middle + width / 2 + pad, top + pad, _seen(GROUND, THICK))
    lines(said, middle, top, LARGE * scale, _seen(WHITE, 1.0), side=0.5)


def _hud(view: View, scene: bpy.types.Scene, story: Story, region: bpy.types.Region, scale: float) -> None:
    rectangle(0, 0, region.width, hud.BAND * scale, _seen(GROUND, THICK * view.share))
    strip = strip_of(scene, region)
    hit = strip.hit(*view.mouse)
    for segment in strip.segments:
        bright = 1.4 if segment == hit else 1.0
        red, green, blue = (min(part * bright, 1.0) for part in (NOW if segment.now else SEGMENT))
        right = max(segment.right - scale, segment.left)
        rectangle(segment.left, strip.low, right, strip.high, (red, green, blue, view.share))
        room = segment.right - segment.left - 12 * scale
        text = hud.label(segment, room, lambda text: measured(text, SMALL * scale))
        letters(text, segment.left + 6 * scale, strip.low + 7 * scale, SMALL * scale, _seen(WHITE, view.share))
    for tick in strip.ticks:
        thick, above = (2.0, 8.0) if tick == hit else (1.0, 3.0)
        left = tick.at - thick * scale / 2
        rectangle(left, strip.high, left + thick * scale, strip.high + above * scale, _seen(TICK, view.share))
    rectangle(
        strip.now - scale, strip.low - 4 * scale, strip.now + scale, strip.high + 8 * scale, _seen(WHITE, view.share)
    )
    _told(hit, scene, story, region, scale, view.share)


def _told(
    hit: hud.Segment | hud.Tick | None,
    scene: bpy.types.Scene,
    story: Story,
    region: bpy.types.Region,
    scale: float,
    share: float,
) -> None:
    """Above the strip: what the mouse is on or where we are, and what comes next; below the top, what keys do."""
    here, coming = where_we_are(scene, story), what_comes(scene, story)
    if isinstance(hit, hud.Tick):
        here = phrased(scene, "Go to {}", hit.name)
    elif hit is not None:
        here = phrased(scene, "Go to {}", f"{hit.number} {hit.title}")
    left, right = hud.MARGIN * scale, region.width - hud.MARGIN * scale
    letters(here, left, 62 * scale, TEXT * scale, _seen(WHITE, share))
    letters(coming, right, 62 * scale, TEXT * scale, _seen(WHITE, share), side=1.0)
    keys, size = what_keys_do(), SMALL * scale
    size *= min((right - left) / max(measured(keys, size), 1.0), 1.0)
    letters(keys, left, 92 * scale, size, _seen(PALE, share))


def where_we_are(scene: bpy.types.Scene, story: Story) -> str:
    """The chapter, and the rest that is told about."""
    chapter, said = story.chapter(scene.frame_current), story.commentary(scene.frame_current)
    if chapter is None:
        return ""
    name = f"{chapter.number:02d} {chapter.title}"
    told = said is not None and said.start >= chapter.start and said.marker != name
    return f"{name}  ·  {said.marker}" if told else name


def what_comes(scene: bpy.types.Scene, story: Story) -> str:
    """The next rest, and how long it takes there."""
    frame = next_rest(scene, story)
    if frame is None:
        return phrased(scene, "The film ends here" if scene.frame_current >= scene.frame_end else "Next: the end")
    name = next(name for at, name in rests(scene, story) if at == frame)
    return phrased(scene, "Next: {}, in {} s", name, round((frame - scene.frame_current) / max(story.fps, 1)))


def what_keys_do() -> str:
    """The keys as the user has them."""
    told = [f"{item.to_string()}  {key.short}" for key, _, item in users_keys(SCREEN) if item.active]
    return "   ·   ".join([*told, "C  commentary", "mouse button  light", "Esc  leave"])
