"""How the film looks, as plain data: colours as the viewer sees them (sRGB, 0 to 1), and their conversion.

Shaders want linear light, so colours are converted where they enter Blender. The scene's view
transform is Standard, which brings back exactly what the theme says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ...errors import JobError, ScriptError, choices

RGB = tuple[float, float, float]

ROLES: dict[str, RGB] = {"weight": (0.3, 0.3, 1.0), "activation": (0.4, 0.8, 0.4), "aggregate": (1.0, 0.8, 0.3)}


def hexed(code: str) -> RGB:
    """The colour written as ``#rrggbb``."""
    red, green, blue = (int(code[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return (red, green, blue)


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
    """Colours of one look. ``colors`` are for drawings, the others for cells and ribbons."""

    name: str
    ground: RGB
    roles: Mapping[str, RGB]  # of cells
    colors: Mapping[str, RGB]  # by the names that drawings use
    slab: RGB  # a computed cell's body, before its role tints it
    slab_tint: float  # how much of the role is in it
    empty: float  # light of the role's colour in a cell that is not computed yet (linear)
    zero: RGB  # dot of the value 0
    negative: RGB  # dot of the most negative value
    line: RGB  # between every 16 cells
    cells: CellColors  # in place of roles, slab, slab_tint, empty, zero, negative and line, which go with the dots
    ribbon_alpha: float = 0.38

    @property
    def is_dark(self) -> bool:
        """Whether ink is lighter than the ground."""
        return sum(self.ground) < sum(self.colors["ink"])

    def color(self, name: str) -> RGB:
        """A named colour; raises ScriptError, with the choices, where there is none."""
        try:
            return self.colors[name]
        except KeyError:
            raise ScriptError(f"Unknown colour {name!r}. {choices(self.colors)}") from None


LIGHT = Theme(
    name="light",
    ground=(0.953, 0.953, 0.953),
    roles=MappingProxyType(ROLES),
    colors=MappingProxyType(
        {
            "ink": (0.11, 0.12, 0.14),
            "muted": (0.46, 0.48, 0.52),
            "ground": (0.953, 0.953, 0.953),
            "plate": (1.0, 1.0, 1.0),
            "weight": (0.24, 0.24, 0.82),
            "activation": (0.13, 0.5, 0.17),
            "aggregate": (0.69, 0.43, 0.02),
            "accent": (0.83, 0.27, 0.13),
            "card": (0.85, 0.905, 0.97),
            "white": (1.0, 1.0, 1.0),
        }
    ),
    slab=(0.35, 0.35, 0.35),
    slab_tint=0.11,
    empty=0.48,
    zero=(0.43, 0.43, 0.43),
    negative=(0.02, 0.02, 0.02),
    line=(0.8, 0.8, 0.8),
    cells=CellColors(
        positive=MappingProxyType(
            {
                "weight": hexed("#1f62f5"),
                "activation": hexed("#2a8a33"),
                "aggregate": hexed("#eeb20a"),
            }
        ),
        negative=MappingProxyType(
            {
                "weight": hexed("#d9660f"),
                "activation": hexed("#bf1498"),
                "aggregate": hexed("#9a6cc6"),
            }
        ),
        zero=hexed("#dcdfe4"),
        zero_tint=0.06,
        growth=0.65,
        glass=hexed("#eeeff1"),
        glass_line=hexed("#c9cdd3"),
        line=hexed("#ffffff"),
        digits=hexed("#0a0b0d"),
        digits_on_deep=hexed("#ffffff"),
    ),
)

DARK = Theme(
    name="dark",
    ground=(0.07, 0.075, 0.085),
    roles=MappingProxyType(ROLES),
    colors=MappingProxyType(
        {
            "ink": (0.93, 0.94, 0.96),
            "muted": (0.6, 0.62, 0.67),
            "ground": (0.07, 0.075, 0.085),
            "plate": (0.13, 0.14, 0.16),
            "weight": (0.58, 0.62, 1.0),
            "activation": (0.5, 0.88, 0.5),
            "aggregate": (1.0, 0.8, 0.38),
            "accent": (1.0, 0.5, 0.36),
            "card": (0.14, 0.19, 0.27),
            "white": (1.0, 1.0, 1.0),
        }
    ),
    slab=(0.3, 0.3, 0.31),
    slab_tint=0.13,
    empty=0.34,
    zero=(0.41, 0.41, 0.42),
    negative=(0.0, 0.0, 0.0),
    line=(0.62, 0.62, 0.62),
    cells=CellColors(
        positive=MappingProxyType(
            {
                "weight": hexed("#2a8cff"),
                "activation": hexed("#5ee080"),
                "aggregate": hexed("#ffcf30"),
            }
        ),
        negative=MappingProxyType(
            {
                "weight": hexed("#f97b1b"),
                "activation": hexed("#ec48bc"),
                "aggregate": hexed("#c48ee6"),
            }
        ),
        zero=hexed("#343740"),
        zero_tint=0.06,
        growth=1.45,
        glass=hexed("#1a1c20"),
        glass_line=hexed("#383c44"),
        line=hexed("#7a7f8a"),
        digits=hexed("#0c0e12"),
        digits_on_deep=hexed("#f5f7fa"),
    ),
    ribbon_alpha=0.13,
)

THEMES: dict[str, Theme] = {theme.name: theme for theme in (LIGHT, DARK)}


def theme(name: str) -> Theme:
    """The theme called ``name``; raises JobError, with the choices, where there is none."""
    try:
        return THEMES[name]
    except KeyError:
        raise JobError(f"Unknown theme {name!r}. {choices(THEMES)}") from None


def linear(color: RGB) -> RGB:
    """Display colour (sRGB) to linear light."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color)
    return (red, green, blue)
