"""Digits made of pen strokes, in ways of writing that MNIST, from American forms, hardly has.

A one with a long upstroke, a crossed seven, a nine with a hook, an open four, a struck-through zero: skeletons by hand,
bent, slanted and stretched at random, some steadily and some shakily, with a hook where a pen set down or left the
sheet, drawn with pens of many widths and prepared as a drawing on the page is.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from pointwise.data.digits import Digits
from pointwise.drawing import Stroke, draw_strokes, prepare

CANVAS, EXTENT = 64, 0.7  # pixels, and the share of them that is drawn on
WOBBLE = 0.045  # standard deviation of a skeleton's points, in its height
SHAKES = (0.5, 1.7)  # times WOBBLE: the steadiest and the shakiest hand
SLANT = (-0.3, 0.55)  # most people lean to the right
TURN = 0.16  # at most, to both sides, in radians
SQUEEZE = (0.42, 1.15)  # width beside the skeleton's
PEN = (0.055, 0.2)  # width beside the digit's height
HOOKS, HOOK = 0.15, 0.09  # the share of ends with a hook, and its length
STEPS = 6  # points of a curve between two of its skeleton's

Skeleton = tuple[str, ...]  # strokes of "x,y" in hundredths of the height; a point given twice is a corner
SKELETONS: dict[int, tuple[Skeleton, ...]] = {
    0: (
        ("50,0 18,20 12,55 25,90 50,100 78,85 88,50 78,15 50,0",),
        ("50,0 18,20 12,55 25,90 50,100 78,85 88,50 78,15 50,0", "95,0 5,100"),
        ("50,0 22,22 18,75 50,100 80,78 82,25 50,0", "74,14 26,88"),
        ("60,2 25,12 10,50 25,92 55,98 85,70 85,30 55,0 40,8",),
        ("70,8 35,2 12,45 30,95 65,95 85,50 65,8 35,10 15,28",),
        ("38,6 12,50 45,98 86,60 70,8",),
        ("45,0 15,30 12,75 50,100 85,70 80,25 50,2 56,22 78,16",),
    ),
    1: (
        ("50,0 50,100",),
        ("60,0 47,50 42,100",),
        ("10,45 10,45 58,0 58,0 50,100",),
        ("0,55 0,55 62,0 62,0 55,50 45,100",),
        ("0,42 0,42 72,0 72,0 45,55 25,100",),
        ("0,52 30,30 64,0 72,8 58,55 44,100",),
        ("4,40 38,22 66,0 66,0 50,100",),
        ("25,22 25,22 55,0 55,0 52,100",),
        ("22,25 22,25 50,0 50,0 50,100", "20,100 82,100"),
        ("5,42 5,42 55,0 55,0 52,98", "12,98 96,98"),
    ),
    2: (
        ("12,25 42,0 80,22 60,60 10,98 10,98 90,96",),
        ("15,20 50,0 78,25 50,70 15,95 20,75 45,85 90,98",),
        ("15,20 50,0 75,25 45,70 10,95 30,87 60,100 95,88",),
        ("14,16 20,3 80,2 80,2 15,98 15,98 90,98",),
        ("36,34 16,18 45,0 78,20 55,62 10,98 10,98 92,96",),
        ("5,25 26,0 46,15 40,55 28,98 28,98 58,84 100,60",),
        ("8,30 40,2 62,20 40,70 16,100 16,100 60,92 100,78",),
    ),
    3: (
        ("14,12 52,0 80,22 42,46 42,46 86,70 50,100 8,88",),
        ("14,2 14,2 80,2 80,2 42,40 42,40 86,68 50,100 8,90",),
        ("15,12 50,0 78,20 52,46 34,44 48,38 85,64 60,98 8,88",),
        ("22,8 55,0 70,20 44,40 44,40 90,60 76,95 30,100 5,80",),
        ("20,5 20,5 78,4 78,4 44,36 80,50 82,84 42,100 10,86",),
        ("25,18 45,2 72,12 60,38 40,48 70,60 74,84 45,100 18,88",),
    ),
    4: (
        ("32,0 10,55 10,55 90,55", "68,20 64,100"),
        ("66,100 66,0 66,0 5,66 5,66 95,66",),
        ("66,0 66,0 5,66 5,66 95,66", "66,0 62,100"),
        ("38,0 22,58 22,58 66,60", "64,32 58,100"),
        ("30,0 24,50 50,58 72,45", "74,5 70,60 62,100"),
        ("34,0 16,52 24,64 62,52", "66,22 64,78 50,100 40,94"),
        ("50,0 20,30 8,52 34,64 95,42", "62,22 58,62 34,100"),
        ("82,0 48,22 10,58 28,76 60,56 82,26 82,26 70,62 66,100",),
        ("36,0 20,45 30,62 62,40 62,40 58,100",),
        ("60,0 15,48 15,48 80,43 80,43 52,100",),
        ("55,0 12,58 12,58 100,58", "58,4 52,100"),
        ("50,0 50,100", "48,4 18,60 18,60 100,58"),
        ("10,0 12,45 12,45 80,48", "80,0 76,100"),
    ),
    5: (
        ("80,2 80,2 25,2 25,2 20,44 20,44 56,38 86,68 50,100 10,90",),
        ("26,4 20,45 20,45 58,40 86,70 50,100 10,90", "26,3 88,0"),
        ("75,5 75,5 35,0 22,45 60,42 75,72 45,98 12,85",),
        ("85,4 50,8 25,26 42,44 80,60 92,82 60,100 20,90 8,68 30,46",),
        ("80,6 40,5 25,26 46,44 76,62 64,95 12,95",),
        ("30,6 22,42 22,42 60,36 90,66 56,98 15,92 10,70", "30,6 82,0"),
        ("70,0 70,0 34,4 26,40 62,44 70,80 40,100 10,100",),
    ),
    6: (
        ("74,2 34,36 20,72 48,100 80,76 52,54 22,74",),
        ("84,0 34,52 20,84 44,100 66,84 44,70 24,86",),
        ("60,0 28,40 24,80 50,100 72,82 58,62 28,72",),
        ("86,0 44,42 14,78 14,78 58,58 68,80 48,100 30,88 44,62",),
        ("28,0 18,50 26,92 62,98 80,72 55,54 22,72",),
        ("70,0 32,40 24,82 55,100 76,76 50,58 12,78",),
        ("78,10 55,0 25,35 20,80 50,100 78,78 55,52 24,66",),
    ),
    7: (
        ("10,6 10,6 88,4 88,4 42,100",),
        ("10,6 10,6 88,4 88,4 42,100", "26,50 82,48"),
        ("12,24 14,5 14,5 86,4 86,4 62,45 46,100", "28,52 84,50"),
        ("15,18 40,0 75,12 60,55 45,100", "25,55 80,50"),
        ("12,16 45,0 74,12 70,36 46,70 36,100", "22,60 94,54"),
        ("15,22 25,2 60,5 76,20 52,55 38,100", "14,64 96,56"),
        ("10,26 14,5 42,12 82,2 82,2 56,50 48,100", "24,58 82,46"),
        ("18,22 30,2 68,6 64,40 52,100", "22,66 88,60"),
        ("15,20 28,0 62,8 66,30 50,62 40,100", "20,58 46,50 66,62 96,52"),
        ("10,5 10,5 85,5 85,5 56,40 50,100",),
        ("6,14 38,4 86,2 86,2 66,42 54,100",),
        ("10,24 10,4 10,4 90,4 90,4 40,100",),
    ),
    8: (
        ("76,16 50,0 24,20 50,48 80,76 50,100 20,76 50,48 76,22 70,8",),
        ("50,0 24,22 50,46 76,22 50,0", "50,46 20,74 50,100 80,74 50,46"),
        ("82,4 40,4 26,22 54,50 74,78 48,100 26,80 50,50 88,6",),
        ("84,4 58,0 46,24 50,50 40,84 16,100 14,84 45,52 76,28 84,4",),
        ("30,5 60,2 70,22 40,50 22,80 50,100 72,80 45,48 25,22 40,2",),
        ("86,10 50,0 25,20 55,48 80,76 50,100 18,78 50,50 80,26",),
        ("75,10 30,5 30,35 70,65 65,95 25,90 30,65 82,8",),
        ("50,46 26,22 50,0 74,22 50,46 22,74 50,100 78,74 50,46",),
    ),
    9: (
        ("78,24 50,2 20,26 50,50 80,24 80,24 76,62 70,100",),
        ("76,20 48,2 24,22 48,42 76,20 76,20 82,72 54,100 12,90",),
        ("74,10 40,4 22,26 46,40 72,16 72,16 80,74 50,98 14,88",),
        ("80,12 40,8 22,28 44,40 82,10 74,50 40,100",),
        ("72,14 42,2 26,20 48,36 74,18 66,60 30,100",),
        ("70,12 40,2 25,20 46,36 70,14 70,14 76,60 55,98 15,94 10,76",),
        ("75,10 45,0 28,18 50,32 72,15 66,42 82,72 55,100 10,90",),
        ("60,30 25,36 18,12 58,0 82,14 66,60 44,100",),
        ("45,36 15,30 22,8 60,0 85,12 74,48 30,100",),
        ("75,25 45,48 18,25 45,2 75,12 75,12 75,100",),
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
    return drawn(_curves(label, chance, WOBBLE * chance.uniform(*SHAKES)), chance)


def made_strokes(label: int, chance: np.random.Generator, wobble: float = WOBBLE) -> list[Stroke]:
    """The strokes of one made digit in the unit box, its skeleton's points moved by ``wobble`` of its height."""
    return [[(float(x), float(y)) for x, y in stroke] for stroke in _bent(_curves(label, chance, wobble), chance)]


