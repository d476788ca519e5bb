"""The frames that are kept beside a film: how much room they take, and away with them."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ..errors import JobError
from .frames import FINGERPRINT

OURS = re.compile(r"\d{6}\.png|\..*\.part\.png|" + re.escape(FINGERPRINT))


def size(folder: Path) -> int:
    """Bytes on disk of what is ours in a folder of frames; frames that look the same share one file."""
    return sum({entry.inode(): entry.stat(follow_symlinks=False).st_size for entry in _ours(folder)}.values())


def remove(folder: Path) -> int:
    """Remove the frames, and the folder if nothing else lies in it; returns how many bytes that were.

    JobError where it cannot be done, or the folder is not one of ours.
    """
    if not (folder / FINGERPRINT).is_file():
        raise JobError(f"There are no frames of a film in {str(folder)!r}.")
    freed = size(folder)
    try:
        for entry in sorted(_ours(folder), key=lambda entry: entry.name == FINGERPRINT):  # what makes it ours, last
            os.unlink(entry.path)
        if not any(folder.iterdir()):
            folder.rmdir()
    except OSError as error:
        raise JobError(f"Cannot remove frames from {str(folder)!r}: {error.strerror}.") from error
    return freed


def in_words(size: float) -> str:
    """A number of bytes, such as 1.4 GB."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size = size / 1000
    return f"{size:.3g} GB"


def _ours(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [entry for entry in entries if OURS.fullmatch(entry.name) and entry.is_file(follow_symlinks=False)]
    except (OSError, ValueError):
        return []
