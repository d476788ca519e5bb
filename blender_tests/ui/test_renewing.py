"""Files of before, whose objects told by bare names what they show, are as those of now once they are open."""

from __future__ import annotations

from pathlib import Path

import bpy

from llmviz_addon.stage import compat
from llmviz_addon.stage.materials.nodes import trees
from llmviz_addon.stage.ours import TAG, is_ours, ours
from llmviz_addon.stage.rebuild.changes import losses
from llmviz_addon.stage.rebuild.record import read_record, write_record
from llmviz_addon.stage.rebuild.renewing import BARE, renew


def age(scene: bpy.types.Scene) -> None:
    """Let the file be as it was written before."""
    for obj in ours(scene).objects:
        for bare, name in BARE.items():
            if name in obj:
                obj[bare] = obj[name]
                del obj[name]
        for curve in compat.fcurves(obj):
            for bare, name in BARE.items():
                curve.data_path = curve.data_path.replace(f'["{name}"]', f'["{bare}"]')
    materials = [one for one in bpy.data.materials if one.get(TAG) is not None]
    for node in (node for tree in trees(materials) for node in tree.nodes if hasattr(node, "attribute_name")):
        node.attribute_name = {name: bare for bare, name in BARE.items()}.get(node.attribute_name, node.attribute_name)
    record = read_record(scene) or {}
    for key, values in record.items():
        for bare, name in BARE.items():
            values = {
                path.replace(f'"{name}"', f'"{bare}"'): bare if value == name else value
                for path, value in values.items()
            }
        record[key] = values
    write_record(scene, record)


def told() -> dict[str, dict[str, object]]:
    """What every object tells, and the paths of its keys; of what is keyed no values, which are those of a frame."""
    found = {}
    for obj in bpy.data.objects:
        paths = sorted((curve.data_path, curve.array_index) for curve in compat.fcurves(obj))
        values = {name: getattr(value, "to_list", lambda value=value: value)() for name, value in obj.items()}
        for name in (compat.IDLE, *(path[2:-2] for path, _ in paths)):
            values.pop(name, None)
        found[obj.name] = {"keys": paths} | values
    return found


def test_a_file_of_before_is_as_one_of_now(film: bpy.types.Scene, tmp_path: Path) -> None:
    now, record = told(), read_record(film)
    hers = bpy.data.objects.new("hers", None)
    hers["cells"] = "a text"
    film.collection.objects.link(hers)
    age(film)
    assert "strides" in next(obj for obj in ours(film).objects if obj.get(TAG) == "grid")
    assert read_record(film) != record
    path = str(tmp_path / "before.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    scene = next(one for one in bpy.data.scenes if is_ours(one))
    assert bpy.data.objects["hers"]["cells"] == "a text"
    bpy.data.objects.remove(bpy.data.objects["hers"])
    assert told() == now
    assert read_record(scene) == record
    assert losses(scene) == []
    assert renew() == 0
