"""Who is at work on a folder, and temporary folders that do not outlive their makers.

A lock is held on an open file, so it ends with the process that holds it, however that ends: nobody asks
whether the number of a process is still alive, which says little across machines and containers.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from ..errors import JobError
from .quiet import unbroken

if os.name == "nt":
    import msvcrt
else:
    import fcntl

ALIVE = "alive"
"""File in a temporary folder that is locked while somebody uses it."""
PREFIX = "llmviz-"


def lock(path: Path) -> IO[bytes] | None:
    """Lock a file, which is made; None where another holds it. Closing what is returned unlocks it.

    On a file system that knows no locks, everybody gets one.
    """
    file = path.open("ab")
    try:
        if os.name == "nt":
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]  # of Windows alone
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        file.close()
        return None
    except OSError:
        return file
    return file


@contextmanager
def scratch() -> Iterator[Path]:
    """A temporary folder for the block; those left by processes that were killed are cleared away first.

    Signals wait while it is made and cleared away: one that comes when all is done would leave half of it.
    """
    base = Path(tempfile.gettempdir())
    folder = alive = None
    try:
        try:
            with unbroken():
                sweep(base)
                folder = Path(tempfile.mkdtemp(prefix=PREFIX))
                alive = lock(folder / ALIVE)
        except OSError as error:
            raise JobError(f"Cannot make a temporary folder in {str(base)!r}: {error.strerror or error}.") from error
        yield folder
    finally:
        with unbroken(), suppress(OSError):  # gone already, which is as well
            if alive is not None:
                alive.close()
            if folder is not None:
                _clear(folder)


@contextmanager
def temporary_in(folder: Path) -> Iterator[None]:
    """Let Blender, if it starts in the block, have its temporary folder in ``folder``; it makes one of its own."""
    names = ("TMPDIR", "TEMP", "TMP")
    kept = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, str(folder)))
    try:
        yield
    finally:
        for name, value in kept.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def sweep(base: Path) -> None:
    """Remove temporary folders of ours in ``base`` that nobody uses any more."""
    for mark in base.glob(f"{PREFIX}*/{ALIVE}"):
        with suppress(OSError):  # another user's, or gone meanwhile
            if os.name != "nt" and mark.stat().st_uid != os.getuid():
                continue
            held = lock(mark)
            if held is not None:
                held.close()
                _clear(mark.parent)


def _clear(folder: Path) -> None:
    """Remove a temporary folder; one that a dying process still writes into keeps its mark, for the next time."""
    for path in folder.iterdir():
        if path.name != ALIVE:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    if not [path for path in folder.iterdir() if path.name != ALIVE]:
        shutil.rmtree(folder, ignore_errors=True)
