"""The random checkpoints of :mod:`differential`: a model, a way to save it, and what was changed of what was saved."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import torch
import transformers
from make_checkpoints import randomise
from safetensors.torch import load_file, save_file, save_model
from torch import Tensor
from transformers import GPT2Config, GPT2LMHeadModel
from transformers.activations import ACT2FN

State = dict[str, Tensor]
Config = dict[str, Any]

HEADS = ("DoubleHeadsModel", "Model", "ForSequenceClassification", "ForTokenClassification", "ForQuestionAnswering")
DTYPES = (torch.float16, torch.bfloat16, torch.float64)
MATRICES = ("c_attn.weight", "c_proj.weight", "c_fc.weight")
NUMBERS = ("n_layer", "n_head", "n_embd", "n_positions", "vocab_size")
ALIASES = {
    "n_layer": "num_hidden_layers",
    "n_head": "num_attention_heads",
    "n_embd": "hidden_size",
    "n_positions": "max_position_embeddings",
}
SETTINGS: dict[str, tuple[object, ...]] = {  # what is told of few models
    "n_inner": (16, 24),
    "activation_function": tuple(ACT2FN),
    "layer_norm_epsilon": (1e-6, 1e-12, 1e-3),
    "scale_attn_weights": (False,),
    "scale_attn_by_inverse_layer_idx": (True,),
    "reorder_and_upcast_attn": (True,),
    "add_cross_attention": (True,),
    "is_decoder": (True,),
    "dtype": ("float16", "bfloat16"),
    "use_cache": (False,),
    "resid_pdrop": (0.5,),
}
EXTRAS: dict[str, tuple[object, ...]] = {  # keys that GPT2Config does not have, or that are of no GPT-2
    "n_ctx": (5, 1024),
    "is_causal": (False,),
    "torch_dtype": ("float16",),
    "hidden_act": ("relu",),
    "layer_norm_eps": (1e-3,),
    "pruned_heads": ({"0": [0]}, {}),
    "per_layer_config": ({"0": {"layer_norm_epsilon": 0.1}},),
    "_attn_implementation": ("eager",),
    "chunk_size_feed_forward": (1,),
    "sliding_window": (1,),
    "is_encoder_decoder": (True,),
    "transformers_weights": ("model.safetensors",),
    "num_labels": (3,),
    "output_attentions": (True,),
    "return_dict": (False,),
    "bias": (True, False),
    "model": ({"n_layer": 1, "n_head": 1},),
    "model_type": (None, "gpt_neo", "openai-gpt", "gpt", "GPT2", "gpt_bigcode"),
    "architectures": (None, [], ["GPT2Model"], ["LlamaForCausalLM"]),
}
ODD = (None, True, False, 0, 1, 2, 2.0, -1, "2", "gelu", [2], {}, 1e-5)
PREFIXES = ("module.", "_orig_mod.", "model.", "transformer.", "base_model.model.")
STRAYS = ("score.weight", "position_ids", "transformer.h.0.attn.rotary.inv_freq", "lm_head.bias", "v_head.weight")
VIEWS: tuple[Callable[[Tensor], Tensor], ...] = (
    lambda values: values.T.contiguous().T if values.ndim == 2 else values,
    lambda values: torch.cat([values.flatten(), values.flatten()])[values.numel() :].view(values.shape),
    lambda values: torch.stack([values, values], -1)[..., 1],
    # the last has the bit that says negative
    lambda values: torch.view_as_complex(torch.stack([-values.float()] * 2, -1)).conj().imag,
)


def random_model(pick: Random) -> tuple[GPT2LMHeadModel, list[str]]:
    """A random GPT-2, with what it was made of."""
    n_head = pick.randint(1, 4)
    sizes = (pick.choice((1, 1, 2, 3, 11)), n_head, n_head * pick.choice((2, 4, 6)), pick.randint(4, 9), 7)
    told: Config = dict(zip(NUMBERS, sizes, strict=True)) | {"tie_word_embeddings": pick.random() < 0.7}
    if pick.random() < 0.3:
        told |= {"n_inner": 4 * told["n_embd"]}
    told |= {
        name: pick.choice(SETTINGS[name]) for name in pick.sample(sorted(SETTINGS), pick.choice((0, 0, 0, 1, 1, 2)))
    }
    made = GPT2LMHeadModel(GPT2Config(**told, bos_token_id=0, eos_token_id=0))
    randomise(made)
    return made, [f"{name}={value}" for name, value in told.items()]


def save(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str:
    """By transformers itself: the model, its inner one, one with another head, at once or in shards, rounded or not."""
    whole, size = pick.random() < 0.6, pick.choice(("1GB", "1GB", "1KB"))
    if whole and pick.random() < 0.2:
        dtype = pick.choice(DTYPES)
        made.to(dtype).save_pretrained(folder, max_shard_size=size)
        made.float()
        return str(dtype)
    if whole or pick.random() < 0.4:
        (made if whole else made.transformer).save_pretrained(folder, max_shard_size=size)
        return f"{'whole' if whole else 'inner'} {size}"
    name = pick.choice(HEADS)
    other = getattr(transformers, f"GPT2{name}")(made.config)
    (other if name == "Model" else other.transformer).load_state_dict(made.transformer.state_dict())
    if name == "DoubleHeadsModel":
        other.lm_head.load_state_dict(made.lm_head.state_dict())
    other.save_pretrained(folder, max_shard_size=size)
    return name


def save_anew(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str:
    """The tensors of a folder, perhaps changed, in another way."""
    files = sorted(folder.glob("*.safetensors"))
    state = {name: values for file in files for name, values in load_file(file).items()}
    change = pick.choice(STATE_CHANGES)
    said = f"{change.__name__} {change(pick, state, made) or ''} "
    for file in [*files, *folder.glob("*.index.json")]:
        file.unlink()
    match pick.choice(("safetensors", "save_model", "bin", "parameters", "views", "nested", "shards", "shards", "two")):
        case "save_model" if change is nothing:
            save_model(made, str(folder / "model.safetensors"))
            return "save_model"
        case "bin":
            torch.save(state, folder / "pytorch_model.bin")
        case "parameters" if change is nothing:
            torch.save(dict(made.named_parameters()), folder / "pytorch_model.bin")
        case "views":
            views = VIEWS[: pick.choice((3, 3, 4))]
            viewed = {name: pick.choice(views)(values) for name, values in state.items()}
            torch.save(viewed, folder / "pytorch_model.bin")
            said += f"{len(views)} views"
        case "nested":
            file = folder / pick.choice(("pytorch_model.bin", "ckpt.pt", "model.pt"))
            torch.save({pick.choice(("model", "state_dict")): state, "epoch": 3}, file)
            said += f"nested in {file.name}"
        case "shards":
            said += shards(pick, folder, state)
        case other:
            save_file({name: values.clone() for name, values in state.items()}, folder / "model.safetensors")
            if other == "two":  # another model, which is not read
                torch.save({name: values.float() + 1 for name, values in state.items()}, folder / "pytorch_model.bin")
    return said


def shards(pick: Random, folder: Path, state: State) -> str:
    """In two files, whose index may leave out a tensor, or of whose tensors one may be in both."""
    names = sorted(state)
    places = {name: f"pytorch_model-0000{pick.randint(1, 2)}-of-00002.bin" for name in names}
    parts = {file: {name: state[name] for name in names if places[name] == file} for file in places.values()}
    odd = pick.choice(names)
    what = pick.choice(("shards", "unlisted", "twice"))
    if what == "unlisted":
        del places[odd]
    elif what == "twice":
        parts[max(parts)][odd] = state[odd].float() + (places[odd] != max(parts))
    for file, part in parts.items():
        torch.save(part, folder / file)
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps({"metadata": {}, "weight_map": places}))
    return f"{what} {odd}"


def nothing(pick: Random, state: State, made: GPT2LMHeadModel) -> None:
    """As it is."""


def drop(pick: Random, state: State, made: GPT2LMHeadModel) -> str:
    """One tensor, all biases, or the last layer."""
    part = pick.choice((pick.choice(sorted(state)), ".bias", f"h.{made.config.n_layer - 1}."))
    for name in [name for name in state if part in name]:
        del state[name]
    return part


def add(pick: Random, state: State, made: GPT2LMHeadModel) -> str:
    """The buffers of old times, another layer, a stray tensor, a second name, another head."""
    first = pick.choice(sorted(state))
    bare = "" if any(name.startswith(("h.", "w")) for name in state) else "transformer."
    new = f"h.{made.config.n_layer}."
    mask = torch.ones(1, 1, made.config.n_positions, made.config.n_positions, dtype=torch.uint8).tril()
    head = torch.randn(made.lm_head.weight.shape)
    kinds: tuple[State, ...] = (
        {f"{bare}h.0.attn.bias": mask, f"{bare}h.0.attn.masked_bias": torch.tensor(-1e4)},
        {f"{bare}h.0.attn.bias": mask.bool()},
        {name.replace("h.0.", new): values + 1 for name, values in state.items() if "h.0." in name},
        {pick.choice(STRAYS): torch.rand(7)},
        {first.removeprefix("transformer.") if bare else f"transformer.{first}": state[first] + 1},
        {"lm_head.weight": head},
    )
    more = pick.choice(kinds)
    if "lm_head.weight" in more and not made.config.tie_word_embeddings:
        made.lm_head.weight.data = head
    state.update(more)
    return min(more, default="")


def rename(pick: Random, state: State, made: GPT2LMHeadModel) -> str:
    """A head for the embedding, other prefixes, TensorFlow's names of norms."""
    prefix = pick.choice(PREFIXES)
    kinds: dict[str, Callable[[str], str]] = {
        "head": lambda name: "lm_head.weight" if name.endswith("wte.weight") else name,
        "bare": lambda name: name.removeprefix("transformer."),
        "half": lambda name: name.removeprefix("transformer.") if pick.random() < 0.5 else name,
        prefix: lambda name: prefix + name,
        "norms": lambda name: name.replace("ln_1.weight", "ln_1.gamma").replace("ln_1.bias", "ln_1.beta"),
    }
    kind = pick.choice(sorted(kinds))
    old = dict(state)
    state.clear()
    state.update({kinds[kind](name): values for name, values in old.items()})
    return kind


