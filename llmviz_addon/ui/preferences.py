"""What a user sets once for all files: her folders of chapters, theme and pace of new films, and the keys.

Folders are kept as absolute paths in Blender's preferences, each put there by an act of hers that says what it
means; a .blend file has no say in it.
"""

# ruff: noqa: F722, F821 -- Blender's properties are declared as annotations, their texts are no types
from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, CollectionProperty, EnumProperty, FloatProperty, StringProperty

from ..language import ENGLISH
from ..screenplay.languages import names, title
from .chapters import Catalogue, from_text, read, to_text
from .confirm import Result, confirm
from .keys import draw_keys
from .values import PACE_RANGE, THEME_ITEMS, value
from .write import readable, write

PACKAGE = __package__.rpartition(".")[0]
"""The add-on's module name, which Blender keeps its preferences under."""
WARNING = (
    "The files in it are Python. They run with your rights, here and now and whenever chapters are reloaded or a film "
    "is built. Trust only what you know."
)
NO_FOLDER = "There is no folder of yours in the extension's preferences"


def language_names(*also: str) -> list[str]:
    """The short names of the languages there are, and of those that are set whose files are not there."""
    return list(dict.fromkeys((*names(chapter_folders()), *filter(None, also))))


def language_number(name: str) -> int:
    """The place of a language among them."""
    return language_names(name).index(name)


_items: list[tuple[str, str, str, str, int]] = []
"""What Blender was given last: it keeps no texts of its own."""


def language_items(self: Any, context: bpy.types.Context | None) -> list[tuple[str, str, str, str, int]]:
    """The languages there are, each by what it is called in itself."""
    folders, known, held = chapter_folders(), names(chapter_folders()), own_language()
    found = language_names(value(self, "language") or held)
    told = [
        (title(name, folders), f"Told in {title(name, folders)}")
        if name in known
        else (name, f"There is no {name}.toml in the folder languages of a folder of yours")
        for name in found
    ]
    _items[:] = [(name, *texts, "NONE", number) for number, (name, texts) in enumerate(zip(found, told, strict=True))]
    return _items


def _get_told_in(mine: LLMVIZ_AP_preferences) -> int:
    return language_number(own_language())


def _set_told_in(mine: LLMVIZ_AP_preferences, number: int) -> None:
    mine.language = language_names(own_language())[number]


class LLMVIZ_PG_chapter_folder(bpy.types.PropertyGroup):
    """A folder of chapters that the user trusts."""

    path: StringProperty(name="Folder", description="Absolute path of a folder with chapters, which you trust")


class LLMVIZ_AP_preferences(bpy.types.AddonPreferences):
    """Preferences of the extension."""

    bl_idname = PACKAGE

    trusted: CollectionProperty(
        type=LLMVIZ_PG_chapter_folder,
        name="Your Chapters",
        description="Folders with chapters of your own, files such as 10_my_chapter.py. "
        "A chapter with the name of one that comes with the extension takes its place",
    )
    found: StringProperty(
        name="Found Chapters", description="Chapters found in your folders when they were last read", options={"HIDDEN"}
    )

    theme_file: StringProperty(
        name="Your Theme",
        description="A theme file, TOML, for every film whose theme is a file and that names none itself",
        subtype="FILE_PATH",
    )

    theme: EnumProperty(
        name="Theme", description="Colours of films for which no other theme is chosen", items=THEME_ITEMS
    )
    pauses: BoolProperty(
        name="Reading Pauses",
        description="Whether films hold the picture for as long as reading takes, where nothing else is chosen",
        default=True,
    )
    pace: FloatProperty(
        name="Words / Minute", description="How fast films take their commentary to be read", **PACE_RANGE
    )

    language: StringProperty(
        name="Language",
        description="What films are told in for which nothing else is chosen, such as de",
        default=ENGLISH.name,
        options={"HIDDEN"},
    )
    told_in: EnumProperty(
        name="Language",
        description="What films are told in for which nothing else is chosen",
        items=language_items,
        get=_get_told_in,
        set=_set_told_in,
    )

    solid_values: BoolProperty(
        name="Values in Plain Colours",
        description="Draw what each cell holds over plain colours: hue by its sign, strength by its size, glass where "
        "nothing is computed yet. It costs some milliseconds a frame, and nothing elsewhere",
        default=True,
    )

    def draw(self, context: bpy.types.Context) -> None:
        """What new films are like, the folders and the keys, below the extension's entry."""
        column = self.layout.column()
        column.label(text="Films, where a file does not say otherwise:")
        look = column.column()
        look.use_property_split = True
        look.prop(self, "theme")
        look.prop(self, "theme_file")
        look.prop(self, "pauses")
        pace = look.row()
        pace.enabled = self.pauses
        pace.prop(self, "pace")
        look.prop(self, "told_in")
        column.prop(self, "solid_values")
        column.operator("llmviz.add_assets", icon="ASSET_MANAGER")
        column.label(text="Folders with chapters of your own:")
        for folder in self.trusted:
            row = column.row()
            row.label(text=readable(folder.path), icon="FILE_FOLDER")
            row.operator("llmviz.forget_chapters", text="", icon="X").folder = folder.path
        row = column.row()
        row.operator("llmviz.choose_chapters", icon="ADD")
        row.operator("llmviz.reload_chapters", icon="FILE_REFRESH")
        if problem := catalogue().problem:
            write(column.column(align=True), problem, context, icon="ERROR")
        column.label(text="Keys, where there is a film:")
        draw_keys(column.column(align=True))


