"""The random checkpoints of :mod:`differential`: models, ways to save them, and changes to what was saved.

A change says what it did where its name does not.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import torch
from make_checkpoints import randomise
from safetensors.torch import load_file, save_file, save_model
from torch import Tensor
from transformers import (
    GPT2Config,
    GPT2DoubleHeadsModel,
    GPT2ForQuestionAnswering,
    GPT2ForSequenceClassification,
    GPT2ForTokenClassification,
    GPT2LMHeadModel,
    GPT2Model,
)
from transformers.activations import ACT2FN

Change = Callable[[Random, Path, GPT2LMHeadModel], str | None]
FILES = ("model.safetensors", "pytorch_model.bin")
MATRICES = ("c_attn.weight", "c_proj.weight", "c_fc.weight")
DTYPES = (torch.float16, torch.bfloat16, torch.float64)
ALIASES = {
    "n_layer": "num_hidden_layers",
    "n_head": "num_attention_heads",
    "n_embd": "hidden_size",
    "n_positions": "max_position_embeddings",
}
OTHERS = {  # what is told of few models
    "n_inner": (16, 24),
    "activation_function": tuple(ACT2FN),
    "layer_norm_epsilon": (1e-6, 1e-12, 1e-4, 1e-3),
    "scale_attn_weights": (False,),
    "scale_attn_by_inverse_layer_idx": (True,),
    "reorder_and_upcast_attn": (True,),
    "tie_word_embeddings": (False,),
    "add_cross_attention": (True,),
    "is_decoder": (True,),
    "dtype": ("float16", "bfloat16"),
    "use_cache": (False,),
    "resid_pdrop": (0.5,),
}
EXTRAS = {  # keys that may stand in a config.json and that GPT2Config does not have
    "n_ctx": (5, 1024),
    "is_causal": (False,),
    "torch_dtype": ("float16",),
    "hidden_act": ("relu",),
    "layer_norm_eps": (1e-3,),
    "pruned_heads": ({"0": [0]}, {}),
    "per_layer_config": ({"0": {"layer_norm_epsilon": 0.1}},),
    "attn_implementation": ("eager",),
    "_attn_implementation": ("eager",),
    "chunk_size_feed_forward": (1,),
    "sliding_window": (1,),
    "is_encoder_decoder": (True,),
    "transformers_weights": ("model.safetensors",),
    "num_labels": (3,),
    "output_attentions": (True,),
    "return_dict": (False,),
    "bias": (True, False),
    "fusion_config": ({},),
}
ODD = (None, True, False, 0, 1, 2, 2.0, -1, "2", "gelu", [2], {}, 1e-5, "1e-5")


def random_model(pick: Random) -> tuple[GPT2LMHeadModel, list[str]]:
    """A random GPT-2, with the settings that are not the usual ones."""
    n_head = pick.randint(1, 4)
    shape: dict[str, Any] = {
        "n_layer": pick.choice((1, 1, 2, 3, 11)),
        "n_head": n_head,
        "n_embd": n_head * pick.choice((2, 4, 6)),
        "n_positions": pick.randint(4, 9),
        "vocab_size": pick.randint(5, 11),
    }
    if pick.random() < 0.3:
        shape |= {"n_inner": 4 * shape["n_embd"]}
    names = pick.sample(sorted(OTHERS), pick.choice((0, 0, 1, 1, 2)))
    others = {name: pick.choice(OTHERS[name]) for name in names} | {"tie_word_embeddings": pick.random() < 0.7}
    ends = dict.fromkeys(("bos_token_id", "eos_token_id"), 0)
    made = GPT2LMHeadModel(GPT2Config(**shape | others | ends))
    randomise(made)
    return made, [f"{name}={value}" for name, value in (shape | others).items()]


# ----- ways to save


def whole(pick: Random, folder: Path, made: GPT2LMHeadModel) -> None:
    made.save_pretrained(folder)


def sharded(pick: Random, folder: Path, made: GPT2LMHeadModel) -> None:
    made.save_pretrained(folder, max_shard_size=pick.choice(("1KB", "2KB")))


def transformer(pick: Random, folder: Path, made: GPT2LMHeadModel) -> None:
    made.transformer.save_pretrained(folder)


def transformer_sharded(pick: Random, folder: Path, made: GPT2LMHeadModel) -> None:
    made.transformer.save_pretrained(folder, max_shard_size="1KB")


def another_head(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str:
    heads = (
        GPT2Model,
        GPT2DoubleHeadsModel,
        GPT2ForSequenceClassification,
        GPT2ForTokenClassification,
        GPT2ForQuestionAnswering,
    )
    kind = pick.choice(heads)
    other = kind(made.config)
    (other if kind is GPT2Model else other.transformer).load_state_dict(made.transformer.state_dict())
    if kind is GPT2DoubleHeadsModel:
        other.lm_head.load_state_dict(made.lm_head.state_dict())
    other.save_pretrained(folder)
    return kind.__name__


def of_dtype(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str:
    dtype = pick.choice(DTYPES)
    with torch.no_grad():
        for values in made.parameters():
            values.copy_(values.to(dtype))  # so that what was saved is what it computes
    made.to(dtype).save_pretrained(folder)
    made.float()
    return str(dtype)


def state_of(made: GPT2LMHeadModel) -> dict[str, Tensor]:
    return dict(made.state_dict())


def write(folder: Path, made: GPT2LMHeadModel, saved: object, file: str = "pytorch_model.bin") -> None:
    made.config.save_pretrained(folder)
    torch.save(saved, folder / file)


def torch_bin(pick: Random, folder: Path, made: GPT2LMHeadModel) -> None:
    write(folder, made, state_of(made))


def torch_parameters(pick: Random, folder: Path, made: GPT2LMHeadModel) -> None:
    write(folder, made, dict(made.named_parameters()))


def torch_bare(pick: Random, folder: Path, made: GPT2LMHeadModel) -> None:
    write(folder, made, made.transformer.state_dict())


def torch_views(pick: Random, folder: Path, made: GPT2LMHeadModel) -> None:
    """Transposed, cut out of a larger storage, with steps, and seldom with the bit that says negative."""
    kinds: tuple[Callable[[Tensor], Tensor], ...] = (
        lambda v: v.T.contiguous().T if v.ndim == 2 else v,
        lambda v: torch.cat([v.flatten(), v.flatten()])[v.numel() :].view(v.shape),
        lambda v: torch.stack([v, v], -1)[..., 1],
        lambda v: torch.complex(torch.zeros_like(v), -v).conj().imag,
    )
    kinds = kinds[: pick.choice((3, 3, 3, 4))]
    write(folder, made, {name: pick.choice(kinds)(values) for name, values in state_of(made).items()})


def torch_nested(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str:
    key, file = pick.choice(("model", "state_dict")), pick.choice(("pytorch_model.bin", "ckpt.pt", "model.pt"))
    write(folder, made, {key: state_of(made), "epoch": 3}, file)
    return f"{key} in {file}"


def torch_sharded(pick: Random, folder: Path, made: GPT2LMHeadModel) -> None:
    state = state_of(made)
    places = {name: f"pytorch_model-0000{pick.randint(1, 2)}-of-00002.bin" for name in state}
    for file in set(places.values()):
        torch.save({name: state[name] for name in state if places[name] == file}, folder / file)
    made.config.save_pretrained(folder)
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps({"metadata": {}, "weight_map": places}))


def all_names(pick: Random, folder: Path, made: GPT2LMHeadModel) -> None:
    """Both names of a tied matrix, each with its numbers."""
    made.config.save_pretrained(folder)
    save_file({name: values.clone() for name, values in state_of(made).items()}, folder / "model.safetensors")


def by_save_model(pick: Random, folder: Path, made: GPT2LMHeadModel) -> None:
    made.config.save_pretrained(folder)
    save_model(made, str(folder / "model.safetensors"))


SAVES: tuple[Change, ...] = (
    whole,
    whole,
    sharded,
    transformer,
    transformer_sharded,
    another_head,
    of_dtype,
    torch_bin,
    torch_parameters,
    torch_bare,
    torch_views,
    torch_nested,
    torch_sharded,
    all_names,
    by_save_model,
)


# ----- changes to tensors


def edit(folder: Path, change: Callable[[dict[str, Tensor]], str | None]) -> str | None:
    """Change the tensors of one file of a folder, a shard where there are several."""
    file = sorted([*folder.glob("*.safetensors"), *folder.glob("*.bin"), *folder.glob("*.pt")])[0]
    safe = file.suffix == ".safetensors"
    state = load_file(file) if safe else torch.load(file)
    state = state.get("model", state.get("state_dict", state))
    said = change(state)
    if safe:
        save_file({name: values.contiguous() for name, values in state.items()}, file, {"format": "pt"})
    else:
        torch.save(state, file)
    return f"{file.name}: {said}"


def rename(folder: Path, new: Callable[[str], str]) -> str | None:
    def change(state: dict[str, Tensor]) -> str:
        old = dict(state)
        state.clear()
        state.update({new(name): values for name, values in old.items()})
        return "…"

    return edit(folder, change)


def drop_tensor(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str | None:
    def change(state: dict[str, Tensor]) -> str:
        name = pick.choice(sorted(state))
        del state[name]
        return name

    return edit(folder, change)


def drop_biases(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str | None:
    def change(state: dict[str, Tensor]) -> str:
        for name in [name for name in state if name.endswith(".bias")]:
            del state[name]
        return "…"

    return edit(folder, change)


def drop_last_layer(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str | None:
    def change(state: dict[str, Tensor]) -> str:
        for name in [name for name in state if f"h.{made.config.n_layer - 1}." in name]:
            del state[name]
        return "…"

    return edit(folder, change)


def another_layer(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str | None:
    def change(state: dict[str, Tensor]) -> str:
        layer = f"h.{made.config.n_layer}."
        state.update({k.replace("h.0.", layer): v.clone() + 1 for k, v in state.items() if "h.0." in k})
        return layer

    return edit(folder, change)


def buffers(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str | None:
    def change(state: dict[str, Tensor]) -> str:
        bare = "" if any(name.startswith(("h.", "w")) for name in state) else "transformer."
        size = made.config.n_positions
        for layer in range(made.config.n_layer):
            mask = torch.ones(1, 1, size, size, dtype=pick.choice((torch.uint8, torch.bool, torch.float32)))
            state[f"{bare}h.{layer}.attn.bias"] = mask.tril()
            state[f"{bare}h.{layer}.attn.masked_bias"] = torch.tensor(-1e4)
        return bare

    return edit(folder, change)


def stray_tensor(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str | None:
    names = ("score.weight", "position_ids", "transformer.h.0.attn.rotary.inv_freq", "lm_head.bias", "value.weight")

    def change(state: dict[str, Tensor]) -> str:
        name = pick.choice(names)
        state[name] = torch.rand(made.config.vocab_size)
        return name

    return edit(folder, change)


def stale_head(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str | None:
    """A head that is not the embedding, which is right where they are not tied."""

    def change(state: dict[str, Tensor]) -> str:
        state["lm_head.weight"] = torch.randn(made.lm_head.weight.shape)
        if not made.config.tie_word_embeddings:
            made.lm_head.weight.data = state["lm_head.weight"]
        return "…"

    return edit(folder, change)


def second_name(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str | None:
    """A tensor once more under the name without, or with, its prefix."""

    def change(state: dict[str, Tensor]) -> str:
        name = pick.choice(sorted(state))
        other = name.removeprefix("transformer.") if name.startswith("transformer.") else f"transformer.{name}"
        state[other] = state[name] + 1
        return other

    return edit(folder, change)


def head_for_embedding(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str | None:
    return rename(folder, lambda name: "lm_head.weight" if name.endswith("wte.weight") else name)


def without_prefix(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str | None:
    return rename(folder, lambda name: name.removeprefix("transformer."))


def half_without_prefix(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str | None:
    return rename(folder, lambda name: name.removeprefix("transformer.") if pick.random() < 0.5 else name)


def another_prefix(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str | None:
    prefix = pick.choice(("module.", "_orig_mod.", "model.", "transformer.", "base_model.model."))
    return f"{prefix} {rename(folder, lambda name: prefix + name)}"


def gamma_and_beta(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str | None:
    """As TensorFlow has them; transformers knows the names of other models' norms only."""
    old = {"ln_1.weight": "ln_1.gamma", "ln_2.bias": "ln_2.beta", "ln_f.weight": "ln_f.gamma"}
    return rename(folder, lambda name: next((name.replace(k, v) for k, v in old.items() if k in name), name))


