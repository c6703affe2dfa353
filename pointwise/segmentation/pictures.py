"""Whole pictures of any size, labelled in one call."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pointwise.data.picture_files import reduced
from pointwise.errors import ConfigError
from pointwise.models import Network
from pointwise.models.config import CHANNEL_SETS
from pointwise.segmentation import LONGEST
from pointwise.segmentation.channel_maps import compute
from pointwise.segmentation.fitting import HeldOut, fit
from pointwise.segmentation.labelling import label
from pointwise.segmentation.scribbles import check_scribbles

ROWS = 256  # of enlarged labels at a time


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
    shape: tuple[int, int] | None = None,
) -> Segmentation:
    """Labels of a picture, uint8 (H, W) or (H, W, 3), learned from ``scribbles``, (H, W): 0 unlabelled, 1…k.

    A picture of more than LONGEST pixels a side is labelled at that size, and its labels enlarged; ``shape`` is its
    file's, which the scribbles and labels have, where it was reduced already. Raises PictureError and DataError for a
    picture and strokes that cannot be used.
    """
    begun = time.perf_counter()
    whole = shape or (image.shape[0], image.shape[1])
    check_scribbles(scribbles, whole, classes)
    small = reduced(image, LONGEST)
    channels = compute(small, sets)
    count = classes or int(scribbles.max())
    fitted = fit(channels, shrunk(scribbles, channels.shape), classes=count, seed=seed, smoothing=smoothing)
    answer = label(fitted.network, channels)
    labels = answer.labels if small.shape[:2] == whole else enlarged(answer.probabilities, whole)
    taken = time.perf_counter() - begun
    return Segmentation(labels.astype(np.int32), answer.probabilities, fitted.network, fitted.held_out, taken)


def apply(network: Network, image: NDArray[np.uint8], shape: tuple[int, int] | None = None) -> Segmentation:
    """Labels of a picture by a network that was painted on another one; colours become grey where it reads grey.

    The labels are (H, W) of the picture, or of ``shape``, its file's, where it was reduced already.

    Raises ConfigError for a network that labels no pixels, PictureError for what is no picture.
    """
    begun = time.perf_counter()
    config = network.config
    if not config.architecture.labels_pixels:
        raise ConfigError(f"{config.arch} labels no pixels. Take a network that was painted.")
    small = in_colours(reduced(image, LONGEST), config.input_channels)
    answer = label(network, compute(small, config.channel_sets))
    whole = shape or image.shape[:2]
    labels = answer.labels if small.shape[:2] == whole else enlarged(answer.probabilities, whole)
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


def enlarged(probabilities: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Labels (H, W), 1…k, of a larger picture, from probabilities (h, w, k) of a smaller one, interpolated.

    On eight mosaics of 2,048 pixels a side that scores a mean IoU of 0.958 ± 0.012. Filters whose scales grow with the
    picture score 0.0003 ± 0.0004 less there, and compute at every pixel of the large one, here four times as long.
    """
    height, width = probabilities.shape[:2]
    planes = [Image.fromarray(np.ascontiguousarray(plane)) for plane in np.moveaxis(probabilities, 2, 0)]
    labels = np.empty(shape, np.uint8)
    for top in range(0, shape[0], ROWS):
        rows = min(ROWS, shape[0] - top)
        box = (0.0, top * height / shape[0], float(width), (top + rows) * height / shape[0])
        best = np.full((rows, shape[1]), -math.inf, np.float32)
        for number, plane in enumerate(planes, 1):
            values = np.array(plane.resize((shape[1], rows), Image.Resampling.BILINEAR, box=box))
            better = values > best
            labels[top : top + rows][better] = number
            best[better] = values[better]
    return labels


__all__ = ["Segmentation", "apply", "enlarged", "in_colours", "segment", "shrunk"]
