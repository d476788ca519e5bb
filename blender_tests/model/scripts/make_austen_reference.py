"""Write what transformers computes with the model of English, and how often its tokens are in the novels.

For the tests, which have neither: the logits of the sentence that it is shown with, and the counts that make a unigram
model, which knows how frequent each token is and nothing else.

    python blender_tests/model/scripts/make_austen_reference.py novels

with the packages and the folder that ``train_austen.py`` needs.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from train_austen import VOCABULARY, WEIGHTS, novels, split
from transformers import AutoTokenizer, GPT2LMHeadModel

from llmviz_addon.model.builtins import BUILTINS

DATA = Path(__file__).resolve().parents[1] / "data"

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write the reference of the model that read Jane Austen.")
    parser.add_argument("novels", type=Path, help="the unpacked package r-cran-janeaustenr")
    model = GPT2LMHeadModel.from_pretrained(WEIGHTS, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(WEIGHTS)
    tokens = tokenizer(BUILTINS["austen"].sample)["input_ids"]
    with torch.inference_mode():
        logits = model(torch.tensor([tokens])).logits[0].numpy()  # (T, n_vocab)
    learned, _ = split([i for text in novels(parser.parse_args().novels) for i in tokenizer(text)["input_ids"]])
    counts = np.bincount(learned.numpy(), minlength=VOCABULARY).astype(np.int32)
    np.savez_compressed(DATA / "austen.npz", tokens=np.array(tokens), logits=logits, counts=counts)
