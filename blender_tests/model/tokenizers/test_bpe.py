"""Byte-level BPE: the ids of the tokenizers package, there and back, and boxes on which everything shows."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer as TheirTokenizer
from tokenizers import models, pre_tokenizers

from llmviz_addon.errors import ModelError
from llmviz_addon.model.tokenizers.bpe import BYTE_SYMBOLS, ByteLevelBPE, words
from llmviz_addon.model.tokenizers.files import vocab_and_merges
from llmviz_addon.model.tokenizers.tokenizer_json import read as tokenizer_json

PATH = Path(__file__).parents[1] / "data" / "checkpoints" / "hf-f32" / "tokenizer.json"
OURS = tokenizer_json(PATH)
THEIRS = TheirTokenizer.from_file(str(PATH))

TEXT = (
    "the and software licence Program works 's 't 're 've 'm 'll 'd 'S 'x I'm don't they'll 12 2024 3.14 x² ½ Ⅷ ٣ 四 "
    "größer süßer été où Señor Привет дела Κόσμε 你好 世界 模型 こんにちは 안녕하세요 नमस्ते مرحبا שלום é é "
    "🙂 🙂🙂 👩‍👩‍👧‍👦 🇩🇪 ✈️ <|endoftext|> <|endoftext|><|endoftext <| |> _ __init__ == != -> {} [] ( ) # // … “ ” — "
    "\u200b \ufeff \u00ad \u0301 \x00 \x1c \x1f \x7f \x85 \ufffd \U0010ffff"
)
PIECES = TEXT.split(" ")
SPACES = ["", " ", " ", " ", "  ", "   ", "\n", "\n\n", "\r\n", "\t", " \t ", "\u00a0", "\u3000", "\u2028", "\u2003"]
SPACES += ["\x0b", "\x0c", "\x1c", "\x1d", "\x85", "\u1680", "\u180e", "\u202f", "\u205f"]
KNOWN_TO_THIS_PYTHON = st.characters(exclude_categories=("Cs", "Cn"))


def test_thousands_of_strings_are_cut_and_numbered_as_theirs() -> None:
    rng = random.Random(4)
    for _ in range(4000):
        text = "".join(rng.choice(PIECES) + rng.choice(SPACES) for _ in range(rng.randrange(12)))
        assert OURS.encode(text) == THEIRS.encode(text).ids, repr(text)


@settings(max_examples=500)
@given(st.text(KNOWN_TO_THIS_PYTHON) | st.text("ab '\n\u3000é1<|>"))
def test_any_text_has_their_ids_and_comes_back(text: str) -> None:
    tokens = OURS.encode(text)
    assert tokens == THEIRS.encode(text).ids
    assert OURS.decode(tokens) == text


@given(st.text(KNOWN_TO_THIS_PYTHON))
def test_words_are_cut_where_theirs_are(text: str) -> None:
    cut = [piece for piece, _ in pre_tokenizers.ByteLevel(add_prefix_space=False).pre_tokenize_str(text)]
    ours = ["".join(BYTE_SYMBOLS[byte] for byte in word.encode()) for word in words().findall(text)]
    assert ours == cut


@pytest.mark.parametrize("text", ["a" * 3000, "ab" * 2000, " " * 999, "the" * 1000, "\n" * 500 + "x", "🙂" * 500])
def test_long_words(text: str) -> None:
    assert OURS.encode(text) == THEIRS.encode(text).ids


def test_a_word_without_end_takes_no_square_of_time() -> None:
    started = time.perf_counter()
    OURS.encode("the" * 50_000)
    assert time.perf_counter() - started < 10


def test_the_older_pair_of_files_is_the_same(tmp_path: Path) -> None:
    THEIRS.model.save(str(tmp_path))
    older = vocab_and_merges(tmp_path / "vocab.json", tmp_path / "merges.txt")
    for text in ["The software is licensed.", "größer <|endoftext|> 你好\n\n x", ""]:
        assert older.encode(text) == OURS.encode(text)


def test_merges_in_an_order_that_training_never_finds() -> None:
    vocabulary = {token: index for index, token in enumerate([*BYTE_SYMBOLS, "ab", "bc", "abc", "ca", "cab", "aa"])}
    merges = [("ab", "c"), ("c", "ab"), ("b", "c"), ("a", "b"), ("c", "a"), ("a", "a"), ("a", "bc")]
    theirs = TheirTokenizer(models.BPE(vocabulary, merges))
    theirs.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    ours = ByteLevelBPE(vocabulary, merges)
    rng = random.Random(1)
    for _ in range(500):
        text = "".join(rng.choices("abc", k=rng.randrange(15)))
        assert ours.encode(text) == theirs.encode(text).ids, text


def test_a_space_in_front() -> None:
    vocabulary = THEIRS.get_vocab()
    ours = ByteLevelBPE(vocabulary, [], add_prefix_space=True)
    assert ours.encode("a b") == [vocabulary[symbol] for symbol in "ĠaĠb"]
    assert ours.encode(" a") == [vocabulary[symbol] for symbol in "Ġa"]
    assert ours.encode("") == []


@given(st.lists(st.integers(0, OURS.size - 1), max_size=8))
def test_any_tokens_have_a_text_of_one_visible_line(tokens: list[int]) -> None:
    assert OURS.decode(tokens) == THEIRS.decode(tokens, skip_special_tokens=False)
    for token in tokens:
        text = OURS.text(token)
        assert text.isprintable()
        assert text.strip() == text != ""


def test_what_is_written_on_the_boxes() -> None:
    tokens = OURS.encode(" the\n")
    assert [OURS.text(token) for token in tokens] == ["·the", "\\n"]
    assert [OURS.text(token) for token in OURS.encode("🤖")] == ["\\xf0\\x9f", "\\xa4", "\\x96"]
    assert OURS.text(THEIRS.token_to_id("<|endoftext|>")) == "<|endoftext|>"


def test_ids_that_the_vocabulary_leaves_out() -> None:
    ours = ByteLevelBPE({"a": 0, "b": 3}, [])
    assert ours.text(2) == "<2>"
    assert ours.decode([0, 2, 3]) == "ab"
    with pytest.raises(ModelError, match=r"^Token 4 is outside the vocabulary: ids run from 0 to 3\.$"):
        ours.text(4)
    with pytest.raises(ModelError, match=r"^' ' holds a byte that has no token in this vocabulary\.$"):
        ours.encode("a b".replace("b", ""))


def test_a_model_may_have_more_tokens_than_there_are_texts() -> None:
    ours = ByteLevelBPE({"a": 0}, []).fitted(3)
    assert ours.text(2) == "<2>"
    assert ours.decode([0, 1, 0]) == "aa"
    with pytest.raises(ModelError, match=r"^Token 3 is outside the vocabulary: ids run from 0 to 2\.$"):
        ours.text(3)
    with pytest.raises(ModelError, match=r"^The tokenizer has ids up to 2, but the model only 1 tokens\.$"):
        ours.fitted(1)


def test_half_a_character_has_no_tokens() -> None:
    with pytest.raises(ModelError, match=r"holds half a character"):
        OURS.encode("x\ud800")


def test_merges_need_their_tokens() -> None:
    with pytest.raises(ModelError, match=r"^The merge of 'a' and 'b' needs a token 'ab'\.$"):
        ByteLevelBPE({"a": 0, "b": 1}, [("a", "b")])
    with pytest.raises(ModelError, match=r"^Two tokens of the vocabulary have the same id\.$"):
        ByteLevelBPE({"a": 0, "b": 0}, [])
