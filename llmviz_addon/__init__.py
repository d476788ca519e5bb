"""llmviz: turns a GPT into a film set in Blender.

The package is three things at once: an extension (Blender calls ``register``), a library and the
``llmviz`` command. Importing it must therefore cost nothing and need no Blender: the user interface,
and with it bpy, is imported only when Blender registers the extension.
"""


def register() -> None:
    """Add the panels, operators and preferences to Blender."""
    from . import ui

    ui.register()


def unregister() -> None:
    """Take away what ``register`` added."""
    from . import ui

    ui.unregister()
