"""What every test shares: Blender's user folder is a throw-away one, and an empty scene is one fixture away."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    import bpy

_resources = tempfile.mkdtemp(prefix="llmviz-tests-")
os.environ["BLENDER_USER_RESOURCES"] = _resources  # must be set before the first import of bpy
atexit.register(shutil.rmtree, _resources, ignore_errors=True)

# Whoever starts the tests in the background may have Ctrl-C ignored, which they and their processes would inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)

# A busy machine is no error; timings are benchmarks, never assertions.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


@pytest.fixture
def scene() -> bpy.types.Scene:
    """The only scene of an empty file with factory settings: no world, no camera."""
    import bpy

    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    return bpy.context.scene


@pytest.fixture
def disk_of() -> Callable[[int], AbstractContextManager[None]]:
    """``with disk_of(size):`` no file becomes longer than ``size`` bytes, which is told as a full disk is."""
    return _disk_of


@contextmanager
def _disk_of(size: int) -> Iterator[None]:
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--regenerate`` writes the golden pictures anew instead of comparing with them."""
    parser.addoption("--regenerate", action="store_true", help="write golden pictures instead of comparing")
