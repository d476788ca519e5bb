"""What needs a stage's model, where that is not at hand, lets it be read first: a job, as that may take seconds.

A film in a file that was opened has its pictures, but neither weights nor run: pointing and walking read both again.
"""

# ruff: noqa: F722, F821 -- Blender's properties are declared as annotations, their texts are no types
from __future__ import annotations

import json
from typing import Any

import bpy
from bpy.props import StringProperty

from ..stage.pointing.subject import at_hand, read_and_run, remember, subject
from .aside import aside
from .confirm import Result
from .jobs import Job, Outcome, Steps
from .pointing.hand import take_other_tool

RUN = 0.4
"""Share of the time in which the model is read: after it, it runs."""


def read_first(operator: Any, context: bpy.types.Context) -> bool:
    """Whether the model has to be read for an operator; then that begins, and the operator follows when it is."""
    if bpy.app.background or at_hand(context.scene):
        return False
    told = json.dumps(operator.as_keywords())
    bpy.ops.llmviz.read_model("INVOKE_DEFAULT", then=type(operator).bl_idname, told=told)
    return True


def read_steps(scene: bpy.types.Scene) -> Steps:
    """Read and run the model of the stage in ``scene``; raises JobError where it cannot be had."""
    read, run = read_and_run(scene)
    model = yield from aside(read, 0.0, "Reading the model")
    now = yield from aside(lambda: run(model), RUN, "Running the model")
    remember(now)
    subject(scene)
    return Outcome(f"{model.name} is read.")


class LLMVIZ_OT_read_model(Job, bpy.types.Operator):
    """Read the stage's model and run it on the stage's tokens, so that its numbers can be pointed at.

    It takes a part of a second with our own models, with GPT-2 some seconds
    """

    bl_idname = "llmviz.read_model"
    bl_label = "Read the Model"
    bl_options = {"INTERNAL"}

    prompt = True
    stopped = "Cancelled; the model was not read."

    then: StringProperty(name="Then", description="The operator that follows")
    told: StringProperty(name="Told", description="What that is told, as JSON", default="{}")

    def steps(self, context: bpy.types.Context) -> Steps:
        """The job: see ``read_steps``."""
        return read_steps(context.scene)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        """Begin."""
        return self._ended(context, super().invoke(context, event))

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        """Go on."""
        return self._ended(context, super().modal(context, event))

    def _ended(self, context: bpy.types.Context, how: Result) -> Result:
        """What was waited for follows; where there is no model, the tool that would ask for it again is left."""
        if "CANCELLED" in how:
            take_other_tool(context)
        elif "FINISHED" in how and self.then:
            follow: Any = getattr(bpy.ops.llmviz, self.then.rpartition(".")[2])
            follow("INVOKE_DEFAULT", True, **json.loads(self.told))
        return how


CLASSES = (LLMVIZ_OT_read_model,)
