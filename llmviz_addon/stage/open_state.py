"""What an open stage shows, written on the scene as plain data, so that a saved file may go on writing."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import lru_cache

import bpy

from ..model.sampling import Sampling
from .materials.theme import Theme
from .materials.theme_file import rewritten
from .ours import is_inherited
from .plain import loads, written_text
from .things.fonts import kept

OURS = "llmviz_open"


@dataclass(frozen=True)
class Row:
    """A candidate for the next token, as it is written: its place among all, its text and its probability."""

    rank: int
    text: str
    share: float
    chosen: bool


@dataclass(frozen=True)
class OpenState:
    """A run on a stage of ``columns`` columns, and how its next token is chosen."""

    model: str  # path of the checkpoint, or the name of one that the add-on ships
    mark: int  # tells the checkpoint's weights from others
    theme: str  # all of it, as written; of a stage of an earlier version the name of one of ours
    columns: int
    prompt_length: int
    tokens: tuple[int, ...]
    text: str
    sampling: Sampling
    candidates: tuple[Row, ...]

    @property
    def is_sound(self) -> bool:
        """Whether it can be that of a stage: its tokens fit, and probabilities are some."""
        fits = 0 < self.prompt_length <= len(self.tokens) <= self.columns and min(self.tokens, default=0) >= 0
        chosen = self.sampling
        draws = chosen.temperature >= 0 and (chosen.top_k is None or chosen.top_k >= 1) and chosen.seed >= 0
        draws = draws and (chosen.top_p is None or 0 < chosen.top_p <= 1)
        return (
            fits
            and draws
            and all(0 <= row.share <= 1 + 1e-6 for row in self.candidates)
            and rewritten(self.theme) is not None
        )

    @property
    def look(self) -> Theme:
        """The theme that it was built with; JobError where its font is gone."""
        look = rewritten(self.theme, kept)
        assert look is not None  # it is sound
        return look


def write_state(scene: bpy.types.Scene, state: OpenState) -> None:
    """Keep ``state`` in a custom property of the scene."""
    scene[OURS] = json.dumps(asdict(state))


def read_state(scene: bpy.types.Scene) -> OpenState | None:
    """What the open stage in ``scene`` shows; None where there is none, or what was written is damaged."""
    return None if is_inherited(scene) else _parse(written_text(scene, OURS))


def clear_state(scene: bpy.types.Scene) -> None:
    """Take it away."""
    if scene.get(OURS) is not None:
        del scene[OURS]


@lru_cache(maxsize=4)
def _parse(text: str) -> OpenState | None:
    state = loads(OpenState, text)
    return state if state is not None and state.is_sound else None
