"""The verbs: what each one compiles to."""

import numpy as np
import pytest

from blender_tests.screenplay.conftest import told_by, written_on
from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.grid import Role
from llmviz_addon.rounding import in_cell
from llmviz_addon.screenplay.legible.letters import Sight
from llmviz_addon.screenplay.page.view import Area
from llmviz_addon.screenplay.score.timeline import CAMERA, Channel


def value(film, actor, prop, index=0):
    return film.score.value(Channel(getattr(actor, "name", actor), prop, index))


@pytest.fixture
def ln(film):
    film.open_on(film.layout.embedding.output, film.layout.layers[0].ln_1, azimuth=280, elevation=5)
    return film.layout.layers[0].ln_1


def test_verbs_follow_each_other_and_together_runs_at_once(film, ln):
    film.wait(1)
    with film.together(seconds=2):
        film.fade(ln.gamma, to=0.5)
        film.fade(ln.beta, to=0.5, seconds=3)
    assert film.now == 4
    film.fade(ln.gamma, to=1, seconds=1)
    assert film.now == 5


def test_fade_takes_the_label_along(film, ln):
    film.fade(ln.gamma, to=0)
    assert value(film, ln.gamma, "opacity") == 0
    assert value(film, f"label:{ln.gamma.name}", "opacity") == 0


def test_all_but_keeps_the_ribbons_between_what_is_kept(film, ln):
    rest = {thing.name for thing in film.all_but(ln)}
    kept = {r.name for r in film.layout.ribbons} - rest
    names = {grid.name for grid in ln.grids}
    assert kept == {r.name for r in film.layout.ribbons if r.source in names and r.target in names}
    assert not names & rest
    assert {grid.name for grid in film.layout.grids} - rest == names


def test_of_several_heads_the_first_is_seen(film):
    layer = film.layout.layers[0]
    others = {grid for head in layer.attn.heads[1:] for grid in head.grids}
    assert others
    assert set(film.one_head(layer)) == set(layer.grids) - others


def test_move_beside_brings_tops_level(film, ln):
    x = film.layout.embedding.output
    film.move(x, beside=ln.output, gap=0.8)
    low, high = film.box(x)
    other_low, other_high = ln.output.box
    assert high[2] == pytest.approx(other_high[2])
    assert low[0] == pytest.approx(other_high[0] + 0.8)
    film.move(x)
    assert np.allclose(film.offset(x), 0)


def test_split_shows_all_cells_in_pieces_and_merge_closes_them(film, ln):
    x = film.layout.embedding.output
    film.split(x[3])
    fragments = film.fragments(x)
    assert sum(np.prod(one.cells) for one in fragments) == np.prod(x.cells)
    assert value(film, x, "opacity") == 0
    assert [value(film, p, "opacity") for p in fragments] == [0.2, 1.0, 0.2]
    with pytest.raises(ScriptError, match="split already"):
        film.split(x[3])
    film.merge(x)
    assert value(film, x, "opacity") == 1
    assert [value(film, p, "opacity") for p in fragments] == [0, 0, 0]


def test_split_at_an_edge_has_two_pieces(film, ln):
    x = film.layout.embedding.output
    film.split(x[0])
    assert len(film.fragments(x)) == 2


def test_a_column_computed_first_stays_until_the_sweep_has_passed(film, ln):
    film.hide_values(ln.output)
    film.split(ln.output[3])
    film.sweep(ln.output[3], seconds=1)
    column = film.fragments(ln.output)[1]
    assert value(film, column, "reveal") == 4 * ln.output.shape[1]
    film.merge(ln.output)
    assert value(film, column, "opacity") == 0  # the whole takes over, and knows what the column did
    assert value(film, ln.output, "opacity") == 1
    count, known = ln.output.shape[1], film.splits.known(ln.output.name)
    assert known == (0, 3 * count, 4 * count)
    film.sweep(ln.output, seconds=2)
    assert not film.splits.known(ln.output.name).keeps
    assert value(film, ln.output, "reveal") == np.prod(ln.output.shape)


def test_compute_lights_what_the_rule_reads_and_reveals_the_cell(film, ln):
    film.hide_values(ln.mean)
    film.compute(ln.mean[2])
    x = film.layout.embedding.output
    assert value(film, x, "focus") == 1
    assert [value(film, x, "focus_lo", i) for i in range(3)] == [2, 0, 0]
    assert [value(film, x, "focus_hi", i) for i in range(3)] == [3, 1, x.cells[2]]
    (explanation,) = film.explanations
    shown = "".join(written_on(explanation.panel.drawings))
    assert f"{film.trace[ln.mean.name][2]:.2f}".lstrip("-") in shown
    film.dismiss()
    assert value(film, x, "focus") == 0
    assert [value(film, drawing, "opacity") for drawing in explanation.panel.drawings] == [0, 0, 0]


