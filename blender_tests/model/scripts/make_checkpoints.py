"""Write checkpoints in every format that is read, and the logits that PyTorch and transformers get from them.

The models are tiny and random. Hugging Face's are made, saved and run by transformers itself; nanoGPT's and
minGPT's are :mod:`torch_gpt`, saved in the way those projects save. The tokenizer is trained by the tokenizers
package on text of this project. Everything goes to ``blender_tests/model/data/checkpoints``.

    pip install torch numpy safetensors transformers tokenizers
    python blender_tests/model/scripts/make_checkpoints.py
"""

from __future__ import annotations

import base64
import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import Tensor, nn
from torch_gpt import GPT
from transformers import GPT2Config, GPT2LMHeadModel, GPT2Model

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(__file__).resolve().parents[1] / "data" / "checkpoints"
SEED = 7
VOCABULARY = 560  # 256 bytes, one special token, and what is merged
ENDS = dict(bos_token_id=0, eos_token_id=0)  # GPT-2's own are outside of such small vocabularies
LETTERS = "\n !,.abcdefghé中🙂"
OTHER_SCRIPTS = [
    "Ein süßer Käse, größer als ein Maß. L'été, où ça ? Señor, ¿qué tal? Привет, как дела? Γειά σου Κόσμε. " * 3,
    "你好，世界。我们看见了一个模型。こんにちは世界。안녕하세요 세계. नमस्ते दुनिया. مرحبا بالعالم. שלום עולם. " * 3,
    "🙂🙂 👩‍👩‍👧‍👦 🇩🇪 don't we'll they've I'm it's\t\tx = [1, 22, 333]\n\n    return x² + ½ Ⅷ\u3000\u00a0 end\r\n" * 3,
]

Arrays = dict[str, np.ndarray]


def randomise(model: nn.Module) -> None:
    """Random parameters, larger than at the start of training so that every part matters."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.normal_(mean=float("ln" in name and name.endswith("weight")), std=0.4)
    model.eval()


def logits(model: GPT2LMHeadModel, tokens: list[int]) -> np.ndarray:
    """What transformers predicts, (T, n_vocab)."""
    with torch.inference_mode():
        return model.float()(torch.tensor([tokens])).logits[0].numpy()


def hugging_face(expected: Arrays) -> None:
    """Folders as ``save_pretrained`` writes them."""
    shapes = dict(n_layer=2, n_head=4, n_embd=16, n_positions=12, vocab_size=VOCABULARY)
    small = dict(n_layer=1, n_head=3, n_embd=12, n_positions=10, vocab_size=11)
    cases = {
        "hf-f32": (shapes, torch.float32, "10GB"),
        "hf-f16-untied": (small | dict(tie_word_embeddings=False), torch.float16, "10GB"),
        "hf-bf16-sharded": (small | dict(n_layer=3), torch.bfloat16, "4KB"),
    }
    for name, (options, dtype, shard) in cases.items():
        model = GPT2LMHeadModel(GPT2Config(**options, **ENDS))
        randomise(model)
        model.to(dtype).save_pretrained(DATA / name, max_shard_size=shard)
        (DATA / name / "generation_config.json").unlink(missing_ok=True)
        tokens = [7, 1, 0, 10, 3, 3, 9]
        expected[f"{name}/tokens"] = np.array(tokens)
        again = GPT2LMHeadModel.from_pretrained(DATA / name, dtype=torch.float32)
        expected[f"{name}/logits"] = logits(again.eval(), tokens)


def bare_names(expected: Arrays) -> None:
    """A model without LM head, so names without ``transformer.``, as a .bin file; with GELU's exact form."""
    name, options = "hf-bin-bare", dict(n_layer=2, n_head=2, n_embd=8, n_positions=9, vocab_size=13)
    config = GPT2Config(**options, **ENDS, activation_function="gelu")
    model = GPT2Model(config)
    randomise(model)
    (DATA / name).mkdir()
    masks = {f"h.{index}.attn.bias": torch.ones(1, 1, 9, 9, dtype=torch.uint8).tril() for index in range(2)}
    torch.save(dict(model.state_dict()) | masks, DATA / name / "pytorch_model.bin")
    (DATA / name / "config.json").write_text(config.to_json_string())
    whole = GPT2LMHeadModel(config)
    whole.transformer.load_state_dict(model.state_dict())
    whole.tie_weights()
    tokens = [12, 0, 5, 5, 1, 2, 3, 4, 6]
    expected |= {f"{name}/tokens": np.array(tokens), f"{name}/logits": logits(whole.eval(), tokens)}


