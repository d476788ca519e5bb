"""Checkpoints saved in uncommon ways, and settings that change what is computed.

The files and what PyTorch and transformers get from them are made by ``scripts/make_variants.py``.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from llmviz_addon.errors import ModelError
from llmviz_addon.model.architecture import gpt2
from llmviz_addon.model.checkpoint import Checkpoint, from_tensors, load, weight_shapes
from llmviz_addon.model.checkpoints import IN_FOLDER, settings
from llmviz_addon.model.checkpoints.dialects import Translated
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.forward import forward

DATA = Path(__file__).parent / "data" / "variants"
HF = Path(__file__).parent / "data" / "checkpoints" / "hf-f32"

with np.load(DATA / "expected.npz") as _file:
    EXPECTED = dict(_file)

CASES = sorted({name.partition("/")[0] for name in EXPECTED})


def same_as_theirs(checkpoint: Checkpoint, case: str) -> None:
    logits = forward(checkpoint, EXPECTED[f"{case}/tokens"].tolist())["output.logits"]
    np.testing.assert_allclose(logits, EXPECTED[f"{case}/logits"], rtol=1e-5, atol=1e-5)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a tied model's folder, to be changed."""
    return Path(shutil.copytree(DATA / "head-only", tmp_path / "mine"))


def change(folder: Path, **values: object) -> None:
    """Change a folder's config.json; None takes a key out."""
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({k: v for k, v in (config | values).items() if v is not None}))


def tensors(folder: Path) -> dict[str, np.ndarray]:
    return dict(safetensors.numpy.load_file(folder / "model.safetensors"))


@pytest.mark.parametrize("case", CASES)
def test_the_logits_are_theirs(case: str) -> None:
    same_as_theirs(load(DATA / case), case)


def test_every_case_is_there() -> None:
    assert {place.name for place in DATA.iterdir() if place.is_dir()} == set(CASES)
    assert len(CASES) == 11


@pytest.mark.parametrize(
    ("case", "tied", "biases", "n_params"),
    [
        ("save-model", True, True, 992),
        ("head-only", True, True, 992),
        ("both-names", True, True, 992),
        ("untied", False, True, 992 + 7 * 8),
        ("double-heads", False, True, 992 + 7 * 8),
        ("unlisted", False, True, 992 + 7 * 8),
        ("ckpt-head-only", True, False, 992 - (8 + 24 + 8 + 8 + 32 + 8 + 8)),
    ],
)
def test_what_is_there_is_counted(case: str, tied: bool, biases: bool, n_params: int) -> None:
    checkpoint = load(DATA / case)
    assert (checkpoint.tied, checkpoint.biases, checkpoint.n_params) == (tied, biases, n_params)


@pytest.mark.parametrize(("files", "read"), json.loads((DATA / "folders.json").read_text()).items())
def test_of_several_files_the_one_is_read_that_transformers_reads(tmp_path: Path, files: str, read: str) -> None:
    for name in files.split("+"):
        (tmp_path / name).write_bytes(b"neither")
    with pytest.raises(ModelError):
        load(tmp_path)
    for name in files.split("+"):
        shutil.copy(DATA / "both-names" / "pytorch_model.bin", tmp_path / name if name == read else tmp_path / "other")
    (tmp_path / "config.json").write_text('{"n_head": 2}')
    assert load(tmp_path).config.n_head == 2
    assert read in IN_FOLDER


def test_a_tensor_is_in_one_shard_only(tmp_path: Path) -> None:
    """transformers takes all tensors of the files that an index names, whatever it says of them; the last one wins."""
    folder = Path(shutil.copytree(DATA / "unlisted", tmp_path / "mine"))
    files = json.loads((folder / "model.safetensors.index.json").read_text())["weight_map"]
    theirs = {name: dict(safetensors.numpy.load_file(folder / name)) for name in set(files.values())}
    other = min(set(theirs) - {files["transformer.ln_f.bias"]})
    more = theirs[other] | {
        "transformer.ln_f.bias": theirs[files["transformer.ln_f.bias"]]["transformer.ln_f.bias"] + 1
    }
    safetensors.numpy.save_file(more, folder / other)
    with pytest.raises(ModelError, match=r"'transformer\.ln_f\.bias' is in 'model-.*' and in 'model-.*'\.$"):
        load(folder)


