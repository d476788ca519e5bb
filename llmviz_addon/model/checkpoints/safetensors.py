"""A reader of the safetensors format that needs nothing but numpy.

The safetensors package is not part of Blender, and the format is small: eight bytes with the length of a
JSON header, the header (name -> dtype, shape, byte range), then the numbers. What the file claims is checked
in full before a number is touched, so a damaged file ends in a ModelError, whatever the damage.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import ModelError
from ..files import contents, json_object, naming, short
from .numbers import READABLE, float32

MAX_HEADER = 1 << 22  # bytes; the format allows 100 million, of which JSON would make gigabytes. GPT-2 XL has 60,000
MAX_DIMENSIONS = 8

ITEM_SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}


@dataclass(frozen=True)
class Entry:
    """What the header says of one tensor; ``start`` and ``end`` are bytes from the end of the header."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int


class Safetensors(Mapping[str, np.ndarray]):
    """The tensors of one file, by name, as read-only float32 arrays.

    F32 comes without a copy, F16 and BF16 are converted at each access. ``metadata`` holds the file's own
    notes. Asking for a tensor of another dtype raises ModelError, for an unknown name KeyError.
    """

    def __init__(self, data: memoryview, entries: Mapping[str, Entry], metadata: Mapping[str, str]) -> None:
        self.metadata = metadata
        self.entries = entries
        self._data = data

    def __getitem__(self, name: str) -> np.ndarray:
        entry = self.entries[name]
        if entry.dtype not in READABLE:
            raise ModelError(f"{short(name)} is of dtype {entry.dtype}, but only {', '.join(READABLE)} can be read.")
        raw = np.frombuffer(self._data, np.uint8, entry.end - entry.start, entry.start)
        return float32(raw, entry.dtype).reshape(entry.shape)

    def __contains__(self, name: object) -> bool:
        return name in self.entries  # a Mapping's own would read the tensor

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


def read(path: str | PathLike[str]) -> Safetensors:
    """Open a safetensors file and check all that it claims.

    Raises ModelError if the file cannot be read or is damaged.
    """
    path = Path(path)
    data = contents(path)
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > min(len(data) - 8, MAX_HEADER):
        raise ModelError(f"{path} is not a safetensors file, or only a part of one ({len(data)} bytes).")
    header, data = bytes(data[8 : 8 + length]), data[8 + length :]
    with naming(path):
        entries, metadata = _parse(json_object(header, "The safetensors header"), len(data))
    return Safetensors(data, entries, metadata)


def _parse(content: dict[str, Any], size: int) -> tuple[dict[str, Entry], dict[str, str]]:
    """Header -> entries and metadata, held against the ``size`` bytes that follow it."""
    metadata = content.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise ModelError("__metadata__ in the safetensors header must hold text only.")
    entries = {name: _entry(name, value) for name, value in content.items()}
    position = 0
    for name, entry in sorted(entries.items(), key=lambda item: (item[1].start, item[1].end)):
        if entry.start != position:
            place = f"at byte {short(entry.start)} of the data, not at {short(position)}"
            raise ModelError(f"Tensor {short(name)} starts {place}.")
        position = entry.end
    if position != size:
        raise ModelError(f"The header describes {short(position)} bytes of data, but the file holds {size}.")
    return entries, metadata


def _entry(name: str, value: Any) -> Entry:
    """One tensor's part of the header, checked."""
    match value:
        case {"dtype": str(dtype), "shape": [*shape], "data_offsets": [start, end]}:
            pass
        case _:
            raise ModelError(f"Tensor {short(name)} lacks its dtype, shape or data_offsets.")
    if dtype not in ITEM_SIZES:
        raise ModelError(
            f"Tensor {short(name)} is of dtype {short(dtype)}, but only {', '.join(READABLE)} can be read."
        )
    if not all(type(number) is int for number in (*shape, start, end)):
        raise ModelError(f"Tensor {short(name)} has a shape or data_offsets that are not whole numbers.")
    if len(shape) > MAX_DIMENSIONS or not all(length > 0 for length in shape):
        raise ModelError(f"Tensor {short(name)} has the shape {_short(shape)}, which no GPT's tensor has.")
    if not 0 <= start <= end or end - start != math.prod(shape) * ITEM_SIZES[dtype]:
        place = f"{short(start)} to {short(end)}"
        raise ModelError(f"Tensor {short(name)}, {dtype} {_short(shape)}, does not fill its bytes {place}.")
    return Entry(dtype, tuple(shape), start, end)


def _short(shape: list[int]) -> str:
    text = "×".join(map(str, shape[: MAX_DIMENSIONS + 1])) or "scalar"
    return text if len(text) <= 60 else text[:59] + "…"
