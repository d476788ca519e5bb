"""The door to the models: what a checkpoint is, and how to get one.

The other rooms import from here. What stands behind it, one reader per format and the one place where
tensors are checked, is in :mod:`.checkpoints`.
"""

from .architecture import weight_shapes
from .checkpoints import BUILTIN, builtin, load
from .checkpoints.checked import Checkpoint, from_tensors

__all__ = ["BUILTIN", "Checkpoint", "builtin", "from_tensors", "load", "weight_shapes"]