def test_parts_of_many_processes_are_not_left_out(folder: Path) -> None:
    """transformers reads them in place of the file beside them."""
    shutil.copy(DATA / "untied" / "model.safetensors", folder / "shard-00001-model-00001-of-00001.safetensors")
    with pytest.raises(ModelError, match=r"as many processes save them \(shard-00001-model-00001-of-00001\.safe"):
        load(folder)
    same_as_theirs(load(folder / "model.safetensors"), "head-only")


def test_an_index_that_is_asked_for_by_name_is_read(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(HF.parent / "hf-bf16-sharded", tmp_path / "mine"))
    (folder / "model.safetensors").write_bytes(b"newer")
    assert load(folder / "model.safetensors.index.json").config.n_layer == 3


def test_a_head_is_not_invented(folder: Path) -> None:
    change(folder, tie_word_embeddings=False)
    with pytest.raises(ModelError, match=r"not tied to its token embedding, but it has no 'transformer\.wte\.weight'"):
        load(folder)
    values = tensors(folder)
    values["transformer.wte.weight"] = values.pop("lm_head.weight")
    safetensors.numpy.save_file(values, folder / "model.safetensors")
    with pytest.raises(ModelError, match=r"not tied to its token embedding, but it has no 'lm_head\.weight'\.$"):
        load(folder)
    change(folder, tie_word_embeddings=True)
    same_as_theirs(load(folder), "head-only")


def test_who_ties_the_head() -> None:
    assert settings.min_gpt({}).tied is False
    assert settings.nano_gpt({"bias": True}).tied is True
    assert settings.nano_gpt({}).tied is None  # before it had biases to leave out it did not always tie
    notes = settings.min_gpt({"n_head": 2})
    with pytest.raises(ModelError, match=r"not tied"):
        from_tensors("mine", Translated(tensors(DATA / "head-only")), {}, notes)


def test_two_names_of_one_matrix_that_differ(folder: Path) -> None:
    """transformers 4 takes the embedding for the head, 5 takes both as they are."""
    values = tensors(folder)
    values["transformer.wte.weight"] = values["lm_head.weight"] + 1
    safetensors.numpy.save_file(values, folder / "model.safetensors")
    with pytest.raises(ModelError, match=r"tied to its token embedding, but 'lm_head\.weight' and .* differ\.$"):
        load(folder)
    change(folder, tie_word_embeddings=False)
    assert not load(folder).tied


def test_names_that_safetensors_left_out_are_found_by_its_note(tmp_path: Path) -> None:
    values = tensors(DATA / "untied")
    values["transformer.h.0.ln_1.bias"] = values["transformer.h.0.ln_2.bias"]
    path = tmp_path / "mine.safetensors"
    (tmp_path / "config.json").write_text('{"n_head": 2, "tie_word_embeddings": false}')
    safetensors.numpy.save_file(values, path)
    whole = load(path)
    kept = {name: array for name, array in values.items() if name != "transformer.h.0.ln_1.bias"}
    safetensors.numpy.save_file(kept, path, metadata={"transformer.h.0.ln_1.bias": "transformer.h.0.ln_2.bias"})
    for name, array in load(path).weights.items():
        np.testing.assert_array_equal(array, whole.weights[name])


def test_an_adapter_is_not_left_out(folder: Path) -> None:
    """transformers loads it on top of the model."""
    (folder / "adapter_config.json").write_text("{}")
    with pytest.raises(ModelError, match=r"adapter_config\.json is of an adapter, which is not read\."):
        load(folder)


