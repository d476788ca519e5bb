"""What was made, as objects that a notebook shows: a stage, and what is rendered of it."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import JobError
from .output import check_output
from .painting import png

if TYPE_CHECKING:
    import bpy

    from ..stage.open_state import OpenState
    from ..stage.story import Story


@dataclass(frozen=True, eq=False)
class Stage:
    """A scene of Blender's with a film, or an open stage, in it."""

    scene: bpy.types.Scene

    @property
    def story(self) -> Story | None:
        """Chapters, rests and commentary; None on an open stage."""
        from ..stage.story import read_story

        return read_story(self.scene)

    @property
    def state(self) -> OpenState | None:
        """The run on an open stage; None for a film."""
        from ..stage.open_state import read_state

        return read_state(self.scene)

    @property
    def told(self) -> Story:
        """The story; JobError where there is none."""
        if (story := self.story) is None:
            raise JobError(f"There is no film in the scene {self.scene.name!r}.")
        return story

    def __repr__(self) -> str:
        """The storyboard."""
        return f"<Stage {self.scene.name!r}>" + (f"\n{self.story}" if self.story else "")


@dataclass(frozen=True, eq=False)
class Still:
    """A picture: ``pixels`` (height, width, 3), uint8, as displayed; a notebook shows it."""

    pixels: np.ndarray
    frame: int

    def _repr_png_(self) -> bytes:
        return png.encode(self.pixels)

    def __repr__(self) -> str:
        height, width, _ = self.pixels.shape
        return f"<Still of frame {self.frame}, {width}x{height}>"

    def save(self, output: str | PathLike[str]) -> Path:
        """Write it as a PNG file."""
        path = check_output(output, ".png")
        png.write(path, self.pixels)
        return path


@dataclass(frozen=True)
class Film:
    """A film that was made: its video, captions beside it, and a folder with its frames."""

    path: Path
    frames: Path
    seconds: float

    def __repr__(self) -> str:
        return f"<Film {str(self.path)!r}, {self.seconds:.1f} s>"


@dataclass(frozen=True)
class Storyboard:
    """Stills and contact sheets in a folder, and how much of the stage the rests of each chapter fill, in words."""

    folder: Path
    fills: tuple[str, ...]

    def __repr__(self) -> str:
        return "\n".join([f"<Storyboard {str(self.folder)!r}>", *self.fills])
