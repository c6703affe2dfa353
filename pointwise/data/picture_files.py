"""Files of pictures: opened within limits, turned upright, and reduced while they are read."""

from __future__ import annotations

import io
import math
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from pointwise import machine
from pointwise.errors import PictureError

Picture = NDArray[np.uint8]  # (H, W) or (H, W, 3)


class Accepted(NamedTuple):
    """Which files are read."""

    formats: tuple[str, ...]  # as Pillow calls them
    said: str
    megabytes: int


PHOTOGRAPHS = Accepted(("PNG", "JPEG"), "PNG or JPEG", 10)
ALL_KINDS = Accepted(("PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF"), "PNG, JPEG or TIFF", 20)
MOST_PIXELS = 50_000_000
MANY_PIXELS = 4_000_000  # of which one file is decoded at a time, by all threads together: 4 bytes each
STRIP = 1_000_000  # pixels that are converted at a time
TURN, QUARTERS = 0x0112, (5, 6, 7, 8)  # the EXIF tag, and its values that exchange width and height

_large = threading.Lock()


class Read(NamedTuple):
    """A picture that was read, perhaps at a smaller size."""

    image: Image.Image  # of 8 bits: L, LA, RGB or RGBA
    shape: tuple[int, int]  # (H, W) of the file, upright


def read_image(content: bytes, accepted: Accepted, name: str = "This file", least: int | None = None) -> Read:
    """A picture turned upright, the first of several; a large one at less, but of ``least`` pixels a side or more.

    16-bit and floating-point values are stretched to 0…255. Raises PictureError, before anything is decoded, for more
    bytes than are accepted or more than MOST_PIXELS, and for what is broken or of another format.
    """
    with _opened(content, accepted, name, least) as (file, _):
        pixels = file.width * file.height
    with _alone(pixels):
        return _read(content, accepted, name, least)


@contextmanager
def _opened(
    content: bytes, accepted: Accepted, name: str, least: int | None = None
) -> Iterator[tuple[Any, tuple[int, int]]]:
    """A file that is not decoded yet, and its (H, W); what goes wrong in the context becomes a PictureError."""
    if len(content) > accepted.megabytes * 2**20:
        size = f"{len(content) / 2**20:.1f} MB, more than {accepted.megabytes}"
        raise PictureError(f"{name} has {size}. Choose a smaller picture.")
    with _begun(io.BytesIO(content), accepted, name, least) as begun:
        yield begun


def size_of(file: BinaryIO, accepted: Accepted, name: str) -> tuple[int, int]:
    """Width and height that a file says that its picture has. Raises PictureError as ``read_image`` does."""
    with _begun(file, accepted, name) as (_, (height, width)):
        return width, height


@contextmanager
def _begun(
    content: BinaryIO, accepted: Accepted, name: str, least: int | None = None
) -> Iterator[tuple[Any, tuple[int, int]]]:
    too_many = f"too many to open safely. Choose a picture of at most {MOST_PIXELS / 1e6:.0f} million."
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(content, formats=accepted.formats) as file:
                if file.width * file.height > MOST_PIXELS:
                    raise PictureError(f"{name} has {file.width:,} × {file.height:,} pixels, {too_many}")
                shape = file.height, file.width
                if least:
                    file.draft(None, (least, least))  # which JPEG alone knows
                yield file, shape
    except PictureError:
        raise
    except Image.DecompressionBombError:
        raise PictureError(f"{name} has more than {MOST_PIXELS / 1e6:.0f} million pixels, {too_many}") from None
    except MemoryError:
        raise PictureError(f"{name} needs too much memory. Choose a smaller picture.") from None
    except Exception:  # Pillow raises many kinds for damaged files, SyntaxError and struct.error among them
        raise PictureError(f"{name} is no {accepted.said} picture, or it is damaged. Choose another one.") from None


@contextmanager
def _alone(pixels: int) -> Iterator[None]:
    """A context of decoding so many pixels: where they are many, no other thread does so.

    What was decoded is to be let go of before it ends.
    """
    if pixels <= MANY_PIXELS:
        yield
        return
    with _large:
        try:
            yield
        finally:
            machine.trim()


