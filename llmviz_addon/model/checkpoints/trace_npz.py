"""A reader of npz files with a trace's names: a forward pass that somebody recorded elsewhere.

Such a file holds every tensor of :class:`..trace.Trace` under its own name, parameters included, as
``Trace.save`` writes it. The recorded values are what is shown; the weights make it a whole checkpoint, so
that other tokens can be run, too. We read npy headers ourselves: numpy evaluates them as Python literals.
"""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from ...errors import ModelError
from ..activations import GELU, Gelu
from ..architecture import causal_names, trace_shapes, weights_of
from ..config import GPTConfig
from ..files import contents, short
from ..tokenizers.tokenizer import Tokenizer
from ..trace import PROMPT_LENGTH, Trace
from . import archive
from .checked import MAX_NUMBER, Checkpoint, from_tensors
from .settings import Notes

HEADER = re.compile(
    rb"\{'descr': '([<>|=]?)([fiu])([1248])', 'fortran_order': (True|False), "
    rb"'shape': \((|\d{1,12},|\d{1,12}(?:, \d{1,12})+)\), \} *\n"
)
SUPPORTED = "Supported are npz files as the trace command writes them, with all tensors of one forward pass."


def read(path: Path, name: str, tokenizer: Tokenizer | None) -> Checkpoint:
    """A checkpoint that shows the recorded pass; raises ModelError if a tensor is missing, wrong or damaged."""
    entries, data = archive.entries(path), contents(path)
    archive.check_ratio(entries.values(), len(data))
    found = {key.removesuffix(".npy"): entry for key, entry in entries.items()}
    if len(found) != len(entries):
        raise ModelError("It has two arrays of one name.")
    arrays = _Arrays(data, found)
    config, length = _shape(arrays)
    if config.n_layer * config.n_head > len(found):  # else a list of all names might be far longer than the file
        raise ModelError(f"It has too few tensors for {config}. {SUPPORTED}")
    expected = trace_shapes(config, length)
    missing = [key for key in expected if key not in found]
    if missing:
        raise ModelError(f"It lacks {len(missing)} tensors of the trace, for example {missing[0]!r}. {SUPPORTED}")
    read, causal = {"tokens": arrays.integers("tokens")}, causal_names(config)
    for key, shape in expected.items():
        if key != "tokens":
            read[key] = arrays.floats(key, shape, key in causal)
    tokens = tuple(int(token) for token in read["tokens"])
    if not all(0 <= token < config.vocab_size for token in tokens):
        raise ModelError(f"Its tokens must be from 0 to {config.vocab_size - 1}, but are {short(tokens)}.")
    prompt_length = int(arrays.integers(PROMPT_LENGTH)[0]) if PROMPT_LENGTH in found else length
    if not 1 <= prompt_length <= length:
        raise ModelError(f"Its prompt_length is {prompt_length}, but must be from 1 to its {length} tokens.")
    notes = Notes({"n_head": config.n_head}, _gelu(read))
    checkpoint = from_tensors(name, weights_of(read, config), {}, notes, tokenizer)
    return replace(checkpoint, recorded=Trace(config, tokens, read, prompt_length))


def _gelu(arrays: Mapping[str, np.ndarray]) -> Gelu:
    """The form of GELU that comes nearest to what was recorded."""
    hidden, activation = arrays["layers.0.mlp.hidden"], arrays["layers.0.mlp.activation"]  # (T, 4C)
    with np.errstate(over="ignore"):  # of the largest numbers that were recorded
        return min(GELU, key=lambda form: float(np.abs(GELU[form](hidden) - activation).max()))


def _shape(arrays: _Arrays) -> tuple[GPTConfig, int]:
    """The model's shape and the number of tokens, from the tensors' names and shapes."""
    tables = [arrays.shape(f"embedding.{key}_weight") for key in ("token", "position")]
    (length,) = arrays.shape("tokens", 1)
    n_layer, n_head = (arrays.count(prefix) for prefix in ("layers.", "layers.0.attn.heads."))
    (vocab_size, n_embd), (block_size, _) = tables
    return GPTConfig(n_layer, n_head, n_embd, block_size, vocab_size), length


