"""What is no digit: letters, scribbles, dots, fillings and signs, made of strokes, so that a reader can learn to doubt.

Trained on with no class to answer (outlier exposure: Hendrycks, Mazeika, Dietterich 2019, arXiv:1812.04606). The kinds
that are learned from and those that are measured on have no skeleton in common.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from pointwise.data.digits import NO_DIGIT, Digits, joined
from pointwise.data.synthetic_digits import Skeleton, drawn, made_digits, points_of, smooth

Strokes = list[NDArray[np.float64]]
Kind = Callable[[np.random.Generator], Strokes]

LEARNED: dict[str, Skeleton] = {
    "A": ("5,100 50,0 50,0 95,100", "25,62 76,62"),
    "E": ("80,2 20,2 20,2 18,98 18,98 82,98", "20,50 70,50"),
    "H": ("15,0 15,100", "85,0 85,100", "15,52 85,50"),
    "K": ("18,0 18,100", "85,2 20,55 20,55 88,100"),
    "M": ("5,100 12,0 12,0 50,60 50,60 88,0 88,0 95,100",),
    "N": ("12,100 12,0 12,0 88,100 88,100 88,0",),
    "P": ("20,100 20,2 60,0 85,26 58,52 20,54",),
    "R": ("20,100 20,2 60,0 82,24 56,48 22,50 22,50 88,100",),
    "X": ("10,0 90,100", "90,0 10,100"),
    "Y": ("10,0 50,48", "92,0 50,48 50,48 48,100"),
    "a": ("78,30 45,25 15,60 42,98 78,70 78,30 78,30 82,90 95,98",),
    "m": ("8,100 10,30 10,30 10,60 30,30 46,45 46,100 46,100 48,60 68,30 84,45 86,100",),
    "triangle": ("50,0 50,0 95,95 95,95 5,95 5,95 50,0",),
    "cross": ("50,0 50,100", "0,50 100,50"),
    "star": ("50,0 50,0 78,95 78,95 2,35 2,35 98,35 98,35 22,95 22,95 50,0",),
    "check": ("0,55 0,55 35,95 35,95 100,5",),
    "square": ("8,8 8,8 92,8 92,8 92,92 92,92 8,92 8,92 8,8",),
    "wave": ("0,50 17,20 33,50 50,80 67,50 83,20 100,50",),
}
MEASURED: dict[str, Skeleton] = {
    "F": ("85,2 20,2 20,2 18,100", "20,48 70,48"),
    "T": ("5,2 95,2", "50,2 50,100"),
    "V": ("8,0 8,0 50,100 50,100 92,0",),
    "W": ("2,0 2,0 25,100 25,100 50,35 50,35 75,100 75,100 98,0",),
    "e": ("18,58 84,52 70,25 40,25 14,60 42,100 86,86",),
    "f": ("80,5 52,0 42,25 42,25 40,100", "15,42 72,40"),
    "k": ("20,0 20,100", "75,38 22,70 22,70 80,100"),
    "n": ("15,100 16,25 16,25 18,55 50,25 80,48 82,100",),
    "heart": ("50,25 25,0 2,28 50,100 50,100 98,28 75,0 50,25",),
    "arrow": ("0,50 100,50", "70,20 70,20 100,50 100,50 70,80"),
    "hash": ("35,0 28,100", "72,0 65,100", "2,35 98,33", "0,68 96,66"),
    "house": ("10,100 10,100 10,45 10,45 50,0 50,0 90,45 90,45 90,100 90,100 10,100",),
    "face": ("50,0 8,20 5,65 50,100 95,65 92,20 50,0", "35,35 35,45", "66,35 66,45", "30,68 50,80 72,66"),
    "at": ("65,60 40,45 38,65 62,62 66,40 66,40 80,70 95,45 70,5 25,12 5,55 30,95 70,95",),
}


def _sign(skeletons: dict[str, Skeleton]) -> Kind:
    names = sorted(skeletons)

    def make(chance: np.random.Generator) -> Strokes:
        skeleton = skeletons[names[chance.integers(len(names))]]
        return [smooth(points_of(stroke, chance)) for stroke in skeleton]

    return make


def _scribble(low: int, high: int, curved: bool) -> Kind:
    def make(chance: np.random.Generator) -> Strokes:
        points = chance.random((chance.integers(low, high), 2))
        return [smooth(points) if curved else points]

    return make


def _dots(low: int, high: int) -> Kind:
    return lambda chance: [point[None] for point in chance.random((chance.integers(low, high), 2))]


def _filling(round_one: bool) -> Kind:
    """A disc or a rectangle, hatched so closely that it is full."""

    def make(chance: np.random.Generator) -> Strokes:
        height = np.linspace(0, 1, 24)
        half = np.sqrt(0.25 - (height - 0.5) ** 2) if round_one else np.full(24, 0.5 * chance.uniform(0.6, 1.0))
        sides = np.where(np.arange(24) % 2, 0.5 + half, 0.5 - half)
        return [np.stack([sides, height], axis=1)]

    return make


KINDS: dict[str, tuple[tuple[float, Kind], ...]] = {  # each with its share
    "learned": (
        (0.6, _sign(LEARNED)),
        (0.2, _scribble(6, 16, curved=True)),
        (0.1, _dots(2, 6)),
        (0.1, _filling(round_one=True)),
    ),
    "measured": (
        (0.7, _sign(MEASURED)),
        (0.1, _scribble(12, 25, curved=False)),
        (0.1, _dots(1, 4)),
        (0.1, _filling(round_one=False)),
    ),
}


def made_nondigits(count: int, seed: int = 0, part: str = "learned") -> Digits:
    """Pictures of no digit, all labelled NO_DIGIT; ``part`` is a key of KINDS. A seed always gives the same ones."""
    chance = np.random.default_rng(seed)
    shares, kinds = zip(*KINDS[part], strict=True)
    chosen = chance.choice(len(kinds), count, p=shares)
    images = [drawn(kinds[kind](chance), chance) for kind in chosen]
    stacked = np.stack(images) if images else np.zeros((0, 28, 28), np.uint8)
    return Digits("No digits", torch.from_numpy(stacked), torch.full((count,), NO_DIGIT))


def with_made(digits: Digits, count: int, seed: int = 0) -> Digits:
    """Digits joined by ``count`` made ones and half as many pictures of no digit; unchanged for 0."""
    if not count:
        return digits
    return joined(digits, made_digits(count, seed), made_nondigits(count // 2, seed))
