"""Engines: chosen by name or by what the machine has."""

import pytest

from llmviz_addon.errors import JobError
from llmviz_addon.stage import compat, render
from llmviz_addon.stage.build import build


def test_cycles_takes_one_sample_at_the_middle(scene):
    assert render.set_engine(scene, "cycles") == "cycles"
    assert scene.render.engine == "CYCLES"
    assert scene.cycles.samples == 1
    assert scene.cycles.filter_width == pytest.approx(0.01)
    assert not scene.cycles.use_denoising
    assert scene.cycles.min_transparent_bounces == scene.cycles.transparent_max_bounces


def test_eevee(scene):
    assert render.set_engine(scene, "eevee") == "eevee"
    assert compat.is_eevee(scene)


@pytest.mark.parametrize(("gpu", "engine"), [(True, "eevee"), (False, "cycles")])
def test_auto_takes_eevee_where_there_is_a_gpu(scene, monkeypatch, gpu, engine):
    monkeypatch.setattr(render, "has_gpu", lambda: gpu)
    assert render.set_engine(scene, "auto") == engine


def test_the_probe_answers():
    assert render.has_gpu() in (True, False)


def test_a_program_is_no_gpu():
    assert not render.is_gpu("GPU: llvmpipe (LLVM 15.0.6, 256 bits) Mesa/X.org SOFTWARE")
    assert render.is_gpu("GPU: NVIDIA H100 NVIDIA Corporation NVIDIA")


def test_unknown_engine(scene):
    with pytest.raises(JobError, match="Unknown engine 'luxcore'. Choose from auto, eevee, cycles."):
        render.set_engine(scene, "luxcore")


def test_outputs(scene):
    compat.set_image_output(scene)
    assert scene.render.image_settings.file_format == "PNG"
    compat.set_video_output(scene)
    assert scene.render.image_settings.file_format == "FFMPEG"
    compat.set_image_output(scene)
    assert scene.render.image_settings.file_format == "PNG"


def test_a_compositor_has_a_place_for_the_picture(scene):
    tree, output = compat.compositor_tree(scene)
    layers = tree.nodes.new("CompositorNodeRLayers")
    tree.links.new(layers.outputs["Image"], output.inputs[0])
    assert output.inputs[0].is_linked


def fast(scene) -> dict[str, object]:
    cycles, eevee = scene.cycles, scene.eevee
    return {
        "cycles": (cycles.samples, cycles.preview_samples, cycles.max_bounces, cycles.use_denoising),
        "filter": (round(cycles.filter_width, 3), scene.render.filter_size),
        "eevee": (eevee.taa_render_samples, eevee.taa_samples, eevee.use_taa_reprojection),
        "kept": scene.render.use_persistent_data,
    }


@pytest.mark.parametrize("engine", ["cycles", "eevee"])
def test_what_is_saved_renders_as_fast_as_we_do_in_either_engine(scene, production, engine):
    build(scene, production, own_scene=True, engine=engine)
    assert compat.is_eevee(scene) == (engine == "eevee")
    assert fast(scene) == {
        "cycles": (1, 1, 0, False),
        "filter": (0.01, 1.0),
        "eevee": (64, 8, False),
        "kept": False,
    }


def test_a_scene_of_hers_keeps_how_it_renders(scene, production):
    before = fast(scene), scene.render.engine
    build(scene, production)
    build(scene, production, engine="cycles")
    assert (fast(scene), scene.render.engine) == before


def test_building_again_keeps_how_she_set_up_our_scene(scene, production):
    build(scene, production, own_scene=True, engine="cycles")
    scene.cycles.samples, scene.eevee.taa_samples = 32, 3
    before = fast(scene)
    build(scene, production)
    assert fast(scene) == before
    build(scene, production, engine="eevee")
    assert compat.is_eevee(scene)


def test_an_unknown_engine_is_told_before_anything_is_touched(scene, production):
    with pytest.raises(JobError, match="Unknown engine 'luxcore'"):
        build(scene, production, own_scene=True, engine="luxcore")
    assert not scene.collection.children
