"""A small film of a chapter of these tests, staged and saved once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from llmviz_addon.film.film import FilmJob
from llmviz_addon.model.checkpoint import builtin
from llmviz_addon.model.run import run
from llmviz_addon.screenplay.production import Production, prepare

SIZE = (192, 108)


@pytest.fixture(scope="session")
def production() -> Production:
    """That chapter without pauses, in a small picture."""
    checkpoint = builtin()
    own = [Path(__file__).parent / "chapters"]
    return prepare(run(checkpoint, checkpoint.tokenizer.encode("CBABBC")), ["moves"], None, SIZE, folders=own)


@pytest.fixture(scope="session")
def rests(production: Production) -> dict[str, int]:
    """The last frame of each of its beats, by key."""
    return {m.name.split(" ", 1)[1]: m.frame for m in production.timeline.markers if m.kind == "rest"}


@pytest.fixture(scope="session")
def blend(production: Production, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That film as a saved file."""
    import bpy

    from llmviz_addon.stage.build import build

    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    build(bpy.context.scene, production, own_scene=True)
    path = tmp_path_factory.mktemp("blend") / "film.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return path


@pytest.fixture
def job(blend: Path, production: Production, tmp_path: Path) -> FilmJob:
    """Twelve frames of it, with one worker."""
    job = FilmJob(blend, tmp_path / "film.mp4", 1, 12, SIZE, 30, "cycles", {"film": "this"}, workers=1)
    return replace(job, subtitles=production.timeline.subtitles, end=production.timeline.frames)
