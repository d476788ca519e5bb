"""What a user may do to a film of ours, each edit as a function of its scene, and how its things are found."""

from __future__ import annotations

import bpy

from blender_tests.stage.test_hers import find
from llmviz_addon.stage.ours import TAG, ours

Film = bpy.types.Scene


def grid(film: Film, name: str = "input") -> bpy.types.Object:
    return find(film, "grid", name)


def block(film: Film, kind: type, what: str) -> bpy.types.ID:
    return next(b for b in ours(film).blocks if isinstance(b, kind) and b.get(TAG) == what)


def key_camera(film: Film) -> None:
    for frame in range(3, 15):
        film.camera.keyframe_insert("rotation_euler", index=1, frame=frame)


def move_keys(film: Film) -> None:
    curve = fcurve(film.camera.parent, "rotation_euler", 2)
    curve.keyframe_points[1].co[1] += 0.5


def fcurve(obj: bpy.types.Object, path: str, index: int) -> bpy.types.FCurve:
    data = obj.animation_data
    bag = data.action.layers[0].strips[0].channelbag(data.action_slot)
    return bag.fcurves.find(path, index=index)


def smooth(film: Film) -> None:
    fcurve(film.camera.parent, "rotation_euler", 2).keyframe_points[0].interpolation = "BEZIER"


def remove_curve(film: Film) -> None:
    data = film.camera.parent.animation_data
    bag = data.action.layers[0].strips[0].channelbag(data.action_slot)
    bag.fcurves.remove(fcurve(film.camera.parent, "rotation_euler", 2))


def noise(film: Film) -> None:
    fcurve(film.camera.parent, "rotation_euler", 2).modifiers.new("NOISE").strength = 0.1


def modifier(film: Film) -> None:
    grid(film).modifiers.new("Bend", "SIMPLE_DEFORM").angle = 1.0


def drive(film: Film) -> None:
    grid(film).driver_add("scale", 0).driver.expression = "2.0"


def push_down(film: Film) -> None:
    data = film.camera.parent.animation_data
    action = data.action
    data.nla_tracks.new().strips.new("pushed", 1, action)
    data.action = None


def tweak(film: Film) -> None:
    block(film, bpy.types.Material, "cells").node_tree.nodes["Math"].operation = "POWER"


def more_nodes(film: Film) -> None:
    block(film, bpy.types.Material, "flat").node_tree.nodes.new("ShaderNodeMixRGB")


def unlink(film: Film) -> None:
    tree = block(film, bpy.types.Material, "flat").node_tree
    tree.links.remove(tree.links[0])


def assign(film: Film) -> None:
    slot = grid(film).material_slots[0]
    slot.link = "OBJECT"
    slot.material = bpy.data.materials.new("hers")


def assign_to_mesh(film: Film) -> None:
    block(film, bpy.types.Mesh, "cube").materials[0] = bpy.data.materials.new("hers")


def ground(film: Film) -> None:
    film.world.node_tree.nodes["Background"].inputs["Color"].default_value = (1, 0, 0, 1)


def lens(film: Film) -> None:
    film.camera.data.lens = 85


def recolour(film: Film) -> None:
    grid(film).color = (1, 0, 0, 1)


def place(film: Film) -> None:
    find(film, "drawing", "label:input").location.x += 1


def value(film: Film) -> None:
    grid(film)["llmviz_strides"][0] = 7.0


def sculpt(film: Film) -> None:
    find(film, "drawing", "label:input").data.vertices[0].co.x += 1


def paint(film: Film) -> None:
    find(film, "drawing", "label:input").data.attributes["ink"].data[0].color = (1, 1, 0, 1)


def shape_key(film: Film) -> None:
    find(film, "drawing", "label:input").shape_key_add(name="Basis")


def pixels(film: Film) -> None:
    image = block(film, bpy.types.Image, "atlas")
    image.pixels[0] = 0.25
    image.pack()


def own_mesh(film: Film) -> None:
    grid(film).data = grid(film).data.copy()


def delete(film: Film) -> None:
    bpy.data.objects.remove(grid(film))


def take_out(film: Film) -> None:
    for collection in grid(film).users_collection:
        collection.objects.unlink(grid(film))


def exposure(film: Film) -> None:
    film.view_settings.exposure = 1.0


def length(film: Film) -> None:
    film.frame_end = 12


def other_camera(film: Film) -> None:
    film.camera = bpy.data.objects.new("hers", bpy.data.cameras.new("hers"))


def marker(film: Film) -> None:
    film.timeline_markers.remove(film.timeline_markers["01.1 half"])
