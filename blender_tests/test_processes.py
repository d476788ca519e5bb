"""What lies in the current folder is never run: people work inside of folders that they have downloaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from llmviz_addon.packaging import package
from llmviz_addon.processes import python
from llmviz_addon.stage import render

ROOT = Path(__file__).resolve().parents[1]
HOSTILE = ("numpy", "json", "bpy", "queue", "struct", "tempfile", "mathutils", "argparse", "tomllib", "zipfile")
FILM = ["film", "layer-norm", "--pace", "none", "--from", "1", "--to", "1.1", "--size", "64x64", "-o", "f.mp4"]


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, in which every module that is imported writes its name into ``ran``."""
    code = f"import os\nwith open({str(tmp_path / 'ran')!r}, 'a') as file: file.write(__name__ + ' ')\nos._exit(66)\n"
    folder = tmp_path / "model"
    for name in HOSTILE:
        path = folder / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(code)
    for name in ("llmviz_worker", "llmviz_addon"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(code)
    monkeypatch.chdir(folder)
    return folder


def _ran(folder: Path) -> str:
    path = folder.parent / "ran"
    return path.read_text() if path.exists() else ""


# How an installed command starts: what is installed is on the path, the current folder is not.
INSTALLED = f"import sys; sys.path[0] = {str(ROOT)!r}; from llmviz_addon.__main__ import program; program()"


@pytest.mark.parametrize(
    ("start", "path"),
    [(python("-m", "llmviz_addon"), str(ROOT)), ([sys.executable, "-c", INSTALLED], os.pathsep)],
    ids=["module", "empty entry of PYTHONPATH"],
)
def test_a_film_runs_nothing_of_the_current_folder(hostile: Path, start: list[str], path: str) -> None:
    env = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run([*start, *FILM, "--engine", "cycles"], env=env, capture_output=True, text=True, check=False)
    assert (_ran(hostile), done.returncode) == ("", 0), done.stderr
    assert (hostile / "f.mp4").is_file()


def test_a_module_run_by_name_forgets_the_current_folder(tmp_path: Path) -> None:
    code = f"open({str(tmp_path / 'ran')!r}, 'w')"
    for name in ("numpy", "bpy", "argparse"):
        (tmp_path / f"{name}.py").write_text(code)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "llmviz_addon", "trace", "-o", "t.npz"]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, (tmp_path / "ran").exists()) == (0, False), done.stderr


def test_the_search_for_a_gpu_runs_nothing_of_the_current_folder(
    hostile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "LINUX_DEVICES", ("/*",))
    monkeypatch.setenv("PYTHONPATH", os.pathsep)
    render.has_gpu.cache_clear()
    try:
        render.has_gpu()
        assert _ran(hostile) == ""
    finally:
        render.has_gpu.cache_clear()


def test_packaging_runs_nothing_of_the_current_folder(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep)
    assert package(hostile / "dist").is_file()
    assert _ran(hostile) == ""
