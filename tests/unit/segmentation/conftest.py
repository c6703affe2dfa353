"""A small picture that colour alone tells apart, with strokes, and one whose halves differ by texture alone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from pointwise.segmentation.channel_maps import Channels, compute
from pointwise.segmentation.fitting import Fitted, fit


class Painted(NamedTuple):
    picture: NDArray[np.uint8]
    truth: NDArray[np.int32]
    scribbles: NDArray[np.int32]
    channels: Channels
    fitted: Fitted


def stripes(height: int = 90, width: int = 117, seed: int = 0) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Stripes that run down on the left and across on the right, and the truth: 1 and 2."""
    noise = np.random.default_rng(seed).normal(0, 8, (height, width))
    y, x = np.mgrid[:height, :width]
    truth = np.where(x < width // 2, 1, 2).astype(np.int32)
    wave = np.sin(2 * np.pi * np.where(truth == 1, x, y) / 6)
    return np.clip(128 + 60 * wave + noise, 0, 255).astype(np.uint8), truth


@pytest.fixture(scope="session")
def painted() -> Painted:
    """Stripes with two strokes in each half."""
    picture, truth = stripes()
    scribbles = np.zeros_like(truth)
    for top in (12, 60):
        scribbles[top : top + 4, 8:40] = 1
        scribbles[top : top + 4, 75:107] = 2
    channels = compute(picture)
    return Painted(picture, truth, scribbles, channels, fit(channels, scribbles))
