"""The sidebar's tab *LLM*: what is shown, whose film, going through it, rendering it."""

from __future__ import annotations

import blf
import bpy

from ..layout import font
from ..layout.candidates import percent
from ..screenplay.open_stage import PLACES
from ..stage.open_state import OpenState, read_state
from ..stage.story import Story, read_story
from . import request
from .generate import NO_STAGE, problem
from .jobs import locked, running
from .play import NO_FILM, next_rest, previous_rest
from .preferences import chapter_folders
from .render import folder_problem
from .settings import MOST_CHAPTERS
from .view import looks_through_camera

MARGIN = 70
"""Pixels of a sidebar's width, at a scale of 1, that text in a box cannot use."""


class _Panel:
    """Where all panels stand."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "LLM"


class LLMVIZ_PT_job(_Panel, bpy.types.Panel):
    """How far the running job is; above the others, and only while there is one."""

    bl_label = "Progress"
    bl_options = {"HIDE_HEADER"}
    bl_order = 0

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """While a job runs."""
        return running() is not None

    def draw(self, context: bpy.types.Context) -> None:
        """A bar and what to do about it."""
        job = running()
        column = self.layout.column(align=True)
        column.progress(factor=job.share, text=f"{job.title} {job.share:.0%}")
        write(column, job.text, context)
        if job.exclusive:
            column.label(text="Cancel", icon="EVENT_ESC")
        else:
            self.layout.operator("llmviz.cancel", icon="CANCEL")


class LLMVIZ_PT_model(_Panel, bpy.types.Panel):
    """Which model, and what it reads."""

    bl_label = "Model"
    bl_order = 1

    def draw(self, context: bpy.types.Context) -> None:
        """Model, tokens, and what is wrong with them."""
        settings = context.scene.llmviz_settings
        layout = self.layout
        layout.enabled = running() is None
        layout.row().prop(settings, "model", expand=True)
        column = layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        if settings.model == "SHAPE":
            column.use_property_split = False
            column.prop(settings, "outlines")
            return
        if settings.model == "FILE":
            column.prop(settings, "checkpoint")
        problem = request.tokens_problem(settings)
        row = column.row()
        row.alert = bool(problem)
        row.prop(settings, "tokens")
        if problem:
            write(column, problem, context, icon="ERROR")
        elif settings.model == "BUILTIN":
            config = request.checkpoint(settings).config
            column.label(text=f"{config.n_layer} layers, {config.n_head} heads, {config.n_embd} channels", icon="INFO")


class LLMVIZ_PT_film(_Panel, bpy.types.Panel):
    """What the film tells and how; *Build*."""

    bl_label = "Film"
    bl_order = 2

    def draw(self, context: bpy.types.Context) -> None:
        """Chapters, looks, *Build*."""
        settings = context.scene.llmviz_settings
        layout = self.layout
        layout.enabled = running() is None
        self._chapters(context)
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(settings, "pauses")
        pace = layout.row()
        pace.enabled = settings.pauses
        pace.prop(settings, "pace")
        layout.prop(settings, "theme")
        built = read_story(context.scene) is not None
        row = layout.row()
        row.scale_y = 1.5
        row.enabled = not request.tokens_problem(settings)
        row.operator("llmviz.build", text="Build Again" if built else "Build", icon="FILE_REFRESH" if built else "PLAY")

    def _chapters(self, context: bpy.types.Context) -> None:
        catalogue = request.catalogue(chapter_folders())
        column = self.layout.column(align=True)
        column.label(text="Chapters")
        box = column.box().column(align=True)
        settings = context.scene.llmviz_settings
        for index, chapter in enumerate(catalogue.chapters[:MOST_CHAPTERS]):
            row = box.row()
            row.enabled = chapter.shapes or settings.model != "SHAPE"
            row.prop(settings, "included", index=index, text=f"{chapter.number:02d}  {chapter.title}")
        if catalogue.problem:
            write(column, catalogue.problem, context, icon="ERROR")


class LLMVIZ_PT_picture(_Panel, bpy.types.Panel):
    """Size and rate of the film, which seldom change."""

    bl_label = "Picture"
    bl_parent_id = "LLMVIZ_PT_film"
    bl_options = {"DEFAULT_CLOSED"}

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        """What is set, to be read without opening the panel."""
        settings = context.scene.llmviz_settings
        width, height = request.size(settings)
        self.layout.label(text=f"{width} \u00d7 {height}, {settings.fps} fps")

    def draw(self, context: bpy.types.Context) -> None:
        """Aspect, size, frame rate."""
        settings = context.scene.llmviz_settings
        layout = self.layout
        layout.enabled = running() is None
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.row().prop(settings, "shape", expand=True)
        layout.prop(settings, "short_side")
        layout.prop(settings, "fps")


class LLMVIZ_PT_play(_Panel, bpy.types.Panel):
    """Going through the film, with its commentary."""

    bl_label = "Play"
    bl_order = 3

    def draw(self, context: bpy.types.Context) -> None:
        """Transport, chapters, commentary."""
        layout = self.layout
        layout.enabled = not locked()
        story = read_story(context.scene)
        if story is None:
            write(layout.column(align=True), f"{NO_FILM}.", context, icon="INFO")
            return
        self._transport(context, story)
        self._chapters(context, story)
        self._commentary(context, story)
        looking = looks_through_camera(context.space_data)
        text = "Leave Camera" if looking else "Look Through Camera"
        layout.operator("llmviz.film_view", text=text, icon="OUTLINER_OB_CAMERA", depress=looking)

    def _transport(self, context: bpy.types.Context, story: Story) -> None:
        scene, row = context.scene, self.layout.row(align=True)
        row.scale_y = 1.3
        back = row.row(align=True)
        back.enabled = previous_rest(scene, story) is not None
        back.operator("llmviz.jump", text="Rest", icon="PREV_KEYFRAME").to = "PREVIOUS"
        if context.screen.is_animation_playing:
            row.operator("screen.animation_play", text="", icon="PAUSE")
        else:
            row.operator("llmviz.play", text="", icon="PLAY")
        forth = row.row(align=True)
        forth.enabled = next_rest(scene, story) is not None
        forth.operator("llmviz.jump", text="Rest", icon="NEXT_KEYFRAME").to = "NEXT"

    def _chapters(self, context: bpy.types.Context, story: Story) -> None:
        now = story.chapter(context.scene.frame_current)
        column = self.layout.column(align=True)
        for chapter in story.chapters:
            text = f"{chapter.number:02d}  {chapter.title}"
            jump = column.operator("llmviz.jump_to_chapter", text=text, depress=chapter == now)
            jump.chapter = chapter.name

    def _commentary(self, context: bpy.types.Context, story: Story) -> None:
        said = story.commentary(context.scene.frame_current)
        box = self.layout.box().column(align=True)
        if said is None:
            box.label(text="Nothing has been said yet.")
            return
        box.label(text=said.marker, icon="MARKER_HLT" if context.scene.frame_current == said.start else "MARKER")
        box.separator()
        write(box, said.text, context)


class LLMVIZ_PT_generate(_Panel, bpy.types.Panel):
    """Letting the model write on, on an open stage."""

    bl_label = "Generate"
    bl_order = 5
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """The open stage, how the next token is chosen, and what it may be."""
        layout = self.layout
        layout.enabled = running() is None
        state = read_state(context.scene)
        if state is None:
            write(layout.column(align=True), f"{NO_STAGE}.", context, icon="INFO")
            self._opening(context)
            return
        box = layout.box().column(align=True)
        write(box, state.text or "∅", context)
        box.label(text=f"{len(state.tokens)} of {state.columns} columns are filled")
        if trouble := problem(state):
            write(layout.column(align=True), trouble, context, icon="ERROR")
        row = layout.row(align=True)
        row.scale_y = 1.3
        row.operator("llmviz.previous_token", text="Back", icon="TRIA_LEFT")
        row.operator("llmviz.next_token", text="Next Token", icon="TRIA_RIGHT").count = 1
        self._candidates(state)
        self._sampling(context)
        row = layout.row(align=True)
        for place in PLACES:
            row.operator("llmviz.look_at", text=place.capitalize()).place = place
        self._opening(context)

    def _candidates(self, state: OpenState) -> None:
        column = self.layout.column(align=True)
        column.label(text=f"Next token, {state.sampling}")
        for candidate in state.candidates:
            row = column.split(factor=0.24, align=True)
            row.label(text=str(candidate.rank), icon="RIGHTARROW" if candidate.chosen else "BLANK1")
            row.progress(factor=candidate.share, text=f"{candidate.text}   {percent(candidate.share)}")

    def _sampling(self, context: bpy.types.Context) -> None:
        generation = context.scene.llmviz_generation
        column = self.layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        column.prop(generation, "greedy")
        drawn = column.column(align=True)
        drawn.enabled = not generation.greedy
        for name in ("temperature", "top_k", "top_p", "seed"):
            drawn.prop(generation, name)

    def _opening(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(context.scene.llmviz_generation, "room")
        again, film = read_state(context.scene) is not None, read_story(context.scene) is not None
        text = "Open Stage Again" if again else "Replace Film by Open Stage" if film else "Open Stage"
        row = layout.row()
        row.enabled = not request.tokens_problem(context.scene.llmviz_settings)
        row.operator("llmviz.open_stage", text=text, icon="FILE_REFRESH" if again else "ADD")


class LLMVIZ_PT_render(_Panel, bpy.types.Panel):
    """Stills and the film."""

    bl_label = "Render"
    bl_order = 4

    def draw(self, context: bpy.types.Context) -> None:
        """Where to, how, and the two buttons."""
        settings = context.scene.llmviz_settings
        layout = self.layout
        layout.enabled = running() is None
        film, stage = read_story(context.scene), read_state(context.scene)
        if film is None and stage is None:
            write(layout.column(align=True), f"{NO_FILM}.", context, icon="INFO")
            return
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(settings, "folder")
        problem = folder_problem(settings)
        if problem:
            write(layout.column(align=True), problem, context, icon="ERROR")
        layout.prop(settings, "engine")
        if film is not None:
            layout.prop(settings, "web_captions")
        column = layout.column(align=True)
        column.scale_y = 1.2
        column.operator("llmviz.render_still", text="Render Still", icon="RENDER_STILL")
        if film is not None:
            column.operator("llmviz.storyboard", text="Storyboard", icon="IMGDISPLAY")
            column.operator("llmviz.render_film", text="Render Film", icon="RENDER_ANIMATION")


def write(layout: bpy.types.UILayout, text: str, context: bpy.types.Context, icon: str = "NONE") -> None:
    """Running text, broken to the sidebar's width."""
    for number, line in enumerate(wrapped(text, context, icon != "NONE")):
        layout.label(text=line, icon="BLANK1" if number and icon != "NONE" else icon)


def wrapped(text: str, context: bpy.types.Context, indented: bool = False) -> list[str]:
    """The lines of ``text`` at the sidebar's width."""
    preferences = context.preferences
    scale = preferences.system.ui_scale or 1.0
    blf.size(0, preferences.ui_styles[0].widget.points * scale)
    # How wide the interface's letters are, measured against those that the line breaker knows.
    em = blf.dimensions(0, text)[0] / font.advance(text) if text.strip() else 1.0
    width = (context.region.width if context.region else 300) - (MARGIN + 20 * indented) * scale
    return "".join(run for run, _ in font.wrap([(text, "")], em, max(width, 60 * scale))).split("\n")


CLASSES = (
    LLMVIZ_PT_job,
    LLMVIZ_PT_model,
    LLMVIZ_PT_film,
    LLMVIZ_PT_picture,
    LLMVIZ_PT_play,
    LLMVIZ_PT_render,
    LLMVIZ_PT_generate,
)
