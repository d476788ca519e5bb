"""Worker processes: starting them, talking to them, ending them."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from ..errors import JobError
from ..processes import blender, imported_from

PACKAGE = Path(__file__).resolve().parent.parent


class Crew:
    """Some workers, and one queue of what they tell: (worker's number, facts)."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.told: queue.Queue[tuple[int, dict[str, Any]]] = queue.Queue()
        self._log = tempfile.TemporaryFile(mode="w+", encoding="utf-8", errors="replace")  # noqa: SIM115 - until stop
        self._scratch = tempfile.TemporaryDirectory(prefix="llmviz-", ignore_cleanup_errors=True)
        self._workers: list[subprocess.Popen[str]] = []
        for number in range(size):
            self._workers.append(self._start(number))

    def send(self, number: int, **job: Any) -> None:
        """Give a worker a job; JobError if it is gone."""
        pipe = self._workers[number].stdin
        assert pipe is not None
        try:
            pipe.write(json.dumps(job) + "\n")
            pipe.flush()
        except OSError as error:
            raise self.failure(number) from error

    def next(self, seconds: float) -> tuple[int, dict[str, Any]] | None:
        """What was told next; None if nothing is within ``seconds``. JobError if a worker failed."""
        try:
            number, facts = self.told.get(timeout=seconds)
        except queue.Empty:
            return None
        if "error" in facts:
            raise JobError(facts["error"]) if not facts.get("fault") else self.failure(number, facts["error"])
        if facts.get("gone"):
            raise self.failure(number)
        return number, facts

    def failure(self, number: int, reason: str | None = None) -> JobError:
        """The error for a worker that ended when it should not have."""
        code = self._workers[number].wait()
        self._log.seek(0)
        lines = [line.strip() for line in self._log.read().splitlines() if line.strip()]
        reason = reason or f"the process ended with status {code}" + (f" after {lines[-1]!r}" if lines else "")
        return JobError(f"Rendering failed: {reason}.")

    def stop(self) -> None:
        """End all workers, at once; what they have written stays whole."""
        for worker in self._workers:
            worker.kill()
        for worker in self._workers:
            worker.wait()
            for pipe in (worker.stdin, worker.stdout):
                assert pipe is not None
                with suppress(BrokenPipeError):  # a job may still be in the pipe: nobody is left to do it
                    pipe.close()
        self._log.close()
        self._scratch.cleanup()

    def _start(self, number: int) -> subprocess.Popen[str]:
        worker = subprocess.Popen(
            blender(imported_from(PACKAGE, "llmviz_worker", "film.worker")),
            cwd=self._scratch.name,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            encoding="utf-8",
            env={**os.environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), self._scratch.name)},
            start_new_session=True,  # Ctrl-C is for us, who then end the workers
        )
        assert worker.stdout is not None
        threading.Thread(target=self._listen, args=(number, worker.stdout), daemon=True).start()
        return worker

    def _listen(self, number: int, lines: IO[str]) -> None:
        with suppress(ValueError):  # the pipe was closed by ``stop``, or broke within a line
            for line in lines:
                if line.startswith("{"):  # Blender greets on stdout before we can hush it
                    self.told.put((number, json.loads(line)))
        self.told.put((number, {"gone": True}))
