"""For phones, upright."""

import bpy

settings = bpy.context.scene.llmviz_settings
settings.shape = "9:16"
settings.short_side = "1080"
settings.fps = 30
settings.engine = "auto"
settings.quality = "final"
