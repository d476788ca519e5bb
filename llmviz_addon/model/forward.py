"""The forward pass of a GPT in numpy, with every intermediate value kept.

Small pure functions, each returning what it computed by name, and one function that strings them together
and files the results. Everything is float32. The shape stands after every line: T tokens, C channels, H heads
of A channels each (H · A = C). All heads are computed at once, as a stack; the trace gets one view per head,
which costs no copy.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from ..errors import ModelError
from .checkpoints.checked import Checkpoint
from .config import GPTConfig
from .gelu import GELU
from .names import parameters
from .trace import Trace

EPSILON = np.float32(1e-5)  # keeps a layer norm from dividing by zero, as in GPT-2

Arrays = dict[str, np.ndarray]


def forward(checkpoint: Checkpoint, tokens: Sequence[int], prompt_length: int | None = None) -> Trace:
    """Run the model on ``tokens`` and keep everything.

    Parameters
    ----------
    tokens : 1 to ``block_size`` ids inside the vocabulary.
    prompt_length : how many of them were given and not appended by the model; None for all. It is only noted.

    Raises ModelError for tokens or a prompt length that the model cannot take, and where its numbers become too
    large for float32.
    """
    config = checkpoint.config
    tokens = check_tokens(config, tokens)
    prompt_length = len(tokens) if prompt_length is None else prompt_length
    if not 1 <= prompt_length <= len(tokens):
        raise ModelError(f"prompt_length is {prompt_length}, but must be from 1 to the {len(tokens)} tokens given.")
    with np.errstate(over="ignore", invalid="ignore"):  # what comes of it is found below
        arrays, heads = _run(checkpoint, np.array(tokens))
        if not _is_finite(config, arrays, heads):
            raise _too_large(arrays)
    return Trace(config, tokens, arrays, prompt_length)


def _run(checkpoint: Checkpoint, tokens: np.ndarray) -> tuple[Arrays, list[Arrays]]:
    """All that is computed, by name, with the parameters; and what each layer's heads compute, as stacks."""
    config, bend = checkpoint.config, GELU[checkpoint.gelu]
    arrays = {"tokens": tokens, **parameters(checkpoint)}
    stacks: list[Arrays] = []

    def keep(name: str, results: Arrays) -> Arrays:
        for key, value in results.items():
            arrays[f"{name}.{key}"] = value
        return results

    x = keep("embedding", embed(tokens, arrays))["output"]  # (T, C)
    for layer in range(config.n_layer):
        name = f"layers.{layer}"
        weights = checkpoint.layer(layer)
        ln_1 = keep(f"{name}.ln_1", layer_norm(x, weights["ln_1.weight"], weights["ln_1.bias"]))
        heads = attend(ln_1["output"], weights["attn.c_attn.weight"], weights["attn.c_attn.bias"], config.n_head)
        stacks.append(heads)
        for key, stack in heads.items():
            for head, value in enumerate(stack):
                arrays[f"{name}.attn.heads.{head}.{key}"] = value
        x = keep(f"{name}.attn", project(heads["output"], x, weights))["residual"]  # (T, C)
        ln_2 = keep(f"{name}.ln_2", layer_norm(x, weights["ln_2.weight"], weights["ln_2.bias"]))
        x = keep(f"{name}.mlp", mlp(ln_2["output"], x, weights, bend))["residual"]  # (T, C)
    ln_f = keep("ln_f", layer_norm(x, arrays["ln_f.gamma"], arrays["ln_f.beta"]))
    keep("output", predict(ln_f["output"], arrays["output.weight"]))
    return arrays, stacks


def _is_finite(config: GPTConfig, arrays: Arrays, heads: Sequence[Arrays]) -> bool:
    """Whether all that was computed is finite, told from a few tensors; ``heads`` are each layer's stacks.

    What is not finite stays so on its way down the residual stream, whose every column a layer norm measures, to the
    logits. It can get lost in the attention alone, where a score of -inf becomes a weight of 0: so it is counted
    whether all scores are finite but those of the future.
    """
    names = [f"layers.{layer}.{norm}.std" for layer in range(config.n_layer) for norm in ("ln_1", "ln_2")]
    columns = np.concatenate([arrays[name] for name in (*names, "ln_f.std", "output.max")])
    if not (np.isfinite(columns).all() and np.isfinite(arrays["output.logits"].min())):
        return False
    length = len(arrays["tokens"])
    past = config.n_head * length * (length + 1) // 2
    return all(np.count_nonzero(np.isfinite(stack["scores"])) == past for stack in heads)


def _too_large(arrays: Arrays) -> ModelError:
    """The error that names the first tensor that is not finite."""
    for name, values in arrays.items():
        seen = np.tril(values) if name.endswith(".scores") else values  # (T, T), above it -inf hides the future
        if not np.isfinite(seen).all():
            token = int(np.argwhere(~np.isfinite(seen))[0][0])
            return ModelError(
                f"{name!r} is not finite at token {token}: the numbers of this model become too large there, "
                "although all of its weights are finite."
            )
    raise AssertionError("all that was computed is finite")


