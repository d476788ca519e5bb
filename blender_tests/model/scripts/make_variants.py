"""Write checkpoints that are saved in uncommon ways, and what PyTorch and transformers get from them.

The models are tiny and random. Each folder in ``blender_tests/model/data/variants`` is one way to save; the logits
are of the model that transformers (or for ckpt.pt :mod:`torch_gpt`) loads of it. ``folders.json`` is which file of a
folder transformers reads, for every set of files that may stand there.

    pip install torch numpy safetensors transformers
    python blender_tests/model/scripts/make_variants.py
"""

from __future__ import annotations

import itertools
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import torch
from make_checkpoints import Arrays, logits, note, random_gpt, randomise
from safetensors.torch import load_file, save_file, save_model
from transformers import GPT2Config, GPT2DoubleHeadsModel, GPT2LMHeadModel
from transformers.modeling_utils import _get_resolved_checkpoint_files

DATA = Path(__file__).resolve().parents[1] / "data" / "variants"
TOKENS = [4, 0, 6, 6, 1]
SHAPE = dict(n_layer=1, n_head=2, n_embd=8, n_positions=6, vocab_size=7, bos_token_id=0, eos_token_id=0)
FILES = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json")


def model(**options: object) -> GPT2LMHeadModel:
    """A random GPT-2."""
    made = GPT2LMHeadModel(GPT2Config(**SHAPE | options))
    randomise(made)
    return made


def folder(name: str, config: dict[str, object] | None = None, **options: object) -> Path:
    """A folder as ``save_pretrained`` writes it, or with another config.json."""
    model(**options).save_pretrained(DATA / name)
    (DATA / name / "generation_config.json").unlink(missing_ok=True)
    if config is not None:
        (DATA / name / "config.json").write_text(json.dumps(config, indent=1))
    return DATA / name


def resaved(name: str) -> None:
    """Sharded first, then another model as a single file beside the old index."""
    model().save_pretrained(DATA / name, max_shard_size="1KB")
    folder(name)


def dropped(name: str) -> None:
    """``save_model`` keeps only one of two names of the same tensor."""
    where = folder(name)
    save_model(model(), str(where / "model.safetensors"))


def head_only(name: str) -> None:
    """Tied, and the head's name is the one that is kept, without a note on it."""
    where = folder(name)
    tensors = load_file(where / "model.safetensors")
    tensors["lm_head.weight"] = tensors.pop("transformer.wte.weight")
    save_file(tensors, where / "model.safetensors", metadata={"format": "pt"})


def both_names(name: str) -> None:
    """Tied, with both names of the same numbers in the file, as old .bin files have them."""
    where = folder(name)
    tensors = load_file(where / "model.safetensors")
    torch.save(tensors | {"lm_head.weight": tensors["transformer.wte.weight"]}, where / "pytorch_model.bin")
    (where / "model.safetensors").unlink()


def double_heads(name: str) -> None:
    """With another head beside the one that predicts tokens."""
    made = GPT2DoubleHeadsModel(GPT2Config(**SHAPE, tie_word_embeddings=False))
    randomise(made)
    made.save_pretrained(DATA / name)
    (DATA / name / "generation_config.json").unlink(missing_ok=True)


def unlisted(name: str) -> None:
    """Sharded, and the index does not name the head, which is in one of the files."""
    model(tie_word_embeddings=False).save_pretrained(DATA / name, max_shard_size="2KB")
    (DATA / name / "generation_config.json").unlink(missing_ok=True)
    file = DATA / name / "model.safetensors.index.json"
    index = json.loads(file.read_text())
    del index["weight_map"]["lm_head.weight"]
    file.write_text(json.dumps(index, indent=1))


def reference(expected: Arrays, name: str) -> None:
    """Keep what transformers computes of a folder."""
    again, info = GPT2LMHeadModel.from_pretrained(DATA / name, output_loading_info=True)
    if info["missing_keys"]:
        raise RuntimeError(f"transformers makes up {info['missing_keys']} for {name}.")
    expected |= {f"{name}/tokens": np.array(TOKENS), f"{name}/logits": logits(again.eval(), TOKENS)}


def nano_gpt(name: str, expected: Arrays) -> None:
    """nanoGPT's ckpt.pt without the second name of its tied matrix."""
    shape = dict(n_layer=1, n_head=2, n_embd=8, block_size=6, vocab_size=7)
    made = random_gpt(shape, exact_gelu=True, bias=False, tied=True)
    kept = {key: value for key, value in made.state_dict().items() if not key.endswith(".bias")}
    del kept["transformer.wte.weight"]
    (DATA / name).mkdir()
    torch.save({"model": kept, "model_args": shape | dict(bias=False, dropout=0.0)}, DATA / name / "ckpt.pt")
    note(expected, name, made, TOKENS)


def resolved() -> dict[str, str]:
    """The file that transformers reads, by the files there are."""
    found = {}
    for count in range(1, 5):
        for names in itertools.combinations(FILES, count):
            with tempfile.TemporaryDirectory() as place:
                for name in names:
                    Path(place, name).write_text(json.dumps({"weight_map": {"a": f"of {name}"}, "metadata": {}}))
                    Path(place, f"of {name}").touch()
                file = _get_resolved_checkpoint_files(place, None, None, None, None, False)[0][0]
            found["+".join(names)] = Path(file).name.removeprefix("of ")
    return found


def main() -> None:
    """Write everything anew."""
    torch.manual_seed(11)
    DATA.mkdir(parents=True, exist_ok=True)
    for path in DATA.iterdir():
        if path.is_dir():  # tokenizers.json is of make_tokenizers
            shutil.rmtree(path)
    expected: Arrays = {}
    resaved("resaved")
    dropped("save-model")
    head_only("head-only")
    both_names("both-names")
    folder("untied", tie_word_embeddings=False)
    aliases = dict(num_hidden_layers=1, num_attention_heads=4, hidden_size=8, max_position_embeddings=6, vocab_size=7)
    folder("aliases", dict(model_type="gpt2", activation_function="gelu_python", **aliases))
    folder("no-heads", dict(model_type="gpt2", n_embd=12, n_layer=1, n_positions=6, vocab_size=7), n_embd=12)
    folder("no-type", dict(n_head=4, activation_function="gelu", n_embd=8, n_layer=1, n_positions=6, vocab_size=7))
    for path in sorted(DATA.iterdir()):
        reference(expected, path.name)
    nano_gpt("ckpt-head-only", expected)
    for name, save in {"double-heads": double_heads, "unlisted": unlisted}.items():
        save(name)
        reference(expected, name)
    np.savez_compressed(DATA / "expected.npz", **expected)
    (DATA / "folders.json").write_text(json.dumps(resolved(), indent=1) + "\n")


if __name__ == "__main__":
    main()
