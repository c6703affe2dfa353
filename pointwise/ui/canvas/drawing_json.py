"""A Drawing as JSON: what the page sends at the end of a stroke, and what is kept of it for the next visit.

Neither is to be trusted: all that is not as it should be raises an exception.
"""

from __future__ import annotations

import base64
import math
import zlib
from collections.abc import Sequence
from typing import Any

from pointwise.ui.canvas.drawing import Drawing, Sheet, Stroke, fresh_number

MOST_BYTES = 1_000_000  # of a picture
MOST_STROKES, MOST_POINTS = 2_000, 100_000  # of a drawing
MOST_PIXELS = 400 * 400  # of an upload
RATIOS = (1.0, 4.0)  # how much finer the picture of a sheet is on a fine screen
REACH = (-4.0, 5.0)  # how far beyond the sheet, which is 0–1, a pen may be
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def received(drawing: Drawing, sent: Any) -> Drawing:
    """The Drawing after ``drawing`` from a message of the page; ``drawing`` itself where the message is an older one.

    ``{"number": int, "base": int, "strokes": [{"points": [[x, y], …], "pen": float}, …], "picture": base64 of a PNG}``;
    raises an exception for anything else, before a picture is decoded that is not of the sheet's size.
    """
    number, base = _whole(sent["number"]), _whole(sent["base"])
    if base != drawing.shown.number or number <= drawing.number:
        return drawing
    png, lines = _look(sent["picture"], drawing.sheet), sent["strokes"]
    before = drawing.begun
    _check_count(len(before) + len(lines), sum(len(line.points) for line in before) + _points_in(lines))
    drawn = tuple(_stroke(line, by_hand=True) for line in lines)
    after = drawing.drawn_on(number, drawn, png)
    _ = after.rgba  # decoded here, where a damaged one is refused
    return after


def dump(drawing: Drawing | None) -> dict[str, Any] | None:
    """JSON of what is on the sheet, and of the picture of it that the page sent, so that the same pixels are read."""
    if drawing is None:
        return None
    look = drawing.looks[-1] if drawing.looks else None
    return {
        "strokes": [{"points": s.points, "pen": s.pen, "by_hand": s.by_hand} for s in drawing.strokes],
        "look": None if look is None else base64.b64encode(look).decode(),
        "photo": None if drawing.photo is None else base64.b64encode(drawing.photo).decode(),
    }


def load(sheet: Sheet, kept: Any) -> Drawing:
    """The Drawing that ``dump`` made JSON of; its number is above those of all Drawings before."""
    lines = kept["strokes"]
    _check_count(len(lines), _points_in(lines))
    strokes = tuple(_stroke(line, by_hand=line["by_hand"] is True) for line in lines)
    looks: list[bytes | None] = [None] * len(strokes)
    if strokes and kept["look"] is not None:
        look = _look(kept["look"], sheet)
        _check_sums(look)
        looks[-1] = look
    photo = None
    if kept["photo"] is not None:
        photo, width, height = _png(kept["photo"])
        _check_sums(photo)
        if width * height > MOST_PIXELS:
            raise ValueError(f"{width} × {height} pixels are too many")
    return Drawing(sheet, fresh_number(), strokes, tuple(looks), photo)


def _check_count(strokes: int, points: int) -> None:
    if strokes > MOST_STROKES or points > MOST_POINTS:
        raise ValueError(f"{strokes} strokes with {points} points are too many")


def _points_in(lines: Sequence[Any]) -> int:
    return sum(len(line["points"]) for line in lines)


def _stroke(line: Any, by_hand: bool) -> Stroke:
    points = tuple((_within(x, *REACH), _within(y, *REACH)) for x, y in line["points"])
    if not points:
        raise ValueError("a stroke has no points")
    return Stroke(points, _within(line["pen"], 0.001, 1.0), by_hand)


def _look(text: Any, sheet: Sheet) -> bytes:
    png, width, height = _png(text)
    ratio = _within(width / sheet.picture[0], *RATIOS)
    if abs(height - ratio * sheet.picture[1]) > 1:
        raise ValueError(f"{width} × {height} pixels are not the sheet's")
    return png


def _png(text: Any) -> tuple[bytes, int, int]:
    """A picture from base64, its width and its height, as its first bytes say."""
    if not isinstance(text, str) or len(text) > 4 * MOST_BYTES // 3 + 4:
        raise ValueError("the picture is no text, or too long")
    png = base64.b64decode(text, validate=True)
    if png[:16] != SIGNATURE + b"\0\0\0\rIHDR":
        raise ValueError("the picture is no PNG")
    return png, int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def _check_sums(png: bytes) -> None:
    """Whether a picture that could be decoded once is still whole, told without importing what decodes it."""
    at, kind = len(SIGNATURE), b""
    while kind != b"IEND":
        length = int.from_bytes(png[at : at + 4], "big")
        kind, end = png[at + 4 : at + 8], at + 8 + length
        if end + 4 > len(png) or zlib.crc32(png[at + 4 : end]) != int.from_bytes(png[end : end + 4], "big"):
            raise ValueError("the picture is damaged")
        at = end + 4


def _within(value: Any, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise ValueError(f"{str(value)[:20]} is no number from {low} to {high}")
    return float(value)


def _whole(value: Any) -> int:
    return math.floor(_within(value, 0, 2**53))
