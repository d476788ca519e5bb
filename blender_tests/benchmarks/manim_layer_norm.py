"""The heart of the Layer Norm chapter as a flat scene of Manim CE, to time ours against; see ``excerpt``.

Two matrices of 11 columns and 48 rows, a square and a dot per cell; the one moves beside the other (1 s), all columns
but one are dimmed (0.5 s), that one is computed cell by cell (2 s), then the others column by column (4 s).

    python -m manim render -qm --fps 30 --disable_caching manim_layer_norm.py LayerNorm
"""

from __future__ import annotations

import numpy as np
from manim import BLACK, GREEN, LEFT, RIGHT, UP, WHITE, Dot, FadeIn, ManimColor, Scene, Square, Text, VGroup, config

config.background_color = WHITE
COLUMNS, ROWS, CELL, EXAMPLE = 11, 48, 0.13, 3


def matrix(values: np.ndarray) -> VGroup:
    """Columns of cells, each a square and a dot that tells the sign and the size of its value."""
    columns = VGroup()
    for t, column in enumerate(values):
        cells = VGroup()
        for c, value in enumerate(column):
            square = Square(CELL, stroke_width=0.3, stroke_color=WHITE, fill_color=GREEN, fill_opacity=0.4)
            color = ManimColor.from_rgb((0.4, 0.8, 0.4)) if value > 0 else BLACK
            dot = Dot(radius=CELL * 0.3, color=color, fill_opacity=min(1.0, abs(value)))
            cells.add(VGroup(square, dot).move_to((t * CELL, -c * CELL, 0)))
        columns.add(cells)
    return columns


class LayerNorm(Scene):
    """7.5 seconds."""

    def construct(self) -> None:
        """Tell it."""
        x = np.random.default_rng(0).normal(size=(COLUMNS, ROWS))
        y = (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True)
        left, right = matrix(x).move_to(LEFT * 2), matrix(y).move_to(RIGHT * 2)
        for column in right:
            for cell in column:
                cell[1].set_opacity(0)
        self.add(left, right)
        title = Text("Layer Norm", font_size=24, color=BLACK).to_edge(UP)
        self.play(left.animate.shift(RIGHT), FadeIn(title), run_time=1)
        others = [of[t] for of in (left, right) for t in range(COLUMNS) if t != EXAMPLE]
        self.play(*[column.animate.set_opacity(0.3) for column in others], run_time=0.5)
        for cell in right[EXAMPLE]:
            cell[1].set_opacity(1)
            self.wait(2 / ROWS)
        for column in right:
            for cell in column:
                cell[1].set_opacity(1)
            self.wait(4 / COLUMNS)
