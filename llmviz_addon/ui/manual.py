"""The manual, which is the README and comes along: its sections beside the panels, and under *Online Manual*.

Blender asks add-ons where each operator is described when one chooses *Online Manual* in a button's menu.
"""

# ruff: noqa: F722, F821 -- Blender's properties are declared as annotations, their texts are no types
from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bpy
from bpy.props import StringProperty

from ..errors import choices
from .confirm import Result
from .reload import loaded, text_editor

PACKAGE = Path(__file__).resolve().parent.parent
START = "In Blender"
SECTIONS = {
    "Present": ("present", "speaker", "play", "jump*"),
    "Walk": ("walk*",),
    "Point at anything": ("inspect*",),
    "Write a chapter": ("reload*", "*_chapter", "*_chapters"),
    START: ("*",),
}
"""Sections of the README by the operators that they describe; the first that fits is meant."""


def manual() -> Path:
    """The README: a zip and a wheel have it inside, a checkout beside the package."""
    return next(path for path in (PACKAGE / "README.md", PACKAGE.parent / "README.md") if path.is_file())


def heading(lines: Sequence[str], section: str) -> int | None:
    """Number of the line, from 0, at which a section begins."""
    return next((n for n, line in enumerate(lines) if re.fullmatch(rf"#+ {re.escape(section)}", line)), None)


def manual_map() -> tuple[str, tuple[tuple[str, str], ...]]:
    """As Blender wants it: the beginning of all addresses, and their ends by patterns of what is asked about."""
    anchors = {section: "#" + section.lower().replace(" ", "-") for section in SECTIONS}
    found = [(f"bpy.ops.llmviz.{name}", anchors[section]) for section, names in SECTIONS.items() for name in names]
    own = [(f"bpy.types.{kind}.*", anchors[START]) for kind in ("llmviz_pg_*", "LLMVIZ_PG_*")]
    return manual().as_uri(), (*found, *own)


class LLMVIZ_OT_manual(bpy.types.Operator):
    """Open the manual at this section, in a text editor. It comes along: nothing is downloaded"""

    bl_idname = "llmviz.manual"
    bl_label = "Open the Manual"
    bl_options = {"REGISTER", "UNDO"}

    section: StringProperty(name="Section", description="Title of a section of the README", default=START)

    def execute(self, context: bpy.types.Context) -> Result:
        """Show it in a text editor, in a window of its own where none is open."""
        path = manual()
        lines = path.read_text(encoding="utf-8").splitlines()
        line = heading(lines, self.section)
        if line is None:
            titles = [text.lstrip("# ") for text in lines if re.match("##+ ", text)]
            self.report({"ERROR"}, f"Unknown section {self.section!r}. {choices(titles)}")
            return {"CANCELLED"}
        text = loaded(str(path)) or bpy.data.texts.load(str(path))
        text.current_line_index = line
        _, area = text_editor(context)
        if area is None and not bpy.app.background:
            bpy.ops.wm.window_new()
            area = context.window_manager.windows[-1].screen.areas[0]
            area.type = "TEXT_EDITOR"
        if area is None:
            self.report({"INFO"}, f"{text.name!r} is among the texts; a Text Editor shows line {line + 1}.")
            return {"FINISHED"}
        space: Any = area.spaces.active
        space.text, space.top = text, line
        space.show_word_wrap = True
        area.tag_redraw()
        return {"FINISHED"}


class Explained:
    """A panel with a button at its right end that opens the manual at its ``section``."""

    section = START

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        """The button."""
        layout: Any = self.layout
        layout.operator("llmviz.manual", text="", icon="HELP", emboss=False).section = self.section


def register() -> None:
    """Tell Blender."""
    bpy.utils.register_manual_map(manual_map)


def unregister() -> None:
    """Take it back."""
    bpy.utils.unregister_manual_map(manual_map)


CLASSES = (LLMVIZ_OT_manual,)
