"""For the big screen: 4K, 24 frames a second."""

import bpy

settings = bpy.context.scene.llmviz_settings
settings.shape = "16:9"
settings.short_side = "2160"
settings.fps = 24
settings.engine = "auto"
settings.quality = "4k"
