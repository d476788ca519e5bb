"""``import llmviz``: the library under the name that it is installed by. It lies beside the package in a wheel."""

from llmviz_addon.api import *  # noqa: F403
from llmviz_addon.api import __all__ as __all__
from llmviz_addon.api import __doc__ as __doc__
