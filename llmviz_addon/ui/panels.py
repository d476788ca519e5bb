"""The sidebar's tab *LLM*: what is shown, whose film, going through it, rendering it."""

from __future__ import annotations

from typing import Any

import bpy

from ..model.checkpoint import BUILTINS
from ..rounding import parts_of_all, percent
from ..screenplay.loader import SHOTS, TRAILER
from ..screenplay.open_stage import PLACES
from ..stage.open_state import OpenState, read_state
from ..stage.story import Story, read_story
from . import first_look, rate, request
from .beside import beside
from .generate import NO_STAGE, differs
from .jobs import last, locked, running, start
from .looks import LLMVIZ_PT_render_presets, LLMVIZ_PT_theme_presets, Preset
from .manual import START, Explained
from .play import NO_FILM, next_rest, previous_rest
from .preferences import catalogue, preferences
from .reload import draw_reload, draw_troubles
from .render import folder_problem, frames_kept
from .runs import problem
from .scenes import film_scenes, her_scenes, say_where
from .settings import MODEL_TEXTS, MOST_CHAPTERS
from .values import value
from .view import is_plain, looks_through_camera
from .write import in_words, wrapped, write


class _Panel(Explained):
    """Where all panels stand."""

    bl_space_type: Any = "VIEW_3D"
    bl_region_type: Any = "UI"
    bl_category = "LLM"


class LLMVIZ_PT_job(_Panel, bpy.types.Panel):
    """How far the running job is, or how the last one ended; always there, so that nothing moves under the mouse."""

    bl_label = "Progress"
    bl_options = {"HIDE_HEADER"}
    bl_order = 0

    def draw(self, context: bpy.types.Context) -> None:
        """Two rows, whatever is or was done; more where it takes more to tell what went wrong."""
        job, ended = running(), last()
        column = self.layout.box().column()  # without a header Blender draws no ground, and the film's may be white
        if job is not None:
            column.progress(factor=job.share, text=job.told)
            row = column.row()
            row.label(text=job.text)
            if job.exclusive:
                row.label(text="Cancel", icon="EVENT_ESC")
            else:
                row.operator("llmviz.cancel", icon="CANCEL")
            return
        if ended is None:
            column.label(text="A language model as a film", icon="INFO")
            column.label(text="Choose a model and press Build", icon="BLANK1")
            return
        write(column, ended.text, context, icon="ERROR" if ended.failed else "CHECKMARK")
        if ended.failed:
            column.operator("llmviz.manual", text="What the Manual Says", icon="HELP").section = START
        elif ended.folder is not None:
            column.operator("wm.path_open", text="Open Folder", icon="FILE_FOLDER").filepath = str(ended.folder)
        elif first_look.is_waiting() or len(wrapped(ended.text, context, True)) < 2:
            column.label(text="Shaders are being compiled" if first_look.is_waiting() else "")


