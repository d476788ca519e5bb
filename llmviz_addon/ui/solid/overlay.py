"""Over every viewport that shows a film or an open stage in plain colours: the values of its cells.

Solid view colours a thing by its role alone: it has neither the shaders nor the pictures by which a material tells
numbers. So the cells are drawn over it, faces on the same faces, and nothing in the file knows of it.
"""

from __future__ import annotations

import bpy

from ..over import Over
from ..preferences import shows_values
from ..view import is_plain, shows_roles
from .drawing import draw_cells, forget


def register() -> None:
    """Draw from now on, whatever is shown in plain colours."""
    if not bpy.app.background:
        _over.start()


def unregister() -> None:
    """Draw no more."""
    _over.stop()
    forget()


def _draw() -> None:
    """Draw the values of the viewport that is being drawn."""
    context = bpy.context
    space, region, view = context.space_data, context.region, context.region_data
    if not (is_plain(space) and shows_roles(space) and shows_values()) or region is None or view is None:
        return
    leaves_out = space.local_view is not None or space.use_local_collections or not space.show_object_viewport_mesh
    shown = (lambda obj: obj.visible_in_viewport_get(space)) if leaves_out else None
    draw_cells(context.scene, view, (region.width, region.height), shown)


_over = Over(_draw, when="POST_VIEW")
