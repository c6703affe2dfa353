"""What a person said about drawings: pictures with the digits that they are. Importing this needs no torch."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pointwise.drawing import SIDE
from pointwise.errors import DataError

CLASSES = 10
MOST = 40  # corrections that a network is taught at once
MOST_LETTERS = 4_000  # of a packed picture


@dataclass(frozen=True)
class Correction:
    """A drawing and the digit that it is. Raises DataError for another shape, an empty picture, or no digit."""

    pixels: bytes  # 28 × 28, row by row, light ink on dark, as a network receives it
    digit: int  # 0–9

    def __post_init__(self) -> None:
        if len(self.pixels) != SIDE * SIDE or not any(self.pixels):
            raise DataError("There is no drawing to be corrected. Draw a digit first.")
        if type(self.digit) is not int or not 0 <= self.digit < CLASSES:
            raise DataError(f"{str(self.digit)[:20]} is no digit. Choose one from 0 to {CLASSES - 1}.")

    @classmethod
    def of(cls, picture: NDArray[np.uint8], digit: int) -> Correction:
        """The correction of a picture, uint8 (28, 28). Raises DataError as the class does."""
        return cls(picture.tobytes(), digit)

    @property
    def picture(self) -> NDArray[np.uint8]:
        """The drawing, uint8 (28, 28)."""
        return np.frombuffer(self.pixels, np.uint8).reshape(SIDE, SIDE)

    def to_json(self) -> dict[str, Any]:
        """JSON that ``correction_from`` makes it of again, a few hundred letters."""
        return {"digit": self.digit, "picture": base64.b64encode(zlib.compress(self.pixels)).decode()}


def correction_from(raw: Any) -> Correction:
    """The correction that ``to_json`` made JSON of, or anybody else did. Raises DataError."""
    try:
        text = raw["picture"]
        if not isinstance(text, str) or len(text) > MOST_LETTERS:
            raise ValueError("its picture is too long")
        unpacked = zlib.decompressobj().decompress(base64.b64decode(text, validate=True), SIDE * SIDE + 1)
        return Correction(unpacked, raw["digit"])
    except (TypeError, KeyError, ValueError, zlib.error) as error:
        raise DataError(f"This correction cannot be used: {str(error)[:100].rstrip('.')}.") from None


def corrected(before: Sequence[Correction], new: Correction) -> tuple[Correction, ...]:
    """The corrections with one more at the end, in place of an earlier one of the same picture; the latest MOST."""
    return (*(one for one in before if one.pixels != new.pixels), new)[-MOST:]


def lesson_key(layer: bytes, corrections: Sequence[Correction]) -> str:
    """A name of what a network with that last layer learns from these corrections, 32 letters."""
    seen = hashlib.sha256(layer)
    for one in corrections:
        seen.update(bytes([one.digit]) + one.pixels)
    return seen.hexdigest()[:32]
