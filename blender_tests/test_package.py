"""What is shipped: the extension zip, the wheel's contents, and that importing the package costs nothing."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import llmviz_addon
from llmviz_addon.packaging import package
from llmviz_addon.stage.materials.theme_file import NAMES

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = ROOT / "llmviz_addon" / "blender_manifest.toml"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension zip, which Blender's own tool has built and validated."""
    return package(tmp_path_factory.mktemp("dist") / "made")


def test_the_zip_holds_what_it_needs_and_no_more(archive: Path) -> None:
    with zipfile.ZipFile(archive) as file:
        names = set(file.namelist())
    assert archive.name == f"llmviz-{_manifest()['version']}.zip"
    chapters = {f"walkthroughs/{path.name}" for path in (ROOT / "walkthroughs").glob("*.py")}
    assert chapters | {"__init__.py", "blender_manifest.toml", "LICENSE", "stage/build.py"} <= names
    weights = ROOT / "llmviz_addon" / "model" / "weights"
    assert {f"model/weights/{path.relative_to(weights)}" for path in weights.rglob("*.*")} <= names
    assert {"model/weights/nano-gpt.safetensors", "model/weights/austen/model.safetensors"} <= names
    assert {f"stage/materials/themes/{name}.toml" for name in NAMES} <= names
    assert not [name for name in names if "test" in name or "__pycache__" in name or "train" in name]
    assert not {"cli.py", "commands.py", "options.py", "packaging.py", "__main__.py"} & names


def test_the_zip_runs_from_where_it_is_unpacked(archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive) as file:
        file.extractall(tmp_path / "llmviz")
    program = (
        "from llmviz.screenplay import loader\n"
        "from llmviz.model.checkpoint import builtin\n"
        "found = loader.find()\n"
        "print(len(found.chapters + found.shots))\n"
        "print(builtin().config.n_layer, builtin('austen').config.n_layer, loader.home())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    count, *layers, home = done.stdout.split(maxsplit=3)
    assert int(count) == len(list((ROOT / "walkthroughs").glob("[0-9]*.py")))
    assert layers == ["3", "4"]
    assert Path(home.strip()) == tmp_path / "llmviz" / "walkthroughs"


def test_the_manifest_keeps_the_platform_s_rules() -> None:
    manifest = _manifest()
    texts = [manifest["tagline"], *manifest["permissions"].values()]
    assert all(len(text) <= 64 and not text.endswith(".") for text in texts)
    assert manifest["id"] == "llmviz"
    assert manifest["license"] == ["SPDX:GPL-3.0-or-later"]
    assert "network" not in manifest["permissions"]


def test_importing_the_package_imports_nothing_else() -> None:
    program = "import sys; before = set(sys.modules); import llmviz_addon; print(set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "{'llmviz_addon'}"


def test_registers_and_unregisters_twice() -> None:
    for _ in range(2):
        llmviz_addon.register()
        llmviz_addon.unregister()


def _manifest() -> dict[str, object]:
    return tomllib.loads(MANIFEST.read_text(encoding="utf-8"))
