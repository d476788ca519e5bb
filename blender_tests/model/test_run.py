"""A run: what it tells, and how it goes on."""

import numpy as np
import pytest

from llmviz_addon.errors import ModelError
from llmviz_addon.model.checkpoint import Checkpoint, builtin
from llmviz_addon.model.run import prompt, read, run
from llmviz_addon.model.sampling import Sampling, generate


def test_what_it_holds(nano_gpt: Checkpoint) -> None:
    found = read(nano_gpt, [2, 1, 0], prompt_length=2)
    assert (found.tokens, found.texts, found.prompt_length) == ((2, 1, 0), ("C", "B", "A"), 2)
    assert found.config is nano_gpt.config
    assert found.probs.shape == (3, 3)
    assert found.text_of(1) == "B"
    with pytest.raises(ValueError, match="read-only"):
        found.trace["output.logits"][0] = 0


def test_it_goes_on_as_generate_does(nano_gpt: Checkpoint) -> None:
    sampling = Sampling(temperature=2.0, seed=7)
    wanted = generate(nano_gpt, [2, 1, 0], 4, sampling)
    now = read(nano_gpt, [2, 1, 0], sampling=sampling)
    for count in range(4):
        assert now.draw.token == wanted[3 + count]
        now = now.following()
    assert (now.tokens, now.prompt_length, now.draw.sampling) == (wanted, 3, sampling)
    full = read(nano_gpt, [0] * nano_gpt.config.block_size)
    with pytest.raises(ModelError, match=r"^'nano-gpt' takes no more than 11 tokens\.$"):
        full.following()


def test_another_choice_of_what_comes_next_is_the_same_run(nano_gpt: Checkpoint) -> None:
    greedy = read(nano_gpt, [2, 1, 0])
    free = greedy.resampled(Sampling(temperature=1.0))
    assert free.trace is greedy.trace
    assert free.draw.sampling.temperature == 1.0
    np.testing.assert_allclose(
        sorted(candidate.share for candidate in free.draw.candidates), sorted(free.probs[-1]), rtol=1e-5
    )


def test_it_prints_what_was_read_and_what_may_follow(nano_gpt: Checkpoint) -> None:
    first, *rows = repr(run(nano_gpt, prompt(nano_gpt, "CBABBC"))).splitlines()
    assert first == "nano-gpt, T = 11: 'CBABBCABBBC', then (greedy)"
    assert rows[0].startswith("> 'C' ")
    assert len(rows) == 3


def test_what_is_read_where_nothing_is_said(nano_gpt: Checkpoint, odd_gpt: Checkpoint) -> None:
    assert prompt(builtin()) == tuple(nano_gpt.tokenizer.encode("CBABBC"))
    with pytest.raises(ModelError, match=r"^Say what 'odd' is to read"):
        prompt(odd_gpt)
    with pytest.raises(ModelError, match="too many"):
        prompt(nano_gpt, "A" * 12)
