"""The one family of errors that users meet.

Every message is a single line that quotes the value it got and says what would have been possible;
the command line prints it and exits with status 2, operators report it.
"""

from collections.abc import Iterable
from pathlib import Path


class LlmvizError(Exception):
    """Base of all errors that are about what the user asked for, not about a fault of ours."""


class ModelError(LlmvizError):
    """A checkpoint, a config or tokens that cannot be used."""


class ScriptError(LlmvizError):
    """A chapter that asks for something impossible: an unknown grid, two clips on one channel.

    ``path`` and ``line`` say where, if that is known; the message does so too.
    """

    def __init__(self, message: str, path: Path | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.path, self.line = path, line


class JobError(LlmvizError):
    """A build, still or film that cannot be done as asked: size, time, path, engine."""


class Stopped(KeyboardInterrupt):
    """Ctrl-C during a long job, with what to tell about what is finished."""


def choices(values: Iterable[object], limit: int = 12) -> str:
    """Spell out what may be chosen, for the end of an error message."""
    names = [str(value) for value in values]
    if len(names) > limit:
        names = [*names[:limit], f"… ({len(names) - limit} more)"]
    return "Choose from " + ", ".join(names) + "."
