"""Every difference between the Blender versions we support, by feature rather than by number.

No other file asks which Blender it runs in.
"""

from __future__ import annotations

from typing import Any, Protocol

import bpy
import numpy as np

from ..errors import JobError, choices

Struct = bpy.types.bpy_struct | type[bpy.types.bpy_struct]
EEVEE_NAMES = ("BLENDER_EEVEE_NEXT", "BLENDER_EEVEE")


def rna(struct: Struct) -> Any:
    """What Blender tells of the type of ``struct``, of which the stubs know nothing."""
    return struct.bl_rna


def set_cycles(scene: bpy.types.Scene) -> None:
    """Choose Cycles, which the stubs do not know as it is an add-on."""
    render: Any = scene.render
    render.engine = "CYCLES"


def set_eevee(scene: bpy.types.Scene) -> None:
    """Choose EEVEE, whose name differs and which the enum's static list does not tell reliably."""
    render: Any = scene.render  # the stubs know the names of one Blender
    for name in EEVEE_NAMES:
        try:
            render.engine = name
        except TypeError:
            continue
        return
    raise JobError(f"This Blender has no EEVEE. {choices(('cycles',))}")


def is_eevee(scene: bpy.types.Scene) -> bool:
    """Whether the scene renders with EEVEE."""
    return scene.render.engine in EEVEE_NAMES


def node_tree(owner: bpy.types.Material | bpy.types.World) -> bpy.types.NodeTree:
    """The shader tree of a material or world, switched on where that is still needed."""
    if owner.node_tree is None:
        owner.use_nodes = True
    tree: Any = owner.node_tree
    return tree


def set_image_output(scene: bpy.types.Scene, file_format: str = "PNG") -> None:
    """Make the scene write single images."""
    settings: Any = scene.render.image_settings
    if hasattr(settings, "media_type"):
        settings.media_type = "IMAGE"
    settings.file_format = file_format


def set_video_output(scene: bpy.types.Scene) -> None:
    """Make the scene write a video through FFmpeg."""
    settings = scene.render.image_settings
    if hasattr(settings, "media_type"):
        settings.media_type = "VIDEO"
    settings.file_format = "FFMPEG"


def strip_length(strip: bpy.types.MovieStrip) -> int:
    """How many pictures a video in the sequencer has."""
    return strip.content_duration if hasattr(strip, "content_duration") else strip.frame_duration


def compositor_tree(scene: bpy.types.Scene) -> tuple[bpy.types.NodeTree, bpy.types.Node]:
    """A new compositor tree for the scene and the node whose first input is the picture."""
    if hasattr(scene, "compositing_node_group"):
        tree = bpy.data.node_groups.new("llmviz compositing", "CompositorNodeTree")
        tree.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
        scene.compositing_node_group = tree
        return tree, tree.nodes.new("NodeGroupOutput")
    scene.use_nodes = True
    old: Any = scene.node_tree
    old.nodes.clear()
    return old, old.nodes.new("CompositorNodeComposite")


def compositor(scene: bpy.types.Scene) -> bpy.types.NodeTree | None:
    """The compositor tree of a scene, used or not."""
    owner: Any = scene
    return owner.compositing_node_group if hasattr(scene, "compositing_node_group") else owner.node_tree


def set_compositor(scene: bpy.types.Scene, tree: bpy.types.NodeTree) -> None:
    """Have the rendered picture go through a tree that is a data-block, as none is before 5.0."""
    owner: Any = scene
    owner.compositing_node_group = tree


def remove_compositor(scene: bpy.types.Scene) -> None:
    """Have the rendered picture go through none."""
    owner: Any = scene
    if hasattr(scene, "compositing_node_group"):
        owner.compositing_node_group = None
    elif owner.node_tree is not None:
        owner.node_tree.nodes.clear()
        owner.use_nodes = False


SUPERSEDED: dict[str, tuple[str, ...]] = {"CompositorNodeGlare": ("threshold",)}
"""Properties of nodes that became inputs: 4.5 still has them, and complains where they are read."""


def bloom(tree: bpy.types.NodeTree) -> bpy.types.Node:
    """A new node of a compositor that has bright light bloom."""
    node: Any = tree.nodes.new("CompositorNodeGlare")
    if "Type" in node.inputs:
        node.inputs["Type"].default_value = "Bloom"
    else:
        node.glare_type = "BLOOM"
    return node


