"""Our assets in Blender's asset browser: written once into the user's own folder, and told to Blender."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from ..stage.assets import write_assets
from .confirm import Result
from .preferences import PACKAGE
from .write import readable

LIBRARY = "LLM Visualizer"
_utils: Any = bpy.utils  # of which the stubs lack what extensions need


def folder() -> Path:
    """Where the library lies; made where it is not there."""
    try:
        return Path(_utils.extension_path_user(PACKAGE, path="assets", create=True))
    except ValueError:  # run from a checkout
        return Path(_utils.user_resource("DATAFILES", path="llmviz/assets", create=True))


def library() -> Any:
    """The library as Blender's preferences have it; None before it is added."""
    libraries: Any = bpy.context.preferences.filepaths.asset_libraries
    return next((one for one in libraries if one.name == LIBRARY), None)


class LLMVIZ_OT_add_assets(bpy.types.Operator):
    """Add our worlds, camera rig and lamps to Blender's asset browser, as a library of their own.

    What you drag from there is yours. It takes a second, and less than a megabyte in your own folder
    """

    bl_idname = "llmviz.add_assets"
    bl_label = "Add Our Assets"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> Result:
        """Write them, and tell Blender."""
        try:
            place = folder()
            names = write_assets(place)
        except (OSError, RuntimeError) as error:
            self.report({"ERROR"}, readable(f"Cannot write the assets: {error}"))
            return {"CANCELLED"}
        known, libraries = library(), context.preferences.filepaths.asset_libraries
        if known is None:
            made: Any = libraries
            known = made.new(name=LIBRARY, directory=str(place))
        known.path = str(place)
        context.preferences.is_dirty = True
        self.report({"INFO"}, f"The asset browser's library {LIBRARY!r} has {len(names)} assets.")
        return {"FINISHED"}


CLASSES = (LLMVIZ_OT_add_assets,)
