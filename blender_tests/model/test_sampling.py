"""Choosing tokens, and the proof that nano-gpt sorts."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from llmviz_addon.errors import ModelError
from llmviz_addon.model.checkpoint import Checkpoint
from llmviz_addon.model.run import run
from llmviz_addon.model.sampling import Sampling, distribution, draw, generate, next_token, sort, steps

LOGITS = np.log(np.array([0.1, 0.6, 0.3], np.float32))


def shares(**options: float) -> np.ndarray:
    """How often each token is drawn."""
    rng = np.random.default_rng(1)
    return np.bincount([next_token(LOGITS, seed=rng, **options) for _ in range(3000)], minlength=3) / 3000  # type: ignore[arg-type]


def test_nano_gpt_sorts_every_input(nano_gpt: Checkpoint) -> None:
    inputs = ["".join(letters) for letters in itertools.product("ABC", repeat=6)]
    assert len(inputs) == 729
    wrong = {letters: sort(nano_gpt, letters) for letters in inputs}
    assert {letters: answer for letters, answer in wrong.items() if answer != "".join(sorted(letters))} == {}


def test_temperature_0_takes_the_most_probable() -> None:
    assert next_token(LOGITS) == 1


def test_temperature_1_draws_with_the_models_probabilities() -> None:
    np.testing.assert_allclose(shares(temperature=1), [0.1, 0.6, 0.3], atol=0.03)


def test_temperature_sharpens_and_flattens() -> None:
    cold, hot = np.array([0.01, 0.36, 0.09]), np.sqrt([0.1, 0.6, 0.3])
    np.testing.assert_allclose(shares(temperature=0.5), cold / cold.sum(), atol=0.03)
    np.testing.assert_allclose(shares(temperature=2), hot / hot.sum(), atol=0.03)
    assert shares(temperature=1e-9)[1] == 1


def test_top_k_draws_from_the_first_k_only() -> None:
    np.testing.assert_allclose(shares(temperature=1, top_k=2), [0, 2 / 3, 1 / 3], atol=0.03)
    np.testing.assert_allclose(shares(temperature=1, top_k=100), [0.1, 0.6, 0.3], atol=0.03)
    assert next_token(np.zeros(5, np.float32), temperature=1, top_k=1, seed=3) == 0


def test_a_seed_repeats_itself(odd_gpt: Checkpoint) -> None:
    first = generate(odd_gpt, [0], 20, Sampling(1, seed=4))
    assert first == generate(odd_gpt, [0], 20, Sampling(1, seed=4))
    assert first != generate(odd_gpt, [0], 20, Sampling(1, seed=5))
    assert len(first) == 21
    assert len(set(first)) > 2


@pytest.mark.parametrize("temperature", [-1, float("nan"), float("inf")])
def test_a_temperature_that_is_none(temperature: float) -> None:
    with pytest.raises(ModelError, match=r"^The temperature is .*, but must be 0"):
        next_token(LOGITS, temperature)


def test_top_k_of_0() -> None:
    with pytest.raises(ModelError, match=r"^top_k is 0, but must be from 1 to the vocabulary's 3\.$"):
        next_token(LOGITS, 1, top_k=0)


def test_a_prompt_to_sort_is_shown_with_its_answer(nano_gpt: Checkpoint) -> None:
    trace = run(nano_gpt, nano_gpt.tokenizer.encode("CBABBC")).trace
    assert nano_gpt.tokenizer.decode(trace.tokens) == "CBABBC" + "ABBBC"
    assert trace.prompt_length == 6
    assert trace["output.logits"][-1].argmax() == 2


def test_other_prompts_are_shown_as_they_are(nano_gpt: Checkpoint, odd_gpt: Checkpoint) -> None:
    assert run(nano_gpt, [2, 1]).tokens == (2, 1)
    assert run(odd_gpt, [2, 1, 5]).tokens == (2, 1, 5)


def test_sorting_what_cannot_be_sorted(nano_gpt: Checkpoint, odd_gpt: Checkpoint) -> None:
    with pytest.raises(ModelError, match=r"^'CBA' has 3 letters, but 'nano-gpt' sorts 6\.$"):
        sort(nano_gpt, "CBA")
    with pytest.raises(ModelError, match=r"^'odd' is not trained to sort\.$"):
        sort(odd_gpt, "CBABBC")


def test_top_p_leaves_the_most_probable_tokens_that_have_that_much_together() -> None:
    np.testing.assert_allclose(distribution(LOGITS, top_p=0.5), [0, 1, 0])
    np.testing.assert_allclose(distribution(LOGITS, top_p=0.61), [0, 2 / 3, 1 / 3], rtol=1e-6)
    np.testing.assert_allclose(distribution(LOGITS, top_p=1), [0.1, 0.6, 0.3], rtol=1e-6)
    np.testing.assert_allclose(shares(temperature=1, top_p=0.8), [0, 2 / 3, 1 / 3], atol=0.03)


def test_top_p_counts_in_what_temperature_and_top_k_left() -> None:
    np.testing.assert_allclose(distribution(LOGITS, top_k=2, top_p=0.65), [0, 1, 0])  # 0.6 of 0.9 is more than 0.65
    assert (distribution(LOGITS, temperature=3, top_p=0.61) > 0).sum() == 2
    assert (distribution(LOGITS, temperature=9, top_p=0.9) > 0).sum() == 3


@given(
    hnp.arrays(np.float32, st.integers(1, 30), elements=st.floats(-50, 50, width=32)),
    st.floats(0, 5),
    st.none() | st.integers(1, 40),
    st.none() | st.floats(1e-9, 1),
)
def test_a_distribution_sums_to_1_and_keeps_the_most_probable(
    logits: np.ndarray, temperature: float, top_k: int | None, top_p: float | None
) -> None:
    probs = distribution(logits, temperature, top_k, top_p)
    np.testing.assert_allclose(probs.sum(), 1)
    assert probs[logits.argmax()] == probs.max()
    assert (probs > 0).sum() <= (top_k or len(logits))
    assert probs[next_token(logits, temperature, top_k, 3, top_p)] > 0


@pytest.mark.parametrize("top_p", [0.0, -0.5, 1.01, float("nan")])
def test_a_top_p_that_cannot_be(top_p: float) -> None:
    with pytest.raises(ModelError, match=rf"^top_p is {top_p}, but must be above 0 and at most 1\.$"):
        next_token(LOGITS, 1, top_p=top_p)


BY_TRANSFORMERS = {  # (temperature, top_k, top_p): its three logits warpers 5.23, in its own order, on HF_LOGITS
    (1.0, None, None): (0.067264, 0.061475, 0.063347, 0.168785, 0.084659, 0.468074, 0.032415, 0.053981),
    (0.7, None, None): (0.040044, 0.035213, 0.036755, 0.149048, 0.055621, 0.639962, 0.014113, 0.029245),
    (1.0, 3, None): (0.0, 0.0, 0.0, 0.233931, 0.117334, 0.648735, 0.0, 0.0),
    (1.0, None, 0.8): (0.078937, 0.0, 0.07434, 0.198075, 0.09935, 0.5493, 0.0, 0.0),
    (0.8, 5, 0.9): (0.059547, 0.0, 0.0, 0.18806, 0.079381, 0.673012, 0.0, 0.0),
    (1.6, 6, 0.75): (0.137106, 0.0, 0.0, 0.243656, 0.158302, 0.460935, 0.0, 0.0),
    (0.3, 4, 0.99): (0.0, 0.0, 0.0, 0.032295, 0.0, 0.967705, 0.0, 0.0),
}
HF_LOGITS = np.array([-0.39, -0.48, -0.45, 0.53, -0.16, 1.55, -1.12, -0.61], np.float32)


@pytest.mark.parametrize("limits", BY_TRANSFORMERS)
def test_distributions_are_those_of_transformers(limits: tuple[float, int | None, float | None]) -> None:
    np.testing.assert_allclose(distribution(HF_LOGITS, *limits), BY_TRANSFORMERS[limits], atol=2e-6)


@example(np.array([1, -1e-45, -1e-45, 0], np.float32), Sampling(1.0, None, 0.7, 0), 1, 4)  # equal but for rounding
@given(
    hnp.arrays(np.float32, st.integers(1, 30), elements=st.floats(-9, 9, width=32)),
    st.builds(
        Sampling,
        st.just(0.0) | st.floats(0.05, 5),
        st.none() | st.integers(1, 40),
        st.none() | st.floats(0.01, 1),
        st.integers(0, 1000),
    ),
    st.integers(1, 2000),
    st.integers(1, 9),
)
def test_a_draw_names_what_it_was_drawn_from(logits: np.ndarray, sampling: Sampling, n_tokens: int, most: int) -> None:
    step = draw(logits, sampling, n_tokens, most)
    assert step == draw(logits, sampling, n_tokens, most)
    limits = (sampling.temperature, sampling.top_k, sampling.top_p) if sampling.temperature else ()
    probs = distribution(logits, *limits)
    tokens = [candidate.token for candidate in step.candidates]
    assert 1 <= len(tokens) <= most
    assert len(set(tokens)) == len(tokens)
    assert step.token in tokens
    assert [candidate.share for candidate in step.candidates] == [probs[token] for token in tokens]
    assert all(candidate.share > 0 for candidate in step.candidates)
    ranks = [candidate.rank for candidate in step.candidates]
    assert ranks == sorted(ranks)
    assert ranks[:-1] == list(range(1, len(ranks)))
    for candidate in step.candidates:
        assert (logits > logits[candidate.token]).sum() < candidate.rank


def test_a_rare_token_takes_the_last_place_with_its_rank() -> None:
    logits = np.log(np.arange(100, 0, -1, dtype=np.float32))
    ranks = {draw(logits, Sampling(2.0, seed=seed), 1, 4).candidates[-1].rank for seed in range(40)}
    assert max(ranks) > 50
    assert min(ranks) == 4


def test_steps_say_what_was_chosen_and_may_be_taken_one_by_one(odd_gpt: Checkpoint) -> None:
    sampling = Sampling(1.3, top_k=5, seed=2)
    taken = [step.token for step in steps(odd_gpt, [0, 3], 6, sampling)]
    assert generate(odd_gpt, [0, 3], 6, sampling) == (0, 3, *taken)
    one_by_one = [0, 3]
    for _ in range(6):
        one_by_one += [step.token for step in steps(odd_gpt, one_by_one, 1, sampling)]
    assert one_by_one == [0, 3, *taken]


def test_how_a_token_is_chosen_is_told_in_words() -> None:
    assert str(Sampling()) == str(Sampling(0, 3, 0.5, 1)) == "greedy"
    assert str(Sampling(0.8, 40, 0.95, 3)) == "temperature 0.8, top-k 40, top-p 0.95, seed 3"
    assert str(Sampling(1)) == "temperature 1, seed 0"
