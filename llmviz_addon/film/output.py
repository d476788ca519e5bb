"""Where results go: checked before the work starts, and put in place only when whole."""

from __future__ import annotations

import os
import stat
import tempfile
from os import PathLike
from pathlib import Path

from ..errors import JobError
from ..writing import sweep, written

__all__ = ["check_folder", "check_output", "check_place", "check_text", "made_folder", "written"]

_DEVICES = {"con", "prn", "aux", "nul", *(f"{name}{number}" for name in ("com", "lpt") for number in range(1, 10))}
_FORBIDDEN = set('<>:"|?*')
"""What no name may hold on Windows."""


def check_output(path: str | PathLike[str], suffix: str, source: str | Path | None = None) -> Path:
    """The path to write a ``suffix`` file to; JobError, at once, where that will not be possible.

    ``source`` is a file that is read for it, which must not be replaced by it.
    """
    path = Path(path)
    if path.suffix.lower() != suffix:
        raise JobError(f"The output {str(path)!r} must end in {suffix}.")
    if reason := _unusable(path, source):
        raise JobError(f"Cannot write {str(path)!r}: {reason}.")
    place = Path(os.path.realpath(path)) if path.is_symlink() else path
    check_folder(place.parent, path)
    return path


def check_text(path: Path) -> None:
    """JobError for a path that Blender cannot be given as text, which is how its video editor takes one."""
    try:
        os.path.abspath(path).encode()
    except UnicodeEncodeError as error:
        raise JobError(f"Cannot make a film of the name {str(path)!r}: with its folder it is not UTF-8.") from error


def check_folder(folder: Path, wanted: Path) -> None:
    """JobError unless files can be made in ``folder``, where ``wanted`` is to stand; old temporary ones are removed."""
    try:
        if not folder.is_dir():
            reason = "is not a folder" if folder.exists() else "does not exist; make it first"
            raise JobError(f"Cannot write {str(wanted)!r}: {str(folder)!r} {reason}.")
        with tempfile.TemporaryFile(dir=folder):  # has no name, where that is possible, so that nothing can stay behind
            pass
        sweep(folder)
    except OSError as error:
        raise JobError(f"Cannot write {str(wanted)!r}: {error.strerror}.") from error


def check_place(folder: str | PathLike[str]) -> Path:
    """The folder to write files to, which may have to be made; JobError, at once, where that will not be possible."""
    folder = Path(folder)
    there = os.path.isdir(folder)
    if os.path.lexists(folder) and not there:
        raise JobError(f"Cannot write into {str(folder)!r}: it is a file; name a folder.")
    check_folder(folder if there else folder.parent, folder)
    return folder


def made_folder(folder: Path) -> Path:
    """``folder``, made if it is not there; JobError where that is not possible."""
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise JobError(f"Cannot make the folder {str(folder)!r}: {error.strerror}.") from error
    return folder


def _unusable(path: Path, source: str | Path | None) -> str:
    """Why what stands at ``path`` now, if anything, cannot be replaced; "" if it can."""
    if os.name == "nt" and (reason := unusable_on_windows(path.name)):
        return reason
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):  # the folder is looked at next
        return ""
    except OSError as error:
        return str(error.strerror)
    if stat.S_ISDIR(found.st_mode):
        return "it is a folder; name a file in it"
    if not stat.S_ISREG(found.st_mode):
        return "it is a device or a pipe, not a file"
    if not os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        return "it is there already and protected from writing"
    if source is not None and os.path.exists(source) and os.path.samefile(path, source):
        return "it is the file that is read"
    return ""


def unusable_on_windows(name: str) -> str:
    """Why Windows takes a file's name for something else; "" if it does not."""
    if name.split(".")[0].strip().lower() in _DEVICES:
        return "Windows has a device of that name"
    if wrong := sorted(_FORBIDDEN & set(name)):
        return f"a name on Windows cannot hold {' '.join(wrong)}"
    return ""
