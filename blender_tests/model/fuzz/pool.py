"""Cases run side by side in forked workers, each with its bounds of memory and time; what kills one is a result."""

from __future__ import annotations

import faulthandler
import gc
import json
import os
import resource
import select
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from blender_tests.model.fuzz.cases import SECONDS, Outcome, make, numbers_of, try_one, written
from blender_tests.model.fuzz.originals import originals

MEMORY = 1 << 30  # bytes for a case, beside what Python and numpy have taken at the start
PATIENCE = 120.0  # seconds without a word of a worker: it waits for something that does not come
GOOD = ("error", "right")


@dataclass
class Worker:
    """A process that works through every ``step``-th case from ``first`` on."""

    first: int
    last: int
    step: int
    folder: Path
    pid: int = 0
    pipe: int = -1
    begun: int = -1
    heard: float = 0.0
    unread: bytes = field(default=b"", repr=False)


def outcomes(first: int, count: int, workers: int) -> Iterator[tuple[int, Outcome]]:
    """The cases ``first`` to ``first + count - 1``, as they come."""
    for name in originals():  # made once, before the fork
        numbers_of(name)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        running = [Worker(first + at, first + count, workers, Path(folder) / str(at)) for at in range(workers)]
        for worker in running:
            _start(worker)
        try:
            while running:
                ready, _, _ = select.select([worker.pipe for worker in running], [], [], 1)
                for worker in list(running):
                    yield from _heard(worker, worker.pipe in ready)
                    if worker.pipe < 0:
                        running.remove(worker)
        finally:
            for worker in running:
                os.kill(worker.pid, signal.SIGKILL)
                os.waitpid(worker.pid, 0)
                os.close(worker.pipe)


def _start(worker: Worker) -> None:
    worker.pipe, theirs = os.pipe()
    worker.heard = time.monotonic()
    worker.pid = os.fork()
    if not worker.pid:
        try:
            _work(worker, theirs)
        finally:
            os._exit(1)
    os.close(theirs)


def _work(worker: Worker, pipe: int) -> None:
    """What the forked process does: tell each case before it begins and after it ended."""
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, size + MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    faulthandler.disable()
    gc.freeze()
    for number in range(worker.first, worker.last, worker.step):
        os.write(pipe, f"{number}\n".encode())
        case = make(number)
        path = written(case.folder, worker.folder)
        gc.collect()
        used = sum(os.times()[:2])
        resource.setrlimit(resource.RLIMIT_CPU, (int(used + SECONDS + 2), resource.RLIM_INFINITY))
        outcome = try_one(path, case.same_as)
        os.write(pipe, f"{json.dumps(asdict(outcome))}\n".encode())
    os._exit(0)


def _heard(worker: Worker, ready: bool) -> Iterator[tuple[int, Outcome]]:
    """What a worker has told since; one that died is replaced by one that starts behind the case that killed it."""
    if not ready and time.monotonic() - worker.heard > PATIENCE:
        os.kill(worker.pid, signal.SIGKILL)
        ready = True
    if not ready:
        return
    data = os.read(worker.pipe, 1 << 16)
    worker.heard = time.monotonic()
    *lines, worker.unread = (worker.unread + data).split(b"\n")
    for line in lines:
        if line.startswith(b"{"):
            yield worker.begun, Outcome(**json.loads(line))
            worker.first = worker.begun + worker.step
            worker.begun = -1
        else:
            worker.begun = int(line)
    if not data:
        os.close(worker.pipe)
        _, status = os.waitpid(worker.pid, 0)
        worker.pipe, worker.unread = -1, b""
        if worker.begun >= 0:
            yield worker.begun, Outcome(_death(status), "", SECONDS)
            worker.first = worker.begun + worker.step
            worker.begun = -1
            if worker.first < worker.last:
                _start(worker)
        elif status:
            raise RuntimeError(f"a worker ended with {status} between two cases, before {worker.first}")


def _death(status: int) -> str:
    if not os.WIFSIGNALED(status):
        return f"exit {os.waitstatus_to_exitcode(status)}"
    number = os.WTERMSIG(status)
    return {signal.SIGXCPU: "too slow", signal.SIGKILL: "waits without end"}.get(number, signal.Signals(number).name)


def counted(first: int, count: int, workers: int) -> tuple[Counter[str], list[tuple[int, Outcome]]]:
    """How many cases ended how, and those that must not be."""
    kinds: Counter[str] = Counter()
    bad = []
    for number, outcome in outcomes(first, count, workers):
        kinds[outcome.kind] += 1
        if outcome.kind not in GOOD:
            bad.append((number, outcome))
    return kinds, bad
