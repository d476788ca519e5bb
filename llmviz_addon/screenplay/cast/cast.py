"""Who can act: every grid, ribbon and drawing of the set, and what chapters add to it.

Verbs take things (grids, regions, ribbons, sections, drawings, groups of grids, lists of any) and
the cast turns them into actor names; it also knows every channel's value at rest.
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import NamedTuple, TypeVar

import numpy as np

from ...errors import ScriptError, choices
from ...kept import kept
from ...layout.grid import Grid, Region, Ribbon, boxes
from ...layout.layout import Layout
from ...layout.lettering.drawing import Drawing
from ...layout.signs.signage import Signage
from ...layout.whereabouts import Whereabouts
from ...model.blueprints import Blueprint
from ..page.map import ModelMap
from ..page.view import Page, corners
from ..score import channels
from ..score.channels import Kind
from ..score.timeline import CAMERA, Channel, Fragment, Piece, Standing
from .signs import Signs
from .things import Named, Thing

T = TypeVar("T")
_NAMED = (Grid, Ribbon, Drawing, Fragment, Piece)
_NAMED_TYPES, _name = frozenset(_NAMED), attrgetter("name")
_SINGLE = (str, Region, *_NAMED)  # text is no thing, but its letters are none either


class Seen(NamedTuple):
    """What a camera is to look at: regions and places, and the grids, pieces and drawings among other things."""

    regions: list[Region]
    places: list[np.ndarray]
    grids: list[Grid]
    pieces: list[Piece]
    drawings: list[Drawing]


class Ensemble:
    """Who is there before a chapter has told anything: the same for all chapters on a set, which take copies."""

    def __init__(self, layout: Layout, signage: Signage) -> None:
        self.layout, self.signage = layout, signage
        self.grids = {grid.name: grid for grid in layout.grids}
        self.ribbons = {ribbon.name: ribbon for ribbon in layout.ribbons}
        self.signs = {drawing.name: drawing for drawing in signage}
        self.numbers = {name: number for number, name in enumerate(self.grids)}
        self.kinds = dict.fromkeys(self.grids, Kind.GRID)
        self.kinds |= dict.fromkeys(self.ribbons, Kind.RIBBON) | dict.fromkeys(self.signs, Kind.SIGN)
        self.maps: dict[Page, ModelMap] = {}
        self.whereabouts = Whereabouts(layout)
        self._around: dict[tuple[Grid, ...], np.ndarray] = {}

    @kept
    def solid(self) -> Mapping[float, list[str]]:
        """All of them by their opacity at rest."""
        found = {1.0: [*self.grids, *self.ribbons]}
        for sign in self.signs.values():
            found.setdefault(sign.opacity, []).append(sign.name)
        return found

    def map(self, page: Page) -> ModelMap:
        """The map of the model."""
        if page not in self.maps:
            self.maps[page] = ModelMap(self.layout.sections, page)
        return self.maps[page]

    def around(self, grids: tuple[Grid, ...]) -> np.ndarray:
        """Corners of grids and points of their labels, (n, 3) metres; of thousands every chapter asks for them."""
        if grids not in self._around:
            self._around[grids] = _around(grids, self.signage.labels)
        return self._around[grids]


class Cast:
    """All actors of one chapter by name."""

    def __init__(
        self, layout: Layout, signage: Signage, blueprints: Sequence[Blueprint] = (), ensemble: Ensemble | None = None
    ) -> None:
        self.layout = layout
        self.ensemble = ensemble or Ensemble(layout, signage)
        self.blueprints = blueprints  # of the models that may be shown in outline
        self.standing: list[Standing] = []
        self.pieces: dict[str, Piece] = {}
        self.grids = dict(self.ensemble.grids)
        self.ribbons = self.ensemble.ribbons
        self.written = signage
        self.signage = self.ensemble.signs
        self.labels = dict(signage.labels)  # by the names of their grids
        self.signs = Signs(layout, signage, self.labels)
        self.drawings: dict[str, Drawing] = {}
        self.along: dict[str, list[Drawing]] = defaultdict(list)  # letters along a grid, by its name
        self.edges: dict[str, Drawing] = {}  # torn edges of excerpts, by the names of their grids
        self.tiles: dict[str, Drawing] = {}  # that ride on a column that stands apart, by the names of their grids
        self.fragments: dict[str, Fragment] = {}
        self.made: dict[str, tuple[Grid, np.ndarray]] = {}
        self.numbered = list(self.grids.values())
        self.numbers = dict(self.ensemble.numbers)
        self._homes = layout.homes
        self._plain: dict[tuple[Kind, str, int], float | None] = {}
        self._around: dict[tuple[Grid, ...], np.ndarray] = {}
        self._own: set[str] = set()  # grids that the chapter made or gave another label
        self._kinds = dict(self.ensemble.kinds)

    @property
    def homes(self) -> np.ndarray:
        """Smallest and largest corner of every grid at home, (n, 2, 3) metres, by their ``numbers``."""
        if (known := len(self._homes)) < len(self.numbered):
            self._homes = np.concatenate([self._homes, boxes(self.numbered[known:])])
        return self._homes

    def around(self, grids: tuple[Grid, ...]) -> np.ndarray:
        """Corners of grids and points of their labels at home, (n, 3) metres; of thousands they are asked for often."""
        if self._own.isdisjoint(map(_name, grids)):
            return self.ensemble.around(grids)
        if grids not in self._around:
            self._around[grids] = _around(grids, self.labels)
        return self._around[grids]

    def rest(self, channel: Channel) -> float:
        """Where a channel stands when no clip has touched it."""
        name, kind = channel.actor, self.kind(channel.actor)
        key = kind, channel.prop, channel.index
        if key not in self._plain:  # asked of thousands
            self._plain[key] = channels.row(kind, channel.prop, name, channel.index).rest
        if (rest := self._plain[key]) is not None:
            return rest
        if kind is Kind.SIGN:
            return self.signage[name].opacity
        return float(self.grids[self.fragments[name].grid if kind is Kind.FRAGMENT else name].count)

    def kind(self, name: str) -> Kind:
        """What the actor of this name is; raises ScriptError where there is none."""
        found = Kind.CAMERA if name == CAMERA else self._kinds.get(name)
        if found is None:
            raise ScriptError(f"{name!r} is not on stage.{self._near(name)}")
        return found

    def add_grid(self, grid: Grid, values: np.ndarray) -> None:
        """Take on a grid that the chapter made, with values of its own in the grid's shape."""
        if np.shape(values) != grid.shape:
            raise ScriptError(f"{grid!r} got values of the shape {np.shape(values)}.")
        if self.known(grid.name):
            raise ScriptError(f"There is an actor called {grid.name!r} already.")
        self.made[grid.name] = (grid, np.asarray(values, dtype=np.float32))
        self.grids[grid.name] = grid
        self._own.add(grid.name)
        self._kinds[grid.name] = Kind.MADE
        self.numbers[grid.name] = len(self.numbers)
        self.numbered.append(grid)

    def rewrite(self, input: Drawing) -> Drawing:
        """Let a drawing of the chapter's be the sign of the tokens that are read, which it takes on as that."""
        assert self.written.tokens is not None, "there are no tokens on this set"
        self.written = replace(self.written, tokens=self.written.tokens._replace(input=input))
        self.signs = Signs(self.layout, self.written, self.labels)
        return input

    def stand(self, model: Standing) -> None:
        """Take on a model in outline, with what is written on it."""
        self.standing.append(model)
        self.pieces.update({piece.name: piece for piece in model.pieces})
        self._kinds |= dict.fromkeys(self.pieces, Kind.PIECE)
        for sign in model.signs:
            self.add(sign)

    def add_label(self, label: Drawing) -> None:
        """Take on a label of a grid that the chapter made."""
        self.add(label)
        self.labels[label.parent] = label
        self._own.add(label.parent)
        self._around.clear()

    def add(self, actor: Drawing | Fragment) -> None:
        """Take on an actor that the chapter made."""
        if self.known(actor.name):
            raise ScriptError(f"There is an actor called {actor.name!r} already.")
        if isinstance(actor, Drawing):
            self.drawings[actor.name] = actor
            self._kinds[actor.name] = Kind.GROUND if actor.is_ground else Kind.DRAWING
        else:
            self.fragments[actor.name] = actor
            self._kinds[actor.name] = Kind.FRAGMENT

    def grids_of(self, *things: Thing) -> list[Grid]:
        """The grids among (and inside) ``things``, each once."""
        found: dict[str, Grid] = {}
        for thing in _flat(things):
            if isinstance(thing, Grid):
                found[thing.name] = thing
            elif isinstance(thing, Region):
                found[thing.grid.name] = thing.grid
        return list(found.values())

    def seen(self, *things: Thing | np.ndarray) -> Seen:
        """What a camera that looks at ``things`` is to see; raises ScriptError for what is no thing.

        Of a region within a group or a list it is the whole grid.
        """
        regions = [thing for thing in things if isinstance(thing, Region)]
        places = [thing for thing in things if isinstance(thing, np.ndarray)]
        grids: dict[str, Grid] = {}
        pieces, drawings = [], []
        for thing in _flat(thing for thing in things if not isinstance(thing, Region | np.ndarray)):
            if isinstance(thing, Grid):
                grids[thing.name] = thing
            elif isinstance(thing, Region):
                grids[thing.grid.name] = thing.grid
            elif isinstance(thing, Piece):
                pieces.append(thing)
            elif isinstance(thing, Drawing):
                drawings.append(thing)
            elif not isinstance(thing, _NAMED):
                raise self._no_actor(thing)
        return Seen(regions, places, list(grids.values()), pieces, drawings)

    def names(self, *things: Thing) -> list[str]:
        """Actor names of ``things``, each once; raises ScriptError for what is no actor."""
        found: dict[str, None] = {}
        for some in things:
            some = getattr(some, "grids", some)
            if isinstance(some, list | tuple) and _NAMED_TYPES.issuperset(map(type, some)):  # of thousands at once
                own = dict.fromkeys(map(_name, some))
                found = found | own if found else own
                continue
            for thing in _flat((some,)):
                if isinstance(thing, _NAMED):
                    found[thing.name] = None
                elif isinstance(thing, Region):
                    found[thing.grid.name] = None
                else:
                    raise self._no_actor(thing)
        return list(found)

    def _no_actor(self, thing: object) -> ScriptError:
        if isinstance(thing, str):
            return ScriptError(f"{thing!r} is text; chapters ask for the thing itself.{self._near(thing)}")
        return ScriptError(f"{thing!r} is not on stage; name a grid, ribbon, section or drawing.")

    def _near(self, name: str) -> str:
        """How a chapter asks for what a name may have been meant to be."""
        asked = {grid.name: _asked(grid) for grid in self.layout.grids}
        asked |= {label.name: f"film.signs.label({asked[of]})" for of, label in self.written.labels.items()}
        signs = {"card": self.written.card, **(self.written.tokens._asdict() if self.written.tokens else {})}
        asked |= {sign.name: f"film.signs.{what}" for what, sign in signs.items() if sign is not None}
        asked |= {
            bracket.name: f'film.signs.bracket(film.layout.section("{of}"))'
            for of, bracket in self.written.brackets.items()
        }
        near = difflib.get_close_matches(name, asked, n=5)
        return f" {choices(asked[one] for one in near)}" if near else ""

    def knows(self, name: str) -> bool:
        """Whether it is an actor, the camera among them."""
        return name == CAMERA or name in self._kinds

    def known(self, name: str) -> bool:
        """Whether there is an actor of this name that can be shown."""
        return name in self._kinds

    def ribbons_among(self, *things: Thing) -> list[Ribbon]:
        """The ribbons from one to another of the grids among ``things``."""
        return self.layout.ribbons_within(set(self.names(*things)))

    def all_but(self, *keep: Thing) -> list[Named]:
        """Everything of the set except ``keep`` and the ribbons between the kept grids."""
        kept = set(self.names(*keep))
        ribbons = _without(self.ribbons, (*kept, *(ribbon.name for ribbon in self.ribbons_among(*keep))))
        signs = (sign for sign in self.written.of_no_grid if sign.name not in kept)
        return [*_without(self.grids, kept), *ribbons, *signs]


def _around(grids: Sequence[Grid], labels: Mapping[str, Drawing]) -> np.ndarray:
    """Corners of grids and points of their labels at home, (n, 3) metres."""
    written = (labels[grid.name].points for grid in grids if grid.name in labels)
    return np.concatenate([corners(*boxes(grids).transpose(1, 0, 2)).reshape(-1, 3), *written])


def _without(things: Mapping[str, T], names: Iterable[str]) -> Iterable[T]:
    """All but those of these names."""
    others = dict(things)
    for name in names:
        others.pop(name, None)
    return others.values()


def _asked(grid: Grid) -> str:
    """How a chapter asks for a grid of the layout."""
    return "film.layout." + re.sub(r"\.(\d+)", r"[\1]", grid.name)


def _flat(things: Iterable[object]) -> Iterator[object]:
    """What chapters give, which may be anything, without the groups and lists that it is in."""
    for thing in things:
        if isinstance(thing, _SINGLE):
            yield thing
        elif hasattr(thing, "grids"):
            yield from thing.grids
        elif isinstance(thing, Standing):
            yield from thing.pieces
            yield from thing.signs
        elif isinstance(thing, Iterable):
            yield from _flat(thing)
        else:
            yield thing
