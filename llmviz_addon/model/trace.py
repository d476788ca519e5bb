"""Every number of one forward pass, by name.

Names are flat strings such as ``layers.0.attn.heads.2.q``; the layout's grids have the same ones. A trace
holds the parameters too, as views of the checkpoint's arrays, so that whoever shows or explains a cell needs
only the trace.
"""

from __future__ import annotations

import difflib
import zipfile
from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path

import numpy as np

from ..errors import ModelError
from ..writing import written
from .config import GPTConfig

PROMPT_LENGTH = "prompt_length"  # in a saved file, beside the tensors


class UnknownTensorError(ModelError, KeyError):
    """A name that the trace does not have; also a KeyError, as ``in`` and ``get`` of a Mapping need it."""

    def __str__(self) -> str:
        return Exception.__str__(self)  # KeyError would put the message in quotes


class Trace(Mapping[str, np.ndarray]):
    """The tensors of one forward pass: activations, aggregates and parameters, in the order of computation.

    Attributes
    ----------
    config : the model's shape.
    tokens : the ids that went in, T of them.
    prompt_length : how many of them were given; the model itself appended the others.
    """

    def __init__(
        self, config: GPTConfig, tokens: tuple[int, ...], arrays: Mapping[str, np.ndarray], prompt_length: int
    ) -> None:
        self.config = config
        self.tokens = tokens
        self.prompt_length = prompt_length
        self._arrays = arrays

    def __getitem__(self, name: str) -> np.ndarray:
        """The tensor called ``name``; raises UnknownTensorError, a ModelError, with the names that come near."""
        try:
            return self._arrays[name]
        except KeyError:
            near = difflib.get_close_matches(str(name), self._arrays, n=3)
            hint = f" Did you mean {' or '.join(near)}?" if near else ""
            raise UnknownTensorError(f"The trace has no tensor {name!r}.{hint}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._arrays

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def __repr__(self) -> str:
        return f"<Trace of {len(self.tokens)} tokens, {len(self)} tensors, {self.config}>"

    def fixed(self) -> Trace:
        """The same run in arrays that cannot be changed, for who is to read it only."""
        views = {name: array.view() for name, array in self._arrays.items()}
        for view in views.values():
            view.flags.writeable = False
        return Trace(self.config, self.tokens, views, self.prompt_length)

    def save(self, path: str | PathLike[str]) -> None:
        """Write all tensors, and the prompt length, to ``path`` as npz.

        A file that stood there is replaced only once all is written. Raises ModelError if that cannot be done;
        no partial file is left.
        """
        path = Path(path)
        if path.is_dir():
            raise ModelError(f"Cannot write {str(path)!r}: it is a folder.")
        arrays = {**self._arrays, PROMPT_LENGTH: np.array(self.prompt_length)}
        with written(path, ModelError) as partial, zipfile.ZipFile(partial, "w") as archive:
            for name, array in arrays.items():  # not np.savez, which leaves the archive open where the disk is full
                with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                    np.lib.format.write_array(file, array, allow_pickle=False)
