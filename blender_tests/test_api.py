"""The library: what scripts and notebooks call, and what it gives them."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import bpy
import numpy as np
import pytest

import llmviz_addon as llmviz
from llmviz_addon import api
from llmviz_addon.film.film import chapter_marks
from llmviz_addon.film.frames import frames_folder
from llmviz_addon.film.of_scene import film_job
from llmviz_addon.film.painting import png
from llmviz_addon.model.run import run as run_of
from llmviz_addon.model.sampling import Sampling, generate

ROOT = Path(__file__).resolve().parents[1]
SMALL = {"pace": None, "size": (128, 72), "fps": 10}


@pytest.fixture
def her_scene() -> bpy.types.Scene:
    """A file with a scene of the user's, in a Blender of factory settings."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    bpy.context.scene.name = "mine"
    return bpy.context.scene


@pytest.fixture
def stage(her_scene: bpy.types.Scene) -> llmviz.Stage:
    """A small Layer Norm without pauses."""
    return llmviz.build(llmviz.run(), ["layer-norm"], engine="cycles", **SMALL)


def test_the_package_has_what_the_library_has() -> None:
    assert set(api.__all__) <= set(dir(llmviz))
    for name in api.__all__:
        assert getattr(llmviz, name) is getattr(api, name)
    with pytest.raises(AttributeError, match="no attribute 'rnu'"):
        llmviz.rnu  # noqa: B018


def test_the_name_for_scripts_is_the_library() -> None:
    """The wheel has ``llmviz.py``, which is this file."""
    source = (ROOT / "llmviz_addon" / "name" / "llmviz.py").read_text(encoding="utf-8")
    names: dict = {}
    exec(compile(source, "llmviz.py", "exec"), names)
    assert names["__all__"] == api.__all__
    assert all(names[name] is getattr(api, name) for name in api.__all__)


def test_all_of_it_is_typed_and_told() -> None:
    for name in api.__all__:
        thing = getattr(api, name)
        assert thing.__doc__, name
        if inspect.isfunction(thing):
            signature = inspect.signature(thing)
            assert signature.return_annotation is not inspect.Signature.empty, name
            assert all(p.annotation is not p.empty for p in signature.parameters.values()), name


