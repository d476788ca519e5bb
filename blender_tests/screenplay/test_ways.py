"""The ways of the camera: it never goes through a thing, whatever the model and the shape of the picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from blender_tests.screenplay.conftest import MODELS, SIZES
from blender_tests.stage.conftest import track
from blender_tests.stage.test_footing import film, grid
from llmviz_addon.screenplay import loader
from llmviz_addon.screenplay.score.easing import ease
from llmviz_addon.screenplay.score.timeline import CAMERA, Channel
from llmviz_addon.stage.motion.standing import SEEN, Film, standing

NEAR = 0.05
"""Metres, half a cell, that it keeps off."""
STEP = 3
"""Frames between two looks."""


def eased(told, frames):
    """Values of a track at some frames, as Blender has them."""
    at = np.clip(np.searchsorted(told.frames, frames, side="right") - 1, 0, len(told.frames) - 1)
    after = np.minimum(at + 1, len(told.frames) - 1)
    share = np.clip((frames - told.frames[at]) / np.maximum(told.frames[after] - told.frames[at], 1), 0, 1)
    share = np.array([ease(told.easings[key], one) for key, one in zip(at, share, strict=True)])
    return told.values[at] + (told.values[after] - told.values[at]) * share


def pierced(timeline, grids):
    """Things within which the camera is at some time, and the first such frame."""
    frames = np.arange(1, timeline.frames + 1, STEP)
    told = {one.channel: eased(one, frames) for one in timeline.tracks if one.channel.actor == CAMERA}
    value = lambda prop, index=0: told.get(Channel(CAMERA, prop, index), np.zeros(len(frames)))  # noqa: E731
    azimuth, elevation = np.radians(value("azimuth")), np.radians(value("elevation"))
    level = np.cos(elevation)
    away = np.array([np.cos(azimuth) * level, np.sin(azimuth) * level, np.sin(elevation)])
    camera = np.array([value("target", axis) for axis in range(3)]) + away * value("distance")
    timeline = replace(timeline, outlines=())  # a layer's corners are no thing: the camera may be within its parts
    things = standing(grids, [made for made, _ in timeline.grids], (), (), timeline)
    seen = Film(things, timeline)
    found = {}
    for one, solid in zip(things, seen.solid(frames, SEEN), strict=True):
        way = seen.way(one, frames)
        off = 0.0 if way is None else way
        low, high = one.low[:, None] + off - NEAR, one.high[:, None] + off + NEAR
        within = ((camera > low) & (camera < high)).all(axis=0) & solid
        if within.any():
            found[one.name] = int(frames[within][0])
    return found


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize(
    "stage", [name for name in MODELS if name not in ("very wide", "words", "large heads")], indirect=True
)
def test_the_camera_never_goes_through_a_thing(stage, size):
    timeline = stage[1].tell(loader.chapters(), None, size)
    assert pierced(timeline, stage[1].layout.grids) == {}


def test_if_it_did_that_would_be_found():
    one = grid("one", 0.0, 0.0)
    middle = np.mean(one.box, axis=0)
    still = [track(CAMERA, "target", (1, middle[axis]), (2, middle[axis]), index=axis) for axis in range(3)]
    turns = [track(CAMERA, "azimuth", (1, 270.0), (2, 270.0)), track(CAMERA, "elevation", (1, 0.0), (2, 0.0))]
    through = film(*still, *turns, track(CAMERA, "distance", (1, 5.0), (240, -5.0)))
    assert set(pierced(through, [one])) == {"one"}
    past = film(*still, *turns, track(CAMERA, "distance", (1, 5.0), (240, 2.0)))
    assert pierced(past, [one]) == {}
    gone = film(*through.tracks, track("one", "opacity", (1, 0.0), (2, 0.0)))
    assert pierced(gone, [one]) == {}
