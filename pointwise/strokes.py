"""Pen strokes as the canvas draws them: for measuring recognition on other people's handwriting."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pointwise.errors import DataError

SUPERSAMPLING = 3
Stroke = Sequence[Sequence[float]]  # points [x, y]; x to the right, y down, both 0–1


@dataclass(frozen=True)
class PenDigit:
    """A digit that somebody drew with a pen."""

    label: int  # 0–9
    strokes: tuple[Stroke, ...]
    source: str = ""  # where it comes from


def read_strokes(path: Path) -> list[PenDigit]:
    """A JSON-lines file of ``{"label": int, "strokes": [[[x, y], …], …]}``, maybe a "source"; other keys ignored.

    Raises DataError for anything else, and for a file without any digit.
    """
    try:
        digits = [
            _pen_digit(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()
        ]
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}). Check the path.") from None
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(f"{path} is no file of pen strokes ({error}). Each line needs a label and strokes.") from None
    if not digits:
        raise DataError(f"{path} holds no pen strokes. Choose a file with one drawing a line.")
    return digits


def _pen_digit(row: dict[str, Any]) -> PenDigit:
    """Raises ValueError, KeyError or TypeError unless ``row`` is a drawing."""
    strokes = tuple(tuple((float(x), float(y)) for x, y in stroke) for stroke in row["strokes"])
    points = [value for stroke in strokes for point in stroke for value in point]
    if row["label"] not in range(10) or not points or not all(0 <= value <= 1 for value in points):
        raise ValueError("a label outside 0–9, a point outside 0–1, or no point at all")
    return PenDigit(int(row["label"]), strokes, str(row.get("source", "")))


def draw_strokes(
    strokes: Sequence[Stroke], side: int = 280, pen: float = 20.0, extent: float = 0.7
) -> NDArray[np.uint8]:
    """White round-tipped strokes on black, uint8 (side, side, 4); the unit box fills ``extent`` of the canvas."""
    from PIL import Image, ImageDraw

    large = side * SUPERSAMPLING
    picture = Image.new("L", (large, large), 0)
    draw = ImageDraw.Draw(picture)
    width = pen * SUPERSAMPLING
    offset, scale = large * (1 - extent) / 2, large * extent
    for stroke in strokes:
        points = [(offset + x * scale, offset + y * scale) for x, y in stroke]
        if len(points) > 1:
            draw.line(points, fill=255, width=round(width), joint="curve")
        for x, y in points:
            draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=255)
    grey = np.asarray(picture.resize((side, side), Image.Resampling.BOX))
    return np.dstack([grey, grey, grey, np.full_like(grey, 255)])


def draw_anywhere(strokes: Sequence[Stroke], chance: np.random.Generator, side: int = 280) -> NDArray[np.uint8]:
    """As people draw on a canvas of ``side`` pixels: somewhere, 45–85 % of it large, with a pen of 5–9.3 %."""
    every = np.array([point for stroke in strokes for point in stroke], float)
    low, size = every.min(axis=0), np.ptp(every, axis=0)
    pen, scale = chance.uniform(14, 26) / 280, chance.uniform(0.45, 0.85) / max(float(size.max()), 1e-6)
    room = np.maximum(1 - scale * size - pen, 0.0)
    corner = pen / 2 + chance.random(2) * room
    moved = [(corner + scale * (np.array(stroke, float) - low)).tolist() for stroke in strokes]
    return draw_strokes(moved, side, pen * side, extent=1.0)