def test_a_run_needs_no_blender() -> None:
    files = len(list((ROOT / "walkthroughs").glob("[0-9]*.py")))
    program = (
        "import sys, llmviz_addon as llmviz\n"
        "assert 'numpy' not in sys.modules\n"
        "print(llmviz.run(text='CBABBC'))\n"
        f"assert len(list(llmviz.chapters(pace=None))) == {files}\n"
        "assert not {'bpy', 'mathutils'} & set(sys.modules), 'Blender was imported'\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("nano-gpt, T = 11: 'CBABBCABBBC', then (greedy)")


def test_runs(tmp_path: Path) -> None:
    found, model = llmviz.run(text="CBABBC"), llmviz.load()
    assert llmviz.run().tokens == llmviz.run(tokens=(2, 1, 0, 1, 1, 2)).tokens == found.tokens
    wanted = run_of(model, (2, 1, 0)).trace
    for name, values in llmviz.run(model, "CBA").trace.items():
        np.testing.assert_array_equal(values, wanted[name])
    assert llmviz.trace(found, tmp_path / "t.npz") == tmp_path / "t.npz"
    again = llmviz.run(tmp_path / "t.npz")
    np.testing.assert_array_equal(again.trace["output.probs"], found.trace["output.probs"])
    with pytest.raises(llmviz.ModelError, match="Give one of the two"):
        llmviz.run(text="A", tokens=[0])
    with pytest.raises(llmviz.ModelError, match=r"possible are A, B, C"):
        llmviz.run(text="AXB")


def test_generations() -> None:
    sampling = Sampling(temperature=3.0, seed=4)
    made = llmviz.generate(text="CBA", count=3, sampling=sampling)
    assert made.tokens == generate(llmviz.load(), (2, 1, 0), 3, sampling)
    lines = repr(made).splitlines()
    assert [line for line in lines if line.startswith("t = ")] == [
        f"t = {t}, temperature 3, seed 4:" for t in (3, 4, 5)
    ]
    assert lines[-1] == made.text


def test_chapters_are_told_one_by_one_and_what_is_wrong_with_one_beside_them(tmp_path: Path) -> None:
    (tmp_path / "50_mine.py").write_text("title = 'Mine'\npart = 'x'\n\n\ndef play(film):\n    film.nothing()\n")
    *told, wrong = llmviz.chapters(pace=None, walkthroughs=[tmp_path])
    *told, wrong = sorted([*told, wrong], key=lambda one: isinstance(one, Exception))
    names = [one.chapters[0].name for one in told]
    files = sorted(path.stem for path in (ROOT / "walkthroughs").glob("[0-9]*.py"))
    assert names == [file.split("_", 1)[1].replace("_", "-") for file in files]
    assert {"embedding", "layer-norm", "self-attention", "scale"} <= set(names)
    norm = told[names.index("layer-norm")]
    assert isinstance(wrong, llmviz.ScriptError)
    assert "50_mine.py" in str(wrong)
    (line,) = [line for line in repr(norm).splitlines() if "03.2 one column: " in line]
    clauses = [subtitle.text for subtitle in norm.subtitles if subtitle.marker == "03.2 one column"]
    assert line.endswith(" ".join(clauses))


def test_a_short_film_has_a_part_of_some_chapters(her_scene: bpy.types.Scene) -> None:
    told = list(llmviz.chapters(length="short"))
    assert [one.chapters[0].name for one in told] == ["overview", "self-attention", "output"]
    stage = llmviz.build(llmviz.run(), "all", length="short", size=(128, 72))
    assert [chapter.name for chapter in stage.story.chapters] == ["overview", "self-attention", "output"]
    names = [marker.name for marker in stage.scene.timeline_markers]
    assert [name for name in names if name[2:3] == " "] == ["00 Overview", "04 Self Attention", "09 Output"]
    assert "04.1 lookup" in names
    assert not any("dot product" in name or "one number" in name for name in names)
    job = film_job(stage.scene, Path("f.mp4"), Path("f.blend"), "cycles")
    assert [title for _, title in chapter_marks(job)] == ["Overview", "Self Attention", "Output"]
    assert [one.text for one in job.subtitles if one.marker == "04 Self Attention"][0] == "Self Attention"
    with pytest.raises(llmviz.ScriptError, match="Unknown length 'medium'. Choose from full, short, trailer"):
        next(llmviz.chapters(length="medium"))


def test_a_trailer_is_cut_to_a_beat(her_scene: bpy.types.Scene) -> None:
    assert [one.chapters[0].name for one in llmviz.chapters(length="trailer", bpm=90)][:2] == [
        "overview",
        "preliminary",
    ]
    stage = llmviz.build(llmviz.run(), "trailer", bpm=90, size=(128, 72))
    starts = [chapter.start for chapter in stage.story.chapters]
    assert all((90 / 60 * (start - 1) / 30) % 1 == 0 for start in starts)  # a beat is 20 frames
    assert stage.scene.frame_end == 900
    stage.scene.frame_set(starts[1])
    assert stage.story.commentary(starts[1]).text == "What is it that we look at?"


def test_a_film_is_built_into_a_scene_of_its_own(stage: llmviz.Stage, her_scene: bpy.types.Scene) -> None:
    assert stage.scene != her_scene
    assert not her_scene.objects
    assert stage.scene.render.resolution_x == 128
    lines = repr(stage).splitlines()
    assert lines[0] == f"<Stage {stage.scene.name!r}>"
    assert "03 Layer Norm" in lines[1]
    rests = [marker.name for marker in stage.story.markers if marker.kind == "rest"]
    assert all(any(name in line for line in lines) for name in rests)


def test_what_cannot_be_built_leaves_nothing(her_scene: bpy.types.Scene) -> None:
    run = llmviz.run()
    for options, message in (
        ({"chapters": ["layer-nrom"]}, "Unknown chapter 'layer-nrom'"),
        ({"theme": "neon"}, "Unknown theme 'neon'"),
        ({"size": (3, 3)}, "3x3 is not possible"),
        ({"engine": "luxcore"}, "Unknown engine 'luxcore'"),
        ({"length": "medium"}, "Unknown length 'medium'. Choose from full, short, trailer"),
        ({"chapters": ["mlp"], "length": "short"}, "leaves out the chapter 'mlp'"),
        ({"chapters": ["trailer"], "bpm": 500}, "A tempo of 500 beats per minute is not possible; give 40 to 240"),
        ({"bpm": 90}, "A tempo of 90 beats per minute is for a trailer"),
    ):
        with pytest.raises(llmviz.LlmvizError, match=message):
            llmviz.build(run, **options)
    assert list(bpy.data.scenes) == [her_scene]


def test_stills_and_files(stage: llmviz.Stage, tmp_path: Path) -> None:
    picture = llmviz.still(stage, "one-column", engine="cycles")
    assert picture.pixels.shape == (72, 128, 3)
    assert picture.frame == stage.story.markers[2].frame
    np.testing.assert_array_equal(png.decode(picture._repr_png_()), picture.pixels)
    assert picture.save(tmp_path / "a.png").is_file()
    stage.scene.frame_set(30)
    assert llmviz.still(stage, engine="cycles").frame == 30
    with pytest.raises(llmviz.JobError, match="There is no rest 'lunch'"):
        llmviz.still(stage, "lunch")
    llmviz.save(stage, tmp_path / "s.blend")
    opened = llmviz.open_file(tmp_path / "s.blend")
    assert repr(opened.story) == repr(llmviz.Stage(opened.scene).story)
    np.testing.assert_array_equal(llmviz.still(opened, "one-column", engine="cycles").pixels, picture.pixels)


def test_a_film_of_a_scene_that_no_window_shows(stage: llmviz.Stage, tmp_path: Path) -> None:
    made = llmviz.film(stage, tmp_path / "f.mp4", start=1, stop=1.4, engine="cycles", captions=True)
    assert made.path.is_file()
    assert made.seconds == pytest.approx(0.4)
    assert {path.suffix for path in tmp_path.iterdir()} == {".mp4", ".srt", ".vtt", ".frames"}
    frame = png.read(frames_folder(made.path) / "000011.png")
    still = llmviz.still(stage, 1.0, engine="cycles").pixels.astype(int)
    others = (abs(frame.astype(int) - still) > 1).any(axis=2).sum()
    assert others <= 2  # a worker's meshes have doubles, for which Cycles rounds where an edge meets a pixel's middle


def test_shell_and_library_share_the_frames_of_a_film(stage: llmviz.Stage, tmp_path: Path) -> None:
    made = llmviz.film(stage, tmp_path / "f.mp4", start=1, stop=1.2, engine="cycles")
    times = {path.name: path.stat().st_mtime_ns for path in made.frames.glob("*.png")}
    assert len(times) == 2
    arguments = ["film", "layer-norm", "--pace", "none", "--fps", "10", "--size", "128x72", "--engine", "cycles"]
    program = "import sys; from llmviz_addon import cli; sys.exit(cli.main(sys.argv[1:]))"
    command = [sys.executable, "-c", program, *arguments, "--from", "1", "--to", "1.4", "-o", str(made.path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    after = {path.name: path.stat().st_mtime_ns for path in made.frames.glob("*.png")}
    assert len(after) == 4
    assert after.items() >= times.items()


def test_outlines(her_scene: bpy.types.Scene) -> None:
    stage = llmviz.build(llmviz.outlines("gpt2", "nano"), **SMALL)
    assert [chapter.name for chapter in stage.story.chapters] == ["scale"]
    with pytest.raises(llmviz.ModelError, match="Unknown model shape 'gpt5'"):
        llmviz.outlines("gpt5")


def test_an_open_stage_goes_on(her_scene: bpy.types.Scene) -> None:
    sampling = Sampling(temperature=2.0, seed=1)
    run = llmviz.run(tokens=[2, 1, 0], sampling=sampling)
    stage = llmviz.open_stage(run, 4, size=(128, 72))
    assert (stage.story, stage.state.columns, stage.state.tokens) == (None, 7, (2, 1, 0))
    made = llmviz.step(stage, count=2)
    assert made.tokens == stage.state.tokens == generate(llmviz.load(), (2, 1, 0), 2, sampling)
    with pytest.raises(llmviz.JobError, match="no film in the scene"):
        llmviz.still(stage, "one-column")
    with pytest.raises(llmviz.ModelError, match="All 7 columns"):
        llmviz.step(stage, count=9)
    assert stage.state.tokens == made.tokens


def test_the_readmes_script_makes_what_it_says(tmp_path: Path) -> None:
    """Under the name that it is installed by, in a folder of its own."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"<!-- script -->\n```python\n(.*?)```", text, re.S)
    assert len(script.split("\n\n", 1)[1].strip().splitlines()) <= 10
    place = {"PYTHONPATH": os.pathsep.join([str(ROOT / "llmviz_addon" / "name"), str(ROOT)])}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | place,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("nano-gpt, T = 11: 'CBABBCABBBC', then (greedy)")
    assert "03 Layer Norm" in done.stdout
    assert "Info:" not in done.stdout  # Blender's, of files on their way
    names = ["layer-norm.blend", "layer-norm.frames", "layer-norm.mp4", "layer-norm.srt", "one-column.png"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert len(list((tmp_path / "layer-norm.frames").glob("*.png"))) == 15


def test_the_readme_names_functions_that_there_are() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text[text.index("## From Python") : text.index("## Your own model")]
    named = {name for row in re.findall(r"^\| (`.*?) \|", section, re.M) for name in re.findall(r"(\w+)\(", row)}
    assert named == {name for name in api.__all__ if inspect.isfunction(getattr(api, name)) and "_steps" not in name}
