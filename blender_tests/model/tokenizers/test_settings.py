"""What stands beside a tokenizer and changes ids: the ids are those of transformers and of the tokenizers package."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer as TheirTokenizer

from blender_tests.model.tokenizers.cases import (
    BYTE_LEVEL,
    CASES,
    DECODER,
    END,
    GOOD,
    NEW,
    PAIR,
    SIZE,
    TEXTS,
    VOCABULARY,
    added,
    of,
    template,
    write,
)
from llmviz_addon.errors import ModelError
from llmviz_addon.model.checkpoint import load
from llmviz_addon.model.tokenizers.added_tokens import Finder
from llmviz_addon.model.tokenizers.files import beside
from llmviz_addon.model.tokenizers.tokenizer import IdTokenizer
from llmviz_addon.model.tokenizers.tokenizer_json import read

DATA = Path(__file__).parents[1] / "data"
EXPECTED = json.loads((DATA / "variants" / "tokenizers.json").read_text())


@pytest.mark.parametrize("case", CASES)
def test_ids_are_those_of_transformers(tmp_path: Path, case: str) -> None:
    ours = beside(write(CASES[case], tmp_path))
    assert ours is not None
    assert [ours.encode(text) for text in TEXTS] == EXPECTED[case]


def test_every_case_has_its_ids() -> None:
    assert EXPECTED.keys() == CASES.keys()
    assert len({json.dumps(ids) for ids in EXPECTED.values()}) >= 10  # they do differ


def test_openais_own_names_of_the_two_files(tmp_path: Path) -> None:
    files = {"encoder.json": PAIR["vocab.json"], "vocab.bpe": PAIR["merges.txt"]}
    ours = beside(write(files, tmp_path))
    assert ours is not None
    assert [ours.encode(text) for text in TEXTS] == EXPECTED["pair"]


PIECES = ["zz", "qq", "zzqq", "<new>", "<new", "new>", "<|endoftext|>", " ", "a", "the", "é", "\n"]
TOKENS = st.lists(st.sampled_from(["zz", "qq", "zzqq", "qqz", "z", "<new>", "new", "are", " the", "é"]), unique=True)


@settings(max_examples=300, deadline=None)
@given(
    tokens=TOKENS,
    flags=st.lists(st.booleans(), min_size=10, max_size=10),
    pieces=st.lists(st.sampled_from(PIECES), max_size=8),
    space=st.booleans(),
    around=st.sampled_from([(), ("<|endoftext|>", "A"), ("A", "th"), ("th", "or", "A", "th")]),
)
def test_added_tokens_are_found_as_the_tokenizers_package_finds_them(
    tmp_path_factory: pytest.TempPathFactory,
    tokens: list[str],
    flags: list[bool],
    pieces: list[str],
    space: bool,
    around: tuple[str, ...],
) -> None:
    path = tmp_path_factory.getbasetemp() / "found" / "tokenizer.json"
    path.parent.mkdir(exist_ok=True)
    new = [text for text in tokens if text not in VOCABULARY]
    ids = {text: VOCABULARY.get(text, SIZE + new.index(text) if text in new else 0) for text in tokens}
    items = [added(text, ids[text], normalized=flag) for text, flag in zip(tokens, flags, strict=False)]
    content = GOOD | {"added_tokens": [END, *sorted(items, key=lambda item: item["id"])]}
    content |= {"pre_tokenizer": BYTE_LEVEL | {"add_prefix_space": space}}
    content |= {"post_processor": template(*around) if around else None}
    path.write_text(json.dumps(content))
    text = "".join(pieces)
    assert read(path).encode(text) == TheirTokenizer.from_file(str(path)).encode(text).ids


REFUSED: list[tuple[dict[str, Any], str]] = [
    (of(truncation=3), "Its truncation is 3, which has no max_length"),
    (of(added_tokens=[END, added("<new>", SIZE + 40)]), "do not go on from the vocabulary's last, 559"),
    (of(added_tokens=[END, added("th", 5)]), "The token 'th' has two ids"),
    (of(added_tokens=[END, added("<a>", SIZE), added("<b>", SIZE)]), "do not go on from"),
    (of(added_tokens=[END, added("<new>", SIZE)]) | {"added_tokens.json": NEW | {"<new>": SIZE + 1}}, "has two ids"),
    (PAIR | {"added_tokens.json": {"<new>": SIZE + 1}}, "do not go on from the vocabulary's last, 559."),
    (PAIR | {"added_tokens.json": {"<new>": "560"}}, "The added token '<new>' has no content or no id, but '560'"),
    (PAIR | {"added_tokens.json": []}, "It is not a JSON object"),
    (PAIR | {"tokenizer_config.json": {"added_tokens_decoder": {"x": {}}}}, "The added token {} has no content"),
    (PAIR | {"tokenizer_config.json": {"add_bos_token": 1}}, "Its add_bos_token is 1, but must be true or false"),
    (PAIR | {"special_tokens_map.json": {"bos_token": 3}}, "Its 'bos_token' is 3, which is not a token"),
    (of(post_processor=template("<|endoftext|>", "A") | {"special_tokens": {"<|endoftext|>": {}}}), "has no ids of"),
]


@pytest.mark.parametrize(("files", "message"), REFUSED)
def test_what_is_damaged_or_disagrees_is_refused(tmp_path: Path, files: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelError) as caught:
        beside(write(files, tmp_path))
    assert message in str(caught.value)
    assert str(tmp_path) in str(caught.value)


FOREIGN: list[tuple[dict[str, Any], str]] = [
    (of(model={"type": "WordPiece"}), "It is a tokenizer of the kind 'WordPiece' after 'ByteLevel'"),
    (of(model=GOOD["model"] | {"ignore_merges": True}), "Its model has ignore_merges True"),
    (of(normalizer={"type": "NFC"}), "It has a normalizer"),
    (of(pre_tokenizer={"type": "Sequence", "pretokenizers": [{"type": "Digits"}, BYTE_LEVEL]}), "in steps, ['Digits',"),
    (of(pre_tokenizer=BYTE_LEVEL | {"pattern": "x"}), "Its pre_tokenizer has pattern 'x'"),
    (of(post_processor={"type": "Other"}), "Its post_processor is {'type': 'Other'}"),
    (of(post_processor=template("A", "A")), "takes the text 2 times"),
    (of(padding={"strategy": {"Fixed": 20}, "pad_to_multiple_of": None}), "It makes texts longer: its padding is"),
    (of() | {"tokenizer_config.json": {"add_bos_token": True}}, "has add_bos_token, but its post_processor adds none"),
    (of() | {"tokenizer_config.json": {"add_prefix_space": True}}, "Its add_prefix_space is False, but that in"),
    (of() | {"tokenizer_config.json": {"tokenizer_class": "LlamaTokenizer"}}, "It is for a 'LlamaTokenizer'"),
    (of() | {"tokenizer_config.json": {"split_special_tokens": True}}, "Its split_special_tokens is True, but must be"),
    (of() | {"tokenizer_config.json": {"shift": 3}}, "Its setting 'shift' is 3, which may change ids"),
    (
        of(pre_tokenizer=BYTE_LEVEL | {"add_prefix_space": True})
        | {"tokenizer_config.json": {"tokenizer_class": "GPT2Tokenizer"}},
        "Its add_prefix_space is True, but that in tokenizer_config.json is False",
    ),
    (
        PAIR | {"tokenizer_config.json": {"bos_token": "a"}, "special_tokens_map.json": {"bos_token": "b"}},
        "Its bos_token is 'b', but in tokenizer_config.json 'a'",
    ),
    (PAIR | {"tokenizer_config.json": {"add_eos_token": True}}, "Its add_eos_token is True, but must be False"),
    (PAIR | {"tokenizer_config.json": {"add_bos_token": True, "bos_token": "<s>"}}, "but '<s>' has no id"),
    (PAIR | {"special_tokens_map.json": {"mask_token": {"content": "<m>", "lstrip": True}}}, "takes letters around it"),
    ({"tokenizer.model": "?"}, "is of a tokenizer of another kind (SentencePiece)"),
    ({"vocab.txt": "[CLS]"}, "is of a tokenizer of another kind (WordPiece)"),
    ({"vocab.json": {"a": 0}}, "is of a tokenizer of another kind (BPE without its merges.txt)"),
]


@pytest.mark.parametrize(("files", "message"), FOREIGN)
def test_a_tokenizer_of_another_kind_leaves_token_ids(tmp_path: Path, files: dict[str, Any], message: str) -> None:
    write(files, tmp_path)
    for name in ("config.json", "model.safetensors"):
        (tmp_path / name).write_bytes((DATA / "variants" / "untied" / name).read_bytes())
    checkpoint = load(tmp_path)
    assert isinstance(checkpoint.tokenizer, IdTokenizer)
    assert checkpoint.tokenizer.encode("3 6") == [3, 6]
    assert checkpoint.tokenizer.text(6) == "6"
    with pytest.raises(ModelError, match=r"^'the' is not a token id: this model has 0 to 6\. Text cannot be") as caught:
        checkpoint.tokenizer.encode("the")
    assert message in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_settings_that_change_no_id(tmp_path: Path) -> None:
    config = {"model_max_length": 9, "errors": "x", "pad_token": None, "chat_template": "x", "_from_auto": True}
    config |= {"add_eos_token": False, "add_bos_token": False, "bos_token": None, "split_special_tokens": False}
    config |= {"tokenizer_class": "GPT2TokenizerFast", "clean_up_tokenization_spaces": True, "new": None}
    config |= {"added_tokens_decoder": DECODER}
    files = of(added_tokens=[END, added("<new>", SIZE)]) | {"tokenizer_config.json": config}
    ours = beside(write(files, tmp_path))
    assert ours is not None
    assert ours.encode("x<new>") == [VOCABULARY["x"], SIZE]


def test_a_text_that_its_tokenizer_would_cut_off(tmp_path: Path) -> None:
    cut = {"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0}
    ours = beside(write(of(truncation=cut, post_processor=template("<|endoftext|>", "A")), tmp_path))
    assert ours is not None
    assert len(ours.encode("th or")) == 3
    with pytest.raises(ModelError, match=r"^The text has 4 tokens, but its tokenizer cuts off after 3\.$"):
        ours.encode("th or or")


def test_a_special_token_without_an_id_is_refused_where_a_text_has_it(tmp_path: Path) -> None:
    ours = beside(write(PAIR | {"special_tokens_map.json": {"pad_token": "[PAD]"}}, tmp_path))
    assert ours is not None
    assert ours.encode("PAD") == beside(write(PAIR, tmp_path / "other")).encode("PAD")  # type: ignore[union-attr]
    with pytest.raises(ModelError, match=r"^'\[PAD\]' is a special token, but it has no id in this vocabulary\.$"):
        ours.encode("a [PAD]")


@given(st.lists(st.text("ab", min_size=1, max_size=3), max_size=6), st.text("abc", max_size=12))
def test_pieces_are_the_text_and_tokens_the_longest(tokens: list[str], text: str) -> None:
    pieces = list(Finder(tokens).cut(text))
    assert "".join(piece for piece, _ in pieces) == text
    assert all(piece in tokens for piece, is_token in pieces if is_token)
    position = 0
    for piece, is_token in pieces:
        fitting = [token for token in tokens if text.startswith(token, position)]
        assert is_token == bool(fitting)
        assert not is_token or len(piece) == max(map(len, fitting))
        position += len(piece)


def test_hundreds_of_thousands_of_added_tokens_are_read_at_once(tmp_path: Path) -> None:
    new = {f"<token {index}>": SIZE + index for index in range(300_000)}
    write(PAIR | {"added_tokens.json": new}, tmp_path)
    started = time.process_time()
    ours = beside(tmp_path)
    assert ours is not None
    assert ours.encode("x<token 299999><token 29999>") == [VOCABULARY["x"], SIZE + 299_999, SIZE + 29_999]
    assert time.process_time() - started < 5  # 1 s; an expression of all of them took 13
