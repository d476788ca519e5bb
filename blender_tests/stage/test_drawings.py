"""Drawings: one object each, shared meshes, numbers that change."""

from dataclasses import replace

import bpy
import numpy as np
import pytest

from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.lettering.drawing import Drawing, Readout, Rect, Text, pose
from llmviz_addon.layout.lettering.font import advance
from llmviz_addon.rounding import number as number_text
from llmviz_addon.stage.build import build, clear
from llmviz_addon.stage.materials.flat_material import flat_material
from llmviz_addon.stage.materials.theme import linear
from llmviz_addon.stage.materials.theme_file import theme
from llmviz_addon.stage.ours import TAG, ours
from llmviz_addon.stage.things.drawings import DrawingMaker


def digits(frame: int, color: str = "weight") -> tuple[np.ndarray, np.ndarray]:
    """Points of one colour of a drawing, such as a readout adds, and their ways from the outline."""
    bpy.context.scene.frame_set(frame)
    mesh = bpy.data.objects["say"].evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    ink = np.array([point.color[:3] for point in mesh.attributes["ink"].data])
    mine = np.abs(ink - linear(theme("light").color(color))).max(axis=1) < 1e-3
    edge = np.array([point.vector[:2] for point in mesh.attributes["edge"].data])
    return np.array([vertex.co[:] for vertex in mesh.vertices])[mine], edge[mine]


def test_a_drawing_is_one_object(scene, production):
    build(scene, production)
    assert [obj.name for obj in scene.objects if obj.name.startswith("say")] == ["say"]
    page = bpy.data.objects["say"].parent
    assert (page["llmviz"], page.parent["llmviz"]) == ("page", "stand")


def test_phrases_have_their_colours(scene, production):
    build(scene, production)
    ink = bpy.data.objects["say"].data.attributes["ink"].data
    found = {tuple(round(c, 3) for c in point.color[:3]) for point in ink}
    light = theme("light")
    for name in ("ink", "aggregate", "plate", "accent"):
        assert tuple(round(c, 3) for c in linear(light.color(name))) in found


def test_readouts_follow_their_value(scene, production):
    build(scene, production)
    (first, _), (last, _) = digits(1), digits(21)
    assert len(first) > 0
    assert first[:, 0].max() > last[:, 0].max()  # a value that is not 0 is never "0.00": "−0.0010"
    assert first[:, 0].max() - first[:, 0].min() == pytest.approx(advance("00.0000", 0.06), rel=0.1)
    wide = last[:, 0].max() - last[:, 0].min()
    assert wide == pytest.approx(advance("12.50", 0.06), rel=0.1)
    assert last[:, 1].min() == pytest.approx(-0.37, abs=0.01)


VALUES = (0, 1, -0.3, 1.996, 480, -0.0013, 0.00052, 0.9996, 1.00031, 0.0576, 4e-6, -4e-6, 0.999997, -0.999997, 1.000002)


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("align", ["left", "center", "right"])
def test_readouts_look_like_other_texts(scene, production, align, value):
    say, text = production.timeline.drawings[0], number_text(value).replace(" ", "")
    number = Readout(-0.5, -0.37, 0.06, 2, "weight", align)
    same = Text(-0.5, -0.37, ((text, "accent"),), 0.06, align)
    shapes = (*(shape for shape in say.shapes if isinstance(shape, Rect)), same, number)
    changing = production.timeline.tracks[-1]
    kept = replace(changing, values=np.full(2, float(value)))
    production.timeline = replace(production.timeline, drawings=(replace(say, shapes=shapes),), tracks=(kept,))
    build(scene, production)
    (shown, shown_edge), (still, still_edge) = digits(1), digits(1, "accent")
    order, still_order = np.lexsort(shown[:, :2].T.round(4)), np.lexsort(still[:, :2].T.round(4))
    np.testing.assert_allclose(shown[order, :2], still[still_order, :2], atol=2e-4)
    assert np.linalg.norm(shown_edge, axis=1).max() == pytest.approx(np.linalg.norm(still_edge, axis=1).max(), rel=1e-3)


def test_clearing_leaves_no_digits_and_no_font(scene, production):
    build(scene, production)
    assert [font.name for font in bpy.data.fonts if "Inter" in font.name] == []
    assert "llmviz digits" in bpy.data.objects
    clear(scene)
    assert "llmviz digits" not in bpy.data.objects
    assert "llmviz digits" not in bpy.data.meshes


