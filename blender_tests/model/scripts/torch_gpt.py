"""minGPT's model in PyTorch: what nano-gpt is trained with, and the outside reference for our numpy.

It shares no line with ``llmviz_addon.model``. It is built from torch's own layers (``nn.LayerNorm``,
``nn.Linear``, ``nn.GELU``), so that a mistake in our arithmetic cannot hide in both places. Parameter
names are minGPT's. Needs torch, which neither the add-on nor its tests have.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

Record = dict[str, Tensor]


class SelfAttention(nn.Module):
    """Causal multi-head self-attention."""

    def __init__(self, n_head: int, n_embd: int, dropout: float) -> None:
        super().__init__()
        self.n_head = n_head
        self.c_attn = nn.Linear(n_embd, 3 * n_embd)
        self.c_proj = nn.Linear(n_embd, n_embd)
        self.attn_dropout = nn.Dropout(dropout)
        self.resid_dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, record: Record, name: str) -> Tensor:
        batch, length, width = x.shape  # B, T, C
        heads = (
            part.view(batch, length, self.n_head, -1).transpose(1, 2) for part in self.c_attn(x).split(width, dim=2)
        )
        q, k, v = heads  # (B, n_head, T, A) each
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))  # (B, n_head, T, T)
        scores = scores.masked_fill(torch.ones(length, length, dtype=torch.bool).triu(1), -math.inf)
        weights = functional.softmax(scores, dim=-1)  # (B, n_head, T, T)
        output = self.attn_dropout(weights) @ v  # (B, n_head, T, A)
        proj = self.c_proj(output.transpose(1, 2).reshape(x.shape))  # (B, T, C)
        largest = scores.amax(-1)
        total = (scores - largest[..., None]).exp().sum(-1)
        values = dict(q=q, k=k, v=v, scores=scores, max=largest, sum=total, weights=weights, output=output)
        for key, value in values.items():
            for head in range(self.n_head):
                record[f"{name}.heads.{head}.{key}"] = value[:, head]
        record[f"{name}.proj"] = proj
        return self.resid_dropout(proj)


class Mlp(nn.Module):
    """Two linear layers with a GELU (tanh form) between them."""

    def __init__(self, n_embd: int, dropout: float) -> None:
        super().__init__()
        self.c_fc = nn.Linear(n_embd, 4 * n_embd)
        self.c_proj = nn.Linear(4 * n_embd, n_embd)
        self.gelu = nn.GELU(approximate="tanh")
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, record: Record, name: str) -> Tensor:
        hidden = self.c_fc(x)  # (B, T, 4C)
        activation = self.gelu(hidden)  # (B, T, 4C)
        proj = self.c_proj(activation)  # (B, T, C)
        record.update({f"{name}.hidden": hidden, f"{name}.activation": activation, f"{name}.proj": proj})
        return self.dropout(proj)


class Layer(nn.Module):
    """One transformer layer: attention and MLP, each after a norm and beside a residual path."""

    def __init__(self, n_head: int, n_embd: int, dropout: float) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(n_embd)
        self.attn = SelfAttention(n_head, n_embd, dropout)
        self.ln_2 = nn.LayerNorm(n_embd)
        self.mlp = Mlp(n_embd, dropout)

    def forward(self, x: Tensor, record: Record, name: str) -> Tensor:
        x = x + self.attn(norm(self.ln_1, x, record, f"{name}.ln_1"), record, f"{name}.attn")
        record[f"{name}.attn.residual"] = x
        x = x + self.mlp(norm(self.ln_2, x, record, f"{name}.ln_2"), record, f"{name}.mlp")
        record[f"{name}.mlp.residual"] = x
        return x  # (B, T, C)


def norm(layer: nn.LayerNorm, x: Tensor, record: Record, name: str) -> Tensor:
    """Apply a layer norm and record what happens inside it."""
    output = layer(x)  # (B, T, C)
    record[f"{name}.mean"] = x.mean(-1)
    record[f"{name}.std"] = torch.sqrt(x.var(-1, unbiased=False) + layer.eps)
    record[f"{name}.normalized"] = functional.layer_norm(x, x.shape[-1:], eps=layer.eps)
    record[f"{name}.output"] = output
    return output


class GPT(nn.Module):
    """The whole model; ``forward`` gives the logits and fills ``record`` with every intermediate, by name."""

    def __init__(
        self, n_layer: int, n_head: int, n_embd: int, block_size: int, vocab_size: int, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.transformer = nn.ModuleDict(
            dict(
                wte=nn.Embedding(vocab_size, n_embd),
                wpe=nn.Embedding(block_size, n_embd),
                drop=nn.Dropout(dropout),
                h=nn.ModuleList(Layer(n_head, n_embd, dropout) for _ in range(n_layer)),
                ln_f=nn.LayerNorm(n_embd),
            )
        )
        self.lm_head = nn.Linear(n_embd, vocab_size, bias=False)
        self.apply(_initialise)
        for name, parameter in self.named_parameters():
            if name.endswith("c_proj.weight"):  # residual projections start smaller the deeper the model
                nn.init.normal_(parameter, std=0.02 / math.sqrt(2 * n_layer))

    def forward(self, tokens: Tensor, record: Record | None = None) -> Tensor:
        """tokens (B, T) int64 -> logits (B, T, vocab_size)."""
        record = {} if record is None else record
        token = self.transformer.wte(tokens)  # (B, T, C)
        position = self.transformer.wpe(torch.arange(tokens.shape[1]))[None]  # (1, T, C)
        x = token + position  # (B, T, C)
        record.update({"embedding.token": token, "embedding.position": position, "embedding.output": x})
        x = self.transformer.drop(x)
        for index, layer in enumerate(self.transformer.h):
            x = layer(x, record, f"layers.{index}")
        x = norm(self.transformer.ln_f, x, record, "ln_f")
        logits = self.lm_head(x)  # (B, T, vocab_size)
        largest = logits.amax(-1)
        record["output.logits"] = logits
        record["output.max"] = largest
        record["output.sum"] = (logits - largest[..., None]).exp().sum(-1)
        record["output.probs"] = functional.softmax(logits, dim=-1)
        return logits


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Linear | nn.Embedding):
        nn.init.normal_(module.weight, std=0.02)
    if isinstance(module, nn.Linear) and module.bias is not None:
        nn.init.zeros_(module.bias)
