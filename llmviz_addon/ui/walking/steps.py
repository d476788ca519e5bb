"""The operators of walking: thin, the list and the steps are the session's, hiding and places the stage's."""

# ruff: noqa: F722, F821 -- Blender's properties are declared as annotations, their texts are no types
from __future__ import annotations

from typing import Any

import bpy
import numpy as np
from bpy.props import BoolProperty, EnumProperty, StringProperty
from bpy_extras.view3d_utils import region_2d_to_origin_3d, region_2d_to_vector_3d

from ...errors import JobError, LlmvizError
from ...layout.contents import Entry, Path
from ...stage.story import read_story
from ...stage.things.page import go
from ...stage.walking import hiding, signs
from ...stage.walking.places import Walk, is_seen
from ...stage.walking.walked import is_hiding
from ...stage.walking.when import closest, spans_of
from ..confirm import Result
from ..her_view import shows_film
from ..jobs import Job, Outcome, Steps, locked
from ..play import NO_FILM, go_to_frame, rests
from ..reading import read_first
from ..view import look_through_camera
from . import looking, overlay, rows
from .session import Session, begin, end, lit, select, session_of

STEPS = {
    "PREVIOUS": ("Previous", "Walk to what stands before this, such as the head before"),
    "NEXT": ("Next", "Walk to what comes after this, such as the next head"),
    "IN": ("In", "Walk into this: to the first thing that it is made of"),
    "OUT": ("Out", "Walk out, to what this is a part of"),
    "UP": ("Up", "Walk to the same thing in the layer above"),
    "DOWN": ("Down", "Walk to the same thing in the layer below"),
}
NOTHING_THERE = {"IN": "This is a grid: there is nothing in it to walk to.", "OUT": "This is the whole model."}

MOST_TRIED = 12
"""Frames at which it is looked whether something is seen: each takes some hundredths of a second, GPT-2 a tenth."""


class Walking:
    """What these operators share."""

    needs_light = False
    """Whether something must be lit."""
    needs_model = True
    """Whether the model must be at hand."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only in a scene with a film or an open stage, and not while a job holds on to it."""
        there = shows_film(context.scene)
        if not there:
            cls.poll_message_set(NO_FILM)
        elif cls.needs_light:
            session = session_of(context.scene)
            there = session is not None and bool(session.at)
            there = there and (context.area is None or context.area.type == "VIEW_3D")
            if not there:
                cls.poll_message_set("Nothing is lit. Click something in the list first")
        return there and not locked()

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        """Do it, once the model is at hand."""
        return {"CANCELLED"} if self.needs_model and read_first(self, context) else self.execute(context)

    def execute(self, context: bpy.types.Context) -> Result:
        """Begin, or go on; what cannot be done is one line."""
        try:
            session, walk = begin(context.scene)
            return self.walk(context, session, walk)
        except LlmvizError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}

    def walk(self, context: bpy.types.Context, session: Session, walk: Walk) -> Result:
        """What the operator does."""
        raise NotImplementedError

    def go(self, context: bpy.types.Context, session: Session, walk: Walk, path: Path) -> Result:
        """Walk to what is at a path: light it, select it, frame it, and show it in the list."""
        entry = session.go(walk, path)
        if entry is None:
            self.report({"ERROR"}, f"There is nothing at {told(path)!r} in this model.")
            return {"CANCELLED"}
        select(context.scene, context.view_layer, walk, entry)
        rows.fill(context, session, walk)
        boxes = [box for _, each in session.boxes(context.scene, walk, entry) for box in each]
        if boxes and context.area is not None and context.area.type == "VIEW_3D":
            looking.frame(context.area, context.scene, np.concatenate(boxes))
        overlay.start()
        overlay.redraw()
        return {"FINISHED"}


def told(path: Path) -> str:
    """A path as text."""
    return ".".join(map(str, path))


def read(text: str) -> Path:
    """The path that a text tells; () where it tells none."""
    parts = text.split(".")
    return tuple(map(int, parts)) if all(part.isascii() and part.isdigit() and len(part) < 9 for part in parts) else ()


class LLMVIZ_OT_walk_begin(Walking, bpy.types.Operator):
    """List what the model is made of: layers, heads, parts and grids.

    In a file that was opened the model is read first: ours in a part of a second, GPT-2 in some seconds
    """

    bl_idname = "llmviz.walk_begin"
    bl_label = "List the Model"
    bl_options = {"INTERNAL"}

    def walk(self, context: bpy.types.Context, session: Session, walk: Walk) -> Result:
        """Fill the list."""
        rows.fill(context, session, walk)
        overlay.start()
        return {"FINISHED"}


