"""Tokenizers with something beside them that changes ids, for the tests and for the script that asks transformers.

Each case is the content of the files in a folder, made of the tokenizer that ``scripts/make_checkpoints.py`` trains.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

GOOD = json.loads((Path(__file__).parents[1] / "data/checkpoints/hf-f32/tokenizer.json").read_text(encoding="utf-8"))
VOCABULARY: dict[str, int] = GOOD["model"]["vocab"]
SIZE = len(VOCABULARY)
END: dict[str, Any] = GOOD["added_tokens"][0]

TEXTS = [
    "The software is licensed.",
    " the <new>the<|endoftext|> the\n\n zz",
    "x<new><new2>x<ne w><new",
    "zzqqzz qqzz zzqq",
    "größer 你好 <|endoftext|><|endoftext|>",
    "",
]


def added(text: str, index: int, **flags: bool) -> dict[str, Any]:
    """An added token as tokenizer.json has it."""
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": True, "special": False}
    return {"id": index, "content": text} | plain | flags


def template(*pieces: str) -> dict[str, Any]:
    """A post-processor; ``A`` is the text, other pieces are tokens of the vocabulary."""
    parts = [{"Sequence" if piece == "A" else "SpecialToken": {"id": piece, "type_id": 0}} for piece in pieces]
    names = {piece for piece in pieces if piece != "A"}
    pair = [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}]
    special = {name: {"id": name, "ids": [VOCABULARY[name]], "tokens": [name]} for name in names}
    return {"type": "TemplateProcessing", "single": parts, "pair": pair, "special_tokens": special}


BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": True}
MERGES = "#version: 0.2\n" + "".join(f"{' '.join(pair)}\n" for pair in GOOD["model"]["merges"])
PAIR: dict[str, Any] = {"vocab.json": VOCABULARY, "merges.txt": MERGES}
NEW = {"<new>": SIZE, "<new2>": SIZE + 1}
DECODER = {str(token["id"]): {k: v for k, v in token.items() if k != "id"} for token in (END, added("<new>", SIZE))}


def of(**parts: object) -> dict[str, Any]:
    """A folder with tokenizer.json, in which some parts are others."""
    return {"tokenizer.json": GOOD | parts}


CASES: dict[str, dict[str, Any]] = {
    "pair": PAIR,
    "pair, added": PAIR | {"added_tokens.json": NEW},
    "pair, added and special": PAIR
    | {"added_tokens.json": NEW, "special_tokens_map.json": {"pad_token": "<new>", "bos_token": {"content": "<new2>"}}},
    "pair, decoder": PAIR | {"tokenizer_config.json": {"added_tokens_decoder": DECODER}},
    "pair, of any class": PAIR | {"tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast"}},
    "pair, bos": PAIR | {"tokenizer_config.json": {"add_bos_token": True}},
    "pair, another bos": PAIR | {"tokenizer_config.json": {"add_bos_token": True, "bos_token": "right"}},
    "pair, space": PAIR | {"tokenizer_config.json": {"add_prefix_space": True, "add_bos_token": False}},
    "pair, a word is special": PAIR | {"special_tokens_map.json": {"additional_special_tokens": ["are", "icense"]}},
    "json": of(),
    "json, bos": of(post_processor=template("<|endoftext|>", "A")),
    "json, bos and eos": of(post_processor=template("<|endoftext|>", "A", "th")),
    "json, bos, not in the config": of(post_processor=template("<|endoftext|>", "A"))
    | {"tokenizer_config.json": {"add_bos_token": False, "tokenizer_class": "GPT2Tokenizer"}},
    "json, bos in steps": of(
        post_processor={"type": "Sequence", "processors": [BYTE_LEVEL, template("<|endoftext|>", "A"), BYTE_LEVEL]}
    ),
    "json, roberta": of(
        post_processor={"type": "RobertaProcessing", "sep": ["th", VOCABULARY["th"]], "cls": ["<|endoftext|>", 0]}
        | {"trim_offsets": True, "add_prefix_space": False}
    ),
    "json, added": of(added_tokens=[END, added("<new>", SIZE), added("<new2>", SIZE + 1)]),
    "json, added overlap": of(added_tokens=[END, added("zzqq", SIZE), added("qqzz", SIZE + 1, normalized=False)]),
    "json, added begin alike": of(added_tokens=[END, added("zz", SIZE), added("zzqq", SIZE + 1)]),
    "json, added beside": of() | {"added_tokens.json": NEW},
    "json, a word is special": of() | {"special_tokens_map.json": {"additional_special_tokens": ["are", "icense"]}},
    "json, the end is not added": of(added_tokens=[]),
    "json, in a sequence": of(pre_tokenizer={"type": "Sequence", "pretokenizers": [GOOD["pre_tokenizer"]]}),
    "json, space": of(pre_tokenizer=BYTE_LEVEL | {"add_prefix_space": True})
    | {"tokenizer_config.json": {"add_prefix_space": True}},
}


def write(files: dict[str, Any], folder: Path) -> Path:
    """Put the files of a case into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / name).write_text(text, encoding="utf-8")
    return folder
