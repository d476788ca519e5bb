"""Themes: every name that drawings use is there, and colours survive the way through Blender."""

import pytest

from blender_tests.stage.eyes import contrast
from llmviz_addon.errors import JobError, ScriptError
from llmviz_addon.stage.materials.theme import linear
from llmviz_addon.stage.materials.theme_file import NAMES, theme

COLORS = {"ink", "muted", "ground", "plate", "weight", "activation", "aggregate", "accent", "card", "white"}


@pytest.mark.parametrize("name", NAMES)
def test_every_named_colour_exists(name):
    assert set(theme(name).colors) >= COLORS
    for hues in (theme(name).cells.positive, theme(name).cells.negative):
        assert set(hues) == {"weight", "activation", "aggregate"}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("color", ["ink", "muted", "weight", "activation", "aggregate", "accent"])
@pytest.mark.parametrize("ground", ["ground", "plate"])
def test_text_is_legible(name, color, ground):
    least = 7 if color == "ink" else 4.5  # WCAG
    assert contrast(theme(name).color(color), theme(name).color(ground)) >= least


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("color", ["ink", "muted"])
def test_what_is_on_the_card_is_legible(name, color):
    assert contrast(theme(name).color(color), theme(name).color("card")) >= 4.5


def test_linear_is_srgbs_curve():
    assert linear((0.0, 0.5, 1.0)) == pytest.approx((0.0, 0.21404, 1.0), abs=1e-4)


def test_unknown_names_are_told():
    with pytest.raises(JobError, match="Unknown theme 'neon'. Choose from light, dark."):
        theme("neon")
    with pytest.raises(ScriptError, match="Unknown colour 'mauve'. Choose from ink"):
        theme("light").color("mauve")
