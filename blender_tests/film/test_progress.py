"""The progress bar, on a terminal and in a log."""

from __future__ import annotations

import io

from llmviz_addon.film.work.progress import Bar, clock


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_clock() -> None:
    assert [clock(s) for s in (0, 5.4, 65, 3605)] == ["0:00", "0:05", "1:05", "1:00:05"]


def test_one_line_on_a_terminal() -> None:
    stream = Terminal()
    with Bar(stream) as bar:
        for done in range(4):
            bar.show(done, 3, "Rendering", left=3.0 - done)
            bar.show(done, 3, "Rendering", left=3.0 - done)
    assert stream.getvalue().count("\r") == 4
    assert stream.getvalue().count("\n") == 1
    assert "Rendering 2/3, 0:01 left" in stream.getvalue()


def test_few_lines_in_a_log() -> None:
    stream = io.StringIO()
    with Bar(stream) as bar:
        for done in range(100):
            bar.show(done, 99, "Rendering")
    assert stream.getvalue() == "Rendering 0/99\nRendering 99/99\n"


def test_a_film_goes_on_when_nobody_reads_how_far_it_is() -> None:
    class Gone(Terminal):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    with Bar(Gone()) as bar:
        bar.show(1, 2, "Rendering")
