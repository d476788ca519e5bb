"""The house: which room may know what (see the README's map of the folders).

Data flows one way, from the model to the user interface, and the first three rooms work where there is no
Blender.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "llmviz_addon"
WALKTHROUGHS = ROOT / "walkthroughs"
ROOMS = ("model", "layout", "screenplay", "stage", "film", "ui")
CORE = ROOMS[:3]
BLENDER = {"bpy", "mathutils", "gpu", "blf", "bmesh", "bl_math", "idprop", "aud", "bpy_extras", "gpu_extras", "imbuf"}

IMPORT_WITHOUT_BLENDER = f"""
import importlib.util, runpy, sys

class NoBlender:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {BLENDER!r}:
            raise ImportError(f"no {{name}} here")

sys.meta_path.insert(0, NoBlender())
for name in sys.argv[1:]:
    runpy.run_path(name) if name.endswith(".py") else importlib.import_module(name)
print("imported")
"""


def files(*rooms: str) -> list[Path]:
    return [path for room in rooms for path in sorted((PACKAGE / room).rglob("*.py"))]


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def named(path: Path) -> Iterator[tuple[str, str]]:
    """What a file imports, wherever in it: a module with an absolute name, and what is taken of it, if anything."""
    package = path.relative_to(ROOT).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [*package[: len(package) + 1 - node.level], node.module or ""] if node.level else [node.module or ""]
            yield from ((".".join(base).rstrip("."), alias.name) for alias in node.names)


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, and whatever it takes of one."""
    for module, taken in named(path):
        yield module
        if taken:
            yield f"{module}.{taken}"


def modules_needed(path: Path, known: Collection[str]) -> set[str]:
    """The modules among ``known`` that a file imports, for types only and within functions too.

    A package that is named only for a module in it is not counted: it is there anyway.
    """
    found = {f"{module}.{taken}" if f"{module}.{taken}" in known else module for module, taken in named(path)}
    return (found & set(known)) - {name_of(path)}


def circles(needed: Mapping[str, set[str]]) -> list[set[str]]:
    """Sets of modules each of which needs all the others of its set, by way of others too."""
    reached = {name: _reached(name, needed) for name in needed}
    found = {frozenset(other for other in reached[name] if name in reached[other]) for name in needed}
    return sorted((set(names) for names in found if names), key=sorted)


def _reached(start: str, needed: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [*needed[start]]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += needed[name]
    return found


def identify(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [*files(*CORE), *sorted(WALKTHROUGHS.glob("*.py"))], ids=identify)
def test_core_rooms_import_numpy_and_the_standard_library_only(path: Path) -> None:
    allowed = {"numpy", "llmviz_addon", *sys.stdlib_module_names}
    assert {name.partition(".")[0] for name in imports(path)} <= allowed


def test_core_rooms_import_where_there_is_no_blender() -> None:
    names = [name_of(path) for path in files(*CORE)] + [str(path) for path in sorted(WALKTHROUGHS.glob("*.py"))]
    assert len(names) > 10
    result = subprocess.run(
        [sys.executable, "-c", IMPORT_WITHOUT_BLENDER, *names], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout) == (0, "imported\n"), result.stderr


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_from_rooms_above_it(room: str) -> None:
    below = ROOMS[ROOMS.index(room) + 1 :] + ("cli", "__main__")
    forbidden = {f"llmviz_addon.{name}" for name in below}
    for path in files(room):
        for name in imports(path):
            assert ".".join(name.split(".")[:2]) not in forbidden, f"{identify(path)} imports {name}"


def test_circles_are_found() -> None:
    needed = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": {"e"}, "e": set(), "f": {"g", "a"}, "g": {"f"}}
    assert circles(needed) == [{"a", "b", "c"}, {"f", "g"}]
    found = modules_needed(PACKAGE / "layout" / "signs" / "signage.py", {name_of(path) for path in files(*CORE)})
    assert "llmviz_addon.layout.signs.tokens" in found  # from . import tokens
    assert "llmviz_addon.layout.signs" not in found
    assert "llmviz_addon.model.run" in found


def test_no_module_imports_itself_by_way_of_others() -> None:
    """Neither when it is loaded nor for types only: whoever reads a file can read what it stands on first."""
    paths = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}
    assert circles({name: modules_needed(path, paths) for name, path in paths.items()}) == []


@pytest.mark.parametrize("path", sorted(WALKTHROUGHS.glob("*.py")), ids=identify)
def test_chapters_import_nothing_of_ours(path: Path) -> None:
    assert not [name for name in imports(path) if name.startswith(("llmviz", "walkthroughs"))]
    assert not [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if getattr(node, "level", 0)]


def test_inside_the_package_imports_are_relative() -> None:
    for path in sorted({*PACKAGE.rglob("*.py")} - {PACKAGE / "name" / "llmviz.py"}):  # which lies beside it in a wheel
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names.append(node.module or "")
            assert not [name for name in names if name.partition(".")[0] == "llmviz_addon"], identify(path)
