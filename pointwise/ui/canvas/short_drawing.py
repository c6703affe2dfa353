"""A Drawing as a short text for an address: its strokes, or 28×28 pixels where they would be too long.

Points are rounded to a thousandth of the sheet, less than half a pixel of the screen.
"""

from __future__ import annotations

import base64
import json
import zlib
from itertools import chain, pairwise
from typing import Any

from pointwise.ui.canvas import drawing_json
from pointwise.ui.canvas.drawing import Drawing, Sheet, Stroke

LONGEST = 2_000  # characters
MOST_BYTES = 64_000  # of a text before it was compressed
SIDE = 28
POINTS, PENS = 1_000, 10_000  # steps of a coordinate and of a pen's width
EMPTY, STROKES, PICTURE = "0", "s", "p"  # what a text begins with


def shortened(drawing: Drawing) -> str:
    """Letters, digits, ``-`` and ``_``, at most LONGEST, which ``lengthened`` makes the drawing of again."""
    if drawing.empty:
        return EMPTY
    if drawing.photo is None:
        text = STROKES + packed(json.dumps([_line(stroke) for stroke in drawing.strokes], separators=(",", ":")))
        if len(text) <= LONGEST:
            return text
    return PICTURE + packed(drawing.prepared.image.tobytes())


def lengthened(sheet: Sheet, text: str) -> Drawing:
    """The Drawing that ``shortened`` made a text of. Raises ValueError for anything else."""
    try:
        if text == EMPTY:
            return drawing_json.load(sheet, _kept([]))
        if text[:1] == STROKES:
            return drawing_json.load(sheet, _kept(_strokes(json.loads(unpacked(text[1:])))))
        if text[:1] == PICTURE:
            return _picture(sheet, unpacked(text[1:]))
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError, zlib.error) as error:
        raise ValueError("It is damaged.") from error
    raise ValueError("It is damaged.")


def _line(stroke: Stroke) -> list[int]:
    """Pen, whether drawn by hand, the first point, and the way to each next one."""
    points = [(round(POINTS * x), round(POINTS * y)) for x, y in stroke.points]
    steps = [(x - x0, y - y0) for (x0, y0), (x, y) in pairwise(points)]
    return [round(PENS * stroke.pen), int(stroke.by_hand), *chain.from_iterable((points[0], *steps))]


def _strokes(lines: Any) -> list[dict[str, Any]]:
    if not isinstance(lines, list):
        raise ValueError("it is no list of strokes")
    return [_stroke(line) for line in lines]


def _stroke(line: Any) -> dict[str, Any]:
    pen, by_hand, *numbers = line
    if len(numbers) % 2 or not all(type(number) is int for number in line):
        raise ValueError("a point has two whole numbers")
    points, (x, y) = [], (0, 0)
    for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
        x, y = x + dx, y + dy
        points.append((x / POINTS, y / POINTS))
    return {"points": points, "pen": pen / PENS, "by_hand": bool(by_hand)}


def _picture(sheet: Sheet, content: bytes) -> Drawing:
    import numpy as np

    pixels = np.frombuffer(content, np.uint8).reshape(SIDE, SIDE)
    return drawing_json.load(sheet, _kept([])).with_picture(np.repeat(pixels[:, :, None], 4, axis=2))


def _kept(strokes: list[dict[str, Any]]) -> dict[str, Any]:
    return {"strokes": strokes, "look": None, "photo": None}


def packed(content: str | bytes) -> str:
    """Letters, digits, ``-`` and ``_`` that ``unpacked`` makes the content of again."""
    raw = content.encode() if isinstance(content, str) else content
    return base64.urlsafe_b64encode(zlib.compress(raw, 9)).decode().rstrip("=")


def unpacked(text: str, longest: int = LONGEST) -> bytes:
    """The content, of at most MOST_BYTES. Raises ValueError, or binascii's or zlib's error, for anything else."""
    if len(text) > longest:
        raise ValueError("it is too long")
    raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    opened = zlib.decompressobj()
    content = opened.decompress(raw, MOST_BYTES)
    if not opened.eof:
        raise ValueError("it is too long, or not whole")
    return content
