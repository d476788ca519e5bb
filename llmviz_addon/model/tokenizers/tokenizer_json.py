"""A reader of ``tokenizer.json``, in which the tokenizers package keeps all that makes a tokenizer."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from pathlib import Path
from typing import Any

from ...errors import ModelError
from ..files import json_file, naming, short
from . import settings
from .added_tokens import numbered, united
from .bpe import BYTE_OF_SYMBOL, ByteLevelBPE, Frame
from .settings import MAX_ID, SUPPORTED
from .tokenizer import ForeignTokenizerError

PARTS = ("version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder")
BPE_PARTS = ("type", "vocab", "merges", "unk_token", "fuse_unk")  # bytes have tokens, so that none is unknown
BYTE_LEVEL_PARTS = ("type", "add_prefix_space", "trim_offsets", "use_regex")

SPECIAL = re.compile(r"<.*>|\[.*\]")  # how special tokens look, also where no file tells of them


def read(path: Path) -> ByteLevelBPE:
    """The tokenizer in a file; ForeignTokenizerError if it is not GPT-2's byte-level BPE, ModelError if damaged."""
    content = json_file(path)
    with naming(path):
        model, before = content.get("model"), _byte_level(content.get("pre_tokenizer"))
        if not isinstance(model, dict) or not isinstance(before, dict):
            raise ForeignTokenizerError(f"It has no 'model' or no 'pre_tokenizer'. {SUPPORTED}")
        if model.get("type", "BPE") != "BPE" or before.get("type") != "ByteLevel":
            kinds = f"{short(model.get('type'))} after {short(before.get('type'))}"
            raise ForeignTokenizerError(f"It is a tokenizer of the kind {kinds}. {SUPPORTED}")
        if content.get("normalizer") not in (None, {"type": "Sequence", "normalizers": []}):
            raise ForeignTokenizerError(f"It has a normalizer, which GPT-2's has not. {SUPPORTED}")
        if before.get("use_regex", True) is not True:
            raise ForeignTokenizerError(f"It does not cut text into words as GPT-2's does. {SUPPORTED}")
        _only(content, (*PARTS, "model"), "It")
        _only(model, BPE_PARTS, "Its model")
        _only(before, BYTE_LEVEL_PARTS, "Its pre_tokenizer")
        vocabulary, merges = vocabulary_of(model.get("vocab")), pairs(model.get("merges"))
        frame = Frame(*_around(content.get("post_processor")), _most(content.get("truncation")))
        _check_padding(content.get("padding"))
        own = list(settings.listed(content.get("added_tokens", [])))
        space = before.get("add_prefix_space") is True
    beside = settings.read(path.parent)
    with naming(path):
        if beside.add_prefix_space not in (None, space):
            raise ForeignTokenizerError(
                f"Its add_prefix_space is {space}, but that in tokenizer_config.json is {beside.add_prefix_space}."
            )
        if beside.add_bos and not frame.before:
            raise ForeignTokenizerError("tokenizer_config.json has add_bos_token, but its post_processor adds none.")
        found = united((own, *beside.added), vocabulary)
        special = numbered(beside.names, vocabulary, found)
        tokenizer = ByteLevelBPE(vocabulary, merges, [*found.values(), *special], space, frame, beside.names)
        check_merges(vocabulary, merges, {*found, *beside.names})
    return tokenizer


def vocabulary_of(content: object) -> Mapping[str, int]:
    """Token -> id, checked."""
    if not isinstance(content, dict) or not content:
        raise ModelError("It has no vocabulary.")
    for token, index in content.items():
        if type(index) is not int or not 0 <= index < MAX_ID:
            raise ModelError(f"The id of the token {short(token)} is {short(index)}, not a whole number from 0.")
    return content


def pairs(content: object) -> list[tuple[str, str]]:
    """Merges, each written as ``"a b"`` or as ``["a", "b"]``."""
    found = []
    for item in content if isinstance(content, list) else [content]:
        parts = item.split(" ") if isinstance(item, str) else item
        match parts:
            case [str(left), str(right)] if left and right:
                found.append((left, right))
            case _:
                raise ModelError(f"The merge {short(item)} is not a pair of tokens.")
    return found


