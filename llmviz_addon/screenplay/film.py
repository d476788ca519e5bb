"""The vocabulary that chapters speak.

A chapter is handed one ``Film`` and tells its story with verbs. Times are seconds; verbs run one after the other, or
at once inside ``with film.together():``. Nothing here touches Blender: each verb adds clips to a score, or actors to
the cast, and a compiler turns them into a timeline. What verbs work on is a ``Telling``, which chapters do not see.

What a chapter reads off the run is in ``facts``, the scenes and pictures are in ``showing``; a ``Film`` has them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

from ..layout.grid import CELL, Grid, Region
from ..layout.layout import Layout
from ..layout.lettering.drawing import Drawing
from .asking import verb
from .camera import Camera
from .cast.things import Grids, Place, Thing
from .showing import Showing
from .telling import Telling
from .verbs import (
    arranging,
    arrows,
    beats,
    closeup,
    copies,
    dismissing,
    explain,
    fading,
    flanking,
    laying,
    mapping,
    measuring,
    outlining,
    pulsing,
    revealing,
    scaling,
    splitting,
    spreading,
    stacking,
    sweeping,
    token_tiles,
    touring,
)


class Film(Showing):
    """One chapter being told."""

    __slots__ = ("camera",)

    def __init__(self, telling: Telling) -> None:
        super().__init__(telling)
        self.camera = Camera(telling)

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
        """Show grids as not computed yet; parameters stay."""
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
    def sweep(
        self, *things: Grid | Region, seconds: float, slowly: bool = True, rows: bool = False,
        waits: float | None = None,
    ) -> None:  # fmt: skip
        """Compute grids or regions cell by cell, one after the other, time shared out by cells and their cost.

        The first three cells are computed slowly with their formula, where there is time, then the others as a wave,
        and the last one's formula stays; without ``slowly`` all is one wave. Or the wave ``waits`` when that share of
        all cells is there, 1 at the last, and explains one. By ``rows`` grids go abreast, each row framed: what a token
        has in one with what it has in the others.
        """
        sweeping.sweep(self._telling, *things, seconds=seconds, slowly=slowly, rows=rows, waits=waits)

    @verb
    def dismiss(self, seconds: float = 0.2) -> None:
        """Take down the explanations that are up, and put out their sources."""
        dismissing.dismiss(self._telling, seconds)

    # Fading, moving ---------------------------------------------------------------------------

    @verb
    def fade(self, *things: Thing, to: float, named: bool = True, seconds: float | None = None) -> None:
        """Bring things to an opacity: 0 is gone, 1 is solid. A grid takes its parts along, ``named`` its label too."""
        fading.fade(self._telling, *things, to=to, named=named, seconds=seconds)

    @verb
    def light(self, *grids: Grids, to: float = 1.0, back: float = 0.0, seconds: float | None = None) -> None:
        """Let grids glow in their role's colour; ``to=0`` puts them out. Or step ``back``, but for their names."""
        fading.light(self._telling, *grids, to=to, back=back, seconds=seconds)

    @verb
    def outline(self, *regions: Region, seconds: float | None = None) -> None:
        """Outline some cells each, such as the column that is spoken of in several grids, until the beat is over."""
        outlining.outline_all(self._telling, *regions, seconds=seconds)

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
        by: tuple[float, float, float] | None = None, side: str | Sequence[str] = "right", gap: float | None = None,
        below: float = 0.8, among: Grids = (), seconds: float | None = None,
    ) -> None:  # fmt: skip
        """Carry a grid ``beside`` another (``side``: right, left, above, below, or several, of which it is the one that
        leaves all, or these it is ``among``, largest), ``level`` with one's middle, or both; ``by`` metres; or home."""
        arranging.move(self._telling, grid, beside=beside, level=level, by=by, side=side, gap=gap, below=below,
                       among=among, seconds=seconds)  # fmt: skip

    @verb
    def stand_between(
        self, *grids: Grids, left: Grids, right: Grid, gap: tuple[float, float],
        below: tuple[float, float], seconds: float | None = None,
    ) -> None:  # fmt: skip
        """Carry grids one ``below`` the other between those at the ``left`` and the one at the ``right``, which come as
        near to each other as the page asks for: with the least to the most of a ``gap`` to both sides; and they are
        the most ``below`` where formulas have room between them, beside the words."""
        arranging.stand_between(self._telling, *grids, left=left, right=right, gap=gap, below=below, seconds=seconds)

    @verb
    def arrange(
        self, *rows: Grids, level: Grid | None = None, gap: float | None = None, names: Sequence[str] = (),
        in_order: bool = False, all_named: bool = False, seconds: float | None = None,
    ) -> None:  # fmt: skip
        """Lay rows of grids out flat, one below the other, from the top of ``level``, with the tokens along them; where
        the picture is upright or square they are dealt into it. ``names`` are new ones for the grids, one for each.
        ``in_order`` they stand as given, from left to right, else as in the layout; ``all_named`` with room for each
        name."""
        arranging.arrange(
            self._telling, *rows, level=level, gap=gap, names=names, in_order=in_order, all_named=all_named,
            seconds=seconds,
        )  # fmt: skip

    @verb
    def stack(
        self, *grids: Grid, beside: Grid, side: str = "right", gap: float = 0.8, apart: float = 0.0,
        names: Sequence[str] = (), trace: bool = False, seconds: float | None = None,
    ) -> list[Thing]:  # fmt: skip
        """Lay grids on one another without a gap, or ``apart``, left or right of another grid, with their ``names``
        beside them; a ``trace`` shows where they come from, and is returned."""
        return stacking.stack(
            self._telling, *grids, beside=beside, side=side, gap=gap, apart=apart, names=names, trace=trace,
            seconds=seconds,
        )  # fmt: skip

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
    def letters(self, *grids: Grids, fanned: bool = False, seconds: float | None = None) -> list[Drawing]:
        """The tokens' tiles along time axes, and small vocabularies: at the left of rows, under columns, or ``fanned``
        out over columns that are too narrow for letters. They move and fade with the grid."""
        return token_tiles.letters(self._telling, *grids, fanned=fanned, seconds=seconds)

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
    def ruler(self, grid: Grid, axis: str, *, seconds: float | None = None) -> Drawing:
        """A line along an axis of a grid, with its length: it stays, where ``say`` only shows it while it is read."""
        return measuring.ruler(self._telling, grid, axis, seconds=seconds)

    @verb
    def spread(
        self, *groups: Grids, titles: Sequence[str] = (), parts: Sequence[str] = (), seconds: float | None = None
    ) -> list[Drawing]:  # fmt: skip
        """Put groups, such as layers, where all are largest: side by side, in lines, or with the parts of each in a
        row, if it is told as a sequence of these. ``titles`` and the names of ``parts`` stand beside them, and are
        returned.
        """
        return spreading.spread(self._telling, *groups, titles=titles, parts=parts, seconds=seconds)

    @verb
    def lay(self, *things: Grids, seconds: float | None = None) -> list[Drawing]:
        """Lay grids out edge to edge in rows, to scale; those of one kind, such as one of every head, on one another.
        Their names stand over them, and are returned."""
        return laying.lay(self._telling, *things, seconds=seconds)

    @verb
    def entitle(self, *groups: Grids, titles: Sequence[str], seconds: float | None = None) -> list[Drawing]:
        """Give groups, such as heads, their titles in place of the names of the grids within, and return them."""
        return touring.entitle(self._telling, *groups, titles=titles, seconds=seconds)

    @verb
    def inscribe(self, *groups: Grids, names: Sequence[str], seconds: float | None = None) -> list[Drawing]:
        """Write a name on the face of each grid of groups, such as Q, K and V of every head, until the beat is over; of
        a crowd on none."""
        return touring.inscribe(self._telling, *groups, names=names, seconds=seconds)

    @verb
    def flank(
        self, *groups: Grids, titles: Sequence[str], tokens: Sequence[Sequence[int]] = (), side: str = "left",
        among: Grids = (), seconds: float | None = None,
    ) -> list[Drawing]:  # fmt: skip
        """Titles at the ``left`` or ``right`` of groups that stand above one another, such as the layers, each beside
        a bracket, and tiles of ``tokens`` under each; low groups among many have none. They are returned, and are as
        large as words on a picture that is filled by the groups, or by all that they stand ``among``."""
        return flanking.flank(
            self._telling, *groups, titles=titles, tokens=tokens, side=side, among=among, seconds=seconds
        )  # fmt: skip

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
    def pulse(self, *groups: Grids, titles: Sequence[str] = (), seconds: float | None = None) -> None:
        """Let groups, such as the parts of a layer, glow and be computed one after the other, each under its title.

        Without titles they have no names.
        """
        pulsing.pulse(self._telling, *groups, titles=titles, seconds=seconds)

    @verb
    def run_through(self, *groups: Grids, column: int | None = None, seconds: float | None = None) -> None:
        """Let the numbers run through groups: kind by kind grids glow and are computed, those of all heads at once, and
        the arrows that lead there are solid from then on. The ``column`` of that time stands out on the way."""
        pulsing.run_through(self._telling, *groups, column=column, seconds=seconds)

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
    def closeup(
        self, *things: Grids, channels: int | None = None, entries: int = closeup.ENTRIES, in_proportion: bool = False,
        time: int | None = None, seconds: float | None = None,
    ) -> Layout:  # fmt: skip
        """Of a wide model let excerpts stand in for ``things``, to be read; take the grids from what it returns.

        With ``channels`` no more of a column than these are drawn, of a small model too, and of the output of a large
        vocabulary no more than the likeliest ``entries``; ``in_proportion`` the inside of an MLP is as many times as
        wide as its columns as it really is; of the text only the column at one ``time`` is drawn, if that is told.
        """
        return closeup.closeup(
            self._telling, *things, channels=channels, entries=entries, in_proportion=in_proportion, time=time,
            seconds=seconds,
        )  # fmt: skip

    @verb
    def step_back(self, *, seconds: float | None = None) -> None:
        """End the close-up: the whole grids come back with all their values, and the camera shows them."""
        closeup.step_back(self._telling, seconds=seconds)
