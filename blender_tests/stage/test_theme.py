"""Themes: every name that drawings use is there, and colours survive the way through Blender."""

import pytest

from llmviz_addon.errors import JobError, ScriptError
from llmviz_addon.stage.materials.theme import THEMES, linear, theme

NAMES = {"ink", "muted", "ground", "plate", "weight", "activation", "aggregate", "accent", "card", "white"}


@pytest.mark.parametrize("name", THEMES)
def test_every_named_colour_exists(name):
    assert set(theme(name).colors) >= NAMES
    assert set(theme(name).roles) == {"weight", "activation", "aggregate"}


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("color", ["ink", "weight", "activation", "aggregate", "accent"])
@pytest.mark.parametrize("ground", ["ground", "plate"])
def test_text_is_legible(name, color, ground):
    def luminance(which):
        return sum(
            share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear(theme(name).color(which)), strict=True)
        )

    light, dark = sorted((luminance(color), luminance(ground)), reverse=True)
    least = 7 if color == "ink" else 3  # WCAG: for reading, for large text
    assert (light + 0.05) / (dark + 0.05) >= least


def test_linear_is_srgbs_curve():
    assert linear((0.0, 0.5, 1.0)) == pytest.approx((0.0, 0.21404, 1.0), abs=1e-4)


def test_unknown_names_are_told():
    with pytest.raises(JobError, match="Unknown theme 'neon'. Choose from light, dark."):
        theme("neon")
    with pytest.raises(ScriptError, match="Unknown colour 'mauve'. Choose from ink"):
        theme("light").color("mauve")
