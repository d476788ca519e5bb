"""What a user sets in the sidebar, kept on the scene and so in her file.

Chapters are remembered by name, as those left out: a chapter that comes with a later version, or is
put into the user's folder, is then ticked by itself. ``included`` is the same list as tick boxes, by
the chapter's place in the catalogue.
"""

# ruff: noqa: F722, F821 -- Blender's properties are declared as annotations, their texts are no types
from __future__ import annotations

import bpy
from bpy.props import (
    BoolProperty,
    BoolVectorProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    StringProperty,
)

from ..language import ENGLISH
from ..model.blueprints import BLUEPRINTS, COMPARED
from ..model.checkpoint import BUILTINS, NANO
from ..screenplay.loader import LENGTHS
from ..screenplay.trailer import LEAST, MOST, TEMPO
from ..stage.quality import FINAL, QUALITIES
from ..stage.render import ENGINES
from .preferences import catalogue, for_new_films, language_items, language_names, language_number, own_language
from .values import ASPECTS, PACE_RANGE, THEME_ITEMS, follows, value

MOST_CHAPTERS = 32
"""As many tick boxes as Blender takes in one property."""
ENGINE_TEXTS = {
    "auto": ("Automatic", "EEVEE where there is a graphics card, else Cycles"),
    "eevee": ("EEVEE", "Fast with a graphics card"),
    "cycles": ("Cycles", "One sample per pixel; needs no graphics card"),
}
SHAPE_TEXTS = {"16:9": "Landscape, for screens", "9:16": "Portrait, for phones", "1:1": "Square"}
# Declarations see the module's names, but not from within a comprehension of their own.
SHAPE_ITEMS = [(name, name, SHAPE_TEXTS[name]) for name in ASPECTS]
MODEL_TEXTS = {
    name: (name, f"A small GPT that {one.does}; it comes with the extension") for name, one in BUILTINS.items()
}
MODEL_TEXTS |= {
    "FILE": ("Checkpoint", "A GPT of your own, of the GPT-2 family"),
    "SHAPE": ("Shapes", "Well-known GPTs in outline, without their numbers, to scale"),
}
IN_FILES = {NANO: 0, "FILE": 1, "SHAPE": 2, "austen": 3}
"""What each model is in a .blend, where Blender keeps an enum as its number; whatever their order here."""
MODEL_ITEMS = [(name, *texts, "NONE", IN_FILES[name]) for name, texts in MODEL_TEXTS.items()]
TAKEN = "".join(f"{',' if i else ':'} for {name} {one.takes}" for i, (name, one) in enumerate(BUILTINS.items()))
OUTLINE_ITEMS = [(name, one.title, one.counted) for name, one in BLUEPRINTS.items()]
SIZE_ITEMS = [(str(side), f"{side} px", f"The shorter side has {side} pixels") for side in (480, 720, 1080, 1440, 2160)]
LENGTH_TEXTS = {
    "full": "Everything",
    "short": "An excerpt of about three minutes, of the chapters that have a part in it",
    "trailer": "30 seconds without words but the questions of chapters, cut to a beat",
    "run-through": "One shot: down through the whole model with the numbers, to the token that is drawn",
    "pull-back": "One shot: from a single number back to models as large as GPT-3",
}
LENGTH_ITEMS = [(name, name.capitalize(), LENGTH_TEXTS[name]) for name in LENGTHS]
QUALITY_TEXTS = {
    "draft": ("Draft", "Fast where things are lit, as in the cinematic theme"),
    "final": ("Final", "As it is meant to look"),
    "4k": ("4K", "As final, the shorter side of the picture with 2160 pixels"),
}
QUALITY_ITEMS = [(name, *QUALITY_TEXTS[name]) for name in QUALITIES]
ENGINE_ITEMS = [(name, *ENGINE_TEXTS[name]) for name in ENGINES]


def _suit_tokens(settings: LLMVIZ_PG_settings, context: bpy.types.Context) -> None:
    """Give another built-in model the text that it is shown with, in place of another's; leave what the user wrote."""
    chosen = BUILTINS.get(value(settings, "model"))
    if chosen is not None and value(settings, "tokens") in {one.sample for one in BUILTINS.values()}:
        settings.tokens = chosen.sample


def _get_included(settings: LLMVIZ_PG_settings) -> list[bool]:
    skipped = value(settings, "skipped").split()
    ticks = [chapter.name not in skipped for chapter in catalogue().chapters][:MOST_CHAPTERS]
    return ticks + [True] * (MOST_CHAPTERS - len(ticks))


def _set_included(settings: LLMVIZ_PG_settings, ticks: list[bool]) -> None:
    chapters = catalogue().chapters
    here = {chapter.name for chapter in chapters}
    elsewhere = [name for name in value(settings, "skipped").split() if name not in here]
    left_out = [chapter.name for chapter, tick in zip(chapters, ticks, strict=False) if not tick]
    settings.skipped = " ".join(elsewhere + left_out)


def _language(settings: LLMVIZ_PG_settings) -> str:
    """What is set; where nothing is, what the preferences say."""
    return value(settings, "language") or own_language()


def _get_told_in(settings: LLMVIZ_PG_settings) -> int:
    return language_number(_language(settings))