def convert(pick: Random, state: State, made: GPT2LMHeadModel) -> str:
    """Matrices as nn.Linear has them, in all layers or in the first; one tensor of another dtype."""
    which = pick.choice(("h.", "h.0.", *state))
    if which in state:
        dtype = pick.choice((*DTYPES, torch.int64, torch.float8_e4m3fn))
        state[which] = state[which].to(dtype)
        for name, values in made.state_dict().items():
            if name.removeprefix("transformer.") == which.removeprefix("transformer."):
                values.copy_(state[which])  # what was rounded is what is right
        return f"{which} {dtype}"
    for name in [name for name in state if name.endswith(MATRICES) and which in name]:
        state[name] = state[name].T.contiguous()
    return which


def configure(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str:
    """One change to config.json."""
    file = folder / "config.json"
    config = json.loads(file.read_text())
    change = pick.choice(CONFIG_CHANGES)
    said = change(pick, config)
    file.write_text(json.dumps(config))
    if not config:
        file.unlink()
    return f"{change.__name__} {said}"


def no_key(pick: Random, config: Config) -> str:
    key = pick.choice([key for key in (*NUMBERS, *SETTINGS, *config, "model_type") if key in config])
    del config[key]
    return key


def odd_value(pick: Random, config: Config) -> str:
    key = pick.choice((*NUMBERS, *SETTINGS, "tie_word_embeddings"))
    config[key] = pick.choice((None, *ODD))
    return f"{key}={config[key]!r}"


def alias(pick: Random, config: Config) -> str:
    """Some numbers under their other names."""
    keys = pick.sample(sorted(ALIASES), pick.randint(1, len(ALIASES)))
    config.update({ALIASES[key]: config.pop(key) for key in keys})
    return ", ".join(keys)


def alias_beside(pick: Random, config: Config) -> str:
    """A second name of a number, first or last, with the same value or another."""
    key = pick.choice(sorted(ALIASES))
    more, old = {ALIASES[key]: pick.choice((config[key], 1, 2, None))}, dict(config)
    config.clear()
    config.update(more | old if pick.random() < 0.5 else old | more)
    return str(more)


def extra(pick: Random, config: Config) -> str:
    key = pick.choice(sorted(EXTRAS))
    config[key] = pick.choice(EXTRAS[key])
    return f"{key}={config[key]}"


def few(pick: Random, config: Config) -> str:
    """No more than is needed, or a little less."""
    kept = {"model_type", "vocab_size", *pick.sample(sorted(ALIASES), pick.choice((3, 4))), *SETTINGS}
    for key in [key for key in config if key not in kept]:
        del config[key]
    return ", ".join(key for key in config if key not in SETTINGS)


def none(pick: Random, config: Config) -> str:
    config.clear()
    return ""


STATE_CHANGES = (nothing, nothing, nothing, drop, drop, add, add, rename, convert)
CONFIG_CHANGES = (no_key, no_key, odd_value, odd_value, alias, alias_beside, extra, extra, few, none)
