"""From a drawing to what the network receives, in plain arithmetic, every step kept so that it can be shown.

The steps are MNIST's own (LeCun et al., "The MNIST database"): crop to the ink, scale to 20 pixels on the longest
side, centre by mass in 28×28. Scaling is an area average in floating point: an output pixel is the mean of the
input under it, parts of pixels counting in proportion. Only the very last step rounds: ⌊255·v + ½⌋. The page does the
same steps while somebody draws (inpage/drawing.js): a change here is a change there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pointwise.errors import PictureError

SIDE = 28  # of the network's input
BOX = 20  # longest side of the digit in it
SLACK = 4  # rows above and below a strip of digits, so that each can stand higher or lower
LONGEST = 308  # of such a strip, between the 14 pixels left and right
FAINTEST = 0.1  # contrast with the background below which a pixel is no ink
GAP = 0.03  # of a drawing's width, that parts two digits
TIE = 1e-9  # pixels: a centre of mass this near to a whole pixel lies on it, whatever the sum's rounding
SUPERSAMPLING = 3
LUMINANCE = (0.299, 0.587, 0.114)  # ITU-R BT.601

Stroke = Sequence[Sequence[float]]  # points [x, y]; x to the right, y down, both 0–1
Ink = NDArray[np.float64]  # (H, W), 0 is background and 1 the strongest ink


@dataclass(frozen=True)
class Preparation:
    """A drawing's way to the network. ``cropped`` and ``scaled`` are None where there is no ink or no normalisation."""

    ink: Ink  # (H, W): the drawing
    cropped: Ink | None  # (h, w): its bounding box
    scaled: Ink | None  # longest side 20
    image: NDArray[np.uint8]  # (28, 28): what the network receives


def prepare(rgba: NDArray[np.uint8], normalise: bool = True) -> Preparation:
    """uint8 (H, W, 4), light ink on dark or dark on light, to 28×28.

    With ``normalise=False`` the whole drawing is scaled to 28×28 as it lies. Raises PictureError for another shape.
    """
    return prepare_ink(ink_of(rgba), normalise)


def prepare_ink(ink: Ink, normalise: bool = True) -> Preparation:
    """Ink, float64 (H, W), 0–1, to 28×28, as ``prepare`` does of a drawing."""
    if not ink.any():
        return Preparation(ink, None, None, np.zeros((SIDE, SIDE), np.uint8))
    if not normalise:
        whole = area_average(ink, *_fit(ink.shape, SIDE))
        return Preparation(ink, None, None, _rounded(_placed(whole, *_middle(whole))))
    cropped = _crop(ink)
    scaled = area_average(cropped, *_fit(cropped.shape, BOX))
    return Preparation(ink, cropped, scaled, _rounded(_placed(scaled, *_corner_by_mass(scaled))))


