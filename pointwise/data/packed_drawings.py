"""Drawings of 28 × 28 pixels as short texts, a few hundred letters each. Importing this needs no torch."""

from __future__ import annotations

import base64
import zlib
from typing import Any

SIDE = 28
MOST_LETTERS = 4_000


def packed(drawing: bytes) -> str:
    """A drawing, its pixels row by row, as text."""
    return base64.b64encode(zlib.compress(drawing)).decode()


def unpacked(text: Any) -> bytes:
    """The drawing in a text that ``packed`` made. Raises ValueError for any other."""
    if not isinstance(text, str) or len(text) > MOST_LETTERS:
        raise ValueError("a drawing is too long")
    try:
        drawing = zlib.decompressobj().decompress(base64.b64decode(text, validate=True), SIDE * SIDE + 1)
    except zlib.error as error:
        raise ValueError(f"a drawing is damaged ({error})") from None
    if len(drawing) != SIDE * SIDE:
        raise ValueError("a drawing is of another size")
    return drawing
