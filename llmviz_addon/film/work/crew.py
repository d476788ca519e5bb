"""Worker processes: starting them, talking to them, watching and ending them."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import IO, Any

from ...errors import JobError
from ...processes import blender, imported_from
from ..quiet import unbroken

PACKAGE = Path(__file__).resolve().parent.parent.parent
SILENT = 60.0
"""Seconds without a sign of life after which a worker is given up: it was stopped, or hangs as a whole."""
IDLE = 600.0
"""The same for one that is alive but uses no processor, as when a driver never answers."""
BUSY = 0.5
"""Seconds of processor time that show that something is being done."""
TICK = 1.0
"""As much as passes for us between two looks at the clock; the rest we have slept, and so have the workers."""


@dataclass
class _Member:
    """A worker, and what is known of how it fares."""

    process: subprocess.Popen[str]
    working: bool = False  # whether it has something to do
    silent: float = 0.0  # seconds since its last sign of life
    idle: float = 0.0  # seconds since it last did anything
    used: float = 0.0  # seconds of processor time when it last did
    lines: list[str] = field(default_factory=list)


class Crew:
    """Some workers, and one queue of what they tell: (worker's number, facts).

    A worker that is gone, or was given up, tells ``{"lost": why}``; what it had to do is for the caller to give to
    another, such as its replacement.
    """

    def __init__(self, size: int, scratch: Path) -> None:
        self.size = size
        self.told: queue.Queue[tuple[subprocess.Popen[str], dict[str, Any]]] = queue.Queue()
        self._scratch = scratch
        self._log = tempfile.TemporaryFile(mode="w+", encoding="utf-8", errors="replace", dir=scratch)  # noqa: SIM115
        self._looked = monotonic()
        self._members: list[_Member] = []
        try:
            for _ in range(size):
                with unbroken():
                    self._members.append(_Member(self._start()))
        except BaseException:  # whoever wanted a crew has none to stop
            self.stop()
            raise

    def send(self, number: int, **job: Any) -> None:
        """Give a worker a job. That it may be gone is told by ``next``."""
        member = self._members[number]
        member.working, member.silent, member.idle = True, 0.0, 0.0
        pipe = member.process.stdin
        assert pipe is not None
        with suppress(OSError):
            pipe.write(json.dumps(job) + "\n")
            pipe.flush()

    def next(self, seconds: float) -> tuple[int, dict[str, Any]] | None:
        """What was told next; None if nothing is within ``seconds``. JobError if a worker told of an error."""
        self._watch()
        try:
            process, facts = self.told.get(timeout=seconds)
        except queue.Empty:
            return None
        number = next((i for i, member in enumerate(self._members) if member.process is process), None)
        if number is None:  # a last word of one that was replaced
            return None
        member = self._members[number]
        member.silent = 0.0
        if "error" in facts:
            raise JobError(f"Rendering failed: {facts['error']}." if facts.get("fault") else facts["error"])
        if facts.get("gone"):
            return number, {"lost": self._ending(member)}
        if "alive" in facts:
            if facts["alive"] - member.used >= BUSY:
                member.idle, member.used = 0.0, facts["alive"]
            return None
        member.idle = 0.0
        return number, facts

    def rest(self, number: int) -> None:
        """A worker has nothing to do now, and may be quiet."""
        self._members[number].working = False

    def replace(self, number: int) -> None:
        """Start a worker anew in place of one that is lost."""
        with unbroken():
            _end(self._members[number].process)
            self._members[number] = _Member(self._start())

    def stop(self) -> None:
        """End all workers, at once; what they have written stays whole. Signals wait until the last is gone."""
        with unbroken():
            for member in self._members:
                member.process.kill()
            for member in self._members:
                _end(member.process)
            self._log.close()

    def _watch(self) -> None:
        """Give up workers that were asked to do something and show no sign of doing it."""
        now = monotonic()
        passed, self._looked = min(now - self._looked, TICK), now
        for member in self._members:
            if member.working:
                member.silent += passed
                member.idle += passed
                if member.silent > SILENT or member.idle > IDLE:
                    member.process.kill()  # which is then told as any other end
                    member.lines.append("it did not answer any more")
                    member.working = False

    def _ending(self, member: _Member) -> str:
        """Why a worker ended when it should not have."""
        code = member.process.wait()
        if member.lines:
            return member.lines[-1]
        self._log.seek(0)
        lines = [line.strip() for line in self._log.read().splitlines() if line.strip()]
        last = f" after {lines[-1][:200]!r}" if lines else ""
        if code >= 0:
            return f"the process ended with status {code}{last}"
        with suppress(ValueError):
            name = signal.Signals(-code).name
            if name == "SIGKILL":
                return "the process was killed (SIGKILL), as the system does where memory runs out"
            return f"Blender crashed ({name}){last}"
        return f"Blender crashed (signal {-code}){last}"

    def _start(self) -> subprocess.Popen[str]:
        worker = subprocess.Popen(
            blender(imported_from(PACKAGE, "llmviz_worker", "film.work.worker")),
            cwd=self._scratch,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            encoding="utf-8",
            env={**os.environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self._scratch))},
            start_new_session=True,  # Ctrl-C is for us, who then end the workers
        )
        threading.Thread(target=self._listen, args=(worker, worker.stdout), daemon=True).start()
        return worker

    def _listen(self, worker: subprocess.Popen[str], lines: IO[str]) -> None:
        with suppress(ValueError):  # the pipe was closed by ``stop``, or broke within a line
            for line in lines:
                if line.startswith("{"):  # Blender greets on stdout before we can hush it
                    self.told.put((worker, json.loads(line)))
        self.told.put((worker, {"gone": True}))


def _end(worker: subprocess.Popen[str]) -> None:
    worker.kill()
    worker.wait()
    for pipe in (worker.stdin, worker.stdout):
        assert pipe is not None
        with suppress(BrokenPipeError):  # a job may still be in the pipe: nobody is left to do it
            pipe.close()
