"""The ``llmviz`` command; ``python -m llmviz_addon`` is the same.

With ``-m`` Python itself puts the current folder first on the path, and may have imported its own modules from
there before we are asked: ``python -P -m llmviz_addon`` is the safe way to say it.
"""

from __future__ import annotations

import os
import sys

from .processes import forget_current_folder


def program() -> None:
    """Run the command that this process was started with, and end."""
    forget_current_folder()
    import signal  # only now that nothing of the current folder can be taken for ours

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # while there is nothing to clear up yet, end without a word
    from .terminal import status_of

    status = status_of(_job)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done, and Python's own end would complain
    _end(status)


def _end(status: int) -> None:
    """End at once, whatever Python would make of a Ctrl-C.

    What was made need not be taken apart, which takes half a second for a large model; and where Blender is loaded it
    may hang or crash when that happens to it while threads of its own work.
    """
    from .terminal import flushed

    bpy = sys.modules.get("bpy")
    flushed()
    _remove_session(getattr(getattr(bpy, "app", None), "tempdir", None) or "")
    os._exit(status)


def _remove_session(folder: str) -> None:
    """Remove Blender's temporary folder, as it would itself; unless it is the one that everything temporary is in."""
    import shutil

    folder = folder.rstrip("/\\")
    if os.path.basename(folder).startswith("blender_"):
        shutil.rmtree(folder, ignore_errors=True)


def _job() -> int | None:
    from .cli import carry_out  # only now that Ctrl-C is heard

    return carry_out()


if __name__ == "__main__":
    program()
