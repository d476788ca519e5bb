"""Every chapter on models that are not nano-gpt, in three aspects, with and without pauses."""

import gc
import re

import numpy as np
import pytest

from blender_tests.screenplay.conftest import MODELS, SIZES
from llmviz_addon.model.run import run
from llmviz_addon.screenplay import loader
from llmviz_addon.screenplay.assemble import assemble
from llmviz_addon.screenplay.production import prepare
from llmviz_addon.screenplay.score.timeline import CAMERA


def test_every_chapter_compiles_for_any_model(told):
    check_timeline(assemble(told.chapters, 30, told.size))


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize(
    "stage", [name for name in MODELS if name not in ("one token", "one head", "very wide")], indirect=True
)
def test_every_chapter_compiles_without_pauses(stage, size):
    check_timeline(stage[1].tell(loader.chapters(), None, size))


def check_timeline(timeline):
    assert timeline.frames > 1
    for track in timeline.tracks:
        assert np.isfinite(track.values).all(), track.channel
        assert (np.diff(track.frames) > 0).all(), track.channel
        assert track.frames[-1] <= timeline.frames
    frames = [marker.frame for marker in timeline.markers]
    assert frames == sorted(set(frames))
    assert any(track.channel.actor == CAMERA for track in timeline.tracks)


def test_chapters_played_together_start_from_rest(nano):
    alone = prepare(run(nano, [2, 1, 0, 1, 1, 2]), ["layer-norm"], None)
    assert alone.timeline.chapters[0].name == "layer-norm"
    assert [m.kind for m in alone.timeline.markers].count("chapter") == 1


def test_nobody_looks_for_garbage_in_what_is_told(nano):
    about, seen = run(nano, [2, 1, 0, 1, 1, 2]), []

    def note(phase: str, info: dict[str, int]) -> None:
        seen.append(info["generation"])

    gc.collect()
    gc.callbacks.append(note)
    try:
        told = prepare(about)
    finally:
        gc.callbacks.remove(note)
    assert told.timeline.tracks
    assert set(seen) <= {0}  # what is newest: between chapters, whose things are no longer among it
    assert gc.isenabled()


def test_every_chapter_says_what_it_is_about_in_its_docstring():
    for chapter in loader.chapters():
        assert chapter.about.startswith(chapter.title + ":")
        assert len(chapter.path.read_text().splitlines()) <= 270


@pytest.mark.parametrize("chapter", loader.chapters(), ids=lambda chapter: chapter.name)
def test_what_a_paragraph_names_is_inside_the_free_part(told, chapter):
    telling = next(telling for telling in told.tellings if telling.name == chapter.name)
    free = telling.page.free.grown(0.01)
    for key, grid, area in told.named[chapter.name]:
        assert free.left <= area.left < area.right <= free.right, (key, grid)
        assert free.bottom <= area.bottom < area.top <= free.top, (key, grid)
    assert told.named[chapter.name] or chapter.outlines
    for beat in telling.beats:
        assert words(beat.text) <= (40 if told.model == "nano" else 52), beat.key
        assert max(words(clause.text) for clause in beat.clauses) <= 15, beat.key
        if told.model == "nano":
            assert max(len(clause.text.split()) for clause in beat.clauses) <= 15, beat.key  # signs and figures too


def words(text: str) -> int:
    """What there is to read, but for signs and figures."""
    return len(re.findall(r"[^\W\d_][\w’'-]*", text))
