"""Pictures of any size and kind brought to the squares that a classifier learns from, the same way ever after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pointwise.data.pictures import drawing_from
from pointwise.drawing import prepare
from pointwise.errors import ConfigError
from pointwise.models.config import LARGEST_SIDE

WAY = "whole picture, shrunk or enlarged, centred on the median colour of its edge"
DRAWING = "the ink alone, cropped, shrunk or enlarged, centred by its mass"
DRAWN = 28  # pixels a side of what the app makes of a drawing
SIDES = 28, 32, 48, 64  # that pictures are brought to
TINT, TINTED = 24, 0.01  # levels between a pixel's channels that make a colour, and the share of such pixels
COLOURED = 0.01  # the share of coloured pictures above which all are read in colour


@dataclass(frozen=True)
class Preparation:
    """How a picture of any size becomes an input: the whole of it in the middle of a square, its shape as it is.

    It stands on the card of a network that learned from such pictures. One that learned from drawings is given the ink
    of a picture, as of a drawing on the page; what has its size already is taken as it is. Raises ConfigError for any
    other way.
    """

    side: int  # pixels
    channels: int  # 1, grey, or 3, red, green and blue
    way: str = WAY

    def __post_init__(self) -> None:
        if self.way not in (WAY, DRAWING) or self.channels not in (1, 3) or not 1 <= self.side <= LARGEST_SIDE:
            raise ConfigError("It prepares pictures in a way that is not known here. Update Pointwise.")

    def square(self, image: Image.Image) -> NDArray[np.uint8]:
        """A picture (L, LA, RGB or RGBA) as uint8 (side, side), or (3, side, side); on white where it is clear.

        Raises PictureError for a drawing on which nothing can be seen.
        """
        if self.way == DRAWING and image.size != (self.side, self.side):
            return prepare(drawing_from(image)).image
        if image.mode in ("LA", "RGBA"):
            white = Image.new("RGBA", image.size, "white")
            white.alpha_composite(image.convert("RGBA"))
            image = white
        image = image.convert("L" if self.channels == 1 else "RGB")
        scale = self.side / max(image.size)
        width, height = (max(1, round(length * scale)) for length in image.size)
        how = Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR
        inner = np.asarray(image.resize((width, height), how)).reshape(height, width, -1)
        edge = np.concatenate([inner[0], inner[-1], inner[:, 0], inner[:, -1]])
        square = np.empty((self.side, self.side, self.channels), np.uint8)
        square[:] = np.median(edge, axis=0).astype(np.uint8)
        top, left = (self.side - height) // 2, (self.side - width) // 2
        square[top : top + height, left : left + width] = inner
        return square[:, :, 0] if self.channels == 1 else np.moveaxis(square, 2, 0)

    def as_json(self) -> dict[str, Any]:
        """JSON that ``preparation_of`` makes the same of."""
        return asdict(self)


def preparation_of(card: Mapping[str, Any], channels: int, side: int) -> Preparation:
    """The preparation on a network's card, else the usual one, for its channels and side. Raises ConfigError."""
    options, said = card.get("options"), card.get("preparation")
    drawn = isinstance(options, Mapping) and (options.get("drawn") or options.get("digits"))
    if drawn and (channels, side) == (1, DRAWN):
        return Preparation(side, channels, DRAWING)
    way = said.get("way", WAY) if isinstance(said, Mapping) else WAY
    return Preparation(side, channels, str(way))


def suited(longest: Sequence[int], coloured: Sequence[bool]) -> Preparation:
    """The preparation for pictures whose longer sides are known, and of a sample of which, whether they have colours.

    The square is the smallest that holds half of them without loss, at most the largest; colour is kept where more
    than a hundredth of them have any.
    """
    middle = float(np.median(longest))
    side = next((one for one in SIDES if one >= middle), SIDES[-1])
    return Preparation(side, 3 if sum(coloured) > COLOURED * len(coloured) else 1)


def is_coloured(image: Image.Image) -> bool:
    """Whether more than a hundredth of a picture's pixels are no shade of grey."""
    if image.mode in ("L", "LA"):
        return False
    small = image.convert("RGB")
    small.thumbnail((64, 64))
    pixels = np.asarray(small).astype(np.int16)
    return bool((np.ptp(pixels, axis=2) > TINT).mean() > TINTED)
