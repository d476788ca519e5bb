"""Write what PyTorch computes, for the tests to hold our numpy against without having torch.

For nano-gpt, and for small models with random weights whose shapes differ from nano-gpt in every way that
matters (other head counts, fewer tokens than ``block_size``, a single token), this writes every
intermediate value of :mod:`torch_gpt` to ``blender_tests/model/data``, in one .npz per case: the trace's
names, plus ``weights/…`` with minGPT's names for random models.

    pip install torch numpy safetensors
    python blender_tests/model/scripts/make_reference.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch_gpt import GPT, Record
from train_nano_gpt import CONFIG, WEIGHTS

DATA = Path(__file__).resolve().parents[1] / "data"
CBABBC_SORTED = [2, 1, 0, 1, 1, 2, 0, 1, 1, 1, 2]  # the prompt, and five of its sorted letters
SEED = 20

Shape = dict[str, int]


def nano_gpt() -> GPT:
    """The model that the add-on ships."""
    model = GPT(**CONFIG)
    model.load_state_dict(load_file(WEIGHTS))
    return model.eval()


def random_gpt(shape: Shape) -> GPT:
    """A model with random weights, larger than at the start of training so that every part matters."""
    model = GPT(**shape)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.normal_(mean=float("ln" in name and name.endswith("weight")), std=0.4)
    return model.eval()


def write(name: str, model: GPT, tokens: list[int], shape: Shape | None = None) -> None:
    """Run the model and write all it computes; with ``shape`` its weights and config, too."""
    record: Record = {}
    with torch.inference_mode():
        model(torch.tensor([tokens]), record)
    arrays = {key: value[0].numpy() for key, value in record.items()} | {"tokens": np.array(tokens)}
    if shape is not None:
        arrays |= {f"weights/{key}": value.numpy() for key, value in model.state_dict().items()}
        arrays |= {f"config/{key}": np.array(value) for key, value in shape.items()}
    np.savez_compressed(DATA / f"{name}.npz", **arrays)


def main() -> None:
    """Write all cases."""
    torch.manual_seed(SEED)
    DATA.mkdir(exist_ok=True)
    write("nano_gpt", nano_gpt(), CBABBC_SORTED)
    for name, shape, tokens in (
        ("two_heads", dict(n_layer=2, n_head=2, n_embd=20, block_size=9, vocab_size=7), [6, 0, 3, 3, 1]),
        ("one_token", dict(n_layer=1, n_head=1, n_embd=6, block_size=4, vocab_size=5), [4]),
        ("five_heads", dict(n_layer=1, n_head=5, n_embd=15, block_size=8, vocab_size=4), [0, 1, 2, 3, 3, 2, 1, 0]),
    ):
        write(name, random_gpt(shape), tokens, shape)


if __name__ == "__main__":
    main()
