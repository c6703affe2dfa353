"""Pictures whose true labels are known: real textures laid into one another, and strokes painted inside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

TEXTURES = ("brick", "grass", "gravel")  # of scikit-image, 512 × 512 each
SITES, WARP = 14, 8.0  # areas of a mosaic; how far their borders bend, in pixels


@dataclass(frozen=True, eq=False)
class Mosaic:
    """A picture of three textures of equal brightness and contrast, and which is where."""

    picture: NDArray[np.uint8]  # (side, side)
    truth: NDArray[np.uint8]  # 1…3
    names: tuple[str, ...] = TEXTURES


def mosaic(seed: int = 0, side: int = 512) -> Mosaic:
    """The mosaic of a seed."""
    from skimage import data

    generator = np.random.default_rng(seed)
    sites, classes = generator.uniform(0, side, (SITES, 2)), np.arange(SITES) % len(TEXTURES)
    generator.shuffle(classes)
    noise = generator.standard_normal((2, side, side)).astype(np.float32)
    bends = np.stack([ndimage.gaussian_filter(each, 20) for each in noise])
    bends *= WARP / bends.std(axis=(1, 2), keepdims=True)
    y, x = np.mgrid[:side, :side] + bends
    nearest = np.stack([(y - site[0]) ** 2 + (x - site[1]) ** 2 for site in sites]).argmin(0)
    truth = classes[nearest].astype(np.uint8) + 1
    picture = np.zeros((side, side), np.float32)
    for number, name in enumerate(TEXTURES, 1):
        texture = getattr(data, name)().astype(np.float32)
        texture = (texture - texture.mean()) / texture.std()
        texture = np.roll(texture, generator.integers(0, 512, 2), (0, 1))[:: _sign(generator), :: _sign(generator)]
        texture = np.tile(texture, (side // 512 + 1, side // 512 + 1))[:side, :side]
        picture[truth == number] = texture[truth == number]
    return Mosaic(np.clip(128 + 40 * picture, 0, 255).astype(np.uint8), truth)


def _sign(generator: np.random.Generator) -> int:
    return -1 if generator.random() < 0.5 else 1


def made_strokes(
    truth: NDArray[np.uint8], seed: int = 0, share: float = 0.02, width: int = 5, length: int = 64
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Scribbles and the strokes' numbers, (H, W) each: strokes wander inside the areas until ``share`` is painted."""
    generator = np.random.default_rng([seed, 1])
    radius, classes = width // 2, int(truth.max())
    disk = np.hypot(*np.mgrid[-radius : radius + 1, -radius : radius + 1]) <= radius + 0.5
    scribbles, numbers, last = np.zeros(truth.shape, np.int32), np.zeros(truth.shape, np.int32), 0
    where = [np.argwhere(truth == label) for label in range(1, classes + 1)]
    while (scribbles > 0).mean() < share:
        for label in range(1, classes + 1):
            y, x = where[label - 1][generator.integers(len(where[label - 1]))].astype(float)
            turn, last = generator.uniform(0, 2 * np.pi), last + 1
            for _ in range(length // 2):
                top, left = int(y) - radius, int(x) - radius
                window = slice(top, top + 2 * radius + 1), slice(left, left + 2 * radius + 1)
                if min(top, left) < 0 or truth[window].shape != disk.shape or truth[int(y), int(x)] != label:
                    break
                painted = disk & (truth[window] == label)
                scribbles[window][painted], numbers[window][painted] = label, last
                turn += generator.normal(0, 0.2)
                y, x = y + 2 * np.sin(turn), x + 2 * np.cos(turn)
    return scribbles, numbers
