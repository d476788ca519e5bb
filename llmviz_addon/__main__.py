"""``python -m llmviz_addon``: the same as the ``llmviz`` command."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
