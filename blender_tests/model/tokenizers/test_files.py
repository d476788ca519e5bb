"""Tokenizers beside a checkpoint: which one is taken, and what is refused."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmviz_addon.errors import ModelError
from llmviz_addon.model.tokenizers.files import beside, meta_pkl, vocab_and_merges
from llmviz_addon.model.tokenizers.tokenizer import LetterTokenizer
from llmviz_addon.model.tokenizers.tokenizer_json import read as tokenizer_json

DATA = Path(__file__).parents[1] / "data" / "checkpoints"
GOOD = json.loads((DATA / "hf-f32" / "tokenizer.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"


def test_the_letters_of_nanogpt() -> None:
    letters = meta_pkl(DATA / "nanogpt" / "meta.pkl")
    assert letters.vocabulary == "\n !,.abcdefghé中🙂"
    assert letters.encode("a 🙂") == [5, 1, 15]
    assert letters.decode([5, 1, 0]) == "a \n"
    assert [letters.text(token) for token in (5, 1, 0)] == ["a", "·", "\\n"]


def test_where_tokenizers_are_looked_for(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    assert beside(out, "letters") is None
    data = tmp_path / "data" / "letters"
    data.mkdir(parents=True)
    (data / "meta.pkl").write_bytes(pickle.dumps({"stoi": {"a": 0, "b": 1}}))
    assert beside(out) is None
    assert beside(out, "../data/letters") is None
    assert len(beside(out, "letters").vocabulary) == 2  # type: ignore[union-attr]
    (out / "meta.pkl").write_bytes(pickle.dumps({"stoi": {"x": 0}}))
    assert len(beside(out, "letters").vocabulary) == 1  # type: ignore[union-attr]
    (out / "vocab.json").write_text('{"a": 0, "b": 1, "ab": 2}')
    (out / "merges.txt").write_text("#version: 0.2\na b\n")
    assert beside(out).encode("abba") == [2, 1, 0]  # type: ignore[union-attr]
    (out / "tokenizer.json").write_text(json.dumps(GOOD))
    assert beside(out).size == 560  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": None}, "has no 'model'"),
        ({"pre_tokenizer": None}, "or no 'pre_tokenizer'"),
        ({"model": GOOD["model"] | {"type": "WordPiece"}}, "of the kind 'WordPiece' after 'ByteLevel'. Supported is"),
        ({"pre_tokenizer": {"type": "Metaspace"}}, "of the kind 'BPE' after 'Metaspace'"),
        ({"pre_tokenizer": {"type": "ByteLevel", "use_regex": False}}, "does not cut text into words as GPT-2's"),
        ({"normalizer": {"type": "NFC"}}, "has a normalizer"),
        ({"model": GOOD["model"] | {"byte_fallback": True}}, "has byte_fallback True"),
        ({"model": GOOD["model"] | {"vocab": {}}}, "has no vocabulary"),
        ({"model": GOOD["model"] | {"vocab": {"a": -1}}}, "The id of the token 'a' is -1"),
        ({"model": GOOD["model"] | {"vocab": {"a": 1.5}}}, "The id of the token 'a' is 1.5"),
        ({"model": GOOD["model"] | {"merges": ["a b c"]}}, "The merge 'a b c' is not a pair"),
        ({"model": GOOD["model"] | {"merges": 3}}, "The merge 3 is not a pair"),
        ({"model": GOOD["model"] | {"merges": [["a", "zzz"]]}}, "needs a token 'zzz'"),
        ({"added_tokens": [{"content": "x"}]}, "has no content or no id"),
        ({"added_tokens": [{"content": "<mask>", "id": 1, "lstrip": True}]}, "'<mask>' has lstrip"),
    ],
)
def test_other_tokenizers_are_told_by_what_they_are(path: Path, change: dict[str, Any], message: str) -> None:
    path.write_text(json.dumps(GOOD | change))
    with pytest.raises(ModelError) as caught:
        tokenizer_json(path)
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b'{"model": {}, "model": {}}'])
def test_files_that_are_not_json(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"^[^\n]*tokenizer\.json[^\n]*$"):
        tokenizer_json(path)


def test_merges_of_another_vocabulary(tmp_path: Path) -> None:
    (tmp_path / "vocab.json").write_text('{"a": 0}')
    (tmp_path / "merges.txt").write_text("a b\n")
    with pytest.raises(ModelError, match=r"merges\.txt: The merge of 'a' and 'b' needs a token 'b'\.$"):
        vocab_and_merges(tmp_path / "vocab.json", tmp_path / "merges.txt")


MERGES = [" ".join(pair) for pair in GOOD["model"]["merges"]]


def write_pair(folder: Path, merges: str, more: dict[str, int] | None = None) -> tuple[Path, Path]:
    (folder / "vocab.json").write_text(json.dumps(GOOD["model"]["vocab"] | (more or {})), encoding="utf-8")
    (folder / "merges.txt").write_bytes(merges.encode())
    return folder / "vocab.json", folder / "merges.txt"


@pytest.mark.parametrize(
    ("merges", "made", "lost"),
    [
        ("", 0, 303),
        ("#version: 0.2\n", 0, 303),
        ("\n".join(MERGES[:-1]), 302, 1),
        ("\n".join(MERGES[:100]), 100, 203),
        ("\n".join(MERGES)[: -len(MERGES[-1].split(" ")[1])] + "e", 302, 1),  # cut to a pair that there is
        ("\n".join(MERGES[1:]), 302, 1),
    ],
    ids=["empty", "title only", "last line", "most", "in a line", "first line"],
)
def test_merges_that_were_cut_short(tmp_path: Path, merges: str, made: int, lost: int) -> None:
    with pytest.raises(ModelError) as caught:
        vocab_and_merges(*write_pair(tmp_path, merges))
    told = f"Its {made} merges make all tokens of the vocabulary but {lost}, for example "
    assert f"merges.txt: {told}" in str(caught.value)
    lines = [line for line in merges.split("\n") if " " in line and line[0] != "#"]
    (tmp_path / "tokenizer.json").write_text(json.dumps(GOOD | {"model": GOOD["model"] | {"merges": lines}}))
    with pytest.raises(ModelError) as caught:
        tokenizer_json(tmp_path / "tokenizer.json")
    assert f"tokenizer.json: {told}" in str(caught.value)


@pytest.mark.parametrize("end", ["\n", "", "\n\n", "\r\n"])
def test_whole_merges(tmp_path: Path, end: str) -> None:
    more = {"<pad>": 560, "[MASK]": 561, "<|user|>": 562, "é中": 563}  # no merge makes these, and need not
    ours = vocab_and_merges(*write_pair(tmp_path, ("\r\n" if "\r" in end else "\n").join(MERGES) + end, more))
    text = "The quick brown fox, and it is there."
    assert ours.encode(text) == tokenizer_json(DATA / "hf-f32" / "tokenizer.json").encode(text)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([1, 2], "has no 'stoi'"),
        ({"stoi": 3}, "has no 'stoi'"),
        ({"stoi": {"ab": 0}}, "something else than single characters"),
        ({"stoi": {"a": 1}}, "are not 0 to 0"),
        ({"stoi": {"a": "0"}}, "are not 0 to 0"),
        ({"stoi": {"a": 0, "b": 0}}, "are not 0 to 1"),
        ({"stoi": {"a": 1 << 9_000_000}}, "are not 0 to 0"),
        ({"stoi": {}}, "must have at least one letter"),
        ({"stoi": {"a": 0}, "path": Path("x")}, "which is not part of a dictionary of tensors and is not run"),
    ],
)
def test_a_meta_pkl_of_something_else(tmp_path: Path, content: object, message: str) -> None:
    (tmp_path / "meta.pkl").write_bytes(pickle.dumps(content))
    with pytest.raises(ModelError, match=message):
        meta_pkl(tmp_path / "meta.pkl")


@given(st.binary(max_size=60))
def test_any_meta_pkl_is_at_most_a_model_error(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    message = "no letters"
    try:
        assert isinstance(meta_pkl(path), LetterTokenizer)
    except ModelError as error:
        message = str(error)
    assert "\n" not in message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(
    place=st.sampled_from(["model", "pre_tokenizer", "added_tokens", "normalizer"]),
    key=st.sampled_from(["vocab", "merges", "type", ""]),
    value=JSON,
)
def test_any_tokenizer_json_is_at_most_a_model_error(path: Path, place: str, key: str, value: object) -> None:
    inside = key and isinstance(GOOD[place], dict)
    path.write_text(json.dumps(GOOD | {place: GOOD[place] | {key: value} if inside else value}))
    message = ""
    try:
        tokenizer_json(path).encode("Any text.")
    except ModelError as error:
        message = str(error)
    assert "\n" not in message
