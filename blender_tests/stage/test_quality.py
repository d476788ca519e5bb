"""Qualities: how much work goes into a picture, and on which devices."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import bpy
import pytest

from llmviz_addon.errors import JobError
from llmviz_addon.film.of_scene import film_job
from llmviz_addon.film.still import picture, restored
from llmviz_addon.stage import devices, render
from llmviz_addon.stage.build import build
from llmviz_addon.stage.quality import PRESETS, QUALITIES, quality


@pytest.fixture
def lit(scene, production):
    build(scene, production, "cinematic", own_scene=True, engine="cycles")
    return scene


def test_a_draft_has_fewer_samples_where_things_are_lit(lit):
    for name in QUALITIES:
        render.set_engine(lit, "cycles", preset=name)
        assert lit.cycles.samples == PRESETS[name].lit_samples
        assert lit.cycles.denoising_quality == PRESETS[name].denoising_quality
    assert PRESETS["draft"].lit_samples < PRESETS["final"].lit_samples <= PRESETS["4k"].lit_samples


def test_flat_themes_are_finished_with_one_sample_in_all(scene, production):
    build(scene, production, "dark", own_scene=True, engine="cycles")
    shown = [picture(scene, 5, (64, 36), "cycles", preset=name) for name in ("draft", "final")]
    assert (shown[0] == shown[1]).all()


@pytest.mark.parametrize(
    ("given", "larger"),
    [((1280, 720), (3840, 2160)), ((720, 1280), (2160, 3840)), ((720, 720), (2160, 2160)), ((853, 480), (3838, 2160))],
)
def test_4k_keeps_the_shape(given, larger):
    assert quality("4k").size(given) == larger
    assert quality("draft").size(given) == quality("final").size(given) == given


def test_a_quality_that_there_is_not_is_told(lit):
    with pytest.raises(JobError, match="Unknown quality 'ultra'. Choose from draft, final, 4k"):
        picture(lit, 1, (64, 36), preset="ultra")


def test_films_of_two_qualities_do_not_share_frames(lit):
    jobs = {name: film_job(lit, Path("f.mp4"), Path("f.blend"), "cycles", preset=name) for name in QUALITIES}
    assert len({job.fingerprint["quality"] for job in jobs.values()}) == 3
    assert jobs["draft"].fingerprint["scene"] == jobs["final"].fingerprint["scene"]
    assert min(jobs["4k"].size) == 2160
    assert jobs["final"].size == (lit.render.resolution_x, lit.render.resolution_y)
    assert [jobs[name].quality for name in QUALITIES] == list(QUALITIES)


class Cycles:
    """The preferences of Cycles on a machine with devices of some kinds."""

    def __init__(self, *kinds, chosen="NONE"):
        self.devices = [SimpleNamespace(type=kind, use=kind == chosen) for kind in (*kinds, "CPU")]
        self.compute_device_type = chosen

    def get_devices_for_type(self, kind):
        if kind == "METAL":
            raise TypeError("no such kind on this system")
        return [one for one in self.devices if one.type in (kind, "CPU")]

    def has_active_device(self):
        return any(one.use for one in self.devices if one.type == self.compute_device_type)


@pytest.fixture
def machine(monkeypatch):
    def has(*kinds, chosen="NONE"):
        cycles = Cycles(*kinds, chosen=chosen)
        addons = {"cycles": SimpleNamespace(preferences=cycles)}
        fake = SimpleNamespace(context=SimpleNamespace(preferences=SimpleNamespace(addons=addons)))
        monkeypatch.setattr(devices, "bpy", fake)
        monkeypatch.setattr(devices, "kind_here", lambda: next((k for k in devices.KINDS if k in kinds), ""))
        return cycles

    return has


@pytest.mark.parametrize("kind", [kind for kind in devices.KINDS if kind != "METAL"])
def test_graphics_cards_are_found_by_themselves(machine, kind):
    cycles = machine(kind)
    assert devices.use_graphics_cards()
    assert cycles.compute_device_type == kind
    assert {one.type: one.use for one in cycles.devices} == {kind: True, "CPU": False}


def test_where_there_are_none_it_is_the_processor(machine):
    cycles = machine()
    assert not devices.use_graphics_cards()
    assert cycles.compute_device_type == "NONE"


def test_what_she_chose_in_her_preferences_stays(machine):
    cycles = machine("OPTIX", "CUDA", chosen="CUDA")
    assert devices.use_graphics_cards()
    assert cycles.compute_device_type == "CUDA"
    cycles.devices[1].use = False
    assert not devices.use_graphics_cards()


@pytest.mark.parametrize("found", [True, False])
def test_only_what_is_lit_is_computed_on_them(lit, production, monkeypatch, found):
    monkeypatch.setattr(render, "use_graphics_cards", lambda: found)
    render.set_engine(lit, "cycles")
    assert lit.cycles.device == ("GPU" if found else "CPU")
    build(lit, production, "dark", engine="cycles")
    render.set_engine(lit, "cycles")
    assert lit.cycles.device == "CPU"


def test_to_build_looks_for_none_and_leaves_it_to_who_renders(scene, production, monkeypatch):
    monkeypatch.setattr(devices, "kind_here", lambda: pytest.fail("it was looked for devices"))
    build(scene, production, "cinematic", own_scene=True, engine="cycles")
    assert scene.cycles.device == "GPU"
    before = bpy.context.preferences.addons["cycles"].preferences.compute_device_type
    assert before in ("", "NONE")
    render.set_size(scene, 32, 18)
    scene.cycles.samples = 1
    bpy.context.window.scene = scene
    bpy.ops.render.render(scene=scene.name)  # on the processor


def test_the_probe_of_devices_answers(monkeypatch):
    monkeypatch.setattr(devices, "LINUX_DEVICES", ("/*",))
    devices.kind_here.cache_clear()
    try:
        assert devices.kind_here() in ("", *devices.KINDS)
    finally:
        devices.kind_here.cache_clear()


def test_a_still_gives_back_her_devices(scene):
    cycles = bpy.context.preferences.addons["cycles"].preferences
    before = cycles.compute_device_type
    with restored(scene):
        assert devices.use_graphics_cards() in (True, False)
    assert cycles.compute_device_type == before
