"""Chapters while they are written: taken in anew at the frame where she is, and what is wrong with one, at its line."""

# ruff: noqa: F722, F821 -- Blender's properties are declared as annotations, their texts are no types
from __future__ import annotations

import os
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path
from typing import Any

import bpy
from bpy.props import IntProperty, StringProperty

from ..errors import ScriptError
from ..stage.story import read_story
from .build import Staging, film_steps, go_on_from, target, titles, where
from .chapters import Trouble
from .confirm import Result
from .jobs import Outcome, Steps, last
from .play import NO_FILM
from .preferences import NO_FOLDER, catalogue, chapter_folders, read_chapters
from .values import value
from .write import readable, write


class LLMVIZ_OT_reload(Staging, bpy.types.Operator):
    """Take in the chapters of yours that you changed, and stay at this second of this chapter.

    Files in the folders that you trust are run as Python. What is wrong in one is told with its line, and the film
    stays as it is. Only what has changed is made anew, which takes a second; all else stays, with what you did to it.
    With another chapter or look, where a film comes near other rows of a large model, or if none was built since the
    file was opened, it is a build and takes as long
    """

    bl_idname = "llmviz.reload"
    bl_label = "Reload"
    bl_options = {"REGISTER", "UNDO"}

    prompt = True
    stopped = "Reloading was cancelled; all is as it was."

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where there is a film, and a folder."""
        scene = target(context.scene)
        reason = NO_FILM if scene is None or read_story(scene) is None else "" if chapter_folders() else NO_FOLDER
        if reason:
            cls.poll_message_set(reason)
        return not reason and super().poll(context)

    @classmethod
    def description(cls, context: bpy.types.Context, properties: bpy.types.OperatorProperties) -> str:
        """The tooltip: what would be lost is told when it is known what goes."""
        return cleandoc(cls.__doc__) + "."

    def steps(self, context: bpy.types.Context) -> Steps:
        """The job: see ``reload_film``."""
        return reload_film(context, self.sure)


def reload_film(context: bpy.types.Context, sure: bool = False) -> Steps:
    """Build what the settings of the current scene ask for from the chapters as they are now; stay where she is.

    Raises ScriptError, before anything else is done, where a chapter that is asked for is broken or a folder is gone.
    """
    scene = target(context.scene)
    place = where(scene)
    skipped = value(context.scene.llmviz_settings, "skipped").split()
    for trouble in read_chapters().troubles:
        if not trouble.path or (trouble.chapter and trouble.chapter not in skipped):
            raise ScriptError(trouble.text, Path(trouble.path) if trouble.path else None, trouble.line or None)
    stage = yield from film_steps(context, sure, stays=True)
    go_on_from(stage, place)
    unsaved = "".join(f" {name} has changes that are not saved." for name in unsaved_texts())
    return Outcome(f"Reloaded: {titles(stage.told)}.{unsaved}")


def unsaved_texts() -> Iterator[str]:
    """Names of chapters that she changed in Blender's text editor and did not save: what is read is their file."""
    folders = {os.path.realpath(folder) for folder in chapter_folders()}
    for text in bpy.data.texts:
        path = _file(text)
        if text.is_dirty and path and os.path.dirname(path) in folders:
            yield os.path.basename(path)


def draw_reload(row: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """The button: without a film the list of chapters alone is read anew; none without a folder."""
    scene = target(context.scene)
    if not chapter_folders():
        return
    if scene is not None and read_story(scene) is not None:
        row.operator("llmviz.reload", text="Reload", icon="FILE_REFRESH")
    else:
        row.operator("llmviz.reload_chapters", text="", icon="FILE_REFRESH")


def draw_troubles(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """What is wrong with chapters, each with a button that opens its file there."""
    ended = last()
    troubles = list(catalogue().troubles)
    if ended is not None and ended.script is not None and ended.text not in [trouble.text for trouble in troubles]:
        troubles.append(Trouble(ended.text, str(ended.script), ended.line))
    for trouble in troubles:
        write(layout, trouble.text, context, icon="ERROR")
        if trouble.path:
            where = f"{os.path.basename(trouble.path)}, line {trouble.line}".removesuffix(", line 0")
            button = layout.operator("llmviz.open_chapter", text=readable(f"Open {where}"), icon="TEXT")
            button.path, button.line = trouble.path, trouble.line


class LLMVIZ_OT_open_chapter(bpy.types.Operator):
    """Open the chapter's file in a text editor, at the line where it is wrong; nothing is run"""

    bl_idname = "llmviz.open_chapter"
    bl_label = "Open Chapter"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    path: StringProperty(name="File", description="Absolute path of the chapter", subtype="FILE_PATH")
    line: IntProperty(name="Line", description="The line to go to, from 1", min=0)

    def execute(self, context: bpy.types.Context) -> Result:
        """Show it in a text editor that is open, or say where it is."""
        if not os.path.isfile(self.path):
            self.report({"ERROR"}, readable(f"There is no file {self.path!r}."))
            return {"CANCELLED"}
        text = loaded(self.path) or bpy.data.texts.load(self.path)
        window, area = text_editor(context)
        if area is not None and window is not None:
            space: Any = area.spaces.active
            space.text = text
            if text.is_modified and not text.is_dirty:
                with context.temp_override(window=window, area=area):
                    bpy.ops.text.reload()
        number = max(0, min(self.line, len(text.lines)) - 1)
        text.current_line_index = number
        if area is not None:
            space.top = max(0, number - space.visible_lines // 2)
            area.tag_redraw()
        else:
            self.report({"INFO"}, readable(f"{text.name!r} is among the texts; a Text Editor shows line {number + 1}."))
        return {"FINISHED"}


def loaded(path: str) -> bpy.types.Text | None:
    """The text of a file, if it is loaded."""
    return next((text for text in bpy.data.texts if _file(text) == os.path.realpath(path)), None)


def _file(text: bpy.types.Text) -> str:
    """The absolute path of a text's file; "" where it has none."""
    if not text.filepath:
        return ""
    return os.path.realpath(bpy.path.abspath(text.filepath, library=text.library))


def text_editor(context: bpy.types.Context) -> tuple[bpy.types.Window | None, bpy.types.Area | None]:
    """A text editor that is open, in this window rather than in another, the largest."""
    windows = context.window_manager.windows
    found = [(window, area) for window in windows for area in window.screen.areas if area.type == "TEXT_EDITOR"]
    return max(found, key=lambda one: (one[0] == context.window, one[1].width * one[1].height), default=(None, None))


CLASSES = (LLMVIZ_OT_reload, LLMVIZ_OT_open_chapter)
