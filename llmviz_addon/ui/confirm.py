"""Asking before something is lost."""

from __future__ import annotations

import textwrap
from typing import Literal

import bpy

Result = set[Literal["RUNNING_MODAL", "CANCELLED", "FINISHED", "PASS_THROUGH", "INTERFACE"]]
"""What an operator says of how it went."""
WIDTH = 60
"""Letters in a line of a question."""


def confirm(
    operator: bpy.types.Operator, context: bpy.types.Context, event: bpy.types.Event, title: str, text: str, yes: str
) -> Result:
    """Ask before ``operator`` is executed, with a button that says ``yes``; a script is not asked."""
    if bpy.app.background:
        return operator.execute(context)
    lines = [line for part in text.split("\n") for line in textwrap.wrap(part, WIDTH)]
    return context.window_manager.invoke_confirm(
        operator, event, title=title, message="\n".join(lines), confirm_text=yes, icon="WARNING"
    )
