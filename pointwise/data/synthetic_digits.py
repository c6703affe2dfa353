"""Digits made of pen strokes, in ways of writing that MNIST, from American forms, hardly has.

A one with a long upstroke, a crossed seven, a nine with a hook, an open four, a struck-through zero: skeletons by hand,
bent, slanted and stretched at random, drawn with pens of many widths and prepared as a drawing on the page is.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from pointwise.data.digits import Digits
from pointwise.drawing import Stroke, draw_strokes, prepare

CANVAS, EXTENT = 64, 0.7  # pixels, and the share of them that is drawn on
WOBBLE = 0.045  # standard deviation of a skeleton's points, in its height
SLANT, TURN = 0.3, 0.16  # at most, to both sides; the second in radians
SQUEEZE = (0.55, 1.1)  # width beside the skeleton's
PEN = (0.07, 0.17)  # width beside the digit's height
STEPS = 6  # points of a curve between two of its skeleton's

Skeleton = tuple[str, ...]  # strokes of "x,y" in hundredths of the height; a point given twice is a corner
SKELETONS: dict[int, tuple[Skeleton, ...]] = {
    0: (
        ("50,0 18,20 12,55 25,90 50,100 78,85 88,50 78,15 50,0",),
        ("50,0 18,20 12,55 25,90 50,100 78,85 88,50 78,15 50,0", "95,0 5,100"),
        ("60,2 25,12 10,50 25,92 55,98 85,70 85,30 55,0 40,8",),
    ),
    1: (
        ("50,0 50,100",),
        ("10,45 10,45 58,0 58,0 50,100",),
        ("0,55 0,55 62,0 62,0 55,50 45,100",),
        ("25,22 25,22 55,0 55,0 52,100",),
        ("22,25 22,25 50,0 50,0 50,100", "20,100 82,100"),
    ),
    2: (
        ("12,25 42,0 80,22 60,60 10,98 10,98 90,96",),
        ("15,20 50,0 78,25 50,70 15,95 20,75 45,85 90,98",),
    ),
    3: (
        ("14,12 52,0 80,22 42,46 42,46 86,70 50,100 8,88",),
        ("14,2 14,2 80,2 80,2 42,40 42,40 86,68 50,100 8,90",),
    ),
    4: (
        ("32,0 10,55 10,55 90,55", "68,20 64,100"),
        ("66,100 66,0 66,0 5,66 5,66 95,66",),
        ("38,0 22,58 22,58 66,60", "64,32 58,100"),
        ("30,0 24,50 50,58 72,45", "74,5 70,60 62,100"),
    ),
    5: (
        ("80,2 80,2 25,2 25,2 20,44 20,44 56,38 86,68 50,100 10,90",),
        ("26,4 20,45 20,45 58,40 86,70 50,100 10,90", "26,3 88,0"),
        ("75,5 75,5 35,0 22,45 60,42 75,72 45,98 12,85",),
    ),
    6: (
        ("74,2 34,36 20,72 48,100 80,76 52,54 22,74",),
        ("84,0 34,52 20,84 44,100 66,84 44,70 24,86",),
        ("60,0 28,40 24,80 50,100 72,82 58,62 28,72",),
    ),
    7: (
        ("10,6 10,6 88,4 88,4 42,100",),
        ("10,6 10,6 88,4 88,4 42,100", "26,50 82,48"),
        ("12,24 14,5 14,5 86,4 86,4 62,45 46,100", "28,52 84,50"),
        ("15,18 40,0 75,12 60,55 45,100", "25,55 80,50"),
    ),
    8: (
        ("76,16 50,0 24,20 50,48 80,76 50,100 20,76 50,48 76,22 70,8",),
        ("50,0 24,22 50,46 76,22 50,0", "50,46 20,74 50,100 80,74 50,46"),
        ("82,4 40,4 26,22 54,50 74,78 48,100 26,80 50,50 88,6",),
    ),
    9: (
        ("78,24 50,2 20,26 50,50 80,24 80,24 76,62 70,100",),
        ("76,20 48,2 24,22 48,42 76,20 76,20 82,72 54,100 12,90",),
        ("74,10 40,4 22,26 46,40 72,16 72,16 80,74 50,98 14,88",),
        ("80,12 40,8 22,28 44,40 82,10 74,50 40,100",),
        ("72,14 42,2 26,20 48,36 74,18 66,60 30,100",),
    ),
}


def made_digits(count: int, seed: int = 0) -> Digits:
    """Digits in random order, each class and each of its skeletons as often as the others.

    A seed always gives the same ones.
    """
    chance = np.random.default_rng(seed)
    labels = chance.permutation(np.arange(count) % 10)
    images = [_digit(int(label), chance) for label in labels]
    stacked = np.stack(images) if images else np.zeros((0, 28, 28), np.uint8)
    return Digits("Made of strokes", torch.from_numpy(stacked), torch.from_numpy(labels.astype(np.int64)))


def drawn(strokes: list[NDArray[np.float64]], chance: np.random.Generator) -> NDArray[np.uint8]:
    """A picture, uint8 (28, 28) as a network receives it, of strokes squeezed, slanted and turned, with some pen."""
    pen = chance.uniform(*PEN) * CANVAS * EXTENT
    bent = [stroke.tolist() for stroke in _bent(strokes, chance)]
    return prepare(draw_strokes(bent, CANVAS, pen, EXTENT)).image


def _digit(label: int, chance: np.random.Generator) -> NDArray[np.uint8]:
    return drawn(_curves(label, chance, WOBBLE), chance)


def made_strokes(label: int, chance: np.random.Generator, wobble: float = WOBBLE) -> list[Stroke]:
    """The strokes of one made digit in the unit box, its skeleton's points moved by ``wobble`` of its height."""
    return [[(float(x), float(y)) for x, y in stroke] for stroke in _bent(_curves(label, chance, wobble), chance)]


