"""What must be told apart can be, by eyes of every kind; and what says the same looks alike in every theme."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from blender_tests.stage.eyes import EYES, apart, contrast, lab
from llmviz_addon.layout.lettering.drawing import TINTS
from llmviz_addon.stage.materials.flat_material import GLOW
from llmviz_addon.stage.materials.matter import DEEPER
from llmviz_addon.stage.materials.theme import linear
from llmviz_addon.stage.materials.theme_file import NAMES, theme
from llmviz_addon.stage.things.shapes import face

ROLES = ("weight", "activation", "aggregate")
HUES = {"weight": (260, 310), "activation": (130, 175), "aggregate": (65, 100)}
"""Blue, green, amber, as angles in CIELAB."""


def mixed(one, other, share):
    """Display colour between two, mixed in linear light as shaders do."""
    light = [a + (b - a) * share for a, b in zip(linear(one), linear(other), strict=True)]
    return tuple(12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in light)


def zero(cells, role):
    return mixed(cells.zero, cells.positive[role], cells.zero_tint)


def valued(cells, hue, role, share):
    """Colour of the value that is ``share`` of the largest."""
    return mixed(zero(cells, role), hue, share**cells.growth)


def test_the_simulation_is_the_published_one():
    """Red and green of equal light are one to a protanope and a deuteranope, but for how light they are."""
    assert lab((1.0, 1.0, 1.0)) == pytest.approx((100, 0, 0), abs=0.02)
    assert lab((1.0, 0.0, 0.0)) == pytest.approx((53.24, 80.09, 67.20), abs=0.05)
    for eyes in EYES:
        assert lab((0.5, 0.5, 0.5), eyes)[1:] == pytest.approx((0, 0), abs=0.1)
    for eyes in ("protanopia", "deuteranopia"):
        assert (
            apart((0.76, 0.35, 0.2), (0.5, 0.5, 0.1), eyes) < apart((0.76, 0.35, 0.2), (0.5, 0.5, 0.1), "all cones") / 2
        )


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("name", NAMES)
def test_signs_and_roles_of_cells_are_told_apart(name, eyes):
    cells, ground, safe = theme(name).cells, theme(name).ground, name.endswith("-safe")
    for role in ROLES:
        positive, negative, nothing = cells.positive[role], cells.negative[role], zero(cells, role)
        half, quarter = ([valued(cells, hue, role, share) for hue in (positive, negative)] for share in (0.5, 0.25))
        assert apart(positive, negative, eyes) >= (60 if safe else 50)
        assert apart(*half, eyes) >= 15
        assert apart(*quarter, eyes) >= 8
        for hue in (positive, negative):
            assert apart(hue, nothing, eyes) >= 35
            assert apart(hue, ground, eyes) >= 40
    for one, other in combinations(ROLES, 2):
        assert apart(cells.positive[one], cells.positive[other], eyes) >= (40 if safe else 33)
        for pair in ((cells.positive[one], cells.negative[other]), (cells.negative[one], cells.positive[other])):
            assert apart(*pair, eyes) >= (15 if safe else 9)


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("name", NAMES)
def test_colours_of_words_are_told_apart(name, eyes):
    look = theme(name)
    for one, other in combinations(("ink", "muted", "weight", "activation", "aggregate", "accent"), 2):
        assert apart(look.color(one), look.color(other), eyes) >= (22 if name.endswith("-safe") else 12)
    for color in ("ink", "muted", "weight", "activation", "aggregate", "accent"):
        assert all(apart(look.color(color), look.color(ground), eyes) >= 40 for ground in ("ground", "plate"))


@pytest.mark.parametrize("name", NAMES)
def test_zero_is_neither_ground_nor_glass(name):
    cells, ground = theme(name).cells, theme(name).ground
    for eyes in EYES:
        for role in ROLES:
            assert apart(zero(cells, role), ground, eyes) >= 6
            assert apart(zero(cells, role), cells.glass, eyes) >= 5
        assert apart(cells.glass, ground, eyes) <= 6
        assert apart(cells.glass_line, cells.glass, eyes) >= 8


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("name", NAMES)
def test_even_steps_of_a_value_look_even(name, eyes):
    cells = theme(name).cells
    for role in ROLES:
        for hue in (cells.positive[role], cells.negative[role]):
            colors = [valued(cells, hue, role, share) for share in np.linspace(0, 1, 9)]
            steps = [apart(one, other, eyes) for one, other in pairwise(colors)]
            assert min(steps) >= 3
            assert max(steps) <= 5 * min(steps)


@pytest.mark.parametrize("name", NAMES)
def test_digits_are_read_on_every_colour_of_a_cell(name):
    cells = theme(name).cells
    for role in ROLES:
        for hue in (cells.positive[role], cells.negative[role]):
            for share in np.linspace(0, 1, 21):
                body = valued(cells, hue, role, share)
                if theme(name).lit:  # there numbers stand on tiles that are deeper
                    body = mixed((0, 0, 0), body, 1 / (1 + DEEPER * share**cells.growth))
                pale = np.dot((0.2126, 0.7152, 0.0722), linear(body)) > 0.18
                digits = cells.digits if pale else cells.digits_on_deep
                assert contrast(digits, body) >= 4.2


@pytest.mark.parametrize("name", NAMES)
def test_blue_is_learned_green_is_computed_amber_an_aggregate(name):
    for colors in (theme(name).cells.positive, theme(name).colors):
        for role, (low, high) in HUES.items():
            _, a, b = lab(colors[role])
            assert low <= np.degrees(np.arctan2(b, a)) % 360 <= high
            assert np.hypot(a, b) >= 30


@pytest.mark.parametrize("name", NAMES)
def test_zero_is_pale_on_paper_and_dark_in_the_dark(name):
    cells, dark = theme(name).cells, theme(name).is_dark
    for role in ROLES:
        lightness = lab(zero(cells, role))[0]
        assert lightness < 35 if dark else lightness > 80
        assert all((lab(hue[role])[0] > lightness) == dark for hue in (cells.positive, cells.negative))


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("name", NAMES)
def test_tokens_are_told_apart_by_their_tints_and_read(name, eyes):
    look = theme(name)
    tints = [look.color(tint) for tint in TINTS]
    for one, other in combinations(tints, 2):
        assert apart(one, other, eyes) >= 20
    for name, one in zip(TINTS, tints, strict=True):
        seen = mixed((0.0, 0.0, 0.0), one, GLOW * face(name)) if look.lit else one  # of a body that is dark inside
        assert contrast(seen, look.color("on_token")) >= 4.5
