"""The drivers that a stage has: what follows the camera in use, and nothing else."""

from __future__ import annotations

from typing import Any

from .lens import follows_lens
from .things.page import follows_camera


def follows(block: Any) -> bool:
    """Whether the drivers of ``block`` are ours, so that it changes with the camera and its keys, and not otherwise."""
    return follows_camera(block) or follows_lens(block)
