"""An uploaded picture of a digit, cleaned until it looks like a drawing on the canvas."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pointwise.drawing import Ink, brightness, ink_of, is_transparent, to_rgba
from pointwise.errors import PictureError

WORKING_SIDE = 400  # pixels; larger pictures are reduced before anything is computed
SPECK = 0.02  # a blot smaller than this share of the ink is dust


def open_picture(content: bytes) -> NDArray[np.uint8]:
    """The ink of a PNG or JPEG, white on black, uint8 (H, W, 4), at most 400 pixels a side.

    Light on dark or dark on light; uneven light, paper grain and dust are removed (morphological opening and
    Otsu's threshold 1979). Raises PictureError for more than 10 MB or 50 million pixels, another format, a damaged
    file, or a picture of one colour.
    """
    pixels = _pixels(content)
    cleaned = _clean(_strength(pixels)) if ink_of(pixels).any() else None
    if cleaned is None or not cleaned.any():
        raise PictureError("This picture is of one colour: there is nothing to read. Choose one that shows a digit.")
    return to_rgba(cleaned)


def open_colours(content: bytes) -> NDArray[np.uint8]:
    """The colours of a PNG or JPEG, uint8 (H, W, 3), at most 400 pixels a side, on white where it is transparent.

    Raises PictureError as ``open_picture`` does, but for a picture of one colour.
    """
    rgba = _pixels(content) / 255.0
    opacity = rgba[:, :, 3:]
    return np.floor((rgba[:, :, :3] * opacity + 1 - opacity) * 255 + 0.5).astype(np.uint8)


def _pixels(content: bytes) -> NDArray[np.uint8]:
    from pointwise.data.picture_files import PHOTOGRAPHS, read_image

    picture = read_image(content, PHOTOGRAPHS, least=WORKING_SIDE).image.convert("RGBA")
    picture.thumbnail((WORKING_SIDE, WORKING_SIDE))
    return np.asarray(picture)


def _strength(rgba: NDArray[np.uint8]) -> Ink:
    """High where the ink is, 0–1: the opacity on a transparent background, else how dark or light a pixel is.

    Ink is what is rarer: brightness less its local mean is skewed towards it, however uneven the light.
    """
    from scipy import ndimage

    if is_transparent(rgba):
        return rgba[:, :, 3] / 255.0
    light = brightness(rgba)
    rest = light - ndimage.uniform_filter(light, size=max(light.shape) // 2)
    return light if (rest**3).sum() > 0 else 1.0 - light


def _clean(ink: Ink) -> Ink:
    """Ink without the slow changes of the paper, what is fainter than Otsu's threshold, and dust."""
    from scipy import ndimage

    window = max(3, max(ink.shape) // 4)
    paper = ndimage.uniform_filter(ndimage.grey_opening(ink, size=window), size=window)
    contrast = np.clip(ink - paper, 0.0, None)
    threshold = _otsu(contrast)
    marks, _ = ndimage.label(contrast > threshold)
    sizes = np.bincount(marks.ravel())
    kept = sizes >= SPECK * sizes[1:].sum()
    kept[0] = False
    near = ndimage.binary_dilation(kept[marks])
    return np.where(near, np.clip(contrast / max(threshold * 2, 1e-9), 0.0, 1.0), 0.0)


def _otsu(values: Ink) -> float:
    """The threshold between two groups that makes the variance between them largest."""
    counts, edges = np.histogram(values, bins=64, range=(0.0, 1.0))
    centres = (edges[:-1] + edges[1:]) / 2
    below, sums = np.cumsum(counts), np.cumsum(counts * centres)
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return float(centres[np.nanargmax(between)])
