"""The README and the command line: what the one says, the other takes."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmviz_addon import cli

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
CODE = re.findall(r"```sh\n(.*?)```", README, re.S)
INLINE = [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", README, flags=re.S))]


def commands() -> list[str]:
    """Every llmviz command in the README, in a line or in a block for a shell."""
    lines = [line.removesuffix("&&").strip() for block in CODE for line in block.splitlines()]
    told = [re.sub(r'^\S*/bin/llmviz"', "llmviz", line) for line in lines if '/bin/llmviz"' in line]
    return [*dict.fromkeys(told + [code for code in INLINE if code.startswith("llmviz ")])]


def jobs() -> dict[str, argparse.ArgumentParser]:
    """The parsers of the jobs, by name."""
    (found,) = (one for one in cli._parser()._actions if isinstance(one, argparse._SubParsersAction))
    return dict(found.choices)


def options() -> Iterator[tuple[str, argparse.Action]]:
    """Every option of every job."""
    for name, parser in jobs().items():
        yield from ((name, action) for action in parser._actions if action.option_strings)


@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_readme_is_one(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = shlex.split(command)[1:]
    if len(words) == 1:  # the name of a job, in a sentence
        assert words[0] in jobs()
    else:
        try:
            cli._parser().parse_args(words)
        except SystemExit:
            pytest.fail(capsys.readouterr().err)


def test_what_the_readme_says_of_an_option_can_be_given() -> None:
    """Such as `--size 1280x720`, said of what several jobs take."""
    told = [code.split() for code in INLINE if code.startswith("--")]
    assert len(told) > 8
    known = {name: action for _, action in options() for name in action.option_strings}
    for name, *values in told:
        assert name in known, f"the README speaks of {name}"
        assert len(values) <= (0 if known[name].nargs == 0 else 1), (name, values)
        for value in values:
            known[name].type is None or known[name].type(value)  # raises where it is none
            assert value in (known[name].choices or [value])


def test_every_job_stands_in_the_readmes_table() -> None:
    table = README.partition("## The command line")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `llmviz (\w+)", table, re.M)) == jobs().keys()


def test_every_option_is_in_the_readme_or_told_by_its_job() -> None:
    named = {word for code in INLINE for word in code.split()}
    for job, action in options():
        assert action.help not in (None, argparse.SUPPRESS) or named & {*action.option_strings}, (job, action)
