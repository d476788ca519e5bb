"""Letters are kept once, and Geometry Nodes write them out as they would be written by hand."""

from collections.abc import Sequence
from dataclasses import replace

import bpy
import numpy as np
import pytest

from llmviz_addon.layout.lettering.drawing import LIFT, Disc, Drawing, Line, Polygon, Rect, Shape, Text, pose
from llmviz_addon.stage.build import build
from llmviz_addon.stage.materials.flat_material import EDGE, INK, flat_material
from llmviz_addon.stage.materials.theme_file import theme
from llmviz_addon.stage.ours import TAG, ours
from llmviz_addon.stage.things.arrays import Arrays, joined
from llmviz_addon.stage.things.drawings import DrawingMaker, Look
from llmviz_addon.stage.things.letters import LETTER, MODIFIER
from llmviz_addon.stage.things.overlap import on_top

WORDS = Text(-0.7, 0.4, (("Every μ, √ε\nand ", "ink"), ("Ünïcode 量", "accent")), 0.05, "center")
PLATE = Rect(-0.8, 0.1, 0.5, 0.3, "plate", 0.03)
LEFT = Text(-0.2, -0.1, (("left", "weight"),), 0.08)
SHAPES = {
    "letters alone": (WORDS,),
    "on a plate": (PLATE, WORDS, Line(((-0.7, -0.2), (0.1, -0.2)), 0.006, "accent", head=0.03), LEFT),
    "under a stroke": (LEFT, Line(((-0.3, -0.08), (0.2, -0.08)), 0.01, "ink"), WORDS),
    "twice the same": (LEFT, LEFT, Disc(0.4, 0.4, 0.1), Polygon(((0.5, 0), (0.6, 0), (0.6, 0.1)))),
}


def read(mesh: bpy.types.Mesh) -> tuple[np.ndarray, ...]:
    """Points, colours, ways from the edge, and triangles of a mesh."""
    points = np.array([vertex.co[:] for vertex in mesh.vertices]).reshape(-1, 3)
    ink = np.array([point.color[:] for point in mesh.attributes[INK].data]).reshape(-1, 4)
    edge = np.array([point.vector[:] for point in mesh.attributes[EDGE].data]).reshape(-1, 3)
    return points, ink, edge, np.array([face.vertices[:] for face in mesh.polygons]).reshape(-1, 3)


def shown(obj: bpy.types.Object) -> bpy.types.Mesh:
    """The mesh of an object as it is seen."""
    return obj.evaluated_get(bpy.context.evaluated_depsgraph_get()).data


def written(maker: DrawingMaker, drawing: Drawing) -> Arrays:
    """The shapes of a drawing written out, in the order in which they are seen."""
    look = Look.of(drawing)
    after = on_top(look.shapes)
    numbered = list(enumerate(look.shapes))
    before = [(number, shape) for number, shape in numbered if number not in after]
    return joined([maker._flat(part, look.fringe, look.eye) for part in (before, after.items())])


def assert_written(mesh: bpy.types.Mesh, expected: Arrays) -> None:
    points, ink, edge, triangles = read(mesh)
    loose = len(points) - len(expected.points)  # what holds nothing but letters has a point before them
    assert loose in {0, 1}
    points, ink, edge, triangles = points[loose:], ink[loose:], edge[loose:], triangles - loose
    assert points == pytest.approx(expected.points, abs=1e-6)
    assert ink == pytest.approx(expected.ink, abs=1e-6)
    assert edge == pytest.approx(expected.edge, abs=1e-6)
    assert (triangles == expected.triangles).all()
    assert not mesh.copy().validate()


@pytest.fixture
def maker(scene: bpy.types.Scene) -> DrawingMaker:
    light = theme("light")
    return DrawingMaker(light, flat_material(light), scene.collection)


def made(maker: DrawingMaker, name: str, drawings: Sequence[Drawing]) -> bpy.types.Object:
    (obj,) = maker.make([(name, drawings)], [1], {}, bpy.data.objects.new("page", None))
    return obj


