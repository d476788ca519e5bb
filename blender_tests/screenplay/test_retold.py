"""A film that is told again tells only what has changed, and comes out the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from llmviz_addon.model.checkpoint import builtin
from llmviz_addon.model.run import Run, run
from llmviz_addon.screenplay import loader, production
from llmviz_addon.screenplay.production import Production, Set, prepare
from llmviz_addon.screenplay.retold import CHAPTERS, Retold

NAMES = ["layer-norm", "softmax"]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The chapters that are told, as they are."""
    names: list[str] = []
    tell = production._tell

    def noted(chapter, *rest):
        names.append(chapter.name)
        return tell(chapter, *rest)

    monkeypatch.setattr(production, "_tell", noted)
    return names


@pytest.fixture(scope="module")
def nano():
    return builtin()


def read(model, text: str = "CBABBC") -> Run:
    return run(model, model.tokenizer.encode(text))


def test_what_is_the_same_is_not_told_again(told: list[str], nano) -> None:
    retold: Retold[Set] = Retold()
    first = prepare(read(nano), NAMES, retold=retold)
    assert told == NAMES
    again = prepare(read(nano), NAMES, retold=retold)
    assert told == NAMES
    same(first, again)
    same(prepare(read(nano), NAMES), again)


def same(one: Production, other: Production) -> None:
    assert [d.name for d in one.timeline.drawings] == [d.name for d in other.timeline.drawings]
    assert len(one.timeline.tracks) == len(other.timeline.tracks)
    for mine, theirs in zip(one.timeline.tracks, other.timeline.tracks, strict=True):
        assert (mine.channel, mine.easings) == (theirs.channel, theirs.easings)
        np.testing.assert_array_equal(mine.frames, theirs.frames)
        np.testing.assert_array_equal(mine.values, theirs.values)


def test_what_is_asked_otherwise_is_told_again(told: list[str], nano) -> None:
    retold: Retold[Set] = Retold()
    prepare(read(nano), NAMES, retold=retold)
    told.clear()
    for other in ({"pace": 100.0}, {"size": (720, 1280)}, {"length": "short"}):
        prepare(read(nano), ["self-attention", "output"] if "length" in other else NAMES, retold=retold, **other)
        assert len(told) == 2, other
        told.clear()
    prepare(read(nano), NAMES[:1], retold=retold)
    assert told == NAMES[:1], "alone it has no card, and is no first of two"
    told.clear()
    prepare(read(nano, "AAABBC"), NAMES, retold=retold)
    assert told == NAMES, "of another text"


def test_chapters_of_hers_are_always_told(told: list[str], nano, tmp_path: Path) -> None:
    shutil.copy(loader.home() / "08_softmax.py", tmp_path / "08_softmax.py")
    retold: Retold[Set] = Retold()
    for _ in range(2):
        prepare(read(nano), NAMES, folders=[tmp_path], retold=retold)
    assert told == [*NAMES, "softmax"], "it may read more than its own file"


def test_a_changed_chapter_of_ours_is_told(told: list[str], nano, tmp_path: Path, monkeypatch) -> None:
    for path in loader.home().glob("*.py"):
        shutil.copy(path, tmp_path / path.name)
    monkeypatch.setattr(loader, "home", lambda: tmp_path)
    retold: Retold[Set] = Retold()
    prepare(read(nano), NAMES, retold=retold)
    changed = tmp_path / "08_softmax.py"
    changed.write_text(changed.read_text() + "\n# changed\n")
    prepare(read(nano), NAMES, retold=retold)
    assert told == [*NAMES, "softmax"]


def test_no_more_is_kept_than_fits(told: list[str], nano) -> None:
    retold: Retold[Set] = Retold()
    stage = retold.stage(read(nano), Set.of)
    for number in range(CHAPTERS + 3):
        retold.telling(stage, number, lambda: object())  # type: ignore[arg-type,return-value]
    assert len(retold._told) == CHAPTERS
    other: object = object()
    assert retold.telling(object(), 0, lambda: other) is other  # type: ignore[arg-type,return-value]
