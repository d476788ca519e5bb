"""The vocabulary that chapters speak.

A chapter is handed one ``Film`` and tells its story with verbs. Times are seconds; verbs run one
after the other, or at once inside ``with film.together():``. Nothing here touches Blender: each verb
adds clips to a score, or actors to the cast, and a compiler turns them into a timeline.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from ..errors import ScriptError
from ..layout.grid import CELL, Grid, Region
from ..layout.lettering.drawing import Drawing
from ..model.checkpoint import Checkpoint
from ..model.trace import Trace
from .asking import Grids, verb
from .cast.cast import Cast, Thing
from .page import commentary, rulers
from .page.view import Page, corners
from .pictures import bands, bars, charts, lookup
from .scenes import dot_product as dot
from .scenes import weighted_sum as weighing
from .score.clips import Score
from .score.timeline import Channel, Part
from .verbs import arranging, copies, explain, reading, splitting, touring
from .verbs import closeup as closeups
from .verbs.camera import CameraOperator
from .verbs.comparing import grow, models, point_out

EXAMPLE_TIME = 3
"""The column that chapters follow: the fourth, or the last of a shorter input."""


@dataclass(frozen=True)
class Rest:
    """Where a presenter pauses, in seconds from the chapter's start; ``end`` is when the pause is over."""

    start: float
    end: float
    key: str
    text: str