def random_gpt(shape: dict[str, int], exact_gelu: bool = False, bias: bool = True, tied: bool = False) -> GPT:
    """A model of torch_gpt; nanoGPT has GELU's exact form, a tied LM head, and may do without biases."""
    model = GPT(**shape)
    if tied:
        model.lm_head.weight = model.transformer["wte"].weight
    randomise(model)
    for module in model.modules():
        if hasattr(module, "gelu") and exact_gelu:
            module.gelu = nn.GELU()
        if isinstance(getattr(module, "bias", None), Tensor) and not bias:
            nn.init.zeros_(module.bias)
    return model


def note(expected: Arrays, name: str, model: GPT, tokens: list[int]) -> None:
    """Keep a model's logits."""
    with torch.inference_mode():
        values = model(torch.tensor([tokens]))[0].numpy()
    expected |= {f"{name}/tokens": np.array(tokens), f"{name}/logits": values}


def nano_gpt(expected: Arrays) -> None:
    """nanoGPT's ckpt.pt: compiled and without biases, as for Shakespeare, and with biases."""
    for name, bias, prefix in (("nanogpt", False, "_orig_mod."), ("nanogpt-bias", True, "")):
        shape = dict(n_layer=2, n_head=2, n_embd=8, block_size=10, vocab_size=len(LETTERS))
        model = random_gpt(shape, exact_gelu=True, bias=bias, tied=True)
        optimizer = torch.optim.AdamW(model.parameters(), lr=0.0)  # it has states to save, and moves nothing
        model(torch.tensor([[1, 2, 3]])).sum().backward()
        optimizer.step()
        state = {f"{prefix}{key}": value for key, value in model.state_dict().items()}
        kept = {key: value for key, value in state.items() if bias or not key.endswith(".bias")}
        checkpoint = {
            "model": kept,
            "optimizer": optimizer.state_dict(),
            "model_args": shape | dict(bias=bias, dropout=0.0),
            "iter_num": 2000,
            "best_val_loss": torch.tensor(1.5),
            "config": dict(out_dir="out", dataset="letters", compile=True, learning_rate=1e-3),
        }
        (DATA / name).mkdir()
        torch.save(checkpoint, DATA / name / "ckpt.pt")
        note(expected, name, model, [3, 1, 4, 1, 5, 9, 2, 6])
    ids = {letter: index for index, letter in enumerate(LETTERS)}
    meta = {"vocab_size": len(LETTERS), "itos": dict(enumerate(LETTERS)), "stoi": ids}
    (DATA / "nanogpt" / "meta.pkl").write_bytes(pickle.dumps(meta))


def min_gpt(expected: Arrays) -> None:
    """minGPT's model.pt, a state dict with the causal masks, and its config.json; llm-viz's JSON of the same model."""
    shape = dict(n_layer=2, n_head=5, n_embd=20, block_size=7, vocab_size=6)
    model = random_gpt(shape)
    mask = {f"transformer.h.{index}.attn.bias": torch.ones(1, 1, 7, 7).tril() for index in range(2)}
    state = model.state_dict()
    state.update(mask)
    (DATA / "mingpt").mkdir()
    torch.save(state, DATA / "mingpt" / "model.pt")
    settings = dict(model=dict(model_type=None, n_layer=2, n_head=5, n_embd=20, vocab_size=None, block_size=None))
    (DATA / "mingpt" / "config.json").write_text(json.dumps(settings))
    note(expected, "mingpt", model, [5, 0, 1, 2, 2, 4, 3])
    content: dict[str, object] = {"config": {"model_type": None, **shape, "embd_pdrop": 0.1}}
    for key, value in state.items():
        data = base64.b64encode(value.numpy().astype("<f4").tobytes()).decode()
        content[key] = dict(shape=list(value.shape), dtype="torch.float32", data=data)
    (DATA / "llm-viz.json").write_text(json.dumps(content, indent=1))
    note(expected, "llm-viz.json", model, [0, 5, 5, 1])


def tokenizer() -> None:
    """A byte-level BPE tokenizer, trained on our licence and a few lines of other scripts."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        min_frequency=2,
        special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    made.train_from_iterator([licence[:8000], *OTHER_SCRIPTS], trainer)
    if made.get_vocab_size() != VOCABULARY:
        raise RuntimeError(f"The tokenizer has {made.get_vocab_size()} tokens, not {VOCABULARY}.")
    made.save(str(DATA / "hf-f32" / "tokenizer.json"), pretty=False)


def main() -> None:
    """Write everything anew."""
    torch.manual_seed(SEED)
    shutil.rmtree(DATA, ignore_errors=True)
    DATA.mkdir(parents=True)
    expected: Arrays = {}
    for make in (hugging_face, bare_names, nano_gpt, min_gpt):
        make(expected)
    tokenizer()
    np.savez_compressed(DATA / "expected.npz", **expected)


if __name__ == "__main__":
    main()
