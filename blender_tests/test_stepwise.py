"""Steps inside a context: it is there while a step is taken, and gone between two and after the last."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager, nullcontext

from llmviz_addon.stepwise import at_once, inside


def test_a_context_is_there_only_while_a_step_is_taken() -> None:
    there: list[bool] = []

    @contextmanager
    def room() -> Iterator[None]:
        there.append(True)
        try:
            yield
        finally:
            there.pop()

    def steps() -> Generator[int, None, str]:
        for n in range(3):
            assert there
            yield n
        assert there
        return "done"

    for _ in inside(room, steps()):
        assert not there
    assert not there
    assert at_once(lambda: inside(room, steps()))() == "done"


def test_steps_given_up_are_closed() -> None:
    closed: list[str] = []

    def steps() -> Generator[int, None, None]:
        try:
            yield 1
        finally:
            closed.append("closed")

    going = inside(nullcontext, steps())
    next(going)
    going.close()
    assert closed == ["closed"]
