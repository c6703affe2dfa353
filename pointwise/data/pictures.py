"""A picture of a digit, a file or in memory, cleaned until it looks like a drawing on the canvas."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pointwise.drawing import Ink, brightness, ink_of, is_transparent, to_rgba
from pointwise.errors import PictureError

if TYPE_CHECKING:
    from PIL import Image

AnyPicture: TypeAlias = "str | os.PathLike[str] | bytes | Image.Image | ArrayLike"

WORKING_SIDE = 400  # pixels; larger pictures are reduced before anything is computed
TINY, ENLARGED = 28, 4  # pixels a side below which a picture gets a frame of paper, and is enlarged so many times
SPECK = 0.02  # a blot smaller than this share of the ink is dust


def open_picture(content: bytes) -> NDArray[np.uint8]:
    """The ink of a PNG or JPEG, white on black, uint8 (H, W, 4), at most 400 pixels a side.

    Light on dark or dark on light; uneven light, paper grain and dust are removed (morphological opening and
    Otsu's threshold 1979). Raises PictureError for more than 10 MB or 50 million pixels, another format, a damaged
    file, or a picture of one colour.
    """
    drawing = _cleaned(_pixels(content))
    if not drawing[:, :, 0].any():
        raise PictureError("This picture is of one colour: there is nothing to read. Choose one that shows a digit.")
    return drawing


def drawing_from(picture: AnyPicture) -> NDArray[np.uint8]:
    """The ink of a picture of a digit, white on black, uint8 (H, W, 4), at most 400 pixels a side; cleaned as
    ``open_picture`` does it, and black all over where the picture is of one colour.

    It is a file (PNG, JPEG, TIFF, WebP, BMP or GIF, at most 20 MB) or its content, Pillow's image, or an array: (H, W)
    grey, (H, W, 1…4) or (1…4, H, W) grey, grey and opacity, RGB or RGBA; uint8, 0–1, or of any other range, which is
    then stretched. Raises PictureError for anything else.
    """
    return _cleaned(_in_memory(picture))


def _cleaned(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return to_rgba(_clean(_strength(pixels)) if ink_of(pixels).any() else np.zeros(pixels.shape[:2]))


def open_colours(content: bytes) -> NDArray[np.uint8]:
    """The colours of a PNG or JPEG, uint8 (H, W, 3), at most 400 pixels a side, on white where it is transparent.

    Raises PictureError as ``open_picture`` does, but for a picture of one colour.
    """
    rgba = _pixels(content) / 255.0
    opacity = rgba[:, :, 3:]
    return np.floor((rgba[:, :, :3] * opacity + 1 - opacity) * 255 + 0.5).astype(np.uint8)


def _pixels(content: bytes) -> NDArray[np.uint8]:
    from pointwise.data.picture_files import PHOTOGRAPHS, read_image

    return _working(read_image(content, PHOTOGRAPHS, least=WORKING_SIDE).image)


def _working(picture: Image.Image) -> NDArray[np.uint8]:
    picture = picture.convert("RGBA")
    picture.thumbnail((WORKING_SIDE, WORKING_SIDE))
    return np.asarray(picture)


def _in_memory(picture: AnyPicture) -> NDArray[np.uint8]:
    """uint8 (H, W, 4) of a picture of any kind, at most 400 pixels a side, and not tiny."""
    image = image_of(picture, WORKING_SIDE)
    return _working(image if max(image.size) >= TINY else _enlarged(image))


def image_of(picture: AnyPicture, least: int) -> Image.Image:
    """A picture of any kind, as ``drawing_from`` takes it, of 8 bits: L, LA, RGB or RGBA, upright.

    A large one comes at less, but of ``least`` pixels a side or more. Raises PictureError as ``drawing_from`` does.
    """
    from PIL import Image

    from pointwise.data.picture_files import ALL_KINDS, in_eight_bits, read_image

    if isinstance(picture, (str, os.PathLike)):
        path = Path(picture)
        return read_image(_content(path, ALL_KINDS.megabytes * 2**20), ALL_KINDS, path.name, least).image
    if isinstance(picture, (bytes, bytearray, memoryview)):
        return read_image(bytes(picture), ALL_KINDS, least=least).image
    given = picture if isinstance(picture, Image.Image) else Image.fromarray(_array(picture))
    return in_eight_bits(given, "This picture", least)


def _content(path: Path, most: int) -> bytes:
    """A file's content, cut off where it is larger than any picture may be."""
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except (OSError, ValueError) as error:  # ValueError: a path with a null character
        reason = getattr(error, "strerror", None) or error
        raise PictureError(f"{path} cannot be read ({reason}). Choose another file.") from None


def _array(values: Any) -> NDArray[np.uint8]:
    """uint8 (H, W) or (H, W, 2…4) of an array, a tensor or lists of numbers."""
    what = "A picture is a path, bytes, Pillow's image or an array (H, W), (H, W, 3) or (H, W, 4)"
    try:
        array = np.asarray(values.detach().cpu() if hasattr(values, "detach") else values)
    except (TypeError, ValueError, RuntimeError):
        raise PictureError(f"{what}, not {type(values).__name__}. Give one of these.") from None
    if array.dtype.kind not in "buif":
        raise PictureError(f"{what} of numbers, not {type(values).__name__}. Give one of these.")
    if array.ndim == 3 and array.shape[2] > 4 and array.shape[0] <= 4:
        array = np.moveaxis(array, 0, 2)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] > 4) or 0 in array.shape:
        raise PictureError(f"{what}, not of shape {array.shape}. Give one picture at a time.")
    if not np.isfinite(array).all():
        raise PictureError("This picture has values that are no finite numbers. Give it without them.")
    return np.ascontiguousarray(_levels(array))


def _levels(array: NDArray[Any]) -> NDArray[np.uint8]:
    """Grey levels 0–255: uint8 as it is, 0–1 times 255, other numbers stretched from their least to their largest."""
    low, high = float(array.min()), float(array.max())
    if high - low == math.inf:
        array, low = array.astype(np.float64) / 4, low / 4
    if array.dtype == np.uint8 and high > 1:
        return array
    if low < 0 or high > 1:
        array, low = array.astype(np.float64) - low, 0.0
        array /= array.max()
    return np.floor(array * 255.0 + 0.5).astype(np.uint8)


def _enlarged(picture: Image.Image) -> Image.Image:
    """A tiny picture, which digits often fill to its edge, with a frame of the colour of its border, and larger."""
    from PIL import Image

    picture = picture.convert("RGBA")
    pixels = np.asarray(picture)
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    room = max(1, max(picture.size) // 4)
    width, height = (side + 2 * room for side in picture.size)
    framed = Image.new("RGBA", (width, height), tuple(np.median(border, 0).astype(int)))
    framed.paste(picture, (room, room))
    return framed.resize((width * ENLARGED, height * ENLARGED), Image.Resampling.BILINEAR)


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
