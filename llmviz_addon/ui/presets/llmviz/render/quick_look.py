"""A quick look: small, fast."""

import bpy

settings = bpy.context.scene.llmviz_settings
settings.shape = "16:9"
settings.short_side = "480"
settings.fps = 24
settings.engine = "auto"
settings.quality = "draft"
