"""Files of ours: put in place only when whole, so that nothing half-written is ever taken for a result."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import JobError, LlmvizError

FORGOTTEN = 600.0
"""Seconds after which nobody is still writing a temporary file that has not changed."""
_count = itertools.count()


@contextmanager
def written(path: Path, error: type[LlmvizError] = JobError) -> Iterator[Path]:
    """A temporary file beside ``path`` that takes its place when the block ends well, else vanishes.

    Its name keeps the suffix, by which Blender and numpy tell the format, and is short whatever the other's
    length. A link stays a link, to the new file, and a file that is replaced hands on its permissions. An
    OSError becomes an ``error``.
    """
    try:
        place = Path(os.path.realpath(path))
        temporary = place.with_name(f".{os.getpid()}-{next(_count)}.part{path.suffix}")
        try:
            yield temporary
            with suppress(FileNotFoundError):
                shutil.copymode(place, temporary)
            os.replace(temporary, place)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as reason:
        raise error(f"Cannot write {str(path)!r}: {reason.strerror or reason}.") from reason


def sweep(folder: Path) -> None:
    """Remove the temporary files in ``folder`` of processes that were killed."""
    for path in folder.glob(".*-*.part.*"):
        with suppress(OSError):  # another user's, or gone meanwhile
            if (
                re.fullmatch(r"\.[0-9]+-[0-9]+\.part\.[a-z0-9]+", path.name)
                and time.time() - path.stat().st_mtime > FORGOTTEN
            ):
                path.unlink()
