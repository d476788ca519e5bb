"""The ``llmviz`` command: the same jobs as in Blender's sidebar, from a shell.

Arguments are checked before anything slow is imported; what is wrong with them is said in one line on
stderr, with exit status 2. Blender is imported only by the jobs that need it.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NoReturn

from .model.builtins import BUILTINS, NANO
from .options import Build, Chapters, Film, Generate, Layout, Options, Package, Step, Still, Storyboard, Trace
from .terminal import WRONG, one_line, status_of, tell

Size = tuple[int, int]
LARGE = 10**9
"""Bytes of a checkpoint whose products are worth several processors."""
STATUSES = """exit status: 0 done; 2 not possible as asked, one line on stderr says why; 130 stopped by Ctrl-C (143 by
SIGTERM); 141 nobody reads the output any more"""


class Parser(argparse.ArgumentParser):
    """Complains in one line; takes whole names of options only, so that a new one never changes what a script says."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        """End with exit status 2."""
        if found := re.fullmatch(r"argument (\S+/)?(-\S+): expected one argument", message):
            message += f"; one that starts with a dash is given as {found[2]}=-5"
        tell(f"llmviz: {one_line(message)} See {self.prog} --help.")
        self.exit(WRONG)

    def refuse(self, arguments: Sequence[str]) -> NoReturn:
        """End because of arguments that nothing takes, with the options that come near."""
        names = [argument.partition("=")[0] for argument in arguments]
        near = [near for name in names for near in difflib.get_close_matches(name, self._option_string_actions, n=1)]
        self.error(f"unrecognized arguments: {' '.join(arguments)}. {f'Did you mean {near[0]}?' if near else ''}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status, having said why it is not 0."""
    return status_of(lambda: carry_out(arguments))


def carry_out(arguments: Sequence[str] | None = None) -> int | None:
    """Do what the arguments, by default this process's, ask for; raises what comes in the way."""
    arguments, parser = sys.argv[1:] if arguments is None else arguments, _parser()
    for argument in arguments:
        if re.fullmatch(r"(--[\w-]+=|-\w)--", argument):  # argparse would hand on an empty list
            parser.error(f"argument {argument[:-2].rstrip('=')}: '--' is no value for it")
    parsed, others = parser.parse_known_args(arguments)
    if others:
        parsed.parser.refuse(others)
    return parsed.run(parsed)


def _parser() -> Parser:
    about = "Turns a GPT into a film set: its real weights, run on your text."
    parser = Parser(prog="llmviz", description=about, epilog=STATUSES)
    jobs = parser.add_subparsers(title="jobs", required=True, metavar="JOB", parser_class=Parser)
    names = _add(jobs, Layout, "list the names that chapters write, with their shapes")
    _which(names)
    about = "list chapters, how long they take, where they rest, and how much of the time between something moves"
    _add(jobs, Chapters, about, _model, _pace)
    build = _add(jobs, Build, "write a .blend that plays and renders without the add-on", _chapters, _film, _engine)
    build.add_argument("-o", "--output", required=True, type=_path, metavar="SCENE.blend")
    still = _add(jobs, Still, "render one picture", _film, _engine, _quality)
    still.add_argument("chapters", nargs=1, metavar="CHAPTER", help="name or number, see llmviz chapters")
    still.add_argument(
        "--at", required=True, type=_text, metavar="SECONDS|REST", help="such as 12.5, 03.2 or one-column"
    )
    still.add_argument("-o", "--output", required=True, type=_path, metavar="FRAME.png")
    board = _add(jobs, Storyboard, "render each chapter at a glance: stills and contact sheets", _chapters, _film)
    _engine(board)
    _quality(board)
    board.add_argument("-o", "--output", required=True, type=_path, metavar="FOLDER")
    film = _add(jobs, Film, "render a video and its captions", _chapters, _film, _engine, _quality)
    film.add_argument("-o", "--output", required=True, type=_path, metavar="FILM.mp4")
    film.add_argument("--from", dest="start", type=_seconds, metavar="S", help="start there, in seconds of the film")
    film.add_argument("--to", dest="stop", type=_seconds, metavar="S", help="stop there, in seconds of the film")
    film.add_argument("--captions", action="store_true", help="write WebVTT too; SubRip (.srt) is always written")
    film.add_argument("--jobs", type=_jobs, metavar="N", help="processes that render at once; by default one per core")
    film.add_argument("--overwrite", action="store_true", help="throw away frames of another film of that name")
    film.add_argument("--drop-frames", action="store_true", help="do not keep the frames once the video is made")
    trace = _add(jobs, Trace, "write every number of the forward pass", _model)
    trace.add_argument("-o", "--output", required=True, type=_path, metavar="TRACE.npz")
    generate = _add(jobs, Generate, "let the model write on, step by step", _model, _writing)
    generate.add_argument(
        "-o", "--output", type=_path, metavar="SCENE.blend", help="write an open stage that holds the run"
    )
    generate.add_argument("--room", type=_whole, default=16, metavar="N", help="columns to spare there; by default 16")
    _language(generate)
    _picture(generate)
    step = _add(jobs, Step, "append the next tokens on an open stage", _writing)
    step.add_argument(
        "scene", type=_path, metavar="SCENE.blend", help="as llmviz generate -o writes it; it is replaced"
    )
    step.add_argument("--model", type=_path, metavar="PATH", help="where its checkpoint is now, if it was moved")
    package = _add(jobs, Package, "build and validate the extension zip")
    package.add_argument("-o", "--output", required=True, type=_path, metavar="FOLDER")
    return parser


