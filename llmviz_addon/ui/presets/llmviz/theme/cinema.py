"""Slabs under lamps, without reading pauses."""

import bpy

settings = bpy.context.scene.llmviz_settings
settings.theme = "cinematic"
settings.pauses = False
settings.pace = 200.0
