"""The model of English that is shipped: what it is, that it runs as transformers runs it, and that it knows English."""

from __future__ import annotations

import random
import re
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer as TheirTokenizer

from llmviz_addon.model.builtins import BUILTINS
from llmviz_addon.model.checkpoint import Checkpoint, builtin
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.forward import forward
from llmviz_addon.model.run import prompt, run

FOLDER = BUILTINS["austen"].file
LADY_SUSAN = (  # how her novel begins that is not among the six
    "My dear brother, - I can no longer refuse myself the pleasure of profiting by your kind invitation when we last "
    "parted of spending some weeks with you at Churchhill, and, therefore, if quite convenient to you and Mrs. Vernon "
    "to receive me at present, I shall hope within a few days to be introduced to a sister whom I have so long desired "
    "to be acquainted with."
)


@pytest.fixture(scope="module")
def austen() -> Checkpoint:
    return builtin("austen")


@pytest.fixture(scope="module")
def reference() -> dict[str, np.ndarray]:
    """What transformers computes, and how frequent each token is (see ``scripts/make_austen_reference.py``)."""
    with np.load(Path(__file__).parent / "data" / "austen.npz") as file:
        return dict(file)


def test_what_it_is(austen: Checkpoint) -> None:
    assert austen.config == GPTConfig(n_layer=4, n_head=4, n_embd=128, block_size=64, vocab_size=2048)
    assert (austen.n_params, austen.tied, austen.biases) == (1_063_680, True, True)
    assert (austen.name, austen.prompt_length, austen.recorded) == ("austen", None, None)
    assert all(values.dtype == np.float32 for values in austen.weights.values())


def test_it_is_small_and_free() -> None:
    files = {path.name: path for path in FOLDER.iterdir()}
    assert {"model.safetensors", "config.json", "tokenizer.json", "README.md"} <= set(files)
    assert sum(path.stat().st_size for path in files.values()) < 4_000_000
    card = files["README.md"].read_text(encoding="utf-8")
    assert card.startswith("---\nlicense: cc0-1.0\n")
    assert "public domain" in card


def test_its_logits_are_those_of_transformers(austen: Checkpoint, reference: dict[str, np.ndarray]) -> None:
    tokens = reference["tokens"].tolist()
    assert tokens == list(prompt(austen))
    found = forward(austen, tokens)["output.logits"]
    np.testing.assert_allclose(found, reference["logits"], rtol=0, atol=1e-5 * float(np.abs(reference["logits"]).max()))


def test_its_tokens_are_those_of_tokenizers(austen: Checkpoint) -> None:
    theirs = TheirTokenizer.from_file(str(FOLDER / "tokenizer.json"))
    rng = random.Random(11)
    pieces = [*re.findall(r"\s?\S+", LADY_SUSAN), "\n", '"', " she'll", " naïve", " £10,000", "—"]
    texts = [LADY_SUSAN, austen.sample, *("".join(rng.choices(pieces, k=rng.randrange(9))) for _ in range(500))]
    for text in texts:
        assert austen.tokenizer.encode(text) == theirs.encode(text).ids
        assert austen.tokenizer.decode(theirs.encode(text).ids) == text


def test_it_reads_a_letter_that_it_never_saw_far_better_than_one_who_counts_words(
    austen: Checkpoint, reference: dict[str, np.ndarray]
) -> None:
    tokens = austen.tokenizer.encode(LADY_SUSAN)
    seen, following = tokens[: austen.config.block_size], tokens[1 : austen.config.block_size + 1]
    probs = forward(austen, seen)["output.probs"].astype(np.float64)
    loss = -np.log(probs[np.arange(len(seen)), following]).mean()
    shares = (reference["counts"] + 1) / (reference["counts"] + 1).sum()
    unigram = -np.log(shares[following]).mean()
    assert loss < unigram - 1.5
    assert loss < 4.5


def test_the_sentence_that_it_is_shown_with_is_worth_looking_at(austen: Checkpoint) -> None:
    told = run(austen, prompt(austen))
    assert 8 <= len(told.tokens) <= 14
    words = re.findall(r"[\w']+|[^\w\s]", austen.sample)
    assert [text.strip("·") for text in told.texts] == words  # each of them one token
    rows = [told.trace[f"layers.0.attn.heads.{h}.weights"][5] for h in range(austen.config.n_head)]
    clearest = max(rows, key=max)
    assert (words[5], words[int(clearest.argmax())]) == ("him", "fond")
    assert clearest.max() > 0.75
    guesses = [(told.text_of(one.token), one.share) for one in told.draw.candidates]
    assert [text for text, _ in guesses[:4]] == ["·her", "·him", "·me", "·them"]
    assert 0.4 < guesses[0][1] < 0.6