def test_readouts_have_a_fringe_outside(scene, production):
    build(scene, production)
    points, edge = digits(1)
    outer = np.linalg.norm(edge, axis=1) > 1e-6
    assert outer.any()
    assert points[outer].min(axis=0)[1] < points[~outer].min(axis=0)[1]
    assert points[outer].max(axis=0)[1] > points[~outer].max(axis=0)[1]


def test_equal_drawings_share_their_mesh(scene, production):
    label = production.signage[0]
    twin = replace(label, name="twin", pose=pose((0, 0, 3)), parent="input")
    production.signage = (label, twin)
    build(scene, production)
    assert bpy.data.objects["twin"].data == bpy.data.objects["label:input"].data


def test_signs_that_fade_alike_are_one_object(scene, production):
    signs = tuple(
        Drawing(f"sign {n}", (Text(0, 0, ((f"sign {n}", "ink"),), 0.1),), pose((n, 0, 0)), "world") for n in range(5)
    )
    production.signage = (*production.signage, *signs)
    build(scene, production)
    together = [obj for obj in scene.objects if obj.name.startswith("sign")]
    assert len(together) == 1
    xs = [v.co.x for v in together[0].data.vertices]
    assert min(xs) < 0.1
    assert max(xs) > 4


def test_posed_in_the_world(scene, production):
    square = Drawing("square", (Rect(0, 0, 1, 2),), pose((3, 4, 5), (0, 1, 0), (0, 0, 1)), "world", opacity=0.5)
    production.signage = (*production.signage, square)
    build(scene, production)
    bpy.context.view_layer.update()
    obj = bpy.data.objects["square"]
    corners = np.array([obj.matrix_world @ v.co for v in obj.data.vertices])
    assert corners[:, 1].max() == pytest.approx(5.02, abs=0.01)
    assert corners[:, 2].max() == pytest.approx(7.02, abs=0.01)
    assert corners[:, 0] == pytest.approx(3.0, abs=0.01)
    assert obj.color[3] == pytest.approx(0.5)


def test_faults_are_named(scene, production):
    production.signage = (Drawing("lost", (), parent="nowhere"),)
    with pytest.raises(ScriptError, match="'lost' hangs on 'nowhere'"):
        build(scene, production)
    production.signage = (Drawing("odd", (Rect(0, 0, 1, 1, "mauve"),)),)
    with pytest.raises(ScriptError, match="Unknown colour 'mauve'"):
        build(scene, production)


def test_arrays_are_let_go_of_with_the_last_drawing_that_looks_like_them():
    flat, home = flat_material(theme("light")), bpy.data.collections.new("home")
    maker = DrawingMaker(theme("light"), flat, home)
    one, other = (Drawing(name, (Rect(0, 0, size, 1),)) for name, size in (("one", 1.0), ("other", 2.0)))
    again = replace(one, name="again")
    maker.prepare([one, other, again])
    first = maker.arrays(one)
    maker.arrays(other)
    assert maker.arrays(again) is first  # kept for it
    fresh = maker.arrays(again)
    assert fresh is not first  # and not beyond it
    assert (fresh.points == first.points).all()
    assert (fresh.triangles == first.triangles).all()


def test_the_edges_of_drawings_are_those_that_blender_finds(scene: bpy.types.Scene, production) -> None:
    build(scene, production)
    meshes = [obj.data for obj in ours(scene).objects if obj.get(TAG) == "drawing" and len(obj.data.polygons)]
    assert meshes
    for mesh in dict.fromkeys(meshes):
        told = {tuple(sorted(edge.vertices)) for edge in mesh.edges}
        assert len(told) == len(mesh.edges)
        assert not mesh.validate()
        corners = {
            tuple(sorted((a, b)))
            for face in mesh.polygons
            for a, b in zip(face.vertices, [*face.vertices[1:], face.vertices[0]], strict=True)
        }
        assert told == corners
        for face in mesh.polygons:
            for corner, vertex in zip(face.loop_indices, face.vertices, strict=True):
                assert vertex in mesh.edges[mesh.loops[corner].edge_index].vertices
