"""Letting the model write: the open stage, the next token, and back.

Next and back are plain operators with an undo step each. All that a step changes is a new picture of values, what
meshes hold and one custom property of the scene, so undo takes back the whole of it; what is remembered here of runs
is by their tokens and so is true whatever was undone.
"""

# ruff: noqa: F722, F821 -- Blender's properties are declared as annotations, their texts are no types
from __future__ import annotations

import time
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty

from .. import api
from ..errors import JobError, LlmvizError
from ..model.checkpoint import is_builtin
from ..model.run import Run, read
from ..model.sampling import Sampling
from ..screenplay.open_stage import PLACES, ROOM, Moment
from ..stage import live
from ..stage.kept_language import language_of
from ..stage.open_state import OpenState, read_state
from ..stage.story import read_story
from ..stepwise import Stepwise, within
from . import request
from .aside import aside
from .build import RUN, Staging, changes_lost, staged, target, told
from .jobs import Job, Outcome, Steps, blocked
from .preferences import chapter_folders
from .runs import filled, full, is_kept, problem, remembered, run, run_steps
from .settings import copy_settings
from .values import value
from .view import look_through_camera

NO_STAGE = "There is no open stage in this scene"
SHOWN = 0.5
"""Share of the time of a step after which what it found is put on the stage."""


def _resample(generation: LLMVIZ_PG_generation, context: bpy.types.Context) -> None:
    """Show what may come next as it is now chosen; where the run has to be had again from a large model, by a job."""
    scene: Any = generation.id_data
    if read_state(scene) is None:
        return
    try:
        state = live.state_of(scene)
        if problem(state):
            return
        if bpy.app.background or is_builtin(state.model) or is_kept(scene, state):
            live.show_candidates(scene, run(scene, state).resampled(sampling(generation)))
        elif not blocked():  # else the job under way shows it
            bpy.ops.llmviz.candidates("INVOKE_DEFAULT")
    except LlmvizError:
        return  # the next step will say why; the list on stage still says how its token was chosen


class LLMVIZ_PG_generation(bpy.types.PropertyGroup):
    """How the model goes on writing."""

    greedy: BoolProperty(
        name="Greedy", description="Always take the most probable token", default=True, update=_resample
    )
    temperature: FloatProperty(
        name="Temperature",
        description="1 draws with the model's own probabilities; less prefers the probable tokens, more the others",
        default=1.0,
        min=0.01,
        max=100.0,
        soft_min=0.1,
        soft_max=3.0,
        step=5,
        update=_resample,
    )
    top_k: IntProperty(
        name="Top K",
        description="Draw from so many of the most probable tokens only; 0 for all",
        default=0,
        min=0,
        soft_max=100,
        update=_resample,
    )
    top_p: FloatProperty(
        name="Top P",
        description="Draw from the most probable tokens that together have this probability only; 1 for all",
        default=1.0,
        min=0.01,
        max=1.0,
        subtype="FACTOR",
        update=_resample,
    )
    seed: IntProperty(
        name="Seed", description="The same seed draws the same tokens", default=0, min=0, update=_resample
    )
    room: IntProperty(
        name="Room",
        description="Columns to spare for tokens to come. A model takes only so many tokens in all, nano-gpt 11",
        default=ROOM,
        min=1,
        max=1024,
        soft_max=64,
    )


def sampling(generation: LLMVIZ_PG_generation) -> Sampling:
    """How the next token is chosen."""
    if value(generation, "greedy"):
        return Sampling(seed=value(generation, "seed"))
    top_p = round(value(generation, "top_p"), 6)  # as typed: Blender keeps 32 bits
    return Sampling(
        round(value(generation, "temperature"), 6),
        value(generation, "top_k") or None,
        top_p if top_p < 1 else None,
        value(generation, "seed"),
    )


class LLMVIZ_OT_open_stage(Staging, bpy.types.Operator):
    """Set up the whole model with room for more tokens, and let it write on.

    It takes a few seconds. The stage takes the place of our film, if there is one. What is yours is left alone; what
    you changed on the film's own things is taken over where that can be, and you are asked before anything else of it
    goes
    """

    bl_idname = "llmviz.open_stage"
    bl_label = "Open Stage"
    bl_options = {"REGISTER", "UNDO"}

    stopped = "Opening was cancelled; all is as it was."

    def question(self, context: bpy.types.Context) -> str:
        """Whether a film, or tokens that the model wrote, may go."""
        scene = target(context.scene)
        film = scene is not None and read_story(scene) is not None
        replaced = f"The open stage takes the place of the film in the scene {scene.name!r}." if film else ""
        return told(replaced or self.tokens_lost(scene), changes_lost(scene))

    def steps(self, context: bpy.types.Context) -> Steps:
        """The job: see ``open_stage``."""
        return open_stage(context, self.sure)