@pytest.mark.parametrize("kind", ["gpt2", None])
@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"activation_function": "relu"}, "Its activation function is 'relu', but only"),
        ({"activation_function": "silu"}, "Its activation function is 'silu'"),
        ({"activation_function": "gelu_10"}, "Its activation function is 'gelu_10'"),
        ({"layer_norm_epsilon": 1e-6}, "Its layer_norm_epsilon is 1e-06, but must be 1e-05"),
        ({"scale_attn_weights": False}, "Its scale_attn_weights is False, but must be True"),
        ({"scale_attn_by_inverse_layer_idx": True}, "Its scale_attn_by_inverse_layer_idx is True"),
        ({"is_encoder_decoder": True}, "Its is_encoder_decoder is True"),
        ({"pruned_heads": {"0": [1]}}, "Its pruned_heads is {'0': [1]}"),
        ({"quantization_config": {"bits": 4}}, "Its setting 'quantization_config' is {'bits': 4}, which is not known"),
        ({"auto_map": {"AutoModel": "mine.Mine"}}, "Its setting 'auto_map' is"),
        ({"hidden_act": "relu"}, "Its setting 'hidden_act' is 'relu'"),
        ({"layer_norm_eps": 1e-12}, "Its setting 'layer_norm_eps' is 1e-12"),
        ({"rope_theta": 10000.0}, "Its setting 'rope_theta' is 10000.0"),
        ({"n_inner": 16}, "Its n_inner is 16, but must be four times n_embd, 32"),
        ({"n_head": 2, "num_attention_heads": 4}, "Its n_head is 2 and its num_attention_heads 4, but both mean"),
        ({"n_positions": 6, "n_ctx": 8}, "Its n_positions is 6 and its n_ctx 8, but both mean the same."),
        ({"tie_word_embeddings": "no"}, "Its tie_word_embeddings is 'no', but must be true or false."),
        ({"bias": False}, "Its setting 'bias' is False, but it has 'transformer."),
        ({"n_layer": [1]}, "n_layer is [1], but must be a whole number"),
        ({"hidden_size": 2**30}, "asks for (7, 1073741824)."),
        ({"n_embd": None, "hidden_size": {"a": 1}}, "n_embd is {'a': 1}, but must be a whole number"),
    ],
)
def test_settings_count_with_and_without_a_type(
    folder: Path, kind: str | None, values: Mapping[str, object], message: str
) -> None:
    change(folder, model_type=kind, n_embd=None if "hidden_size" in values else 8)
    change(folder, **values)
    with pytest.raises(ModelError) as caught:
        load(folder)
    assert message in str(caught.value)
    assert str(folder) in str(caught.value)


@pytest.mark.parametrize(
    ("key", "ours", "default", "has"),
    [
        ("n_layer", "n_layer", 12, 1),
        ("n_embd", "n_embd", 768, 8),
        ("n_positions", "block_size", 1024, 6),
        ("vocab_size", "vocab_size", 50257, 7),
    ],
)
def test_a_size_that_is_not_told_is_transformers_own(folder: Path, key: str, ours: str, default: int, has: int) -> None:
    """It adds layers of random numbers, or does not load; without a type it is our own kind of config."""
    change(folder, **{key: None})
    with pytest.raises(ModelError) as caught:
        load(folder)
    told = f"Its config does not tell {ours}, and transformers takes {default} then, but its tensors have {has}."
    assert told in str(caught.value)
    change(folder, model_type=None)
    same_as_theirs(load(folder), "head-only")


@pytest.mark.parametrize("kind", ["gpt2", None])
@pytest.mark.parametrize("key", sorted(settings.NEVER_NULL))
def test_a_null_is_not_a_default(folder: Path, kind: str | None, key: str) -> None:
    """transformers 4 takes it for the scale of attention as false, and for tied words, too; 5 does not load it."""
    change(folder, model_type=kind)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {key: None}))
    with pytest.raises(ModelError, match=rf"Its {key} is null, which is not the same as not to tell it\."):
        load(folder)


