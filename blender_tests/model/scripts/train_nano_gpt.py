"""Train nano-gpt, the model that the add-on ships: it sorts six letters.

The task and the recipe are minGPT's sorting demo: the model reads six letters of A, B, C and then has to
write the same letters sorted, so the sequence is 6 + 6 - 1 = 11 tokens long and the loss counts only the
six output positions. There are only 3^6 = 729 inputs and the film must be right for every one of them,
so we train on all and stop only when each is sorted with a margin: every letter that is right has at
least the probability MARGIN, at several checks in a row.

    pip install torch safetensors
    python blender_tests/model/scripts/train_nano_gpt.py

takes a few minutes on two cores and rewrites ``llmviz_addon/model/weights/nano-gpt.safetensors``. The
seed is fixed, but torch does not promise the same bits on every machine.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from pathlib import Path

import torch
from descent import SEED, descend, optimiser
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional
from torch_gpt import GPT

WEIGHTS = Path(__file__).resolve().parents[3] / "llmviz_addon" / "model" / "weights" / "nano-gpt.safetensors"
VOCABULARY = "ABC"
LENGTH = 6
CONFIG = dict(n_layer=3, n_head=3, n_embd=48, block_size=2 * LENGTH - 1, vocab_size=len(VOCABULARY))
BATCH = 64
LEARNING_RATE = 5e-4
MARGIN = 0.99
CHECK_EVERY = 250
CHECKS_IN_A_ROW = 4
MAX_STEPS = 20_000


def all_sequences() -> Tensor:
    """Every input followed by its sorted letters, (729, 12) int64."""
    inputs = torch.tensor(list(itertools.product(range(len(VOCABULARY)), repeat=LENGTH)))  # (729, 6)
    return torch.cat([inputs, inputs.sort(dim=1).values], dim=1)  # (729, 12)


@torch.no_grad()
def score(model: GPT, sequences: Tensor) -> tuple[int, float]:
    """How many inputs are sorted, and the smallest probability of any right letter.

    One pass over the right sequences tells both: if every next letter is the most probable one given the
    right letters before it, then greedy decoding never leaves the right sequence.
    """
    model.eval()
    probs = functional.softmax(model(sequences[:, :-1])[:, LENGTH - 1 :], dim=-1)  # (729, 6, 3)
    model.train()
    targets = sequences[:, LENGTH:]  # (729, 6)
    right = (probs.argmax(-1) == targets).all(1)  # (729,)
    return int(right.sum()), float(probs.gather(2, targets[..., None]).min())


def train() -> GPT:
    """Train until every input is sorted with a margin; RuntimeError if that does not happen."""
    torch.manual_seed(SEED)
    model = GPT(**CONFIG, dropout=0.1)
    linear = [module.weight for module in model.modules() if isinstance(module, torch.nn.Linear)]
    optimizer = optimiser(model, linear, LEARNING_RATE)
    sequences = all_sequences()
    started, good = time.perf_counter(), 0
    for step in range(1, MAX_STEPS + 1):
        batch = sequences[torch.randint(len(sequences), (BATCH,))]  # (B, 12)
        logits = model(batch[:, :-1])[:, LENGTH - 1 :]  # (B, 6, 3): only the output positions count
        loss = functional.cross_entropy(logits.flatten(0, 1), batch[:, LENGTH:].flatten())
        descend(model, optimizer, loss)
        if step % CHECK_EVERY == 0:
            count, margin = score(model, sequences)
            seconds = time.perf_counter() - started
            print(
                f"step {step:6d}  loss {loss:.4f}  sorted {count}/729  margin {margin:.4f}  {seconds:.0f} s", flush=True
            )
            good = good + 1 if count == len(sequences) and margin >= MARGIN else 0
            if good == CHECKS_IN_A_ROW:
                return model.eval()
    raise RuntimeError(f"nano-gpt did not sort all {len(sequences)} inputs with margin {MARGIN} in {MAX_STEPS} steps.")


def save(model: GPT, path: Path) -> None:
    """Write the weights as safetensors, with what a reader needs to know as metadata."""
    config = json.dumps(CONFIG)
    metadata = dict(name="nano-gpt", config=config, vocabulary=VOCABULARY, prompt_length=str(LENGTH))
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: value.contiguous() for name, value in model.state_dict().items()}, path, metadata=metadata)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Train nano-gpt.")
    parser.add_argument("-o", "--output", type=Path, default=WEIGHTS, help="where the weights go")
    arguments = parser.parse_args()
    save(train(), arguments.output)
    print(f"wrote {arguments.output}")
