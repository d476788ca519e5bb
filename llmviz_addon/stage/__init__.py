"""Puts layout and timeline into a Blender scene: objects, materials, text, camera, keyframes.

Everything made here is plain Blender data. A saved file needs neither this add-on, nor drivers, nor
handlers to play and render.
"""