def check_merges(vocabulary: Mapping[str, int], merges: Iterable[tuple[str, str]], added: Container[str]) -> None:
    """Raise ModelError if merges are missing: each token of several bytes is made by one, but for special ones.

    A file of merges that was cut short is otherwise as good as any, and gives other ids.
    """
    made = {left + right for left, right in merges}
    rest = [token for token in vocabulary if len(token) > 1 and token not in made and token not in added]
    lost = [token for token in rest if not SPECIAL.fullmatch(token) and all(map(BYTE_OF_SYMBOL.__contains__, token))]
    if lost:
        raise ModelError(
            f"Its {len(made)} merges make all tokens of the vocabulary but {len(lost)}, for example {short(lost[-1])}: "
            "perhaps the file is cut short."
        )


def _byte_level(before: object) -> object:
    """What cuts text into words, taken out of a sequence that holds just that."""
    match before:
        case {"type": "Sequence", "pretokenizers": [only]}:
            return only
        case {"type": "Sequence", "pretokenizers": [*several]}:
            kinds = [step.get("type") if isinstance(step, dict) else step for step in several]
            raise ForeignTokenizerError(f"It cuts text into words in steps, {short(kinds)}. {SUPPORTED}")
    return before


def _only(content: Mapping[str, Any], known: tuple[str, ...], what: str) -> None:
    """Raise ForeignTokenizerError for an option that we do not know and that is not off."""
    for key, value in content.items():
        if key not in known and value:
            name = key if key.isidentifier() and len(key) < 60 else short(key)
            raise ForeignTokenizerError(f"{what} has {name} {short(value)}. {SUPPORTED}")


def _around(processor: object) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The ids that are put before and after those of a text."""
    match processor:
        case None | {"type": "ByteLevel"}:
            return (), ()
        case {"type": "RobertaProcessing" | "BertProcessing", "cls": [str(), int(first)], "sep": [str(), int(last)]}:
            return (first,), (last,)
        case {"type": "TemplateProcessing", "single": [*pieces], "special_tokens": dict(special)}:
            return _template(pieces, special)
        case {"type": "Sequence", "processors": [*processors]}:
            around = list(map(_around, processors))  # each is put around what those before it have made
            before = [index for first, _ in reversed(around) for index in first]
            return tuple(before), tuple(index for _, last in around for index in last)
    raise ForeignTokenizerError(f"Its post_processor is {short(processor)}. {SUPPORTED}")


def _template(pieces: list[Any], special: Mapping[str, Any]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    sides: list[list[int]] = [[]]
    for piece in pieces:
        match piece:
            case {"Sequence": {"id": "A"}}:
                sides.append([])
            case {"SpecialToken": {"id": str(name)}} if isinstance(special.get(name), dict):
                ids = special[name].get("ids")
                if not isinstance(ids, list) or not all(type(index) is int for index in ids):
                    raise ModelError(f"Its post_processor has no ids of the token {short(name)}.")
                sides[-1] += ids
            case _:
                raise ModelError(f"Its post_processor has {short(piece)}, which is neither a token nor the text.")
    if len(sides) != 2:
        raise ForeignTokenizerError(f"Its post_processor takes the text {len(sides) - 1} times. {SUPPORTED}")
    return tuple(sides[0]), tuple(sides[1])


def _most(truncation: object) -> int | None:
    """How many tokens a text may have before some are cut off."""
    match truncation:
        case None:
            return None
        case {"max_length": int(most)} if most >= 0:
            return most
    raise ModelError(f"Its truncation is {short(truncation)}, which has no max_length.")


def _check_padding(padding: object) -> None:
    """Raise ForeignTokenizerError where a single text would be made longer."""
    match padding:
        case None | {"strategy": "BatchLongest", "pad_to_multiple_of": None}:
            return
    raise ForeignTokenizerError(f"It makes texts longer: its padding is {short(padding)}. {SUPPORTED}")
