"""What both of our trainings share: how a model's parameters go down the slope of its loss."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

SEED = 3407
LARGEST = 1.0
"""Length that a gradient is cut to."""


def optimiser(model: nn.Module, matrices: Iterable[nn.Parameter], rate: float) -> torch.optim.AdamW:
    """AdamW as in minGPT: weight decay on ``matrices``, on nothing else."""
    matrices = list(matrices)
    chosen = {id(weight) for weight in matrices}
    rest = [p for p in model.parameters() if id(p) not in chosen]
    groups = [dict(params=matrices, weight_decay=0.1), dict(params=rest, weight_decay=0.0)]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.95))


def descend(model: nn.Module, optimizer: torch.optim.AdamW, loss: Tensor) -> None:
    """One step down."""
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), LARGEST)
    optimizer.step()
