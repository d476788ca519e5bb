"""Drawings: one object each, shared meshes, numbers that change."""

from dataclasses import replace

import bpy
import numpy as np
import pytest

from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.lettering.drawing import Disc, Drawing, Line, Polygon, Readout, Rect, Text, pose
from llmviz_addon.layout.lettering.font import advance
from llmviz_addon.rounding import number as number_text
from llmviz_addon.screenplay.page.commentary import camera_pose
from llmviz_addon.screenplay.page.view import Page
from llmviz_addon.stage.build import build, clear
from llmviz_addon.stage.materials.flat_material import flat_material
from llmviz_addon.stage.materials.theme import linear
from llmviz_addon.stage.materials.theme_file import theme
from llmviz_addon.stage.ours import TAG, ours
from llmviz_addon.stage.things.arrays import blank_mesh
from llmviz_addon.stage.things.drawings import DrawingMaker
from llmviz_addon.stage.things.drawn import Drawn


def digits(frame: int, color: str = "weight") -> tuple[np.ndarray, np.ndarray]:
    """Points of one colour of a drawing, such as a readout adds, and their ways from the outline.

    As they are seen: what lies before the drawing's plane is drawn in by as much as it looks larger.
    """
    bpy.context.scene.frame_set(frame)
    obj = bpy.data.objects["say"]
    mesh = obj.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    ink = np.array([point.color[:3] for point in mesh.attributes["ink"].data])
    mine = np.abs(ink - linear(theme("light").color(color))).max(axis=1) < 1e-3
    edge = np.array([point.vector[:2] for point in mesh.attributes["edge"].data])
    points = np.array([vertex.co[:] for vertex in mesh.vertices])[mine]
    eye = -np.array(obj.location) / obj.scale[0]
    larger = 1.0 / (1.0 - points[:, 2:] / eye[2])
    points[:, :2] = eye[:2] + larger * (points[:, :2] - eye[:2])
    return points, edge[mine] * larger


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
    np.testing.assert_allclose(shown[order, :2], still[still_order, :2], atol=2e-5)
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


def test_arrays_are_let_go_of_with_the_last_drawing_that_looks_like_them(monkeypatch):
    monkeypatch.setattr(DrawingMaker, "drawn", Drawn(0))  # no room is left for the next stage
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


def test_a_mesh_has_nothing_of_the_one_it_took_its_material_from():
    flat = flat_material(theme("light"))
    maker = DrawingMaker(theme("light"), flat, bpy.data.collections.new("home"))
    one, other = (Drawing(name, (Rect(0, 0, size, 1),)) for name, size in (("one", 1.0), ("other", 2.0)))
    maker.prepare([one, other])
    arrays = maker.arrays(other)
    mould = maker.arrays(one).mesh("mould", flat)
    alone, cast = arrays.mesh("alone", flat), blank_mesh("cast", flat, mould)
    arrays.fill(cast)
    assert list(cast.materials) == list(alone.materials) == [flat]
    assert cast[TAG] == alone[TAG]
    assert [tuple(point.co) for point in cast.vertices] == [tuple(point.co) for point in alone.vertices]
    assert {(a.name, a.data_type, len(a.data)) for a in cast.attributes} == {
        (a.name, a.data_type, len(a.data)) for a in alone.attributes
    }
    assert len(mould.vertices) == len(maker.arrays(one).points)


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


@pytest.mark.parametrize("nearer", [1.0, 0.97])
def test_however_many_shapes_hang_before_the_camera_each_is_seen_in_its_place(scene: bpy.types.Scene, nearer) -> None:
    where = camera_pose(Page.of((1280, 720)))
    where[:3, :] *= nearer
    squares = [Rect(-0.6, -0.4 + 0.01 * number, 0.008, 0.008) for number in range(80)]
    strokes = [Line(((-0.6, 0.3), (0.8, 0.3)), 0.002), Polygon(((-0.8, 0.4), (-0.7, 0.4), (-0.7, 0.45)))]
    texts = [Text(-0.6, 0.1, (("a", "ink"),), 0.02)] * 20
    shapes = (*squares, *strokes, Disc(-0.8, -0.4, 0.02), *texts)
    light = theme("light")
    maker = DrawingMaker(light, flat_material(light), scene.collection)

    def seen(parent: str, *some: Rect | Line | Polygon | Disc | Text) -> np.ndarray:
        drawing = Drawing("one", some, where, parent)
        maker.prepare([drawing])
        points = maker.arrays(drawing).posed(where).points
        return points[:, :2] / points[:, 2:]

    many, alone = seen("camera", *shapes), [seen("camera", shape) for shape in shapes]
    assert many == pytest.approx(np.concatenate(alone), abs=1e-6)
    for shape, points in zip(shapes, alone, strict=True):
        low = np.array(shape.corners[0] if isinstance(shape, Text) else Drawing("", (shape,)).flat.min(axis=0))
        flat = where @ np.array([*low, 0.0, 1.0])
        if isinstance(shape, Rect):
            solid = points[maker.arrays(Drawing("one", (shape,), where, "camera")).edge.any(axis=1) == 0]
            assert -solid.max(axis=0) == pytest.approx(-flat[:2] / flat[2], abs=1e-6)


def test_numbers_before_the_camera_are_seen_where_other_texts_are(scene: bpy.types.Scene, production) -> None:
    say = production.timeline.drawings[0]
    number = Readout(-0.5, -0.37, 0.06, 2, "weight")
    shapes = (*[Rect(0.5, 0.3, 0.01, 0.01)] * 40, Text(-0.5, -0.37, (("12.50", "accent"),), 0.06), number)
    changing = production.timeline.tracks[-1]
    kept = replace(changing, values=np.full(2, 12.5))
    production.timeline = replace(production.timeline, drawings=(replace(say, shapes=shapes),), tracks=(kept,))
    build(scene, production)
    (shown, _), (still, _) = digits(1), digits(1, "accent")
    for corner in (np.min, np.max):
        assert corner(shown[:, :2], axis=0) == pytest.approx(corner(still[:, :2], axis=0), abs=2e-5)
