"""For a dark room: white on dark, with time to read."""

import bpy

settings = bpy.context.scene.llmviz_settings
settings.theme = "dark"
settings.pauses = True
settings.pace = 200.0
