"""Which graphics cards Cycles may compute on: found by themselves, and asked for in a process of their own.

A broken driver can end the process that looks for devices. So that is another one, and only where it came back with
a kind of device does this process ask for those.
"""

from __future__ import annotations

import glob
import subprocess
import sys
import tempfile
from functools import lru_cache
from typing import Any

import bpy

from ..processes import blender

KINDS = ("OPTIX", "CUDA", "HIP", "METAL", "ONEAPI")
"""As Cycles calls them, the fastest first."""
LINUX_DEVICES = ("/dev/dri/renderD*", "/dev/nvidia[0-9]*", "/dev/dxg", "/dev/kfd")
WAITS = 120
"""Seconds that are waited for an answer at most."""
_PROBE = f"""
import bpy
bpy.ops.preferences.addon_enable(module="cycles")
cycles = bpy.context.preferences.addons["cycles"].preferences
for kind in {KINDS}:
    try:
        found = [one for one in cycles.get_devices_for_type(kind) if one.type == kind]
    except (TypeError, ValueError, RuntimeError):
        continue
    if found:
        print("DEVICE:", kind)
        break
"""


def use_graphics_cards() -> bool:
    """Let Cycles compute on the graphics cards that it can; whether there are any.

    Where the user has chosen devices in her preferences, it is these.
    """
    addon = bpy.context.preferences.addons.get("cycles")
    if addon is None:
        return False
    cycles: Any = addon.preferences
    if cycles.compute_device_type not in ("", "NONE"):
        return bool(cycles.has_active_device())
    kind = kind_here()
    return bool(kind) and _take(cycles, kind)


def _take(cycles: Any, kind: str) -> bool:
    """Choose all devices of a kind, and no other; whether there are any."""
    found = [one for one in cycles.get_devices_for_type(kind) if one.type == kind]
    if found:
        cycles.compute_device_type = kind
        for one in cycles.devices:
            one.use = one.type == kind
    return bool(found)


@lru_cache(maxsize=1)
def kind_here() -> str:
    """The kind of graphics cards that Cycles can compute on, one of ``KINDS``; "" where there are none."""
    if sys.platform == "linux" and not any(glob.glob(pattern) for pattern in LINUX_DEVICES):
        return ""
    try:
        with tempfile.TemporaryDirectory(prefix="llmviz-", ignore_cleanup_errors=True) as folder:
            done = subprocess.run(
                blender(_PROBE), cwd=folder, capture_output=True, text=True, timeout=WAITS, check=False
            )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return next((kind for kind in KINDS if f"DEVICE: {kind}" in done.stdout.splitlines()), "")