def chapter_folders() -> tuple[Path, ...]:
    """The folders that the user trusts."""
    mine = preferences()
    return tuple(Path(folder.path) for folder in mine.trusted) if mine else ()


def for_new_films(name: str) -> bool | int | float | str:
    """What ``theme`` (its number), ``pauses``, ``pace`` or ``language`` is where a file does not say."""
    mine = preferences()
    found = value(mine, name) if mine else LLMVIZ_AP_preferences.bl_rna.properties[name].default
    return [item[0] for item in THEME_ITEMS].index(found) if name == "theme" else found


def shows_values() -> bool:
    """Whether values are drawn over plain colours."""
    mine = preferences()
    return mine is None or mine.solid_values


def own_language() -> str:
    """The language of films for which none is chosen."""
    mine = preferences()
    return (mine.language if mine else "") or ENGLISH.name


def own_theme() -> str:
    """Path of the theme file for films that name none; "" where there is none."""
    mine = preferences()
    return mine.theme_file if mine else ""


def catalogue() -> Catalogue:
    """The chapters to choose from, as they were found last: no file of the user's is run or looked at."""
    mine = preferences()
    return (from_text(mine.found) if mine and mine.trusted else Catalogue(())).with_ours()


def read_chapters() -> Catalogue:
    """Read the user's folders, which runs what is in them, and remember what was found."""
    found = read(chapter_folders())
    if mine := preferences():
        mine.found = to_text(found.without_ours())
        bpy.context.preferences.is_dirty = True
    return found


class LLMVIZ_OT_choose_chapters(bpy.types.Operator):
    """Choose a folder with chapters of your own, files such as 10_my_chapter.py"""

    bl_idname = "llmviz.choose_chapters"
    bl_label = "Add Folder"

    directory: StringProperty(name="Folder", description="Folder with chapters", subtype="DIR_PATH")
    filter_folder: bpy.props.BoolProperty(name="Folders", description="Show folders", default=True, options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        """Let her choose."""
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> Result:
        """Ask whether she trusts it."""
        return bpy.ops.llmviz.trust_chapters("INVOKE_DEFAULT", folder=self.directory)


class LLMVIZ_OT_trust_chapters(bpy.types.Operator):
    """Run the chapters in a folder of your own, now and later, and offer them for films"""

    bl_idname = "llmviz.trust_chapters"
    bl_label = "Trust This Folder?"

    folder: StringProperty(
        name="Folder",
        description="Absolute path of the folder",
        subtype="DIR_PATH",
        options={"PATH_SUPPORTS_BLEND_RELATIVE"},
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        """Say what it means, and ask."""
        return confirm(self, context, event, self.bl_label, f"{self.folder}\n{WARNING}", "Trust and Run")

    def execute(self, context: bpy.types.Context) -> Result:
        """Add the folder, and read it."""
        mine = preferences()
        folder = os.path.normpath(bpy.path.abspath(self.folder))
        if mine is None or not os.path.isabs(folder) or not os.path.isdir(folder):
            reason = "The extension is not enabled" if mine is None else f"There is no folder {folder!r}"
            self.report({"ERROR"}, f"{reason}.")
            return {"CANCELLED"}
        if folder not in [known.path for known in mine.trusted]:
            mine.trusted.add().path = folder
        return _told(self, read_chapters())


class LLMVIZ_OT_forget_chapters(bpy.types.Operator):
    """Take the folder off the list. Its files stay, and are not run any more"""

    bl_idname = "llmviz.forget_chapters"
    bl_label = "Remove Folder"

    folder: StringProperty(name="Folder", description="Absolute path of the folder")

    def execute(self, context: bpy.types.Context) -> Result:
        """Take it off; what other folders hold is read anew."""
        mine = preferences()
        places = [place for place, known in enumerate(mine.trusted if mine else ()) if known.path == self.folder]
        for place in reversed(places):
            mine.trusted.remove(place)
        return _told(self, read_chapters()) if places else {"CANCELLED"}


class LLMVIZ_OT_reload_chapters(bpy.types.Operator):
    """Read the chapters in the folders that you trust again, which runs them as Python"""

    bl_idname = "llmviz.reload_chapters"
    bl_label = "Reload Chapters"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where there is a folder."""
        if not chapter_folders():
            cls.poll_message_set(NO_FOLDER)
        return bool(chapter_folders())

    def execute(self, context: bpy.types.Context) -> Result:
        """Read them."""
        return _told(self, read_chapters())


def _told(operator: bpy.types.Operator, found: Catalogue) -> Result:
    """Say what was found."""
    if found.problem:
        operator.report({"WARNING"}, readable(found.problem.replace("\n", " ")))
    else:
        operator.report({"INFO"}, f"There are {len(found.chapters)} chapters.")
    return {"FINISHED"}


def preferences() -> LLMVIZ_AP_preferences | None:
    """The extension's preferences; None where it runs without being one."""
    addon: Any = bpy.context.preferences.addons.get(PACKAGE)
    return addon.preferences if addon else None


CLASSES = (
    LLMVIZ_PG_chapter_folder,
    LLMVIZ_AP_preferences,
    LLMVIZ_OT_choose_chapters,
    LLMVIZ_OT_trust_chapters,
    LLMVIZ_OT_forget_chapters,
    LLMVIZ_OT_reload_chapters,
)
