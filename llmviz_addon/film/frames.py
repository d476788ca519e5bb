"""The folder of a film's frames: what is done, and whether it belongs to this film.

Frames stay after the film is made, so that a film that was stopped, or is asked for again with another
range, goes on from there. A fingerprint beside them says which film they are of; frames of another are
thrown away, never mixed in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import JobError
from .output import check_folder, written

FINGERPRINT = "film.json"
PACKAGE = Path(__file__).resolve().parent.parent


def frame_path(folder: Path, frame: int) -> Path:
    """File of a frame."""
    return folder / f"{frame:06d}.png"


def frames_folder(output: Path) -> Path:
    """Where the frames of the film ``output`` are kept."""
    return output.with_suffix(".frames")


def open_folder(folder: Path, fingerprint: Mapping[str, str]) -> int:
    """Make the folder ready for frames of a film; returns how many old frames of another film were removed.

    JobError where a folder of that name holds things that are not ours.
    """
    about = folder / FINGERPRINT
    text = json.dumps(fingerprint, indent=1)
    for half in folder.glob(".*.part.png"):  # left by a process that was killed
        half.unlink()
    if folder.exists():
        if not folder.is_dir() or (not about.is_file() and any(folder.iterdir())):
            raise JobError(f"Cannot keep frames in {str(folder)!r}: it is there already and holds something else.")
        check_folder(folder, folder)
        if about.is_file() and about.read_text(encoding="utf-8") == text:
            return 0
    else:
        try:
            folder.mkdir()
        except OSError as error:
            raise JobError(f"Cannot keep frames in {str(folder)!r}: {error.strerror}.") from error
    stale = list(folder.glob("[0-9]" * 6 + ".png"))
    for path in stale:
        path.unlink()
    with written(about) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return len(stale)


def missing(folder: Path, first: int, last: int) -> list[int]:
    """Frames that are not there yet."""
    return [frame for frame in range(first, last + 1) if not frame_path(folder, frame).is_file()]


def fingerprint(**parts: Any) -> dict[str, str]:
    """What determines a film's pictures, by name: arrays, data classes and plain values, as short hashes."""
    return {name: _hash(value) for name, value in sorted(parts.items())}


def code_version() -> str:
    """Hash of the whole add-on's source: any change of it may change the picture."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.relative_to(PACKAGE).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _hash(value: Any) -> str:
    digest = hashlib.sha256()
    for piece in _pieces(value):
        digest.update(piece)
        digest.update(b"\0")
    return digest.hexdigest()[:16]


def _pieces(value: Any) -> Iterable[bytes]:
    if isinstance(value, np.ndarray):
        yield f"{value.dtype}{value.shape}".encode()
        yield np.ascontiguousarray(value).tobytes()
    elif is_dataclass(value) and not isinstance(value, type):
        yield type(value).__name__.encode()
        for item in fields(value):
            yield from _pieces(getattr(value, item.name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _pieces(key)
            yield from _pieces(item)
    elif isinstance(value, list | tuple):
        yield str(len(value)).encode()
        for item in value:
            yield from _pieces(item)
    else:
        yield repr(value).encode()
