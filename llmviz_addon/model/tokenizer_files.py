"""Tokenizers that stand in files beside a checkpoint.

Read are Hugging Face's ``tokenizer.json``, the older pair ``vocab.json`` and ``merges.txt``, and nanoGPT's
``meta.pkl`` of single characters. A tokenizer of another kind is refused: token ids that look right and are
not would be worse than none.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import ModelError
from . import pickles
from .bpe import ByteLevelBPE
from .files import contents, json_file, naming, short, text
from .tokenizer import LetterTokenizer, Tokenizer

END_OF_TEXT = "<|endoftext|>"
MAX_ID = 1 << 31
SUPPORTED = "Supported is GPT-2's byte-level BPE."


def beside(folder: Path, dataset: str | None = None) -> Tokenizer | None:
    """The tokenizer in a checkpoint's folder, None if there is none.

    ``dataset`` is nanoGPT's name of the training text: its ``meta.pkl`` is also looked for where nanoGPT keeps
    it, in ``data/<dataset>`` beside the folder. Raises ModelError, with the file's path, for a tokenizer that
    is damaged or of another kind.
    """
    if (folder / "tokenizer.json").is_file():
        return tokenizer_json(folder / "tokenizer.json")
    if (folder / "vocab.json").is_file() and (folder / "merges.txt").is_file():
        return vocab_and_merges(folder / "vocab.json", folder / "merges.txt")
    places = [folder / "meta.pkl"]
    if dataset and Path(dataset).name == dataset and "\0" not in dataset:
        places.append(folder.resolve().parent / "data" / dataset / "meta.pkl")
    return next((meta_pkl(place) for place in places if place.is_file()), None)


def tokenizer_json(path: Path) -> ByteLevelBPE:
    """A tokenizer of the tokenizers package; ModelError if it is not byte-level BPE as GPT-2's."""
    content = json_file(path)
    with naming(path):
        model, before = content.get("model"), content.get("pre_tokenizer")
        if not isinstance(model, dict) or not isinstance(before, dict):
            raise ModelError(f"It has no 'model' or no 'pre_tokenizer'. {SUPPORTED}")
        if model.get("type", "BPE") != "BPE" or before.get("type") != "ByteLevel":
            kinds = f"{short(model.get('type'))} after {short(before.get('type'))}"
            raise ModelError(f"It is a tokenizer of the kind {kinds}. {SUPPORTED}")
        for key in ("byte_fallback", "ignore_merges", "continuing_subword_prefix", "end_of_word_suffix", "dropout"):
            if model.get(key):
                raise ModelError(f"Its model has {key} {short(model[key])}. {SUPPORTED}")
        if content.get("normalizer") is not None:
            raise ModelError(f"It has a normalizer, which GPT-2's has not. {SUPPORTED}")
        if before.get("use_regex", True) is not True:
            raise ModelError(f"It does not cut text into words as GPT-2's does. {SUPPORTED}")
        vocabulary = _vocabulary(model.get("vocab"))
        special = _special(content.get("added_tokens", []))
        return ByteLevelBPE(vocabulary, _pairs(model.get("merges")), special, before.get("add_prefix_space") is True)


def vocab_and_merges(vocab: Path, merges: Path) -> ByteLevelBPE:
    """GPT-2's own two files; ModelError if one of them is damaged or they do not belong together."""
    with naming(vocab):
        vocabulary = _vocabulary(json_file(vocab))
    with naming(merges):
        lines = [line for line in text(merges).split("\n") if line.strip() and not line.startswith("#version")]
        special = {END_OF_TEXT: vocabulary[END_OF_TEXT]} if END_OF_TEXT in vocabulary else {}
        return ByteLevelBPE(vocabulary, _pairs([line.rstrip("\r") for line in lines]), special)


def meta_pkl(path: Path) -> LetterTokenizer:
    """nanoGPT's characters: a pickle of a dictionary in which ``stoi`` gives each character's id."""
    with naming(path):
        data = contents(path)
        if len(data) > pickles.MAX_SIZE:
            raise ModelError(f"It has {len(data)} bytes, but at most {pickles.MAX_SIZE} are read.")
        content = pickles.read(bytes(data))
        ids = content.get("stoi") if isinstance(content, dict) else None
        if not isinstance(ids, dict):
            raise ModelError("It has no 'stoi', the ids of characters that nanoGPT's meta.pkl holds.")
        if not all(isinstance(letter, str) and len(letter) == 1 for letter in ids):
            raise ModelError("Its 'stoi' gives ids of something else than single characters.")
        if not all(type(index) is int for index in ids.values()) or sorted(ids.values()) != list(range(len(ids))):
            raise ModelError(f"The ids in its 'stoi' are not 0 to {len(ids) - 1}.")
        return LetterTokenizer("".join(sorted(ids, key=ids.__getitem__)))


def _vocabulary(content: object) -> Mapping[str, int]:
    """Token -> id, checked."""
    if not isinstance(content, dict) or not content:
        raise ModelError("It has no vocabulary.")
    for token, index in content.items():
        if type(index) is not int or not 0 <= index < MAX_ID:
            raise ModelError(f"The id of the token {short(token)} is {short(index)}, not a whole number from 0.")
    return content


def _pairs(content: object) -> list[tuple[str, str]]:
    """Merges, each written as ``"a b"`` or as ``["a", "b"]``."""
    pairs = []
    for item in content if isinstance(content, list) else [content]:
        parts = item.split(" ") if isinstance(item, str) else item
        match parts:
            case [str(left), str(right)] if left and right:
                pairs.append((left, right))
            case _:
                raise ModelError(f"The merge {short(item)} is not a pair of tokens.")
    return pairs


def _special(content: Any) -> dict[str, int]:
    """Added tokens -> id; ModelError for those that take the spaces around them along."""
    special = {}
    for item in content if isinstance(content, list) else [content]:
        match item:
            case {"content": str(token), "id": int(index)} if token and 0 <= index < MAX_ID:
                special[token] = int(index)
            case _:
                raise ModelError(f"The added token {short(item)} has no content or no id.")
        for key in ("lstrip", "rstrip", "single_word"):
            if item.get(key):
                raise ModelError(f"The added token {short(token)} has {key}, which GPT-2's have not. {SUPPORTED}")
    return special
