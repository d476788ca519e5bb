"""*Render still* and *Render film*: named after what they show, in the folder that was chosen."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest

from llmviz_addon.film.film import Progress
from llmviz_addon.ui import render
from llmviz_addon.ui.write import in_words


@pytest.fixture
def small(sidebar: bpy.types.Scene, tmp_path: Path) -> bpy.types.Scene:
    """A small film without pauses that is to be saved in a temporary folder; four of its frames are wanted."""
    settings = sidebar.llmviz_settings
    settings.short_side, settings.fps, settings.pauses, settings.engine = "480", 12, False, "cycles"
    settings.folder = str(tmp_path)
    bpy.ops.llmviz.build()
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 60, 63
    return scene


def test_a_still_is_named_after_chapter_and_frame(small: bpy.types.Scene, tmp_path: Path) -> None:
    small.frame_set(61)
    engine = small.render.engine
    assert bpy.ops.llmviz.render_still() == {"FINISHED"}
    assert [path.name for path in tmp_path.iterdir()] == ["layer-norm-0061.png"]
    image = bpy.data.images.load(str(tmp_path / "layer-norm-0061.png"))
    assert tuple(image.size) == (854, 480)
    assert (small.frame_current, small.render.engine) == (61, engine)


def test_a_storyboard_has_a_sheet_per_chapter(small: bpy.types.Scene, tmp_path: Path) -> None:
    small.render.resolution_percentage = 20
    small.frame_set(61)
    before = (small.frame_current, small.render.engine, small.cycles.samples)
    assert bpy.ops.llmviz.storyboard() == {"FINISHED"}
    assert {path.name for path in (tmp_path / "storyboard").iterdir()} == {
        *("03-layer-norm", "03-layer-norm.png", "03-layer-norm.txt")
    }
    rests = [marker for marker in small.timeline_markers if marker.name.startswith("03.")]
    assert len(list((tmp_path / "storyboard" / "03-layer-norm").iterdir())) == 2 * len(rests) + 2
    assert (small.frame_current, small.render.engine, small.cycles.samples) == before


def test_a_film_has_captions_beside_it(small: bpy.types.Scene, tmp_path: Path) -> None:
    small.llmviz_settings.web_captions = True
    assert bpy.ops.llmviz.render_film() == {"FINISHED"}
    assert {path.name for path in tmp_path.iterdir()} == {
        "layer-norm.mp4",
        "layer-norm.srt",
        "layer-norm.vtt",
        "layer-norm.frames",
    }
    assert len(list((tmp_path / "layer-norm.frames").glob("*.png"))) == 4


def test_a_stopped_film_leaves_whole_frames_only(small: bpy.types.Scene, tmp_path: Path) -> None:
    steps = render.render_film(small)
    for share, *_ in steps:
        if share > 0:
            break
    steps.close()
    assert {path.name for path in tmp_path.iterdir()} == {"layer-norm.frames"}
    for path in (tmp_path / "layer-norm.frames").glob("*.png"):
        assert tuple(bpy.data.images.load(str(path)).size) == (854, 480)


def test_a_stopped_film_goes_on_where_it_was(small: bpy.types.Scene, tmp_path: Path) -> None:
    bpy.ops.llmviz.render_film()
    frame = tmp_path / "layer-norm.frames" / "000061.png"
    written = frame.stat().st_mtime_ns
    small.frame_set(5)
    bpy.ops.llmviz.render_film()
    assert frame.stat().st_mtime_ns == written
    small.camera.data.lens = 50
    bpy.ops.llmviz.render_film()
    assert frame.stat().st_mtime_ns != written


def test_frames_that_are_kept_are_told_asked_for_and_deleted(small: bpy.types.Scene, tmp_path: Path) -> None:
    assert (render.frames_kept(small), render.frames_lost(small)) == (0, "")
    with pytest.raises(RuntimeError, match="no frames beside this film"):
        bpy.ops.llmviz.delete_frames()
    bpy.ops.llmviz.render_film()
    kept = render.frames_kept(small)
    assert kept == sum(path.stat().st_size for path in (tmp_path / "layer-norm.frames").iterdir()) > 1000
    assert render.frames_lost(small) == ""
    small.camera.data.lens = 50
    assert "keeps 4 frames of another film" in render.frames_lost(small)
    assert bpy.ops.llmviz.delete_frames() == {"FINISHED"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["layer-norm.mp4", "layer-norm.srt"]
    assert (render.frames_kept(small), render.frames_lost(small)) == (0, "")


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (2.5e9, "2.5 GB"), (1.2e13, "12,000.0 GB")]
)
def test_sizes_in_words(size: float, text: str) -> None:
    assert in_words(size) == text


def test_the_scenes_own_size_and_rate_are_the_films(small: bpy.types.Scene, tmp_path: Path) -> None:
    small.render.resolution_percentage = 25
    small.render.fps, small.render.fps_base = 24, 1.001
    small.frame_end = 61
    assert bpy.ops.llmviz.render_film() == {"FINISHED"}
    movie = bpy.data.movieclips.load(str(tmp_path / "layer-norm.mp4"))
    assert (tuple(movie.size), movie.frame_duration) == ((212, 120), 2)
    assert movie.fps == pytest.approx(24 / 1.001, abs=1e-3)


@pytest.mark.parametrize(
    ("setting", "value", "reason"),
    [
        ("frame_step", 2, "not every frame but one in 2: set .* Step to 1"),
        ("render.use_border", True, "a region only"),
        ("render.use_multiview", True, "in stereo"),
        ("render.pixel_aspect_x", 2.0, "pixels that are not square"),
    ],
)
def test_what_a_film_cannot_honour_is_told(
    small: bpy.types.Scene, tmp_path: Path, setting: str, value: object, reason: str
) -> None:
    owner = small.render if setting.startswith("render.") else small
    setattr(owner, setting.removeprefix("render."), value)
    with pytest.raises(RuntimeError, match=reason):
        bpy.ops.llmviz.render_film()
    assert not list(tmp_path.iterdir())


def test_an_unsaved_file_needs_a_folder(small: bpy.types.Scene) -> None:
    small.llmviz_settings.folder = "//"
    for operator in (bpy.ops.llmviz.render_still, bpy.ops.llmviz.storyboard, bpy.ops.llmviz.render_film):
        with pytest.raises(RuntimeError, match="Save the .blend file first, or choose a folder"):
            operator()


def test_a_missing_folder_is_told(small: bpy.types.Scene, tmp_path: Path) -> None:
    small.llmviz_settings.folder = str(tmp_path / "gone")
    with pytest.raises(RuntimeError, match="There is no folder .*gone"):
        bpy.ops.llmviz.render_still()


def test_without_a_camera_there_is_one_clear_error(small: bpy.types.Scene, tmp_path: Path) -> None:
    small.camera = None
    for operator in (bpy.ops.llmviz.render_still, bpy.ops.llmviz.storyboard, bpy.ops.llmviz.render_film):
        with pytest.raises(RuntimeError, match="has no camera to render through"):
            operator()
    assert not list(tmp_path.iterdir())


def test_without_a_film_there_is_nothing_to_render(sidebar: bpy.types.Scene) -> None:
    with pytest.raises(RuntimeError, match="no film in this scene"):
        bpy.ops.llmviz.render_film()


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        (Progress(0, 90, "Starting"), "Starting, 0 of 90 frames"),
        (Progress(40, 90, "Rendering", 75.4), "Rendering, 40 of 90 frames"),
        (
            Progress(40, 90, "Rendering", trouble="rendering failed at frame 7, tried again: Blender crashed"),
            "Rendering, 40 of 90 frames; rendering failed at frame 7, tried again: Blender crashed",
        ),
        (Progress(90, 90, "Writing the video", 0.0), "Writing the video, 90 of 90 frames"),
    ],
)
def test_progress_in_words(progress: Progress, text: str) -> None:
    assert render.describe(progress) == text
