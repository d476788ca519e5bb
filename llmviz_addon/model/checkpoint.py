"""The door to the models: what a checkpoint is, and how to get one.

The other rooms import from here. What stands behind it, one reader per format and the one place where
tensors are checked, is in :mod:`.checkpoints`.
"""

from .architecture import weight_shapes
from .builtins import BUILTINS, NANO, is_builtin
from .checkpoints import builtin, find, load
from .checkpoints.checked import Checkpoint, from_tensors

__all__ = [
    "BUILTINS",
    "NANO",
    "Checkpoint",
    "builtin",
    "find",
    "from_tensors",
    "is_builtin",
    "load",
    "weight_shapes",
]
