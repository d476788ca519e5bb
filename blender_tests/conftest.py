"""What every test shares: Blender's user folder is a throw-away one, and an empty scene is one fixture away."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    import bpy

_resources = tempfile.mkdtemp(prefix="llmviz-tests-")
os.environ["BLENDER_USER_RESOURCES"] = _resources  # must be set before the first import of bpy
atexit.register(shutil.rmtree, _resources, ignore_errors=True)

# A busy machine is no error; timings are benchmarks, never assertions.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


@pytest.fixture
def scene() -> bpy.types.Scene:
    """The only scene of an empty file with factory settings: no world, no camera."""
    import bpy

    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    return bpy.context.scene


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--regenerate`` writes the golden pictures anew instead of comparing with them."""
    parser.addoption("--regenerate", action="store_true", help="write golden pictures instead of comparing")
