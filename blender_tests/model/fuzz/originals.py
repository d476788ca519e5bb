"""The good files that the fuzzer makes bad ones of: one folder for each way in which a model may lie on a disk."""

from __future__ import annotations

import io
import json
import pickle
from functools import cache
from pathlib import Path

import numpy as np

from blender_tests.model.fuzz.bytes_of import safetensors_bytes
from llmviz_addon.model.checkpoint import Checkpoint, weight_shapes
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.forward import forward
from llmviz_addon.model.tokenizers.tokenizer import IdTokenizer

DATA = Path(__file__).parents[1] / "data" / "checkpoints"

Folder = dict[str, bytes]


@cache
def originals() -> dict[str, Folder]:
    """Folders by name: the tests' own checkpoints, and what they lack."""
    found = {path.name: _files(path) for path in sorted(DATA.iterdir()) if path.suffix != ".npz"}
    return found | _tokenizers(found["hf-f32"]) | _shards(found["hf-bin-bare"]) | _traces() | {"ours": _ours()}


def _files(path: Path) -> Folder:
    if path.is_file():
        return {path.name: path.read_bytes()}
    return {file.name: file.read_bytes() for file in sorted(path.iterdir())}


def _tokenizers(folder: Folder) -> dict[str, Folder]:
    """The same model with the older two files in place of tokenizer.json, alone and with all that may stand beside."""
    model = json.loads(folder["tokenizer.json"])["model"]
    pair = {name: data for name, data in folder.items() if name != "tokenizer.json"}
    pair["vocab.json"] = json.dumps(model["vocab"], ensure_ascii=False).encode()
    pair["merges.txt"] = "\n".join(["#version: 0.2", *map(" ".join, model["merges"]), ""]).encode()
    notes = {
        "added_tokens.json": {"<|endoftext|>": 0},
        "special_tokens_map.json": {"eos_token": "<|endoftext|>"},
        "tokenizer_config.json": {"add_prefix_space": False, "tokenizer_class": "GPT2Tokenizer"},
    }
    beside = {name: json.dumps(content).encode() for name, content in notes.items()}
    return {"hf-pair": pair, "hf-beside": pair | beside}


def _shards(folder: Folder) -> dict[str, Folder]:
    from llmviz_addon.model.checkpoints import torch_zip

    names = list(torch_zip.read(DATA / "hf-bin-bare" / "pytorch_model.bin").tensors)
    index = {"metadata": {"total_size": 1}, "weight_map": dict.fromkeys(names, "one.bin")}
    config = {"config.json": folder["config.json"], "pytorch_model.bin.index.json": json.dumps(index).encode()}
    return {"bin-sharded": config | {"one.bin": folder["pytorch_model.bin"]}}


def _tiny(vocab_size: int = 3) -> Checkpoint:
    config = GPTConfig(n_layer=1, n_head=2, n_embd=4, block_size=5, vocab_size=vocab_size)
    rng = np.random.default_rng(8)
    weights = {name: rng.normal(0, 0.3, shape).astype(np.float32) for name, shape in weight_shapes(config).items()}
    return Checkpoint("tiny", config, weights, IdTokenizer(config.vocab_size))


def _traces() -> dict[str, Folder]:
    trace = dict(forward(_tiny(), [2, 0, 1])) | {"prompt_length": np.array(2)}
    files = {}
    for name, save in (("npz-plain", np.savez), ("npz-packed", np.savez_compressed)):
        buffer = io.BytesIO()
        save(buffer, **trace)  # type: ignore[arg-type]
        files[name] = buffer.getvalue()
    letters = pickle.dumps({"vocab_size": 3, "itos": dict(enumerate("xyz")), "stoi": {"x": 0, "y": 1, "z": 2}}, 4)
    return {
        "npz-packed": {"a.npz": files["npz-packed"]},
        "npz-plain": {"a.npz": files["npz-plain"], "meta.pkl": letters},
    }


def _ours() -> Folder:
    """safetensors as we ship nano-gpt: all that is to be known stands in the file. Its letters are many."""
    letters = "".join(map(chr, range(0x4E00, 0x4E00 + 500)))
    tiny = _tiny(len(letters))
    metadata = {"name": "tiny", "config": json.dumps(vars(tiny.config)), "vocabulary": letters, "prompt_length": "2"}
    return {"tiny.safetensors": safetensors_bytes({name: ("F32", v) for name, v in tiny.weights.items()}, metadata)}
