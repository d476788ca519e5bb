"""The bands along which data flows, as slender as they can be and still be followed.

A ribbon leaves the middle of a side of its source and ends short of the middle of a side of its
target: short of the top enough to leave room for the target's label. The residual stream is one
band from sum to sum, straight down; what reads the stream branches off from it level with the reader.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .grid import CELL, Grid, Ribbon, Role
from .groups import MLP, Attention, Head, Layer, Layout, Norm, Output

SIDE, TOP, LEAVE = 0.15, 0.58, 0.1
"""Shares of the gap that stay free before a side and before a top (for the label), and after a source."""

FLAT = np.array([0.0, 0.0, 1.0])  # the width of bands that run sideways
WIDE = np.array([1.0, 0.0, 0.0])  # the width of bands that run up and down


def ribbons(layout: Layout, heads: bool = True) -> tuple[Ribbon, ...]:
    """All ribbons of the model, in the order of computation; without ``heads`` none that starts or ends at one."""
    return tuple(_Weaver(layout, heads).all())


class _Weaver:
    """Knows the gap and the widths; each method yields the ribbons of one part of the model."""

    def __init__(self, layout: Layout, heads: bool) -> None:
        self.layout = layout
        self.heads = heads
        self.gap = layout.gap
        self.wide = min(0.35 * self.gap, 0.35 * layout.n_tokens * CELL + 0.5 * CELL)  # the stream
        self.thin = 0.6 * self.wide

    def all(self) -> Iterator[Ribbon]:
        layout, embedding = self.layout, self.layout.embedding
        yield self.down(layout.tokens, embedding.output)
        yield self.across(embedding.token_weight, embedding.output)
        yield self.across(embedding.position_weight, embedding.output)
        stream = embedding.output
        for layer in layout.layers:
            yield from self.layer(stream, layer)
            stream = layer.mlp.residual
        yield from self.norm(stream, layout.ln_f, last=True)
        yield from self.output(layout.ln_f, layout.output)

    def layer(self, stream: Grid, layer: Layer) -> Iterator[Ribbon]:
        top = layer.ln_1.mean.box[1][2] + 1.5 * self.gap
        yield self.stream(stream, layer.attn.residual, float(top))
        yield from self.norm(stream, layer.ln_1)
        yield from self.attention(layer.ln_1, layer.attn)
        yield self.stream(layer.attn.residual, layer.mlp.residual, float(top))
        yield from self.norm(layer.attn.residual, layer.ln_2)
        yield from self.mlp(layer.ln_2, layer.mlp)

    # --- the stream -----------------------------------------------------------------------------------

    def stream(self, source: Grid, target: Grid, top: float) -> Ribbon:
        """The residual stream from one sum to the next; if that is in the next column, up and over its ``top``."""
        start, end = self.below(source), self.above(target)
        if abs(start[0] - end[0]) < CELL / 2:
            return self.band(source, target, [start, end], self.wide)
        low = start[2] - self.gap
        rise = float(source.box[1][0]) + 2 * self.gap
        path = [start, (start[0], 0, low), (rise, 0, low), (rise, 0, top), (end[0], 0, top), end]
        return self.band(source, target, path, self.wide)

    def norm(self, stream: Grid, norm: Norm, last: bool = False) -> Iterator[Ribbon]:
        """From the stream to a norm's aggregates and its output, and the scale and shift; the ``last`` ends it."""
        right = float(norm.output.box[1][0])
        x = right + self.gap + norm.output.size[0] / 2  # the middle of the stream
        rows = float(norm.mean.box[0][2])
        middle = float(norm.output.center[2])
        near, branch = right + SIDE * self.gap, x - self.wide / 2
        yield self.band(stream, norm.mean, [(branch, 0, rows), (near, 0, rows)], self.thin, FLAT)
        if last:
            path = [self.below(stream), (x, 0, middle), (near, 0, middle)]
            yield self.band(stream, norm.output, path, self.wide)
        else:
            yield self.band(stream, norm.output, [(branch, 0, middle), (near, 0, middle)], self.thin, FLAT)
        yield self.down(norm.std, norm.output)
        yield self.across(norm.gamma, norm.output)
        yield self.across(norm.beta, norm.gamma)

    # --- attention ------------------------------------------------------------------------------------

    def attention(self, norm: Norm, attention: Attention) -> Iterator[Ribbon]:
        heads = attention.heads if self.heads else ()
        for head in heads:
            yield from self.head(norm, head)
        for head in heads:
            yield self.drop(head.output, attention.proj)
        yield self.across(attention.proj_weight, attention.proj)
        yield self.across(attention.proj_bias, attention.proj_weight)
        yield self.across(attention.proj, attention.residual)

    def head(self, norm: Norm, head: Head) -> Iterator[Ribbon]:
        for weight, bias, vectors in (
            (head.q_weight, head.q_bias, head.q),
            (head.k_weight, head.k_bias, head.k),
            (head.v_weight, head.v_bias, head.v),
        ):
            yield self.fan(norm.output, vectors)
            yield self.across(weight, vectors)
            yield self.across(bias, weight)
        yield self.drop(head.q, head.scores)
        yield self.drop(head.k, head.scores)
        yield self.across(head.scores, head.max)
        yield self.across(head.sum, head.weights)
        yield self.drop(head.v, head.output)
        x = float(head.weights.center[0])
        away = float(head.weights.center[1])
        level = float(head.output.center[2])
        end = head.output.box[0][0] - SIDE * self.gap
        path = [self.below(head.weights), (x, away, level), (end, away, level)]
        yield self.band(head.weights, head.output, path, self.thin)

    def fan(self, source: Grid, target: Grid) -> Ribbon:
        """From the norm to one head's vectors: it turns into their plane at once, clear of γ and β."""
        start = float(source.box[0][0]) - SIDE * self.gap
        end = float(target.box[1][0]) + SIDE * self.gap
        turn = float(source.box[0][0]) - self.gap / 2
        _, away, level = (float(v) for v in target.center)
        path = [(start, 0.0, level), (turn, 0.0, level), (turn, away, level), (end, away, level)]
        if abs(away) < CELL / 2:
            path = [path[0], path[-1]]
        return self.band(source, target, path, self.thin, FLAT)

    def drop(self, source: Grid, target: Grid) -> Ribbon:
        """Down, in depth to the target's plane where that is another, and down on it."""
        start, end = self.below(source), self.above(target)
        level = end[2] + min(0.3 * self.gap, 0.75 * (start[2] - end[2]))
        path = [start, (start[0], start[1], level), (end[0], end[1], level), end]
        if abs(start[1] - end[1]) < CELL / 2:
            path = [start, end]
        return self.band(source, target, path, self.thin)

    # --- the rest -------------------------------------------------------------------------------------

    def mlp(self, norm: Norm, mlp: MLP) -> Iterator[Ribbon]:
        x, level = float(norm.output.center[0]), float(mlp.hidden.center[2])
        end = mlp.hidden.box[1][0] + SIDE * self.gap
        path = [self.below(norm.output), (x, 0, level), (end, 0, level)]
        yield self.band(norm.output, mlp.hidden, path, self.thin)
        yield self.down(mlp.fc_weight, mlp.hidden)
        yield self.down(mlp.fc_bias, mlp.fc_weight)
        yield self.down(mlp.hidden, mlp.activation)
        start = mlp.activation.box[1][0] + LEAVE * self.gap
        x, level = float(mlp.proj.center[0]), float(mlp.activation.center[2])
        path = [(start, 0, level), (x, 0, level), self.above(mlp.proj)]
        yield self.band(mlp.activation, mlp.proj, path, self.thin, FLAT)
        yield self.across(mlp.proj_weight, mlp.proj)
        yield self.across(mlp.proj_bias, mlp.proj_weight)
        yield self.across(mlp.proj, mlp.residual)

    def output(self, norm: Norm, output: Output) -> Iterator[Ribbon]:
        yield self.down(norm.output, output.logits)
        yield self.across(output.weight, output.logits)
        yield self.down(output.logits, output.max)
        yield self.down(output.sum, output.probs)

    # --- bands ----------------------------------------------------------------------------------------

    def below(self, grid: Grid) -> tuple[float, float, float]:
        """Where a ribbon leaves the lower side of a grid."""
        x, y, _ = grid.center
        return (float(x), float(y), float(grid.box[0][2] - LEAVE * self.gap))

    def above(self, grid: Grid) -> tuple[float, float, float]:
        """Where a ribbon ends above a grid and its label; aggregates have theirs at the side."""
        x, y, _ = grid.center
        free = SIDE if grid.role is Role.AGGREGATE else TOP
        return (float(x), float(y), float(grid.box[1][2] + free * self.gap))

    def down(self, source: Grid, target: Grid) -> Ribbon:
        """From a grid to the one below."""
        return self.band(source, target, [self.below(source), self.above(target)], self.thin)

    def across(self, source: Grid, target: Grid) -> Ribbon:
        """From a grid to the one beside it, level with the middle of the shorter."""
        shorter = min(source, target, key=lambda grid: grid.size[2])
        y, level = float(shorter.center[1]), float(shorter.center[2])
        if source.center[0] < target.center[0]:
            ends = source.box[1][0] + LEAVE * self.gap, target.box[0][0] - SIDE * self.gap
        else:
            ends = source.box[0][0] - LEAVE * self.gap, target.box[1][0] + SIDE * self.gap
        return self.band(source, target, [(x, y, level) for x in ends], self.thin, FLAT)

    def band(
        self,
        source: Grid,
        target: Grid,
        path: list[tuple[float, float, float]],
        width: float,
        across: np.ndarray = WIDE,
    ) -> Ribbon:
        role = Role.WEIGHT if source.role is Role.WEIGHT else Role.ACTIVATION
        name = f"ribbon:{source.name}>{target.name}"
        return Ribbon(name, source.name, target.name, np.array(path, dtype=float), across, width, role)
