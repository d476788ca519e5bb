"""A model as it is run: its shape, its weights, and how its tokens are written.

Inside the add-on weights always have minGPT's state-dict names, ``nn.Linear`` orientation (out, in) and
float32. Readers of other formats translate to that and hand over to :func:`from_tensors`, which is the one
place where a checkpoint is checked and completed.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from ...errors import ModelError
from ...kept import kept
from ..architecture import GPT2, Architecture, gpt2, weight_shapes
from ..blueprints import BLUEPRINTS, Blueprint
from ..config import GPTConfig
from ..files import json_value, short
from ..tokenizers.tokenizer import IdTokenizer, LetterTokenizer, Tokenizer
from ..trace import Trace
from .foreign import LEFT_OUT, SUPPORTED, check_names
from .settings import N_INNER, NUMBERS, Notes

PUBLISHED = tuple(known.config for known in BLUEPRINTS.values())
"""Shapes do not tell the number of heads, but these models are known by all the sizes that they do tell."""

TOKENS, HEAD = "transformer.wte.weight", "lm_head.weight"
MAX_NUMBER = 1 << 31
MAX_NAME = 80  # letters


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A model ready to run.

    ``weights`` maps minGPT's state-dict names to float32 arrays, matrices as (out, in). ``prompt_length``
    is the number of tokens after which a model that was trained on a fixed task starts its answer, None for
    a model that just continues text. ``architecture`` are the parts that it is made of. ``recorded`` is a forward
    pass that came with the file: it is shown for its own tokens in place of what we would compute. ``biases`` is
    False for a model that has none: those among its weights are then zeros of ours. ``sample`` is a text that shows
    what the model does, where it comes with one; ``path`` is where it was read, or its name if we ship it.
    """

    name: str
    config: GPTConfig
    weights: Mapping[str, np.ndarray]
    tokenizer: Tokenizer
    prompt_length: int | None = None
    architecture: Architecture = GPT2
    recorded: Trace | None = None
    biases: bool = True
    sample: str = ""
    path: str = ""

    @property
    def tied(self) -> bool:
        """Whether the LM head is the token embedding: the same numbers, learned once."""
        return self.weights[HEAD] is self.weights[TOKENS]

    @property
    def n_params(self) -> int:
        """How many numbers were learned: every weight that the model has, a tied head not once more."""
        return self.blueprint.n_params

    def asked(self, count: int) -> range:
        """Of ``count`` columns those whose guess of what follows was ever trained.

        A model of a fixed task learns to go on from the last token of its prompt: what columns before that one would
        say, nobody ever told it. None where the text is shorter than such a prompt.
        """
        return range(min((self.prompt_length or 1) - 1, count), count)

    @kept
    def mark(self) -> int:
        """A number that tells it from a model with other weights, without reading all of them."""
        config = repr(self.config).encode()
        some = (self.weights[f"transformer.{name}.weight"] for name in ("ln_f", "wpe"))
        return zlib.crc32(b"".join([config, *(weight.tobytes() for weight in some)]))

    @property
    def blueprint(self) -> Blueprint:
        """Its sizes, and what of them it learned."""
        return Blueprint(self.name, self.config, self.tied, self.biases, self.architecture)


def from_tensors(
    name: str,
    tensors: Mapping[str, np.ndarray],
    metadata: Mapping[str, str],
    notes: Notes | None = None,
    tokenizer: Tokenizer | None = None,
) -> Checkpoint:
    """Check tensors that have minGPT's names and make a checkpoint of them.

    Parameters
    ----------
    metadata : may give ``name``, ``config`` (GPTConfig as JSON), ``vocabulary`` (one letter per token) and
        ``prompt_length``.
    notes : what the file or its neighbours tell of the model; ``config`` goes before their numbers. What is told
        nowhere is inferred from the shapes.
    tokenizer : of the model, unless ``metadata`` has a vocabulary; None is one of token ids.

    Of the token embedding and the LM head one takes the other's place if it is missing (tied weights), unless they
    are told to be two. Without any bias all are zero; of the GPT-2 family only nanoGPT's may do without, and its GELU
    is the exact one. Raises ModelError.
    """
    notes = notes or Notes()
    names = [key for key in tensors if not LEFT_OUT.fullmatch(key)]
    check_names(names)
    found = _tied({key: tensors[key] for key in names}, notes.tied)
    biases = _has_biases(names, notes.bias)
    config = parse_config(metadata["config"]) if "config" in metadata else infer_config(found, notes)
    if config.n_layer > len(found):
        raise ModelError(f"{config} asks for {config.n_layer} layers, but there are only {len(found)} tensors.")
    architecture = gpt2(notes.gelu or ("tanh" if biases else "exact"))
    expected = weight_shapes(config, architecture)
    _check(found, {key: shape for key, shape in expected.items() if biases or not key.endswith(".bias")}, config)
    if not biases:
        if notes.bias is None and notes.untold.get("bias"):
            raise ModelError('It has no biases, but a GPT-2 of transformers has. If it does without: "bias": false.')
        found |= {key: np.zeros(shape, np.float32) for key, shape in expected.items() if key.endswith(".bias")}
    return Checkpoint(
        name=" ".join(metadata.get("name", name).split())[:MAX_NAME],
        config=config,
        weights={key: found[key] for key in expected},
        tokenizer=_tokenizer(metadata, tokenizer, config),
        prompt_length=_prompt_length(metadata, config),
        architecture=architecture,
        biases=biases,
    )


