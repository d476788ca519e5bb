"""Every format that is read gives PyTorch's numbers; see ``scripts/make_checkpoints.py`` for the files."""

from __future__ import annotations

import base64
import json
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from llmviz_addon.errors import ModelError
from llmviz_addon.model import checkpoints
from llmviz_addon.model.checkpoint import BUILTINS, Checkpoint, builtin, load
from llmviz_addon.model.checkpoints import IN_FOLDER, llmviz_json, torch_zip
from llmviz_addon.model.checkpoints import safetensors as safetensors_reader
from llmviz_addon.model.checkpoints.dialects import Translated
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.forward import forward

DATA = Path(__file__).parent / "data" / "checkpoints"

with np.load(DATA / "expected.npz") as _file:
    EXPECTED = dict(_file)

CONFIGS = {
    "hf-f32": GPTConfig(n_layer=2, n_head=4, n_embd=16, block_size=12, vocab_size=560),
    "hf-f16-untied": GPTConfig(n_layer=1, n_head=3, n_embd=12, block_size=10, vocab_size=11),
    "hf-bf16-sharded": GPTConfig(n_layer=3, n_head=3, n_embd=12, block_size=10, vocab_size=11),
    "hf-bin-bare": GPTConfig(n_layer=2, n_head=2, n_embd=8, block_size=9, vocab_size=13),
    "nanogpt": GPTConfig(n_layer=2, n_head=2, n_embd=8, block_size=10, vocab_size=16),
    "nanogpt-bias": GPTConfig(n_layer=2, n_head=2, n_embd=8, block_size=10, vocab_size=16),
    "mingpt": GPTConfig(n_layer=2, n_head=5, n_embd=20, block_size=7, vocab_size=6),
    "llm-viz.json": GPTConfig(n_layer=2, n_head=5, n_embd=20, block_size=7, vocab_size=6),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a model's folder, to be changed."""
    return Path(shutil.copytree(DATA / "hf-f32", tmp_path / "mine"))


def logits(checkpoint: Checkpoint, case: str) -> np.ndarray:
    return forward(checkpoint, EXPECTED[f"{case}/tokens"].tolist())["output.logits"]


@pytest.mark.parametrize("case", CONFIGS)
def test_the_logits_are_pytorchs(case: str) -> None:
    checkpoint = load(DATA / case)
    assert checkpoint.config == CONFIGS[case]
    assert checkpoint.name == case.removesuffix(".json")
    np.testing.assert_allclose(logits(checkpoint, case), EXPECTED[f"{case}/logits"], rtol=1e-5, atol=1e-5)
    assert all(values.dtype == np.float32 for values in checkpoint.weights.values())


def test_every_case_has_its_logits() -> None:
    assert {name.partition("/")[0] for name in EXPECTED} == set(CONFIGS)


@pytest.mark.parametrize(
    ("case", "file"),
    [
        ("hf-f32", "model.safetensors"),
        ("hf-bf16-sharded", "model.safetensors.index.json"),
        ("hf-bin-bare", "pytorch_model.bin"),
        ("nanogpt", "ckpt.pt"),
        ("mingpt", "model.pt"),
    ],
)
def test_a_file_in_a_folder_is_the_folder(case: str, file: str) -> None:
    checkpoint = load(DATA / case / file)
    assert checkpoint.name == case
    np.testing.assert_allclose(logits(checkpoint, case), EXPECTED[f"{case}/logits"], rtol=1e-5, atol=1e-5)


def test_the_format_is_told_by_content_not_by_name(tmp_path: Path) -> None:
    for case, file in (("nanogpt-bias", "ckpt.pt"), ("llm-viz.json", ""), ("hf-f16-untied", "model.safetensors")):
        config = DATA / case / "config.json"
        if config.is_file():
            shutil.copy(config, tmp_path)
        other = tmp_path / "renamed.dat"
        shutil.copy(DATA / case / file if file else DATA / case, other)
        np.testing.assert_allclose(logits(load(other), case), EXPECTED[f"{case}/logits"], rtol=1e-5, atol=1e-5)


def test_a_relative_path_takes_the_folders_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(DATA / "mingpt")
    assert load("model.pt").name == "mingpt"
    assert load(".").name == "mingpt"


def test_tied_and_untied_heads() -> None:
    tied, untied = load(DATA / "hf-f32"), load(DATA / "hf-f16-untied")
    assert tied.weights["lm_head.weight"] is tied.weights["transformer.wte.weight"]
    assert not np.array_equal(untied.weights["lm_head.weight"], untied.weights["transformer.wte.weight"])


def test_a_head_that_the_config_ties_may_be_in_the_file_only_if_it_is_the_embedding(folder: Path) -> None:
    tensors = safetensors.numpy.load_file(folder / "model.safetensors")
    tensors["lm_head.weight"] = tensors["transformer.wte.weight"].copy()
    safetensors.numpy.save_file(tensors, folder / "model.safetensors")
    np.testing.assert_allclose(logits(load(folder), "hf-f32"), EXPECTED["hf-f32/logits"], rtol=1e-5, atol=1e-5)
    tensors["lm_head.weight"] = np.ones((560, 16), np.float32)
    safetensors.numpy.save_file(tensors, folder / "model.safetensors")
    with pytest.raises(ModelError, match=r"differ\.$"):  # transformers 4 does not use it, transformers 5 does
        load(folder)


def test_weights_in_float32_are_not_copied() -> None:
    file = safetensors_reader.read(DATA / "hf-f32" / "model.safetensors")
    first = file["transformer.h.0.mlp.c_fc.weight"]
    assert not first.flags.owndata
    checkpoint = load(DATA / "hf-f32")
    weight = checkpoint.weights["transformer.h.0.mlp.c_fc.weight"]
    assert weight.shape == (64, 16)
    assert weight.T.flags.c_contiguous  # turned by its strides, not by a copy
    assert not load(DATA / "nanogpt").weights["transformer.h.0.mlp.c_fc.weight"].flags.writeable


def test_biases_that_nanogpt_leaves_out_are_zero() -> None:
    weights = load(DATA / "nanogpt").weights
    assert not any(weights[name].any() for name in weights if name.endswith(".bias"))


def test_texts_come_with_the_model() -> None:
    assert load(DATA / "hf-f32").tokenizer.text(300).isprintable()
    assert load(DATA / "nanogpt").tokenizer.encode("abc") == [5, 6, 7]
    assert load(DATA / "mingpt").tokenizer.encode("5 0") == [5, 0]


def test_llm_vizs_own_model_sorts_letters(tmp_path: Path, nano_gpt: Checkpoint) -> None:
    path = tmp_path / "gpt-nano-sort-model.json"
    path.write_text(llm_viz_json(nano_gpt))
    checkpoint = load(path)
    assert checkpoint.prompt_length == 6
    assert checkpoint.tokenizer.encode("CBA") == [2, 1, 0]
    for name, values in nano_gpt.weights.items():
        np.testing.assert_array_equal(checkpoint.weights[name], values)


def llm_viz_json(checkpoint: Checkpoint) -> str:
    """A checkpoint as llm-viz writes it."""
    content: dict[str, object] = {"config": vars(checkpoint.config) | {"attn_pdrop": 0.1}}
    for name, values in checkpoint.weights.items():
        data = base64.b64encode(values.tobytes()).decode()
        content[name] = {"shape": values.shape, "dtype": "torch.float32", "data": data}
    return json.dumps(content)


@pytest.mark.parametrize("prefix", ["_orig_mod.", "module.", "module._orig_mod."])
def test_prefixes_of_compiled_and_parallel_models(tmp_path: Path, prefix: str, nano_gpt: Checkpoint) -> None:
    path = tmp_path / "mine.safetensors"
    tensors = {f"{prefix}{name}": values for name, values in nano_gpt.weights.items()}
    safetensors.numpy.save_file(tensors, path)
    assert load(path).config == nano_gpt.config
    safetensors.numpy.save_file(tensors | {"lm_head.weight": np.ones(3, np.float32)}, path)
    with pytest.raises(ModelError, match=r"are the same part of the model\.$"):
        load(path)


def change(folder: Path, **values: object) -> None:
    """Change a folder's config.json; None takes a key out."""
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({k: v for k, v in (config | values).items() if v is not None}))


