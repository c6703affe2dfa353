"""What a 1×1 convolution on a colour picture does: it mixes red, green and blue, the same way at every pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pointwise.drawing import LUMINANCE

Floats = NDArray[np.float64]

OPPONENT = ((1.0, -1.0, 0.0), (0.5, 0.5, -1.0), LUMINANCE)  # red–green, yellow–blue, black–white
OPPONENT_NAMES = ("Red against green", "Yellow against blue", "Black to white")
Blobs = tuple[tuple[float, float, float, float], ...]  # ellipses: x, y, half the width, height as a share of width


@dataclass(frozen=True, eq=False)
class Scene:
    """A picture whose parts are known."""

    picture: NDArray[np.uint8]  # (H, W, 3)
    parts: dict[str, NDArray[np.bool_]]  # (H, W) each; together they are the picture


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


CLOUDS: Blobs = ((0.16, 0.16, 0.12, 0.45), (0.27, 0.19, 0.11, 0.4), (0.8, 0.3, 0.11, 0.45), (0.9, 0.32, 0.1, 0.4))
CROWN: Blobs = ((0.5, 0.36, 0.2, 1.0), (0.36, 0.46, 0.15, 1.0), (0.65, 0.46, 0.16, 1.0), (0.5, 0.5, 0.2, 0.8))


def tree(side: int = 96) -> Scene:
    """A scene of our own: leaves, a trunk, sky and clouds. The leaves have less red, green and blue than the sky."""
    y, x = np.mgrid[0:side, 0:side] / side
    shade = (np.sin(31 * x + 5 * np.sin(17 * y)) * np.sin(29 * y - 9 * x))[:, :, None]
    crown, clouds, grass = _within(CROWN, x, y), _within(CLOUDS, x, y), y > 0.86 + 0.015 * np.sin(9 * x)
    trunk = (np.abs(x - 0.505) < 0.035 + 0.12 * (y - 0.6) ** 2) & (y > 0.5) & ~crown & ~grass
    picture = np.array([168.0, 214.0, 240.0]) * y[:, :, None] + np.array([92.0, 164.0, 232.0]) * (1 - y[:, :, None])
    picture[clouds] = (246, 248, 250)
    picture[trunk] = ((1 + 0.1 * shade) * (112, 78, 50))[trunk]
    picture[grass] = ((1 + 0.22 * shade) * (74, 132, 44))[grass]
    picture[crown] = ((1 + 0.22 * shade) * (58, 122, 46))[crown]
    leaves = crown | grass
    clouds &= ~leaves & ~trunk
    parts = {"leaves": leaves, "sky": ~(leaves | clouds | trunk), "clouds": clouds, "trunk": trunk}
    return Scene(np.floor(np.clip(picture, 0, 255) + 0.5).astype(np.uint8), parts)


def shown(values: Floats) -> Floats:
    """A map as brightness: its least value is 0 (black), its largest 1 (white); all 0 where they are the same."""
    low, high = float(values.min()), float(values.max())
    return (values - low) / (high - low) if high - low > 1e-9 else np.zeros_like(values)


def brightness(scene: Scene, weights: Floats) -> dict[str, float]:
    """How bright each part is on average, 0–1, in the ``shown`` map of one mix, weights (3,)."""
    (values,) = mix(scene.picture, weights[None])
    return {name: float(shown(values)[part].mean()) for name, part in scene.parts.items()}


def contrast(bright: dict[str, float], part: str) -> float:
    """How much brighter a part is than the brightest of the others, −1…1, from their ``brightness``."""
    return bright[part] - max(value for name, value in bright.items() if name != part)


def _within(blobs: Blobs, x: Floats, y: Floats) -> NDArray[np.bool_]:
    inside = [((x - left) / wide) ** 2 + ((y - top) / (wide * share)) ** 2 < 1 for left, top, wide, share in blobs]
    return np.any(inside, axis=0)


def _with_luminance(colour: Floats, light: Floats) -> Floats:
    """One hue (H, W, 3) of luminance ``light`` (H, W), paler where the pure colour is too dark for it."""
    own = float(np.array(LUMINANCE) @ colour)
    pure = np.minimum(light / own, 1.0 / colour.max())
    scaled = colour * pure[:, :, None]
    rest = light - pure * own  # made up with white
    return scaled + rest[:, :, None] * (1 - scaled) / np.maximum(1 - pure * own, 1e-9)[:, :, None]
