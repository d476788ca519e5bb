"""The part of the vocabulary that is read off: the model, its run and the set, and what follows from their numbers."""

from __future__ import annotations

import re

import numpy as np

from .. import language, rounding
from ..layout.grid import Grid, Region, Ribbon
from ..layout.layout import Layout
from ..layout.tensor import Numbers, Unplaced
from ..model.activations import Activation
from ..model.checkpoint import Checkpoint
from ..model.config import GPTConfig
from ..model.sampling import Draw, distribution
from ..model.trace import Trace
from .asking import verb
from .cast.signs import Signs
from .cast.things import Grids, Named, Thing
from .page.commentary import in_words
from .pictures import curve
from .score.timeline import Standing
from .telling import Telling
from .verbs import comparing, neighbours, reading

EXAMPLE_TIME = 3
"""The column that chapters follow: the fourth, or the last of a shorter input."""
OTHER_HEAD = re.compile(r"\.heads\.[1-9]")


class Facts:
    """What a chapter is about; nothing here takes time or changes anything."""

    __slots__ = ("_telling",)

    def __init__(self, telling: Telling) -> None:
        self._telling = telling

    @property
    def layout(self) -> Layout:
        """The grids, by the names that ``llmviz layout`` lists."""
        return self._telling.layout

    @property
    def config(self) -> GPTConfig:
        """The sizes ``n_layer``, ``n_head``, ``n_embd``, ``head_size``, ``block_size``, ``vocab_size``."""
        return self._telling.trace.config

    @property
    def checkpoint(self) -> Checkpoint:
        """The model: its ``name``, ``n_params``, whether it has ``biases``, its ``tokenizer``."""
        return self._telling.checkpoint

    @property
    def trace(self) -> Trace:
        """Every tensor of the run by name, those that have no grid too."""
        return self._telling.trace

    @property
    def tokens(self) -> tuple[int, ...]:
        """The ids of the input."""
        return self._telling.trace.tokens

    @property
    def draw(self) -> Draw:
        """What comes after the input: its ``token``, its ``candidates``, and the ``sampling`` that it is chosen by."""
        return reading.drawn(self._telling)

    @property
    def example_time(self) -> int:
        """The column that all chapters follow: the fourth, or the last of a shorter input."""
        return min(EXAMPLE_TIME, len(self.tokens) - 1)

    @property
    def now(self) -> float:
        """Seconds since the chapter began."""
        return self._telling.now

    @property
    def models(self) -> tuple[Standing, ...]:
        """Models in outline side by side, invisible at first; the chapter's own first, then the others by size."""
        return comparing.models(self._telling)

    @property
    def neighbours(self) -> tuple[Standing, ...]:
        """Models larger than the set's, in outline beside it and to scale, by size; invisible at first."""
        return neighbours.neighbours(self._telling)

    @verb
    def values(self, tensor: Grid | Unplaced) -> np.ndarray:
        """The numbers of a grid, as an array in the tensor's shape; yours to read."""
        return self._telling.values(tensor)

    @verb
    def token_text(self, t: int) -> str:
        """The text of the token at time ``t``."""
        return reading.token_text(self._telling, t)

    @verb
    def text_of(self, token: int) -> str:
        """The text of a token of the vocabulary."""
        return language.AsIs(self.checkpoint.tokenizer.text(token))

    @verb
    def token_name(self, t: int) -> str:
        """What the token at time ``t`` is called in a sentence: ``letter C``, ``token 318`` or ``token “·the”``."""
        return reading.token_name(self._telling, t)

    @verb
    def name_of(self, token: int) -> str:
        """What a token of the vocabulary is called in a sentence, as ``token_name`` calls one of the input."""
        return reading.name_of(self._telling, token)

    @verb
    def chances(
        self, t: int, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None
    ) -> np.ndarray:
        """How likely each token of the vocabulary is to be drawn after the one at time ``t``; they sum to 1."""
        return distribution(self.trace["output.logits"][t], temperature, top_k, top_p)

    @verb
    def lens(self, t: int) -> np.ndarray:
        """What the model would say follows the token at time ``t`` if it ended after the embedding, after each layer:
        probabilities, (n_layer + 1, n_vocab)."""
        return self._telling.lens(t)

    @verb
    def largest(self, region: Region) -> list[int]:
        """Where the largest number of a region is, such as of a row; several places where it is a tie."""
        return reading.largest(self._telling, region)

    @verb
    def clearest(self, *regions: Region) -> int:
        """Which of some regions, such as one row of every head, has the largest number; the first in a tie."""
        return reading.clearest(self._telling, *regions)

    @verb
    def bend(self, grid: Grid) -> Activation:
        """The function that each number of a grid is bent by, such as an MLP's GELU: ``name``, and what it gives."""
        return curve.bend(self._telling, grid)

    @verb
    def softmax(self, numbers: Region | Numbers | np.ndarray) -> reading.Softmax:
        """What a softmax makes of a row: ``largest``, ``shifted``, ``powers`` of e, their ``sum``, ``shares``."""
        return reading.softmax(self._telling, numbers)

    @verb
    def share(self, shares: np.ndarray, place: int, *, percent: bool = False) -> str:
        """One of some shares of one whole, in words, written as a chart of all of them does: ``0.711``."""
        return language.AsIs(
            in_words((rounding.written_percents if percent else rounding.written_shares)(shares)[place])
        )

    @verb
    def count(self, amount: int, what: str) -> str:
        """So many of something, in words: ``1 layer``, ``1,024 layers``."""
        return language.count(amount, what)

    @verb
    def phrase(self, text: str, *values: str | int) -> str:
        """A text in the language of the film, with ``values`` in its places ``{}``: for titles made of others."""
        return language.phrase(text, *values)

    @verb
    def all_but(self, *things: Thing) -> list[Named]:
        """The whole set except ``things`` and the ribbons between the grids among them."""
        return self._telling.cast.all_but(*things)

    @verb
    def ribbons(self, *things: Thing) -> list[Ribbon]:
        """The ribbons between the grids among ``things``."""
        return self._telling.cast.ribbons_among(*things)

    def one_head(self, *things: Grids) -> list[Grid]:
        """The grids among ``things``, such as layers, but of several heads the first: they would stand on others."""
        return [grid for grid in self._telling.cast.grids_of(*things) if not OTHER_HEAD.search(grid.name)]

    @property
    def signs(self) -> Signs:
        """What is written on the set: ``card``, ``input``, ``next``, ``output``, ``candidates``, and of a grid
        its ``label(grid)``, of a section, or of the group that is one, its ``bracket(section)``."""
        return self._telling.cast.signs
