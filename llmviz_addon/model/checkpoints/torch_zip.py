"""A reader of PyTorch's zip checkpoints (``torch.save`` since 1.6) that needs no PyTorch and runs no code.

Such a file is an uncompressed zip: a pickle of the saved object in ``data.pkl``, in which a tensor is a view
(offset, shape, stride) of a storage, and each storage's bytes in an entry of its own. The pickle is read by
:mod:`..pickles`, which knows only the names in ``KNOWN``; the numbers are read where they lie.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ...errors import ModelError
from .. import pickles
from ..files import contents, short
from . import archive
from .numbers import READABLE, float32

MAX_DIMENSIONS = 8
MAX_NUMBER = 1 << 80  # elements; far more than any file has, but nothing that takes its time to multiply
MAX_KEY = 80  # letters of a storage's name
ITEM_SIZES = {"F32": 4, "F16": 2, "BF16": 2}


class StorageType(NamedTuple):
    """What kind of numbers a storage holds, by safetensors' short name."""

    dtype: str


class Storage(NamedTuple):
    """A stretch of numbers in an entry of the archive."""

    dtype: str
    key: str
    length: int


class View(NamedTuple):
    """A tensor: how it lies in its storage, in elements."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]


def _view(storage: object, offset: object, shape: object, stride: object, *more: object) -> View:
    """``torch._utils._rebuild_tensor_v2``; the next two matter only to training.

    After them a dictionary may say that the numbers that lie there are the negative ones.
    """
    if any(more[2:]):
        raise ModelError(f"A tensor has the marks {short(more[2])}. Save what resolve_neg() makes of it.")
    match (storage, offset, shape, stride):
        case Storage(), int(), tuple(), tuple() if len(shape) == len(stride) <= MAX_DIMENSIONS:
            numbers = (offset, *shape, *stride)
            if all(type(number) is int and 0 <= number < MAX_NUMBER for number in numbers):
                return View(storage, offset, shape, stride)
    raise ModelError(f"A tensor's shape {short(shape)} and stride {short(stride)} make no sense.")


def _parameter(view: object, *_: object) -> object:
    return view


KNOWN: dict[str, object] = {
    "torch._utils._rebuild_tensor_v2": _view,
    "torch._utils._rebuild_parameter": _parameter,
    "torch.FloatStorage": StorageType("F32"),
    "torch.HalfStorage": StorageType("F16"),
    "torch.BFloat16Storage": StorageType("BF16"),
    "torch.DoubleStorage": StorageType("F64"),
    "torch.LongStorage": StorageType("I64"),
    "torch.IntStorage": StorageType("I32"),
    "torch.ShortStorage": StorageType("I16"),
    "torch.CharStorage": StorageType("I8"),
    "torch.ByteStorage": StorageType("U8"),
    "torch.BoolStorage": StorageType("BOOL"),
}


def _storage(identity: object) -> Storage:
    match identity:
        case ("storage", StorageType(dtype), str(key), str(), int(length)) if 0 <= length < MAX_NUMBER:
            if len(key) <= MAX_KEY:
                return Storage(dtype, key, length)
    raise ModelError(f"A storage is described as {short(identity)}, which makes no sense.")


class TorchTensors(Mapping[str, np.ndarray]):
    """The tensors of one file, by name, as read-only float32 arrays; F32 comes without a copy.

    Asking for a tensor of another dtype than ``READABLE``, or one that reaches out of its storage, raises
    ModelError; for an unknown name KeyError.
    """

    def __init__(
        self, data: memoryview, entries: Mapping[str, zipfile.ZipInfo], root: str, views: Mapping[str, View]
    ) -> None:
        self._data, self._entries, self._root, self._views = data, entries, root, views
        self._storages: dict[str, memoryview] = {}  # those whose bytes have been checked

    def __getitem__(self, name: str) -> np.ndarray:
        storage, offset, shape, stride = self._views[name]
        if storage.dtype not in READABLE:
            raise ModelError(f"{short(name)} is of dtype {storage.dtype}, but only {', '.join(READABLE)} can be read.")
        raw = self._bytes(name, storage.key)
        length = 1 + sum((size - 1) * step for size, step in zip(shape, stride, strict=True))
        item = ITEM_SIZES[storage.dtype]
        fits = offset + length <= storage.length and storage.length * item <= len(raw)
        if 0 in shape or math.prod(shape) > storage.length or not fits:
            raise ModelError(f"{short(name)}, of shape {short(shape)}, does not fit in its {len(raw)} bytes.")
        items = np.frombuffer(raw, np.uint8, length * item, offset * item).view(f"V{item}")
        steps = tuple(step * item * (size > 1) for size, step in zip(shape, stride, strict=True))
        view = np.lib.stride_tricks.as_strided(items, shape, steps, writeable=False)
        return float32(view, storage.dtype)

    def __contains__(self, name: object) -> bool:
        return name in self._views  # a Mapping's own would read the tensor

    def __iter__(self) -> Iterator[str]:
        return iter(self._views)

    def __len__(self) -> int:
        return len(self._views)

    def _bytes(self, name: str, key: str) -> memoryview:
        """What lies in the storage ``key``, which the tensor ``name`` asks for."""
        if key not in self._storages:
            entry = self._entries.get(f"{self._root}/data/{key}")
            if entry is None:
                raise ModelError(f"{short(name)} lies in the storage {short(key)}, which the file does not have.")
            self._storages[key] = archive.plain(self._data, entry)
        return self._storages[key]


@dataclass(frozen=True)
class TorchFile:
    """A checkpoint: its tensors, and what nanoGPT notes beside them (``model_args``, ``config``) or {}."""

    tensors: Mapping[str, np.ndarray]
    model_args: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)


def read(path: Path) -> TorchFile:
    """Open a checkpoint; raises ModelError if it is damaged or holds more than a dictionary of tensors."""
    entries = archive.entries(path)
    roots = [name.removesuffix("/data.pkl") for name in entries if name.count("/") == 1 and name.endswith("/data.pkl")]
    if len(roots) != 1:
        raise ModelError(f"It is a zip archive, but not one of PyTorch: it has {len(roots)} entries data.pkl.")
    root, data = roots[0], contents(path)
    if f"{root}/constants.pkl" in entries:
        raise ModelError("It is a TorchScript program. Save the model's state_dict() instead.")
    order = entries.get(f"{root}/byteorder")
    if order is not None and archive.plain(data, order) != b"little":
        raise ModelError("Its numbers are big-endian, which cannot be read.")
    entry = entries[f"{root}/data.pkl"]
    if entry.file_size > pickles.MAX_SIZE:
        raise ModelError(f"Its pickle has {entry.file_size} bytes, but at most {pickles.MAX_SIZE} are read.")
    saved = pickles.read(bytes(archive.plain(data, entry)), KNOWN, _storage)
    if not isinstance(saved, dict):
        raise ModelError(f"It holds a {type(saved).__name__}, not a dictionary of tensors.")
    state, notes = saved, {}
    for key in ("model", "state_dict"):
        if isinstance(saved.get(key), dict):
            state, notes = saved[key], saved
            break
    views = {name: view for name, view in state.items() if isinstance(view, View)}
    others = [name for name in state if name not in views]
    if others or not all(isinstance(name, str) for name in views):
        some = ", ".join(short(name) for name in [*others, *views][:6])
        raise ModelError(f"It is not a dictionary of tensors: it holds {some}.")
    if sum(math.prod(view.shape) for view in views.values()) > 2 * len(data):
        raise ModelError(f"Its tensors are far larger than its {len(data)} bytes, so they share them over and over.")
    return TorchFile(TorchTensors(data, entries, root, views), _notes(notes, "model_args"), _notes(notes, "config"))


def _notes(saved: Mapping[Any, Any], key: str) -> Mapping[str, Any]:
    """What is noted under ``key``; lists and the like as text, for they may be too deep to be compared or hashed."""
    value = saved.get(key)
    if not isinstance(value, dict):
        return {}
    return {name: note if isinstance(note, str | int | float | None) else short(note) for name, note in value.items()}
