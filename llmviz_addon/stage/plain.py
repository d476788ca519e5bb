"""Plain data that was written into a file, read back as what it was.

Nothing is believed because it stands there: a file comes from anywhere, and names in it become names of files.
"""

from __future__ import annotations

import math
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import bpy

from ..errors import LlmvizError
from ..model.files import json_object

T = TypeVar("T")
LARGEST = 2**63 - 1
"""The largest whole number: more digits are no number of ours."""


def written_text(block: bpy.types.ID, name: str) -> str:
    """The text of a custom property; "" where it is none."""
    try:
        text = block.get(name, "")
    except UnicodeDecodeError:
        return ""
    return text if isinstance(text, str) else ""


def loads(cls: type[T], text: str) -> T | None:
    """The ``cls``, a data class, that was written as the JSON object ``text``; None where it is not one."""
    if not text:
        return None
    try:
        return read(cls, json_object(text))
    except (LlmvizError, ValueError):
        return None


def read(kind: Any, content: Any) -> Any:
    """``content`` as a value of the type ``kind``; ValueError where it is none, or a member of it is none."""
    if is_dataclass(kind):
        return _read_fields(kind, content)
    if get_origin(kind) is UnionType:
        (other,) = (one for one in get_args(kind) if one is not NoneType)
        return None if content is None else read(other, content)
    if get_origin(kind) is tuple and isinstance(content, list):
        return tuple(read(get_args(kind)[0], item) for item in content)
    if kind is float and type(content) in (int, float) and math.isfinite(content):
        return float(content)
    if kind is str:
        return _text(content)
    if type(content) is kind and (kind is bool or (kind is int and abs(content) <= LARGEST)):
        return content
    raise ValueError(content)


def _text(content: Any) -> str:
    """A text that can be drawn, written and be a name: without half letters, and without the end of all texts of C."""
    if not isinstance(content, str) or "\0" in content:
        raise ValueError(content)
    content.encode()
    return content


def _read_fields(kind: Any, content: Any) -> Any:
    types = _types(kind)
    needed = {field.name for field in fields(kind) if field.default is MISSING}
    if not isinstance(content, dict) or not needed <= content.keys() <= types.keys():
        raise ValueError(content)
    return kind(**{name: read(types[name], item) for name, item in content.items()})


@cache
def _types(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
