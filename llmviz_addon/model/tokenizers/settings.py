"""What stands beside a tokenizer of Hugging Face and changes its ids: added and special tokens, and settings.

As with a model's settings, each is honoured, may have only the value that we compute, or is known to change no id;
any other is refused by its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import ModelError
from ..files import json_file, naming, short
from .added_tokens import Added
from .tokenizer import ForeignTokenizerError

END_OF_TEXT = "<|endoftext|>"
MAX_ID = 1 << 31
SUPPORTED = "Supported is GPT-2's byte-level BPE."

DEFAULTS = {"bos_token": END_OF_TEXT, "eos_token": END_OF_TEXT, "unk_token": END_OF_TEXT}
LISTS = ("additional_special_tokens", "extra_special_tokens")
GPT2 = ("GPT2Tokenizer", "GPT2TokenizerFast")  # these put no space in front, whatever a tokenizer.json says
GENERAL = ("PreTrainedTokenizerFast", "TokenizersBackend")  # these have no special tokens of their own
CLASSES = (None, *GPT2, *GENERAL)
FIXED = {"split_special_tokens": False, "do_lower_case": False, "add_eos_token": False}
HONOURED = {"added_tokens_decoder", "add_bos_token", "add_prefix_space", "tokenizer_class", *LISTS}
HARMLESS = frozenset(
    word
    for words in (
        "model_max_length max_len max_length stride truncation_side truncation_strategy padding_side",
        "pad_to_multiple_of pad_token_type_id model_input_names clean_up_tokenization_spaces errors chat_template",
        "trim_offsets use_fast backend name_or_path special_tokens_map_file tokenizer_file processor_class",
        "is_local local_files_only init_inputs",
    )
    for word in words.split()
)


@dataclass(frozen=True)
class Beside:
    """What the files beside a tokenizer say; ``named`` are the texts of special tokens, by what they are for."""

    added: tuple[tuple[Added, ...], ...]
    named: Mapping[str, str]
    add_bos: bool
    add_prefix_space: bool | None

    @property
    def names(self) -> list[str]:
        """The texts of all special tokens, each once."""
        return list(dict.fromkeys(self.named.values()))


def read(folder: Path) -> Beside:
    """Read ``tokenizer_config.json``, ``special_tokens_map.json`` and ``added_tokens.json``, as far as there are any.

    Raises ModelError, with the file's path, for what is damaged, ForeignTokenizerError for what we do not know.
    """
    config = _content(folder / "tokenizer_config.json")
    with naming(folder / "tokenizer_config.json"):
        _check(config)
        kind, space = config.get("tokenizer_class"), _flag(config, "add_prefix_space")
        named = dict(_named({key: value for key, value in config.items() if _names_tokens(key)}))
        added = tuple(decoded(config.get("added_tokens_decoder") or {}))
        add_bos = _flag(config, "add_bos_token") is True
    with naming(folder / "special_tokens_map.json"):
        for key, text in _named(_content(folder / "special_tokens_map.json")):
            if named.setdefault(key, text) != text:
                other = short(named[key])
                raise ForeignTokenizerError(f"Its {key} is {short(text)}, but in tokenizer_config.json {other}.")
    if kind not in GENERAL:
        named = DEFAULTS | named
    with naming(folder / "added_tokens.json"):
        special = {token.text: token.special for token in added} | dict.fromkeys(named.values(), True)
        content = _content(folder / "added_tokens.json")
        older = tuple(Added(*_id(text, index), special.get(text, False)) for text, index in content.items())
    return Beside((added, older), named, add_bos, False if space is None and kind in GPT2 else space)


def _content(path: Path) -> Mapping[str, Any]:
    return json_file(path) if path.is_file() else {}


def _flag(config: Mapping[str, Any], key: str) -> bool | None:
    value = config.get(key)
    if value is not None and not isinstance(value, bool):
        raise ModelError(f"Its {key} is {short(value)}, but must be true or false.")
    return value


def _names_tokens(key: str) -> bool:
    return key in LISTS or (key.endswith("_token") and key not in ("add_bos_token", "add_eos_token"))


def listed(content: object) -> Iterator[Added]:
    """Added tokens as tokenizer.json lists them."""
    if not isinstance(content, list):
        raise ModelError(f"Its added_tokens are {short(content)}, not a list.")
    for item in content:
        if not isinstance(item, dict):
            raise ModelError(f"The added token {short(item)} has no content or no id.")
        yield _added(item.get("content"), item.get("id"), item)


def decoded(content: object) -> Iterator[Added]:
    """Added tokens as tokenizer_config.json has them: by id."""
    if not isinstance(content, dict):
        raise ModelError(f"Its added_tokens_decoder is {short(content)}, not a token for each id.")
    for key, item in content.items():
        if not (key.isascii() and key.isdigit() and len(key) < 11 and isinstance(item, dict)):
            raise ModelError(f"The added token {short(item)} has no content or no id.")
        yield _added(item.get("content"), int(key), item)


def _added(text: object, index: object, item: Mapping[str, Any]) -> Added:
    text, index = _id(text, index)
    for key in ("lstrip", "rstrip", "single_word"):
        if item.get(key):
            raise ForeignTokenizerError(f"The added token {short(text)} has {key}, which GPT-2's have not. {SUPPORTED}")
    special = item.get("special") is True
    return Added(text, index, not item.get("normalized", not special))


def _id(text: object, index: object) -> tuple[str, int]:
    if not isinstance(text, str) or not text or type(index) is not int or not 0 <= index < MAX_ID:
        raise ModelError(f"The added token {short(text)} has no content or no id, but {short(index)}.")
    return text, index


def _named(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What special tokens are for, and their texts; each is text or an object with ``content``, lists hold several."""
    for key, value in content.items():
        several = value if key in LISTS and isinstance(value, list) else [value]
        if key in LISTS and isinstance(value, dict) and "content" not in value:
            several = list(value.values())
        for number, item in enumerate(several):
            text = item.get("content") if isinstance(item, dict) else item
            if text is None or text == "":
                continue
            if not isinstance(text, str):
                raise ModelError(f"Its {short(key)} is {short(item)}, which is not a token.")
            if isinstance(item, dict) and any(item.get(flag) for flag in ("lstrip", "rstrip", "single_word")):
                raise ForeignTokenizerError(f"Its {short(key)} takes letters around it along. {SUPPORTED}")
            yield f"{key} {number}" if key in LISTS else key, text


def _check(config: Mapping[str, Any]) -> None:
    """Raise ForeignTokenizerError for a setting whose value we do not compute, or that we do not know."""
    if config.get("tokenizer_class") not in CLASSES:
        raise ForeignTokenizerError(f"It is for a {short(config['tokenizer_class'])}. {SUPPORTED}")
    for key, value in config.items():
        known = key in HONOURED or key in HARMLESS or key.startswith("_") or _names_tokens(key)
        if value is None or known:
            continue
        if key not in FIXED:
            raise ForeignTokenizerError(
                f"Its setting {short(key)} is {short(value)}, which may change ids. {SUPPORTED}"
            )
        if value != FIXED[key]:
            raise ForeignTokenizerError(f"Its {key} is {short(value)}, but must be {FIXED[key]}. {SUPPORTED}")
