"""For slides and paper: light, with time to read."""

import bpy

settings = bpy.context.scene.llmviz_settings
settings.theme = "light"
settings.pauses = True
settings.pace = 200.0