def _curves(label: int, chance: np.random.Generator, wobble: float) -> list[NDArray[np.float64]]:
    ways = SKELETONS[label]
    return [hooked(smooth(points_of(stroke, chance, wobble)), chance) for stroke in ways[chance.integers(len(ways))]]


def hooked(stroke: NDArray[np.float64], chance: np.random.Generator) -> NDArray[np.float64]:
    """A stroke, (N, 2), whose ends may have a short hook each, in any direction."""
    ends = [end + chance.normal(0, HOOK, 2) for end in (stroke[0], stroke[-1])]
    first, last = (end[None] if chance.random() < HOOKS else end[:0].reshape(0, 2) for end in ends)
    return np.vstack([first, stroke, last])


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
    width, slant, turn = chance.uniform(*SQUEEZE), chance.uniform(*SLANT), chance.uniform(-TURN, TURN)
    cos, sin = np.cos(turn), np.sin(turn)
    matrix = np.array([[cos, -sin], [sin, cos]]) @ np.array([[width, -slant], [0.0, 1.0]])
    moved = [(stroke - 0.5) @ matrix.T for stroke in strokes]
    every = np.vstack(moved)
    low, size = every.min(axis=0), float(np.ptp(every, axis=0).max()) or 1.0  # 1 for a single dot
    return [(stroke - low) / size for stroke in moved]
