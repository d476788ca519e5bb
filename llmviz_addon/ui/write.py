"""Running text in a sidebar or dialog, whose labels are single lines."""

from __future__ import annotations

from typing import Any

import blf
import bpy

from ..layout.lettering import font

MARGIN = 70
"""Pixels of a sidebar's width, at a scale of 1, that text in a box cannot use."""


def write(layout: bpy.types.UILayout, text: str, context: bpy.types.Context, icon: Any = "NONE") -> None:
    """Running text, broken to the sidebar's width."""
    for number, line in enumerate(wrapped(readable(text), context, icon != "NONE")):
        layout.label(text=line, icon="BLANK1" if number and icon != "NONE" else icon)


def wrapped(text: str, context: bpy.types.Context, indented: bool = False) -> list[str]:
    """The lines of ``text`` at the sidebar's width."""
    preferences = context.preferences
    scale = preferences.system.ui_scale or 1.0
    width = (context.region.width if context.region else 300) - (MARGIN + 20 * indented) * scale
    return broken(text, preferences.ui_styles[0].widget.points * scale, max(width, 60 * scale))


def broken(text: str, size: float, width: float) -> list[str]:
    """The lines of ``text`` in the interface's letters of this size, none wider than ``width``, both in pixels."""
    blf.size(0, size)
    # How wide these letters are, measured against those that the line breaker knows.
    measured, known = blf.dimensions(0, text)[0], font.advance(text)
    em = measured / known if measured > 0 < known else 1.0
    return "".join(run for run, _ in font.wrap([(text, "")], em, width)).split("\n")


def readable(text: str) -> str:
    """``text`` as Blender can show it: names of files may hold bytes that are no letters."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def in_words(size: float) -> str:
    """A number of bytes, such as 1.4 GB."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size = size / 1000
    return f"{size:,.1f} GB"
