"""Named groups of grids, nested as the model is, each with a bracket at its left.

A bracket stands as far left as it must to clear the grids it spans and the names of the sections within.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from .grid import Grid, Section
from .groups import Attention, Layer, Layout
from .lettering.font import advance

_SHARE = 0.05  # size of a section's name, as a share of its bracket's height
_SMALLEST = 0.25  # metres


def name_size(section: Section) -> float:
    """Em of the section's name beside its bracket, in metres."""
    if section.bracket is None:
        return _SMALLEST
    top, bottom = section.bracket
    return max(_SMALLEST, _SHARE * (top[2] - bottom[2]))


def sections(layout: Layout) -> tuple[Section, ...]:
    """Embedding, every layer, output; with norms, attention, heads, projection and MLP within."""
    gap = layout.gap
    return (
        _section("embedding", "Embedding", (layout.tokens, *layout.embedding.grids), gap),
        *(_layer(f"layers.{number}", f"Layer {number}", layer, gap) for number, layer in enumerate(layout.layers)),
        _section(
            "output",
            "Output",
            (*layout.ln_f.grids, *layout.output.grids),
            gap,
            (_section("ln_f", "Layer Norm", layout.ln_f.grids, gap),),
        ),
    )


def _layer(name: str, title: str, layer: Layer, gap: float) -> Section:
    children = (
        Section(f"{name}.ln_1", "Layer Norm", layer.ln_1.grids),  # a bracket would cross what stands beside
        _attention(f"{name}.attn", layer.attn, gap),
        Section(f"{name}.ln_2", "Layer Norm", layer.ln_2.grids),
        _section(f"{name}.mlp", "MLP", layer.mlp.grids, gap),
    )
    return _section(name, title, layer.grids, gap, children)


def _attention(name: str, attention: Attention, gap: float) -> Section:
    heads = tuple(
        _section(f"{name}.heads.{number}", f"Head {number}", head.grids, gap)
        for number, head in enumerate(attention.heads)
    )
    projection = (attention.proj_weight, attention.proj_bias, attention.proj, attention.residual)
    children = (*heads, _section(f"{name}.proj", "Projection", projection, gap))
    section = _section(name, "Self-attention", attention.grids, gap, children)
    front = min(float(head.q.box[0][1]) for head in attention.heads)
    return _moved(section, front)


def _section(name: str, title: str, grids: Iterable[Grid], gap: float, children: tuple[Section, ...] = ()) -> Section:
    grids = tuple(grids)
    boxes = np.array([grid.box for grid in grids])
    low, high = boxes[:, 0].min(axis=0), boxes[:, 1].max(axis=0)
    left = low[0] - gap
    for child in children:
        if child.bracket is not None:
            left = min(left, child.bracket[0][0] - gap / 2 - advance(child.title, name_size(child)))
    x = float(left - gap)
    y = float((low[1] + high[1]) / 2)
    top, bottom = float(high[2]), float(low[2])
    return Section(name, title, grids, ((x, y, top), (x, y, bottom)), children)


def _moved(section: Section, y: float) -> Section:
    """The section with its bracket in another plane: in front of the brackets within, so that none crosses it."""
    assert section.bracket is not None
    top, bottom = section.bracket
    return replace(section, bracket=((top[0], y, top[2]), (bottom[0], y, bottom[2])))