def has_compositor(scene: bpy.types.Scene) -> bool:
    """Whether the rendered picture goes through compositor nodes."""
    if hasattr(scene, "compositing_node_group"):
        return scene.render.use_compositing and scene.compositing_node_group is not None
    return scene.render.use_compositing and scene.use_nodes and scene.node_tree is not None


def nodes_modifier(obj: bpy.types.Object, name: str, group: bpy.types.NodeTree) -> bpy.types.NodesModifier:
    """A new modifier of Geometry Nodes with ``group``."""
    modifier: Any = obj.modifiers.new(name, "NODES")
    modifier.node_group = group
    return modifier


def set_input(modifier: bpy.types.Modifier, identifier: str, value: Any) -> None:
    """Set an input of a Geometry Nodes modifier, by its socket's identifier."""
    if hasattr(modifier, "properties"):
        getattr(modifier.properties.inputs, identifier).value = value
    else:
        modifier[identifier] = value


def get_input(modifier: bpy.types.Modifier, identifier: str) -> Any:
    """Value of an input of a Geometry Nodes modifier."""
    if hasattr(modifier, "properties"):
        return getattr(modifier.properties.inputs, identifier).value
    return modifier[identifier]


def input_path(modifier: bpy.types.Modifier, identifier: str) -> str:
    """Data path of that input, for keyframes."""
    if hasattr(modifier, "properties"):
        return f'modifiers["{modifier.name}"].properties.inputs.{identifier}.value'
    return f'modifiers["{modifier.name}"]["{identifier}"]'


def new_channelbag(action: bpy.types.Action, owner: bpy.types.ID) -> tuple[bpy.types.ActionSlot, Any]:
    """A slot of ``action`` for ``owner``, by which that is animated from now on, and the bag that takes its F-curves.

    Made as for a key, which goes again: ``slots.new`` tells the slot's name to every block in the file, one by one.
    """
    layer = action.layers[0] if len(action.layers) else action.layers.new("Film")
    strip: Any = layer.strips[0] if len(layer.strips) else layer.strips.new(type="KEYFRAME")
    data = owner.animation_data_create()
    data.action, data.action_slot = action, None
    curve = action.fcurve_ensure_for_datablock(owner, "name")
    slot: Any = data.action_slot
    bag = strip.channelbag(slot)
    bag.fcurves.remove(curve)
    return slot, bag


IDLE = "llmviz_idle"
"""Custom property of an object that goes without the slot of its action for a while: the slot's handle."""


def fcurves(owner: bpy.types.ID) -> list[bpy.types.FCurve]:
    """The F-curves that animate ``owner``, through its action and slot; of one that is idle those that it has again."""
    data = getattr(owner, "animation_data", None)  # not all have any
    if data is None or data.action is None:
        return []
    slot: Any = data.action_slot
    if slot is None and owner.get(IDLE) is not None:
        slot = data.action.slots.get(data.last_slot_identifier)
    for layer in data.action.layers if slot is not None else ():
        for strip in layer.strips:
            bag = strip.channelbag(slot)
            if bag is not None:
                return list(bag.fcurves)
    return []


_CAMERA, _MODIFIER_INPUTS = bpy.types.Camera, getattr(bpy.types, "NodesModifierProperties", ())
_WRITTEN_ON_NONE: set[type] = set()
"""Types that take no custom properties, as was found out; most of what there is is of one."""


def written(struct: Any) -> dict[str, Any]:
    """What is set on ``struct`` besides what Blender gives it, by the end of its path, without making any of it.

    Custom properties, those of extensions among them, and the inputs of Geometry Nodes modifiers.
    """
    if type(struct) in _WRITTEN_ON_NONE:
        return {}
    system = getattr(struct, "bl_system_properties_get", None)
    try:
        own = {name: value for name, value in struct.items() if name != IDLE}
    except TypeError:  # a type that takes none
        own = {}
        if system is None:
            _WRITTEN_ON_NONE.add(type(struct))
    if system is not None and (values := system()) is not None:
        own.update(values.items())
    if not own:
        return {}
    if isinstance(struct, _CAMERA):
        own.pop("cycles", None)  # which Cycles itself writes into every file that is opened, and reads no more
    found = {f'["{name}"]': value for name, value in own.items()}
    if isinstance(struct, _MODIFIER_INPUTS):
        for socket, fields in found.pop('["inputs"]', {}).items():
            found.update({f".inputs.{socket}.{name}": value for name, value in fields.items()})
    return found


