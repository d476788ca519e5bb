"""How the film looks, as plain data: colours as the viewer sees them (sRGB, 0 to 1), and their conversion.

Shaders want linear light, so colours are converted where they enter Blender. The scene's view
transform is Standard, which brings back exactly what the theme says. The themes themselves are files, ours in
``themes/`` and the user's anywhere; ``theme_file`` reads both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ...errors import ScriptError, choices
from ...layout.lettering.drawing import BELOW
from ...layout.lettering.font_file import FontFile

RGB = tuple[float, float, float]


@dataclass(frozen=True)
class CellColors:
    """Colours of cells: hue tells the sign, the way from ``zero`` to the hue the size.

    A role is known by its hue even where its numbers are negative or 0, because ``zero_tint`` of it is in the colour of
    0. What is not computed yet is glass: a fill and lines that hardly leave the ground.
    """

    positive: Mapping[str, RGB]  # by role, of the largest value
    negative: Mapping[str, RGB]  # by role, of the most negative value: its counter-hue
    zero: RGB  # pale on a light ground, dark on a dark one, and never the ground itself
    zero_tint: float  # how much of the role's positive hue is in it (mixed in linear light)
    growth: float  # from 0 to a hue by share ** growth, mixed in linear light: then even steps of a value look even
    glass: RGB  # fill of a cell that is not computed yet
    glass_line: RGB  # its outline, and the lines between such cells
    line: RGB  # between every 16 computed cells
    digits: RGB  # a number on a cell that is paler than half-way (linear luminance above 0.18)
    digits_on_deep: RGB  # on the others


@dataclass(frozen=True)
class Slab:
    """What grids are made of where they are lit: something dark with a clear coat and round edges."""

    color: RGB
    tint: float  # of the role's positive hue in it
    roughness: float
    coat: float
    bevel: float  # radius of its edges, in cells


@dataclass(frozen=True)
class Dots:
    """What stands for a value on a slab: a dot that glows."""

    size: float  # radius of the largest, in cells; at most a half
    spread: float  # share of it by which that of 0 is smaller
    strength: float  # light of the largest value, where 1 is as bright as its hue
    halo: float  # share of it that falls on the slab around


@dataclass(frozen=True)
class Glass:
    """What is not computed yet."""

    color: RGB  # of what is not clear
    clear: float  # share of what is behind that shows
    roughness: float


@dataclass(frozen=True)
class Lamp:
    """A lamp, which lights a set of any size alike."""

    color: RGB
    strength: float
    azimuth: float  # degrees; 270 is straight from the front
    elevation: float
    softness: float  # share of half the sky that it fills


@dataclass(frozen=True)
class Lamps:
    """The lamps of a set."""

    key: Lamp  # carried to what is in play; the others are suns
    rim: Lamp  # from above and behind
    left: Lamp
    right: Lamp


@dataclass(frozen=True)
class Floor:
    """What the set stands on."""

    color: RGB
    roughness: float


@dataclass(frozen=True)
class Sky:
    """What is reflected, and never seen itself: behind all things is the ground."""

    low: RGB
    high: RGB
    strength: float


@dataclass(frozen=True)
class Finish:
    """From light to the picture."""

    view_transform: str
    exposure: float
    bloom: float
    bloom_size: float
    vignette: float


@dataclass(frozen=True)
class Lit:
    """Matter, lamps and finish of a look in which things are lit; text glows by itself in all."""

    slab: Slab
    dots: Dots
    glass: Glass
    floor: Floor
    sky: Sky
    finish: Finish
    lamps: Lamps


@dataclass(frozen=True)
class Theme:
    """One look."""

    name: str
    ground: RGB
    text: Mapping[str, RGB]  # of drawings, by the names that they use
    cells: CellColors
    ribbon_opacity: float
    font: FontFile | None = None  # of all that is written; Inter where there is none
    lit: Lit | None = None  # flat where there is none

    @property
    def is_dark(self) -> bool:
        """Whether ink is lighter than the ground."""
        return sum(self.ground) < sum(self.text["ink"])

    @property
    def colors(self) -> dict[str, RGB]:
        """Those that drawings name, the ground with them, and the counter-hues of cells."""
        below = {name: self.cells.negative[role] for role, name in BELOW.items()}
        return {**self.text, "ground": self.ground, **below}

    def color(self, name: str) -> RGB:
        """A named colour; raises ScriptError, with the choices, where there is none."""
        try:
            return self.colors[name]
        except KeyError:
            raise ScriptError(f"Unknown colour {name!r}. {choices(self.colors)}") from None


@lru_cache(500)
def linear(color: RGB) -> RGB:
    """Display colour (sRGB) to linear light."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color)
    return (red, green, blue)
