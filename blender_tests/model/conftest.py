"""Models for the tests of the model."""

from __future__ import annotations

import numpy as np
import pytest

from llmviz_addon.model.checkpoint import Checkpoint, builtin, weight_shapes
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.tokenizers.tokenizer import IdTokenizer


@pytest.fixture(scope="session")
def nano_gpt() -> Checkpoint:
    """The model that the add-on ships."""
    return builtin()


@pytest.fixture(scope="session")
def odd_gpt() -> Checkpoint:
    """A small model with random weights and no two lengths alike."""
    config = GPTConfig(n_layer=2, n_head=3, n_embd=15, block_size=9, vocab_size=7)
    rng = np.random.default_rng(5)
    weights = {name: rng.normal(0, 0.3, shape).astype(np.float32) for name, shape in weight_shapes(config).items()}
    return Checkpoint("odd", config, weights, IdTokenizer(config.vocab_size))
