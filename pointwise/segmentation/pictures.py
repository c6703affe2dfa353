"""Whole pictures of any size, labelled in one call."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pointwise.errors import ConfigError
from pointwise.models import Network
from pointwise.models.config import CHANNEL_SETS
from pointwise.segmentation.channel_maps import LONGEST, compute
from pointwise.segmentation.fitting import HeldOut, fit
from pointwise.segmentation.labelling import label
from pointwise.segmentation.picture_files import enlarged, reduced
from pointwise.segmentation.scribbles import check_scribbles


@dataclass(frozen=True, eq=False)
class Segmentation:
    """Every pixel's class, and the network that says so."""

    labels: NDArray[np.int32]  # (H, W), 1…k
    probabilities: NDArray[np.float32]  # (h, w, k) of the picture, reduced to at most LONGEST pixels a side
    network: Network
    held_out: HeldOut | None
    seconds: float


def segment(
    image: NDArray[np.uint8],
    scribbles: NDArray[Any],
    seed: int = 0,
    sets: Sequence[str] = CHANNEL_SETS,
    classes: int | None = None,
    smoothing: float | None = None,
) -> Segmentation:
    """Labels of a picture, uint8 (H, W) or (H, W, 3), learned from ``scribbles``, (H, W): 0 unlabelled, 1…k.

    A picture of more than LONGEST pixels a side is labelled at that size, and its labels enlarged. Raises PictureError
    and DataError for a picture and strokes that cannot be used.
    """
    begun = time.perf_counter()
    check_scribbles(scribbles, image.shape[:2], classes)
    small = reduced(image)
    channels = compute(small, sets)
    count = classes or int(scribbles.max())
    fitted = fit(channels, shrunk(scribbles, channels.shape), classes=count, seed=seed, smoothing=smoothing)
    answer = label(fitted.network, channels)
    labels = answer.labels if small.shape == image.shape else enlarged(answer.probabilities, image.shape[:2])
    taken = time.perf_counter() - begun
    return Segmentation(labels.astype(np.int32), answer.probabilities, fitted.network, fitted.held_out, taken)


def apply(network: Network, image: NDArray[np.uint8]) -> Segmentation:
    """Labels of a picture by a network that was painted on another one; colours become grey where it reads grey.

    Raises ConfigError for a network that labels no pixels, PictureError for what is no picture.
    """
    begun = time.perf_counter()
    config = network.config
    if not config.architecture.labels_pixels:
        raise ConfigError(f"{config.arch} labels no pixels. Take a network that was painted.")
    small = in_colours(reduced(image), config.input_channels)
    answer = label(network, compute(small, config.channel_sets))
    labels = answer.labels if small.shape[:2] == image.shape[:2] else enlarged(answer.probabilities, image.shape[:2])
    return Segmentation(labels.astype(np.int32), answer.probabilities, network, None, time.perf_counter() - begun)


def in_colours(picture: NDArray[np.uint8], colours: int) -> NDArray[np.uint8]:
    """A picture of 1 or 3 colours from one of the other kind."""
    if colours == 3 and picture.ndim == 2:
        return np.repeat(picture[..., None], 3, axis=2)
    if colours == 1 and picture.ndim == 3:
        return np.round(picture.mean(2)).astype(np.uint8)
    return picture


def shrunk(scribbles: NDArray[Any], shape: tuple[int, int]) -> NDArray[np.int32]:
    """Scribbles at the size of a reduced picture: each labelled pixel goes to the pixel that covers it."""
    if scribbles.shape == shape:
        return scribbles.astype(np.int32)
    rows, columns = np.nonzero(scribbles)
    small = np.zeros(shape, np.int32)
    small[rows * shape[0] // scribbles.shape[0], columns * shape[1] // scribbles.shape[1]] = scribbles[rows, columns]
    return small


__all__ = ["LONGEST", "Segmentation", "apply", "in_colours", "segment", "shrunk"]
