"""GPTConfig: known parameter counts, and what it refuses."""

from __future__ import annotations

import pytest

from llmviz_addon.errors import ModelError
from llmviz_addon.model.architecture import n_params
from llmviz_addon.model.checkpoint import weight_shapes
from llmviz_addon.model.config import GPTConfig


@pytest.mark.parametrize(
    ("config", "told"),
    [
        (GPTConfig(3, 3, 48, 11, 3), 85_584),
        (GPTConfig(12, 12, 768, 1024, 50257), 124_439_808),  # GPT-2, as published
        (GPTConfig(48, 25, 1600, 1024, 50257), 1_557_611_200),  # GPT-2 XL, as published
    ],
)
def test_number_of_parameters(config: GPTConfig, told: int) -> None:
    assert n_params(config) == told


def test_number_of_parameters_is_that_of_the_weights() -> None:
    config = GPTConfig(2, 5, 35, 6, 4)
    total = 0
    for name, shape in weight_shapes(config).items():
        size = 1
        for length in shape:
            size *= length
        total += size if name != "lm_head.weight" else 0
    assert n_params(config) == total
    assert config.head_size == 7


@pytest.mark.parametrize("value", [0, -1, 1.5, "3", None, True])
def test_numbers_must_be_whole_and_positive(value: object) -> None:
    with pytest.raises(ModelError, match=r"n_layer is .*, but must be a whole number of at least 1\."):
        GPTConfig(value, 3, 48, 11, 3)  # type: ignore[arg-type]


def test_heads_must_share_out_the_channels() -> None:
    with pytest.raises(ModelError, match=r"n_embd is 48 and n_head is 5: n_embd must be a multiple of n_head\."):
        GPTConfig(3, 5, 48, 11, 3)