class Film:
    """One chapter being told."""

    def __init__(
        self, name: str, cast: Cast, trace: Trace, checkpoint: Checkpoint, page: Page, pace: float | None, fps: int
    ) -> None:
        self.name, self.cast, self.trace, self.checkpoint, self.page, self.pace, self.fps = (
            name, cast, trace, checkpoint, page, pace, fps,
        )  # fmt: skip
        self.layout = cast.layout
        self.config = trace.config
        self.tokens = trace.tokens
        self.example_time = min(EXAMPLE_TIME, len(trace.tokens) - 1)
        self.score = Score(cast.rest)
        self.rests: list[Rest] = []
        self.now = 0.0
        self.camera = CameraOperator(self)
        self._block: list[float | None] | None = None  # of the innermost `together`: its latest end, its seconds
        self.splits: dict[str, list[Part]] = {}
        self.beat: list[str] = []  # drawings that go with the paragraph they belong to
        self.ahead: dict[str, list[Part]] = {}
        self.explanations: list[explain.Explanation] = []
        self.closeups: list[closeups.Closeup] = []
        self._count = 0

    # Time -------------------------------------------------------------------------------------

    @contextmanager
    def together(self, seconds: float | None = None) -> Iterator[None]:
        """Run the verbs inside at once; ``seconds`` is the length of those that name none."""
        outer, start = self._block, self.now
        self._block = [start, seconds]
        try:
            yield
            end = self._block[0]
        finally:
            self._block = outer
        assert end is not None
        self._advance(max(end, start + (seconds or 0.0)))

    def wait(self, seconds: float) -> None:
        """Let the picture stand."""
        self._advance(self.now + self.length(seconds))

    def length(self, seconds: float | None, default: float = 0.5) -> float:
        """Seconds that a verb takes: those it was given, the block's, or its default."""
        if seconds is None:
            seconds = self._block[1] if self._block and self._block[1] is not None else default
        if not (np.isfinite(seconds) and seconds >= 0):
            raise ScriptError(f"A verb cannot last {seconds} s; it needs 0 or more.")
        return float(seconds)

    def _advance(self, end: float) -> None:
        if self._block is not None:
            self._block[0] = max(self._block[0] or 0.0, end)
        else:
            self.now = end

    # Things -----------------------------------------------------------------------------------

    def all_but(self, *keep: Thing) -> list[str]:
        """The whole set except ``keep`` and the ribbons between the grids kept."""
        return self.cast.all_but(*keep)

    def fade(self, *things: Thing, to: float, seconds: float | None = None) -> None:
        """Bring things to an opacity: 0 is gone, 1 is solid. A grid takes its label and its parts along."""
        seconds = self.length(seconds)
        names, grids, signage = self.cast.names(*things), self.cast.grids, self.cast.signage
        labels = [label for name in names if name in grids and (label := f"label:{name}") in signage]
        targets = [target for name in names for target in self._solid(name)]
        for actors, value in ((labels, to if to in (0.0, 1.0) else to * 0.6), (targets, to)):
            self.score.set_all([Channel(actor, "opacity") for actor in actors], value, self.now, seconds)
        self._advance(self.now + seconds)

    def _solid(self, name: str) -> tuple[str, ...]:
        """The actors that stand for ``name`` when it fades: itself or its parts, and what shows before it."""
        if name not in self.splits and name not in self.ahead:
            return (name,)
        split = tuple(part.name for part in self.splits.get(name, ()))
        return (*(split or (name,)), *(part.name for part in self.ahead.get(name, ())))

    def light(self, *things: Grids, to: float = 1.0, seconds: float | None = None) -> None:
        """Let grids glow in their role's colour; ``to=0`` puts them out."""
        seconds = self.length(seconds)
        for grid in self.cast.grids_of(*things):
            for name in self.bodies(grid):
                self._set(name, "highlight", to, seconds)
        self._advance(self.now + seconds)

    def box(self, thing: Grid | Region) -> tuple[np.ndarray, np.ndarray]:
        """Corners, each (3,) metres, of where a grid or region stands now."""
        low, high = thing.box
        offset = self.offset(thing if isinstance(thing, Grid) else thing.grid)
        return low + offset, high + offset

    @property
    def charts_up(self) -> bool:
        """Whether the page's inset is in use: a paragraph has company."""
        return len(self.beat) > 1

    def room(self, *grids: Grid) -> np.ndarray:
        """Points around grids and their labels where they stand now, (n, 3) metres."""
        points: list[np.ndarray] = []
        boxes = np.array([self.box(grid) for grid in grids])  # (n, 2, 3)
        for grid, around in zip(grids, corners(boxes[:, 0], boxes[:, 1]), strict=True):
            points.append(around)
            label = self.cast.signage.get(f"label:{grid.name}")
            if label is not None:
                points.append(label.points + self.offset(grid))
        return np.concatenate(points)

    def offset(self, grid: Grid) -> np.ndarray:
        """How far a grid is from home now, (3,) metres."""
        if grid.name not in self.score.moved:
            return np.zeros(3)
        return np.array([self.score.value(Channel(grid.name, "offset", i)) for i in range(3)])

    # Talking and explaining -------------------------------------------------------------------

    def open_on(self, *things: Thing, azimuth: float = 281, elevation: float = 9, zoom: float = 1.0) -> None:
        """Begin the chapter with the camera on ``things``, and put up the page's plate."""
        if self.now > 0 or self.rests or f"{self.name}:plate" in self.cast.drawings:
            raise ScriptError("open_on comes before anything else in a chapter.")
        self.camera.frame(*things, azimuth=azimuth, elevation=elevation, zoom=zoom, seconds=0)
        self.show(commentary.plate(f"{self.name}:plate", self.page), seconds=0)

    def title(self, title: str, part: str) -> None:
        """The heading over the commentary; the compiler calls it."""
        self.show(commentary.heading(f"{self.name}:heading", title, part, self.page), seconds=0)

    def show(self, drawing: Drawing, seconds: float | None = None) -> Drawing:
        """Bring a drawing on stage."""
        seconds = self.length(seconds)
        self.cast.add(drawing)
        self._set(drawing.name, "opacity", 1.0, seconds)
        self._advance(self.now + seconds)
        return drawing

    def say(self, key: str, text: str, **names: object) -> None:
        """Put up a paragraph, rest while it is read, and light what it links to.

        ``key`` names the beat (stable, for translations and markers). Links and numbers: see
        ``screenplay/page/commentary.py``. The paragraph stays until the next one.
        """
        if any(rest.key == key for rest in self.rests):
            raise ScriptError(f"The chapter has a beat {key!r} already; keys must differ.")
        self.dismiss()
        spans, links = commentary.parse(text, names, self.tensors)
        drawing = commentary.paragraph(f"{self.name}:say:{key}", spans, self.page)
        fade = commentary.FADE
        for name in self.beat:
            self._set(name, "opacity", 0.0, fade)
        self.beat = [drawing.name]
        self.cast.add(drawing)
        start = self.now + (fade if self.rests else 0.0)
        self.score.set(Channel(drawing.name, "opacity"), 1.0, start, fade if self.rests else 0.0)
        start += fade if self.rests else 0.0
        seconds = commentary.reading_seconds(spans, self.pace)
        self.rests.append(Rest(start, start + seconds, key, "".join(text for text, _ in spans)))
        explain.light_links(self, links, start, seconds)
        rulers.light_axes(self, links, start, seconds)
        self._advance(start + seconds)

    def compute(self, cell: Region, seconds: float | None = None) -> None:
        """Explain one cell: its sources lit, formula and value beside it, arcs; then the cell shows its value."""
        explain.compute(self, cell, self.length(seconds, 1.0))

    def sweep(self, *things: Grid | Region, seconds: float) -> None:
        """Compute grids or regions cell by cell, one after the other, time shared out by cells and their cost."""
        explain.sweep(self, list(things), self.length(seconds))

    def dismiss(self, seconds: float = 0.2) -> None:
        """Take down the explanations that are up, and put out their sources."""
        for explanation in self.explanations:
            explanation.close(self, seconds)
        self.explanations = []

    def revert(self, *things: Thing, seconds: float | None = None) -> None:
        """Bring things back to how they are at rest."""
        seconds = self.length(seconds)
        self.dismiss(min(0.2, seconds))
        names = self.cast.names(*things)
        whose = {*names, *(f"label:{name}" for name in names)}
        for channel in [c for c in self.score.clips if c.actor in whose]:
            self.score.set(channel, self.cast.rest(channel), self.now, seconds)
        self._advance(self.now + seconds)

    # Verbs with a file of their own -----------------------------------------------------------

    copy, make, fly, land = copies.copy, copies.make, copies.fly, copies.land
    hide_values, show_values = explain.hide_values, explain.show_values
    computed_up_to = explain.computed_up_to
    move, arrange, connect, letters = arranging.move, arranging.arrange, arranging.connect, arranging.letters
    symbol, sign, in_turn = arranging.symbol, arranging.sign, touring.in_turn
    dot_product, weighted_sum, lookup = dot.dot_product, weighing.weighted_sum, lookup.lookup
    histograms, bars, bands = charts.histograms, bars.bars, bands.bands
    split, merge = splitting.split, splitting.merge
    token_text, token_name, largest = reading.token_text, reading.token_name, reading.largest
    models, grow, point_out = property(models), grow, point_out

    closeup, step_back = closeups.closeup, closeups.step_back

    def check(self) -> None:
        """Raise ScriptError where what was told cannot be shown; the compiler calls it at the end."""
        self.camera.view  # noqa: B018 - raises where it stands nowhere
        if not all(isinstance(rest, Rest) for rest in self.rests) or not np.isfinite(self.now):
            raise ScriptError("The chapter has changed the film's clock or rests itself; say and wait do that.")

    # For the rooms' own modules ---------------------------------------------------------------

    def unique(self, kind: str) -> str:
        """A new actor name."""
        self._count += 1
        return f"{self.name}:{kind}:{self._count}"

    def values(self, grid: Grid) -> np.ndarray:
        """The numbers of a grid, of the model's or of one made by the chapter."""
        made = self.cast.made.get(grid.name)
        return np.asarray(self.trace[grid.name] if made is None else made[1])

    @property
    def tensors(self) -> Mapping[str, np.ndarray]:
        """The numbers of all grids by name, of those made by the chapter too."""
        made = {name: values for name, (_, values) in self.cast.made.items()}
        return ChainMap(made, self.trace)  # type: ignore[arg-type]

    def sources(self, grid: Grid, index: tuple[int, ...]) -> dict[str, Region]:
        """The cells that a cell of ``grid`` is computed from, by operand; ScriptError where it holds parameters."""
        if grid.rule is None:
            raise ScriptError(f"{grid!r} is not computed: it holds parameters. Sweep or compute what is made from it.")
        return grid.sources(index, closeups.stage_of(self, grid), self.trace)

    def show_region(self, region: Region) -> None:
        """Let a region that is contiguous in its tensor's order show its values, at once."""
        first, count = explain.flat_span(region)
        self._set(explain.own_body(self, region), "reveal", first + count, 0.0)

    def in_play(self) -> list[Grid]:
        """The grids that are solid now and stand inside the free part of the picture."""
        there = [
            (number, grid)
            for number, (name, grid) in enumerate(self.cast.grids.items())
            if name not in self.score.gone or name in self.splits or name in self.ahead
        ]
        solid = [(number, grid) for number, grid in there if self._opacity(grid) >= 0.9]
        if not solid:
            return []
        boxes, free = self.cast.homes[[number for number, _ in solid]], self.page.free
        for box, (_, grid) in zip(boxes, solid, strict=True):
            box += self.offset(grid)
        left, bottom, right, top = self.camera.view.areas(boxes[:, 0], boxes[:, 1]).T
        seen = (np.minimum(right, free.right) > np.maximum(left, free.left)) & (
            np.minimum(top, free.top) > np.maximum(bottom, free.bottom)
        )
        inside = seen & (left >= free.left - 0.02) & (right <= free.right + 0.02)
        return [solid[n][1] for n in np.flatnonzero(inside)]

    def _opacity(self, grid: Grid) -> float:
        """Of the grid or of the most solid of its parts."""
        if grid.name not in self.splits and grid.name not in self.ahead:
            return self.score.value(Channel(grid.name, "opacity"))
        return max(self.score.value(Channel(name, "opacity")) for name in self.bodies(grid))

    def bodies(self, grid: Grid) -> list[str]:
        """The actors that show a grid now: itself and its parts, so that both agree."""
        if grid.name not in self.splits and grid.name not in self.ahead:
            return [grid.name]
        parts = self.splits.get(grid.name, []) + self.ahead.get(grid.name, [])
        return [grid.name, *(part.name for part in parts)]

    def split_parts(self, grid: Grid) -> list[Part]:
        """The pieces that a grid is split into now; none if it is whole."""
        return list(self.splits.get(grid.name, []))

    def add_ahead(self, part: Part) -> None:
        """Show a piece just before its grid, because it shows values that the grid does not show yet."""
        self.cast.add(part)
        self._set(part.name, "reveal", 0.0, 0.0)
        self._set(part.name, "opacity", 1.0, 0.0)
        self._set(part.name, "offset", -CELL / 20, 0.0, index=1)
        self.ahead.setdefault(part.grid, []).append(part)

    def drop_ahead(self, grid: Grid, at: float) -> None:
        """From ``at`` on the grid shows all its values itself."""
        for part in self.ahead.pop(grid.name, []):
            self.score.set(Channel(part.name, "opacity"), 0.0, at)

    def dismiss_other(self, keep: set[str]) -> None:
        """Take down explanations from before this block; ``keep`` names bodies that stay lit for the next one."""
        stay = [e for e in self.explanations if self._block is not None and e.block is self._block]
        for explanation in self.explanations:
            if explanation not in stay:
                explanation.close(self, 0.2, keep)
        self.explanations = stay

    @property
    def block(self) -> object:
        """The innermost ``together``, None outside."""
        return self._block

    @contextmanager
    def at(self, start: float) -> Iterator[None]:
        """Say what happens from ``start`` on, without moving the clock."""
        now, self.now, block, self._block = self.now, start, self._block, [start, None]
        try:
            yield
        finally:
            self.now, self._block = now, block

    def pass_time(self, seconds: float) -> None:
        """Let ``seconds`` go by; inside ``together`` only the block's end moves."""
        self._advance(self.now + seconds)

    def _set(self, actor: str, prop: str, value: float, seconds: float, easing: str = "smooth", index: int = 0) -> None:
        self.score.set(Channel(actor, prop, index), value, self.now, seconds, easing)

    def carry(self, actor: str, to: np.ndarray, seconds: float) -> None:
        """Bring an actor to an offset from its home, (3,) metres, without moving the clock."""
        for i in range(3):
            channel = Channel(actor, "offset", i)
            if self.score.value(channel) != to[i]:
                self.score.set(channel, float(to[i]), self.now, seconds)


VERBS = (
    "together", "wait", "token_text", "token_name", "largest", "all_but", "fade", "light", "split", "merge",
    "open_on", "show", "say", "compute", "sweep", "dismiss", "revert", "copy", "make", "fly", "land", "hide_values",
    "show_values", "computed_up_to", "move", "arrange", "connect", "letters", "symbol", "sign", "in_turn",
    "dot_product", "weighted_sum", "lookup", "histograms", "bars", "bands", "grow", "point_out", "closeup",
    "step_back", "values",
)  # fmt: skip
"""What chapters may ask of a film; what they give is checked."""
for _name in VERBS:
    setattr(Film, _name, verb(getattr(Film, _name)))
