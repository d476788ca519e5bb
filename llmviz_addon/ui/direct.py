"""The sidebar's panel *Direct*: cuts and a copy of her own, lamps and focus to tweak; all of it plain Blender data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpy

from ..stage import compat
from ..stage.open_state import read_state
from ..stage.ours import disown, ours, release
from ..stage.parted import part
from ..stage.playing import everything, look_again, whole
from ..stage.story import read_story
from ..stage.walking.hiding import show_everywhere
from ..stepwise import Pause
from . import render
from .assets import library
from .build import how_long
from .confirm import Result
from .jobs import Job, Outcome, Steps, blocked, locked, start
from .manual import Explained
from .play import NO_FILM
from .view import looks_through_camera

LIKE = ("type", "lens", "sensor_fit", "sensor_width", "sensor_height", "shift_x", "shift_y", "clip_start", "clip_end")
"""What a camera of hers has of the one that is looked through."""
EDITING, TEMPLATES = "Video Editing", "startup/bl_app_templates_system"
"""The workspace for strips, and where Blender's scripts have the template that it is in."""
WIDER = 2.0
"""A viewport shows so many times as much as a camera of its focal length."""


class _Directing:
    """What these operators share."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Where there is a film or an open stage, and no job holds on to it."""
        there = read_story(context.scene) is not None or read_state(context.scene) is not None
        if not there:
            cls.poll_message_set(NO_FILM)
        return there and not locked()


class LLMVIZ_OT_cut_here(_Directing, bpy.types.Operator):
    """Add a camera of yours that sees what you see now, and cut to it at this frame by a marker.

    The commentary goes with it, and the film's camera is back at the next chapter. Building again keeps both
    """

    bl_idname = "llmviz.cut_here"
    bl_label = "Cut to This View"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> Result:
        """Make both."""
        scene, frame = context.scene, context.scene.frame_current
        if any(marker.frame == frame and marker.camera is not None for marker in scene.timeline_markers):
            self.report({"ERROR"}, f"There is a cut at frame {frame} already. Go to another frame.")
            return {"CANCELLED"}
        space: Any = context.space_data
        data = bpy.data.cameras.new("Cut")
        obj = bpy.data.objects.new("Cut", data)
        if isinstance(space, bpy.types.SpaceView3D) and not looks_through_camera(space):
            data.lens, data.clip_end = space.lens / WIDER, space.clip_end
            obj.matrix_world = space.region_3d.view_matrix.inverted()
        elif scene.camera is not None:
            seen: Any = scene.camera.evaluated_get(context.evaluated_depsgraph_get())
            for name in LIKE:
                setattr(data, name, getattr(seen.data, name))
            obj.matrix_world = seen.matrix_world.normalized()
        scene.collection.objects.link(obj)
        scene.timeline_markers.new(obj.name, frame=frame).camera = obj
        scene.frame_set(frame)
        self.report({"INFO"}, f"From frame {frame} on {obj.name!r} is the camera, until the next cut.")
        return {"FINISHED"}


class LLMVIZ_OT_own_copy(Job, _Directing, bpy.types.Operator):
    """Copy the film into a scene that is all yours, of plain objects, keys and materials.

    Nothing of ours touches it any more: change what you like. With all chapters it takes seconds, and as much memory
    again
    """

    bl_idname = "llmviz.own_copy"
    bl_label = "Bake Own Copy"
    bl_options = {"REGISTER", "UNDO"}

    stopped = "Cancelled; nothing was copied."

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Not while another job runs."""
        if reason := blocked():
            cls.poll_message_set(reason)
        return not reason and super().poll(context)

    def steps(self, context: bpy.types.Context) -> Steps:
        """The job: see ``own_copy``."""
        return own_copy(context.scene)


def own_copy(scene: bpy.types.Scene) -> Steps:
    """Copy all, which is one step of Blender's, and take our marks off."""
    yield Pause(0.0, f"Copying {len(scene.objects):,} objects")
    with whole(scene), duplicating_all(), sharing_keys():
        bpy.ops.scene.new(type="FULL_COPY")
    copy = bpy.context.window.scene
    copy.name = f"My {scene.name}"
    everything(copy)  # it was shown already
    show_everywhere(copy)
    part(copy, scene)
    count = release(copy)
    look_again()
    return Outcome(f"{copy.name!r} has {count} objects, which are yours.")


@contextmanager
def duplicating_all() -> Iterator[None]:
    """A copy has data of its own, but for actions, whatever is set in Blender's preferences."""
    edit: Any = bpy.context.preferences.edit
    names = [name for name in dir(edit) if name.startswith("use_duplicate_")]
    kept = {name: getattr(edit, name) for name in names}
    try:
        for name in names:
            setattr(edit, name, name != "use_duplicate_action")
        yield
    finally:
        for name, value in kept.items():
            setattr(edit, name, value)


