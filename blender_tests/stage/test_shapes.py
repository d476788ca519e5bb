"""Shapes where things are lit: bodies with round edges, soft grounds, and in flat themes nothing of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from llmviz_addon.layout.lettering.drawing import Band, Between, Disc, Drawing, Line, Polygon, Rect
from llmviz_addon.screenplay.verbs.arrows import arrow
from llmviz_addon.stage.build import build
from llmviz_addon.stage.materials.flat_material import LEAN
from llmviz_addon.stage.things.shapes import LEADS, QUIET, SHEETS, THIN, TROUGH, pieces

FRINGE = 0.01
Y = np.linspace(1.0, 0.0, 9)
BAND = Band("activation", tuple(zip(0.3 * Y, Y, strict=True)), tuple(zip(0.3 * Y + 0.2, Y, strict=True)))
BODIES = [Rect(1, 2, 3, 1, "activation", 0.2), Rect(0, 0, 0.5, 2, "plate"), Disc(1, 1, 0.5, "accent"), BAND]


def area(flat, inner=True) -> float:
    """Of what is filled, which is wound counter-clockwise everywhere."""
    triangles = flat.triangles[~flat.edge.any(axis=1)[flat.triangles].any(axis=1)] if inner else flat.triangles
    corners = flat.points[triangles]
    u, v = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    areas = (u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]) / 2
    assert areas.min() > -1e-12
    return float(areas.sum())


ARROW = ((0.0, -0.5), (2.0, -0.5), (2.0, -1.0), (3.0, 0.0), (2.0, 1.0), (2.0, 0.5), (0.0, 0.5))


@pytest.mark.parametrize("shape", BODIES)
def test_a_body_covers_what_the_flat_shape_does_and_leans_outwards_at_its_edges(shape):
    ((flat, _, _),), ((body, color, light),) = pieces(shape, FRINGE, False), pieces(shape, FRINGE, True)
    assert flat.lean is None
    assert (color, light) == (shape.color, TROUGH if color == "plate" else 1.0)  # what is to be filled is seen
    assert area(body) == pytest.approx(area(flat), rel=0.02)
    steep = np.linalg.norm(body.lean, axis=1)
    assert steep.max() == pytest.approx(1.0)
    assert steep.min() == 0.0
    middle = body.points.mean(axis=0)
    border = (np.abs(steep - 1) < 1e-9) & ~body.edge.any(axis=1)
    if shape is not BAND:  # a band is bent
        assert ((body.lean[border] * (body.points[border] - middle)).sum(axis=1) > 0).all()
        assert (steep[body.edge.any(axis=1)] > 0.99).all()


@pytest.mark.parametrize(
    "shape", [Line(((0, 0), (1, 0)), 0.1), Between(((0, 0), (3, 0), (3, 2), (1, 0.1)), "activation")]
)
def test_lines_and_areas_have_no_body(shape):
    ((flat, _, _),), ((lit, _, _),) = pieces(shape, FRINGE, False), pieces(shape, FRINGE, True)
    assert lit.lean is None
    assert area(lit, inner=False) == area(flat, inner=False)


@pytest.mark.parametrize("points", [ARROW, ARROW[::-1]])
def test_a_polygon_has_a_quiet_body_of_its_own_area_that_leans_outwards_at_its_edge(points):
    shape = Polygon(points, "muted")
    ((flat, _, _),), ((body, _, light),) = pieces(shape, FRINGE, False), pieces(shape, FRINGE, True)
    assert light == QUIET
    assert area(body) == pytest.approx(area(flat), rel=1e-6)
    steep = np.linalg.norm(body.lean, axis=1)
    assert set(steep.round(6)) == {0.0, 1.0}
    tip = np.linalg.norm(body.points - (3, 0), axis=1).argmin()
    assert body.lean[tip].round(6).tolist() == [1.0, 0.0]


def test_an_arrow_is_a_slim_tube():
    shape = Polygon(ARROW, "activation")
    ((flat, _, _),), ((body, _, light),) = pieces(shape, FRINGE, False), pieces(shape, FRINGE, True)
    assert light == LEADS
    assert 0.6 < area(body) / area(flat) < 0.8
    outline = body.points[~body.edge.any(axis=1)]
    head = [np.linalg.norm(outline - corner, axis=1).min() for corner in ((2, -1), (3, 0), (2, 1))]
    assert max(head) < 1e-9
    shaft = abs(outline[outline[:, 0] < 1.5][:, 1])
    assert 0.3 < shaft.max() < 0.4


@pytest.mark.parametrize(
    "way",
    [
        [(0.0, 0.0), (3.0, 0.0)],
        [(0.0, 0.0), (0.3, 0.0)],
        [(0.0, 0.0), (0.0, -1.0), (4.0, -1.0), (4.0, -0.7)],
        [(0.0, 0.0), (1.0, 0.0), (1.0, 2.0), (0.0, 2.0)],
    ],
)
def test_the_light_on_an_arrow_folds_nowhere(way):
    ((body, _, _),) = pieces(arrow("any", way, "weight", 0.0).shapes[0], FRINGE, True)
    a, b, c = body.points[body.triangles[~body.edge.any(axis=1)[body.triangles].any(axis=1)]].transpose(1, 0, 2)
    u, v = b - a, c - a
    assert (u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0] > -1e-9).all()


def test_a_figure_bends_where_its_outline_does_and_keeps_its_corners():
    bend = ((0.0, 0.0), (2.0, 0.0), (2.0, 1.0), (1.0, 1.2), (0.0, 1.0))
    ((body, _, _),) = pieces(Polygon(bend, "muted"), FRINGE, True)
    outline = body.points[~body.edge.any(axis=1)]
    away = [np.linalg.norm(outline - corner, axis=1).min() for corner in bend]
    assert [at < 1e-9 for at in away] == [True, True, True, False, True]


def test_a_line_around_something_is_half_as_wide():
    around, along = Line(((0, 0), (1, 0), (1, 1), (0, 0)), 0.1), Line(((0, 0), (1, 0), (1, 1)), 0.1)
    for line, share in ((around, 0.5), (along, 1.0)):
        ((flat, _, _),), ((lit, _, _),) = pieces(line, FRINGE, False), pieces(line, FRINGE, True)
        assert area(lit) / area(flat) == pytest.approx(share, rel=0.05)


@pytest.mark.parametrize("rect", [Rect(-0.9, -0.5, 0.6, 1.0, "ground"), Rect(-0.9, -0.5, 1.8, 0.1, "ground")])
def test_a_page_ends_softly_within_the_picture(rect):
    ((flat, _, _),), ((soft, _, _), *sheets) = pieces(rect, FRINGE, False), pieces(rect, FRINGE, True)
    assert flat.cover is None
    assert len(sheets) == (0 if rect.height == 1.0 else SHEETS - 1)
    across = 0 if rect.height == 1.0 else 1
    end = (rect.x + rect.width, rect.y + rect.height)[across]
    strip = ~soft.edge.any(axis=1) & (soft.points[:, across] > end - 0.05)
    assert (np.diff(soft.cover[strip][np.argsort(soft.points[strip, across])]) <= 1e-9).all()
    assert soft.cover.min() == 0.0
    assert soft.cover[soft.points[:, across] < end - 0.1].min() == (1.0 if rect.height == 1.0 else THIN)
    assert end < soft.points[:, across].max() < end + 0.15


def test_a_band_is_the_polygon_around_it():
    assert BAND.points == (*BAND.right, *BAND.left[::-1])
    assert Drawing("one", (BAND,)).flat.shape == (18, 2)


@pytest.mark.parametrize("look", ["dark", "cinematic"])
def test_only_lit_things_are_told_how_they_lean(scene, production, look):
    build(scene, production, look, own_scene=True, engine="cycles")
    meshes = {obj.data for obj in scene.objects if obj.type == "MESH" and "ink" in obj.data.attributes}
    assert meshes
    assert any(LEAN in mesh.attributes for mesh in meshes) == (look == "cinematic")


def test_a_card_hides_the_lit_set_and_the_ground_under_a_name_only_dims_it():
    card = Rect(-0.9, -0.51, 1.8, 1.02, "ground")
    (flat, _, _), (under, _, _) = (pieces(one, FRINGE, True, True)[0] for one in (card, replace(card, radius=0.1)))
    assert flat.cover is None or flat.cover.min() == 1.0
    assert under.cover is not None
    assert under.cover.max() < 1.0
