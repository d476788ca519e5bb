"""For feeds: square."""

import bpy

settings = bpy.context.scene.llmviz_settings
settings.shape = "1:1"
settings.short_side = "1080"
settings.fps = 30
settings.engine = "auto"
settings.quality = "final"
