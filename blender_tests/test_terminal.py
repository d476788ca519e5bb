"""The outside of a command: whatever its pipes, letters and signals are, it ends with a status and at most one line."""

from __future__ import annotations

import errno
import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from llmviz_addon.errors import JobError, Stopped
from llmviz_addon.terminal import LONGEST, Ended, one_line, shown, status_of, tell

ROOT = Path(__file__).resolve().parent.parent
RUN = f"PYTHONPATH='{ROOT}' '{sys.executable}' -m llmviz_addon"
FIRST = "t = 6, greedy:"
GONE = "llmviz: Cannot write 'a.npz': No such file or directory."


def shell(command: str, folder: Path, **env: str) -> subprocess.CompletedProcess[bytes]:
    """What a shell makes of ``command``, in which ``$LLMVIZ`` is ours."""
    names = {**os.environ, **env}
    return subprocess.run(
        ["bash", "-c", command.replace("$LLMVIZ", RUN)], cwd=folder, env=names, capture_output=True, check=False
    )


def raising(error: BaseException) -> Callable[[], int]:
    def job() -> int:
        raise error

    return job


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (JobError("No\nsuch  thing"), 2, "llmviz: No such thing."),
        (OSError(errno.ENOSPC, "No space left on device", "a.npz"), 2, "llmviz: No space left on device: 'a.npz'."),
        (OSError(errno.ENOSPC, "No space left", b"caf\xe9"), 2, r"llmviz: No space left: 'caf\udce9'."),
        (FileNotFoundError(2, "No usable temporary directory"), 2, "llmviz: No usable temporary directory."),
        (MemoryError(), 2, "llmviz: There is not enough memory for this."),
        (KeyboardInterrupt(), 130, "llmviz: Stopped."),
        (Stopped("Stopped with 3 frames"), 130, "llmviz: Stopped with 3 frames."),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 141, ""),
        (SystemExit(2), 2, ""),
        (SystemExit(0), 0, ""),
    ],
)  # fmt: skip
def test_every_end_is_a_status_and_a_line(
    error: BaseException, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of(raising(error)) == status
    assert capsys.readouterr() == ("", f"{said}\n" if said else "")


def test_a_fault_of_ours_stays_one() -> None:
    with pytest.raises(ZeroDivisionError):
        status_of(raising(ZeroDivisionError()))


@pytest.mark.parametrize(
    ("encoding", "held"),
    [
        ("ascii", r"-1 - \u03c3 \xb7 ### \udce9"),
        ("cp1252", r"-1 – \u03c3 · ### \udce9"),
        ("utf-8", r"−1 – σ · ███ \udce9"),
    ],
)
def test_letters_that_an_encoding_lacks_are_written_out(
    encoding: str, held: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n") for _ in range(2))
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    text = "−1 – σ · ███ \udce9"

    def job() -> None:
        print(text)
        tell(text)

    assert status_of(job) == 0
    assert out.buffer.getvalue().decode(encoding) == f"{held}\n"
    assert err.buffer.getvalue().decode(encoding) == f"{held}\n"
    assert out.errors == "strict"  # given back


def test_what_a_user_said_about_letters_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="replace", newline="\n")
    monkeypatch.setattr(sys, "stdout", out)
    assert status_of(lambda: print("σ")) == 0
    assert out.buffer.getvalue() == b"?\n"


def test_messages_are_bounded_and_move_no_cursor() -> None:
    assert one_line("a\x1b[2J\x07b\u202ec") == r"a\x1b[2J\x07b\u202ec."
    long = one_line("9" * 6000 + " is too much")
    assert len(long) < LONGEST + 10
    assert long.endswith("is too much.")
    assert shown("two\n\tlines\x9b") == "two\n\tlines\\x9b"


@pytest.mark.parametrize(
    ("command", "status", "out", "err"),
    [
        ("$LLMVIZ generate -n 999 | head -1; exit ${PIPESTATUS[0]}", 141, FIRST, ""),
        ("$LLMVIZ generate > /dev/full", 2, "", "llmviz: No space left on device."),
        ("$LLMVIZ generate -n 999 > /dev/full", 2, "", "llmviz: No space left on device."),
        ("$LLMVIZ chapters --pace 1 2> /dev/full", 2, "", ""),
        ("$LLMVIZ chapters --pace x 2> /dev/full", 2, "", ""),
        ("$LLMVIZ generate <&- >&- 2>&-", 0, "", ""),
        ("$LLMVIZ chapters --pace 1 <&- >&- 2>&-", 2, "", ""),
        ("$LLMVIZ chapters --pace 1 2>&-", 2, "", ""),  # not said on stdout in its stead
        ("PYTHONIOENCODING=ascii $LLMVIZ generate", 0, FIRST, ""),
        ("LC_ALL=C PYTHONUTF8=0 PYTHONCOERCECLOCALE=0 $LLMVIZ trace -o é.npz", 0, r"Wrote \udcc3\udca9.npz: 2", ""),
        ("mkdir x; cd x; rmdir ../x; $LLMVIZ trace -o a.npz", 2, "", GONE),
        ("env -u HOME TMPDIR=/nowhere COLUMNS=x $LLMVIZ trace -o a.npz", 0, "Wrote a.npz: 215 tensors", ""),
    ],
)  # fmt: skip
def test_odd_pipes(command: str, status: int, out: str, err: str, tmp_path: Path) -> None:
    done = shell(command, tmp_path)
    assert (done.returncode, done.stderr.decode().strip()) == (status, err)
    assert done.stdout.decode().startswith(out)
    assert out or not done.stdout


def test_signals_end_a_job_as_ctrl_c_does(capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGTERM)
    cleared = []

    def job() -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            pytest.fail("the signal came")
        except Ended:
            os.kill(os.getpid(), signal.SIGTERM)  # a second one does not break the clearing up
            cleared.append(True)
            raise

    assert status_of(job) == 143
    assert cleared
    assert capsys.readouterr().err == "llmviz: Stopped.\n"
    assert signal.getsignal(signal.SIGTERM) == before


def test_what_a_signal_turns_into_on_its_way_is_still_a_stop(capsys: pytest.CaptureFixture[str]) -> None:
    def job() -> None:
        try:
            os.kill(os.getpid(), signal.SIGINT)
        except KeyboardInterrupt as stop:
            raise ImportError("Error importing numpy") from stop  # as numpy does

    assert status_of(job) == 130
    assert capsys.readouterr().err == "llmviz: Stopped.\n"


def test_what_is_ignored_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert status_of(lambda: os.kill(os.getpid(), signal.SIGHUP)) == 0
    finally:
        signal.signal(signal.SIGHUP, before)
