"""Light, in colours that the colour-blind tell apart, with more time to read."""

import bpy

settings = bpy.context.scene.llmviz_settings
settings.theme = "light-safe"
settings.pauses = True
settings.pace = 160.0
