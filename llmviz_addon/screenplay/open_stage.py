"""The open stage: the whole model without a film, on which it may go on writing.

A film tells of one run, with that run's numbers in what is said; the next token would make them untrue. So
tokens are appended on a set without chapters that has columns to spare. What is not there yet is empty, and
what stands where does not depend on the run: the next token changes values and what is written with the
tokens, nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ..errors import ModelError
from ..kept import kept
from ..language import Language, language_in_use, spoken
from ..layout.build import layout
from ..layout.grid import Grid
from ..layout.layout import Layout
from ..layout.lettering.drawing import Drawing
from ..layout.lettering.font import font_in_use, lettered, once_per_font
from ..layout.lettering.font_file import FontFile
from ..layout.rules.formula import evaluate
from ..layout.signs.signage import TokenSigns, card, signage, token_signs
from ..layout.vocabulary import CANDIDATES, SHOWN_AT_LEAST, window
from ..model.architecture import Architecture
from ..model.config import GPTConfig
from ..model.run import Run
from ..model.sampling import Sampling
from .page import pose
from .page.view import Area, View, corners, frame
from .production import Production, check
from .score.timeline import Channel, Timeline

ROOM = 16
"""Columns to spare, where nothing else is asked for."""
PLACES = ("whole", "input", "output")
AZIMUTH, ELEVATION = 281.0, 9.0
MARGIN = 0.06
"""Frame heights around what is looked at."""
END = 2.0
"""Metres of the probabilities that are seen with what is written under them."""


@dataclass(frozen=True, eq=False)
class Moment:
    """A run on a stage of ``columns`` columns, of which the first ``len(run.tokens)`` are filled."""

    run: Run
    columns: int
    font: FontFile | None = field(default_factory=font_in_use)
    language: Language = field(default_factory=language_in_use)

    def resampled(self, sampling: Sampling) -> Moment:
        """The same run, with another choice of what comes next."""
        return replace(self, run=self.run.resampled(sampling))

    @property
    def is_full(self) -> bool:
        """Whether no column is left."""
        return len(self.run.tokens) == self.columns

    def following(self) -> Moment:
        """The drawn token appended, and the next one drawn in the same way; ModelError if no column is left."""
        if self.is_full:
            full = self.columns == self.run.config.block_size
            why = f"{self.run.model.name!r} takes no more" if full else "open it with more room"
            raise ModelError(f"All {self.columns} columns of the stage are filled; {why}.")
        return replace(self, run=self.run.following())

    @kept
    def layout(self) -> Layout:
        """Where everything stands; of a large vocabulary which tokens have cells, always as many."""
        count = max(SHOWN_AT_LEAST, 2 * self.columns + CANDIDATES)  # enough for all that a window must show
        shown = window(self.run.tokens, self.run.probs, count)
        with lettered(self.font), spoken(self.language):
            return _layout(self.run.config, self.run.model.architecture, self.columns, shown)

    @property
    def values(self) -> dict[str, np.ndarray]:
        """The run's tensors in the lengths of the stage; minus infinity where no token is yet."""
        return {grid.name: _filled_up(self.run.trace[grid.name], grid) for grid in self.layout.grids}

    @property
    def reveals(self) -> dict[str, float]:
        """How many cells show their value, by name of each grid that is not the same for every run.

        Those have a row per token, or are the tables of a vocabulary of which only some tokens have cells.
        """
        count = len(self.run.tokens)
        found = {}
        for grid in self.layout.grids:
            grows, windowed = grid.axes[0].name == "T", any(axis.shown is not None for axis in grid.axes)
            if grows or windowed:
                rows = count if grows else grid.shown_shape[0]
                found[grid.name] = float(rows * math.prod(grid.shown_shape[1:]))
        return found

    @property
    def signs(self) -> TokenSigns:
        """What is written with the tokens."""
        with lettered(self.font), spoken(self.language):
            return token_signs(self.layout, self.run)

    def production(self, size: tuple[int, int], fps: int = 30) -> Production:
        """All that the stage needs: the set, this run on it, and a camera that sees it whole."""
        check(None, size, fps)
        with lettered(self.font), spoken(self.language):
            signs = signage(self.layout, self.run, growing=True)
        home = {Channel(name, "reveal"): cells for name, cells in self.reveals.items()}
        home |= {Channel(sign.name, "opacity"): 1.0 for sign in self.signs}  # so that each has its own object
        home |= pose.told(self.view("whole", size))
        timeline = Timeline(fps, size, 1, (), (), (), (), (), (), home)
        return Production(self.layout, self.values, signs, timeline, run=self.run, language=self.language)

    def view(self, place: str, size: tuple[int, int]) -> View:
        """The pose from which a place, one of ``PLACES``, fills a picture of ``size``."""
        stage, signs = self.layout, self.signs
        if place == "input":
            points = _points((signs.input, signs.next), [stage.tokens.box])
        elif place == "output":
            low, high = stage.output.probs.box
            end = (low, np.array([high[0], high[1], min(high[2], low[2] + END)]))
            points = _points((signs.output, signs.candidates), [end])
        else:
            model = self.run.model
            with lettered(self.font), spoken(self.language):
                name = card(stage, model.name, model.n_params, model.blueprint.remarks)
            points = _points((*signs, name), [grid.box for grid in stage.grids])
        half = size[0] / size[1] / 2
        area = Area(-half + MARGIN, -0.5 + MARGIN, half - MARGIN, 0.5 - MARGIN)
        return frame(points, AZIMUTH, ELEVATION, area)


def opening(run: Run, room: int = ROOM) -> Moment:
    """The moment at which a stage opens on a run, with ``room`` columns to spare as far as the model goes."""
    if room < 0:
        raise ModelError(f"A room of {room} columns is not possible; give 0 or more.")
    return Moment(run, min(len(run.tokens) + room, run.config.block_size))


@once_per_font(4)
def _layout(config: GPTConfig, architecture: Architecture, columns: int, shown: tuple[int, ...] | None) -> Layout:
    return layout(config, columns, vocabulary=shown, architecture=architecture)


def _filled_up(tensor: np.ndarray, grid: Grid) -> np.ndarray:
    """A tensor with a row, and in attention a column, for every token to come.

    A row that is not there is minus infinity, which the stage takes for no number. Of a row that is there, what
    lies in the future is forbidden: its score is minus infinity and its weight 0, as the model would have it.
    """
    if tensor.shape == grid.shape:
        return tensor
    whole = np.full(grid.shape, -np.inf, np.float32)
    if grid.rule is not None and grid.rule.masked is not None:
        whole[: len(tensor)] = evaluate(grid.rule.masked, {}, ())
    whole[tuple(slice(length) for length in tensor.shape)] = tensor
    return whole


def _points(drawings: Sequence[Drawing], boxes: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """What drawings and boxes span, (n, 3) metres."""
    return np.concatenate([*(drawing.points for drawing in drawings), *(corners(*box) for box in boxes)])
