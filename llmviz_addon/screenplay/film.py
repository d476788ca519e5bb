"""The vocabulary that chapters speak, all of it.

A chapter is handed one ``Film`` and tells its story with verbs. Times are seconds; verbs run one after the other, or
at once inside ``with film.together():``. Nothing here touches Blender: each verb adds clips to a score, or actors to
the cast, and a compiler turns them into a timeline. What verbs work on is a ``Telling``, which chapters do not see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager

import numpy as np

from .. import rounding
from ..layout.grid import CELL, Grid, Region, Ribbon
from ..layout.layout import Layout
from ..layout.lettering.drawing import Drawing
from ..layout.tensor import Numbers, Unplaced
from ..model.activations import Activation
from ..model.checkpoint import Checkpoint
from ..model.config import GPTConfig
from ..model.sampling import Draw, distribution
from ..model.trace import Trace
from .asking import verb
from .camera import Camera
from .cast.signs import Signs
from .cast.things import Grids, Named, Place, Thing
from .pictures import bands, bars, curve, firing, guesses, lookup, numbering, shared_out, skyline, worked_out, writing
from .pictures import chart as charts
from .pictures.chart import Bars
from .pictures.curve import Curve
from .pictures.skyline import Skyline
from .pictures.worked_out import Worked
from .scenes import adding, dot_product, shutter, sliding, weighted_sum
from .score.timeline import Standing
from .telling import Telling
from .verbs import (
    arranging,
    arrows,
    beats,
    closeup,
    comparing,
    copies,
    explain,
    fading,
    mapping,
    pulsing,
    reading,
    revealing,
    scaling,
    splitting,
    stacking,
    sweeping,
    touring,
)

EXAMPLE_TIME = 3
"""The column that chapters follow: the fourth, or the last of a shorter input."""


class Film:
    """One chapter being told."""

    __slots__ = ("_telling", "camera")

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self.camera = Camera(telling)

    # What it is about -------------------------------------------------------------------------

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

    @verb
    def values(self, tensor: Grid | Unplaced) -> np.ndarray:
        """The numbers of a grid, as an array in the tensor's shape; yours to read."""
        return self._telling.values(tensor)

    @verb
    def token_text(self, t: int) -> str:
        """The text of the token at time ``t``."""
        return reading.token_text(self._telling, t)

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
    def count(self, amount: int, what: str) -> str:
        """So many of something, in words: ``1 layer``, ``1,024 layers``."""
        return rounding.count(amount, what)

    @verb
    def all_but(self, *things: Thing) -> list[Named]:
        """The whole set except ``things`` and the ribbons between the grids among them."""
        return self._telling.cast.all_but(*things)

    @verb
    def ribbons(self, *things: Thing) -> list[Ribbon]:
        """The ribbons between the grids among ``things``."""
        return self._telling.cast.ribbons_among(*things)

    @property
    def signs(self) -> Signs:
        """What is written on the set: ``card``, ``input``, ``next``, ``output``, ``candidates``, and of a grid
        its ``label(grid)``, of a section, or of the group that is one, its ``bracket(section)``."""
        return self._telling.cast.signs

    # Time -------------------------------------------------------------------------------------

    @verb
    def beat(self, key: str, afresh: bool = True) -> AbstractContextManager[None]:
        """One paragraph, told clause by clause while its actions run, then a rest on the finished picture.

        ``key`` names it, for markers and translations, and is there once. What explains stays up for the rest,
        and goes when the next beat begins, unless that does not begin ``afresh``.
        """
        return beats.beat(self._telling, key, afresh)

    @verb
    def tells(self, key: str) -> bool:
        """Whether this film tells the beat of that key: a short one leaves some out."""
        return beats.tells(self._telling, key)

    @verb
    def together(self, seconds: float | None = None, lag: float = 0.0) -> AbstractContextManager[None]:
        """Run the verbs inside at once; ``seconds`` is the length of those that name none.

        With a ``lag`` each begins when that share of the one before it has passed: 0 is all at once, 1 one after
        the other, 0.1 a quick wave.
        """
        return self._telling.together(seconds, lag)

    @verb
    def in_sequence(self) -> AbstractContextManager[None]:
        """Run the verbs inside one after the other; inside ``together`` they count as one."""
        return self._telling.in_sequence()

    @verb
    def wait(self, seconds: float) -> None:
        """Let the picture stand."""
        self._telling.pass_time(seconds)

    # Talking and explaining -------------------------------------------------------------------

    @verb
    def open_on(self, *things: Thing, azimuth: float = 281, elevation: float = 9, zoom: float = 1.0) -> None:
        """Begin with the camera on ``things``; azimuth 270 is straight from the front, elevation 90 from above."""
        beats.open_on(self._telling, *things, azimuth=azimuth, elevation=elevation, zoom=zoom)

    @verb
    def say(self, text: str, **names: object) -> None:
        """Say one clause of a beat, when the one before it has been read; what follows plays while it is read.

        ``[phrase]({x})`` links to a grid, ``[phrase](C)`` to an axis, ``[phrase](weight)`` has the colour of a role,
        ``{mean}`` is the number in that cell.
        """
        beats.say(self._telling, text, names)

    @verb
    def locate(self, *things: Grids) -> None:
        """Light these on the map from now on, whatever is in play; with none it follows the picture again."""
        mapping.locate(self._telling, *things)

    @verb
    def computed_up_to(self, *grids: Grids) -> None:
        """Say where the story stands: these are computed, and what they are made from; all else is empty."""
        revealing.computed_up_to(self._telling, *grids)

    @verb
    def text_until(self, time: int) -> None:
        """Let the text end before a ``time`` for now, such as where the model began to write: whatever is computed or
        written from now on, nothing is seen of the tokens from there on."""
        revealing.text_until(self._telling, time)

    @verb
    def hide_values(self, *grids: Grids, seconds: float = 0.0) -> None:
        """Show grids as not computed yet."""
        revealing.hide_values(self._telling, *grids, seconds=seconds)

    @verb
    def show_values(self, *grids: Grids, seconds: float = 0.0) -> None:
        """Show grids with all their values."""
        revealing.show_values(self._telling, *grids, seconds=seconds)

    @verb
    def compute(self, cell: Region, *, seconds: float | None = None) -> None:
        """Explain one cell: its sources lit, its formula in symbols, with values, the result; then it shows its value.

        What is on the panel stays up until the next beat.
        """
        explain.compute(self._telling, cell, seconds=seconds)

    @verb
    def sweep(self, *things: Grid | Region, seconds: float, slowly: bool = True, rows: bool = False) -> None:
        """Compute grids or regions cell by cell, one after the other, time shared out by cells and their cost.

        The first three cells are computed slowly with their formula, where there is time, then the others as a wave,
        and the last one's formula stays; without ``slowly`` all is one wave. By ``rows`` grids go abreast, each row
        framed: what a token has in one with what it has in the others.
        """
        sweeping.sweep(self._telling, *things, seconds=seconds, slowly=slowly, rows=rows)

    @verb
    def dismiss(self, seconds: float = 0.2) -> None:
        """Take down the explanations that are up, and put out their sources."""
        self._telling.dismiss(seconds)

    # Fading, moving ---------------------------------------------------------------------------

    @verb
    def fade(self, *things: Thing, to: float, seconds: float | None = None) -> None:
        """Bring things to an opacity: 0 is gone, 1 is solid. A grid takes its label and its parts along."""
        fading.fade(self._telling, *things, to=to, seconds=seconds)

    @verb
    def light(self, *grids: Grids, to: float = 1.0, seconds: float | None = None) -> None:
        """Let grids glow in their role's colour; ``to=0`` puts them out."""
        fading.light(self._telling, *grids, to=to, seconds=seconds)

    @verb
    def one_scale(self, *grids: Grids, seconds: float | None = None) -> None:
        """Let one colour mean one number in all of these, which are compared or added; ``revert`` takes it back."""
        scaling.one_scale(self._telling, *grids, seconds=seconds)

    @verb
    def revert(self, *things: Thing, seconds: float | None = None) -> None:
        """Bring things back to how they are at rest."""
        fading.revert(self._telling, *things, seconds=seconds)

    @verb
    def split(self, *regions: Region, gap: float = CELL / 2, others: float = 0.2, seconds: float | None = None) -> None:
        """Let a region of a grid stand apart from the rest, which steps back to the opacity ``others``."""
        splitting.split(self._telling, *regions, gap=gap, others=others, seconds=seconds)

    @verb
    def send(self, t: int, *, to: Region, seconds: float | None = None) -> None:
        """Let the tile of the token at time ``t`` fly from the row of tokens to a column; it stays until ``merge``."""
        splitting.send(self._telling, t, to, seconds=seconds)

    @verb
    def merge(self, *grids: Grids, seconds: float | None = None) -> None:
        """Close split grids again. What is known of a piece stays known."""
        splitting.merge(self._telling, *grids, seconds=seconds)

    @verb
    def move(
        self, grid: Grid, *, beside: Grid | None = None, level: Grid | None = None,
        by: tuple[float, float, float] | None = None, side: str = "right", gap: float | None = None,
        seconds: float | None = None,
    ) -> None:  # fmt: skip
        """Carry a grid ``beside`` another (``side``: right, left, above, below), ``level`` with the middle of one, or
        both; ``by`` metres; or home."""
        arranging.move(self._telling, grid, beside=beside, level=level, by=by, side=side, gap=gap, seconds=seconds)

    @verb
    def arrange(
        self, *rows: Grids, level: Grid | None = None, gap: float | None = None, names: Sequence[str] = (),
        seconds: float | None = None,
    ) -> None:  # fmt: skip
        """Lay rows of grids out flat, one below the other, from the top of ``level``, with the tokens along them; where
        the picture is upright or square they are dealt into it. ``names`` are new ones for the grids, one for each."""
        arranging.arrange(self._telling, *rows, level=level, gap=gap, names=names, seconds=seconds)

    @verb
    def stack(
        self, *grids: Grid, beside: Grid, side: str = "right", gap: float = 0.8, names: Sequence[str] = (),
        seconds: float | None = None,
    ) -> None:  # fmt: skip
        """Lay grids on one another without a gap, left or right of another grid, with their ``names`` beside them."""
        stacking.stack(self._telling, *grids, beside=beside, side=side, gap=gap, names=names, seconds=seconds)

    @verb
    def connect(
        self, source: Grid | Region, target: Grid | Region, *, width: float = 0.18, seconds: float | None = None
    ) -> Drawing:
        """A flat arrow from where ``source`` stands now to where ``target`` does, in the source's colour."""
        return arrows.connect(self._telling, source, target, width=width, seconds=seconds)

    @verb
    def call(self, *grids: Grids, names: Sequence[str]) -> None:
        """Let the labels of grids have other titles, where their own would not tell them apart."""
        arranging.call(self._telling, *grids, names=names)

    @verb
    def letters(self, *grids: Grids, seconds: float | None = None) -> list[Drawing]:
        """The tokens' tiles along time axes: at the left of rows, under columns. They move and fade with the grid."""
        return arranging.letters(self._telling, *grids, seconds=seconds)

    @verb
    def symbol(
        self, text: str, *, between: tuple[Grid | Region, Grid | Region], size: float = 0.16, color: str = "ink",
        seconds: float | None = None,
    ) -> Drawing:  # fmt: skip
        """A sign such as × or + midway between where two things stand now, just before them."""
        return arranging.symbol(self._telling, text, between=between, size=size, color=color, seconds=seconds)

    @verb
    def sign(
        self, text: str, at: Place, *, size: float = 0.16, color: str = "ink", align: str = "center",
        seconds: float | None = None,
    ) -> Drawing:  # fmt: skip
        """Text in the world, its middle at the height of ``at``, (3,) metres."""
        return arranging.sign(self._telling, text, at, size=size, color=color, align=align, seconds=seconds)

    @verb
    def entitle(self, *groups: Grids, titles: Sequence[str], seconds: float | None = None) -> list[Drawing]:
        """Give groups, such as heads, their titles in place of the names of the grids within, and return them."""
        return touring.entitle(self._telling, *groups, titles=titles, seconds=seconds)

    @verb
    def in_turn(
        self, *groups: Grids, titles: Sequence[str] | Sequence[Drawing] = (), last: int | None = None,
        seconds: float | None = None,
    ) -> list[Thing]:  # fmt: skip
        """Let groups, such as heads, stand alone one after the other, each under its title or beside its bracket.

        In the end all are solid, or only the ``last``; then the titles stay up, which are returned.
        """
        return touring.in_turn(self._telling, *groups, titles=titles, last=last, seconds=seconds)

    @verb
    def pulse(self, *groups: Grids, titles: Sequence[str], seconds: float | None = None) -> None:
        """Let groups, such as the parts of a layer, glow and be computed one after the other, each under its title."""
        pulsing.pulse(self._telling, *groups, titles=titles, seconds=seconds)

    # Copies, close-ups ------------------------------------------------------------------------

    @verb
    def copy(self, region: Grid | Region, *, along: str = "", seconds: float = 0.0) -> Grid:
        """A copy of some cells just in front of them; ``along="z"`` makes a column of a row as it flies."""
        return copies.copy(self._telling, region, along=along, seconds=seconds)

    @verb
    def fly(self, copy: Grid, to: Place, *, seconds: float | None = None, easing: str = "smooth") -> None:
        """Carry a copy until its left-front-top corner is at ``to``, (3,) metres."""
        copies.fly(self._telling, copy, to, seconds=seconds, easing=easing)

    @verb
    def land(self, copy: Grid, region: Region, *, seconds: float | None = None) -> None:
        """Carry a copy to ``region``, which shows its values from then on, and take the copy away."""
        copies.land(self._telling, copy, region, seconds=seconds)

    @verb
    def stand(
        self, copy: Grid, *, beside: Grid | Region, side: str = "left", gap: float = CELL, seconds: float | None = None
    ) -> None:  # fmt: skip
        """Carry a copy to the ``left`` or ``right`` of a grid or a column, where it stands ``gap`` metres from it."""
        copies.stand(self._telling, copy, beside=beside, side=side, gap=gap, seconds=seconds)

    @verb
    def closeup(self, *things: Grids, seconds: float | None = None) -> Layout:
        """Of a wide model let excerpts stand in for ``things``, to be read; take the grids from what it returns."""
        return closeup.closeup(self._telling, *things, seconds=seconds)

    @verb
    def step_back(self, *, seconds: float | None = None) -> None:
        """End the close-up: the whole grids come back with all their values, and the camera shows them."""
        closeup.step_back(self._telling, seconds=seconds)

    # Scenes, pictures -------------------------------------------------------------------------

    @verb
    def dot_product(self, cell: Region, *, seconds: float = 12.0) -> None:
        """Tell how a cell comes from two vectors: every pair, every product, the running sum, the bias, and home."""
        dot_product.dot_product(self._telling, cell, seconds=seconds)

    @verb
    def slide_along(self, row: Region, *, seconds: float = 8.0) -> None:
        """Tell how a row such as ``head.scores[t, : t + 1]`` is made: the query slides along the keys."""
        sliding.slide_along(self._telling, row, seconds=seconds)

    @verb
    def shutter(self, grid: Grid, *, seconds: float = 6.0) -> None:
        """Compute a causal matrix such as ``head.scores`` row by row, behind a shutter over later keys."""
        shutter.shutter(self._telling, grid, seconds=seconds)

    @verb
    def weighted_sum(self, region: Region, *, seconds: float = 9.0) -> None:
        """Tell how a column such as ``head.output[t]`` comes from vectors that meet their weights, fade and merge.

        Weights, vectors and their sum stay up side by side until the beat is over.
        """
        weighted_sum.weighted_sum(self._telling, region, seconds=seconds)

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
        span: tuple[float, float] | None = None, pale: Sequence[int] = (), seconds: float = 4.0,
    ) -> None:  # fmt: skip
        """Let a skyline or bars turn into other numbers, such as ``ln.normalized[t]``, bars on another scale, too.

        Bars at the places ``pale`` do not count any more.
        """
        if isinstance(chart, Bars):
            charts.become(self._telling, chart, numbers, title, span=span, pale=pale, seconds=seconds)
        else:
            skyline.become(self._telling, chart, numbers, title, seconds=seconds)

    @verb
    def chart(
        self, numbers: Region | Numbers | np.ndarray, names: Sequence[str] | Sequence[int], title: str, *,
        span: tuple[float, float] | None = None, part: tuple[int, int] = (0, 1), whole: bool = False,
        seconds: float | None = None,
    ) -> Bars:  # fmt: skip
        """Numbers as bars over names, or over the tiles of token ids; ``span``: what else their scale is to hold.

        ``part`` is which of how many charts share the stage, ``whole`` leaves room for the stack of shares.
        """
        return charts.chart(
            self._telling, numbers, names, title, span=span, part=part, whole=whole, seconds=seconds
        )  # fmt: skip

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
    def bands(self, region: Region, title: str, *, follow: int | None = None, seconds: float = 3.0) -> None:
        """Attention as bands between the tokens, of one row or of all, of which one to ``follow`` stands out."""
        bands.bands(self._telling, region, title, follow=follow, seconds=seconds)

    @verb
    def number_tokens(self, *, follow: int, seconds: float = 5.0) -> None:
        """The text's tokens as tiles, below them the vocabulary: the one to ``follow`` finds its number, then all."""
        numbering.number_tokens(self._telling, follow=follow, seconds=seconds)

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
    def measure(self, model: Standing, *, seconds: float | None = None) -> list[Drawing]:
        """How high a model would stand with cells of a millimetre, and beside it a person or a building, to scale."""
        return comparing.measure(self._telling, model, seconds=seconds)

    @verb
    def tally(self, model: Standing, cells: int, *, of: Grid | None = None, seconds: float | None = None) -> Drawing:
        """Frame so many cells, across and down, at the corner of a model's widest matrix, and say how many that is.

        Or at that of another matrix of its first layer, such as one of ``model.outline.sample.layers[0].attn``.
        """
        return comparing.tally(self._telling, model, cells, of=of, seconds=seconds)
