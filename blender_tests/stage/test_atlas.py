"""The atlas: every number where its grid says, gains that use the range, nothing lost in a file."""

import zlib

import bpy
import numpy as np
import pytest

from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.grid import Grid, Role
from llmviz_addon.layout.tensor import Axis
from llmviz_addon.screenplay.score.timeline import Channel, Fragment, Track
from llmviz_addon.stage.values.afar import FINER_AT, STEP, all_from_afar, finer, from_afar
from llmviz_addon.stage.values.atlas import FORM, LANES, WIDTH, atlas, numbers_of, repainted
from llmviz_addon.stage.values.pooling import FORBIDDEN, spreads


def grid(name: str, *shape: int, kind: str = "") -> Grid:
    axes = tuple(Axis(str(i), n, "xyz"[i]) for i, n in enumerate(shape))
    return Grid(name, name, Role.WEIGHT, axes, (0, 0, 0), kind or name)


def test_every_value_is_where_its_place_says():
    rng = np.random.default_rng(0)
    grids = [grid("a", 30, 50), grid("b", 7), grid("c", 11, 3, 5)]
    values = {g.name: rng.normal(size=g.shape) for g in grids}
    made = atlas(grids, values)
    flat = made.pixels.ravel()
    for g in grids:
        start = made.places[g.name].row * WIDTH + made.places[g.name].column
        np.testing.assert_array_equal(
            flat[start : start + values[g.name].size], values[g.name].astype(np.float32).ravel()
        )


def test_gain_is_shared_by_a_kind_and_ignores_outliers():
    grids = [grid("a", 1000, kind="k"), grid("b", 1000, kind="k"), grid("c", 10)]
    values = {"a": np.linspace(-2, 2, 1000), "b": np.full(1000, 0.5), "c": np.zeros(10)}
    values["a"][3] = 1e6
    places = atlas(grids, values).places
    assert places["a"].gain == places["b"].gain == pytest.approx(1 / 1.92, rel=0.02)
    assert places["c"].gain == 1.0


def test_a_few_large_values_among_zeros_count():
    values = np.zeros(1000)
    values[0] = 4.0
    assert atlas([grid("a", 1000)], {"a": values}).places["a"].gain == pytest.approx(0.25)


def test_what_is_not_finite():
    values = np.array([1.0, -np.inf, np.inf, np.nan])
    made = atlas([grid("a", 4)], {"a": values})
    assert made.pixels[0, 0] == 1.0
    assert made.pixels[0, 1] == np.float32(FORBIDDEN)
    assert made.pixels[0, 2] == np.float32(1e29)
    assert made.pixels[0, 3] == 0.0


def test_a_wrong_shape_is_told():
    with pytest.raises(ScriptError, match=r"'a' has the shape \(4,\), but its values have \(5,\)"):
        atlas([grid("a", 4)], {"a": np.zeros(5)})


@pytest.mark.parametrize("folded", [False, True])
def test_the_image_survives_a_file_with_all_its_digits(scene, tmp_path, monkeypatch, folded):
    monkeypatch.setattr("llmviz_addon.stage.values.atlas.FOLDED", 0 if folded else 1 << 20)
    values = np.random.default_rng(1).normal(size=2000).astype(np.float32)
    image = atlas([grid("a", 2000)], {"a": values}).image()
    assert image.colorspace_settings.name == "Non-Color"
    assert not image.use_half_precision
    image.use_fake_user = True
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "atlas.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "atlas.blend"))
    image = bpy.data.images["llmviz values"]
    pixels = np.empty(image.size[0] * image.size[1] * 4, dtype=np.float32)
    image.pixels.foreach_get(pixels)
    np.testing.assert_array_equal((pixels if folded else pixels[::4])[:2000], values)
    np.testing.assert_array_equal(numbers_of(image).ravel()[:2000], values)
    assert len(pixels) == WIDTH * (1 if folded else 4)


