"""Our PNG files: readable by others, and by us back to the very pixels."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from llmviz_addon.errors import JobError
from llmviz_addon.film.painting import png

sizes = st.integers(1, 40)


@given(sizes, sizes, st.integers(0, 2**32 - 1))
def test_any_picture_comes_back(width: int, height: int, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    data = png.encode(pixels)
    assert (png.decode(data) == pixels).all()
    assert (np.asarray(Image.open(io.BytesIO(data))) == pixels).all()


@pytest.mark.parametrize("cut", [0, 10, 40, -20])
def test_a_broken_file_is_told(cut: int) -> None:
    data = png.encode(np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(JobError, match="not a frame of ours"):
        png.decode(data[:cut])


def test_a_foreign_png_is_told() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (64, 64)).save(out, "PNG")
    with pytest.raises(JobError, match="not a frame of ours"):
        png.decode(out.getvalue())


def test_written_whole(tmp_path: Path) -> None:
    pixels = np.full((4, 6, 3), 7, np.uint8)
    png.write(tmp_path / "a.png", pixels)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
    assert (png.read(tmp_path / "a.png") == pixels).all()
