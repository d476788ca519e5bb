"""How the film looks, as plain data: colours as the viewer sees them (sRGB, 0 to 1), and their conversion.

Shaders want linear light, so colours are converted where they enter Blender. The scene's view
transform is Standard, which brings back exactly what the theme says. The themes themselves are files, ours in
``themes/`` and the user's anywhere; ``theme_file`` reads both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...errors import ScriptError, choices
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
class Theme:
    """Colours of one look."""

    name: str
    ground: RGB
    text: Mapping[str, RGB]  # of drawings, by the names that they use
    cells: CellColors
    ribbon_opacity: float
    font: FontFile | None = None  # of all that is written; Inter where there is none

    @property
    def is_dark(self) -> bool:
        """Whether ink is lighter than the ground."""
        return sum(self.ground) < sum(self.text["ink"])

    @property
    def colors(self) -> dict[str, RGB]:
        """Those that drawings name, the ground with them."""
        return {**self.text, "ground": self.ground}

    def color(self, name: str) -> RGB:
        """A named colour; raises ScriptError, with the choices, where there is none."""
        try:
            return self.colors[name]
        except KeyError:
            raise ScriptError(f"Unknown colour {name!r}. {choices(self.colors)}") from None


def linear(color: RGB) -> RGB:
    """Display colour (sRGB) to linear light."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color)
    return (red, green, blue)
