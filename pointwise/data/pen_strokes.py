"""Digits that people drew with a pen, as JSON lines: for measuring, never for training."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pointwise.drawing import Stroke
from pointwise.errors import DataError

# The fingerprint of the drawings of models/README.md.
DEVELOPMENT = "61af23bf786d53078578dbe4eed6e904cf519fcf64dcd6be7c64f4e04ab6959b"


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


def fingerprint(drawings: Sequence[PenDigit]) -> str:
    """SHA-256 of labels and strokes, hexadecimal."""
    return hashlib.sha256(repr([(one.label, one.strokes) for one in drawings]).encode()).hexdigest()


def is_development(drawings: Sequence[PenDigit]) -> bool:
    """Whether these are the development set of models/README.md, by which recipes were chosen."""
    return fingerprint(drawings) == DEVELOPMENT
