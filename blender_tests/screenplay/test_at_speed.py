"""What only shows while a film plays: flashes, labels that flicker, a camera that cannot be followed."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from blender_tests.screenplay.conftest import MODELS, SIZES, tell
from blender_tests.screenplay.test_one_shot import ways
from llmviz_addon.model.run import run
from llmviz_addon.screenplay import loader
from llmviz_addon.screenplay.legible.settle import BRIEFLY
from llmviz_addon.screenplay.page import pose
from llmviz_addon.screenplay.production import Set, prepare
from llmviz_addon.screenplay.score.clips import EPSILON
from llmviz_addon.screenplay.score.timeline import CAMERA, Channel
from llmviz_addon.screenplay.telling import GONE

FPS = 30
FASTEST = 6.0
"""How far the camera goes in a second at most, with turns; a frame in which it goes further than ``CUT`` is a cut."""
CUT = 0.2
READ = 0.45
"""Seconds that every part of a panel is there at least."""
HALF = 0.5


@pytest.fixture(scope="module", params=["nano", "austen", "one token"])
def films(request):
    """All chapters about a model, told alone."""
    made = Set.of(run(*MODELS[request.param]()))
    return tell(request.param, made, SIZES["16:9"], loader.chapters()).tellings


def spans(staff):
    """From when to when an opacity is above a half that comes from nothing and goes to nothing, in seconds."""
    came = None
    for clip in staff.clips:
        if clip.before == 0 < clip.value:
            came = clip.start + clip.seconds / 2
        elif clip.value == 0 and came is not None:
            yield came, clip.start + clip.seconds / 2
            came = None


def test_no_label_flickers(films):
    for telling in films:
        labels = [one.name for one in telling.cast.drawings.values() if one.keeps_size]
        labels += [one.name for one in telling.cast.signage.values() if one.keeps_size]
        for staff, names in telling.score.alike(labels, "opacity").items():
            assert all(end - start >= BRIEFLY - EPSILON for start, end in spans(staff)), names[:3]


def test_panels_stand_long_enough_to_be_read(films):
    for telling in films:
        panels = [name for name in telling.cast.drawings if ":panel:" in name]
        for staff, names in telling.score.alike(panels, "opacity").items():
            assert all(end - start >= READ for start, end in spans(staff)), names[:3]


def test_nothing_comes_back_only_to_go(films):
    """After a picture that took the stage, what the next beat does not want is not there for a moment."""
    for telling in films:
        pieces = telling.cast.fragments
        for at, names in telling.returned:
            end = at + GONE
            for name in names:
                staff = telling.score.staff(Channel(name, "opacity"))
                if staff.at(end - 0.01) > HALF and staff.at(end + EPSILON) == 0:
                    whole = pieces[name].grid if name in pieces else name
                    kin = [whole, *(one.name for one in pieces.values() if one.grid == whole)]
                    assert any(telling.score.at(Channel(one, "opacity"), end + EPSILON) for one in kin), name


def at_time(score, at, channel):
    return score.at(channel, at)


def test_the_camera_can_be_followed(films):
    for telling in films:
        times = np.arange(0.0, telling.now, 1 / FPS).tolist()
        gone = ways([pose.seen(partial(at_time, telling.score, at)) for at in times])
        for number in np.flatnonzero(gone > FASTEST / FPS).tolist():
            around = gone[max(number - 1, 0)], gone[min(number + 1, len(gone) - 1)]
            assert max(around) < 0.1 * gone[number], (telling.name, times[number])  # it is a cut


def test_one_chapter_gives_way_to_the_next_under_its_card():
    """While both are seen the camera stands; it cuts when the card hides all."""
    timeline = prepare(run(*MODELS["nano"]()), ["layer-norm", "mlp"], fps=FPS).timeline
    before, after = timeline.chapters
    middle = (before.end + after.start) // 2
    moving = [track for track in timeline.tracks if track.channel.actor == CAMERA]
    assert any(middle in track.frames for track in moving)
    for track in moving:
        for (start, was), (end, now) in pairwise(zip(track.frames.tolist(), track.values.tolist(), strict=True)):
            within = before.end <= start and end <= after.start
            assert not within or was == now or end == middle or start == middle, track.channel
    (card,) = [track for track in timeline.tracks if track.channel == Channel("mlp:title", "opacity")]
    told = dict(zip(card.frames.tolist(), card.values.tolist(), strict=True))
    assert (told[before.end], told[middle]) == (0, 1)