def embed(tokens: np.ndarray, weights: Arrays) -> Arrays:
    """Each token's vector plus its position's vector."""
    token = weights["embedding.token_weight"][tokens]  # (n_vocab, C) -> (T, C)
    position = weights["embedding.position_weight"][: len(tokens)]  # (block_size, C) -> (T, C)
    return {"token": token, "position": position, "output": token + position}  # (T, C)


def layer_norm(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray) -> Arrays:
    """Every row of x (T, C) brought to mean 0 and variance 1, then scaled and shifted."""
    mean = x.mean(-1)  # (T, C) -> (T,)
    centered = x - mean[:, None]  # (T, C)
    std = np.sqrt((centered * centered).mean(-1) + EPSILON)  # (T, C) -> (T,)
    normalized = centered / std[:, None]  # (T, C)
    output = normalized * gamma + beta  # (T, C)
    return {"mean": mean, "std": std, "normalized": normalized, "output": output}


def attend(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, n_head: int) -> Arrays:
    """Causal self-attention on x (T, C), before the projection; everything is a stack over heads."""
    qkv = x @ weight.T + bias  # (T, C) -> (T, 3C)
    q, k, v = qkv.reshape(len(x), 3, n_head, -1).transpose(1, 2, 0, 3)  # (T, 3C) -> 3 × (H, T, A)
    scores = q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1]) + causal_mask(len(x))  # (H, T, A) -> (H, T, T)
    return {"q": q, "k": k, "v": v, "scores": scores} | _mix(scores, v)


def _mix(scores: np.ndarray, v: np.ndarray) -> Arrays:
    """Softmax of the scores (H, T, T) along the keys, and the mean of the values (H, T, A) weighted by it."""
    parts = softmax(scores)  # (H, T), (H, T), (H, T, T)
    return {"max": parts["max"], "sum": parts["sum"], "weights": parts["probs"], "output": parts["probs"] @ v}


@lru_cache(maxsize=8)
def causal_mask(length: int) -> np.ndarray:
    """(T, T), 0 where a query (row) may look at a key (column), -inf where the key lies in its future."""
    return np.triu(np.full((length, length), -np.inf, np.float32), 1)


def softmax(x: np.ndarray) -> Arrays:
    """Softmax along the last axis (n), with the maximum taken off first so that nothing overflows."""
    largest = x.max(-1)  # (…, n) -> (…,)
    values = x - largest[..., None]  # (…, n), from here on in place: for a large vocabulary copies cost most
    np.exp(values, out=values)
    total = values.sum(-1)  # (…, n) -> (…,)
    values /= total[..., None]
    return {"max": largest, "sum": total, "probs": values}


def project(heads: np.ndarray, x: np.ndarray, weights: Arrays) -> Arrays:
    """Head outputs (H, T, A) side by side, projected and added to the residual stream x (T, C)."""
    joined = heads.transpose(1, 0, 2).reshape(x.shape)  # (H, T, A) -> (T, C)
    proj = joined @ weights["attn.c_proj.weight"].T + weights["attn.c_proj.bias"]  # (T, C)
    return {"proj": proj, "residual": x + proj}  # (T, C)


def mlp(normed: np.ndarray, x: np.ndarray, weights: Arrays, bend: Callable[[np.ndarray], np.ndarray]) -> Arrays:
    """The normed stream (T, C) widened, bent by a GELU, narrowed, and added to the residual stream x (T, C)."""
    hidden = normed @ weights["mlp.c_fc.weight"].T + weights["mlp.c_fc.bias"]  # (T, C) -> (T, 4C)
    activation = bend(hidden)  # (T, 4C)
    proj = activation @ weights["mlp.c_proj.weight"].T + weights["mlp.c_proj.bias"]  # (T, 4C) -> (T, C)
    return {"hidden": hidden, "activation": activation, "proj": proj, "residual": x + proj}


def predict(x: np.ndarray, weight: np.ndarray) -> Arrays:
    """Logits of the next token and their softmax, for every position of x (T, C)."""
    logits = x @ weight.T  # (T, C) -> (T, n_vocab)
    return {"logits": logits} | softmax(logits)  # (T, n_vocab), (T,), (T,), (T, n_vocab)


def check_tokens(config: GPTConfig, tokens: Sequence[int]) -> tuple[int, ...]:
    """The tokens as plain ints; ModelError if the model cannot take them."""
    if len(tokens) == 0:
        raise ModelError(f"There is no token to run the model on; it takes 1 to {config.block_size}.")
    if len(tokens) > config.block_size:
        raise ModelError(f"{len(tokens)} tokens are too many: this model takes at most {config.block_size}.")
    for token in tokens:
        if not 0 <= token < config.vocab_size or token != int(token):
            raise ModelError(f"Token {token} is outside the vocabulary: ids run from 0 to {config.vocab_size - 1}.")
    return tuple(int(token) for token in tokens)
