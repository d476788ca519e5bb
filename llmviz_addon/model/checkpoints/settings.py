"""What every key of a model's settings means, in the words of Hugging Face, nanoGPT, minGPT and llm-viz.

A key is honoured, may have only the value that we compute, or is known to change no number. Any other is
refused by its name and value: a model that computes something else than we do looks right and is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from ...errors import ModelError, choices
from ..activations import Gelu
from ..config import GPTConfig
from ..files import short
from .foreign import SUPPORTED, refuse_config

NUMBERS = tuple(field.name for field in fields(GPTConfig))
N_INNER = "n_inner"  # width of the MLP, told beside GPTConfig's numbers; we have four times n_embd

NAMES = {  # GPTConfig's numbers under all their names; n_ctx is OpenAI's and of the first transformers
    "n_layer": ("n_layer", "num_hidden_layers"),
    "n_head": ("n_head", "num_attention_heads"),
    "n_embd": ("n_embd", "hidden_size"),
    "block_size": ("block_size", "n_positions", "n_ctx", "max_position_embeddings"),
    "vocab_size": ("vocab_size",),
    N_INNER: (N_INNER,),
}
ACTIVATIONS: dict[str, Gelu] = {
    "gelu_new": "tanh",
    "gelu_pytorch_tanh": "tanh",
    "gelu_python_tanh": "tanh",
    "gelu_fast": "tanh",
    "gelu_accurate": "tanh",
    "gelu": "exact",
    "gelu_python": "exact",
}
HONOURED = {name for names in NAMES.values() for name in names} | {
    "model_type",
    "activation_function",
    "tie_word_embeddings",
    "bias",
}

# Settings that change the arithmetic, with the only value that we compute; null is that value, too.
FIXED: dict[str, object] = {
    "scale_attn_weights": True,
    "scale_attn_by_inverse_layer_idx": False,
    "add_cross_attention": False,
    "is_encoder_decoder": False,
    "layer_norm_epsilon": 1e-5,
    "pruned_heads": {},
}

# What transformers 2 to 5 write into the config of a GPT-2, and what changes no logit.
HARMLESS = frozenset(
    word
    for words in (
        "architectures auto_class name_or_path transformers_version tokenizer_class prefix problem_type",
        "finetuning_task task_specific_params id2label label2id num_labels dtype torch_dtype use_bfloat16 torchscript",
        "xla_device attn_implementation reorder_and_upcast_attn use_cache gradient_checkpointing",
        "chunk_size_feed_forward is_decoder tie_encoder_decoder cross_attention_hidden_size tf_legacy_loss",
        "initializer_range attn_pdrop embd_pdrop resid_pdrop dropout",
        "summary_type summary_use_proj summary_activation summary_proj_to_labels summary_first_dropout",
        "predict_special_tokens output_attentions output_hidden_states output_past output_scores return_dict",
        "return_dict_in_generate bos_token_id eos_token_id pad_token_id sep_token_id decoder_start_token_id",
        "max_length min_length max_new_tokens do_sample early_stopping num_beams num_beam_groups diversity_penalty",
        "temperature top_k top_p typical_p repetition_penalty length_penalty no_repeat_ngram_size",
        "encoder_no_repeat_ngram_size bad_words_ids num_return_sequences forced_bos_token_id forced_eos_token_id",
        "remove_invalid_values exponential_decay_length_penalty suppress_tokens begin_suppress_tokens",
    )
    for word in words.split()
)

# What transformers' GPT2Config takes where a config.json of a GPT-2 does not tell it.
UNTOLD = {"n_layer": 12, "n_head": 12, "n_embd": 768, "block_size": 1024, "vocab_size": 50257, "bias": True}

# A null is a value in transformers, too: none of these, or, as for scale_attn_weights, the other one than is usual.
NEVER_NULL = frozenset(name for names in NAMES.values() for name in names if name != N_INNER) | {
    "activation_function",
    "tie_word_embeddings",
    "scale_attn_weights",
    "layer_norm_epsilon",
}

PRESETS = {  # minGPT's names of sizes: n_layer, n_head, n_embd
    "openai-gpt": (12, 12, 768),
    "gpt2": (12, 12, 768),
    "gpt2-medium": (24, 16, 1024),
    "gpt2-large": (36, 20, 1280),
    "gpt2-xl": (48, 25, 1600),
    "gopher-44m": (8, 16, 512),
    "gpt-mini": (6, 6, 192),
    "gpt-micro": (4, 4, 128),
    "gpt-nano": (3, 3, 48),
}


@dataclass(frozen=True)
class Notes:
    """What is told beside the tensors; None where nothing is.

    ``numbers`` are GPTConfig's, and ``n_inner``; ``gelu`` is the form of GELU, ``tied`` whether the LM head is the
    token embedding, ``bias`` whether the model has biases. ``untold`` is what the model has by its kind, of numbers
    and ``bias``, as nothing tells them.
    """

    numbers: Mapping[str, object] = field(default_factory=dict)
    gelu: Gelu | None = None
    tied: bool | None = None
    bias: bool | None = None
    untold: Mapping[str, object] = field(default_factory=dict)


def config_json(config: Mapping[str, Any]) -> Notes:
    """Read a config.json of Hugging Face, of minGPT (``model``), or with keys of either but no type.

    Raises ModelError for a model of another kind, or a setting that we do not know or compute.
    """
    kind = config.get("model_type")
    if kind is None and isinstance(config.get("model"), dict):  # minGPT writes its whole settings
        return min_gpt(config["model"])
    for key in config:
        if config[key] is None and key in NEVER_NULL:
            raise ModelError(f"Its {key} is null, which is not the same as not to tell it. Take it out, or tell it.")
    if kind is None:
        return _read(config)
    if kind != "gpt2":
        raise refuse_config(config)
    # What a GPT-2's config does not tell is as in transformers' GPT2Config.
    told = _read(config)
    tied = True if told.tied is None else told.tied
    untold = {key: value for key, value in UNTOLD.items() if key not in told.numbers}
    return Notes(told.numbers, told.gelu or "tanh", tied, told.bias, untold)


def nano_gpt(model_args: Mapping[str, Any]) -> Notes:
    """Read the ``model_args`` of nanoGPT's ckpt.pt. It ties the head since before it had the setting ``bias``."""
    told = _read(model_args)
    return Notes(told.numbers, told.gelu or "exact", True if "bias" in model_args else told.tied, told.bias)


