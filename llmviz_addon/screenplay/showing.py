"""The part of the vocabulary that shows: scenes and pictures made of numbers, and models in outline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..layout.grid import Grid, Region
from ..layout.layout import Layout
from ..layout.lettering.drawing import Drawing
from ..layout.tensor import Numbers
from .asking import verb
from .cast.things import Grids
from .facts import Facts
from .pictures import (
    bands,
    bars,
    curve,
    firing,
    guesses,
    lookup,
    numbering,
    reordering,
    shared_out,
    skyline,
    squares,
    worked_out,
    writing,
)
from .pictures import chart as charts
from .pictures.chart import Bars
from .pictures.curve import Curve
from .pictures.skyline import Skyline
from .pictures.worked_out import Worked
from .scenes import adding, dot_product, going_home, shutter, sliding, weighted_sum
from .scenes.weighted_sum import Summed
from .score.timeline import Standing
from .verbs import comparing, gathering, neighbours


class Showing(Facts):
    """What a chapter has told as a whole, each by one verb."""

    __slots__ = ()

    # Scenes, pictures -------------------------------------------------------------------------

    @verb
    def dot_product(self, cell: Region, *, seconds: float = 12.0) -> Drawing:
        """Tell how a cell comes from two vectors: every pair, every product, the running sum, the bias, and home.

        Returns the number that stands beside the grid then.
        """
        return dot_product.dot_product(self._telling, cell, seconds=seconds)

    @verb
    def slide_along(self, row: Region, *, seconds: float = 8.0) -> None:
        """Tell how a row such as ``head.scores[t, : t + 1]`` is made: the query slides along the keys."""
        sliding.slide_along(self._telling, row, seconds=seconds)

    @verb
    def shutter(self, grid: Grid, *, seconds: float = 6.0) -> None:
        """Compute a causal matrix such as ``head.scores`` row by row, behind a shutter over later keys."""
        shutter.shutter(self._telling, grid, seconds=seconds)

    @verb
    def weighted_sum(self, region: Region, *, seconds: float = 9.0, home: bool = True) -> Summed:
        """Tell how a column such as ``head.output[t]`` comes from vectors that meet their weights, fade and merge.

        Weights, vectors and their sum stay up side by side until the beat is over. Where the sum is to be brought
        home after that, it is not ``home`` yet.
        """
        return weighted_sum.weighted_sum(self._telling, region, seconds=seconds, home=home)

    @verb
    def bring_home(self, summed: Summed, *, seconds: float = 4.0) -> None:
        """Let what a weighted sum came to go into its column; in a beat that is not told afresh, so that it is up.

        The column then stands apart in its grid, until that is merged.
        """
        going_home.bring_home(self._telling, summed, seconds=seconds)

    @verb
    def gather(self, column: Region, *sources: Region, seconds: float | None = None) -> list[Drawing]:
        """Show where a column such as ``embedding.output[t]`` comes from: the one or two others that it is the sum of
        are outlined, then it is, and is computed. The outlines are returned; ``light`` puts out what was marked."""
        return gathering.gather(self._telling, column, *sources, seconds=seconds)

    @verb
    def add_up(self, *columns: Region, of: Sequence[Grid] = (), seconds: float = 8.0) -> None:
        """Tell what columns such as ``residual[t]`` are the sums of: these side by side with + between, row by row.

        Of a projection each head's share is one. ``of`` are copies, one for each column added, that they come from.
        """
        adding.add_up(self._telling, *columns, of=of, seconds=seconds)

    @verb
    def skyline(
        self, region: Region, title: str, *, beside: Region | Numbers | None = None, seconds: float | None = None
    ) -> Skyline:
        """The numbers of a vector as bars, with their mean and deviation; ``beside``: what else its scale is to hold.

        This and other pictures of numbers take the stage, from which all else steps aside until the beat is over.
        """
        return skyline.skyline(self._telling, region, title, beside=beside, seconds=seconds)

    @verb
    def become(
        self, chart: Skyline | Bars, numbers: Region | Numbers | np.ndarray, title: str, *,
        span: tuple[float, float] | None = None, pale: Sequence[int] = (), percent: bool | None = None,
        seconds: float = 4.0,
    ) -> None:  # fmt: skip
        """Let a skyline or bars turn into other numbers, such as ``ln.normalized[t]``, bars on another scale, too.

        Bars at the places ``pale`` do not count any more; from now on they are written in ``percent`` or not.
        """
        if isinstance(chart, Bars):
            charts.become(
                self._telling, chart, numbers, title, span=span, pale=pale, percent=percent, seconds=seconds
            )  # fmt: skip
        else:
            skyline.become(self._telling, chart, numbers, title, seconds=seconds)

    @verb
    def chart(
        self, numbers: Region | Numbers | np.ndarray, names: Sequence[str] | Sequence[int], title: str, *,
        span: tuple[float, float] | None = None, part: tuple[int, int] = (0, 1), whole: bool = False,
        percent: bool = False, seconds: float | None = None,
    ) -> Bars:  # fmt: skip
        """Numbers as bars over names, or over the tiles of token ids; ``span``: what else their scale is to hold.

        ``part`` is which of how many charts share the stage, ``whole`` leaves room for the stack of shares. These
        may be written in ``percent``.
        """
        return charts.chart(
            self._telling, numbers, names, title, span=span, part=part, whole=whole, percent=percent, seconds=seconds
        )

    @verb
    def pile_up(self, chart: Bars, *, seconds: float = 2.0) -> None:
        """Let copies of the bars of a chart of a ``whole`` stack up, and say what they sum to."""
        charts.pile_up(self._telling, chart, seconds=seconds)

    @verb
    def bars(
        self, region: Region, names: Sequence[str] | Sequence[int], title: str, *, seconds: float = 4.0
    ) -> Bars:  # fmt: skip
        """The values of ``region``, shares of one whole, as bars over ``names``; copies of them stack up to 1."""
        return bars.bars(self._telling, region, names, title, seconds=seconds)

    @verb
    def work_out(self, region: Region, title: str, *, seconds: float | None = None) -> Worked:
        """A softmax in numbers: a table of a row such as ``head.scores[t, : t + 1]``, whose lines ``work_on`` tells."""
        return worked_out.work_out(self._telling, region, title, seconds=seconds)

    @verb
    def work_on(self, table: Worked, *, seconds: float | None = None) -> None:
        """The next line of a table: less the largest; the powers of e, as bars, and their sum; the shares."""
        worked_out.work_on(self._telling, table, seconds=seconds)

    @verb
    def share_out(
        self, shares: Region | Sequence[float] | np.ndarray, title: str, *, row: int = 0, of: int = 1,
        until: int | None = None, seconds: float = 3.0,
    ) -> None:  # fmt: skip
        """One whole as a bar, dealt out among the first tokens: bar ``row`` of so many; later ones are marked."""
        shared_out.share_out(self._telling, shares, title, row=row, of=of, until=until, seconds=seconds)

    @verb
    def squares(self, sides: Sequence[int], symbol: str, title: str, *, seconds: float = 4.0) -> None:
        """Square matrices of so many cells on each side, to scale, one on another, with how many cells each has."""
        squares.squares(self._telling, sides, symbol, title, seconds=seconds)

    @verb
    def bands(self, region: Region, title: str, *, follow: int | None = None, seconds: float = 3.0) -> None:
        """Attention as bands between the tokens, of one row or of all, of which one to ``follow`` stands out."""
        bands.bands(self._telling, region, title, follow=follow, seconds=seconds)

    @verb
    def number_tokens(self, *, follow: int, seconds: float = 5.0) -> None:
        """The text's tokens as tiles, below them the vocabulary: the one to ``follow`` finds its number, then all."""
        numbering.number_tokens(self._telling, follow=follow, seconds=seconds)

    @verb
    def reorder(
        self, tokens: Sequence[int], into: Sequence[int], titles: tuple[str, str], *, seconds: float | None = None
    ) -> None:
        """Show a row of tokens, ids, and how each comes to its place in a second row of the same, under a title too."""
        reordering.reorder(self._telling, tokens, into, titles, seconds)

    @verb
    def curve(self, region: Region, title: str, *, beside: str = "", seconds: float | None = None) -> Curve:
        """The curve that numbers are bent by, such as ``mlp.activation[t]``, all of them on it; ReLU may be beside."""
        return curve.curve(self._telling, region, title, beside=beside, seconds=seconds)

    @verb
    def slide(self, chart: Curve, cell: Region, *, seconds: float | None = None) -> None:
        """Let a point slide along a curve to where a cell is: its number before, and after."""
        curve.slide(self._telling, chart, cell, seconds=seconds)

    @verb
    def firing(self, region: Region, title: str, *, most: int = 6, seconds: float = 4.0) -> list[int]:
        """The neurons of a row such as ``mlp.activation[t]`` that fire most, as bars, at the other tokens too; returns
        them."""
        return firing.firing(self._telling, region, title, most=most, seconds=seconds)

    @verb
    def guesses(self, t: int, title: str, *, seconds: float = 6.0) -> np.ndarray:
        """How the guess of what follows the token at time ``t`` forms: a strip of shares after each layer, as ``lens``
        has them."""
        return guesses.guesses(self._telling, t, title, seconds=seconds)

    @verb
    def write_on(self, *, after: int, most: int = 6, seconds: float = 12.0) -> list[int]:
        """Let the model go on from the text up to time ``after``: what may follow, one put at the end, and again.

        Every step has the numbers of its own run. Returns the tokens that it appends, ``most`` of them.
        """
        return writing.write_on(self._telling, after=after, most=most, seconds=seconds)

    @verb
    def lookup(
        self, entries: Mapping[str, float], query: str, *, weights: Sequence[float] | None = None, seconds: float = 3.0
    ) -> None:
        """Ask ``entries`` for ``query``: the entry of that name answers or, with ``weights``, all by their share."""
        lookup.lookup(self._telling, entries, query, weights=weights, seconds=seconds)

    # Models in outline ------------------------------------------------------------------------

    @verb
    def grow(self, model: Standing, *, seconds: float | None = None) -> None:
        """Let a model appear: what there is once, then layer by layer, and the layers' names at the end."""
        comparing.grow(self._telling, model, seconds=seconds)

    @verb
    def point_out(self, *, beside: Standing, seconds: float | None = None) -> list[Drawing]:
        """Name the visible models that are too small to be read beside another, with a line from name to model."""
        return comparing.point_out(self._telling, beside=beside, seconds=seconds)

    @verb
    def measure(self, model: Standing | Layout, *, seconds: float | None = None) -> list[Drawing]:
        """How high a model, or the set, would stand with cells of a millimetre, and beside it a chair, a person or
        a building, to scale."""
        return comparing.measure(self._telling, model, seconds=seconds)

    @verb
    def enclose(self, *things: Grids | Region, words: str = "", seconds: float | None = None) -> list[Drawing]:
        """A frame around where things stand now, and over it what they are, in letters that suit the picture."""
        return neighbours.enclose(self._telling, *things, words=words, seconds=seconds)

    @verb
    def tally(self, model: Standing, cells: int, *, of: Grid | None = None, seconds: float | None = None) -> Drawing:
        """Frame so many cells, across and down, at the corner of a model's widest matrix, and say how many that is.

        Or at that of another matrix of its first layer, such as one of ``model.outline.sample.layers[0].attn``.
        """
        return comparing.tally(self._telling, model, cells, of=of, seconds=seconds)