def turned(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str | None:
    """Matrices as nn.Linear has them, of all layers or of the first."""
    which = pick.choice(("h.", "h.0."))

    def change(state: dict[str, Tensor]) -> str:
        for name in [name for name in state if name.endswith(MATRICES) and which in name]:
            state[name] = state[name].T.contiguous()
        return which

    return edit(folder, change)


def other_dtype(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str | None:
    """One tensor of another dtype, of numbers that it holds."""
    dtype = pick.choice((*DTYPES, torch.int64, torch.float8_e4m3fn))

    def change(state: dict[str, Tensor]) -> str:
        name = pick.choice(sorted(state))
        state[name] = state[name].round().to(dtype)
        return f"{name} {dtype}"

    return edit(folder, change)


def unlike_index(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str | None:
    """A tensor that the index leaves out, or that lies in a second shard with other numbers."""
    found = list(folder.glob("*.index.json"))
    if not found:
        return "no index"
    index = json.loads(found[0].read_text())
    names = sorted(index["weight_map"])
    name = pick.choice(names)
    if pick.random() < 0.5:
        del index["weight_map"][name]
        found[0].write_text(json.dumps(index))
        return f"without {name}"

    def change(state: dict[str, Tensor]) -> str:
        like = made.state_dict()
        state[name] = like[name if name in like else f"transformer.{name}"].clone() + 1
        return f"twice {name}"

    return edit(folder, change)


def older_file(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str | None:
    """Another model in another file of the folder."""
    file = folder / pick.choice(FILES)
    if file.exists():
        return "none"
    state = {name: values.clone() + 1 for name, values in made.state_dict().items()}
    if file.suffix == ".bin":
        torch.save(state, file)
    else:
        save_file(state, file, {"format": "pt"})
    for name, values in made.named_parameters():  # the newer one is right where it is read
        values.data += float(file.suffix == ".safetensors") * (name != "")
    return file.name


TENSOR_CHANGES: tuple[Change, ...] = (
    drop_tensor,
    drop_tensor,
    drop_biases,
    drop_last_layer,
    another_layer,
    buffers,
    buffers,
    stray_tensor,
    stale_head,
    second_name,
    head_for_embedding,
    without_prefix,
    half_without_prefix,
    another_prefix,
    gamma_and_beta,
    turned,
    other_dtype,
    unlike_index,
    unlike_index,
    older_file,
)


# ----- changes to config.json


def configure(folder: Path, change: Callable[[dict[str, Any]], str]) -> str:
    file = folder / "config.json"
    config = json.loads(file.read_text())
    said = change(config)
    file.write_text(json.dumps(config))
    return said


def drop_key(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str:
    def change(config: dict[str, Any]) -> str:
        key = pick.choice([*(key for key in config if key in COUNTED), *config])
        del config[key]
        return key

    return configure(folder, change)


def odd_value(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str:
    def change(config: dict[str, Any]) -> str:
        key = pick.choice(COUNTED)
        config[key] = pick.choice((None, *ODD))
        return f"{key}={config[key]!r}"

    return configure(folder, change)


def use_alias(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str:
    def change(config: dict[str, Any]) -> str:
        keys = pick.sample(sorted(ALIASES), pick.randint(1, len(ALIASES)))
        for key in keys:
            config[ALIASES[key]] = config.pop(key)
        return ", ".join(keys)

    return configure(folder, change)


def alias_beside(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str:
    """A second name of a number, first or last, with another value or the same."""

    def change(config: dict[str, Any]) -> str:
        key = pick.choice(sorted(ALIASES))
        value = pick.choice((config[key], 1, 2, None))
        old = dict(config)
        config.clear()
        config.update({ALIASES[key]: value} | old if pick.random() < 0.5 else old | {ALIASES[key]: value})
        return f"{ALIASES[key]}={value}"

    return configure(folder, change)


def extra_key(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str:
    def change(config: dict[str, Any]) -> str:
        key = pick.choice(sorted(EXTRAS))
        config[key] = pick.choice(EXTRAS[key])
        return f"{key}={config[key]}"

    return configure(folder, change)


def of_type(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str:
    def change(config: dict[str, Any]) -> str:
        config["model_type"] = pick.choice((None, "gpt_neo", "openai-gpt", "gpt", "GPT2", "imagegpt", "gpt_bigcode"))
        return str(config["model_type"])

    return configure(folder, change)


def no_type(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str:
    return configure(folder, lambda config: str(config.pop("model_type")))


def architecture(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str:
    def change(config: dict[str, Any]) -> str:
        config["architectures"] = pick.choice((None, [], ["GPT2Model"], ["LlamaForCausalLM"], ["GPT2DoubleHeadsModel"]))
        return str(config["architectures"])

    return configure(folder, change)


def no_config(pick: Random, folder: Path, made: GPT2LMHeadModel) -> None:
    (folder / "config.json").unlink()


def few_keys(pick: Random, folder: Path, made: GPT2LMHeadModel) -> str:
    """Nothing but what differs from the defaults, or a little less."""

    def change(config: dict[str, Any]) -> str:
        kept = {"model_type", *pick.sample(sorted(ALIASES), pick.choice((3, 4))), "vocab_size"}
        for key in [key for key in config if key not in kept and key not in OTHERS]:
            del config[key]
        return ", ".join(config)

    return configure(folder, change)


COUNTED = (*ALIASES, "vocab_size", *OTHERS)
CONFIG_CHANGES: tuple[Change, ...] = (
    drop_key,
    drop_key,
    odd_value,
    odd_value,
    use_alias,
    alias_beside,
    extra_key,
    extra_key,
    of_type,
    no_type,
    architecture,
    no_config,
    few_keys,
)
