"""Letting the model write: the open stage, the next token, and back.

Next and back are plain operators with an undo step each. All that a step changes is a new picture of values, what
meshes hold and one custom property of the scene, so undo takes back the whole of it; what is remembered here of runs
is by their tokens and so is true whatever was undone.
"""

# ruff: noqa: F722, F821 -- Blender's properties are declared as annotations, their texts are no types
from __future__ import annotations

import os
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty

from .. import api
from ..errors import LlmvizError
from ..model.checkpoint import is_builtin
from ..model.run import read
from ..model.sampling import Sampling
from ..screenplay.open_stage import PLACES, ROOM, Moment
from ..stage import live
from ..stage.open_state import OpenState, read_state
from ..stage.story import read_story
from . import request
from .build import Staging, changes_lost, staged, target, told
from .confirm import Result
from .jobs import Outcome, Steps, blocked
from .settings import copy_settings
from .values import value
from .view import look_through_camera

NO_STAGE = "There is no open stage in this scene"


def _resample(generation: LLMVIZ_PG_generation, context: bpy.types.Context) -> None:
    """Show what may come next as it is now chosen."""
    scene: Any = generation.id_data
    state = read_state(scene)
    if state is None or problem(state):
        return
    try:
        now = run(state)
    except LlmvizError:
        return  # the next step will say why; the list on stage still says how its token was chosen
    live.show_candidates(scene, now.resampled(sampling(generation)))


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


def problem(state: OpenState) -> str:
    """Why a stage's model cannot go on, as far as that is known without reading it; "" if it can."""
    if not is_builtin(state.model) and not os.path.exists(state.model):  # which never raises, whatever the file says
        return f"The model of this stage is no longer at {state.model!r}. Open the stage anew."
    return ""


def full(state: OpenState) -> str:
    """That no column is left; and that there could be more, where the model is known to take more."""
    known = [now.run.model for now in _recent if (now.run.tokens, now.columns) == (state.tokens, state.columns)]
    models = [request.checkpoint_at(state.model)] if is_builtin(state.model) else known
    more = [model.config.block_size > state.columns for model in models]
    hint = ". Open the stage anew, with more room" if True in more else ". This model takes no more tokens"
    return f"All {state.columns} columns are filled" + hint * bool(more)


_recent: list[Moment] = []
"""The last few runs, the newest first: a run of a large model takes a second."""


def run(state: OpenState, tokens: tuple[int, ...] | None = None) -> Moment:
    """The run that a stage shows, or one of other tokens; raises LlmvizError where its model is gone or another."""
    checkpoint = request.checkpoint_at(state.model)
    live.check_model(state, checkpoint)
    wanted, font = (checkpoint, tokens or state.tokens, state.prompt_length), state.look.font
    for known in _recent:
        found = (known.run.model, known.run.tokens, known.run.prompt_length)
        if (found, known.columns, known.font) == (wanted, state.columns, font):
            return known
    return _remembered(Moment(read(*wanted), state.columns, font))


def _remembered(now: Moment) -> Moment:
    _recent.insert(0, now)
    del _recent[3:]
    return now


class LLMVIZ_OT_open_stage(Staging, bpy.types.Operator):
    """Set up the whole model with room for more tokens, and let it write on.

    The stage takes the place of our film, if there is one. What is yours is left alone; what you changed on the
    film's own things is taken over where that can be, and you are asked before anything else of it goes
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
    settings, generation = context.scene.llmviz_settings, context.scene.llmviz_generation
    yield 0.0, "Running the model"
    model = request.checkpoint(settings)
    run = read(model, request.tokens(settings, model), sampling=sampling(generation))
    steps = api.open_stage_steps(
        run,
        value(generation, "room"),
        theme=request.theme(settings, target(context.scene)),
        size=request.size(settings),
        fps=value(settings, "fps"),
        scene=target(context.scene),
        sure=sure,
    )
    state = (yield from staged(context, steps)).state
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

    def execute(self, context: bpy.types.Context) -> Result:
        """Do it, or say why not."""
        try:
            self.act(context, read_state(context.scene))
        except LlmvizError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class LLMVIZ_OT_next_token(_OnStage, bpy.types.Operator):
    """Append the chosen token, and run the model on the longer text"""

    bl_idname = "llmviz.next_token"
    bl_label = "Next Token"

    count: IntProperty(name="Tokens", description="How many tokens to append", default=1, min=1, max=1024)

    @classmethod
    def hindrance(cls, state: OpenState) -> str:
        """A full stage."""
        return full(state) if len(state.tokens) >= state.columns else ""

    def act(self, context: bpy.types.Context, state: OpenState) -> None:
        """Append, and show."""
        now = run(state).resampled(sampling(context.scene.llmviz_generation))
        for _ in range(self.count):
            now = _remembered(now.following())
        live.show(context.scene, now)


class LLMVIZ_OT_previous_token(_OnStage, bpy.types.Operator):
    """Take the last token away; Next Token draws the same again as long as nothing else is changed"""

    bl_idname = "llmviz.previous_token"
    bl_label = "Back"

    @classmethod
    def hindrance(cls, state: OpenState) -> str:
        """Nothing appended."""
        return "Only the prompt is left" if len(state.tokens) <= state.prompt_length else ""

    def act(self, context: bpy.types.Context, state: OpenState) -> None:
        """Run without it, and show."""
        now = run(state, state.tokens[:-1])
        live.show(context.scene, now.resampled(sampling(context.scene.llmviz_generation)))


class LLMVIZ_OT_look_at(_OnStage, bpy.types.Operator):
    """Look at the open stage through its camera"""

    bl_idname = "llmviz.look_at"
    bl_label = "Look At"

    place: EnumProperty(
        name="Place",
        description="What to look at",
        items=[(name, name.capitalize(), f"Look at the {name}") for name in PLACES],
    )

    @classmethod
    def description(cls, context: bpy.types.Context, properties: Any) -> str:
        """The tooltip."""
        return f"Look at the {'whole model' if properties.place == 'whole' else properties.place}"

    def act(self, context: bpy.types.Context, state: OpenState) -> None:
        """Move the camera, and look through it."""
        render = context.scene.render
        live.look(context.scene, run(state).view(self.place, (render.resolution_x, render.resolution_y)))
        look_through_camera(context.area, context.scene)


CLASSES = (
    LLMVIZ_PG_generation,
    LLMVIZ_OT_open_stage,
    LLMVIZ_OT_next_token,
    LLMVIZ_OT_previous_token,
    LLMVIZ_OT_look_at,
)