@pytest.mark.parametrize("parent", ["world", "camera"])
@pytest.mark.parametrize("shapes", SHAPES.values(), ids=SHAPES)
def test_letters_are_as_if_written_out(maker: DrawingMaker, shapes: tuple[Shape, ...], parent: str) -> None:
    where = pose((0.3, 0.2, -1.4), (1, 0, 0), (0, 1, 0))
    drawing = Drawing("one", shapes, where, parent)
    maker.prepare([drawing])
    obj = made(maker, "one", [drawing])
    bpy.context.view_layer.update()
    assert_written(shown(obj), written(maker, drawing))
    assert shown(obj).attributes.active_color_name == INK  # Solid view shows it
    assert [slot.name for slot in shown(obj).materials] == [maker.material.name]


@pytest.mark.parametrize("angle", [0.0, 0.7, -2.5])
def test_letters_of_signs_that_share_an_object_are_turned_and_stretched(maker: DrawingMaker, angle: float) -> None:
    signs = []
    for number, shapes in enumerate(SHAPES.values()):
        where = pose((number, 2, -1), (np.cos(angle), np.sin(angle), 0), (0, 0, 1))
        where[:3, :3] *= (1.0 + number, 0.5, 2.0)
        signs.append(Drawing(f"sign {number}", shapes, where))
    maker.prepare(signs)
    obj = made(maker, "signs", signs)
    bpy.context.view_layer.update()
    points, ink, edge, triangles = read(shown(obj))
    used = np.unique(triangles)
    points, ink, edge = points[used], ink[used], edge[used]
    alone = [written(maker, sign).posed(sign.pose) for sign in signs]
    for found, expected in ((points, "points"), (ink, "ink"), (edge, "edge")):
        rows = np.concatenate([getattr(one, expected) for one in alone])
        assert np.sort(found, axis=0) == pytest.approx(np.sort(rows, axis=0), abs=2e-6)


def test_letters_of_a_leaning_sign_are_written_out(maker: DrawingMaker) -> None:
    leaning = np.eye(4)
    leaning[0, 1] = 0.5
    signs = [Drawing(name, (LEFT,), leaning) for name in ("one", "other")]
    maker.prepare(signs)
    obj = made(maker, "signs", signs)
    assert MODIFIER not in obj.modifiers
    assert len(obj.data.vertices) == 2 * len(maker.arrays(signs[0]).points)


def test_what_lies_over_letters_stays_over_them(maker: DrawingMaker) -> None:
    stroke, lid = Line(((-0.3, -0.08), (0.2, -0.08)), 0.01, "ink"), Rect(-0.3, -0.2, 0.6, 0.3, "plate")
    assert set(on_top((LEFT, stroke, WORDS))) == {2}
    assert set(on_top((LEFT, WORDS, replace(LEFT, x=-0.19), lid))) == {1}
    assert set(on_top((lid, LEFT, replace(LEFT, x=-0.19)))) == {1, 2}
    assert set(on_top((LEFT, replace(LEFT, x=-0.19), stroke))) == set()
    drawing = Drawing("one", (LEFT, stroke, WORDS))
    maker.prepare([drawing])
    obj = made(maker, "one", [drawing])
    bpy.context.view_layer.update()
    points, _, _, triangles = read(shown(obj))
    heights = (points[triangles][:, :, 2].max(axis=1) / LIFT).round().astype(int)
    assert heights.tolist() == sorted(heights)  # each shape comes after what it lies over


def test_a_film_keeps_each_letter_once(scene: bpy.types.Scene, production) -> None:
    again = replace(production.timeline.drawings[0], name="again", shapes=(WORDS, replace(WORDS, y=0.0)))
    production.timeline = replace(production.timeline, drawings=(*production.timeline.drawings, again))
    build(scene, production)
    box = bpy.data.objects["llmviz letters"].data
    kinds = {point.value for point in box.attributes[LETTER].data}
    texts = "".join(shape.body for drawing in (*production.signage, *production.timeline.drawings)
                    for shape in drawing.shapes if isinstance(shape, Text))  # fmt: skip
    assert len(kinds) == len(set(texts) - {" ", "\n"})
    drawn = [obj for obj in ours(scene).objects if obj.get(TAG) == "drawing"]
    assert len(bpy.data.objects["again"].data.vertices) < 50
    lettered = [obj.data for obj in drawn if LETTER in obj.data.attributes]
    assert bpy.data.objects["again"].data in lettered
    for mesh in lettered:
        letters = np.array([point.value for point in mesh.attributes[LETTER].data])
        assert letters.max() > 0
        assert not len(mesh.loops) or letters[[loop.vertex_index for loop in mesh.loops]].max() == 0
