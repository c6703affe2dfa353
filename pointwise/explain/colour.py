"""What a 1×1 convolution on a colour picture does: it mixes red, green and blue, the same way at every pixel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pointwise.drawing import LUMINANCE

Floats = NDArray[np.float64]

OPPONENT = ((1.0, -1.0, 0.0), (0.5, 0.5, -1.0), LUMINANCE)  # red–green, yellow–blue, black–white
OPPONENT_NAMES = ("Red against green", "Yellow against blue", "Black to white")


def mix(picture: NDArray[np.uint8], weights: Floats) -> Floats:
    """A picture, uint8 (H, W, 3) as 0–1, after a 1×1 convolution without bias, weights (k, 3): float64 (k, H, W)."""
    return np.einsum("kc,hwc->khw", weights, picture / 255.0)


def luminance() -> Floats:
    """Weights (1, 3) of how bright a colour looks (ITU-R BT.601)."""
    return np.array([LUMINANCE])


def opponent() -> Floats:
    """Weights (3, 3) of the opponent channels of Hering (1892), as plain differences."""
    return np.array(OPPONENT)


def learned(picture: NDArray[np.uint8]) -> tuple[Floats, Floats]:
    """The three mixes (3, 3) from which a 1×1 autoencoder 3→k→3 rebuilds this picture best, and their shares (3,).

    They are the principal components of its colours, which a linear autoencoder learns (Baldi & Hornik 1989). The
    shares are of the colours' variance, largest first; signs are such that each mix's weights sum to at least 0.
    """
    colours = picture.reshape(-1, 3) / 255.0
    variances, directions = np.linalg.eigh(np.cov(colours.T, bias=True))
    variances = np.clip(variances, 0.0, None)  # rounding makes zeros negative
    rows = directions.T[::-1]
    signs = np.where(rows.sum(axis=1) < 0, -1.0, 1.0)
    total = float(variances.sum()) or 1.0
    return rows * signs[:, None], variances[::-1] / total


def berries(side: int = 96) -> NDArray[np.uint8]:
    """A picture of our own, uint8 (side, side, 3): red berries and a blue bird among leaves of the same luminance."""
    y, x = np.mgrid[0:side, 0:side] / side
    light = 0.42 + 0.05 * np.sin(19 * x + 7 * np.sin(5 * y)) + 0.04 * np.sin(23 * y - 11 * x)
    picture = _with_luminance(np.array([0.25, 1.0, 0.2]), light)
    for cx, cy, radius in (
        (0.25, 0.3, 0.09),
        (0.43, 0.2, 0.07),
        (0.36, 0.47, 0.08),
        (0.7, 0.72, 0.1),
        (0.84, 0.6, 0.06),
    ):
        inside = (x - cx) ** 2 + (y - cy) ** 2 < radius**2
        picture[inside] = _with_luminance(np.array([1.0, 0.12, 0.15]), light)[inside]
    body = ((x - 0.68) / 0.17) ** 2 + ((y - 0.28) / 0.1) ** 2 < 1
    head = (x - 0.83) ** 2 + (y - 0.2) ** 2 < 0.07**2
    picture[body | head] = _with_luminance(np.array([0.25, 0.45, 1.0]), light)[body | head]
    return np.floor(np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)


def _with_luminance(colour: Floats, light: Floats) -> Floats:
    """One hue (H, W, 3) of luminance ``light`` (H, W), paler where the pure colour is too dark for it."""
    own = float(np.array(LUMINANCE) @ colour)
    pure = np.minimum(light / own, 1.0 / colour.max())
    scaled = colour * pure[:, :, None]
    rest = light - pure * own  # made up with white
    return scaled + rest[:, :, None] * (1 - scaled) / np.maximum(1 - pure * own, 1e-9)[:, :, None]
