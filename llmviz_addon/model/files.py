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
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import Any

from ..errors import ModelError

MAP_FROM = 1 << 24  # bytes
MAX_NOTES = 1 << 24  # bytes of a JSON or text file beside a checkpoint; GPT-2's tokenizer.json has 3.5 MB
MAX_VALUES = 1 << 21  # values in one piece of JSON, which take some 100 bytes each; GPT-2's tokenizer.json has 200,000
MAX_DEPTH = 32  # levels of it; what lies deeper can end the process once it is compared, printed or hashed
LONG = 14_000  # bits of a whole number, above which nobody wants to see it and writing it takes its time


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


def json_object(source: str | bytes, what: str = "It") -> dict[str, Any]:
    """A JSON object in which no name comes twice; ModelError if it is not one, or far larger than any of ours."""
    content = json_value(source, what)
    if not isinstance(content, dict):
        raise ModelError(f"{what} is not a JSON object.")
    return content


def json_value(source: str | bytes, what: str = "It") -> Any:
    """What JSON holds; ModelError, in which it is called ``what``, if it is none, far too large or far too deep.

    Commas and brackets are counted before anything is made of them: three bytes (``[],``) become eighty.
    """
    try:
        text = source if isinstance(source, str) else source.decode("utf-8")
        if sum(map(text.count, ",[{")) > MAX_VALUES:
            raise ModelError(f"{what} is JSON of more than {MAX_VALUES} values.")
        content = json.loads(text, object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{what} is not valid JSON ({one_line(error)}).") from error
    _check_depth(content, what)
    return content


def _check_depth(content: Any, what: str) -> None:
    """Raise ModelError if JSON has more than ``MAX_DEPTH`` levels."""
    level = [content] if type(content) in (dict, list) else []
    for _ in range(MAX_DEPTH):
        items = chain.from_iterable(value.values() if type(value) is dict else value for value in level)
        level = [item for item in items if type(item) in (dict, list)]
        if not level:
            return
    raise ModelError(f"{what} is JSON of more than {MAX_DEPTH} levels.")


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Put the path in front of a ModelError that does not have it yet; make one of an OSError."""
    try:
        yield
    except ModelError as error:
        if str(path) in str(error):
            raise
        raise type(error)(f"{path}: {error}") from error
    except OSError as error:
        raise ModelError(f"Cannot read {error.filename or path}: {error.strerror or error}.") from error


def one_line(error: Exception) -> str:
    """What an exception says, fit for the inside of a message."""
    return " ".join(str(error).split())[:120]


def short(value: object, limit: int = 60) -> str:
    """``repr`` of something that came out of a file, not longer than ``limit``.

    No more is written than is shown: what a file of 500 bytes holds may take terabytes to write, a tuple of
    twice the same tuple, sixty times over.
    """
    text = ""
    for piece in _written(value, limit):
        text += piece
        if len(text) > limit:
            return text[: limit - 1] + "…"
    return text


def _written(value: object, limit: int) -> Iterator[str]:
    """``repr`` of plain data piece by piece; of anything else only what it is."""
    match value:
        case str() | bytes():
            yield repr(value[:limit])
        case dict():
            yield "{"
            for index, (key, item) in enumerate(value.items()):
                yield ", " if index else ""
                yield from _written(key, limit)
                yield ": "
                yield from _written(item, limit)
            yield "}"
        case list() | tuple():
            brackets = "[]" if isinstance(value, list) else "()"
            yield brackets[0]
            for index, item in enumerate(value):
                yield ", " if index else ""
                yield from _written(item, limit)
            yield ",)" if brackets == "()" and len(value) == 1 else brackets[1]
        case int() if value.bit_length() > LONG:
            yield "a very long int"
        case None | bool() | int() | float():
            yield repr(value)
        case _:
            yield f"<{type(value).__name__}>"


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object, refused where a name comes twice."""
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a name comes twice")
    return result
