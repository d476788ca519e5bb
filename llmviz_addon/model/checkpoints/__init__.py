"""Readers of checkpoints: one function, :func:`load`, that tells the format by content.

:func:`find` takes the name of a model that the add-on ships, too.

A reader makes tensors by name of a file; :mod:`.dialects` brings the names to minGPT's, and :mod:`.checked`
checks and completes them. What a file does not tell itself is looked for beside it: config.json and the
tokenizer.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import ModelError
from ..builtins import BUILTINS, NAMES, NANO, is_builtin
from ..files import contents, json_file, naming, short
from ..tokenizers.files import beside
from . import archive, llmviz_json, safetensors, settings, torch_zip, trace_npz
from .checked import Checkpoint, from_tensors
from .dialects import Translated
from .settings import Notes
from .shards import Shards

IN_FOLDER = (  # what is loaded of a folder: the first of these that it has, in the order of transformers
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
    "ckpt.pt",
    "model.pt",
)
GENERIC = ("model", "pytorch_model", "ckpt", "checkpoint", "weights")  # say nothing of the model; its folder does
IN_HUB_CACHE = re.compile(r"models--(?:.+--)?(.+)")  # a repository's folder in Hugging Face's cache, of org and name

ADAPTER = "adapter_config.json"
OF_A_PROCESS = re.compile(
    r"shard-\d{5}-model-\d{5}-of-\d{5}\.safetensors"
)  # each process's part, in a training of many

FORMATS = "Supported are safetensors, PyTorch's .pt and .bin, llm-viz's JSON and npz traces."
FOREIGN = (  # how files start that are something else
    (b"GGUF", "a GGUF file of llama.cpp"),
    (b"version https://git-lfs", "a Git LFS pointer, not the file that it stands for: run git lfs pull"),
    (b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", "written by PyTorch before 1.6: load it there and save it anew"),
    (b"\x80", "a bare pickle, which is not a checkpoint"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file, as of Keras"),
    (b"\x93NUMPY", "a single array of numpy"),
    (b"\x1f\x8b", "a gzip archive: unpack it"),
    (b"<", "a web page, as a failed download leaves it"),
)


def find(model: str | PathLike[str]) -> Checkpoint:
    """The model of a name among :data:`BUILTINS`, or at a path; a ``Path`` is never a name. Raises ModelError."""
    if isinstance(model, str):
        if is_builtin(model):
            return builtin(model or NANO)
        if os.path.basename(model) == model and not os.path.lexists(model):
            raise ModelError(f"There is no file or folder {short(model)} here. The models that come along are {NAMES}.")
    return load(model)


def builtin(name: str = NANO) -> Checkpoint:
    """A model that the add-on ships."""
    return replace(load(BUILTINS[name].file), name=name, sample=BUILTINS[name].sample, path=name)


def load(path: str | PathLike[str]) -> Checkpoint:
    """Read a checkpoint: a file of one of ``FORMATS``, or a model's folder.

    Raises ModelError if it cannot be read, is damaged, or does not hold a model of the GPT-2 family.
    """
    path = Path(path)
    with naming(path):
        file = _file(path)
        kind = detect(file)
        name = _name(file)
        found = trace_npz.read(file, name, beside(file.parent)) if kind == "npz" else _READERS[kind](file, name)
        return replace(found, path=str(path.resolve()))


def _name(file: Path) -> str:
    """What a model is called: as its file, or its folder where the file's name says nothing.

    Links are not followed: those of Hugging Face's cache lead from a model's folder to files named by their hash.
    There the repository has the name, and the folders in it have hashes, too.
    """
    file = Path(os.path.abspath(file))
    for part, inside in zip(file.parts, file.parts[1:], strict=False):
        found = IN_HUB_CACHE.fullmatch(part)
        if found and inside in ("snapshots", "blobs"):
            return found[1]
    stem = file.name.partition(".")[0]
    if stem in GENERIC:
        return file.parent.name or stem
    return stem if file.suffix == ".json" else file.stem


def detect(file: Path) -> str:
    """Format of a file, by its content: safetensors, torch, json or npz; ModelError if it is none."""
    data = contents(file)
    head = bytes(data[:64])
    if head.startswith((b"PK\3\4", b"PK\5\6")):
        names = archive.entries(file)
        if any(name.endswith("data.pkl") for name in names):
            return "torch"
        if any(name.endswith(".npy") for name in names):
            return "npz"
        raise ModelError(f"It is a zip archive without a model. {FORMATS}")
    if head.lstrip().startswith(b"{") and b"\0" not in head:
        return "json"
    if head[8:9] == b"{":
        return "safetensors"
    for start, what in FOREIGN:
        if head.startswith(start):
            raise ModelError(f"It is {what}. {FORMATS}")
    what = f"{len(data)} bytes of another format" if data else "empty"
    raise ModelError(f"It is {what}, or damaged at its start. {FORMATS}")


def _file(path: Path) -> Path:
    """The file to load; of a folder the one that is a model."""
    if not path.is_dir():
        return path
    names = sorted(entry.name for entry in path.iterdir())
    parts = [name for name in names if OF_A_PROCESS.fullmatch(name)]
    if parts:  # transformers takes these before all others
        raise ModelError(f"It is a folder with weights as many processes save them ({parts[0]}). Save the model whole.")
    for name in IN_FOLDER:
        if name in names:
            return path / name
    single = [name for name in names if name.endswith((".safetensors", ".pt"))]
    if len(single) == 1:
        return path / single[0]
    some = ", ".join(names[:5]) or "nothing"
    raise ModelError(f"It is a folder without a model: it has {some}. Expected is one of {', '.join(IN_FOLDER)}.")


def _tensors(file: Path) -> Mapping[str, np.ndarray]:
    """The tensors of a single file, under the names they have there."""
    kind = detect(file)
    if kind == "safetensors":
        return safetensors.read(file)
    if kind == "torch":
        with naming(file):
            return torch_zip.read(file).tensors
    raise ModelError(f"{file} is a shard, but neither safetensors nor of PyTorch.")


def _load_safetensors(file: Path, name: str) -> Checkpoint:
    tensors = safetensors.read(file)
    if "config" in tensors.metadata:  # our own files tell all about themselves
        return from_tensors(name, Translated(tensors), tensors.metadata)
    return _with_neighbours(file, name, Translated(tensors, tensors.metadata), tensors.metadata)


def _load_torch(file: Path, name: str) -> Checkpoint:
    found = torch_zip.read(file)
    if not found.model_args:
        return _with_neighbours(file, name, Translated(found.tensors), {})
    dataset = found.training.get("dataset")  # nanoGPT keeps its letters with the text it was trained on
    tokenizer = beside(file.parent, dataset if isinstance(dataset, str) else None)
    return from_tensors(name, Translated(found.tensors), {}, settings.nano_gpt(found.model_args), tokenizer)


def _load_json(file: Path, name: str) -> Checkpoint:
    content = llmviz_json.read(contents(file))
    if "weight_map" in content:
        return _load_shards(file, name, content)
    if "model_type" in content:
        raise ModelError("It is a model's config without the weights. Give the model's folder.")
    found = llmviz_json.JsonTensors(content)
    tokenizer = None if found.metadata else beside(file.parent)
    return from_tensors(name, Translated(found), found.metadata, settings.min_gpt(found.settings), tokenizer)


def _load_shards(file: Path, name: str, index: Mapping[str, Any]) -> Checkpoint:
    notes = _config(file.parent)  # first, so that another kind of model is told by its own config
    tensors = Shards(file.parent, index, _tensors)
    return _with_neighbours(file, name, Translated(tensors), {}, notes)


def _with_neighbours(
    file: Path, name: str, tensors: Translated, metadata: Mapping[str, str], notes: Notes | None = None
) -> Checkpoint:
    """A checkpoint of tensors whose config and tokenizer stand beside the file, if anywhere."""
    tokenizer = None if "vocabulary" in metadata else beside(file.parent)
    notes = notes or _config(file.parent)
    if tensors.turned:  # no other project has them so, and Hugging Face's have biases
        notes = replace(notes, untold={"bias": True} | dict(notes.untold))
    return from_tensors(name, tensors, metadata, notes, tokenizer)


def _config(folder: Path) -> Notes:
    """What config.json tells; ModelError where more weights stand beside it, which transformers would add."""
    if (folder / ADAPTER).is_file():
        raise ModelError(f"{folder / ADAPTER} is of an adapter, which is not read. Merge it, or move it away.")
    file = folder / "config.json"
    if not file.is_file():
        return Notes()
    with naming(file):
        return settings.config_json(json_file(file))


_READERS = {"safetensors": _load_safetensors, "torch": _load_torch, "json": _load_json}
