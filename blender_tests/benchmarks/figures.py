"""A row of the table of figures, and what all that is measured needs: models, a film to tell, and times."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np

from llmviz_addon.model.checkpoint import Checkpoint, builtin, weight_shapes
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.run import run
from llmviz_addon.model.tokenizers.tokenizer import IdTokenizer
from llmviz_addon.screenplay.production import Production, prepare

SIZE, FPS = (1280, 720), 30
Row = dict[str, Any]


def row(what: str, value: float | None, unit: str, target: float | None = None, note: str = "") -> Row:
    return {"what": what, "value": value, "unit": unit, "target": target, "note": note}


def median(call: Callable[[], object], seconds: float = 1.0) -> float:
    """Median time of a call, in seconds, after one to warm up."""
    call()
    times: list[float] = []
    end = perf_counter() + seconds
    while perf_counter() < end or len(times) < 5:
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return statistics.median(times)


def random(config: GPTConfig) -> Checkpoint:
    rng = np.random.default_rng(0)
    weights = {
        name: rng.standard_normal(shape, dtype=np.float32) * 0.02 for name, shape in weight_shapes(config).items()
    }
    return Checkpoint("random", config, weights, IdTokenizer(config.vocab_size))


def told(options: argparse.Namespace, every: bool = False) -> Production:
    checkpoint, chapters = builtin(), None if every else [options.chapter]
    return prepare(run(checkpoint, checkpoint.tokenizer.encode("CBABBC")), chapters, None, SIZE, FPS)