def test_parameters_cannot_be_computed(film, ln):
    with pytest.raises(ScriptError, match=r"ln_1\.gamma.*not computed"):
        film.compute(ln.gamma[0])


def test_a_swept_panel_shows_the_value_of_the_cell_it_names(film, ln):
    film.hide_values(ln.output)
    film.sweep(ln.output, seconds=5)
    true, found = film.trace[ln.output.name], set()
    for at in np.linspace(0, 5, 500):
        told = told_by(film, at)
        if told[-2:-1] in (["= "], ["≈ "]):
            t, c = (int(text) for text in told if text.isdigit())
            found.add((t, c))
            assert told[-1] == in_cell(float(true[t, c]))
    assert found == {(0, 0), (0, 1), (0, 2), (10, 47)}


def test_a_sweep_begins_slowly_with_a_panel_and_goes_on_as_a_wave_without(film, ln):
    film.hide_values(ln.output)
    film.sweep(ln.output, seconds=5)
    reveal = film.score.clips[Channel(ln.output.name, "reveal")]

    def known(at):
        clip = [clip for clip in reveal if clip.start <= at][-1]
        return clip.at(min(at, clip.end))

    assert [round(known(at)) for at in (0.95, 1.95, 2.95, 5)] == [1, 2, 3, np.prod(ln.output.shape)]
    assert [known(at) for at in (0.4, 1.4)] == [0, 1]  # their results are not there yet
    assert [bool(told_by(film, at)) for at in (0.5, 1.5, 2.5, 3.5, 4.5, 5)] == [True] * 3 + [False] * 2 + [True]
    assert not [name for name in film.cast.drawings if ":tether:" in name]


def test_a_sweep_is_one_wave_where_the_chapter_says_so_and_where_there_is_no_time(film, ln):
    film.hide_values(ln.output, ln.mean)
    film.sweep(ln.output[0], seconds=5, slowly=False)
    film.sweep(ln.mean, seconds=1)
    assert not [name for name in film.cast.drawings if ":panel:" in name]
    assert film.now == pytest.approx(6)


def test_of_grids_that_are_computed_alike_the_first_tells_how(film):
    head = film.layout.layers[0].attn.heads[0]
    film.open_on(head, azimuth=280, elevation=5)
    film.hide_values(head.q, head.k, head.v)
    film.sweep(head.q, head.k, head.v, seconds=6)
    assert [one.of for one in film.explanations] == [head.q.name]
    assert film.now == pytest.approx(6)
    ends = [film.score.clips[Channel(grid.name, "reveal")][-1].end for grid in (head.q, head.k, head.v)]
    assert ends == pytest.approx([3.6 + 0.8, 3.6 + 1.6, 6], abs=0.02)


def test_panels_do_not_cover_what_is_in_play(film, ln):
    x = film.layout.embedding.output
    film.fade(film.all_but(x, ln), to=0)
    film.move(x, beside=ln.output)
    film.camera.frame(x, ln, azimuth=276, elevation=4)
    film.compute(ln.mean[3])
    area = film.explanations[0].panel.area
    for grid in film.in_play():
        assert area.overlap(film.camera.view.area(*film.box(grid))) < 1e-4 * area.width


def test_in_play_is_what_is_solid_now_and_where_it_stands_now(film, ln):
    x = film.layout.embedding.output
    film.fade(film.all_but(x, ln.output), to=0)
    film.camera.frame(x, ln.output, azimuth=276, elevation=4)
    assert set(film.in_play()) == {x, ln.output}
    film.fade(x, to=0.5)
    film.fade(ln.output, to=0)
    assert film.in_play() == []
    film.fade(x, ln.output, to=1)
    assert set(film.in_play()) == {x, ln.output}
    film.move(x, by=(1000.0, 0.0, 0.0))
    assert film.in_play() == [ln.output]
    film.split(ln.output[2])
    assert film.in_play() == [ln.output]  # its fragments are there


def test_camera_frames_moved_grids(film, ln):
    x = film.layout.embedding.output
    film.move(x, by=(30, 0, 0))
    film.camera.frame(x, azimuth=270, elevation=0)
    assert value(film, CAMERA, "target", 0) == pytest.approx(x.center[0] + 30, abs=1)


