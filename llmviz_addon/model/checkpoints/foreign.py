"""What a checkpoint looks like that is not a GPT-2: told from the names of its tensors, or from its config.

This only makes messages. A wrong guess here costs a less helpful sentence, never a wrong picture.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from ...errors import ModelError
from ..architecture import weight_shapes
from ..config import GPTConfig
from ..files import short

SUPPORTED = "Supported is the GPT-2 family: models of GPT-2, nanoGPT and minGPT."

OF_ONE_LAYER = frozenset(weight_shapes(GPTConfig(1, 1, 1, 1, 1)))  # all names that a GPT-2 of one layer has
LAYER = re.compile(r"(?<=^transformer\.h\.)(0|[1-9]\d{0,5})(?=\.)")
# Buffers, not weights: the causal masks; and what GPT2DoubleHeadsModel has beside its LM head.
LEFT_OUT = re.compile(r"transformer\.h\.\d+\.attn\.(bias|masked_bias)|multiple_choice_head\..+")

BY_NAME = (  # the first that is found in any name is told
    (r"lora_[AB]", "a LoRA adapter, which is not a whole model"),
    (r"qweight|qzeros|weight_scale|absmax|\.SCB$", "a quantised model"),
    (r"experts?\.|block_sparse_moe", "a mixture of experts"),
    (r"^gpt_neox\.", "GPT-NeoX or Pythia, with rotary embeddings"),
    (r"\.attn\.attention\.[qkv]_proj", "GPT-Neo, with local attention"),
    (r"^transformer\.h\.\d+\.attn\.[qkv]_proj", "GPT-J, with rotary embeddings"),
    (r"decoder\.layers\.\d+\.self_attn", "OPT or a translation model of its kind"),
    (r"\.self_attn\.[qkv]_proj|\.self_attn\.qkv_proj", "Llama or one of its kin, with rotary embeddings and RMSNorm"),
    (r"rotary|inv_freq", "a model with rotary embeddings"),
    (r"query_key_value", "BLOOM, Falcon or one of their kin, with ALiBi or rotary embeddings"),
    (r"^(encoder|decoder)\.block\.", "T5, with an encoder and relative positions"),
    (r"embeddings\.word_embeddings|^(bert|roberta|distilbert)\.", "BERT or one of its kin, which reads both ways"),
    (r"crossattention|ln_cross_attn", "GPT-2 with cross-attention"),
    (r"^(tokens|positions)_embed\.", "OpenAI's first GPT, whose norms come after the layers"),
    (
        r"^(tok_emb\.weight|pos_emb|blocks\.\d+\.attn\.key\.weight)$",
        "minGPT of before 2022, whose layers had other names",
    ),
    (r"rms_?norm", "a model with RMSNorm"),
    (r"running_mean|conv\d*\.weight", "a convolutional network"),
)

BY_CONFIG = (  # key in a config.json, and what it tells if it is there and not 0, false or null
    ("rms_norm_eps", "RMSNorm"),
    ("rope_theta", "rotary embeddings"),
    ("rope_parameters", "rotary embeddings"),
    ("rotary_dim", "rotary embeddings"),
    ("rotary_pct", "rotary embeddings"),
    ("alibi", "ALiBi"),
    ("num_local_experts", "a mixture of experts"),
    ("num_experts", "a mixture of experts"),
    ("multi_query", "multi-query attention"),
    ("is_encoder_decoder", "an encoder"),
    ("quantization_config", "quantised weights"),
)


def check_names(names: Collection[str]) -> None:
    """Raise ModelError if a tensor of this name cannot be in a GPT-2, or if an embedding is missing.

    ``names`` are minGPT's, without those in ``LEFT_OUT``.
    """
    alien = [name for name in names if LAYER.sub("0", name) not in OF_ONE_LAYER]
    looks = _looks(names)
    if alien and looks:
        raise ModelError(f"It looks like {looks} ({_some(alien)}). {SUPPORTED}")
    if not {"transformer.wte.weight", "lm_head.weight"} & set(names):
        raise ModelError(f"It is not a GPT: it has no 'transformer.wte.weight', but {_some(names)}. {SUPPORTED}")
    if "transformer.wpe.weight" not in names:
        raise ModelError(f"It has no learned position embedding, so perhaps rotary embeddings or ALiBi. {SUPPORTED}")
    if alien:
        raise ModelError(
            f"It has parts that no GPT-2 has ({_some(alien)}), so it is a model of another kind. {SUPPORTED}"
        )
    biases = {name for name in names if name.endswith(".bias")}
    if biases and not any(".ln_" in name for name in biases):
        raise ModelError(f"Its norms have no biases, so perhaps it has RMSNorm. {SUPPORTED}")


def refuse_config(config: Mapping[str, Any]) -> ModelError:
    """The error for a ``config.json`` of a model of another kind."""
    told = dict.fromkeys(text for key, text in BY_CONFIG if config.get(key))
    features = f" (with {', '.join(told)})" if told else ""
    return ModelError(f"It is a model of the type {short(config.get('model_type'))}{features}. {SUPPORTED}")


def _looks(names: Collection[str]) -> str:
    for pattern, text in BY_NAME:
        if any(re.search(pattern, name) for name in names):
            return text
    return ""


def _some(names: Collection[str]) -> str:
    """The first names of a checkpoint, for a message."""
    first = [short(name) for name in sorted(names)[:3]]
    return "has " + ", ".join(first) + (" …" if len(names) > 3 else "") if first else "no tensor at all"
