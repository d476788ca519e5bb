"""What llmviz can do, from Python: for scripts and notebooks, and for the shell and the sidebar, which call it too.

>>> import llmviz
>>> run = llmviz.run(text="CBABBC")
>>> stage = llmviz.build(run, ["layer-norm"], theme="dark")
>>> llmviz.still(stage, "one-column").save("one-column.png")
>>> llmviz.film(stage, "layer-norm.mp4")

Blender is imported by what needs it and not before: a run, its numbers and a list of chapters are to be had without.
What takes long has a twin whose name ends in ``_steps``: a generator that tells how far it is, and that leaves
everything as it was when it is closed. Raises LlmvizError, a ModelError, ScriptError or JobError, for whatever cannot
be done as asked: one line that quotes what was given and says what would be possible.
"""

from __future__ import annotations

import sys

from ..errors import JobError, LlmvizError, ModelError, ScriptError
from ..film.made import Film, Stage, Still, Storyboard
from ..film.staging import Steps as Steps
from ..layout.reading import Reading
from ..model.blueprints import Outlines
from ..model.generation import Generation
from ..model.run import Run
from ..model.sampling import Sampling
from ..model.trace import Trace
from .files import film, film_steps, open_file, save, still, storyboard, storyboard_steps
from .models import generate, load, outlines, run, trace
from .stages import build, build_steps, chapters, inspect, open_stage, open_stage_steps, step

__all__ = [
    "Film",
    "Generation",
    "JobError",
    "LlmvizError",
    "ModelError",
    "Outlines",
    "Reading",
    "Run",
    "Sampling",
    "ScriptError",
    "Stage",
    "Still",
    "Storyboard",
    "Trace",
    "build",
    "build_steps",
    "chapters",
    "film",
    "film_steps",
    "generate",
    "inspect",
    "load",
    "open_file",
    "open_stage",
    "open_stage_steps",
    "outlines",
    "run",
    "save",
    "step",
    "still",
    "storyboard",
    "storyboard_steps",
    "trace",
]


setattr(sys.modules[__name__.rpartition(".")[0]], "film", film)  # noqa: B010 - of the package it is the verb that is meant, not the room
