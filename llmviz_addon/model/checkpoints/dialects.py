"""The names and orientations in which the same GPT-2 is written, brought to minGPT's.

Hugging Face writes GPT-2 with or without ``transformer.`` in front and its matrices as (in, out), which it
calls Conv1D; nanoGPT and minGPT write ``nn.Linear``'s (out, in); compiled and parallel models put a prefix
in front of every name. All of that shows in names and shapes, whatever the file's format.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np

from ...errors import ModelError
from ..architecture import places
from ..config import GPTConfig
from ..files import short

PREFIXES = re.compile(r"\A(?:_orig_mod\.|module\.)+")
BARE = ("wte.", "wpe.", "h.", "ln_f.")
MATRICES = tuple(  # the endings of their names
    place.within(name).removeprefix("transformer.h.0")
    for place in places(GPTConfig(1, 1, 1, 1, 1))
    for name, shape in place.stored_shapes.items()
    if place.in_layer and len(shape) == 2
)


class Translated(Mapping[str, np.ndarray]):
    """Tensors under minGPT's names, oriented (out, in); each is read only when it is asked for.

    ``shared`` are names that the file left out because another name has the same numbers, name left out -> name
    kept: safetensors notes them so. ``turned`` is whether the matrices lie as Hugging Face's, and are turned here.
    Raises ModelError if two tensors have the same name.
    """

    def __init__(self, tensors: Mapping[str, np.ndarray], shared: Mapping[str, str] | None = None) -> None:
        self._tensors = tensors
        self._names: dict[str, str] = {}
        for theirs in tensors:
            ours = minGPT_name(theirs)
            if ours in self._names:
                raise ModelError(f"{short(self._names[ours])} and {short(theirs)} are the same part of the model.")
            self._names[ours] = theirs
        for left_out, kept in (shared or {}).items():
            if kept in tensors and left_out not in tensors:
                self._names.setdefault(minGPT_name(left_out), kept)
        self.turned = self._is_conv1d()

    def __getitem__(self, name: str) -> np.ndarray:
        values = self._tensors[self._names[name]]
        return values.T if self.turned and name.endswith(MATRICES) else values

    def __contains__(self, name: object) -> bool:
        return name in self._names  # a Mapping's own would read the tensor

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def _is_conv1d(self) -> bool:
        """Whether matrices are (in, out): the first attention's is C × 3C then, else 3C × C."""
        theirs = self._names.get("transformer.h.0.attn.c_attn.weight")
        shape = self._tensors[theirs].shape if theirs is not None else ()
        return len(shape) == 2 and shape[1] == 3 * shape[0]


def minGPT_name(name: str) -> str:  # noqa: N802 (as minGPT is written)
    """A tensor's name as minGPT has it."""
    name = PREFIXES.sub("", name)
    return f"transformer.{name}" if name.startswith(BARE) else name