_KEY_ENUMS: dict[str, dict[str, int]] = {}


def key_enum(name: str, value: str) -> int:
    """The number behind a keyframe's ``interpolation`` or ``easing``, as bulk assignment wants it."""
    if name not in _KEY_ENUMS:
        keyed: Any = bpy.types.Keyframe.bl_rna.properties[name]
        _KEY_ENUMS[name] = {item.identifier: item.value for item in keyed.enum_items}
    return _KEY_ENUMS[name][value]


def set_blended(material: bpy.types.Material, blended: bool) -> None:
    """Whether EEVEE sorts the material's transparent faces (True) or dithers them (False)."""
    material.surface_render_method = "BLENDED" if blended else "DITHERED"


def light_nothing(material: bpy.types.Material) -> None:
    """Have Cycles leave what glows with ``material`` out of its lamps, of which it keeps a list of every triangle."""
    cycles: Any = getattr(material, "cycles", None)  # an add-on's, which may be off
    if cycles is not None:
        cycles.emission_sampling = "NONE"


def map_nothing(world: bpy.types.World) -> None:
    """Have Cycles make no map of how bright ``world`` is where, which takes it a second a frame."""
    cycles: Any = getattr(world, "cycles", None)
    if cycles is not None:
        cycles.sampling_method = "NONE"


class SidesOf(Protocol):
    """The edges of faces: ``ends`` (k, 2), points, and ``of`` (m, corners), the edge that begins at each corner."""

    @property
    def ends(self) -> np.ndarray: ...

    @property
    def of(self) -> np.ndarray: ...


def write_faces(mesh: bpy.types.Mesh, points: np.ndarray, faces: np.ndarray, sides: SidesOf | None = None) -> None:
    """Fill a new mesh with ``points`` (n, 3) and ``faces`` (m, corners); call its ``update`` when all is on it.

    It finds the edges then, unless they are told as ``sides``.

    Through the attributes that lie under ``vertices`` and ``loops``: forty times as fast as these.
    """
    attributes: Any = mesh.attributes
    mesh.vertices.add(len(points))
    attributes["position"].data.foreach_set("vector", np.ascontiguousarray(points, dtype=np.float32).ravel())
    if not len(faces):
        return  # there is nothing to write on
    mesh.loops.add(faces.size)
    attributes[".corner_vert"].data.foreach_set("value", faces.ravel().astype(np.int32))
    mesh.polygons.add(len(faces))
    mesh.polygons.foreach_set("loop_start", np.arange(0, faces.size, faces.shape[1], dtype=np.int32))
    if sides is not None:
        mesh.edges.add(len(sides.ends))
        attributes[".edge_verts"].data.foreach_set("value", sides.ends.ravel().astype(np.int32))
        attributes[".corner_edge"].data.foreach_set("value", sides.of.ravel().astype(np.int32))


def write_attribute(mesh: bpy.types.Mesh, name: str, kind: str, domain: str, values: np.ndarray) -> None:
    """Put an array on a mesh: BOOLEAN, INT or FLOAT (n,), FLOAT_VECTOR (n, 3), FLOAT_COLOR or BYTE_COLOR (n, 4)."""
    field = {"FLOAT_VECTOR": "vector", "FLOAT_COLOR": "color", "BYTE_COLOR": "color"}.get(kind, "value")
    attributes: Any = mesh.attributes
    attribute = attributes.new(name, kind, domain)
    dtype = {"INT": np.int32, "BOOLEAN": np.bool_}.get(kind, np.float32)
    attribute.data.foreach_set(field, np.ascontiguousarray(values, dtype=dtype).ravel())


def set_by_path(owner: bpy.types.Object, path: str, value: float) -> None:
    """Set the input of a Geometry Nodes modifier that ``input_path`` named."""
    name = path.split('"')[1]
    identifier = path.split(".inputs.")[1].removesuffix(".value") if ".inputs." in path else path.split('"')[3]
    set_input(owner.modifiers[name], identifier, value)