def open_stage(context: bpy.types.Context, sure: bool = False) -> Steps:
    """Open a stage for the model and tokens of the current scene's settings; see ``staged``, and ``build_steps``."""
    begun, settings = time.monotonic(), context.scene.llmviz_settings
    generation = context.scene.llmviz_generation
    run = yield from within(prompt_steps(settings, sampling(generation)), 0.0, RUN)
    steps = api.open_stage_steps(
        run,
        value(generation, "room"),
        theme=request.theme(settings, target(context.scene)),
        size=request.size(settings),
        fps=value(settings, "fps"),
        language=request.language(settings),
        walkthroughs=chapter_folders(),
        scene=target(context.scene),
        sure=sure,
    )
    stage = yield from within(staged(context, steps, begun), RUN, 1.0)
    state = stage.state
    remembered(Moment(run, state.columns, state.look.font, language_of(stage.scene)))
    if context.window.scene.llmviz_generation != generation:
        copy_settings(generation, context.window.scene.llmviz_generation)
    return Outcome(f"Stage of {state.columns} columns, {len(state.tokens)} filled.")


class _OnStage:
    """What operators on an open stage share."""

    bl_options: Any = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where there is an open stage, whose model is at hand, and no job under way."""
        state = read_state(context.scene)
        reason = blocked() or (problem(state) if state else NO_STAGE) or cls.hindrance(state)
        if reason:
            cls.poll_message_set(reason)
        return not reason

    @classmethod
    def hindrance(cls, state: OpenState) -> str:
        """What else is in the way."""
        return ""


class LLMVIZ_OT_next_token(Job, _OnStage, bpy.types.Operator):
    """Append the chosen token, and run the model on the longer text.

    It takes a part of a second with our own models, with GPT-2 some seconds
    """

    bl_idname = "llmviz.next_token"
    bl_label = "Next Token"

    stopped = "Cancelled; the stage is as it was."

    count: IntProperty(name="Tokens", description="How many tokens to append", default=1, min=1, max=1024)

    @classmethod
    def hindrance(cls, state: OpenState) -> str:
        """A full stage."""
        return full(state) if len(state.tokens) >= state.columns else ""

    def steps(self, context: bpy.types.Context) -> Steps:
        """The job: see ``next_tokens``."""
        return next_tokens(context.scene, self.count)


def next_tokens(scene: bpy.types.Scene, count: int) -> Steps:
    """Append ``count`` tokens, one after the other, then show them; stopped before that, nothing has changed."""
    state, how = read_state(scene), sampling(scene.llmviz_generation)
    assert state is not None, "the operator's poll"
    part = 1 / (count + 2)
    now = (yield from within(run_steps(scene, state), 0.0, part)).resampled(how)
    for number in range(count):
        text = f"Token {number + 1} of {count}"
        now = remembered((yield from aside(now.following, (number + 1) * part, text)))
    yield from within(live.show_steps(scene, now), 1.0 - part, 1.0)
    return Outcome(filled(state.columns, len(now.run.tokens)))


class LLMVIZ_OT_candidates(Job, _OnStage, bpy.types.Operator):
    """Read and run the stage's model again, and show what may come next as it is now chosen.

    With GPT-2 it takes some seconds
    """

    bl_idname = "llmviz.candidates"
    bl_label = "Show What May Come Next"
    bl_options = {"INTERNAL", "UNDO"}

    exclusive = False  # a setting may be dragged meanwhile
    stopped = "Stopped; the next step shows it."

    def steps(self, context: bpy.types.Context) -> Steps:
        """The job: see ``candidates``."""
        return candidates(context.scene.name)


def candidates(name: str) -> Steps:
    """The candidates of the stage in the scene of a name, as they are chosen when its run is there."""
    scene: Any = bpy.data.scenes[name]
    state = read_state(scene)
    assert state is not None, "the operator's poll"
    now = yield from run_steps(scene, state)
    scene = bpy.data.scenes.get(name)  # undo may have made it anew
    if scene is not None and read_state(scene) is not None and live.state_of(scene).tokens == state.tokens:
        live.show_candidates(scene, now.resampled(sampling(scene.llmviz_generation)))
    return Outcome("What may come next is shown.")


class LLMVIZ_OT_show_tokens(Job, _OnStage, bpy.types.Operator):
    """Put the tokens of the panel Model on the open stage in place of what it reads.

    Nothing is built anew: it takes a part of a second with our own models, with GPT-2 some seconds
    """

    bl_idname = "llmviz.show_tokens"
    bl_label = "Show These Tokens"

    stopped = "Cancelled; the stage is as it was."

    def steps(self, context: bpy.types.Context) -> Steps:
        """The job: see ``show_tokens``."""
        return show_tokens(context.scene)


def show_tokens(scene: bpy.types.Scene) -> Steps:
    """Run the model on the tokens that are set, and show that; stopped before that, nothing has changed.

    Raises ModelError or JobError where the stage has no room for them, or is of another model.
    """
    state = read_state(scene)
    assert state is not None, "the operator's poll"
    run = yield from prompt_steps(scene.llmviz_settings, sampling(scene.llmviz_generation))
    live.check_model(state, run.model)
    if len(run.tokens) > state.columns:
        raise JobError(f"{len(run.tokens)} tokens need as many columns; this stage has {state.columns}. Open it anew.")
    now = remembered(Moment(run, state.columns, state.look.font, language_of(scene)))
    yield from within(live.show_steps(scene, now), SHOWN, 1.0)
    return Outcome(filled(state.columns, len(run.tokens)))


def prompt_steps(settings: bpy.types.PropertyGroup, how: Sampling) -> Stepwise[Run]:
    """The run of the chosen model on just the tokens that are set."""
    model, tokens = yield from request.read_steps(settings)
    return (yield from aside(lambda: read(model, tokens, sampling=how), 0.5, "Running the model"))


def differs(settings: bpy.types.PropertyGroup, state: OpenState) -> bool:
    """Whether other tokens are set than the stage began with, for the same model, as far as can be told at once."""
    try:
        if request.path(settings) != state.model:
            return False
        if not is_builtin(state.model):
            return True
        return request.tokens(settings, request.checkpoint(settings)) != state.tokens[: state.prompt_length]
    except LlmvizError:
        return False


class LLMVIZ_OT_previous_token(Job, _OnStage, bpy.types.Operator):
    """Take the last token away; Next Token draws the same again as long as nothing else is changed.

    It takes a part of a second with our own models, with GPT-2 some seconds
    """

    bl_idname = "llmviz.previous_token"
    bl_label = "Back"

    prompt = True
    stopped = "Cancelled; the stage is as it was."

    @classmethod
    def hindrance(cls, state: OpenState) -> str:
        """Nothing appended."""
        return "Only the prompt is left" if len(state.tokens) <= state.prompt_length else ""

    def steps(self, context: bpy.types.Context) -> Steps:
        """The job: see ``previous_token``."""
        return previous_token(context.scene)


def previous_token(scene: bpy.types.Scene) -> Steps:
    """Run without the last token, and show that; stopped before, nothing has changed."""
    state, how = read_state(scene), sampling(scene.llmviz_generation)
    assert state is not None, "the operator's poll"
    now = yield from within(run_steps(scene, state, state.tokens[:-1]), 0.0, SHOWN)
    yield from within(live.show_steps(scene, now.resampled(how)), SHOWN, 1.0)
    return Outcome(filled(state.columns, len(now.run.tokens)))


class LLMVIZ_OT_look_at(Job, _OnStage, bpy.types.Operator):
    """Look at the open stage through its camera.

    In a file that was opened the model is run first, which with GPT-2 takes some seconds
    """

    bl_idname = "llmviz.look_at"
    bl_label = "Look At"

    prompt = True
    stopped = "Cancelled; the camera is where it was."

    place: EnumProperty(
        name="Place",
        description="What to look at",
        items=[(name, name.capitalize(), f"Look at the {name}") for name in PLACES],
    )

    @classmethod
    def description(cls, context: bpy.types.Context, properties: Any) -> str:
        """The tooltip."""
        return f"Look at the {'whole model' if properties.place == 'whole' else properties.place}"

    def steps(self, context: bpy.types.Context) -> Steps:
        """Move the camera, and look through it: where things stand is told by the run."""
        scene, state = context.scene, read_state(context.scene)
        assert state is not None, "the operator's poll"
        now = yield from run_steps(scene, state)
        live.look(scene, now.view(self.place, (scene.render.resolution_x, scene.render.resolution_y)))
        look_through_camera(context.area, scene)
        return Outcome(filled(state.columns, len(state.tokens)))


CLASSES = (
    LLMVIZ_PG_generation,
    LLMVIZ_OT_open_stage,
    LLMVIZ_OT_next_token,
    LLMVIZ_OT_show_tokens,
    LLMVIZ_OT_candidates,
    LLMVIZ_OT_previous_token,
    LLMVIZ_OT_look_at,
)
