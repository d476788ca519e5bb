"""Models, what they are run on, and every number of it."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

from ..errors import ModelError
from ..film.output import check_output
from ..model import checkpoint as checkpoints
from ..model import run as runs
from ..model.blueprints import Outlines, compared
from ..model.checkpoint import Checkpoint
from ..model.generation import Generation
from ..model.run import Run
from ..model.sampling import Sampling, steps

PathOf = str | PathLike[str]


def load(path: PathOf | None = None) -> Checkpoint:
    """The model in a file or folder, or one that comes along. Raises ModelError.

    Those have names: ``"nano-gpt"``, which sorts six letters and is loaded without a path, and ``"austen"``, which goes
    on in the English of Jane Austen's novels. A folder of such a name is given as ``"./austen"``, or as a ``Path``.
    """
    return checkpoints.builtin() if path is None else checkpoints.find(path)


def run(
    model: Checkpoint | PathOf | None = None,
    text: str | None = None,
    *,
    tokens: Sequence[int] | None = None,
    sampling: Sampling | None = None,
) -> Run:
    """Run a model on a text, and keep every number.

    Parameters
    ----------
    model
        What ``load`` gives, or takes; None is nano-gpt.
    text
        What it reads; None is the sample that nano-gpt and austen come with.
    tokens
        Token ids in place of a text, 1 to ``block_size``.
    sampling
        How the next token is chosen; by default the likeliest.

    Returns
    -------
    Run
        ``run.trace[name]`` are the numbers, float32, such as ``layers.0.ln_1.mean`` (T,); ``run.tokens`` and
        ``run.texts`` what was read; ``run.draw`` what comes next. A model that answers prompts of one length, as
        nano-gpt does, has appended its answer.

    Raises ModelError.
    """
    model = model if isinstance(model, Checkpoint) else load(model)
    if text is not None and tokens is not None:
        raise ModelError("A run reads a text or tokens. Give one of the two.")
    return runs.run(model, runs.prompt(model, text) if tokens is None else tokens, sampling)


def trace(of: Run, output: PathOf) -> Path:
    """Write every number of a run to an .npz file, by name. Raises JobError or ModelError."""
    path = check_output(output, ".npz")
    of.trace.save(path)
    return path


def generate(
    model: Checkpoint | PathOf | None = None, text: str | None = None, count: int = 1, sampling: Sampling | None = None
) -> Generation:
    """Let a model write ``count`` tokens after a text; beyond ``block_size`` it sees the last ones only.

    ``model`` and ``text`` as in ``run``. Raises ModelError.
    """
    model = model if isinstance(model, Checkpoint) else load(model)
    tokens = runs.prompt(model, text)
    draws = tuple(steps(model, tokens, count, sampling or Sampling()))
    return Generation(model, (*tokens, *(draw.token for draw in draws)), draws)


def outlines(*names: str) -> Outlines:
    """Well-known models by name, such as ``nano`` and ``gpt3``, to be built to scale. Raises ModelError."""
    return compared(names)