@pytest.mark.parametrize("folded", [False, True])
def test_a_picture_knows_whether_it_was_repainted(scene, tmp_path, monkeypatch, folded):
    if folded:
        monkeypatch.setattr("llmviz_addon.stage.values.atlas.FOLDED", 8)
    numbers = np.random.default_rng(0).normal(size=WIDTH + 5).astype(np.float32)
    image = atlas([grid("a", len(numbers))], {"a": numbers}).image()
    image.use_fake_user = True
    assert not repainted(image)
    path, name = str(tmp_path / "a.blend"), image.name
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    image = bpy.data.images[name]
    assert not repainted(image)
    last = image.pixels[4 * WIDTH // LANES - 4]
    image.pixels[4 * WIDTH // LANES - 4] = np.nextafter(np.float32(last), np.float32(9))
    assert repainted(image)
    image.pack()
    assert repainted(image)
    image.pixels[4 * WIDTH // LANES - 4] = last
    image.pack()
    assert not repainted(image)
    image.scale(8, 8)
    image.pack()
    assert repainted(image)


def test_a_tensor_too_large_is_kept_as_pools_and_a_part_of_it_exactly():
    rng = np.random.default_rng(5)
    weights = Grid("w", "w", Role.WEIGHT, (Axis("A", 60, "z"), Axis("C", 100, "x")), (0, 0, 0), "w")
    values = {"w": rng.normal(size=(60, 100)).astype(np.float32), "b": rng.normal(size=50).astype(np.float32)}
    row = Fragment("row", "w", (0, 0, 41), (100, 1, 2))
    tail = Fragment("tail", "w", (90, 0, 41), (10, 1, 2))
    made = atlas([weights, grid("b", 50)], values, fragments=[row, tail], budget=2000)
    assert made.thin
    assert made.pixels.size < 2000 + WIDTH
    assert made.places["b"].pool == 1
    place = made.places["w"]
    assert place.pool == 2
    flat = made.pixels.ravel()
    start = place.row * WIDTH + place.column
    block = values["w"][2:4, 6:8].ravel()
    assert flat[start + 1 * 50 + 3] == block[np.abs(block).argmax()]
    exact = made.places["row"]
    assert exact == made.places["tail"]
    assert (exact.pool, exact.gain) == (1, place.gain)
    start = exact.row * WIDTH + exact.column
    np.testing.assert_array_equal(flat[start + 41 * 100 : start + 43 * 100], values["w"][41:43].ravel())


def test_what_a_chapter_takes_in_hand_is_kept_exactly():
    grids = [grid(name, 60, 100) for name in "acde"] + [grid("b", 61, 100)]  # the largest is thinned first
    values = {g.name: np.ones(g.shape, dtype=np.float32) for g in grids}
    focus = Track(Channel("b", "focus"), np.array([1.0]), np.array([1.0]), ("linear",))
    assert atlas(grids, values, budget=26_000).places["b"].pool > 1
    assert atlas(grids, values, tracks=[focus], budget=26_000).places["b"].pool == 1


def test_of_a_window_the_numbers_that_have_cells():
    words = Axis("n_vocab", 5000, "z", (7, 60, 61, 4999))
    logits = Grid("logits", "", Role.ACTIVATION, (Axis("T", 3, "x"), words), (0, 0, 0), "logits")
    values = {"logits": np.random.default_rng(3).normal(size=(3, 5000)).astype(np.float32)}
    made = atlas([logits, grid("b", 6)], {**values, "b": np.arange(6.0)})
    for flat in range(12):
        assert made.pixels[0, flat] == values["logits"][logits.index_of(flat)]
    assert made.places["b"].column == 12


def test_the_form_of_places_and_pictures_is_that_of_its_number():
    """Who changes what is written here counts ``FORM`` up: saved stages are written on by what reads it."""
    grids = [grid("a", 40, 50), grid("b", 3, 5)]
    values = {g.name: (np.arange(np.prod(g.shape)).reshape(g.shape) * 37 % 101 - 50) / 64 for g in grids}
    made = atlas(grids, values)
    places = [(one.column, one.row, round(one.gain, 4), one.pool, one.far) for one in map(made.places.get, "ab")]
    numbers = np.rint(made.pixels * 37.3).astype("<i2")
    assert (FORM, places, zlib.crc32(numbers.tobytes())) == (
        2,
        [(0, 0, 1.28, 1, 1042), (2000, 0, 1.28, 1, 2336)],
        3838401016,
    )


def test_from_less_far_a_finer_picture_is_there_where_there_is_room():
    rng = np.random.default_rng(0)
    grids = [grid("a", 192, 48), grid("b", 7), grid("c", 192)]
    values = {g.name: rng.normal(size=g.shape).astype(np.float32) for g in grids}
    made = atlas(grids, values)
    flat = made.pixels.ravel()
    for name, side, fine in (("a", 8, 2), ("c", 8, 2)):
        far = made.places[name].far
        assert far % 32 == 16 + 3
        start = far // 32 * STEP
        coarse, less_far = spreads(values[name], side), spreads(values[name], fine)
        np.testing.assert_array_equal(flat[start : start + len(coarse)], coarse)
        start += STEP * FINER_AT
        np.testing.assert_array_equal(flat[start : start + len(less_far)], less_far)
    assert made.places["b"].far % 32 == 0
    few = atlas(grids, values, budget=11_000)
    assert [few.places[g.name].far % 32 for g in grids] == [3, 0, 3]
    assert few.pixels.size <= 12_288


@pytest.mark.parametrize("fine", [False, True])
def test_many_grids_of_one_shape_are_seen_from_afar_as_each_alone(fine):
    rng = np.random.default_rng(1)
    grids = [
        grid("large", 300, 60),
        *(grid(f"{number}", *[(96, 20), (5,), (3, 4, 5)][number % 3]) for number in range(9)),
    ]
    values = [
        np.exp(rng.normal(0, 8, size=g.shape)).astype(np.float32) * rng.choice([-1, 1], size=g.shape) for g in grids
    ]
    values[1][0, 0] = -np.inf
    together = list(all_from_afar(grids, values, fine))
    for g, tensor, found in zip(grids, values, together, strict=True):
        np.testing.assert_array_equal(found, from_afar(g, tensor, fine and finer(g) > 0))
