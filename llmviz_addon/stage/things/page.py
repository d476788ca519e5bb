"""The page that text hangs on stands before whichever camera is used, in the same place of its picture.

The user may cut to cameras of her own, by the scene's camera or by markers, at any time and without us. So an empty
stands where the scene's camera stands, by drivers on the scene that is evaluated. They are sums and simple
expressions, which Blender works out itself: they run where Python is not allowed to, on a farm as well. For the
film's own camera they give what a child of it would have. Geometry nodes know the camera in use, too, but would move
the points of every text on every frame; constraints would have to be set anew for every cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy

from ..ours import own

DEPTH = 0.3
"""Metres from the camera to the page, where that has its own size."""
PAGE = 0.1
"""Growth of the page per metre of the camera's distance; near the set it has its own size."""
SENSOR, LENS = 24.0, 35.0
"""Of the film's camera, whose sensor is fitted vertically."""

Sources = Mapping[str, str]  # data path by variable; from "rig." on the film's own camera, else on the scene

_WIDE = "f == 1 or f == 0 and x >= y"  # the sensor's width is the picture's
_FIT: Sources = {"f": "camera.data.sensor_fit", "x": "render.resolution_x", "y": "render.resolution_y"}
_COLUMNS: Sources = {f"{name}{row}": f"camera.matrix_world[{column}][{row}]" for column, name in enumerate("abc")
                     for row in range(3)}  # fmt: skip
_LENS: Sources = {
    **{"t": "camera.data.type", "w": "camera.data.sensor_width", "h": "camera.data.sensor_height"},
    **{"l": "camera.data.lens", "o": "camera.data.ortho_scale", "d": "rig.location[2]"},
}
_UNUSED = {"f": 2.0, "h": SENSOR, "l": LENS}
"""What is taken, besides zeros, while no camera is in use: the lens of the film's own. Without, Blender would give
the driver up for good."""
_HEIGHT = (
    f"((w*y/x if {_WIDE} else h if f == 2 else w)/l if t != 1 else"
    f" (o*y/x if {_WIDE} else o)/({DEPTH}*({PAGE}*d + 1)))*{LENS}/{SENSOR}"
)
"""How high the picture is, at any depth, as a share of the film's own."""
_SHIFT = f"{DEPTH}*({PAGE}*d + 1)*{SENSOR}/{LENS}*(s*(x/y if {_WIDE} else 1) - o)"
"""How far the middle of the picture lies from that of the film's own, on the page."""


def _places(axis: int) -> tuple[str, Sources]:
    return "m", {"m": f"camera.matrix_world[3][{axis}]"}


def _shifts(axis: str) -> tuple[str, Sources]:
    return _SHIFT, {**_FIT, "s": f"camera.data.shift_{axis}", "o": f"rig.data.shift_{axis}", "d": "rig.location[2]"}


def _turns() -> list[tuple[str, Sources]]:
    """Angles around x, y and z of the camera, which ignores the scale that it may have from a parent."""
    b, c = "sqrt(b0*b0 + b1*b1 + b2*b2)", "sqrt(c0*c0 + c1*c1 + c2*c2)"
    angles = (
        f"atan2(b2*{c}, c2*{b}) if b2*b2 + c2*c2 > 1e-12 else atan2(-c1*{b}, b1*{c})",
        "atan2(-a2, sqrt(a0*a0 + a1*a1))",
        "atan2(a1, a0) if a0*a0 + a1*a1 > 1e-12 else 0",
    )
    return [(angle, {name: path for name, path in _COLUMNS.items() if name in angle}) for angle in angles]


_STAND = [
    *(("location", axis, *_places(axis)) for axis in range(3)),
    *(("rotation_euler", axis, *turn) for axis, turn in enumerate(_turns())),
    *(("scale", axis, _HEIGHT, {**_FIT, **_LENS}) for axis in range(2)),
]
_PAGE = [("location", axis, *_shifts("xy"[axis])) for axis in range(2)]
_KNOWN = {(path, axis, expression) for path, axis, expression, _ in (*_STAND, *_PAGE)}


def make_page(camera: bpy.types.Object, collection: bpy.types.Collection) -> bpy.types.Object:
    """A page before the camera in use, as a page that is ``camera``'s child would lie before that."""
    stand = own(bpy.data.objects.new("llmviz stand", None), "stand")
    page = own(bpy.data.objects.new("llmviz page", None), "page")
    stand.rotation_mode = "XYZ"
    page.parent = stand
    for obj, drivers in ((stand, _STAND), (page, _PAGE)):
        obj.empty_display_size = 0.02
        collection.objects.link(obj)
        for path, axis, expression, sources in drivers:
            curve: Any = obj.driver_add(path, axis)
            _drive(curve.driver, expression, sources, camera)
    return page


def follows_camera(block: Any) -> bool:
    """Whether the drivers of ``block`` are ours, by which it moves with the camera in use and not otherwise."""
    curves = block.animation_data.drivers
    return all((curve.data_path, curve.array_index, curve.driver.expression) in _KNOWN for curve in curves)


def go(scene: bpy.types.Scene, frame: int) -> None:
    """Go to ``frame``: Blender changes to a marker's camera only after it has worked out what depends on that."""
    before = scene.camera
    scene.frame_set(frame)
    if scene.camera != before:
        scene.frame_set(frame)


def _drive(driver: bpy.types.Driver, expression: str, sources: Sources, camera: bpy.types.Object) -> None:
    driver.type = "SCRIPTED"
    for name, path in sources.items():
        variable = driver.variables.new()
        variable.name = name
        if path.startswith("rig."):
            variable.targets[0].id = camera
            variable.targets[0].data_path = path.removeprefix("rig.")
        else:
            variable.type = "CONTEXT_PROP"
            variable.targets[0].context_property = "ACTIVE_SCENE"
            variable.targets[0].data_path = path
            variable.targets[0].use_fallback_value, variable.targets[0].fallback_value = True, _UNUSED.get(name, 0.0)
    driver.expression = expression