def test_without_a_config_the_shapes_tell_but_for_the_heads(folder: Path) -> None:
    (folder / "config.json").unlink()
    with pytest.raises(ModelError, match=r"The number of heads of a model with 2 layers of 16 channels is not known"):
        load(folder)
    (folder / "config.json").write_text('{"n_head": 4}')
    np.testing.assert_allclose(logits(load(folder), "hf-f32"), EXPECTED["hf-f32/logits"], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"activation_function": "relu"}, "Its activation function is 'relu', but only gelu_new, gelu_pytorch_tanh,"),
        ({"activation_function": ["gelu"]}, "Its activation function is ['gelu']"),
        ({"layer_norm_epsilon": 1e-6}, "Its layer_norm_epsilon is 1e-06, but must be 1e-05"),
        ({"scale_attn_by_inverse_layer_idx": True}, "Its scale_attn_by_inverse_layer_idx is True, but must be False"),
        ({"scale_attn_weights": False}, "Its scale_attn_weights is False"),
        ({"add_cross_attention": True}, "Its add_cross_attention is True"),
        ({"n_inner": 32}, "Its n_inner is 32, but must be four times n_embd, 64"),
        ({"n_head": 5}, "n_embd must be a multiple of n_head"),
        ({"n_head": "4"}, "n_head is '4', but must be a whole number"),
        ({"n_head": 10**4000}, "…, but must be a whole number from 1 to 2147483647."),
        ({"n_layer": 1}, "'transformer.h.1.attn.c_attn.bias' is not part of"),
        ({"n_layer": 3}, "It has no 'transformer.h.2.ln_1.weight'"),
        ({"n_layer": 10**9}, "asks for 1000000000 layers, but there are only"),
        ({"vocab_size": 561}, "'transformer.wte.weight' has the shape (560, 16)"),
        ({"model_type": "llama", "rope_theta": 1e4, "rms_norm_eps": 1e-6}, "type 'llama' (with RMSNorm, rotary embed"),
        ({"model_type": "gpt_neox", "rotary_pct": 0.25}, "type 'gpt_neox' (with rotary embeddings). Supported is"),
        ({"model_type": "bert"}, "type 'bert'. Supported is the GPT-2 family"),
    ],
)
def test_configs_of_models_that_we_do_not_compute(folder: Path, values: dict[str, object], message: str) -> None:
    change(folder, **values)
    with pytest.raises(ModelError) as caught:
        load(folder)
    assert message in str(caught.value)
    assert str(folder) in str(caught.value)


