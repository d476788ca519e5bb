"""llmviz: turns a GPT into a film set in Blender.

The package is three things at once: an extension (Blender calls ``register``), a library (``import llmviz``, see
``api``) and the ``llmviz`` command. Importing it must therefore cost nothing and need no Blender: the user interface,
and with it bpy, is imported only when Blender registers the extension, the library when it is first asked for.
"""


def register() -> None:
    """Add the panels, operators and preferences to Blender."""
    from .ui import register as add

    add()


def unregister() -> None:
    """Take away what ``register`` added."""
    from .ui import unregister as take_away

    take_away()


def __getattr__(name: str) -> object:
    """What the library has; it is imported now."""
    from importlib import import_module

    if not name.startswith("_") and name in (library := import_module(".api", __name__)).__all__:
        return getattr(library, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    from importlib import import_module

    return sorted([*globals(), *import_module(".api", __name__).__all__])
