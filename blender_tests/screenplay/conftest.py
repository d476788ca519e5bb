"""Models and films for the tests of the screenplay, and all chapters about models of all shapes, told once."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import asdict, dataclass

import numpy as np
import pytest

from llmviz_addon.language import ENGLISH, Language, spoken
from llmviz_addon.layout.grid import Grid
from llmviz_addon.model.blueprints import Blueprint, beside
from llmviz_addon.model.checkpoint import Checkpoint, builtin, from_tensors, weight_shapes
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.run import prompt, run
from llmviz_addon.screenplay import loader
from llmviz_addon.screenplay.cast.cast import Cast
from llmviz_addon.screenplay.film import Film
from llmviz_addon.screenplay.languages import language
from llmviz_addon.screenplay.loader import Chapter
from llmviz_addon.screenplay.page.said import Clause
from llmviz_addon.screenplay.page.view import Area, Page
from llmviz_addon.screenplay.production import Set, _told
from llmviz_addon.screenplay.score.timeline import Channel
from llmviz_addon.screenplay.telling import Telling
from llmviz_addon.screenplay.verbs import beats

SIZES = {"16:9": (1280, 720), "9:16": (720, 1280), "1:1": (720, 720)}


def random_checkpoint(config: GPTConfig, seed: int = 0) -> Checkpoint:
    """A model of this config with random weights."""
    rng = np.random.default_rng(seed)
    tensors = {
        name: rng.normal(0, 0.3, shape).astype(np.float32) + name.endswith("ln_1.weight")
        for name, shape in weight_shapes(config).items()
    }
    return from_tensors("random", tensors, {"config": json.dumps(asdict(config))})


MODELS = {
    "nano": lambda: (builtin(), [2, 1, 0, 1, 1, 2, 0, 1, 1, 1, 2]),
    "in German": lambda: (builtin(), [2, 1, 0, 1, 1, 2, 0, 1, 1, 1, 2]),
    "one token": lambda: (builtin(), [0]),
    "one of each": lambda: (random_checkpoint(GPTConfig(1, 1, 4, 1, 2)), [0]),
    "one head": lambda: (random_checkpoint(GPTConfig(2, 1, 8, 6, 5)), [0, 1, 2, 3, 4, 0]),
    "short input": lambda: (random_checkpoint(GPTConfig(2, 2, 20, 16, 7)), [0, 1, 2]),
    "many heads": lambda: (random_checkpoint(GPTConfig(2, 16, 64, 32, 20)), [t % 20 for t in range(20)]),
    "austen": lambda: (builtin("austen"), list(prompt(builtin("austen")))),
    "very wide": lambda: (random_checkpoint(GPTConfig(2, 12, 768, 64, 600)), [t * 7 % 600 for t in range(24)]),
    "words": lambda: (random_checkpoint(GPTConfig(2, 4, 200, 80, 3000)), list(range(70))),
    "large heads": lambda: (random_checkpoint(GPTConfig(1, 1, 256, 40, 600)), list(range(40))),
}


def tongue(model: str) -> Language:
    """In which language chapters are told about a model of ``MODELS``."""
    return language("de") if model == "in German" else ENGLISH


@dataclass(frozen=True)
class Told:
    """All chapters about a model of some shape, in one aspect, with reading pauses.

    ``named`` are, by chapter, what each clause names, and where on the picture it was then.
    """

    model: str
    size: tuple[int, int]
    chapters: list[tuple[Chapter, Telling]]
    named: dict[str, list[tuple[str, Grid, Area]]]

    @property
    def tellings(self) -> list[Telling]:
        return [telling for _, telling in self.chapters]


@pytest.fixture(scope="session", params=MODELS)
def stage(request: pytest.FixtureRequest) -> tuple[str, Set]:
    """The set of a model of every shape, after its name."""
    with spoken(tongue(request.param)):
        return request.param, Set.of(run(*MODELS[request.param]()))


@pytest.fixture(scope="session", params=SIZES)
def told(request: pytest.FixtureRequest, stage: tuple[str, Set]) -> Told:
    """All chapters about it in every aspect: whoever looks at them shares them."""
    return tell(*stage, SIZES[request.param], loader.chapters())


def tell(name: str, made: Set, size: tuple[int, int], chapters: list[Chapter]) -> Told:
    """Chapters about the model of that name."""
    named, light = defaultdict(list), beats.light_links

    def look(telling: Telling, clause: Clause) -> None:
        grids = telling.cast.grids_of(link.target for link in clause.links if not isinstance(link.target, str))
        for grid in (grid for grid in grids if telling.score.value(Channel(grid.name, "opacity")) == 1):
            named[telling.name].append((clause.text, grid, telling.view.area(*telling.box(grid))))
        light(telling, clause)

    def begin(chapter: str) -> Telling:
        cast = Cast(made.layout, made.signage, made.blueprints)
        return Telling(chapter, cast, made.run.trace, made.run.model, Page.of(size), 200.0, made.run.draw)

    with pytest.MonkeyPatch.context() as patch, spoken(tongue(name)):
        patch.setattr(beats, "light_links", look)
        return Told(name, size, _told(chapters, begin), named)


def written_on(drawings) -> list[str]:
    """What is written on some drawings, text by text."""
    return [shape.body for drawing in drawings for shape in drawing.shapes if hasattr(shape, "body")]


def told_by(film, at: float) -> list[str]:
    """What stands on the panels that are up at a time, when their fades are over."""
    up = []
    for name, drawing in film.cast.drawings.items():
        clips = film.score.clips.get(Channel(name, "opacity"), ()) if ":panel:" in name else ()
        if [clip for clip in clips if clip.start <= at] and [c for c in clips if c.start <= at][-1].value == 1:
            up.append(drawing)
    return written_on(up)


class SeenThrough(Film):
    """A film whose telling a test may look into: whatever is not of the film is the telling's."""

    @property
    def telling(self) -> Telling:
        return self._telling

    def __getattr__(self, name: str) -> object:
        return getattr(self._telling, name)


def new_film(checkpoint: Checkpoint, tokens: list[int], size=(1280, 720), pace: float | None = None) -> SeenThrough:
    """An empty chapter about a run."""
    from llmviz_addon.layout.build import layout
    from llmviz_addon.layout.signs.signage import signage
    from llmviz_addon.layout.vocabulary import window

    told = run(checkpoint, tokens)
    vocabulary = window(told.tokens, told.probs)
    stage = layout(told.config, len(told.tokens), vocabulary=vocabulary, architecture=checkpoint.architecture)
    shapes = beside(Blueprint("test", told.config))
    cast = Cast(stage, signage(stage, told), shapes)
    return SeenThrough(Telling("test", cast, told.trace, checkpoint, Page.of(size), pace, told.draw))


@pytest.fixture
def random_model():
    """``random_checkpoint``, for tests that choose their config."""
    return random_checkpoint


@pytest.fixture
def make_film():
    """``new_film``, for tests that choose model, tokens, picture size or pace."""
    return new_film


@pytest.fixture
def nano() -> Checkpoint:
    return builtin()


@pytest.fixture
def film(nano: Checkpoint) -> SeenThrough:
    return new_film(nano, [2, 1, 0, 1, 1, 2])
