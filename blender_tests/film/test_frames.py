"""Frames of one film are kept, those of another never mixed in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from llmviz_addon.errors import JobError
from llmviz_addon.film.frames import code_version, fingerprint, frame_path, frames_folder, missing, open_folder
from llmviz_addon.screenplay.production import Production


def test_goes_on_with_the_same_film(tmp_path: Path) -> None:
    folder = frames_folder(tmp_path / "a.b.mp4")
    assert folder.name == "a.b.frames"
    assert open_folder(folder, {"size": "1"}) == 0
    frame_path(folder, 2).touch()
    (folder / ".000003.77.part.png").touch()
    assert open_folder(folder, {"size": "1"}) == 0
    assert missing(folder, 1, 3) == [1, 3]
    assert not list(folder.glob(".*"))


def test_another_film_starts_anew(tmp_path: Path) -> None:
    folder = tmp_path / "a.frames"
    open_folder(folder, {"size": "1"})
    frame_path(folder, 2).touch()
    (folder / "mine.png").touch()
    assert open_folder(folder, {"size": "2"}) == 1
    assert missing(folder, 1, 2) == [1, 2]
    assert (folder / "mine.png").exists()


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "a.frames"
    folder.mkdir()
    frame_path(folder, 1).touch()
    with pytest.raises(JobError, match="holds something else"):
        open_folder(folder, {})
    assert frame_path(folder, 1).exists()
    with pytest.raises(JobError, match="Cannot keep frames"):
        open_folder(tmp_path / "no" / "a.frames", {})


def test_the_fingerprint_sees_everything(production: Production) -> None:
    def mark(**changed: object) -> dict[str, str]:
        parts = {"timeline": production.timeline, "weights": production.trace, "size": (4, 2)}
        return fingerprint(**{**parts, **changed})

    timeline = production.timeline
    track = timeline.tracks[5]
    shifted = replace(track, values=track.values + 1e-6)
    weights = {name: np.array(values) for name, values in production.trace.items()}
    weights["layers.1.mlp.fc_bias"][3] += 1e-6
    assert mark() == mark()
    assert mark(size=(2, 4)) != mark()
    assert mark(timeline=replace(timeline, tracks=(*timeline.tracks[:5], shifted, *timeline.tracks[6:]))) != mark()
    assert mark(weights=weights) != mark(weights=dict(production.trace))


def test_code_version_is_stable() -> None:
    assert code_version() == code_version()
