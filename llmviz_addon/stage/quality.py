"""How much work goes into a picture: presets from a draft to 4K.

Flat themes are finished with one sample of Cycles, so there only the size differs. Where things are lit a draft has
one sample as well, and takes a fifth of the time. What is half transparent is there or not by chance then, in the
passes that guide a denoiser too: so it looks at the picture alone, and small dots come out softer than they are.
In the others those passes are denoised first, as their noise would be taken for detail of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import JobError, choices


@dataclass(frozen=True)
class Quality:
    """Samples per pixel of Cycles where things are lit, its denoiser, samples of EEVEE, and the shorter side if set."""

    lit_samples: int
    denoising_quality: str
    denoising_prefilter: str
    denoising_input_passes: str
    eevee_samples: int
    side: int | None = None  # pixels

    def size(self, size: tuple[int, int]) -> tuple[int, int]:
        """How large a picture of a ``size`` in pixels is rendered: in its shape, both sides even, as video needs."""
        if self.side is None:
            return size
        scale = self.side / min(size)
        width, height = (2 * round(side * scale / 2) for side in size)
        return width, height


DRAFT, FINAL, UHD = "draft", "final", "4k"
PRESETS = {
    DRAFT: Quality(1, "FAST", "NONE", "RGB", 16),
    FINAL: Quality(8, "BALANCED", "ACCURATE", "RGB_ALBEDO", 64),
    UHD: Quality(8, "BALANCED", "ACCURATE", "RGB_ALBEDO", 64, 2160),
}
QUALITIES = tuple(PRESETS)


def quality(name: str) -> Quality:
    """The preset of a name; JobError where there is none."""
    try:
        return PRESETS[name]
    except KeyError:
        raise JobError(f"Unknown quality {name!r}. {choices(QUALITIES)}") from None