def _set_told_in(settings: LLMVIZ_PG_settings, number: int) -> None:
    settings.language = language_names(_language(settings))[number]


class LLMVIZ_PG_settings(bpy.types.PropertyGroup):
    """The sidebar's settings."""

    model: EnumProperty(
        name="Model",
        description="The GPT whose weights and numbers are shown",
        items=MODEL_ITEMS,
        update=_suit_tokens,
    )
    outlines: EnumProperty(
        name="Shapes",
        description="The models to show. Shift-click picks several, which stand side by side",
        items=OUTLINE_ITEMS,
        options={"ENUM_FLAG"},
        default=set(COMPARED),
    )
    checkpoint: StringProperty(
        name="Path",
        description="File or folder of the model, as Hugging Face, nanoGPT, minGPT or llm-viz write it: "
        "safetensors, PyTorch's .pt and .bin, llm-viz's JSON",
        subtype="FILE_PATH",
        options={"PATH_SUPPORTS_BLEND_RELATIVE"},
    )
    tokens: StringProperty(
        name="Tokens",
        description=f"The text the model reads{TAKEN}. For a model that comes without a tokenizer, token ids apart by "
        "spaces. Another text is another film, and a build, whose button tells how long; an open stage takes a step",
        default=BUILTINS[NANO].sample,
        options={"TEXTEDIT_UPDATE"},
    )
    skipped: StringProperty(name="Chapters Left Out", description="Names of the chapters left out, apart by spaces")
    included: BoolVectorProperty(
        name="Include",
        description="Whether the film tells this chapter",
        size=MOST_CHAPTERS,
        get=_get_included,
        set=_set_included,
    )
    length: EnumProperty(
        name="Length",
        description="How much of the ticked chapters the film tells",
        items=LENGTH_ITEMS,
    )
    bpm: FloatProperty(
        name="Beats / Minute",
        description="Tempo of the music that a trailer is cut to: each cut lies on a beat",
        default=TEMPO,
        min=LEAST,
        max=MOST,
        step=100,
        precision=1,
    )
    pauses: BoolProperty(
        name="Reading Pauses",
        description="Hold the picture after each paragraph for as long as it takes to read it, in the film and where "
        "the space bar plays. Play in this sidebar goes on to the next rest without them",
        **follows("pauses", True, for_new_films),
    )
    pace: FloatProperty(
        name="Words / Minute",
        description="How fast the commentary is read, which tells how long a reading pause is",
        **PACE_RANGE,
        **follows("pace", PACE_RANGE["default"], for_new_films),
    )
    language: StringProperty(
        name="Language",
        description="The short name of what the film is told in, such as de",
        options={"HIDDEN"},
        **follows("language", ENGLISH.name, for_new_films),
    )
    told_in: EnumProperty(
        name="Language",
        description="What the film is told in. Folders of yours may have more languages, one file each in their "
        "folder languages",
        items=language_items,
        get=_get_told_in,
        set=_set_told_in,
    )
    theme: EnumProperty(
        name="Theme",
        description="Colours of the set and the page behind it",
        items=THEME_ITEMS,
        **follows("theme", 0, for_new_films),
    )
    theme_file: StringProperty(
        name="File",
        description="A theme file, TOML, that inherits from one of ours; by default the one in the preferences. "
        "The film keeps what is in it",
        subtype="FILE_PATH",
        options={"PATH_SUPPORTS_BLEND_RELATIVE"},
    )
    shape: EnumProperty(
        name="Aspect",
        description="Shape of the picture. Camera and commentary are composed for it",
        items=SHAPE_ITEMS,
    )
    short_side: EnumProperty(
        name="Size",
        description="Length of the picture's shorter side in pixels",
        items=SIZE_ITEMS,
        default="720",
    )
    fps: IntProperty(
        name="Frame Rate", description="Frames per second of film", default=30, min=1, max=240, soft_min=12, soft_max=60
    )
    folder: StringProperty(
        name="Folder",
        description="Where stills and films are saved; // is the folder of the .blend file",
        default="//",
        subtype="DIR_PATH",
        options={"PATH_SUPPORTS_BLEND_RELATIVE"},
    )
    engine: EnumProperty(
        name="Engine",
        description="What renders stills and films",
        items=ENGINE_ITEMS,
    )
    quality: EnumProperty(
        name="Quality",
        description="How much work goes into stills and films",
        items=QUALITY_ITEMS,
        default=FINAL,
    )
    web_captions: BoolProperty(
        name="Captions for the Web",
        description="Save the commentary beside the film as WebVTT (.vtt) too, next to SubRip (.srt)",
        default=False,
    )

    seconds: FloatProperty(
        name="Last Build", description="Seconds that building took last time", min=0.0, options={"HIDDEN"}
    )


def copy_settings(source: LLMVIZ_PG_settings, target: LLMVIZ_PG_settings) -> None:
    """Make ``target`` say what ``source`` says, so that the sidebar does not change with the scene."""
    for name, kind in source.bl_rna.properties.items():
        if not kind.is_readonly and name not in ("name", "included", "told_in"):
            setattr(target, name, value(source, name))


CLASSES = (LLMVIZ_PG_settings,)