class LLMVIZ_PT_read(_Panel, bpy.types.Panel):
    """How the value of a cell is read: a teacher's first question, so it stands at the top."""

    bl_label = "Read"
    bl_options = {"HIDE_HEADER"}
    bl_order = 0

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Where there is something to point at."""
        return read_story(context.scene) is not None or read_state(context.scene) is not None

    def draw(self, context: bpy.types.Context) -> None:
        """One button."""
        row = self.layout.row()
        row.scale_y = 1.3
        row.enabled = not locked()
        row.operator("llmviz.inspect_cell", icon="EYEDROPPER")


class LLMVIZ_PT_model(_Panel, bpy.types.Panel):
    """Which model, and what it reads."""

    bl_label = "Model"
    bl_order = 1
    section = "Your own model"

    def draw(self, context: bpy.types.Context) -> None:
        """Model, tokens, and what is wrong with them."""
        settings = context.scene.llmviz_settings
        layout = self.layout
        layout.enabled = running() is None
        choice = layout.column(align=True)
        for names in (BUILTINS, [name for name in MODEL_TEXTS if name not in BUILTINS]):
            row = choice.row(align=True)
            for name in names:
                row.prop_enum(settings, "model", name)
        column = layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        if value(settings, "model") == "SHAPE":
            column.use_property_split = False
            column.prop(settings, "outlines")
            return
        if value(settings, "model") == "FILE":
            column.prop(settings, "checkpoint")
        problem = request.tokens_problem(settings)
        row = column.row()
        row.alert = bool(problem)
        row.prop(settings, "tokens")
        if problem:
            write(column, problem, context, icon="ERROR")
        elif value(settings, "model") in BUILTINS:
            config = request.checkpoint(settings).config
            column.label(text=f"{config.n_layer} layers, {config.n_head} heads, {config.n_embd} channels", icon="INFO")


class LLMVIZ_PT_film(Preset, _Panel, bpy.types.Panel):
    """What the film tells and how; *Build*."""

    bl_label = "Film"
    bl_order = 2
    presets = LLMVIZ_PT_theme_presets

    def draw(self, context: bpy.types.Context) -> None:
        """Chapters, looks, *Build*."""
        settings = context.scene.llmviz_settings
        column = self.layout.column()
        column.enabled = running() is None
        self._chapters(column, context)
        column.use_property_split = True
        column.use_property_decorate = False
        column.prop(settings, "length")
        if value(settings, "length") == TRAILER:
            column.prop(settings, "bpm")
        elif value(settings, "length") not in SHOTS:
            column.prop(settings, "pauses")
            pace = column.row()
            pace.enabled = value(settings, "pauses")
            pace.prop(settings, "pace")
        column.prop(settings, "told_in")
        column.prop(settings, "theme")
        if value(settings, "theme") == "FILE":
            column.prop(settings, "theme_file")
        built = any(read_story(scene) for scene in film_scenes())
        row = self.layout.row()
        row.scale_y = 1.5
        row.enabled = not request.tokens_problem(settings)
        text, icon = ("Build Again", "FILE_REFRESH") if built else ("Build", "PLAY")
        start(row, "llmviz.build", text, icon)

    def _chapters(self, layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
        found = catalogue()
        column = layout.column(align=True)
        row = column.row()
        row.label(text="Chapters")
        draw_reload(row, context)
        box = column.box().column(align=True)
        settings = context.scene.llmviz_settings
        asked = value(settings, "model"), value(settings, "length")
        for index, chapter in enumerate(found.chapters[:MOST_CHAPTERS]):
            row = box.row()
            row.enabled = chapter.is_in(*asked)
            row.prop(settings, "included", index=index, text=f"{chapter.number:02d}  {chapter.title}")
        draw_troubles(column, context)


class LLMVIZ_PT_picture(_Panel, bpy.types.Panel):
    """Size and rate of the film, which seldom change."""

    bl_label = "Picture"
    bl_parent_id = "LLMVIZ_PT_film"
    bl_options = {"DEFAULT_CLOSED"}

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        """What is set, to be read without opening the panel."""
        settings = context.scene.llmviz_settings
        width, height = request.size(settings)
        self.layout.label(text=f"{width} \u00d7 {height}, {value(settings, 'fps')} fps")

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
    section = "Present"

    def draw(self, context: bpy.types.Context) -> None:
        """Transport, chapters, commentary, and the way back."""
        layout = self.layout
        layout.enabled = not locked()
        story, stage = read_story(context.scene), read_state(context.scene)
        if story is None:
            say_where(layout, context, NO_FILM, read_story)
        else:
            self._transport(context, story)
            self._chapters(context, story)
            self._commentary(context, story)
        if story is None and stage is None:
            return
        rate.draw(layout, context)
        looking = looks_through_camera(context.space_data)
        text = "Leave Camera" if looking else "Look Through Camera"
        row = layout.row(align=True)
        row.operator("llmviz.film_view", text=text, icon="OUTLINER_OB_CAMERA", depress=looking)
        shared = context.screen is not None and beside(context.screen) is not None
        row.operator("llmviz.side_by_side", text="", icon="MOD_MIRROR", depress=shared)
        plain = is_plain(context.space_data)
        row.operator("llmviz.plain_colours", text="", icon="SHADING_SOLID", depress=plain)
        if plain and (mine := preferences()):
            row.prop(mine, "solid_values", text="", icon="TEXTURE")
        if story is not None:
            row = layout.row(align=True)
            row.operator("llmviz.present", icon="FULLSCREEN_ENTER")
            row.operator("llmviz.speaker", text="Speaker", icon="WINDOW")
        for hers in her_scenes()[:1]:
            layout.operator("llmviz.leave_film", text=f"Back to {hers.name}", icon="LOOP_BACK")

    def _transport(self, context: bpy.types.Context, story: Story) -> None:
        scene, row = context.scene, self.layout.row(align=True)
        row.scale_y = 1.3
        back = row.row(align=True)
        back.enabled = previous_rest(scene, story) is not None
        back.operator("llmviz.jump", text="Previous", icon="PREV_KEYFRAME").to = "PREVIOUS"
        if context.screen.is_animation_playing:
            row.operator("screen.animation_play", text="", icon="PAUSE")
        else:
            row.operator("llmviz.play", text="", icon="PLAY")
        forth = row.row(align=True)
        forth.enabled = next_rest(scene, story) is not None
        forth.operator("llmviz.jump", text="Next", icon="NEXT_KEYFRAME").to = "NEXT"

    def _chapters(self, context: bpy.types.Context, story: Story) -> None:
        now = story.chapter(context.scene.frame_current)
        column = self.layout.column(align=True)
        for chapter in story.chapters:
            text = f"{chapter.number:02d}  {chapter.title}"
            jump = column.operator("llmviz.jump_to_chapter", text=text, depress=chapter == now)
            jump.chapter = chapter.name

    def _commentary(self, context: bpy.types.Context, story: Story) -> None:
        now = context.scene.frame_current
        said = story.commentary(now)
        box = self.layout.box().column(align=True)
        if said is None:
            box.label(text="Nothing has been said yet.")
            return
        rests = any(rest.name == said.marker and rest.frame <= now <= rest.end for rest in story.markers)
        box.label(text=said.marker, icon="MARKER_HLT" if rests else "MARKER")
        box.separator()
        write(box, story.paragraph(now), context)


class LLMVIZ_PT_generate(_Panel, bpy.types.Panel):
    """Letting the model write on, on an open stage."""

    bl_label = "Generate"
    bl_order = 5
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """The open stage, how the next token is chosen, and what it may be."""
        state = read_state(context.scene)
        column = self.layout.column()
        column.enabled = running() is None
        if state is None:
            say_where(column, context, NO_STAGE, read_state)
        else:
            self._stage(column, context, state)
        self._opening(column, context)

    def _stage(self, layout: bpy.types.UILayout, context: bpy.types.Context, state: OpenState) -> None:
        box = layout.box().column(align=True)
        write(box, state.text or "∅", context)
        box.label(text=f"{len(state.tokens)} of {state.columns} columns are filled")
        if trouble := problem(state):
            write(layout.column(align=True), trouble, context, icon="ERROR")
        row = layout.row(align=True)
        row.scale_y = 1.3
        row.operator("llmviz.previous_token", text="Back", icon="TRIA_LEFT")
        row.operator("llmviz.next_token", text="Next Token", icon="TRIA_RIGHT").count = 1
        if differs(context.scene.llmviz_settings, state):
            layout.operator("llmviz.show_tokens", icon="FILE_REFRESH")
        self._candidates(layout, state)
        self._sampling(layout, context)
        row = layout.row(align=True)
        for place in PLACES:
            row.operator("llmviz.look_at", text=place.capitalize()).place = place

    def _candidates(self, layout: bpy.types.UILayout, state: OpenState) -> None:
        column = layout.column(align=True)
        column.label(text=f"Next token, {state.sampling}")
        shares = parts_of_all(candidate.share for candidate in state.candidates)
        for candidate, share in zip(state.candidates, shares, strict=True):
            row = column.split(factor=0.24, align=True)
            row.label(text=str(candidate.rank), icon="RIGHTARROW" if candidate.chosen else "BLANK1")
            row.progress(factor=candidate.share, text=f"{candidate.text}   {percent(share)}")

    def _sampling(self, layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
        generation = context.scene.llmviz_generation
        column = layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        column.prop(generation, "greedy")
        drawn = column.column(align=True)
        drawn.enabled = not value(generation, "greedy")
        for name in ("temperature", "top_k", "top_p", "seed"):
            drawn.prop(generation, name)

    def _opening(self, layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(context.scene.llmviz_generation, "room")
        opened = any(read_state(scene) for scene in film_scenes())
        told = any(read_story(scene) for scene in film_scenes())
        text = "Open Stage Again" if opened else "Replace Film by Open Stage" if told else "Open Stage"
        row = self.layout.row()
        row.enabled = not request.tokens_problem(context.scene.llmviz_settings)
        start(row, "llmviz.open_stage", text, "FILE_REFRESH" if opened else "ADD")


class LLMVIZ_PT_render(Preset, _Panel, bpy.types.Panel):
    """Stills and the film."""

    bl_label = "Render"
    bl_order = 4
    presets = LLMVIZ_PT_render_presets

    def draw(self, context: bpy.types.Context) -> None:
        """Where to, how, and the buttons."""
        settings = context.scene.llmviz_settings
        film, stage = read_story(context.scene), read_state(context.scene)
        column = self.layout.column()
        column.enabled = running() is None
        if film is None and stage is None:
            say_where(column, context, NO_FILM, read_story)
            return
        column.use_property_split = True
        column.use_property_decorate = False
        column.prop(settings, "folder")
        problem = folder_problem(settings)
        if problem:
            write(column.column(align=True), problem, context, icon="ERROR")
        column.prop(settings, "engine")
        column.prop(settings, "quality")
        if film is not None:
            column.prop(settings, "web_captions")
        buttons = self.layout.column(align=True)
        buttons.scale_y = 1.2
        start(buttons.row(align=True), "llmviz.render_still", "Render Still", "RENDER_STILL")
        if film is not None:
            start(buttons.row(align=True), "llmviz.storyboard", "Storyboard", "IMGDISPLAY")
            start(buttons.row(align=True), "llmviz.render_film", "Render Film", "RENDER_ANIMATION")
            self._frames(frames_kept(context.scene))

    def _frames(self, size: int) -> None:
        if size:
            row = self.layout.row()
            row.enabled = running() is None
            row.label(text=f"Frames kept: {in_words(size)}")
            row.operator("llmviz.delete_frames", text="", icon="TRASH")


CLASSES = (
    LLMVIZ_PT_job,
    LLMVIZ_PT_read,
    LLMVIZ_PT_model,
    LLMVIZ_PT_film,
    LLMVIZ_PT_picture,
    LLMVIZ_PT_play,
    LLMVIZ_PT_render,
    LLMVIZ_PT_generate,
)
