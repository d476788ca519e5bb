"""The ``llmviz`` command; ``python -m llmviz_addon`` is the same.

With ``-m`` Python itself puts the current folder first on the path, and may have imported its own modules from
there before we are asked: ``python -P -m llmviz_addon`` is the safe way to say it.
"""

from __future__ import annotations

import sys

from .processes import forget_current_folder


def program() -> None:
    """Run the command that this process was started with, and end."""
    forget_current_folder()
    import signal  # only now that nothing of the current folder can be taken for ours

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # while there is nothing to clear up yet, end without a word
    from .terminal import status_of

    status = status_of(_job)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done, and Python's own end would complain
    sys.exit(status)


def _job() -> int | None:
    from .cli import carry_out  # only now that Ctrl-C is heard

    return carry_out()


if __name__ == "__main__":
    program()
