"""Weights in several files, as Hugging Face writes large models: the index that names each tensor's file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import ModelError
from ..files import short

MAX_NAME = 255  # letters of a file's name; no file system takes more


class Shards(Mapping[str, np.ndarray]):
    """The tensors of several files, by an index that names each tensor's file.

    ``open_shard`` opens one of them. All that is in these files is part of the model, named by the index or not: so
    transformers takes them. Raises ModelError if the index names a file outside of its folder, one that cannot be
    opened, or a tensor that its file does not have, or if two files have tensors of one name.
    """

    def __init__(
        self, folder: Path, index: Mapping[str, Any], open_shard: Callable[[Path], Mapping[str, np.ndarray]]
    ) -> None:
        weight_map = index.get("weight_map")
        if not isinstance(weight_map, dict) or not all(isinstance(name, str) for name in weight_map.values()):
            raise ModelError("Its 'weight_map' does not give a file for each tensor.")
        self._shards: dict[str, Mapping[str, np.ndarray]] = {}
        for name in sorted(set(weight_map.values())):
            plain = Path(name).name == name and "\\" not in name and name not in (".", "..")
            if not plain or not name.isprintable() or len(name) > MAX_NAME:
                raise ModelError(f"It names the shard {short(name)}, which is not a file in its folder.")
            self._shards[name] = open_shard(folder / name)
        for tensor, name in weight_map.items():
            if tensor not in self._shards[name]:
                raise ModelError(f"It says that {short(tensor)} is in {short(name)}, but it is not.")
        self._files: dict[str, str] = {}
        for name, shard in self._shards.items():
            for tensor in shard:
                if tensor in self._files:
                    raise ModelError(f"{short(tensor)} is in {short(self._files[tensor])} and in {short(name)}.")
                self._files[tensor] = name

    def __getitem__(self, name: str) -> np.ndarray:
        return self._shards[self._files[name]][name]

    def __contains__(self, name: object) -> bool:
        return name in self._files  # a Mapping's own would read the tensor

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)