LLAMA = ["model.embed_tokens.weight", "model.layers.0.self_attn.q_proj.weight", "model.norm.weight"]
GPT2 = ["transformer.wte.weight", "transformer.wpe.weight", "transformer.h.0.ln_1.weight"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (LLAMA, "It looks like Llama or one of its kin, with rotary embeddings and RMSNorm (has 'model.embed_tokens"),
        (["gpt_neox.layers.0.attention.rotary_emb.inv_freq"], "GPT-NeoX or Pythia, with rotary embeddings"),
        ([*GPT2, "transformer.h.0.attn.rotary_emb.inv_freq"], "a model with rotary embeddings"),
        (["transformer.wte.weight", "transformer.h.0.attn.q_proj.weight"], "GPT-J, with rotary embeddings"),
        ([*GPT2, "transformer.h.0.attn.attention.q_proj.weight"], "GPT-Neo, with local attention"),
        (["transformer.word_embeddings.weight", "h.0.self_attention.query_key_value.weight"], "BLOOM, Falcon"),
        (["model.decoder.layers.0.self_attn.q_proj.weight"], "OPT or a translation model"),
        (["bert.embeddings.word_embeddings.weight"], "BERT or one of its kin"),
        (["encoder.block.0.layer.0.SelfAttention.q.weight"], "T5, with an encoder"),
        (["base_model.model.transformer.h.0.attn.c_attn.lora_A.weight"], "a LoRA adapter"),
        (["model.layers.0.mlp.experts.0.w1.weight"], "a mixture of experts"),
        (["model.layers.0.mlp.down_proj.qweight"], "a quantised model"),
        (["tok_emb.weight", "blocks.0.attn.key.weight"], "minGPT of before 2022"),
        (["conv1.weight", "bn1.running_mean"], "a convolutional network"),
        ([*GPT2, "score.weight"], "It has parts that no GPT-2 has"),
        (["transformer.wte.weight", "transformer.h.0.ln_1.weight"], "no learned position embedding, so perhaps rotary"),
        ([*GPT2, "transformer.h.0.attn.c_attn.bias"], "Its norms have no biases, so perhaps it has RMSNorm"),
        (["a", "b", "c", "d"], "It is not a GPT: it has no 'transformer.wte.weight', but has 'a', 'b', 'c' …"),
        ([], "but no tensor at all. Supported is the GPT-2 family"),
    ],
)
def test_models_of_another_kind_are_told_by_their_tensors(tmp_path: Path, names: list[str], message: str) -> None:
    path = tmp_path / "other.safetensors"
    safetensors.numpy.save_file({name: np.zeros((3, 4), np.float32) for name in names}, path)
    with pytest.raises(ModelError) as caught:
        load(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "It is empty, or damaged at its start. Supported are safetensors, PyTorch's"),
        (b"GGUF\x03\0\0\0" + b"\0" * 90, "It is a GGUF file of llama.cpp"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "It is a Git LFS pointer"),
        (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.", "It is written by PyTorch before 1.6"),
        (b"\x80\x04\x95\x10\0\0\0\0\0\0\0.", "It is a bare pickle"),
        (b"<!DOCTYPE html><html>", "It is a web page"),
        (b"\x93NUMPY\x01\0v\0", "It is a single array of numpy"),
        (b"\x89HDF\r\n\x1a\n\0\0\0", "It is an HDF5 file"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "It is a gzip archive"),
        (b"just text", "It is 9 bytes of another format"),
        (b"PK\5\6" + b"\0" * 18, "It is a zip archive without a model"),
        (b"PK\3\4" + b"\0" * 200, "It is a damaged zip archive"),
        (b'{"vocab": {}}', "It is JSON, but not a model of llm-viz: it has no 'config'"),
        (b"{", "It is not valid JSON"),
        (
            b'{"model_type": "gpt2", "n_layer": 12}',
            "It is a model's config without the weights. Give the model's folder",
        ),
    ],
)
def test_files_of_another_format_are_told_by_their_start(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(content)
    with pytest.raises(ModelError) as caught:
        load(path)
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_folders_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(
        ModelError, match=rf"It is a folder without a model: it has nothing\. Expected is one of {IN_FOLDER[0]}"
    ):
        load(tmp_path)
    (tmp_path / "notes.txt").touch()
    with pytest.raises(ModelError, match=r"it has notes\.txt\. Expected"):
        load(tmp_path)
    shutil.copy(BUILTINS["nano-gpt"].file, tmp_path / "any-name.safetensors")
    assert load(tmp_path).name == "nano-gpt"


@pytest.mark.parametrize(
    ("weight_map", "message"),
    [
        (None, "Its 'weight_map' does not give a file for each tensor"),
        ({"a": 3}, "Its 'weight_map' does not give a file for each tensor"),
        ({"a": "../model-00001-of-00004.safetensors"}, "which is not a file in its folder"),
        ({"a": "/etc/passwd"}, "which is not a file in its folder"),
        ({"a": "missing.safetensors"}, "missing.safetensors does not exist"),
        ({"a": "\x1b[31m"}, "It names the shard '\\x1b[31m', which is not a file in its folder"),
        ({"a": "a\nb"}, "It names the shard 'a\\nb', which is not"),
        ({"a": "\0"}, "It names the shard '\\x00', which is not"),
        ({"a": "x" * 100_000}, "It names the shard 'xxxxxxxxx"),
        ({"a": "config.json"}, "config.json is a shard, but neither safetensors nor of PyTorch"),
        ({"a": "model-00001-of-00004.safetensors"}, "It says that 'a' is in 'model-00001-of-00004.safetensors', but"),
    ],
)
def test_an_index_that_cannot_be(tmp_path: Path, weight_map: object, message: str) -> None:
    folder = Path(shutil.copytree(DATA / "hf-bf16-sharded", tmp_path / "mine"))
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}))
    with pytest.raises(ModelError) as caught:
        load(folder)
    assert message in str(caught.value)
    assert str(folder) in str(caught.value)
    assert len(str(caught.value)) - len(str(folder)) < 300


