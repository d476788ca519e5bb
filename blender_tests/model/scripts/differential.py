"""Hold what we read of random Hugging Face checkpoints against what transformers reads of the same folders.

Each case is a random small GPT-2, saved in a random way, of whose config.json and tensors something may be changed.
Its number, with the seed, makes the whole of it again. The verdicts:

    same      both compute the same logits
    refused   neither loads it; where weights are missing transformers makes up random ones, which counts as not loading
    narrower  we refuse what transformers loads; by message, to be read
    wider     transformers does not load it, and what we compute is what the model that was saved computes
    DIFFER    both load it, and the numbers differ, or ours are not those of the model that was saved

    pip install torch numpy safetensors transformers
    python blender_tests/model/scripts/differential.py --cases 1000
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import torch
import transformers
from differential_cases import configure, random_model, save, save_anew
from make_checkpoints import logits
from transformers import AutoModelForCausalLM, GPT2LMHeadModel

from llmviz_addon.errors import ModelError
from llmviz_addon.model.checkpoint import load
from llmviz_addon.model.forward import forward

TOLERANCE = 1e-5  # of the largest logit
ROUNDING = 10  # and times what float32 costs transformers itself, where layer norms of few channels blow it up
SHOWN = 8  # cases of a kind whose numbers are printed

Known = tuple[np.ndarray, float]  # logits, and how far off them is still the same


def known(model: GPT2LMHeadModel, tokens: list[int]) -> Known:
    """The logits of a model."""
    values = logits(model, tokens)
    with torch.inference_mode():
        exact = model.double()(torch.tensor([tokens])).logits[0].numpy()
    return values, max(TOLERANCE * float(np.abs(values).max()), ROUNDING * float(np.abs(values - exact).max()))


def theirs(folder: Path, tokens: list[int]) -> Known | str:
    """What transformers computes, or why it does not."""
    told = json.loads((folder / "config.json").read_text()) if (folder / "config.json").is_file() else {}
    kind = AutoModelForCausalLM if "model_type" in told else GPT2LMHeadModel
    try:
        model, info = kind.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
        made_up = sorted(info["missing_keys"]) + sorted(str(key) for key in info["mismatched_keys"])
        return f"made up: {made_up[:3]}" if made_up else known(model, tokens)
    except Exception as error:  # whatever it raises, it does not load
        return f"{type(error).__name__}: {error}"


def ours(folder: Path, tokens: list[int]) -> np.ndarray | str:
    """What we compute, or why we do not."""
    try:
        return forward(load(folder), tokens)["output.logits"]
    except ModelError as error:
        return str(error).replace(str(folder), "mine")


def same(found: np.ndarray, expected: Known) -> bool:
    """Whether these are the logits that are expected."""
    values, off = expected
    return found.shape == values.shape and float(np.abs(found - values).max()) <= off


def run(seed: int, case: int) -> tuple[str, str, str]:
    """One case: its verdict, what was done, and what was said."""
    pick = random.Random(f"{seed}/{case}")
    torch.manual_seed(pick.getrandbits(32))
    made, done = random_model(pick)
    tokens = [pick.randrange(made.config.vocab_size) for _ in range(pick.randint(1, made.config.n_positions))]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for step, chance in ((save, 1.0), (save_anew, 0.6), (configure, 0.5)):
            if pick.random() < chance:
                done.append(f"{step.__name__}({step(pick, folder, made)})")
        they, we, expected = theirs(folder, tokens), ours(folder, tokens), known(made, tokens)
    if isinstance(we, str):
        verdict = "refused" if isinstance(they, str) else "narrower"
    elif isinstance(they, str):
        verdict = "wider" if same(we, expected) else "DIFFER"
    else:
        verdict = "same" if same(we, they) else "DIFFER"
    said = f"{they if isinstance(they, str) else 'loads'} | {we if isinstance(we, str) else 'loads'}"
    return verdict, " ".join(done), said.replace("\n", " ")


def main() -> None:
    """Run the cases, print every DIFFER, and count verdicts with what we said, of wider ones what transformers said."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    transformers.logging.set_verbosity(transformers.logging.CRITICAL)
    transformers.logging.disable_progress_bar()
    verdicts: Counter[str] = Counter()
    kinds: dict[tuple[str, str], list[int]] = {}
    for case in range(options.first, options.first + options.cases):
        verdict, done, said = run(options.seed, case)
        verdicts[verdict] += 1
        message = said.partition(" | ")[0] if verdict == "wider" else said.rpartition(" | ")[2]
        message = re.sub(r"\d+(\.\d+)?(e-?\d+)?", "#", message)
        kinds.setdefault((verdict, message), []).append(case)
        if verdict == "DIFFER" or options.cases == 1:
            print(f"{verdict} case {case}: {done}\n    {said}")
    for (verdict, message), cases in sorted(kinds.items()):
        print(f"{verdict:8} {len(cases):5}  {message[:170]}  {' '.join(map(str, cases[:SHOWN]))}")
    print(", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items())))
    sys.exit(bool(verdicts["DIFFER"]))


if __name__ == "__main__":
    main()
