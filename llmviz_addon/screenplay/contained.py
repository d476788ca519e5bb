"""Running a chapter's own code: whatever it does wrong ends in one error that names its file and line.

A chapter is Python that somebody is about to learn. It may end the process, break the builtins, change the
folder, or print where a list is read by another program: what it changes of the process is put back, and
what it raises, even what would end Blender, is a ScriptError. Only a real Ctrl-C goes through. It is no
sandbox: a chapter runs with the rights of its user, and whoever wants to do harm can.
"""

from __future__ import annotations

import builtins
import difflib
import dis
import os
import sys
import traceback
from pathlib import Path
from types import TracebackType

import numpy as np

from ..errors import LlmvizError, ScriptError, choices

LONGEST = 400
"""Letters of a message at most."""


class Contained:
    """``with Contained(path, "Chapter x.py, "):`` around what runs the chapter at ``path``."""

    def __init__(self, path: Path, before: str, line: int | None = None) -> None:
        self._path, self._before, self._line = path, before, line

    def __enter__(self) -> None:
        self._builtins, self._names = vars(builtins), dict(vars(builtins))
        self._streams = sys.stdin, sys.stdout, sys.stderr
        self._path_list, self._environment = list(sys.path), dict(os.environ)
        self._depth, self._numpy = sys.getrecursionlimit(), np.geterr()
        try:
            self._folder: str | None = os.getcwd()
        except OSError:  # it was removed
            self._folder = None
        sys.stdout = sys.stderr  # what a chapter prints is for who writes it, and no part of our output

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._builtins.update(self._names)  # first: nothing below works without them
        for name in [name for name in self._builtins if name not in self._names]:
            del self._builtins[name]
        sys.stdin, sys.stdout, sys.stderr = self._streams
        sys.path[:] = self._path_list
        sys.setrecursionlimit(self._depth)
        np.seterr(**self._numpy)
        if dict(os.environ) != self._environment:
            os.environ.clear()
            os.environ.update(self._environment)
        if self._folder is not None:
            os.chdir(self._folder)
        if error is None or (isinstance(error, KeyboardInterrupt) and not _thrown(error)):
            return
        told = _said(error)
        known = error.line if isinstance(error, ScriptError) else None
        line = known or _line(error, self._path) or self._line
        if not isinstance(error, ScriptError) or not told.startswith(f"Chapter {self._path.name}"):
            told = self._before + (f"line {line}: {told}" if line else told)
        raise ScriptError(told, self._path, line) from error


def _line(error: BaseException, path: Path) -> int | None:
    """The chapter's own line at which an error arose."""
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == str(path)]
    if lines:
        return lines[-1]
    return error.lineno if isinstance(error, SyntaxError) and error.filename == str(path) else None


def _said(error: BaseException) -> str:
    """The message in one line of bounded length."""
    try:
        message = " ".join(str(error.msg if isinstance(error, SyntaxError) else error).split())
    except BaseException:  # whatever its own __str__ does
        message = ""
    if isinstance(error, AttributeError):
        message += _meant(error)
    if len(message) > LONGEST:
        message = f"{message[:LONGEST]}…"
    return message if isinstance(error, LlmvizError) else f"{type(error).__name__}: {message}".rstrip(": ")


def _meant(error: AttributeError) -> str:
    """What a name that a thing does not have may have been meant to be."""
    names = [name for name in dir(error.obj) if not name.startswith("_")] if error.name else []
    near = difflib.get_close_matches(error.name or "", names, n=4)
    return f". {choices(near or names)}" if names else ""


def _thrown(error: BaseException) -> bool:
    """Whether it was raised by a statement, and is not Ctrl-C that came in between two."""
    tb = error.__traceback__
    while tb is not None and tb.tb_next is not None:
        tb = tb.tb_next
    return tb is not None and dis.opname[tb.tb_frame.f_code.co_code[tb.tb_lasti]] == "RAISE_VARARGS"
