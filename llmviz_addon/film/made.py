"""What was rendered, as objects that a notebook shows."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np

from .output import check_output
from .painting import png


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
