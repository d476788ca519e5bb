"""A few hundred of the fuzzer's cases; ``python -m blender_tests.model.fuzz`` runs as many as one likes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from blender_tests.model.fuzz import cases
from blender_tests.model.fuzz.originals import originals

ROOT = Path(__file__).resolve().parents[2]
FIRST = 1_000_000  # not those that a run of the command begins with
RESULT = re.compile(r"400 cases in \d+ s: (\d+) clean errors, (\d+) right, 0 others$")


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A process of its own, as the fuzzer forks, which one of pytest's with its threads should not."""
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_hostile_files_are_refused_in_one_line_or_right() -> None:
    done = python("-m", "blender_tests.model.fuzz", "--first", str(FIRST), "--cases", "400", "--workers", "1")
    found = RESULT.search(done.stdout.strip())
    assert found, done.stdout + done.stderr
    assert done.returncode == 0
    assert min(map(int, found.groups())) > 50  # else the changes are too harmless, or all is refused at once


@pytest.mark.parametrize("name", originals())
def test_the_originals_are_right(name: str, tmp_path: Path) -> None:
    outcome = cases.try_one(cases.written(originals()[name], tmp_path / "it"), name)
    assert outcome.kind == "right", outcome.told


def test_a_case_is_made_by_its_number() -> None:
    assert [cases.make(number) for number in range(40)] == [cases.make(number) for number in range(40)]


MUST_NOT_BE = """
import os, signal
import numpy as np
from blender_tests.model.fuzz import cases, pool
from llmviz_addon.errors import ModelError

def load(path):
    {does}

numbers = [cases.numbers_of(name) for name in cases.originals()]
cases.load, pool.SECONDS = load, 0.2
print(pool.counted(0, {count}, 1))
"""


@pytest.mark.parametrize(
    ("does", "kind"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
        ("while True: pass", "too slow"),
        ("return np.ones(1 << 28)", "MemoryError"),
        ("return {}['x']", "KeyError"),
        ("raise ModelError('x' * 1000)", "a long message"),
        ("raise ModelError('one' + chr(10) + 'two')", "a message that is not one line"),
        ("np.float32(3e38) * np.float32(10)", "RuntimeWarning"),
    ],
)
def test_what_must_not_be_is_told(does: str, kind: str) -> None:
    count = 1 if kind == "too slow" else 2  # a second one shows that a worker that died is replaced
    done = python("-c", MUST_NOT_BE.format(does=does, count=count))
    assert done.stdout.startswith(f"(Counter({{{kind!r}: {count}}}), [(0, Outcome(kind={kind!r}, "), done.stderr