def min_gpt(config: Mapping[str, Any]) -> Notes:
    """Read the settings of minGPT's model, as llm-viz has them too. Its ``model_type`` names a size."""
    told, kind = _read(config), config.get("model_type")
    sizes: Mapping[str, object] = {}
    if kind is not None:
        if not isinstance(kind, str) or kind not in PRESETS:
            raise ModelError(f"Its model_type is {short(kind)}, which is no size of minGPT's. {choices(PRESETS)}")
        sizes = dict(zip(("n_layer", "n_head", "n_embd"), PRESETS[kind], strict=True))
    for name, value in sizes.items():
        if told.numbers.get(name, value) != value:
            raise ModelError(f"Its {name} is {short(told.numbers[name])}, but its model_type {kind!r} has {value}.")
    return Notes(dict(sizes) | dict(told.numbers), told.gelu or "tanh", bool(told.tied), told.bias)


def _read(config: Mapping[str, Any]) -> Notes:
    """The meaning of keys that all dialects share; ModelError for a value or a key that we cannot honour."""
    told = {key: value for key, value in config.items() if value is not None}
    for key, value in told.items():
        if key in FIXED:
            if not _same(value, FIXED[key]):
                raise ModelError(f"Its {key} is {short(value)}, but must be {FIXED[key]}. {SUPPORTED}")
        elif key not in HONOURED and key not in HARMLESS and not str(key).startswith("_"):
            raise ModelError(
                f"Its setting {short(key)} is {short(value)}, which is not known here and may change what the model "
                f"computes. If it does not, take it out. {SUPPORTED}"
            )
    return Notes(_numbers(told), _gelu(told), _flag(told, "tie_word_embeddings"), _flag(told, "bias"))


def _same(value: object, fixed: object) -> bool:
    if isinstance(value, float) and isinstance(fixed, float):
        return abs(value - fixed) < 1e-12  # one of them may have been a float32
    return value == fixed


def _numbers(told: Mapping[str, Any]) -> dict[str, object]:
    numbers: dict[str, object] = {}
    for ours, theirs in NAMES.items():
        names = [name for name in theirs if name in told]
        for name in names[1:]:
            if type(told[name]) is not int or told[name] != told[names[0]]:
                raise ModelError(
                    f"Its {names[0]} is {short(told[names[0]])} and its {name} {short(told[name])}, "
                    "but both mean the same."
                )
        if names:
            numbers[ours] = told[names[0]]
    return numbers


def _gelu(told: Mapping[str, Any]) -> Gelu | None:
    activation = told.get("activation_function")
    if activation is None:
        return None
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        raise ModelError(
            f"Its activation function is {short(activation)}, but only {', '.join(ACTIVATIONS)} are known."
        )
    return ACTIVATIONS[activation]


def _flag(told: Mapping[str, Any], key: str) -> bool | None:
    value = told.get(key)
    if value is not None and not isinstance(value, bool):
        raise ModelError(f"Its {key} is {short(value)}, but must be true or false.")
    return value