def _add(
    jobs: argparse._SubParsersAction[Parser],
    asked: type[Options],
    about: str,
    *groups: Callable[[Parser], None],
) -> Parser:
    """A job by the name of its options, with these groups of them."""
    name = asked.__name__.lower()
    job = jobs.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
    job.set_defaults(run=lambda parsed: _run(name, asked.of(parsed)), parser=job)
    for group in groups:
        group(job)
    return job


def _run(job: str, asked: Options) -> int | None:
    if not _is_large(getattr(asked, "model", None)):  # idle threads would spin, which takes more than all products
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from . import commands  # only now, as it takes time

    return getattr(commands, job)(asked)


def _is_large(model: str | None) -> bool:
    """Whether a checkpoint on disk is ``LARGE``; what cannot be read is not, and is told later."""
    paths = [model or ""]
    with suppress(OSError):
        paths = [entry.path for entry in os.scandir(model or "")]
    size = 0
    for path in paths:
        with suppress(OSError):
            size += os.path.getsize(path)
    return size > LARGE


def _model(job: Parser) -> None:
    _which(job)
    job.add_argument(
        "--tokens",
        type=_text,
        metavar="TEXT",
        help=f"what the model reads; by default {BUILTINS[NANO].sample} for {NANO}, a sentence for others of ours",
    )


def _which(job: Parser) -> None:
    job.add_argument(
        "--model",
        type=_path,
        metavar="NAME|PATH",
        help=f"{'; '.join(f'{name}, which {one.does}' for name, one in BUILTINS.items())}; or a checkpoint on disk, "
        f"./austen if it is called as one of these; by default {NANO}",
    )


def _pace(job: Parser) -> None:
    job.add_argument(
        "--pace", type=_words, default="200", metavar="WPM|none", help="reading pace of the rests; by default 200"
    )
    job.add_argument(
        "--length", choices=("full", "short", "trailer", "run-through", "pull-back"), default="full",
        help="full; short: an excerpt of about three minutes; trailer: 30 seconds, cut to a beat; both are of chapters "
        "that have a part in it. run-through or pull-back: one shot without a cut, of 30 seconds",
    )  # fmt: skip
    job.add_argument(
        "--bpm", type=_tempo, metavar="N", help="beats per minute that a trailer is cut to, 40 to 240; by default 120"
    )
    _language(job)


def _language(job: Parser) -> None:
    job.add_argument(
        "--walkthroughs", action="append", type=_path, default=[], metavar="DIR",
        help="a folder of more chapters, or of languages",
    )  # fmt: skip
    job.add_argument(
        "--language", type=_text, default="en", metavar="NAME", help="what it is told in, such as de; by default en"
    )


def _chapters(job: Parser) -> None:
    job.add_argument(
        "chapters", nargs="*", metavar="CHAPTER",
        help="names or numbers; all, the default; trailer, run-through or pull-back",
    )  # fmt: skip


def _film(job: Parser) -> None:
    _model(job)
    job.add_argument("--shape", metavar="NAME", help="a model's outline in place of a run, such as gpt3")
    job.add_argument("--compare", nargs="+", metavar="NAME", help="outlines side by side to scale, such as nano gpt3")
    _pace(job)
    job.add_argument("--fps", type=_count, default=30, metavar="N", help="frames per second; by default 30")
    _picture(job)


def _picture(job: Parser) -> None:
    job.add_argument("--size", type=_size, default=(1280, 720), metavar="WxH", help="pixels; by default 1280x720")
    job.add_argument(
        "--theme",
        type=_text,
        default="light",
        metavar="NAME|FILE.toml",
        help="light, dark, light-safe, dark-safe, cinematic, or a theme file of yours; by default light",
    )


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


def _quality(job: Parser) -> None:
    job.add_argument(
        "--quality", choices=("draft", "final", "4k"), default="final",
        help="draft, fast where things are lit; final; or 4k, as that with 2160 pixels on the shorter side",
    )  # fmt: skip


def _path(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("it is empty; give a path")
    return text


def _text(text: str) -> str:
    if any("\ud800" <= letter <= "\udfff" for letter in text):  # how Python passes on bytes that are no letters
        raise argparse.ArgumentTypeError(f"{text!r} is not text in this terminal's encoding")
    return text


def _size(text: str) -> Size:
    match = re.fullmatch(r"([0-9]{1,6})x([0-9]{1,6})", text)
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is no size; give width and height in pixels, such as 1280x720")
    return int(match[1]), int(match[2])


def _words(text: str) -> float | None:
    if text.lower() == "none":
        return None
    return _number(text, "a pace; give words per minute, such as 200, or none")


def _tempo(text: str) -> float:
    return _number(text, "a tempo; give beats per minute, such as 120")


def _seconds(text: str) -> float:
    return _number(text, "a time; give seconds, such as 12.5")


def _count(text: str) -> int:
    return _integer(text, 1, "a whole number above 0")


def _whole(text: str) -> int:
    return _integer(text, 0, "a whole number of 0 or more")


def _jobs(text: str) -> int:
    return _integer(text, 1, "a number of processes; give 1 to 256", 256)


def _temperature(text: str) -> float:
    return _number(text, "a temperature; give 0 or more, such as 0.8")


def _share(text: str) -> float:
    return _number(text, "a share; give a number above 0 and up to 1, such as 0.95")


def _integer(text: str, least: int, wanted: str, most: int = 10**9) -> int:
    """Digits as they are on a keyboard: int() takes ``1_000`` and every script's digits, too."""
    if not re.fullmatch(r"[0-9]{1,10}", text) or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is not {wanted}")
    return int(text)


def _number(text: str, wanted: str) -> float:
    value = float(text) if re.fullmatch(r"([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]{1,3})?", text.lower()) else -1.0
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not {wanted}")
    return value
