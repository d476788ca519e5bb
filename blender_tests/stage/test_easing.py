"""Easings: the same numbers in Python as in Blender."""

import bpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmviz_addon.errors import ScriptError
from llmviz_addon.screenplay.score.easing import EASINGS, ease, easing

NAMES = st.sampled_from(sorted(EASINGS))


@pytest.mark.parametrize("name", EASINGS)
def test_ends_are_exact(name):
    assert ease(name, 0.0) == pytest.approx(0.0, abs=1e-12)
    assert ease(name, 1.0) == pytest.approx(1.0, abs=1e-12)


@given(NAMES, st.floats(0, 1), st.floats(0, 1))
def test_monotonic(name, a, b):
    low, high = sorted((a, b))
    assert ease(name, low) <= ease(name, high) + 1e-12


@given(NAMES, st.floats(-10, 10))
def test_clamped(name, t):
    assert -1e-12 <= ease(name, t) <= 1 + 1e-12


@pytest.mark.parametrize("name", EASINGS)
def test_blender_computes_the_same(name):
    action = bpy.data.actions.new("easing")
    obj = bpy.data.objects.new("easing", None)
    slot = action.slots.new("OBJECT", "easing")
    bag = action.layers.new("x").strips.new(type="KEYFRAME").channelbag(slot, ensure=True)
    curve = bag.fcurves.new("location", index=0)
    for frame, value in ((0, 0.0), (100, 1.0)):
        key = curve.keyframe_points.insert(frame, value)
        key.interpolation = EASINGS[name].interpolation
        key.easing = EASINGS[name].easing
    assert [curve.evaluate(t) for t in range(101)] == pytest.approx([ease(name, t / 100) for t in range(101)], abs=1e-3)
    bpy.data.objects.remove(obj)
    bpy.data.actions.remove(action)


def test_unknown_easing_names_the_choices():
    with pytest.raises(ScriptError, match="Unknown easing 'bouncy'. Choose from linear"):
        easing("bouncy")
