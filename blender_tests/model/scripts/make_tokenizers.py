"""Write the ids that transformers gives for the texts and tokenizers of :mod:`blender_tests.model.tokenizers.cases`.

pip install transformers
PYTHONPATH=. python blender_tests/model/scripts/make_tokenizers.py
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from transformers import GPT2Tokenizer

from blender_tests.model.tokenizers.cases import CASES, TEXTS, write

DATA = Path(__file__).resolve().parents[1] / "data" / "variants" / "tokenizers.json"


def main() -> None:
    """Write everything anew."""
    expected = {}
    for name, files in CASES.items():
        with tempfile.TemporaryDirectory() as place:
            theirs = GPT2Tokenizer.from_pretrained(write(files, Path(place)))
            expected[name] = [theirs(text)["input_ids"] for text in TEXTS]
    lines = [f"{json.dumps(name)}: {json.dumps(ids)}" for name, ids in expected.items()]
    DATA.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
