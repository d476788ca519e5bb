"""``python -m llmviz_addon``: the same as the ``llmviz`` command.

Python itself puts the current folder first on the path here, and may have imported its own modules from
there before we are asked: ``python -P -m llmviz_addon`` is the safe way to say it.
"""

from __future__ import annotations

import sys

from .processes import forget_current_folder


def program() -> None:
    """Run the command and end."""
    forget_current_folder()
    from .cli import main  # only now that nothing of the current folder can be taken for ours

    sys.exit(main())


if __name__ == "__main__":
    program()
