"""A set small enough to check by hand: three grids, a ribbon, a label, a split column, a short film."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from llmviz_addon.language import ENGLISH
from llmviz_addon.layout.grid import Grid, Ribbon, Role, Section
from llmviz_addon.layout.lettering.drawing import Drawing, Line, Readout, Rect, Text, pose
from llmviz_addon.layout.tensor import Axis
from llmviz_addon.screenplay.production import Production
from llmviz_addon.screenplay.score.timeline import Channel, Fragment, Marker, Timeline, Track

T, C = Axis("T", 5, "x"), Axis("C", 20, "z")
TENTHS = np.array([[-10, -5, -1, 0, 1, 5, 10]], dtype=np.float32) / 10


@dataclass
class SmallLayout:
    grids: tuple[Grid, ...]
    ribbons: tuple[Ribbon, ...]
    sections: tuple[Section, ...] = ()

    @property
    def around(self) -> dict[str, list[Section]]:
        sections = [one for section in self.sections for one in (section, *section.children)]
        return {grid.name: [one for one in sections if grid in one.grids] for grid in self.grids}


@dataclass
class SmallProduction:
    """What ``stage.build`` reads of a production."""

    layout: SmallLayout
    values: dict[str, np.ndarray]
    timeline: Timeline
    signage: tuple[Drawing, ...] = field(default=())
    once = False
    run = None
    language = ENGLISH
    take = Production.take


def track(actor: str, prop: str, *keys: tuple[float, float], index: int = 0, easing: str = "linear") -> Track:
    frames, values = zip(*keys, strict=True)
    return Track(
        Channel(actor, prop, index),
        np.array(frames, dtype=np.float64),
        np.array(values, dtype=np.float64),
        (easing,) * len(keys),
    )


@pytest.fixture
def production() -> SmallProduction:
    rng = np.random.default_rng(7)
    grids = (
        Grid("input", "Input", Role.ACTIVATION, (T, C), (1.0, 0.0, 1.0), "input"),
        Grid("scale", "γ", Role.WEIGHT, (C,), (-0.8, 0.0, 1.0), "scale"),
        Grid("scores", "Scores", Role.ACTIVATION, (Axis("T", 5, "z"), Axis("T", 5, "x")), (0.0, 0.0, 0.3), "scores"),
        Grid("mean", "μ", Role.AGGREGATE, (T,), (0.0, 0.0, 1.0), "mean"),
    )
    values = {grid.name: rng.normal(size=grid.shape).astype(np.float32) for grid in grids}
    values["scores"][np.triu_indices(5, 1)] = -np.inf
    ribbon_path = np.array([(0.95, 0, 0.1), (0.7, 0, 0.1), (0.7, 0, -0.9)])
    ribbon = Ribbon("input>scores", "input", "scores", ribbon_path, np.array([0.0, 0.0, 1.0]), 0.12, Role.ACTIVATION)
    label = Drawing(
        "label:input", (Text(0.25, 0.05, (("Input", "ink"),), 0.15, "center"),), pose((1, 0, 1)), "input", fades_below=5
    )
    size = 0.3 * 24 / 35
    page = np.diag([size, size, size, 1.0])
    page[2, 3] = -0.3
    words = Drawing(
        "say",
        (
            Rect(-0.75, -0.4, 0.5, 0.28, "plate", 0.03),
            Text(-0.72, -0.2, (("The ", "ink"), ("mean", "aggregate"), (" is\nnot √ε", "ink")), 0.06),
            Line(((-0.72, -0.23), (-0.5, -0.23)), 0.006, "accent", head=0.03),
            Readout(-0.72, -0.37, 0.06, 2, "weight"),
        ),
        page,
        "camera",
    )
    tracks = (
        track("camera", "target", (1, 0.2), index=0),
        track("camera", "target", (1, 0.0), index=1),
        track("camera", "target", (1, 0.0), index=2),
        track("camera", "azimuth", (1, 270.0), (21, 290.0)),
        track("camera", "elevation", (1, 10.0), (21, 15.0)),
        track("camera", "distance", (1, 4.5)),
        track("input", "reveal", (1, 0.0), (21, 100.0)),
        track("mean", "highlight", (1, 0.0), (21, 1.0)),
        track("scores", "opacity", (1, 1.0), (11, 0.0), (21, 0.0)),
        track("label:input", "opacity", (1, 1.0), (11, 0.0)),
        track("column", "opacity", (1, 0.0), (11, 0.0), (21, 1.0)),
        track("column", "offset", (1, 0.0), (21, 0.4), index=2),
        track("input", "offset", (1, 0.0), (21, 0.2), index=0),
        track("say", "value", (1, -0.001), (21, 12.5)),
    )
    fragment = Fragment("column", "input", (2, 0, 0), (1, 1, 20))
    markers = (Marker(1, "01 Test", "chapter"), Marker(11, "01.1 half", "rest"))
    timeline = Timeline(25, (160, 120), 21, tracks, (words,), (fragment,), markers, (), ())
    return SmallProduction(SmallLayout(grids, (ribbon,)), values, timeline, (label,))


@pytest.fixture
def row(production):
    """A set of one grid of seven cells, from -1 to 1; made of its role."""

    def make(role: Role, *tracks, depth: int = 1):
        axes = (Axis("B", depth, "y"), Axis("C", 7, "x")) if depth > 1 else (Axis("B", 1, "z"), Axis("C", 7, "x"))
        grid = Grid("row", "W", role, axes, (0.0, 0.0, 0.0), "row")
        timeline = replace(production.timeline, tracks=tracks, drawings=(), fragments=())
        numbers = TENTHS.repeat(depth, axis=0)
        return grid, replace(
            production, layout=SmallLayout((grid,), ()), values={"row": numbers}, timeline=timeline, signage=()
        )

    return make
