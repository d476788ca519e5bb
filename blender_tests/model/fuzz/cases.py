"""One case of the fuzzer: a folder made of a good one by changes that its number fixes, and what came of loading it."""

from __future__ import annotations

import shutil
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import numpy as np

from blender_tests.model.fuzz.file_changes import BY_ENDING, SUMMED, damaged, frame
from blender_tests.model.fuzz.originals import Folder, originals
from llmviz_addon.errors import ModelError
from llmviz_addon.model.checkpoint import Checkpoint, load
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.forward import forward

SECONDS = 5.0  # of processor time
LONGEST = 600  # letters of a message
TEXTS = ("Hello, world! It's 5 o'clock.", "é 中🙂 \n\t", "<|endoftext|>ab", "xyz", "0 1 2", "")


@dataclass(frozen=True)
class Outcome:
    """``kind`` is "error" (a clean one), "right", or what a case must not be; ``told`` says more of it."""

    kind: str
    told: str
    seconds: float


@dataclass(frozen=True)
class Case:
    """A folder, what was changed in it, and of which original it must give the numbers if it is accepted."""

    told: str
    folder: Folder
    same_as: str | None


def make(number: int) -> Case:
    """The case of that number."""
    rng = Random(number)
    name = rng.choice(sorted(originals()))
    folder, told, summed = dict(originals()[name]), [name], True
    for file in rng.sample(sorted(folder), min(len(folder), rng.choice((1, 1, 1, 2)))):
        kind, ending = rng.random(), Path(file).suffix
        if kind < 0.75:
            change: Callable[[Random, bytes], bytes] = rng.choice(BY_ENDING[ending])
        elif kind < 0.95 or len(folder) == 1:
            change = damaged
        else:
            change = _swapped
        folder[file] = change(rng, folder[file])
        told.append(f"{change.__name__} {file}")
        summed &= ending in SUMMED and change in (damaged, frame)
    return Case(", ".join(told), folder, name if summed else None)


def _swapped(rng: Random, _: bytes) -> bytes:
    """Another file altogether, or none in it."""
    folder = originals()[rng.choice(sorted(originals()))]
    return rng.choice((b"", b"{}", b"\n", *folder.values()))


def try_one(path: Path, same_as: str | None = None) -> Outcome:
    """Load what lies at ``path``, run it and its tokenizer, and tell what came of it."""
    before = time.process_time()
    kind, told = "error", ""
    try:
        with warnings.catch_warnings(action="error"):
            warnings.simplefilter("ignore", DeprecationWarning)  # Python does not show them either
            kind, told = _use(load(path), same_as)
    except ModelError as error:
        told = str(error)
        if len(told) > LONGEST or not told.isprintable():
            kind = "a long message" if len(told) > LONGEST else "a message that is not one line"
    except Exception as error:
        kind, told = type(error).__name__, traceback.format_exc()[-1500:]
    seconds = time.process_time() - before
    return Outcome("too slow" if seconds > SECONDS else kind, told, seconds)


def _use(checkpoint: Checkpoint, same_as: str | None) -> tuple[str, str]:
    """A forward pass and the tokenizer of a checkpoint that was accepted."""
    config, tokenizer = checkpoint.config, checkpoint.tokenizer
    tokens = _tokens(config)
    for text in TEXTS:
        try:
            found = tokenizer.encode(text)
        except ModelError as error:
            if len(str(error)) > LONGEST or not str(error).isprintable():
                return "a long message", str(error)
            continue
        if not all(0 <= token < config.vocab_size for token in found):
            return "a token that is none", f"{text!r}: {found}"
        tokenizer.decode(found)
    for token in tokens:
        if not tokenizer.text(token).isprintable():
            return "a token that does not print", repr(tokenizer.text(token))
    for trace in filter(None, (checkpoint.recorded, forward(checkpoint, tokens))):
        for name, values in trace.items():
            if not (np.isfinite(values) | (name.endswith(".scores") & (values == -np.inf))).all():
                return "a number that is none", name
    if same_as and not np.array_equal(trace["output.logits"], numbers_of(same_as)):
        return "other numbers", f"than {same_as}, though its sums are wrong"
    return "right", f"{config}"


def _tokens(config: GPTConfig) -> list[int]:
    return [0, config.vocab_size - 1, config.vocab_size // 2][: config.block_size]


@cache
def numbers_of(name: str) -> np.ndarray:
    """The logits of an original."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as place:
        checkpoint = load(written(originals()[name], Path(place) / "it"))
    return forward(checkpoint, _tokens(checkpoint.config))["output.logits"]


def written(folder: Folder, place: Path) -> Path:
    """Write a case, and tell what of it is to be loaded: its folder, or the only file in it that is a model."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for name, data in folder.items():
        (place / name).write_bytes(data)
    return next((place / name for name in folder if name.endswith((".npz", "llm-viz.json"))), place)