def _curves(label: int, chance: np.random.Generator, wobble: float) -> list[NDArray[np.float64]]:
    ways = SKELETONS[label]
    return [smooth(points_of(stroke, chance, wobble)) for stroke in ways[chance.integers(len(ways))]]


def points_of(stroke: str, chance: np.random.Generator, wobble: float = WOBBLE) -> NDArray[np.float64]:
    """A stroke of a skeleton, (N, 2), each of its points moved a little."""
    points = np.array([[float(value) / 100 for value in point.split(",")] for point in stroke.split()])
    return _wobbled(points, chance, wobble)


def _wobbled(points: NDArray[np.float64], chance: np.random.Generator, wobble: float) -> NDArray[np.float64]:
    """Every point moved a little; the two of a corner together."""
    moved = points + chance.normal(0, wobble, points.shape)
    for number in range(1, len(points)):
        if (points[number] == points[number - 1]).all():
            moved[number] = moved[number - 1]
    return moved


def smooth(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """A Catmull-Rom curve through the points (Catmull & Rom 1974); two that are equal break it."""
    padded = np.vstack([points[:1], points, points[-1:]])
    pieces = []
    for before, start, end, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        before = start if (before == start).all() else before
        t = np.linspace(0, 1, STEPS, endpoint=False)[:, None]
        slope_start, slope_end = (end - before) / 2, (after - start) / 2
        rise = end - start
        pieces.append(
            start
            + slope_start * t
            + (3 * rise - 2 * slope_start - slope_end) * t**2
            + (slope_start + slope_end - 2 * rise) * t**3
        )
    return np.vstack([*pieces, points[-1:]])


def _bent(strokes: list[NDArray[np.float64]], chance: np.random.Generator) -> list[NDArray[np.float64]]:
    """All strokes squeezed, slanted and turned alike, and brought back into the unit box."""
    width, slant, turn = chance.uniform(*SQUEEZE), chance.uniform(-SLANT, SLANT), chance.uniform(-TURN, TURN)
    cos, sin = np.cos(turn), np.sin(turn)
    matrix = np.array([[cos, -sin], [sin, cos]]) @ np.array([[width, -slant], [0.0, 1.0]])
    moved = [(stroke - 0.5) @ matrix.T for stroke in strokes]
    every = np.vstack(moved)
    low, size = every.min(axis=0), float(np.ptp(every, axis=0).max()) or 1.0  # 1 for a single dot
    return [(stroke - low) / size for stroke in moved]