def test_a_width_of_null_is_four_times(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    assert "n_inner" not in settings.NEVER_NULL
    (folder / "config.json").write_text(json.dumps(config | {"n_inner": None}))
    same_as_theirs(load(folder), "head-only")


def test_settings_of_mingpt_are_not_read_in_a_config_of_another(folder: Path) -> None:
    change(folder, model={"n_layer": 1, "n_head": 4})
    with pytest.raises(ModelError, match=r"Its setting 'model' is \{'n_layer': 1, 'n_head': 4\}, which is not known"):
        load(folder)


def test_settings_that_change_nothing(folder: Path) -> None:
    everything: dict[str, object] = dict.fromkeys(settings.HARMLESS, "any") | {"_commit_hash": "0", "quantized": None}
    change(folder, **everything | settings.FIXED | {"layer_norm_epsilon": 9.999999747378752e-06})
    same_as_theirs(load(folder), "head-only")


def test_what_transformers_writes_is_known() -> None:
    written = json.loads((DATA / "head-only" / "config.json").read_text())
    assert len(written) >= 30
    assert set(written) <= settings.HONOURED | settings.HARMLESS | set(settings.FIXED)


def test_heads_under_either_name(folder: Path) -> None:
    change(folder, n_head=None, num_attention_heads=2, model_type=None)
    same_as_theirs(load(folder), "head-only")
    change(folder, num_attention_heads=4)
    assert load(folder).config.n_head == 4


def test_heads_are_guessed_only_of_a_model_that_is_published() -> None:
    """minGPT's gpt-mini has 6 layers of 192 channels and 6 heads, nanoGPT's Shakespeare model 384: others may, too."""
    for config in (GPTConfig(4, 4, 128, 5, 6), GPTConfig(3, 3, 48, 12, 3), GPTConfig(3, 3, 48, 11, 4)):
        zeros = {name: np.zeros(shape, np.float32) for name, shape in weight_shapes(config).items()}
        with pytest.raises(ModelError, match=r"The number of heads of a model with \d layers of \d+ channels is not"):
            from_tensors("mine", zeros, {})


def test_minGPTs_names_of_sizes() -> None:  # noqa: N802
    told = settings.config_json({"model": {"model_type": "gpt-mini", "n_layer": None, "n_head": None}})
    assert told.numbers == {"n_layer": 6, "n_head": 6, "n_embd": 192}
    with pytest.raises(ModelError, match=r"^Its n_head is 4, but its model_type 'gpt-mini' has 6\.$"):
        settings.config_json({"model": {"model_type": "gpt-mini", "n_head": 4}})
    with pytest.raises(ModelError, match=r"^Its model_type is 'gpt5', which is no size of minGPT's\. Choose from"):
        settings.config_json({"model": {"model_type": "gpt5"}})


def test_settings_that_are_nested_deeply() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    other: list[object] = []
    for _ in range(100_000):
        other = [other]
    for keys in (("n_layer", "num_hidden_layers"), ("pruned_heads",), ("bias",), ("activation_function",), ("new",)):
        with pytest.raises(ModelError) as caught:
            settings.nano_gpt(dict(zip(keys, (deep, other), strict=False)))
        assert len(str(caught.value)) < 400


def test_model_args_are_settings_too() -> None:
    with pytest.raises(ModelError, match=r"^Its setting 'use_rope' is True, which is not known here"):
        settings.nano_gpt({"n_layer": 1, "use_rope": True})
    assert settings.nano_gpt({"n_layer": 1, "bias": False, "dropout": 0.2}).gelu == "exact"


def test_only_nanogpts_have_no_biases(tmp_path: Path) -> None:
    values = {name: array for name, array in tensors(DATA / "head-only").items() if not name.endswith(".bias")}
    path = tmp_path / "mine.safetensors"
    safetensors.numpy.save_file(values, path)
    (tmp_path / "config.json").write_text('{"n_head": 2, "bias": false}')
    checkpoint = load(path)
    assert (checkpoint.architecture, checkpoint.biases) == (gpt2("exact"), False)
    (tmp_path / "config.json").write_text('{"n_head": 2, "bias": true}')
    with pytest.raises(ModelError, match=r"Its setting 'bias' is True, but it has no bias\.$"):
        load(path)
    (tmp_path / "config.json").write_text('{"n_head": 2}')
    with pytest.raises(ModelError, match=r"It has no biases, but a GPT-2 of transformers has"):
        load(path)
    safetensors.numpy.save_file({k: v.T.copy() if ".h." in k else v for k, v in values.items()}, path)
    assert load(path).architecture == gpt2("exact")
    shutil.copy(DATA / "head-only" / "config.json", tmp_path)
    with pytest.raises(ModelError, match=r"It has no biases, but a GPT-2 of transformers has\. If it does without"):
        load(path)


def test_nothing_is_allocated_before_shapes_are_compared(tmp_path: Path) -> None:
    values = {name: array for name, array in tensors(DATA / "head-only").items() if not name.endswith(".bias")}
    path = tmp_path / "mine.safetensors"
    safetensors.numpy.save_file(values, path)
    (tmp_path / "config.json").write_text(json.dumps({"n_head": 2, "n_embd": 1 << 30}))
    with pytest.raises(ModelError, match=r"has the shape \(7, 8\), but .* asks for \(7, 1073741824\)\.$"):
        load(path)


HASH = "607a30d783dfa663caf39e06633721c8d4cfcd7e"


@pytest.mark.parametrize(
    ("repository", "name"),
    [
        ("models--gpt2", "gpt2"),
        ("models--openai-community--gpt2-medium", "gpt2-medium"),
        ("models--a--b--c", "c"),
        ("gpt2", HASH),
    ],
)
@pytest.mark.parametrize("linked", [True, False])
def test_a_model_in_the_hubs_cache_has_its_repositorys_name(
    tmp_path: Path, repository: str, name: str, linked: bool
) -> None:
    """The cache links to files named by their hash; where links are not possible the files themselves are there."""
    snapshot = tmp_path / "hub" / repository / "snapshots" / HASH
    blobs = tmp_path / "hub" / repository / "blobs"
    snapshot.mkdir(parents=True)
    blobs.mkdir()
    for index, file in enumerate(("config.json", "model.safetensors")):
        if linked:
            shutil.copy(DATA / "save-model" / file, blobs / f"{index:064x}")
            (snapshot / file).symlink_to(Path("..") / ".." / "blobs" / f"{index:064x}")
        else:
            shutil.copy(DATA / "save-model" / file, snapshot)
    for path in (snapshot, snapshot / "model.safetensors", snapshot / ".." / HASH):
        checkpoint = load(path)
        assert checkpoint.name == name
        same_as_theirs(checkpoint, "save-model")


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("my-run/model.safetensors", "my-run"),
        ("my-run/model.fp16.safetensors", "my-run"),
        ("out-shakespeare-char/ckpt.pt", "out-shakespeare-char"),
        ("my-run/weights.bin", "my-run"),
        ("my-run/gpt2.v1.safetensors", "gpt2.v1"),
        ("models--gpt2/gpt2-mine.bin", "gpt2-mine"),
    ],
)
def test_a_file_whose_name_says_nothing_has_its_folders(tmp_path: Path, file: str, name: str) -> None:
    (tmp_path / file).parent.mkdir()
    shutil.copy(DATA / "ckpt-head-only" / "ckpt.pt", tmp_path / file)
    assert load(tmp_path / file).name == name


def test_a_link_has_the_name_that_it_was_given(tmp_path: Path) -> None:
    (tmp_path / "mine.pt").symlink_to(DATA / "ckpt-head-only" / "ckpt.pt")
    assert load(tmp_path / "mine.pt").name == "mine"
    (tmp_path / "my-model").symlink_to(DATA / "ckpt-head-only")
    assert load(tmp_path / "my-model").name == "my-model"
