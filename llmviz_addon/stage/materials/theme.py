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