def prepare_strip(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A drawing of several digits, uint8 (H, W, 4), to uint8 (28 + 2·SLACK, n), n a multiple of 4.

    The ink becomes 20 pixels high, or less where it would be wider than LONGEST, and stands in the middle, with room
    for a 28×28 picture around its first and its last column. Raises PictureError for another shape.
    """
    ink = ink_of(rgba)
    if not ink.any():
        return np.zeros((SIDE + 2 * SLACK, 2 * SIDE), np.uint8)
    cropped = _crop(ink)
    scale = min(BOX / cropped.shape[0], LONGEST / cropped.shape[1])
    height, width = (max(1, math.floor(side * scale + 0.5)) for side in cropped.shape)
    room = SIDE // 2
    field = np.zeros((SIDE + 2 * SLACK, 4 * math.ceil((width + 2 * room) / 4)))
    top = (len(field) - height) // 2
    field[top : top + height, room : room + width] = area_average(cropped, height, width)
    return _rounded(field)


def ink_of(rgba: NDArray[np.uint8]) -> Ink:
    """How much each pixel differs from the background, 0–1, the strongest being 1; (H, W) float64.

    The background is the median of the border. Where most of the border is transparent, the ink is the opacity.
    Raises PictureError for anything but uint8 (H, W, 4).
    """
    if not isinstance(rgba, np.ndarray):
        raise PictureError(f"A drawing is uint8 (H, W, 4), not {type(rgba).__name__}. read_digit takes all kinds.")
    if rgba.ndim != 3 or rgba.shape[2] != 4 or rgba.dtype != np.uint8 or 0 in rgba.shape:
        raise PictureError(f"A drawing is uint8 (H, W, 4), not {rgba.dtype} {rgba.shape}. read_digit takes all kinds.")
    if is_transparent(rgba):
        return _strengthened(rgba[:, :, 3] / 255.0)
    paper = np.median(brightness(_border(rgba)[None]))
    if paper != brightness(rgba[:1, :1])[0, 0]:
        return _strengthened(np.abs(brightness(rgba) - paper))
    ink, colours = np.zeros(rgba.shape[:2]), np.ascontiguousarray(rgba).view(np.uint32)[:, :, 0]
    drawn = colours != colours[0, 0]  # from the corner, which is paper; only that part is computed, a third of most
    if drawn.any():
        rows, columns = (slice(found[0], found[-1] + 1) for found in map(np.flatnonzero, (drawn.any(1), drawn.any(0))))
        ink[rows, columns] = _strengthened(np.abs(brightness(rgba[rows, columns]) - paper))
    return ink


def _strengthened(difference: Ink) -> Ink:
    strongest = difference.max()
    if strongest < FAINTEST:
        return np.zeros_like(difference)
    ink = difference / strongest
    return np.where(ink < FAINTEST, 0.0, ink)


def brightness(rgba: NDArray[np.uint8]) -> Ink:
    """Brightness of each pixel, (H, W), 0–1, whatever its opacity."""
    red, green, blue = (share * rgba[:, :, channel] for channel, share in enumerate(LUMINANCE))
    return (red + green + blue) / 255.0


def is_transparent(rgba: NDArray[np.uint8]) -> bool:
    """Whether most of the border is."""
    return bool(np.median(_border(rgba[:, :, 3])) < 128)


def area_average(picture: Ink, height: int, width: int) -> Ink:
    """(H, W) to (height, width): each output pixel is the mean of the input area that it covers."""
    return _average(_average(picture, height).T, width).T


def side_by_side(ink: Ink) -> bool:
    """Whether the ink, (H, W), stands in two pieces with empty columns between them, each at least half as high as all.

    So do the two digits of "10", but not a 5 whose bar floats above it, nor the dot of an i.
    """
    if not ink.any():
        return False
    inked = np.asarray(_crop(ink) > 0)
    height, width = inked.shape
    columns: NDArray[np.bool_] = np.asarray(inked.any(axis=0))
    ends = np.flatnonzero(columns[:-1] & ~columns[1:])
    starts = np.flatnonzero(~columns[:-1] & columns[1:]) + 1
    apart = [(end + 1, start) for end, start in zip(ends, starts, strict=True) if start - end - 1 >= GAP * width]
    return any(min(_height(inked[:, :end]), _height(inked[:, start:])) >= height / 2 for end, start in apart)


def to_rgba(ink: Ink) -> NDArray[np.uint8]:
    """White ink on opaque black, uint8 (H, W, 4)."""
    grey = _rounded(ink)
    return np.dstack([grey, grey, grey, np.full_like(grey, 255)])


def draw_strokes(
    strokes: Sequence[Stroke], side: int = 280, pen: float = 20.0, extent: float = 0.7
) -> NDArray[np.uint8]:
    """White round-tipped strokes on black, uint8 (side, side, 4); the unit box fills ``extent`` of the canvas."""
    offset, scale = side * (1 - extent) / 2, side * extent
    lines = [([(offset + x * scale, offset + y * scale) for x, y in stroke], pen) for stroke in strokes]
    return to_rgba(draw_lines(lines, side, side) / 255.0)


def draw_lines(lines: Sequence[tuple[Stroke, float]], width: int, height: int) -> NDArray[np.uint8]:
    """Grey levels of round-tipped lines on black, uint8 (height, width); a line is points and a width in pixels."""
    from PIL import Image, ImageDraw

    picture = Image.new("L", (width * SUPERSAMPLING, height * SUPERSAMPLING), 0)
    draw = ImageDraw.Draw(picture)
    for line, pen in lines:
        wide = pen * SUPERSAMPLING
        points = [(x * SUPERSAMPLING, y * SUPERSAMPLING) for x, y in line]
        if len(points) > 1:
            draw.line(points, fill=255, width=round(wide), joint="curve")
        for x, y in points:
            draw.ellipse((x - wide / 2, y - wide / 2, x + wide / 2, y + wide / 2), fill=255)
    return np.asarray(picture.resize((width, height), Image.Resampling.BOX))


def _border(values: NDArray[Any]) -> NDArray[Any]:
    return np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])


def _crop(ink: Ink) -> Ink:
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _height(inked: NDArray[np.bool_]) -> int:
    """Rows from the first inked one to the last."""
    rows = np.flatnonzero(inked.any(axis=1))
    return int(rows[-1] - rows[0] + 1)


def _fit(shape: tuple[int, ...], longest: int) -> tuple[int, int]:
    """Height and width with the same proportions and the given longest side, halves rounded up, at least 1."""
    height, width = (max(1, math.floor(side * longest / max(shape) + 0.5)) for side in shape)
    return height, width


def _average(picture: Ink, out: int) -> Ink:
    """(H, W) to (out, W): differences of the running sum over the rows, taken at the edges of the output's cells."""
    size = picture.shape[0]
    sums = np.vstack([np.zeros(picture.shape[1]), np.cumsum(picture, axis=0)])
    edges = np.arange(out + 1) * (size / out)
    row = np.minimum(edges.astype(int), size - 1)
    return np.diff(sums[row] + (edges - row)[:, None] * picture[row], axis=0) * (out / size)


def _middle(picture: Ink) -> tuple[int, int]:
    return (SIDE - picture.shape[0]) // 2, (SIDE - picture.shape[1]) // 2


def _corner_by_mass(picture: Ink) -> tuple[int, int]:
    """The top left corner that puts the centre of mass where MNIST's digits have theirs, the picture staying inside.

    Of each of MNIST's digits it lies within the pixel below and right of the middle: 14 to 15 pixels from the upper
    left corner, 14.5 on average (measured on the 10,000 test digits).
    """
    corners = []
    for axis, length in enumerate(picture.shape):
        mass = picture.sum(axis=1 - axis)
        centre = float(mass @ (np.arange(length) + 0.5)) / float(mass.sum())
        corners.append(min(max(math.ceil(SIDE / 2 - centre - TIE), 0), SIDE - length))
    return corners[0], corners[1]


def _placed(picture: Ink, top: int, left: int) -> Ink:
    field = np.zeros((SIDE, SIDE))
    field[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return field


def _rounded(picture: Ink) -> NDArray[np.uint8]:
    return np.floor(np.clip(picture, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