def _tied(found: dict[str, np.ndarray], tied: bool | None) -> dict[str, np.ndarray]:
    """The tensors with token embedding and LM head, one and the same array if they are tied."""
    missing = [key for key in (TOKENS, HEAD) if key not in found]
    if missing and tied is False:
        raise ModelError(f"Its LM head is not tied to its token embedding, but it has no {missing[0]!r}.")
    if missing:
        found[missing[0]] = found[HEAD if missing[0] == TOKENS else TOKENS]
    elif tied is not False and np.array_equal(found[HEAD], found[TOKENS]):
        found[HEAD] = found[TOKENS]
    elif tied:
        raise ModelError(f"Its LM head is tied to its token embedding, but {HEAD!r} and {TOKENS!r} differ.")
    return found


def _has_biases(names: Collection[str], told: bool | None) -> bool:
    """Whether the file has biases; ModelError if something else is told of the model."""
    some = next((name for name in names if name.endswith(".bias")), None)
    if told is not None and told != (some is not None):
        raise ModelError(f"Its setting 'bias' is {told}, but it has {repr(some) if some else 'no bias'}.")
    return some is not None


def _check(found: Mapping[str, np.ndarray], expected: Mapping[str, tuple[int, ...]], config: GPTConfig) -> None:
    """Raise ModelError unless these are the tensors of that config, with its shapes and with finite values."""
    for key, shape in expected.items():
        if key not in found:
            raise ModelError(f"It has no {key!r}, which {config} asks for.")
        if found[key].shape != shape:
            raise ModelError(f"{key!r} has the shape {short(found[key].shape)}, but {config} asks for {shape}.")
        if not np.isfinite(found[key]).all():
            raise ModelError(f"{key!r} holds values that are not finite.")
    for key in found:
        if key not in expected:
            raise ModelError(f"{key!r} is not part of {config}, so this is a model of another kind.")


def parse_config(text: str) -> GPTConfig:
    """GPTConfig from JSON; ModelError if it is not one."""
    content = json_value(text, f"The config {short(text, 80)}")
    if not isinstance(content, dict) or set(content) != set(NUMBERS):
        raise ModelError(f"The config {short(text, 80)} must hold just {', '.join(NUMBERS)}.")
    return _config(content)


def infer_config(tensors: Mapping[str, np.ndarray], notes: Notes) -> GPTConfig:
    """GPTConfig from the numbers that are told and, for the others, from the shapes of minGPT's tensors.

    Raises ModelError if an embedding is not a matrix, if a shape is not what transformers takes of a number that is
    not told, or if the number of heads, which no shape tells, is neither told nor known from a published model that
    has all of these sizes.
    """
    numbers = notes.numbers
    for key in (TOKENS, "transformer.wpe.weight"):
        if tensors[key].ndim != 2:
            raise ModelError(f"{key!r} has the shape {short(tensors[key].shape)}, but must be a matrix.")
    found: dict[str, object] = {
        "n_layer": sum(f"transformer.h.{index}.ln_1.weight" in tensors for index in range(len(tensors))),
        "n_embd": tensors[TOKENS].shape[1],
        "block_size": tensors["transformer.wpe.weight"].shape[0],
        "vocab_size": tensors[TOKENS].shape[0],
    }
    for key, value in notes.untold.items():
        if key in NUMBERS and found.setdefault(key, value) != value:
            raise ModelError(
                f"Its config does not tell {key}, and transformers takes {value} then, but its tensors have "
                f'{short(found[key])}. Tell it: "{key}": {short(found[key])}.'
            )
    found |= {key: value for key, value in numbers.items() if key in NUMBERS and value is not None}
    if "n_head" not in found:
        known = [one for one in PUBLISHED if all(getattr(one, key) == value for key, value in found.items())]
        if not known:
            sizes = f"{short(found['n_layer'])} layers of {short(found['n_embd'])} channels"
            raise ModelError(
                f"The number of heads of a model with {sizes} is not known: "
                'give it in a config.json beside the file, as "n_head".'
            )
        found["n_head"] = known[0].n_head
    config, inner = _config(found), numbers.get(N_INNER)
    if inner not in (None, 4 * config.n_embd):
        raise ModelError(
            f"Its n_inner is {short(inner)}, but must be four times n_embd, {4 * config.n_embd}. {SUPPORTED}"
        )
    return config


def _config(numbers: Mapping[str, object]) -> GPTConfig:
    """GPTConfig of numbers that came out of a file."""
    for key in NUMBERS:
        value = numbers[key]
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < MAX_NUMBER:
            raise ModelError(f"{key} is {short(value)}, but must be a whole number from 1 to {MAX_NUMBER - 1}.")
    return GPTConfig(**{key: numbers[key] for key in NUMBERS})  # type: ignore[arg-type]


def _tokenizer(metadata: Mapping[str, str], tokenizer: Tokenizer | None, config: GPTConfig) -> Tokenizer:
    if "vocabulary" in metadata:
        tokenizer = LetterTokenizer(metadata["vocabulary"])
    return (tokenizer or IdTokenizer(config.vocab_size)).fitted(config.vocab_size)


def _prompt_length(metadata: Mapping[str, str], config: GPTConfig) -> int | None:
    text = metadata.get("prompt_length")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= config.block_size):
        raise ModelError(f"prompt_length is {short(text)}, but must be from 1 to block_size {config.block_size}.")
    return int(text)
