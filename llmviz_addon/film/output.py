"""Where results go: checked before the work starts, and put in place only when whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import JobError


def check_output(path: str | Path, suffix: str) -> Path:
    """The path to write a ``suffix`` file to; JobError, at once, where that will not be possible."""
    path = Path(path)
    if path.suffix.lower() != suffix:
        raise JobError(f"The output {str(path)!r} must end in {suffix}.")
    if path.is_dir():
        raise JobError(f"Cannot write {str(path)!r}: it is a folder; name a file in it.")
    check_folder(path.parent, path)
    return path


def check_folder(folder: Path, wanted: Path) -> None:
    """JobError unless files can be made in ``folder``, where ``wanted`` is to stand."""
    if not folder.is_dir():
        reason = "is not a folder" if folder.exists() else "does not exist; make it first"
        raise JobError(f"Cannot write {str(wanted)!r}: {str(folder)!r} {reason}.")
    try:
        handle, probe = tempfile.mkstemp(prefix=".llmviz-", dir=folder)
        os.close(handle)
        os.unlink(probe)
    except OSError as error:
        raise JobError(f"Cannot write {str(wanted)!r}: {error.strerror}.") from error


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """A temporary file beside ``path`` that takes its place when the block ends well, else vanishes.

    Its name keeps the suffix, by which Blender and numpy tell the format. OSError becomes JobError.
    """
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        raise JobError(f"Cannot write {str(path)!r}: {error.strerror or error}.") from error
    finally:
        temporary.unlink(missing_ok=True)
