"""Train the model of English that the add-on ships: it read Jane Austen's six novels.

The text is that of Debian's package r-cran-janeaustenr 1.0.0-1: the novels as Project Gutenberg has them, in the
public domain. Tokens are byte pairs (2,048, so that most words are one token) learned from the same text. Every
twentieth stretch of text is kept apart, and the weights that are best there are taken.

The 4,006,446 letters are 1,114,645 tokens, of which 4,000 steps of 2,048 see each seven or eight times. What is held
out has a loss of 3.531 nats a token then, a perplexity of 34.2 (a unigram model: 6.282), and it was still falling.

    apt-get download r-cran-janeaustenr && dpkg -x r-cran-janeaustenr_*.deb novels
    pip install '.[train]'
    python blender_tests/model/scripts/train_austen.py novels

takes 18 minutes of one core (more of them gain little) and rewrites ``llmviz_addon/model/weights/austen``: a folder
as transformers saves one, in half precision. The seed is fixed, but torch does not promise the same bits everywhere.
"""

from __future__ import annotations

import argparse
import math
import re
import time
import zlib
from pathlib import Path

import rdata
import torch
from descent import SEED, descend, optimiser
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import Tensor
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

WEIGHTS = Path(__file__).resolve().parents[3] / "llmviz_addon" / "model" / "weights" / "austen"
DATA = Path("usr/lib/R/site-library/janeaustenr/data")
VOCABULARY = 2048
CONFIG = dict(n_layer=4, n_head=4, n_embd=128, n_positions=64, vocab_size=VOCABULARY)
BATCH = 32
STEPS = 4000
WARM_UP = 200
LEARNING_RATE = 2e-3
HELD_OUT = 20  # one stretch of so many
CHECK_EVERY = 250


def novels(folder: Path) -> list[str]:
    """The six novels, each as one text without chapter headings and with a paragraph per line.

    R keeps them in a database for lazy loading: an index of offsets, and zlib streams behind their length.
    """
    index = rdata.read_rds(folder / DATA / "Rdata.rdx")["variables"]
    database = (folder / DATA / "Rdata.rdb").read_bytes()
    found = []
    for offset, length in index.values():
        data = database[offset : offset + length]
        lines = rdata.conversion.convert(rdata.parser.parse_data(zlib.decompress(data[4:])))
        found.append(plain([str(line) for line in lines]))
    return found


def plain(lines: list[str]) -> str:
    """Lines of a novel as paragraphs; without emphasis, double hyphens spaced, quotes as typewriters have them."""
    text = "\n".join(lines)
    text = re.sub(r"(?m)^(?:CHAPTER|Chapter|VOLUME|Volume) .*$", "", text)
    text = text.replace("_", "").replace("--", " - ").translate(str.maketrans("“”‘’", "\"\"''"))
    paragraphs = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text))
    return "\n".join(part for part in paragraphs if part)


def tokenizer_of(texts: list[str]) -> Tokenizer:
    """Byte pairs as GPT-2 has them, learned from these texts."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def split(ids: list[int]) -> tuple[Tensor, Tensor]:
    """Token ids to learn from, and those held out: every twentieth stretch of 2,000."""
    stretches = torch.tensor(ids).split(2000)
    held = [stretch for i, stretch in enumerate(stretches) if i % HELD_OUT == HELD_OUT - 1]
    learn = [stretch for i, stretch in enumerate(stretches) if i % HELD_OUT != HELD_OUT - 1]
    return torch.cat(learn), torch.cat(held)


@torch.no_grad()
def loss_on(model: GPT2LMHeadModel, ids: Tensor) -> float:
    """Mean loss, in nats a token, over windows of a whole context."""
    model.eval()
    windows = ids[: len(ids) // CONFIG["n_positions"] * CONFIG["n_positions"]].view(-1, CONFIG["n_positions"])
    losses = [float(model(part, labels=part).loss) * len(part) for part in windows.split(64)]
    model.train()
    return sum(losses) / len(windows)


def rate(step: int) -> float:
    """Learning rate: a linear start, then half a cosine down to a twentieth."""
    if step < WARM_UP:
        return LEARNING_RATE * (step + 1) / WARM_UP
    done = (step - WARM_UP) / (STEPS - WARM_UP)
    return LEARNING_RATE * (0.05 + 0.95 * (1 + math.cos(math.pi * done)) / 2)


def train(learn: Tensor, held: Tensor) -> tuple[GPT2LMHeadModel, float]:
    """The model that was best on what is held out, and its loss there."""
    torch.manual_seed(SEED)
    config = GPT2Config(**CONFIG, embd_pdrop=0, resid_pdrop=0, attn_pdrop=0, bos_token_id=None, eos_token_id=None)
    model = GPT2LMHeadModel(config)
    optimizer = optimiser(model, [p for p in model.parameters() if p.dim() > 1], LEARNING_RATE)
    length, started, best, kept = CONFIG["n_positions"], time.perf_counter(), math.inf, {}
    for step in range(1, STEPS + 1):
        for group in optimizer.param_groups:
            group["lr"] = rate(step)
        starts = torch.randint(len(learn) - length, (BATCH,))
        batch = torch.stack([learn[i : i + length] for i in starts])  # (B, T)
        loss = model(batch, labels=batch).loss
        descend(model, optimizer, loss)
        if step % CHECK_EVERY == 0:
            held_out = loss_on(model, held)
            print(
                f"step {step}  loss {loss:.3f}  held out {held_out:.3f}  {time.perf_counter() - started:.0f} s",
                flush=True,
            )
            if held_out < best:
                best, kept = held_out, {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(kept)
    return model.eval(), best


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Train the model that read Jane Austen.")
    parser.add_argument("novels", type=Path, help="the unpacked package r-cran-janeaustenr")
    parser.add_argument("-o", "--output", type=Path, default=WEIGHTS, help="the folder that the model goes into")
    arguments = parser.parse_args()
    texts = novels(arguments.novels)
    tokenizer = tokenizer_of(texts)
    ids = [i for text in texts for i in tokenizer.encode(text).ids]
    print(f"{sum(map(len, texts)):,} letters, {len(ids):,} tokens", flush=True)
    model, best = train(*split(ids))
    model.half().save_pretrained(arguments.output)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer).save_pretrained(arguments.output)
    print(f"held-out loss {best:.3f}; wrote {arguments.output}")