def _read(content: bytes, accepted: Accepted, name: str, least: int | None) -> Read:
    with _opened(content, accepted, name, least) as (file, shape):
        drafted = file.size != shape[::-1]
        quarter = drafted and file.getexif().get(TURN) in QUARTERS
        file.seek(0)
        file.load()
        ImageOps.exif_transpose(file, in_place=True)
        if not drafted:
            shape = file.height, file.width
        elif quarter:
            shape = shape[::-1]
        factor = max(1, max(file.size) // (2 * least)) if least and file.width * file.height > MANY_PIXELS else 1
        return Read(_in_eight_bits(file, factor), shape)


def in_eight_bits(image: Image.Image, name: str, least: int) -> Image.Image:
    """A picture that Pillow holds, as ``read_image`` reads one. Raises PictureError as it does."""
    pixels = image.width * image.height
    if not 0 < pixels <= MOST_PIXELS:
        size = f"{name} has {image.width:,} × {image.height:,} pixels"
        raise PictureError(f"{size}. Choose a picture of at most {MOST_PIXELS / 1e6:.0f} million.")
    factor = max(1, max(image.size) // (2 * least)) if pixels > MANY_PIXELS else 1
    try:
        return _in_eight_bits(ImageOps.exif_transpose(image), factor)
    except Exception:  # a file is decoded only now
        raise PictureError(f"{name} is damaged. Choose another one.") from None


def _in_eight_bits(image: Image.Image, factor: int) -> Image.Image:
    """The picture in L, LA, RGB or RGBA, averaged over so many pixels each way; converted in strips to save memory."""
    limits = _limits(image) if image.mode[0] in "IF" else None
    whole: Image.Image | None = None
    for top, strip in _strips(image, factor):
        part = _converted(strip) if limits is None else _stretched(np.asarray(strip), *limits)
        part = part.reduce(factor) if factor > 1 else part
        if whole is None:
            whole = Image.new(part.mode, (part.width, math.ceil(image.height / factor)))
        whole.paste(part, (0, top // factor))
    assert whole is not None
    return whole


def _strips(image: Image.Image, factor: int = 1) -> Iterator[tuple[int, Image.Image]]:
    """The picture from top to bottom, each strip with its first row; a multiple of ``factor`` rows but for the last."""
    rows = factor * max(1, STRIP // (image.width * factor))
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(top + rows, image.height)))


def _converted(image: Image.Image) -> Image.Image:
    clear = "transparency" in image.info or image.mode in ("LA", "PA", "RGBA", "La", "RGBa")
    mode = ("L" if image.mode in ("1", "L", "LA", "La") else "RGB") + ("A" if clear else "")
    return image if image.mode == mode else image.convert(mode)


def _limits(image: Image.Image) -> tuple[float, float]:
    """The lowest and the highest of a picture's values that are finite."""
    low, high = math.inf, -math.inf
    for _, strip in _strips(image):
        values = np.asarray(strip)
        finite = values[np.isfinite(values)]
        if finite.size:
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    return low, high


def _stretched(values: NDArray[Any], low: float, high: float) -> Image.Image:
    """Values from ``low`` to ``high`` as 0…255, those that are no numbers as 0."""
    if high <= low:
        return Image.fromarray(np.full(values.shape, 128, np.uint8))
    numbers = np.nan_to_num(values.astype(np.float32), nan=low, posinf=high, neginf=low)
    return Image.fromarray(np.round((numbers - low) * (255 / (high - low))).clip(0, 255).astype(np.uint8))


def read_picture(content: bytes, name: str = "This file") -> Picture:
    """A picture of any of the kinds, uint8 (H, W) or (H, W, 3), on white where it is transparent.

    Raises PictureError as ``read_image`` does.
    """
    return _on_white(read_image(content, ALL_KINDS, name).image)


def read_reduced(content: bytes, name: str, longest: int) -> tuple[Picture, tuple[int, int]]:
    """A picture as ``read_picture`` reads it, of at most ``longest`` pixels a side, and (H, W) of the file.

    A large file takes a fourth of the memory. Raises PictureError as ``read_image`` does.
    """
    image, shape = read_image(content, ALL_KINDS, name, longest)
    return reduced(_on_white(image), longest), shape


def read_numbers(content: bytes, name: str = "This file") -> NDArray[np.int32]:
    """The whole numbers in a picture of one channel (grey, or a palette's indices), int32 (H, W).

    Raises PictureError as ``read_image`` does, and for a picture of several channels.
    """
    with _opened(content, ALL_KINDS, name) as (file, _):
        values = np.array(file)
        if values.ndim != 2 or file.mode == "F":
            what = f"{file.mode} colours" if values.ndim != 2 else "numbers with fractions"
            raise PictureError(f"{name} has {what}. Save it with one whole number for each pixel.")
        return values.astype(np.int32)


def _on_white(image: Image.Image) -> Picture:
    if image.mode in ("L", "RGB"):
        return np.array(image)
    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image.convert("RGBA"))
    return np.array(white.convert(image.mode[:-1]))


def reduced(picture: Picture, longest: int) -> Picture:
    """The picture itself, or a smaller one whose longest side has ``longest`` pixels."""
    height, width = picture.shape[:2]
    if max(height, width) <= longest:
        return picture
    scale = longest / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.array(Image.fromarray(picture).resize(size, Image.Resampling.BOX))
