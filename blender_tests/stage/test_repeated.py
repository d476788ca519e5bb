"""Drawings that repeat are made once and shown as instances, in the very places where they would be written out."""

from collections import defaultdict

import bpy
import numpy as np
import pytest
from mathutils.kdtree import KDTree

from llmviz_addon.layout.lettering.drawing import Drawing, Rect, Text, pose
from llmviz_addon.stage.build import build
from llmviz_addon.stage.materials.flat_material import EDGE, INK
from llmviz_addon.stage.things import drawings
from llmviz_addon.stage.things.letters import MODIFIER

SIGNS = 40


def signs() -> tuple[Drawing, ...]:
    """Two looks in turn, moved, turned and stretched."""
    looks = (Rect(0, 0, 1, 0.5, "plate"), Text(0.1, 0.1, (("same", "ink"),), 0.2)), (Text(0, 0, (("as", "ink"),), 0.2),)
    found = []
    for number in range(SIGNS):
        angle = 0.1 * number
        where = pose((number, -0.5 * number, 2), (np.cos(angle), np.sin(angle), 0), (0, 0, 1))
        where[:3, :3] *= 1 + number % 2
        found.append(Drawing(f"sign {number}", looks[number % 2], where, "world"))
    return tuple(found)


def shown(scene: bpy.types.Scene) -> tuple[list[str], np.ndarray]:
    """The objects that show the signs, and every point of theirs in the world with its colour and way from the edge."""
    scene.frame_set(1)
    rows = defaultdict(list)
    for one in bpy.context.evaluated_depsgraph_get().object_instances:
        if one.object.original.name.startswith("sign") and len(one.object.data.vertices):
            mesh, place = one.object.data, np.array(one.matrix_world)
            points = np.array([vertex.co[:] for vertex in mesh.vertices]).reshape(-1, 3)
            ink = np.array([point.color[:] for point in mesh.attributes[INK].data]).reshape(-1, 4)
            edge = np.array([point.vector[:] for point in mesh.attributes[EDGE].data]).reshape(-1, 3)
            whole = np.hstack([points @ place[:3, :3].T + place[:3, 3], ink, edge @ place[:3, :3].T])
            rows[one.object.original.name].append(whole)
    return sorted(rows), np.concatenate([part for name in sorted(rows) for part in rows[name]])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_instances_are_where_the_written_out_are(scene, production, monkeypatch, theme):
    production.signage = (*production.signage, *signs())
    build(scene, production, theme)
    written, expected = shown(scene)
    monkeypatch.setattr(drawings, "MANY", 0)
    build(scene, production, theme)
    names, found = shown(scene)
    assert len(names) == len(written)
    repeated = [name for name in names if "Repeats" in bpy.data.objects[name].modifiers]
    assert repeated
    assert sum(len(bpy.data.objects[name].data.vertices) for name in repeated) < len(expected) / 4
    assert_same(found, expected, 2e-5)


def assert_same(found: np.ndarray, expected: np.ndarray, most: float) -> None:
    """Whether two lists of points, each with its colour and way from the edge, are the same in any order."""
    assert len(found) == len(expected)
    for rows, others in ((found, expected), (expected, found)):
        tree = KDTree(len(others))
        for number, row in enumerate(others):
            tree.insert(row[:3], number)
        tree.balance()
        for row in rows:
            near = [number for _, number, _ in tree.find_range(row[:3], 2 * most)]
            assert near
            assert np.abs(others[near] - row).max(axis=1).min() <= most


def test_what_does_not_repeat_is_written_out(scene, production, monkeypatch):
    monkeypatch.setattr(drawings, "MANY", 0)
    texts = [Text(0, 0, ((f"sign {number}", "ink"),), 0.1) for number in range(3)]
    different = (Drawing(f"sign {n}", (text,), pose((n, 0, 0))) for n, text in enumerate(texts))
    production.signage = (*production.signage, *different)
    build(scene, production)
    (one,) = [obj for obj in scene.objects if obj.name.startswith("sign")]
    assert [modifier.name for modifier in one.modifiers] == [MODIFIER]  # whose letters are written out