@contextmanager
def sharing_keys() -> Iterator[None]:
    """What is copied meanwhile has one copy of each action: Blender would copy all of it for each of its users."""
    before = bpy.data.user_map(key_types={"ACTION"})
    yield
    for action, users in bpy.data.user_map(key_types={"ACTION"}).items():
        copies: list[Any] = [getattr(block, "animation_data", None) for block in users - before.get(action, set())]
        moved = [animation for animation in copies if animation is not None and animation.action == action]
        if not moved:
            continue
        own: Any = action.copy()
        disown(own)
        for animation in moved:
            slot = animation.action_slot
            animation.action = own
            animation.action_slot = own.slots[slot.identifier] if slot is not None else None


class LLMVIZ_OT_edit_film(_Directing, bpy.types.Operator):
    """Put the video that was rendered as a strip into a scene of its own, and go to Blender's workspace Video Editing.

    The scene's compositor has it too, for the workspace Compositing. Nothing is rendered or copied; a film that is
    rendered again is seen there
    """

    bl_idname = "llmviz.edit_film"
    bl_label = "Edit the Film"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Where the video is."""
        if not super().poll(context) or read_story(context.scene) is None:
            return False
        ready = not render.folder_problem(context.scene.llmviz_settings) and render.film_path(context.scene).is_file()
        if not ready:
            cls.poll_message_set("Render the film first")
        return ready

    def execute(self, context: bpy.types.Context) -> Result:
        """Make the scene."""
        film, path = context.scene, render.film_path(context.scene)
        scene = bpy.data.scenes.new(f"Edit {path.stem}")
        for name in ("fps", "fps_base", "resolution_x", "resolution_y"):
            setattr(scene.render, name, getattr(film.render, name))
        view: Any = scene.view_settings
        view.view_transform = "Standard"
        editor: Any = scene.sequence_editor_create()
        strip = editor.strips.new_movie(path.stem, str(path), 1, 1)
        scene.frame_start, scene.frame_end = 1, compat.strip_length(strip)
        compose(scene, path, scene.frame_end)
        window: Any = context.window
        window.scene = scene
        workspace: Any = editing_workspace()
        if hasattr(workspace, "sequencer_scene"):  # since 5.0 the editors of strips have a scene of their own
            workspace.sequencer_scene = scene
        window.workspace = workspace
        self.report({"INFO"}, f"{scene.name!r} has the film as a strip.")
        return {"FINISHED"}


def compose(scene: bpy.types.Scene, path: Path, frames: int) -> None:
    """Let the compositor of a scene have a video, seen behind the nodes in the workspace *Compositing*."""
    tree, output = compat.compositor_tree(scene)
    video: Any = tree.nodes.new("CompositorNodeImage")
    video.image = bpy.data.images.load(str(path), check_existing=True)
    video.frame_duration, video.frame_start = frames, 1
    viewer = tree.nodes.new("CompositorNodeViewer")
    for node, place in ((output, (300, 100)), (viewer, (300, -100))):
        node.location = place
        tree.links.new(video.outputs[0], node.inputs[0])


def editing_workspace() -> bpy.types.WorkSpace:
    """Blender's workspace for strips; where the file has none it is brought in, as its menu of workspaces does it."""
    if EDITING not in bpy.data.workspaces:
        path = Path(bpy.utils.system_resource("SCRIPTS")) / TEMPLATES / EDITING.replace(" ", "_") / "startup.blend"
        if path.is_file():
            bpy.ops.workspace.append_activate(idname=EDITING, filepath=str(path))
    return bpy.data.workspaces.get(EDITING, bpy.context.workspace)


class LLMVIZ_PT_direct(Explained, bpy.types.Panel):
    """What a director changes."""

    bl_space_type: Any = "VIEW_3D"
    bl_region_type: Any = "UI"
    bl_category = "LLM"
    bl_label = "Direct"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 4

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Where there is something to direct."""
        return read_story(context.scene) is not None or read_state(context.scene) is not None

    def draw(self, context: bpy.types.Context) -> None:
        """Cuts and copies, then focus and lamps as Blender has them."""
        layout: Any = self.layout
        layout.enabled = not locked()
        column = layout.column(align=True)
        column.operator("llmviz.cut_here", icon="CAMERA_DATA")
        start(column.row(align=True), "llmviz.own_copy", "Bake Own Copy", "DUPLICATE")
        column.operator("llmviz.edit_film", icon="SEQUENCE")
        if library() is None:
            column.operator("llmviz.add_assets", icon="ASSET_MANAGER")
        if lasts := how_long(context.scene):
            layout.label(text=f"Build Again {lasts}", icon="TIME")
        column = layout.column()
        column.use_property_split = True
        camera: Any = context.scene.camera
        if camera is not None and camera.type == "CAMERA":
            focus = camera.data.dof
            column.prop(focus, "use_dof", text="Depth of Field")
            lens = column.column(align=True)
            lens.enabled = focus.use_dof
            lens.prop(focus, "focus_distance", text="Distance")
            lens.prop(focus, "aperture_fstop", text="F-Stop")
        for lamp in [obj for obj in ours(context.scene).objects if obj.type == "LIGHT"]:
            row = column.row(align=True)
            row.prop(lamp.data, "energy", text=lamp.name)
            row.prop(lamp.data, "color", text="")


CLASSES = (LLMVIZ_OT_cut_here, LLMVIZ_OT_own_copy, LLMVIZ_OT_edit_film, LLMVIZ_PT_direct)
