"""Models and films for the tests of the screenplay."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest

from llmviz_addon.model.blueprints import Blueprint, beside
from llmviz_addon.model.checkpoint import Checkpoint, builtin, from_tensors, weight_shapes
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.run import run
from llmviz_addon.screenplay.cast.cast import Cast
from llmviz_addon.screenplay.film import Film
from llmviz_addon.screenplay.page.view import Page
from llmviz_addon.screenplay.score.timeline import Channel
from llmviz_addon.screenplay.telling import Telling


def random_checkpoint(config: GPTConfig, seed: int = 0) -> Checkpoint:
    """A model of this config with random weights."""
    rng = np.random.default_rng(seed)
    tensors = {
        name: rng.normal(0, 0.3, shape).astype(np.float32) + name.endswith("ln_1.weight")
        for name, shape in weight_shapes(config).items()
    }
    return from_tensors("random", tensors, {"config": json.dumps(asdict(config))})


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
    return SeenThrough(Telling("test", cast, told.trace, checkpoint, Page.of(size), pace))


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
