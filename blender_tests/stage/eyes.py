"""Colours as eyes see them: with three kinds of cones, without the long ones, and without the middle ones.

The matrices are those of G. M. Machado, M. M. Oliveira and L. A. F. Fernandes, "A Physiologically-based Model for
Simulation of Color Vision Deficiency", IEEE Transactions on Visualization and Computer Graphics 15 (6), 2009, for a
severity of 1.0, applied to linear light. Distances are those of CIELAB (1976, D65): 2.3 can just be told.
"""

import numpy as np

from llmviz_addon.stage.materials.theme import RGB, linear

EYES = {
    "all cones": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def lab(color: RGB, eyes: str = "all cones") -> np.ndarray:
    """CIELAB of what these eyes make of a display colour, (3,)."""
    light = np.clip(EYES[eyes] @ linear(color), 0, 1)
    share = (_XYZ @ light) / _XYZ.sum(axis=1)
    root = np.where(share > 216 / 24389, np.cbrt(share), (share * 24389 / 27 + 16) / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def apart(one: RGB, other: RGB, eyes: str) -> float:
    """How far apart two display colours look."""
    return float(np.linalg.norm(lab(one, eyes) - lab(other, eyes)))


def contrast(one: RGB, other: RGB) -> float:
    """WCAG's contrast of two display colours, 1 to 21."""
    low, high = sorted(float(_XYZ[1] @ linear(color)) for color in (one, other))
    return (high + 0.05) / (low + 0.05)
