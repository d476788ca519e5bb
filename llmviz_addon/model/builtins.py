"""The models that the add-on ships, by the names that the shell, the sidebar and the api take.

Such a name goes before a file or folder of the same name, which is given as ``./austen``: what a line in a script
does must not depend on the folder that it is run in.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

WEIGHTS = Path(__file__).parent / "weights"


@dataclass(frozen=True)
class Builtin:
    """A model that is shipped: ``file`` may be a folder, ``sample`` is the text that it is shown with.

    ``does`` and ``takes`` go on after its name, and say what it is for and what it reads.
    """

    file: Path
    sample: str
    does: str
    takes: str


NANO = "nano-gpt"
BUILTINS = {
    NANO: Builtin(
        WEIGHTS / "nano-gpt.safetensors",
        "CBABBC",
        "sorts six letters",
        "up to 11 letters A, B or C, of which it was trained to sort six",
    ),
    # Its sentence was written after a search through 23,000 beginnings for what is really there. Each word is one
    # token; at t = 5, where chapters look, the clearest head of the first layer gives 80 % of "him" to "fond"; and the
    # guess is one of words: her 48 %, him 15 %, me, them. test_austen.py holds it.
    "austen": Builtin(
        WEIGHTS / "austen",
        "Emma was very fond of him, and it was impossible for",
        "goes on in the English of Jane Austen's novels",
        "English, up to 64 tokens",
    ),
}
NAMES = f"{', '.join(list(BUILTINS)[:-1])} and {list(BUILTINS)[-1]}"


def is_builtin(model: str) -> bool:
    """Whether what a model goes by is the name of one that is shipped; "" is nano-gpt in files of earlier versions."""
    return model in BUILTINS or not model
