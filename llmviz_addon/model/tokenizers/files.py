"""Tokenizers that stand in files beside a checkpoint.

Read are Hugging Face's ``tokenizer.json``, the older pair ``vocab.json`` and ``merges.txt`` (which OpenAI calls
``encoder.json`` and ``vocab.bpe``), and nanoGPT's ``meta.pkl`` of single characters. With a tokenizer of another kind
only token ids can be given: ids that look right and are not would be worse than none.
"""

from __future__ import annotations

from pathlib import Path

from ...errors import ModelError
from .. import pickles
from ..files import contents, json_file, naming, short, text
from . import settings, tokenizer_json
from .added_tokens import numbered, united
from .bpe import ByteLevelBPE, Frame
from .settings import DEFAULTS, SUPPORTED
from .tokenizer import ForeignTokenizerError, IdTokenizer, LetterTokenizer, Tokenizer

PAIRS = (("vocab.json", "merges.txt"), ("encoder.json", "vocab.bpe"))
FOREIGN = {  # files of tokenizers that are not read
    "tokenizer.model": "SentencePiece",
    "spiece.model": "SentencePiece",
    "sentencepiece.bpe.model": "SentencePiece",
    "vocab.txt": "WordPiece",
    "tokenizer.tiktoken": "tiktoken",
    "vocab.json": "BPE without its merges.txt",
    "merges.txt": "BPE without its vocab.json",
    "tokenizer_config.json": "unknown",
}


def beside(folder: Path, dataset: str | None = None) -> Tokenizer | None:
    """The tokenizer in a checkpoint's folder, None if there is none.

    ``dataset`` is nanoGPT's name of the training text: its ``meta.pkl`` is also looked for where nanoGPT keeps
    it, in ``data/<dataset>`` beside the folder. Of a tokenizer of another kind there is one of token ids that says
    why it takes no text. Raises ModelError, with the file's path, for one that is damaged.
    """
    try:
        return _beside(folder, dataset)
    except ForeignTokenizerError as error:
        return IdTokenizer(0, str(error))


def _beside(folder: Path, dataset: str | None) -> Tokenizer | None:
    if (folder / "tokenizer.json").is_file():
        return tokenizer_json.read(folder / "tokenizer.json")
    for names in PAIRS:
        vocab, merges = (folder / name for name in names)
        if vocab.is_file() and merges.is_file():
            return vocab_and_merges(vocab, merges)
    places = [folder / "meta.pkl"]
    if dataset and Path(dataset).name == dataset and "\0" not in dataset:
        places.append(folder.resolve().parent / "data" / dataset / "meta.pkl")
    for place in places:
        if place.is_file():
            return meta_pkl(place)
    for name, kind in FOREIGN.items():
        if (folder / name).is_file():
            raise ForeignTokenizerError(f"{folder / name} is of a tokenizer of another kind ({kind}). {SUPPORTED}")
    return None


def vocab_and_merges(vocab: Path, merges: Path) -> ByteLevelBPE:
    """GPT-2's own two files; ModelError if one of them is damaged or they do not belong together."""
    with naming(vocab):
        vocabulary = tokenizer_json.vocabulary_of(json_file(vocab))
    with naming(merges):
        lines = [line for line in text(merges).split("\n") if line.strip() and not line.startswith("#version")]
        pairs = tokenizer_json.pairs([line.rstrip("\r") for line in lines])
    beside = settings.read(vocab.parent)
    with naming(vocab):
        found, named = united(beside.added, vocabulary), DEFAULTS | dict(beside.named)
        names = list(dict.fromkeys(named.values()))
        special = [*found.values(), *numbered(names, vocabulary, found)]
        first = named["bos_token"]
        ids = {token.text: token.id for token in special}
        if beside.add_bos and first not in ids:
            raise ForeignTokenizerError(f"tokenizer_config.json has add_bos_token, but {short(first)} has no id.")
        frame = Frame((ids[first],) if beside.add_bos else ())
        space = beside.add_prefix_space is True
    with naming(merges):
        tokenizer = ByteLevelBPE(vocabulary, pairs, special, space, frame, names)
        tokenizer_json.check_merges(vocabulary, pairs, ids)
    return tokenizer


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
        whole = all(type(index) is int and 0 <= index < len(ids) for index in ids.values())
        if not whole or len(set(ids.values())) != len(ids):
            raise ModelError(f"The ids in its 'stoi' are not 0 to {len(ids) - 1}.")
        return LetterTokenizer("".join(sorted(ids, key=ids.__getitem__)))
