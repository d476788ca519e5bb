"""Whatever she sets on our things is told or taken over: edits at random, through what Blender says of their types."""

from __future__ import annotations

import os
import random

import bpy
import pytest

from llmviz_addon.stage import compat
from llmviz_addon.stage.build import build
from llmviz_addon.stage.ours import kind_of, ours
from llmviz_addon.stage.rebuild.changes import ChangesError, changes, losses

Film = bpy.types.Scene


@pytest.fixture
def film(scene: bpy.types.Scene, production) -> Film:
    build(scene, production, own_scene=True)
    return scene


class Editor:
    """Somebody who sets anything at all on our data-blocks, through what Blender says of their types."""

    def __init__(self, seed: int, film: Film) -> None:
        self.random, self.film = random.Random(seed), film

    def structs(self, block: bpy.types.ID) -> list[object]:
        """The block, and what hangs on it."""
        found: list[object] = [block]
        found += [getattr(block, name) for name in ("dof", "display", "lineart", "stereo") if hasattr(block, name)]
        tree = getattr(block, "node_tree", None) or (block if isinstance(block, bpy.types.NodeTree) else None)
        if tree is not None:
            found += [*tree.nodes, *(socket for node in tree.nodes for socket in node.inputs)]
        found += list(getattr(block, "modifiers", ()))
        return found

    def edit(self) -> tuple[bpy.types.ID, str] | None:
        """One edit; None where Blender took none."""
        block = self.random.choice(list(ours(self.film).blocks))
        struct = self.random.choice(self.structs(block))
        known = [p for p in struct.bl_rna.properties if not p.is_readonly and p.type in {"BOOLEAN", "INT", "FLOAT"}]
        known += [p for p in struct.bl_rna.properties if not p.is_readonly and p.type == "ENUM" and not p.is_enum_flag]
        moved = self.moved(block)  # by keys and drivers: what she sets is gone with the next frame
        known = [p for p in known if not p.identifier.startswith("bl_") and p.identifier not in moved]
        if not known:
            return None
        prop = self.random.choice(known)
        before = self.told(struct, prop)
        try:
            setattr(struct, prop.identifier, self.other(prop, getattr(struct, prop.identifier)))
        except (TypeError, ValueError, AttributeError, RuntimeError):
            return None
        return (block, f"{struct.bl_rna.identifier}.{prop.identifier}") if self.told(struct, prop) != before else None

    def moved(self, block: bpy.types.ID) -> set[str]:
        """The properties that keys and drivers set."""
        data = getattr(block, "animation_data", None)
        return {curve.data_path for curve in (*compat.fcurves(block), *(data.drivers if data else ()))}

    def told(self, struct: object, prop: bpy.types.Property) -> object:
        value = getattr(struct, prop.identifier)
        return tuple(map(str, value)) if getattr(prop, "is_array", False) else value

    def other(self, prop: bpy.types.Property, value: object) -> object:
        if getattr(prop, "is_array", False):
            if prop.array_dimensions[1]:
                raise TypeError(prop)
            return [self.one(prop, one) for one in value]
        return self.one(prop, value)

    def one(self, prop: bpy.types.Property, value: object) -> object:
        if prop.type == "BOOLEAN":
            return not value
        if prop.type == "ENUM":
            return self.random.choice([item.identifier for item in prop.enum_items] or [value])
        return value + self.random.choice([1, 2]) if prop.type == "INT" else value * 0.5 + 0.125


NOT_HERS = {
    # what is only looked at
    "Object.active_material_index", "Object.active_shape_key_index", "Mesh.uv_layer_clone_index",
    "Mesh.uv_layer_stencil_index", "Material.paint_active_slot", "Material.paint_clone_slot",
    "Modifier.show_expanded", "Modifier.is_active", "NodesModifier.show_expanded", "NodesModifier.is_active",
    # what Blender works out of others, which are told
    "Camera.angle", "Camera.angle_x", "Camera.angle_y", "Object.dimensions", "Object.use_mesh_mirror_x",
    "Object.use_mesh_mirror_y", "Object.use_mesh_mirror_z", "Mesh.texspace_size", "Mesh.texspace_location",
    "Action.frame_start", "Action.frame_end", "Action.id_root",
}  # fmt: skip
LOOKED = {
    "display_shape", "hide_value", "enabled", "is_runtime_data", "use_extra_user", "select", "show_options",
    "show_preview", "show_texture", "show_expanded", "is_active", "tag",
}  # fmt: skip


@pytest.mark.parametrize("seed", range(int(os.environ.get("LLMVIZ_SEEDS", "4"))))
def test_every_edit_is_told_or_taken_over(film: Film, production, seed: int) -> None:
    editor = Editor(seed, film)
    before: list[object] = []
    for _ in range(60):
        edited = editor.edit()
        after = [(c.thing, c.path, c.now) for c in changes(film)] if edited else before
        seen = edited and edited[1] not in NOT_HERS and edited[1].rpartition(".")[2] not in LOOKED
        assert after != before or not seen, edited
        before = after
    told, found = losses(film), {(kind_of(c.block), c.path): c.now for c in changes(film) if c.block}
    assert told
    with pytest.raises(ChangesError):
        build(film, production)
    build(film, production, sure=True)
    kept = {(kind_of(c.block), c.path): c.now for c in changes(film) if c.block}
    assert losses(film) == []
    assert kept.items() <= found.items()
