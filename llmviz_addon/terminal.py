"""The outside of a command: its pipes, its letters, the signals that end it, and how it says why it ended.

A job prints and raises as it likes. Here, in one place, whatever the world does to it becomes an exit status and
at most one line: an output that is closed, full or cannot hold a letter, a disk without room, Ctrl-C. Nothing but
what Python has loaded already is imported, so that all of this is in force before the rest is.
"""

from __future__ import annotations

import codecs
import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from types import FrameType
from typing import Any, TextIO

from .errors import LlmvizError, Stopped

WRONG, STOPPED, NOBODY = 2, 130, 141
"""Exit statuses: something cannot be done as asked; Ctrl-C; whoever read the output has gone (as SIGPIPE's)."""
LONGEST = 1200
"""Letters of a message: enough for two long paths."""
AGAIN = 1.0
"""Seconds within which another Ctrl-C is the same one: a key that bounces must not break the clearing up."""
_PLAIN = {"−": "-", "×": "x", "–": "-", "…": "...", "“": '"', "”": '"', "’": "'", "█": "#", "░": "-"}


class Ended(KeyboardInterrupt):
    """A signal that asks to end: SIGTERM clears up as Ctrl-C does.

    Not KeyboardInterrupt itself, even for Ctrl-C: Python remembers one that passed through code made from a string,
    as that of data classes is, and ends by the signal after all is done.
    """


def status_of(job: Callable[[], int | None]) -> int:
    """Do a job; returns its exit status, having said on stderr, in one line, why it is not 0."""
    with _signals() as came, _streams():
        try:
            status = _ran(job)
            sys.stdout.flush()
            return status
        except BaseException as error:  # what a signal meets on its way up may turn it into anything
            stop = error if isinstance(error, KeyboardInterrupt) or not came else Ended()
            told = _told(stop, 128 + came[0] if came else STOPPED)
            if told is None:
                raise
            return told


def _told(error: BaseException, stopped: int) -> int | None:
    """Say why a job ended, on stderr; returns its exit status, or None for a fault of ours."""
    match error:
        case LlmvizError():
            return _said(str(error), WRONG)
        case BrokenPipeError():
            return _unheard(NOBODY)
        case OSError():
            _unheard(WRONG)
            return _said(_reason(error), WRONG)
        case MemoryError():
            return _said("There is not enough memory for this.", WRONG)
        case KeyboardInterrupt():
            return _said(str(error) if isinstance(error, Stopped) else "Stopped.", stopped)
    return None


def _ran(job: Callable[[], int | None]) -> int:
    try:
        return job() or 0
    except SystemExit as end:  # argparse has said why
        return end.code if isinstance(end.code, int) else WRONG


def one_line(message: str) -> str:
    """A message as one line of bounded length that ends like a sentence, with nothing in it that moves a cursor."""
    message = shown(" ".join(message.split()))
    if len(message) > LONGEST:
        message = f"{message[: LONGEST // 2]} … {message[-LONGEST // 2 :]}"
    return message if message.endswith((".", "!", "?")) else f"{message}."


def shown(text: str) -> str:
    """Text from outside, such as a name or what a model writes, with control characters but line ends written out."""
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)


def tell(text: str, end: str = "\n") -> None:
    """Write to stderr. Where nobody can hear it the work goes on: it is the work that was asked for."""
    with suppress(OSError):
        sys.stderr.write(text + end)
        sys.stderr.flush()


def _said(message: str, status: int) -> int:
    tell(f"llmviz: {one_line(message)}")
    return status


def _unheard(status: int) -> int:
    """Let go of a stdout that takes no more, or else Python would try once more when it ends, and complain."""
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        return status
    with suppress(OSError, ValueError):  # one that is no file, in a test
        _to_nowhere(sys.stdout.fileno())
    return status


def _reason(error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"{reason}: {os.fsdecode(error.filename)!r}" if error.filename is not None else reason


def flushed() -> None:
    """Let out what is still in the buffers, as far as somebody takes it."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()


# Streams --------------------------------------------------------------------------------------


@contextmanager
def _streams() -> Iterator[None]:
    """Give the job a stdout and a stderr that exist and take every letter."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:  # closed: the next file that anybody opens would be taken for it
            _to_nowhere(number)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - for as long as we live
    codecs.register_error("llmviz", _replaced)
    streams: tuple[Any, Any] = (sys.stdout, sys.stderr)
    changed = [(stream, stream.errors) for stream in streams if _is_strict(stream)]
    for stream, _ in changed:
        stream.reconfigure(errors="llmviz")
    try:
        yield
    finally:
        for stream, errors in changed:
            with suppress(OSError, ValueError):
                stream.reconfigure(errors=errors)


def _to_nowhere(number: int) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    if nowhere != number:
        os.dup2(nowhere, number)
        os.close(nowhere)


def _is_strict(stream: TextIO) -> bool:
    """Whether a letter might not get through; what a user asked for with PYTHONIOENCODING stays."""
    return isinstance(stream, io.TextIOWrapper) and stream.errors in ("strict", "surrogateescape", "backslashreplace")


def _replaced(error: UnicodeError) -> tuple[str, int]:
    """An error handler for codecs: what an encoding lacks, in ASCII."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join(_PLAIN.get(c) or c.encode("ascii", "backslashreplace").decode() for c in letters), error.end


# Signals --------------------------------------------------------------------------------------


@contextmanager
def _signals() -> Iterator[list[int]]:
    """Raise in the job what a signal asks for; yields the signals that came.

    What was ignored stays so (``nohup``, a job in the background); what somebody else handles, too.
    """
    came: list[int] = []
    last = float("-inf")

    def handle(number: int, _: FrameType | None) -> None:
        nonlocal last
        before, last = last, monotonic()
        if last - before >= AGAIN:
            came.append(number)
            raise Ended

    kept = {}
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
                kept[number] = signal.signal(number, handle)
    try:
        yield came
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
