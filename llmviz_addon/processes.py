"""Starting other processes, and this one, so that they import what is installed and nothing that merely lies about.

Python looks for modules in the current folder first where it is started with ``-c`` or ``-m``, or where an
entry of PYTHONPATH is empty. People run us inside of folders that they have downloaded, and a ``numpy.py``
or ``json.py`` in there is not ours to run. Blender itself starts its Python isolated.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager

TYPE_CHECKING = False  # as typing's; importing that, or pathlib, takes longer than all else that a start needs
if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def python(*arguments: str) -> list[str]:
    """A command that runs this Python; start it within a folder that is empty or ours.

    ``-P`` keeps the current folder and a script's off the path; where to start it makes empty and relative
    entries of PYTHONPATH lead nowhere. Not ``-I``: bpy may be installed for this user only.
    """
    return [sys.executable, "-P", *arguments]


def blender(code: str) -> list[str]:
    """A command that runs ``code`` where bpy can be imported: the Blender that we are in, or this Python with bpy."""
    app = getattr(sys.modules.get("bpy"), "app", None)
    if app is not None and app.binary_path:
        return [app.binary_path, "--background", "--factory-startup", "--python-expr", code]
    return python("-c", code)


@contextmanager
def few_threads(count: int) -> Iterator[None]:
    """Let this process count only so many processors, where the system can: bpy, if first imported in the block,
    starts no more threads than that, for good.

    While there is little to do at once they spin, which takes an eighth of the processor time of a build.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    there = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(there)[: max(count, 1)])
    try:
        yield
    finally:
        os.sched_setaffinity(0, there)


def forget_current_folder() -> None:
    """Take the current folder off this process's path, unless PYTHONPATH names it in full."""
    try:
        here = os.path.abspath(".")
    except OSError:  # it has been removed
        return
    entries = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    asked = {os.path.abspath(entry) for entry in entries if os.path.isabs(entry)}
    loose = {"", here} | {os.path.abspath(entry) for entry in entries}
    sys.path[:] = [entry for entry in sys.path if entry not in loose - asked]


def imported_from(package: Path, name: str, module: str) -> str:
    """Code that imports ``package``, wherever it lies, as ``name``, and calls ``main`` of its ``module``."""
    return f"""
import importlib.util, sys
spec = importlib.util.spec_from_file_location(
    {name!r}, {str(package / "__init__.py")!r}, submodule_search_locations=[{str(package)!r}]
)
module = sys.modules[{name!r}] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
from {name}.{module} import main
main()
"""
