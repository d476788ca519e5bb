"""Files that somebody else wrote: how they are opened, and JSON in them.

Nothing here trusts a file. Small ones are read, large ones are mapped, so that a tensor costs memory only
once it is looked at; a map is not used for small files because Windows cannot replace a mapped file (an
update of the extension would fail) and because a file that shrinks while it is mapped ends the process.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any

from ..errors import ModelError

MAP_FROM = 1 << 24  # bytes
MAX_NOTES = 1 << 24  # bytes of a JSON or text file beside a checkpoint; GPT-2's tokenizer.json has 3.5 MB


def contents(path: str | PathLike[str]) -> memoryview:
    """The whole file, read or mapped; ModelError if it cannot be."""
    path = Path(path)
    try:
        if not path.is_file():  # a pipe would make us wait forever
            what = "is a folder" if path.is_dir() else "is not a file" if path.exists() else "does not exist"
            raise ModelError(f"{path} {what}; a checkpoint is a file or a model's folder.")
        with path.open("rb") as file:
            size = file.seek(0, 2)
            if size >= MAP_FROM:
                return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
            file.seek(0)
            return memoryview(file.read(size))
    except OSError as error:
        raise ModelError(f"Cannot read {path}: {error.strerror or error}.") from error


def text(path: Path) -> str:
    """A text file in UTF-8; ModelError if it is not one, or has more than ``MAX_NOTES`` bytes."""
    data = contents(path)
    if len(data) > MAX_NOTES:
        raise ModelError(f"{path} has {len(data)} bytes, but at most {MAX_NOTES} are read.")
    try:
        return str(data, "utf-8")
    except UnicodeDecodeError as error:
        raise ModelError(f"{path} is not text in UTF-8 ({one_line(error)}).") from error


def json_file(path: Path) -> dict[str, Any]:
    """A JSON object from a file; ModelError, with the path, if it is not one."""
    with naming(path):
        return json_object(text(path))


def json_object(source: str) -> dict[str, Any]:
    """A JSON object in which no name comes twice; ModelError if it is not one."""
    try:
        content = json.loads(source, object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"It is not valid JSON ({one_line(error)}).") from error
    if not isinstance(content, dict):
        raise ModelError("It is not a JSON object.")
    return content


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Put the path in front of a ModelError that does not have it yet; make one of an OSError."""
    try:
        yield
    except ModelError as error:
        if str(path) in str(error):
            raise
        raise ModelError(f"{path}: {error}") from error
    except OSError as error:
        raise ModelError(f"Cannot read {error.filename or path}: {error.strerror or error}.") from error


def one_line(error: Exception) -> str:
    """What an exception says, fit for the inside of a message."""
    return " ".join(str(error).split())[:120]


def short(value: object, limit: int = 60) -> str:
    """``repr`` of something that came out of a file, not longer than ``limit``."""
    if isinstance(value, str | bytes):
        value = value[:limit]
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a whole number of thousands of digits, a list in itself
        text = f"a very long {type(value).__name__}"
    return text if len(text) <= limit else text[: limit - 1] + "…"


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object, refused where a name comes twice."""
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a name comes twice")
    return result