def test_shards_with_masks_of_another_dtype(tmp_path: Path) -> None:
    """``in`` of a Mapping reads the tensor, and a mask of bytes cannot be read."""
    folder = Path(shutil.copytree(DATA / "hf-bin-bare", tmp_path / "hf-bin-bare"))
    names = list(torch_zip.read(folder / "pytorch_model.bin").tensors)
    assert "h.0.attn.bias" in names
    (folder / "pytorch_model.bin").rename(folder / "one.bin")
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps({"weight_map": dict.fromkeys(names, "one.bin")}))
    np.testing.assert_allclose(
        logits(load(folder), "hf-bin-bare"), EXPECTED["hf-bin-bare/logits"], rtol=1e-5, atol=1e-5
    )


@pytest.mark.parametrize("case", ["hf-bf16-sharded", "hf-bin-bare", "llm-viz.json", "hf-f16-untied"])
def test_whether_there_is_a_tensor_is_told_without_reading_it(monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    seen: list[Translated] = []
    made = builtin()
    monkeypatch.setattr(checkpoints, "from_tensors", lambda _, tensors, *__: seen.append(tensors) or made)
    load(DATA / case)
    for module in (torch_zip, safetensors_reader, llmviz_json):
        monkeypatch.setattr(module, "float32", lambda *_: pytest.fail("a tensor was read"))
    assert "transformer.wte.weight" in seen[0]
    assert "transformer.wte.weight" in list(seen[0])
    assert "transformer.wte" not in seen[0]
    assert "wte.weight" not in seen[0]


def test_prefixes_without_end(tmp_path: Path) -> None:
    before, name = time.process_time(), "module." * 300_000 + "wte.weight"
    safetensors.numpy.save_file({name: np.zeros(3, np.float32)}, tmp_path / "a.safetensors")
    with pytest.raises(ModelError, match=r"It has no learned position embedding") as caught:
        load(tmp_path)
    assert time.process_time() - before < 3
    assert len(str(caught.value)) < 600


def test_places_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match=r"nothing\.pt does not exist; a checkpoint is a file or a model's folder\.$"):
        load(tmp_path / "nothing.pt")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    for attribute in ("iterdir", "open", "is_dir", "is_file"):  # tests may run as root, who may read everything
        with monkeypatch.context() as patch:
            patch.setattr(Path, attribute, refuse)
            for path in (DATA / "mingpt", DATA / "mingpt" / "model.pt"):
                if attribute != "iterdir" or path.is_dir():
                    with pytest.raises(ModelError, match=r"^Cannot read .*mingpt.*: Permission denied\.$"):
                        load(path)


def test_values_that_are_not_numbers(folder: Path) -> None:
    tensors = safetensors.numpy.load_file(folder / "model.safetensors")
    tensors["transformer.h.1.ln_2.bias"][3] = np.inf
    safetensors.numpy.save_file(tensors, folder / "model.safetensors")
    with pytest.raises(ModelError, match=r"mine: 'transformer\.h\.1\.ln_2\.bias' holds values that are not finite\.$"):
        load(folder)


def test_a_tokenizer_of_a_larger_model(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(DATA / "hf-f16-untied", tmp_path / "mine"))
    shutil.copy(DATA / "hf-f32" / "tokenizer.json", folder)
    with pytest.raises(ModelError, match=r"The tokenizer has ids up to 559, but the model only 11 tokens\.$"):
        load(folder)
