"""The extension zip: the add-on with its chapters and weights, built and checked by Blender's own tool.

That tool is a plain Python program inside Blender's files, so neither a window nor a running Blender is
needed; it refuses what the extensions platform would.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from pathlib import Path

from .errors import JobError
from .film.lock import scratch
from .film.output import check_place, made_folder, written
from .processes import python
from .screenplay import loader

PACKAGE = Path(__file__).resolve().parent
LEFT_OUT = (
    "__pycache__",
    "*.pyc",
    ".*",
    "cli.py",
    "commands.py",
    "options.py",
    "terminal.py",
    "__main__.py",
    "packaging.py",
    "walkthroughs",
    "name",
)


def package(folder: Path) -> Path:
    """Build the extension zip in ``folder``; returns its path. JobError if it cannot be built or is not valid."""
    tool = _tool()
    check_place(folder)
    with scratch() as place:
        source, out = place / "llmviz", place / "zip"
        _stage(source)
        out.mkdir()
        _run(tool, "build", "--source-dir", str(source), "--output-dir", str(out))
        (made,) = out.glob("*.zip")
        _run(tool, "validate", str(made))
        target = made_folder(folder) / made.name
        with written(target) as temporary:
            shutil.copyfile(made, temporary)
    return target


def _stage(source: Path) -> None:
    """Copy what belongs into the zip; the chapters lie inside, as in a wheel."""
    try:
        shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns(*LEFT_OUT))
        shutil.copytree(loader.home(), source / "walkthroughs", ignore=shutil.ignore_patterns("__pycache__", ".*"))
    except shutil.Error as error:  # of as many files as there are
        raise JobError(f"Cannot copy the extension: {error.args[0][0][2]}.") from error
    for name in ("LICENSE", "README.md"):
        if not (source / name).is_file():  # a wheel has them inside, a checkout beside the package
            shutil.copyfile(PACKAGE.parent / name, source / name)


def _tool() -> Path:
    """``blender_ext.py`` of the bpy module, found without importing it."""
    spec = importlib.util.find_spec("bpy")
    if spec is not None and spec.origin is not None:
        tools = sorted(Path(spec.origin).parent.glob("*/scripts/addons_core/bl_pkg/cli/blender_ext.py"))
        if tools:
            return tools[-1]
    raise JobError("Packaging needs Blender's bpy module in this Python; install it with: pip install bpy.")


def _run(tool: Path, *arguments: str) -> None:
    program = python(str(tool), *arguments)
    done = subprocess.run(program, cwd=tool.parent, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise JobError(f"Blender refuses to {arguments[0]} the extension: {' '.join(lines) or 'no reason given'}")
