"""What is measured without a scene in this process: the forward pass, checkpoints, and whole commands."""

from __future__ import annotations

import argparse
import importlib.util
from pathlib import Path

import excerpt
import numpy as np
from figures import Row, median, random, row
from growth import GPT2, MEMORY, costs

from llmviz_addon.model.checkpoint import Checkpoint, builtin, load
from llmviz_addon.model.forward import forward

HERE = Path(__file__).resolve().parent


def measure_forward(options: argparse.Namespace) -> list[Row]:
    """The forward pass with every intermediate kept, ours and PyTorch's."""
    rows = []
    for name, checkpoint, tokens in (
        ("nano-gpt, 11 tokens", builtin(), [2, 1, 0, 1, 1, 2, 0, 1, 1, 1, 2]),
        ("GPT-2's shape, 64 tokens", random(GPT2), list(range(64))),
    ):
        ours = median(lambda c=checkpoint, t=tokens: forward(c, t))
        theirs = _torch(checkpoint, tokens)
        rows.append(row(f"forward, {name}", ours * 1e3, "ms"))
        if theirs is None:
            rows.append(row("  against PyTorch", None, "times", 1.3, "torch is not installed"))
        else:
            rows.append(row("  against PyTorch", ours / theirs, "times", 1.3, f"PyTorch takes {theirs * 1e3:.4g} ms"))
    return rows


def _torch(checkpoint: Checkpoint, tokens: list[int]) -> float | None:
    if importlib.util.find_spec("torch") is None:
        return None
    import torch
    from torch_gpt import GPT

    shape = {
        key: getattr(checkpoint.config, key) for key in ("n_layer", "n_head", "n_embd", "block_size", "vocab_size")
    }
    model = GPT(**shape).eval()
    batch = torch.tensor([tokens])
    with torch.inference_mode():
        return median(lambda: model(batch))


def measure_formats(options: argparse.Namespace) -> list[Row]:
    """How far our logits are from those of PyTorch and transformers, per format of checkpoint."""
    data = HERE.parent / "model" / "data" / "checkpoints"
    with np.load(data / "expected.npz") as file:
        expected = dict(file)
    rows = []
    for case in sorted({name.partition("/")[0] for name in expected}):
        checkpoint = load(data / case)
        ours = forward(checkpoint, expected[f"{case}/tokens"].tolist())["output.logits"]
        theirs = expected[f"{case}/logits"]
        error = float(np.abs(ours - theirs).max())
        note = f"the largest logit is {np.abs(theirs).max():.3g}"
        rows.append(row(f"{case}, largest difference of a logit", error, "", 1e-5, note))
    return rows


def measure_growth(options: argparse.Namespace) -> list[Row]:
    """Processor time and memory of whole commands on models that are deep, wide or large."""
    if any(importlib.util.find_spec(name) is None for name in ("bpy", "safetensors")):
        return [row("growth", None, "s", 10.0, "bpy or safetensors is not installed")]
    rows = []
    for what, seconds, most, peak in costs(random):
        rows += [row(what, seconds, "s", most, "processor time"), row("  peak memory", peak, "MB", MEMORY)]
    return rows


def measure_excerpt(options: argparse.Namespace) -> list[Row]:
    """Some seconds of film by the shell's command, and a flat scene as long by Manim."""
    if importlib.util.find_spec("bpy") is None:
        return [row("excerpt", None, "s", None, "bpy is not installed")]
    ours, theirs = excerpt.costs(options.manim, options.jobs)
    rows = []
    for kind, target in (("processor", 0.7), ("wall", None)):
        for whose, found in (("excerpt of 7.5 s", ours), ("  the same by Manim", theirs)):
            times = sorted(getattr(cost, kind) for cost in found)
            note = f"{times[0]:.1f} to {times[-1]:.1f}" if times else "manim is not installed"
            rows.append(row(f"{whose}, {kind} time", excerpt.middle(found, kind) if found else None, "s", None, note))
        of_theirs, spread = excerpt.ratio(ours, theirs, kind) if theirs else (None, "manim is not installed")
        rows.append(row("  against Manim", of_theirs, "times", target, spread))
    return rows
