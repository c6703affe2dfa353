"""Pictures as files of all kinds, read into arrays within bounds, and brought to a size."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from pointwise.errors import PictureError

MOST_BYTES = 20 * 2**20
MOST_PIXELS = 50_000_000
LONGEST = 1024  # pixels of the longest side that is painted on
FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF")
ROWS = 256  # of an enlarged picture at a time
Picture = NDArray[np.uint8]  # (H, W) or (H, W, 3)


def read_picture(content: bytes, name: str = "This file") -> Picture:
    """A picture, uint8 (H, W) or (H, W, 3), turned upright; the first of several, on white where it is transparent.

    16-bit and floating-point values are stretched to 0…255. Raises PictureError, before anything is decoded, for more
    than MOST_BYTES or MOST_PIXELS, and for what is broken or of another format.
    """
    return _opened(content, name, lambda image: _array(ImageOps.exif_transpose(image)))


def read_numbers(content: bytes, name: str = "This file") -> NDArray[np.int32]:
    """The whole numbers in a picture of one channel (grey, or a palette's indices), int32 (H, W).

    Raises PictureError as ``read_picture`` does, and for a picture of several channels.
    """

    def numbers(image: Image.Image) -> NDArray[np.int32]:
        values = np.array(image)
        if values.ndim != 2 or image.mode == "F":
            raise PictureError(f"{name} has {image.mode} colours. Save it with one whole number for each pixel.")
        return values.astype(np.int32)

    return _opened(content, name, numbers)


def _opened(content: bytes, name: str, read: Callable[[Image.Image], Any]) -> Any:
    if len(content) > MOST_BYTES:
        raise PictureError(f"{name} has {len(content) / 2**20:.0f} MB. Choose a picture of at most 20 MB.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
                width, height = opened.size
                if width * height > MOST_PIXELS:
                    raise PictureError(
                        f"{name} has {width:,} × {height:,} pixels. Choose a picture of at most 50 million."
                    )
                opened.seek(0)
                opened.load()
                return read(opened)
    except PictureError:
        raise
    except MemoryError:
        raise PictureError(f"{name} needs too much memory. Choose a smaller picture.") from None
    except Exception:  # Pillow raises all kinds for broken files
        raise PictureError(f"{name} is no picture that can be read. Choose a PNG, JPEG or TIFF file.") from None


def _array(image: Image.Image) -> Picture:
    if image.mode in ("1", "L"):
        return np.array(image.convert("L"))
    if image.mode.startswith(("I", "F")):
        return _stretched(np.array(image))
    if image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info:
        seen = image.convert("RGBA")
        white = Image.new("RGBA", seen.size, "white")
        white.alpha_composite(seen)
        flat = white.convert("RGB")
        return np.array(flat.convert("L") if image.mode in ("LA", "La") else flat)
    return np.array(image.convert("RGB"))


def _stretched(values: NDArray[Any]) -> Picture:
    """Values of any range as 0…255, from the lowest to the highest that are finite."""
    numbers = np.nan_to_num(values.astype(np.float32), posinf=0.0, neginf=0.0)
    low, high = float(numbers.min()), float(numbers.max())
    if high <= low:
        return np.full(values.shape, 128, np.uint8)
    return np.round((numbers - low) * (255 / (high - low))).clip(0, 255).astype(np.uint8)


def reduced(picture: Picture, longest: int = LONGEST) -> Picture:
    """The picture itself, or a smaller one whose longest side has ``longest`` pixels."""
    height, width = picture.shape[:2]
    if max(height, width) <= longest:
        return picture
    scale = longest / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.array(Image.fromarray(picture).resize(size, Image.Resampling.BOX))


def enlarged(probabilities: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Labels (H, W), 1…k, of a larger picture, from probabilities (h, w, k) of a smaller one, interpolated."""
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
