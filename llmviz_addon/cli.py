"""The ``llmviz`` command: the same jobs as in Blender's sidebar, from a shell.

Arguments are checked before anything slow is imported; what is wrong with them is said in one line on
stderr, with exit status 2. Blender is imported only by the jobs that need it.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from .errors import LlmvizError, Stopped

WRONG, STOPPED = 2, 130
Size = tuple[int, int]


class Parser(argparse.ArgumentParser):
    """Complains in one line."""

    def error(self, message: str) -> NoReturn:
        """End with exit status 2."""
        self.exit(WRONG, f"llmviz: {_one_line(message)} See {self.prog} --help.\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options) or 0
    except LlmvizError as error:
        print(f"llmviz: {_one_line(str(error))}", file=sys.stderr)
        return WRONG
    except KeyboardInterrupt as stop:
        print(f"llmviz: {stop if isinstance(stop, Stopped) else 'Stopped.'}", file=sys.stderr)
        return STOPPED


def _one_line(message: str) -> str:
    message = " ".join(message.split())
    return message if message.endswith((".", "!", "?")) else f"{message}."


def _parser() -> Parser:
    parser = Parser(prog="llmviz", description="Turns a GPT into a film set: its real weights, run on your text.")
    jobs = parser.add_subparsers(title="jobs", required=True, metavar="JOB", parser_class=Parser)
    _add(jobs, "chapters", "list chapters, how long they take, and where they rest", "chapters", _model, _pace)
    build = _add(jobs, "build", "write a .blend that plays and renders without the add-on", "build", _chapters, _film)
    build.add_argument("-o", "--output", required=True, metavar="SCENE.blend")
    still = _add(jobs, "still", "render one picture", "still", None, _film, _engine)
    still.add_argument("chapters", nargs=1, metavar="CHAPTER", help="name or number, see llmviz chapters")
    still.add_argument("--at", required=True, metavar="SECONDS|REST", help="such as 12.5, 03.2 or one-column")
    still.add_argument("-o", "--output", required=True, metavar="FRAME.png")
    board = _add(
        jobs, "storyboard", "render each chapter at a glance: stills and contact sheets", "storyboard", _chapters, _film
    )
    _engine(board)
    board.add_argument("-o", "--output", required=True, metavar="FOLDER")
    board.set_defaults(pace=None)
    film = _add(jobs, "film", "render a video and its captions", "film", _chapters, _film, _engine)
    film.add_argument("-o", "--output", required=True, metavar="FILM.mp4")
    film.add_argument("--from", dest="start", type=_seconds, metavar="S", help="start there, in seconds of the film")
    film.add_argument("--to", dest="stop", type=_seconds, metavar="S", help="stop there, in seconds of the film")
    film.add_argument("--captions", action="store_true", help="write WebVTT too; SubRip (.srt) is always written")
    film.add_argument("--jobs", type=_count, metavar="N", help="processes that render at once; by default one per core")
    trace = _add(jobs, "trace", "write every number of the forward pass", "trace", _model)
    trace.add_argument("-o", "--output", required=True, metavar="TRACE.npz")
    generate = _add(jobs, "generate", "let the model write on, step by step", "generate", _model, _writing)
    generate.add_argument("-o", "--output", metavar="SCENE.blend", help="write an open stage that holds the run")
    generate.add_argument("--room", type=_whole, default=16, metavar="N", help="columns to spare there; by default 16")
    _picture(generate)
    step = _add(jobs, "step", "append the next tokens on an open stage", "step", _writing)
    step.add_argument("scene", metavar="SCENE.blend", help="as llmviz generate -o writes it; it is replaced")
    step.add_argument("--model", metavar="PATH", help="where its checkpoint is now, if it was moved")
    package = _add(jobs, "package", "build and validate the extension zip", "package")
    package.add_argument("-o", "--output", required=True, metavar="FOLDER")
    return parser


def _add(
    jobs: argparse._SubParsersAction[Parser], name: str, about: str, run: str, *groups: Callable[[Parser], None] | None
) -> Parser:
    job = jobs.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
    job.set_defaults(run=lambda options: _run(run, options))
    for group in groups:
        if group is not None:
            group(job)
    return job


def _run(job: str, options: argparse.Namespace) -> int | None:
    from . import commands  # only now, as it takes time

    return getattr(commands, job)(options)


def _model(job: Parser) -> None:
    job.add_argument("--model", metavar="PATH", help="a checkpoint on disk; by default nano-gpt, which sorts letters")
    job.add_argument("--tokens", metavar="TEXT", help="what the model reads; by default CBABBC for nano-gpt")


def _pace(job: Parser) -> None:
    job.add_argument(
        "--pace", type=_words, default="200", metavar="WPM|none", help="reading pace of the rests; by default 200"
    )
    job.add_argument("--walkthroughs", action="append", default=[], metavar="DIR", help="a folder of more chapters")


def _chapters(job: Parser) -> None:
    job.add_argument("chapters", nargs="*", metavar="CHAPTER", help="names or numbers; by default all")


def _film(job: Parser) -> None:
    _model(job)
    job.add_argument("--shape", metavar="NAME", help="a model's outline in place of a run, such as gpt3")
    job.add_argument("--compare", nargs="+", metavar="NAME", help="outlines side by side to scale, such as nano gpt3")
    _pace(job)
    job.add_argument("--fps", type=_count, default=30, metavar="N", help="frames per second; by default 30")
    _picture(job)


def _picture(job: Parser) -> None:
    job.add_argument("--size", type=_size, default=(1280, 720), metavar="WxH", help="pixels; by default 1280x720")
    job.add_argument("--theme", default="light", metavar="NAME", help="look of the film; by default light")


def _writing(job: Parser) -> None:
    job.add_argument("-n", dest="count", type=_count, default=1, metavar="N", help="tokens to append; by default 1")
    job.add_argument(
        "--temperature", type=_temperature, metavar="X", help="0 takes the likeliest token, 1 draws as the model holds"
    )
    job.add_argument("--top-k", type=_count, metavar="K", help="draw from the K likeliest only")
    job.add_argument("--top-p", type=_share, metavar="P", help="draw from the likeliest that have P together, up to 1")
    job.add_argument("--seed", type=_whole, metavar="N", help="of the draw; the same seed draws the same")


def _engine(job: Parser) -> None:
    job.add_argument("--engine", choices=("auto", "eevee", "cycles"), default="auto", help="auto: eevee on a GPU")


def _size(text: str) -> Size:
    match = re.fullmatch(r"(\d{1,6})x(\d{1,6})", text)
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is no size; give width and height in pixels, such as 1280x720")
    return int(match[1]), int(match[2])


def _words(text: str) -> float | None:
    if text.lower() == "none":
        return None
    return _number(text, "a pace; give words per minute, such as 200, or none")


def _seconds(text: str) -> float:
    return _number(text, "a time; give seconds, such as 12.5")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 0 or more")
    return int(text)


def _temperature(text: str) -> float:
    return _number(text, "a temperature; give 0 or more, such as 0.8")


def _share(text: str) -> float:
    return _number(text, "a share; give a number above 0 and up to 1, such as 0.95")


def _number(text: str, wanted: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not {wanted}")
    return value


if __name__ == "__main__":
    sys.exit(main())