class _Arrays:
    """The arrays in the archive, each unpacked when it is asked for."""

    def __init__(self, data: memoryview, entries: Mapping[str, zipfile.ZipInfo]) -> None:
        self.entries = entries
        self._data = data

    def count(self, prefix: str) -> int:
        """How many parts the names tell of that start with ``prefix``; 1 if none, for its names to be missed later."""
        parts = {name.removeprefix(prefix).partition(".")[0] for name in self.entries if name.startswith(prefix)}
        return max(1, len(parts))

    def shape(self, name: str, dimensions: int = 2) -> tuple[int, ...]:
        """Shape of an array that the file must have."""
        if name not in self.entries:
            some = ", ".join(repr(key[:40]) for key in sorted(self.entries)[:3]) or "nothing"
            raise ModelError(f"It is an npz file, but not a trace: it has no {name!r}, but {some}. {SUPPORTED}")
        shape = self._read(name).shape
        if len(shape) != dimensions:
            raise ModelError(f"{name!r} has the shape {shape}, but must have {dimensions} axes.")
        return shape

    def floats(self, name: str, shape: tuple[int, ...], causal: bool) -> np.ndarray:
        """An array as float32, of that shape; not finite only where a ``causal`` one looks into the future."""
        values = self._read(name)
        if values.dtype.kind != "f" or values.shape != shape:
            raise ModelError(f"{name!r} is {values.dtype} {values.shape}, but must be floating point {shape}.")
        with np.errstate(over="ignore"):  # what is too large for float32 is not finite, as is told below
            values = values.astype(np.float32, copy=False)
        finite = np.isfinite(values)
        if causal:
            future = np.triu(np.ones(shape, bool), 1)
            finite |= future & (values == -np.inf)
        if not finite.all():
            raise ModelError(f"{name!r} holds values that are not finite.")
        return values

    def integers(self, name: str) -> np.ndarray:
        """An array of whole numbers, as a row."""
        values = self._read(name)
        if values.dtype.kind not in "iu" or values.size == 0:
            raise ModelError(f"{name!r} is {values.dtype} {values.shape}, but must be whole numbers.")
        return values.reshape(-1)

    def _read(self, name: str) -> np.ndarray:
        """One npy entry."""
        data = archive.unpacked(self._data, self.entries[name])
        head = bytes(data[:12])
        start = {b"\x93NUMPY\x01": 10, b"\x93NUMPY\x02": 12}.get(head[:7])
        if start is None:
            raise ModelError(f"The entry {short(name)} is not an array.")
        end = start + int.from_bytes(head[8:start], "little")
        match = HEADER.fullmatch(bytes(data[start:end])) if end <= len(data) else None
        if match is None:
            raise ModelError(f"The array {short(name)} holds something else than plain numbers.")
        order, kind, size, fortran, lengths = (part.decode() for part in match.groups())
        shape = tuple(int(length) for length in lengths.split(",") if length.strip())
        dtype = np.dtype(f"{order or '<'}{kind}{size}") if kind != "f" or size != "1" else None
        if dtype is None or any(length >= MAX_NUMBER for length in shape) or len(shape) > 8:
            raise ModelError(f"The array {short(name)} has a shape or numbers that no trace has.")
        if math.prod(shape) * dtype.itemsize != len(data) - end:
            raise ModelError(f"The array {short(name)} is not as long as its shape {shape} says.")
        values = np.frombuffer(data, np.uint8, offset=end).view(dtype)
        values = values.reshape(shape, order="F" if fortran == "True" else "C")
        values.flags.writeable = False
        return values.astype(dtype.newbyteorder("="), copy=False)
