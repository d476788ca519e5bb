"""The last few runs of open stages: had again from the model where they are not kept, step by step."""

from __future__ import annotations

import os

import bpy

from ..model.checkpoint import is_builtin
from ..model.run import read
from ..screenplay.open_stage import Moment
from ..stage import live
from ..stage.kept_language import language_of
from ..stage.open_state import OpenState
from ..stepwise import Stepwise, at_once
from . import request
from .aside import aside

READ = 0.4
"""Share of the time after which a model is read; then it runs."""


def problem(state: OpenState) -> str:
    """Why a stage's model cannot go on, as far as that is known without reading it; "" if it can."""
    if not is_builtin(state.model) and not os.path.exists(state.model):  # which never raises, whatever the file says
        return f"The model of this stage is no longer at {state.model!r}. Open the stage anew."
    return ""


def full(state: OpenState) -> str:
    """That no column is left; and that there could be more, where the model is known to take more."""
    known = [now.run.model for now in _recent if (now.run.tokens, now.columns) == (state.tokens, state.columns)]
    models = [request.checkpoint_at(state.model)] if is_builtin(state.model) else known
    more = [model.config.block_size > state.columns for model in models]
    hint = ". Open the stage anew, with more room" if True in more else ". This model takes no more tokens"
    return f"All {state.columns} columns are filled" + hint * bool(more)


_recent: list[Moment] = []
"""The last few runs, the newest first: a run of a large model takes a second."""


def run_steps(scene: bpy.types.Scene, state: OpenState, tokens: tuple[int, ...] | None = None) -> Stepwise[Moment]:
    """The run that a stage shows, or one of other tokens; raises LlmvizError where its model is gone or another."""
    look = state.look.font, language_of(scene)
    checkpoint = yield from aside(lambda: request.checkpoint_at(state.model), 0.0, "Reading the model")
    live.check_model(state, checkpoint)
    wanted = checkpoint, tokens or state.tokens, state.prompt_length
    for known in _recent:
        found = (known.run.model, known.run.tokens, known.run.prompt_length)
        if (found, known.columns, known.font, known.language) == (wanted, state.columns, *look):
            return known
    fresh = yield from aside(lambda: read(*wanted), READ, "Running the model")
    return remembered(Moment(fresh, state.columns, *look))


run = at_once(run_steps)


def is_kept(scene: bpy.types.Scene, state: OpenState) -> bool:
    """Whether the run that a stage shows is at hand."""
    shown = state.mark, state.tokens, state.columns, state.look.font, language_of(scene)
    kept = [(now.run.model.mark, now.run.tokens, now.columns, now.font, now.language) for now in _recent]
    return shown in kept


def remembered(now: Moment) -> Moment:
    """Keep a run, and let the oldest go."""
    _recent.insert(0, now)
    del _recent[3:]
    return now


def filled(columns: int, tokens: int) -> str:
    """How full a stage is."""
    return f"{tokens} of {columns} columns are filled."
