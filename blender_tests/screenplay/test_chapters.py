"""Every chapter on models that are not nano-gpt, in three aspects, with and without pauses."""

import gc
import re

import numpy as np
import pytest

from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.run import run
from llmviz_addon.screenplay import loader
from llmviz_addon.screenplay.production import prepare
from llmviz_addon.screenplay.score.timeline import CAMERA, Channel
from llmviz_addon.screenplay.verbs import beats

CONFIGS = {
    "nano": (GPTConfig(3, 3, 48, 11, 3), 11),
    "one of each": (GPTConfig(1, 1, 4, 1, 2), 1),
    "short input": (GPTConfig(2, 2, 20, 16, 7), 3),
    "many heads": (GPTConfig(2, 12, 96, 12, 5), 12),
    "wide": (GPTConfig(2, 4, 192, 32, 11), 24),
    "words": (GPTConfig(2, 4, 200, 80, 3000), 70),
    "large heads": (GPTConfig(1, 1, 256, 40, 600), 40),
}


@pytest.mark.parametrize("size", [(1280, 720), (1080, 1920), (720, 720)])
@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("pace", [None, 200])
def test_every_chapter_compiles_for_any_model(random_model, name, size, pace):
    config, length = CONFIGS[name]
    checkpoint = random_model(config)
    tokens = [t % config.vocab_size for t in range(length)]
    film = prepare(run(checkpoint, tokens), None, pace, size)
    timeline = film.timeline
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
        seen.append(phase)

    gc.collect()
    gc.callbacks.append(note)
    try:
        told = prepare(about)
    finally:
        gc.callbacks.remove(note)
    assert told.timeline.tracks
    assert seen == []
    assert gc.isenabled()


def test_every_chapter_says_what_it_is_about_in_its_docstring():
    for chapter in loader.chapters():
        assert chapter.about.startswith(chapter.title + ":")
        assert len(chapter.path.read_text().splitlines()) <= 270


@pytest.mark.parametrize("size", [(1280, 720), (1080, 1920), (720, 720)])
@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("chapter", loader.chapters(), ids=lambda chapter: chapter.name)
def test_what_a_paragraph_names_is_inside_the_free_part(random_model, make_film, monkeypatch, chapter, name, size):
    config, length = CONFIGS[name]
    film = make_film(random_model(config), [t % config.vocab_size for t in range(length)], size, 200)
    seen, light = [], beats.light_links

    def look(telling, clause):
        named = telling.cast.grids_of(link.target for link in clause.links if not isinstance(link.target, str))
        solid = [grid for grid in named if telling.score.value(Channel(grid.name, "opacity")) == 1]
        seen.extend((clause.text, grid, telling.view.area(*telling.box(grid))) for grid in solid)
        light(telling, clause)

    monkeypatch.setattr(beats, "light_links", look)
    chapter.play(film)
    free = film.page.free.grown(0.01)
    for key, grid, area in seen:
        assert free.left <= area.left < area.right <= free.right, (key, grid)
        assert free.bottom <= area.bottom < area.top <= free.top, (key, grid)
    assert seen or chapter.outlines
    for beat in film.beats:
        assert words(beat.text) <= (40 if name == "nano" else 52), beat.key
        assert max(words(clause.text) for clause in beat.clauses) <= 15, beat.key
        if name == "nano":
            assert max(len(clause.text.split()) for clause in beat.clauses) <= 15, beat.key  # signs and figures too


def words(text: str) -> int:
    """What there is to read, but for signs and figures."""
    return len(re.findall(r"[^\W\d_][\w’'-]*", text))