class LLMVIZ_OT_walk_to(Walking, bpy.types.Operator):
    """Frame this in the viewport, out of the film's camera, light it and select it. Nothing that is keyed changes"""

    bl_idname = "llmviz.walk_to"
    bl_label = "Walk There"
    bl_options = {"INTERNAL", "UNDO"}

    path: StringProperty(name="Path", description="Places among siblings from the model down, such as 0.1.1")

    def walk(self, context: bpy.types.Context, session: Session, walk: Walk) -> Result:
        """Go there."""
        return self.go(context, session, walk, read(self.path))


class LLMVIZ_OT_walk(Walking, bpy.types.Operator):
    """Walk on from what is lit"""

    bl_idname = "llmviz.walk"
    bl_label = "Walk"
    bl_options = {"UNDO"}
    needs_light = True

    to: EnumProperty(
        name="To",
        description="Where to walk",
        items=[(name, text, what) for name, (text, what) in STEPS.items()],
    )

    @classmethod
    def description(cls, context: bpy.types.Context, properties: Any) -> str:
        """The tooltip."""
        return STEPS[properties.to][1]

    def walk(self, context: bpy.types.Context, session: Session, walk: Walk) -> Result:
        """Take a step."""
        at = session.entry(walk)
        found = walk.contents.step(at.path, self.to) if at is not None else None
        if found is None:
            nothing = f"There is nothing {STEPS[self.to][0].lower()} from here."
            self.report({"INFO"}, NOTHING_THERE.get(self.to, nothing))
            return {"CANCELLED"}
        return self.go(context, session, walk, found.path)


class LLMVIZ_OT_walk_seen(Job, Walking, bpy.types.Operator):
    """Go to the nearest frame of the film, a rest if there is one, at which what is lit is seen.

    To look through a film of GPT-2 takes a second
    """

    bl_idname = "llmviz.walk_seen"
    bl_label = "Go Where It Is Seen"
    bl_options = {"UNDO_GROUPED"}
    bl_undo_group = "Frame Change"
    needs_light = True

    prompt = True
    stopped = "Cancelled; the film is where it was."

    def steps(self, context: bpy.types.Context) -> Steps:
        """Try the frames at which its keys say so: it may be faded out there."""
        scene, (session, walk) = context.scene, begin(context.scene)
        at, story, before = session.entry(walk), read_story(scene), scene.frame_current
        if at is None or story is None:
            raise JobError(f"There is no film in the scene {scene.name!r} that could show it.")
        resting, found = [frame for frame, _ in rests(scene, story)], False
        tried = closest(resting, spans_of(scene, walk, at), before)[:MOST_TRIED]
        try:
            for count, frame in enumerate(tried):
                yield count / len(tried), f"Looking at frame {frame}"
                go_to_frame(context, frame)
                if found := is_seen(scene, walk, at):
                    self.go(context, session, walk, at.path)
                    return Outcome(f"At frame {frame} {at.title} is seen.")
        finally:
            if not found:
                go(scene, before)
        return Outcome(f"This film does not show {at.title}.")


class LLMVIZ_OT_walk_fold(Walking, bpy.types.Operator):
    """Unfold what this is made of, or fold it again"""

    bl_idname = "llmviz.walk_fold"
    bl_label = "Fold or Unfold"
    bl_options = {"INTERNAL"}

    path: StringProperty(name="Path", description="Places among siblings from the model down, such as 0.1.1")

    def walk(self, context: bpy.types.Context, session: Session, walk: Walk) -> Result:
        """Do so."""
        session.fold(read(self.path))
        rows.fill(context, session, walk)
        return {"FINISHED"}


class LLMVIZ_OT_walk_only(Walking, bpy.types.Operator):
    """Hide all but this in the viewport, as H does. The film renders as before; Back to All shows the rest again"""

    bl_idname = "llmviz.walk_only"
    bl_label = "Only This"
    bl_options = {"UNDO"}
    needs_light = True

    outer: BoolProperty(
        name="Outermost", description="All of the layer, embedding or output that it is in, not this part of it alone"
    )

    @classmethod
    def description(cls, context: bpy.types.Context, properties: Any) -> str:
        """The tooltip."""
        found = lit(context.scene)
        what = "this" if found is None else (found.outer if properties.outer else found.nearest).title
        return f"Hide all but {what} in the viewport, as H does. The film renders as before"

    def walk(self, context: bpy.types.Context, session: Session, walk: Walk) -> Result:
        """Hide the rest."""
        at = session.entry(walk)
        if at is None:
            return {"CANCELLED"}
        hiding.only(context.scene, context.view_layer, walk, at.outer if self.outer else at.nearest)
        overlay.redraw()
        return {"FINISHED"}