def test_revert_brings_everything_of_a_thing_back_to_rest(film, ln):
    film.fade(ln.output, to=0.3)
    film.move(ln.output, by=(1, 2, 3))
    film.hide_values(ln.output)
    film.revert(ln.output)
    assert value(film, ln.output, "opacity") == 1
    assert value(film, f"label:{ln.output.name}", "opacity") == 1
    assert np.allclose(film.offset(ln.output), 0)
    assert value(film, ln.output, "reveal") == np.prod(ln.output.shape)


@pytest.mark.parametrize(
    ("verb", "message"),
    [
        (lambda film: film.fade(object(), to=0), "not on stage"),
        (lambda film: film.fade("nobody", to=0), "nobody"),
        (lambda film: film.wait(-1), "-1"),
        (lambda film: film.move(film.layout.embedding.output, beside=film.layout.ln_f.output, side="up"), "'up'"),
        (lambda film: film.open_on(film.layout.ln_f), "before anything else"),
        (lambda film: film.sweep(film.layout.ln_f.output[:, 3], seconds=1), "not contiguous"),
        (lambda film: film.compute(film.layout.ln_f.output[0]), "not one cell"),
    ],
)
def test_impossible_wishes_are_refused(film, ln, verb, message):
    film.wait(1)
    with pytest.raises(ScriptError, match=message):
        verb(film)


def test_parameters_stay_where_values_are_hidden(film):
    layer = film.layout.layers[0]
    film.open_on(layer, azimuth=280, elevation=5)
    film.hide_values(*film.layout.layers)
    assert film.score.value(Channel(layer.mlp.hidden.name, "reveal")) == 0
    for grid in (one for one in layer.grids if one.role is Role.WEIGHT):
        assert film.score.value(Channel(grid.name, "reveal")) == film.cast.rest(Channel(grid.name, "reveal")) > 0


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (720, 720)])
def test_the_name_of_what_a_pulse_passes_lies_on_nothing(nano, make_film, size):
    film = make_film(nano, [2, 1, 0, 1, 1, 2], size)
    layer = film.layout.layers[0]
    film.open_on(layer, azimuth=280, elevation=5)
    film.pulse(layer.attn, layer.mlp, titles=["Layer 0: Self-attention", "Layer 0: MLP"], seconds=2)
    names = [one for name, one in film.cast.drawings.items() if ":name:" in name and one.parent == "camera"]
    assert len(names) == 2
    free, text = film.page.free, film.page.text
    for left, bottom, right, top in Sight(film.telling).areas(names, film.now, film.camera.view):
        assert Area(left, bottom, right, top).overlap(free) == 0
        assert text.left - 1e-6 <= left < right <= text.right + 1e-6
        assert text.bottom - 1e-6 <= bottom < top <= text.top


def test_what_stands_between_two_is_the_nearer_to_them_the_more_upright_the_picture_is(nano, make_film):
    apart = []
    for size in ((1280, 720), (720, 1280)):
        film = make_film(nano, [2, 1, 0, 1, 1, 2], size)
        x, ln = film.layout.embedding.output, film.layout.layers[0].ln_1
        film.open_on(x, ln, azimuth=280, elevation=5)
        ends = {"gap": (0.3, 2.0), "below": (0.9, 1.5)}
        film.stand_between(ln.mean, ln.std, left=(ln.gamma, ln.output), right=x, **ends, seconds=2)
        assert film.now == 2
        (mean, std), (left, right) = ([film.box(grid) for grid in some] for some in ((ln.mean, ln.std), (ln.output, x)))
        assert mean[0][2] - std[1][2] == pytest.approx(1.5 if film.page.is_wide else 0.9)
        assert mean[0][0] == pytest.approx(std[0][0])
        assert mean[0][0] - left[1][0] == pytest.approx(right[0][0] - mean[1][0])
        apart.append(float(mean[0][0] - left[1][0]))
    assert 0.3 <= apart[1] < apart[0] <= 2.0


@pytest.mark.parametrize(("size", "below"), [((1280, 720), False), ((720, 720), False), ((720, 1280), True)])
def test_of_two_sides_a_grid_stands_at_that_where_it_and_its_company_are_largest(nano, make_film, size, below):
    film = make_film(nano, [2, 1, 0, 1, 1, 2], size)
    attn, x = film.layout.layers[0].attn, film.layout.embedding.output
    film.move(x, beside=attn.proj_weight, side="left", gap=3)
    sides = ("right", "below")
    film.move(attn.proj, beside=attn.proj_weight, side=sides, gap=None, below=1.7, among=(attn.proj_weight, x))
    (_, weights), (moved, end) = (film.box(grid) for grid in (attn.proj_weight, attn.proj))
    low = film.box(attn.proj_weight)[0][2]
    assert (low - end[2] == pytest.approx(1.7)) if below else (moved[0] > weights[0])
