"""The rows of the list as Blender keeps them: on the window manager, so that neither undo nor a file has them."""

# ruff: noqa: F722, F821 -- Blender's properties are declared as annotations, their texts are no types
from __future__ import annotations

from contextlib import suppress

import bpy
from bpy.props import BoolProperty, CollectionProperty, IntProperty, StringProperty

from ...errors import LlmvizError
from ...layout.contents import Entry
from ...layout.reading import BETWEEN
from ...layout.roles import Role
from ...stage.walking.places import Walk
from .session import Session, begin, session_of

ICONS = {Role.WEIGHT: "COLORSET_04_VEC", Role.ACTIVATION: "COLORSET_03_VEC", Role.AGGREGATE: "COLORSET_09_VEC"}
_filling: list[bool] = []


class LLMVIZ_PG_walk_row(bpy.types.PropertyGroup):
    """An entry as a row of the list."""

    path: StringProperty(name="Path", description="Places among siblings from the model down")
    title: StringProperty(name="Title", description="What it is called on the set")
    detail: StringProperty(name="Detail", description="The shape of a grid, how many grids there are in all else")
    tip: StringProperty(name="Where", description="Where in the model it is")
    icon: StringProperty(name="Icon", description="Its role")
    depth: IntProperty(name="Depth", description="How deep in the model it is")
    folds: BoolProperty(name="Folds", description="Whether there is something in it")
    unfolded: BoolProperty(name="Unfolded", description="Whether what is in it is listed")


def _clicked(group: LLMVIZ_PG_walk, context: bpy.types.Context) -> None:
    """Walk to the row that was clicked."""
    if not _filling and 0 <= group.index < len(group.rows):
        walk_to = bpy.ops.llmviz.walk_to
        with suppress(RuntimeError):  # of a stage that has gone since; the list is another one when it is drawn next
            walk_to("EXEC_DEFAULT", True, path=group.rows[group.index].path)


def _searched(group: LLMVIZ_PG_walk, context: bpy.types.Context) -> None:
    """List what was found."""
    session = session_of(context.scene)
    if session is None or _filling:
        return
    session.search = group.search
    try:
        fill(context, session, begin(context.scene)[1])
    except LlmvizError:
        return  # told by the next step


class LLMVIZ_PG_walk(bpy.types.PropertyGroup):
    """The list."""

    rows: CollectionProperty(type=LLMVIZ_PG_walk_row, name="Rows", description="What is listed of the model")
    index: IntProperty(
        name="Row",
        description="Click to frame this in the viewport and light it",
        update=_clicked,
        options={"SKIP_SAVE"},
    )
    search: StringProperty(
        name="Search",
        description="List what has all these words in its title, its place or its name, such as: head 2 q",
        update=_searched,
        options={"TEXTEDIT_UPDATE", "SKIP_SAVE"},
    )
    stage: StringProperty(name="Stage", description="Which stage is listed", options={"HIDDEN", "SKIP_SAVE"})


def fill(context: bpy.types.Context, session: Session, walk: Walk) -> None:
    """Write the rows anew, with the one that is lit marked."""
    group = context.window_manager.llmviz_walk
    _filling.append(True)
    try:
        group.rows.clear()
        group.index, group.stage, group.search = -1, session.stage, session.search
        for number, entry in enumerate(session.rows(walk)):
            _write(group.rows.add(), entry, session)
            if entry.path == session.at:
                group.index = number
    finally:
        _filling.pop()


def _write(row: LLMVIZ_PG_walk_row, entry: Entry, session: Session) -> None:
    searched = bool(session.search.strip())
    row.path = ".".join(map(str, entry.path))
    beside = entry.ways_up[-1:] if entry.path[0] else ()  # of other models than the first it is said which
    around = [one.title for one in dict.fromkeys((entry.nearest, entry.outer, *beside)) if one is not entry]
    row.title = f"{entry.title}   ({', '.join(around)})" if searched and around else entry.title
    row.detail = "" if searched else entry.detail
    told = [BETWEEN.join((*entry.place, entry.title)), entry.name, "Click to frame it in the viewport and light it"]
    row.tip = "\n".join(filter(None, told))
    row.icon = ICONS[entry.grid.role] if entry.grid is not None else ""
    row.depth = 0 if searched else len(entry.path) - 1
    row.folds = entry.folds and not searched
    row.unfolded = entry.path in session.unfolded


CLASSES = (LLMVIZ_PG_walk_row, LLMVIZ_PG_walk)
