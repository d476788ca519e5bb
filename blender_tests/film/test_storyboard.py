"""Storyboards: which frames, which files, and sheets in which every still can be found."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from llmviz_addon.errors import JobError
from llmviz_addon.film.painting import png
from llmviz_addon.film.storyboard import GAP, sheet, shots, storyboard_steps
from llmviz_addon.model.checkpoint import builtin
from llmviz_addon.model.run import run
from llmviz_addon.screenplay.production import prepare
from llmviz_addon.stage.build import build

TOKENS = [2, 1, 0, 1, 1, 2]


def test_shots_are_the_rests_and_the_middles_between_them():
    timeline = prepare(run(builtin(), TOKENS), ["layer-norm"], None).timeline
    (chapter,) = timeline.chapters
    found = shots(timeline, chapter)
    rests = [m.frame for m in timeline.markers if m.kind == "rest"]
    assert len(found) == 2 * len(rests) + 2  # its opening, and two for each rest, then its end
    assert found[0].name == "03.0-opening"
    assert [shot.frame for shot in found] == sorted(shot.frame for shot in found)
    assert set(rests) <= {shot.frame for shot in found}
    assert found[0].frame <= chapter.start + 1
    assert found[-1].frame == chapter.end
    assert len({shot.name for shot in found}) == len(found)


def test_the_first_still_of_each_chapter_shows_its_question():
    timeline = prepare(run(builtin(), TOKENS), ["layer-norm", "self-attention"], 200.0).timeline
    for chapter in timeline.chapters:
        shot, *_, last = shots(timeline, chapter)
        assert last.name.endswith("-end" if chapter == timeline.chapters[-1] else "-answer")
        assert shot.name == f"{chapter.number:02d}.0-opening"
        drawing = next(one for one in timeline.drawings if one.name == f"{chapter.name}:question")
        (track,) = (t for t in timeline.tracks if t.channel[:2] == (drawing.name, "opacity"))
        assert track.values[np.searchsorted(track.frames, shot.frame, side="right") - 1] == 1
        cards = (t for t in timeline.tracks if t.channel.actor in (f"{chapter.name}:card", f"{chapter.name}:title"))
        for card in (t for t in cards if t.channel.prop == "opacity"):
            assert card.values[np.searchsorted(card.frames, shot.frame, side="right") - 1] == 0


def test_a_sheet_holds_every_picture_in_order():
    pictures = [np.full((90, 160, 3), value, np.uint8) for value in (10, 60, 110, 160, 210)]
    page = sheet(pictures, columns=3)
    assert page.shape == (2 * (90 + GAP) + GAP, 3 * (160 + GAP) + GAP, 3)
    for i, value in enumerate((10, 60, 110, 160, 210)):
        y, x = GAP + i // 3 * (90 + GAP) + 45, GAP + i % 3 * (160 + GAP) + 80
        assert page[y, x].tolist() == [value] * 3
    assert page[-GAP - 45, -GAP - 80].tolist() == [255] * 3


def taken(steps):
    """All steps of a job, and what it returns."""
    found = []
    while True:
        try:
            found.append(next(steps))
        except StopIteration as done:
            return found, done.value


def test_a_storyboard_writes_stills_and_a_sheet(scene, tmp_path):
    production = prepare(run(builtin(), TOKENS), ["layer-norm"], None, (128, 72))
    build(scene, production, own_scene=True)
    steps, (line,) = taken(storyboard_steps(scene, production.timeline, tmp_path / "board", "cycles"))
    assert steps[-1] == (1.0, "Done")
    assert re.fullmatch(r"Layer Norm: ink \d+ % in .* \d of 8 rests are filled", line)
    stills = sorted((tmp_path / "board" / "03-layer-norm").glob("*.png"))
    assert len(stills) == len(shots(production.timeline, production.timeline.chapters[0]))
    pictures = [png.read(path) for path in stills]
    assert all(picture.shape == (72, 128, 3) for picture in pictures)
    assert len({picture.tobytes() for picture in pictures}) > len(pictures) // 2
    assert png.read(tmp_path / "board" / "03-layer-norm.png").shape[1] > 4 * 128
    rows = (tmp_path / "board" / "03-layer-norm.txt").read_text().splitlines()[1:]
    assert sorted(row.split()[-1] for row in rows) == sorted(path.stem for path in stills)


def test_by_a_process_of_its_own_it_is_the_same(scene, tmp_path):
    production = prepare(run(builtin(), TOKENS), ["layer-norm"], None, (128, 72))
    build(scene, production, own_scene=True)
    one = replace(production.timeline, markers=production.timeline.markers[:3])
    here, lines = taken(storyboard_steps(scene, one, tmp_path / "here", "cycles"))
    apart, same = taken(storyboard_steps(scene, one, tmp_path / "apart", "cycles", poll=0.2))
    assert lines == same
    assert dict(apart).keys() == dict(here).keys()
    names = sorted(path.relative_to(tmp_path / "here") for path in (tmp_path / "here").rglob("*.png"))
    assert names == sorted(path.relative_to(tmp_path / "apart") for path in (tmp_path / "apart").rglob("*.png"))
    for name in names:
        mine, its = (png.read(tmp_path / place / name).astype(int) for place in ("here", "apart"))
        assert np.abs(mine - its).mean() < 0.5


def test_a_file_in_the_way_is_refused(scene, tmp_path):
    production = prepare(run(builtin(), TOKENS), ["layer-norm"], None, (128, 72))
    (tmp_path / "board").write_text("mine")
    with pytest.raises(JobError, match="is a file"):
        list(storyboard_steps(scene, production.timeline, tmp_path / "board"))
    assert (tmp_path / "board").read_text() == "mine"