class LLMVIZ_OT_walk_hide_weights(Walking, bpy.types.Operator):
    """Hide what the model has learned in the viewport, as H does; what it computes stays. The film renders as before"""

    bl_idname = "llmviz.walk_hide_weights"
    bl_label = "Hide Weights"
    bl_options = {"UNDO"}

    def walk(self, context: bpy.types.Context, session: Session, walk: Walk) -> Result:
        """Hide them."""
        hiding.hide_weights(context.scene, context.view_layer, walk)
        overlay.redraw()
        return {"FINISHED"}


class LLMVIZ_OT_walk_show_all(bpy.types.Operator):
    """Show again what was hidden while walking. What you have hidden yourself stays hidden"""

    bl_idname = "llmviz.walk_show_all"
    bl_label = "Back to All"
    bl_options = {"UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where something is hidden so."""
        there = is_hiding(context.view_layer)
        if not there:
            cls.poll_message_set("Nothing is hidden by walking")
        return there and not locked()

    def execute(self, context: bpy.types.Context) -> Result:
        """Show it."""
        hiding.show_all(context.scene, context.view_layer)
        overlay.redraw()
        return {"FINISHED"}


class LLMVIZ_OT_walk_back(Walking, bpy.types.Operator):
    """Put the light out and look through the film's camera again. What is hidden stays so until Back to All"""

    bl_idname = "llmviz.walk_back"
    bl_label = "Back to the Film's Camera"
    bl_options = {"INTERNAL"}
    needs_model = False

    def execute(self, context: bpy.types.Context) -> Result:
        """Go back."""
        end()
        look_through_camera(context.area, context.scene)
        overlay.redraw()
        return {"FINISHED"}


class LLMVIZ_OT_walk_end(Walking, bpy.types.Operator):
    """Put the light out and give the arrow keys back to the frames. The view stays where it is"""

    bl_idname = "llmviz.walk_end"
    bl_label = "End the Walk"
    bl_options = {"INTERNAL"}
    needs_light = True
    needs_model = False

    def execute(self, context: bpy.types.Context) -> Result:
        """End it."""
        end()
        overlay.redraw()
        return {"FINISHED"}


class LLMVIZ_OT_walk_pick(Walking, bpy.types.Operator):
    """Click a name, a bracket or the model's card to walk to what it names; double-click a grid to walk to it"""

    bl_idname = "llmviz.walk_pick"
    bl_label = "Walk to What Is Clicked"
    bl_options = {"INTERNAL", "UNDO"}

    cells: BoolProperty(name="Grids", description="Walk to a grid that is clicked, too, not to what signs name alone")

    def execute(self, context: bpy.types.Context) -> Result:
        """Say what is needed."""
        self.report({"ERROR"}, "Walking to what is clicked needs a mouse in a 3D viewport.")
        return {"CANCELLED"}

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        """See what is under the pointer; nothing of the model, and the click is for others."""
        if context.region_data is None or context.region is None or context.region.type != "WINDOW":
            return self.execute(context)
        if session_of(context.scene) is None:
            return {"CANCELLED", "PASS_THROUGH"}
        at = event.mouse_region_x, event.mouse_region_y
        self._from = region_2d_to_origin_3d(context.region, context.region_data, at).to_tuple()
        self._way = region_2d_to_vector_3d(context.region, context.region_data, at).to_tuple()
        return Walking.execute(self, context)

    def walk(self, context: bpy.types.Context, session: Session, walk: Walk) -> Result:
        """Walk to it."""
        entry: Entry | None = signs.pick(context.scene, walk, self._from, self._way, self.cells)
        return {"CANCELLED", "PASS_THROUGH"} if entry is None else self.go(context, session, walk, entry.path)


CLASSES = (
    LLMVIZ_OT_walk_begin,
    LLMVIZ_OT_walk_to,
    LLMVIZ_OT_walk,
    LLMVIZ_OT_walk_seen,
    LLMVIZ_OT_walk_fold,
    LLMVIZ_OT_walk_only,
    LLMVIZ_OT_walk_hide_weights,
    LLMVIZ_OT_walk_show_all,
    LLMVIZ_OT_walk_back,
    LLMVIZ_OT_walk_end,
    LLMVIZ_OT_walk_pick,
)
