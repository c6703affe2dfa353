"""Ten digits to begin with, and a seven that networks differ about, as strokes; needs nothing else to be imported."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin

Figure = Sequence[Sequence[Sequence[float]]]  # strokes of points [x, y] in a unit box, y down
EXTENT = 0.62  # the share of a sheet that a sample fills


def _arc(x: float, y: float, rx: float, ry: float, start: float, end: float) -> list[list[float]]:
    """Points [x, y] on an ellipse around (x, y), from ``start`` to ``end`` degrees, clockwise on the screen."""
    steps = max(6, round(abs(end - start) / 12))
    angles = [(start + (end - start) * i / steps) * pi / 180 for i in range(steps + 1)]
    return [[x + rx * cos(a), y + ry * sin(a)] for a in angles]


SAMPLES: dict[int, list[list[list[float]]]] = {  # points [x, y] in a unit box, y down
    0: [_arc(0.5, 0.5, 0.33, 0.48, -80, 285)],
    1: [[[0.4, 0.2], [0.55, 0.02], [0.53, 0.5], [0.5, 0.98]]],
    2: [[*_arc(0.48, 0.29, 0.32, 0.27, -165, 35), [0.55, 0.65], [0.16, 0.96], [0.86, 0.94]]],
    3: [[*_arc(0.44, 0.27, 0.31, 0.25, -150, 85), *_arc(0.44, 0.74, 0.36, 0.24, -85, 150)]],
    4: [[[0.42, 0.02], [0.14, 0.58], [0.84, 0.55]], [[0.66, 0.25], [0.62, 0.98]]],
    5: [[[0.8, 0.04], [0.3, 0.05], [0.24, 0.45], *_arc(0.44, 0.69, 0.36, 0.28, -115, 150)]],
    6: [[[0.66, 0.02], [0.4, 0.22], [0.24, 0.5], *_arc(0.5, 0.71, 0.29, 0.26, 180, -170)]],
    7: [[[0.14, 0.07], [0.86, 0.05], [0.62, 0.45], [0.42, 0.98]]],
    8: [[*_arc(0.5, 0.26, 0.27, 0.23, 60, -240), *_arc(0.5, 0.74, 0.31, 0.24, -120, 240)]],
    9: [[*_arc(0.48, 0.29, 0.28, 0.26, -20, -380), [0.74, 0.55], [0.64, 0.98]]],
}
# What a first visitor finds: it lies well in 28×28, and the shipped networks differ about it.
CROSSED_SEVEN: Figure = (
    ((0.3, 0.34), (0.28, 0.06), (0.86, 0.04), (0.63, 0.45), (0.3, 0.98)),
    ((0.19, 0.62), (0.85, 0.58)),
)
