"""What is no digit: letters, scribbles, dots, fillings and signs, made of strokes, so that a reader can learn to doubt.

Trained on with no class to answer (outlier exposure: Hendrycks, Mazeika, Dietterich 2019, arXiv:1812.04606). The kinds
that are learned from and those that are measured on have no skeleton in common.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pointwise.data.digits import NO_DIGIT, Digits, joined
from pointwise.data.synthetic_digits import (
    SHAKES,
    WOBBLE,
    Skeleton,
    drawn,
    hooked,
    made_digits,
    made_strokes,
    points_of,
    smooth,
)

Turn = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
Strokes = list[NDArray[np.float64]]
Kind = Callable[[np.random.Generator], Strokes]

SIGNS: dict[str, Skeleton] = {
    "A": ("5,100 50,0 50,0 95,100", "25,62 76,62"),
    "B": ("20,0 20,100", "20,2 60,0 78,24 56,46 20,48 20,48 66,50 88,76 60,98 20,98"),
    "C": ("85,18 55,0 18,25 15,70 50,100 88,80",),
    "D": ("18,2 18,98", "18,2 55,0 92,35 88,75 50,98 18,98"),
    "E": ("80,2 20,2 20,2 18,98 18,98 82,98", "20,50 70,50"),
    "G": ("85,15 50,0 15,30 18,80 52,100 86,82 86,55 86,55 55,55",),
    "H": ("15,0 15,100", "85,0 85,100", "15,52 85,50"),
    "J": ("70,0 72,70 45,100 15,80", "35,0 100,0"),
    "K": ("18,0 18,100", "85,2 20,55 20,55 88,100"),
    "L": ("15,0 15,98 15,98 80,98",),
    "M": ("5,100 12,0 12,0 50,60 50,60 88,0 88,0 95,100",),
    "N": ("12,100 12,0 12,0 88,100 88,100 88,0",),
    "P": ("20,100 20,2 60,0 85,26 58,52 20,54",),
    "Q": ("50,0 15,25 15,75 50,100 85,75 85,25 50,0", "55,65 95,105"),
    "R": ("20,100 20,2 60,0 82,24 56,48 22,50 22,50 88,100",),
    "U": ("12,0 14,70 50,100 86,70 88,0",),
    "X": ("10,0 90,100", "90,0 10,100"),
    "Y": ("10,0 50,48", "92,0 50,48 50,48 48,100"),
    "a": ("78,30 45,25 15,60 42,98 78,70 78,30 78,30 82,90 95,98",),
    "c": ("85,25 50,0 10,50 45,100 90,80",),
    "d": ("78,45 45,40 15,70 45,100 78,75", "80,0 80,90 92,100"),
    "h": ("15,0 15,100 15,100 18,60 50,42 75,60 78,100",),
    "j": ("60,30 60,80 35,100 10,88", "60,2 61,5"),
    "m": ("8,100 10,30 10,30 10,60 30,30 46,45 46,100 46,100 48,60 68,30 84,45 86,100",),
    "p": ("15,100 15,5 15,5 50,0 80,25 50,50 15,42",),
    "r": ("15,100 15,10 15,10 16,50 45,12 80,20",),
    "t": ("45,0 45,80 60,100 85,88", "10,28 85,28"),
    "u": ("8,10 12,75 40,95 75,60 78,10 78,10 80,85 96,98",),
    "x": ("10,2 45,40 92,98", "90,2 10,98"),
    "y": ("10,0 20,40 45,45 78,5 78,5 72,70 40,100 10,85",),
    "triangle": ("50,0 50,0 95,95 95,95 5,95 5,95 50,0",),
    "cross": ("50,0 50,100", "0,50 100,50"),
    "star": ("50,0 50,0 78,95 78,95 2,35 2,35 98,35 98,35 22,95 22,95 50,0",),
    "asterisk": ("50,0 50,100", "5,25 95,75", "95,25 5,75"),
    "check": ("0,55 0,55 35,95 35,95 100,5",),
    "square": ("8,8 8,8 92,8 92,8 92,92 92,92 8,92 8,92 8,8",),
    "wave": ("0,50 17,20 33,50 50,80 67,50 83,20 100,50",),
    "question": ("15,20 45,0 75,22 48,50 46,70", "46,96 47,99"),
    "exclamation": ("50,0 48,70", "48,96 49,99"),
    "ampersand": ("95,100 30,30 45,0 62,18 20,55 15,85 50,100 90,60",),
    "equals": ("5,30 95,28", "5,70 95,72"),
    "minus": ("0,50 100,50",),
    "divided": ("0,50 100,50", "50,15 51,17", "50,83 51,85"),
    "less": ("95,5 95,5 5,50 5,50 95,95",),
    "greater": ("5,5 5,5 95,50 95,50 5,95",),
    "braces": ("70,0 45,10 50,42 25,50 50,58 45,90 70,100",),
    "infinity": ("50,50 80,25 100,50 80,75 50,50 20,25 0,50 20,75 50,50",),
    "spiral": ("50,50 60,45 62,60 40,68 30,40 55,22 82,45 70,88 20,85 5,40 40,0",),
    "zigzag": ("0,20 0,20 20,80 20,80 40,20 40,20 60,80 60,80 80,20 80,20 100,80",),
    "grid": ("30,0 30,100", "70,0 70,100", "0,50 100,50"),
    "pi": ("5,10 95,8", "30,10 22,100", "70,10 74,100"),
    "omega": ("15,100 35,95 10,50 30,10 70,10 90,50 65,95 85,100",),
}
APART = (0.08, 0.5)  # two digits of a pair, beside their height
TURNED = 0.25  # the share of digits turned among the pictures of no digit
TURNS: tuple[tuple[tuple[int, ...], Turn], ...] = (  # which digits are none any more, and how: pictures (N, 28, 28)
    ((2, 3, 4, 5, 7), lambda pictures: np.rot90(pictures, 1, (1, 2))),
    ((2, 3, 4, 5, 7), lambda pictures: np.rot90(pictures, -1, (1, 2))),
    ((3, 4), lambda pictures: np.rot90(pictures, 2, (1, 2))),
    ((3, 4, 6, 7, 9), lambda pictures: pictures[:, :, ::-1]),
)
OF_A_SIGN, OF_A_DIGIT, DOODLES = 8, 20, 120  # pictures in an assortment
ASSORTED = OF_A_SIGN * len(SIGNS) + 10 * OF_A_DIGIT + DOODLES


def _sign(skeletons: dict[str, Skeleton]) -> Kind:
    names = sorted(skeletons)

    def make(chance: np.random.Generator) -> Strokes:
        skeleton = skeletons[names[chance.integers(len(names))]]
        wobble = WOBBLE * chance.uniform(*SHAKES)
        return [hooked(smooth(points_of(stroke, chance, wobble)), chance) for stroke in skeleton]

    return make


def _scribble(low: int, high: int) -> Kind:
    return lambda chance: [smooth(chance.random((chance.integers(low, high), 2)))]


def _dots(low: int, high: int) -> Kind:
    return lambda chance: [point[None] for point in chance.random((chance.integers(low, high), 2))]


def _filling() -> Kind:
    """A disc, hatched so closely that it is full."""
    height = np.linspace(0, 1, 24)
    half = np.sqrt(0.25 - (height - 0.5) ** 2)
    sides = np.where(np.arange(24) % 2, 0.5 + half, 0.5 - half)
    return lambda _: [np.stack([sides, height], axis=1)]


def _doodle(chance: np.random.Generator) -> Strokes:
    """Three to five lines, arcs, rings and polygons, here and there."""
    turn, strokes = 2 * np.pi, []
    for _ in range(chance.integers(3, 6)):
        corners, start = chance.integers(2, 6), chance.uniform(0, turn)
        size, middle = chance.uniform(0.15, 0.5, 2), chance.uniform(0.2, 0.8, 2)
        if chance.random() < 0.5:  # a ring or a part of it
            angle = start + np.linspace(0, turn * (1 if chance.random() < 0.5 else chance.uniform(0.3, 0.8)), 24)
        else:  # a line or a polygon
            angle = start + np.linspace(0, turn, corners + 1) if corners > 2 else start + np.array([0, turn / 2])
        strokes.append(middle + size * np.stack([np.cos(angle), np.sin(angle)], axis=1))
    return strokes


def _pair(chance: np.random.Generator) -> Strokes:
    """Two made digits side by side, as a 1 and a 0 in "10"."""
    parts, left = [], 0.0
    for label in chance.integers(0, 10, 2):
        strokes = [np.array(stroke) for stroke in made_strokes(int(label), chance)]
        points = np.vstack(strokes)
        shift = np.array([left - points[:, 0].min(), chance.normal(0, 0.05)])
        parts += [stroke + shift for stroke in strokes]
        left += float(np.ptp(points[:, 0])) + chance.uniform(*APART)
    return parts


KINDS: tuple[tuple[float, Kind], ...] = (  # each with its share
    (0.6, _sign(SIGNS)),
    (0.05, _scribble(6, 16)),
    (0.12, _doodle),
    (0.13, _pair),
    (0.05, _dots(1, 6)),
    (0.05, _filling()),
)


def made_nondigits(count: int, seed: int = 0) -> Digits:
    """Pictures of no digit, all labelled NO_DIGIT. A seed always gives the same ones."""
    chance = np.random.default_rng(seed)
    shares, kinds = zip(*KINDS, strict=True)
    chosen = chance.choice(len(kinds), count, p=shares)
    images = [drawn(kinds[kind](chance), chance) for kind in chosen]
    stacked = np.stack(images) if images else np.zeros((0, 28, 28), np.uint8)
    return Digits("No digits", torch.from_numpy(stacked), torch.full((count,), NO_DIGIT))


def turned_digits(digits: Digits, count: int, seed: int = 0) -> Digits:
    """Pictures of digits that are turned or mirrored so that no digit is left, all labelled NO_DIGIT.

    A seed always gives the same ones of the same digits.
    """
    chance, labels = np.random.default_rng(seed), digits.labels.numpy()
    images = np.zeros((count, *digits.images.shape[1:]), np.uint8)
    ways = chance.integers(len(TURNS), size=count)
    for way, (kept, turn) in enumerate(TURNS):
        fit, these = np.flatnonzero(np.isin(labels, kept)), np.flatnonzero(ways == way)
        if len(fit) and len(these):
            images[these] = turn(digits.images[torch.from_numpy(chance.choice(fit, len(these)))].numpy())
    return Digits("Turned digits", torch.from_numpy(images), torch.full((count,), NO_DIGIT))


def with_made(digits: Digits, count: int, seed: int = 0) -> Digits:
    """Digits joined by ``count`` made ones and as many pictures of no digit, TURNED of them digits turned; unchanged
    for 0.
    """
    if not count:
        return digits
    turned = round(TURNED * count)
    strange = made_nondigits(count - turned, seed)
    return joined(digits, made_digits(count, seed), strange, turned_digits(digits, turned, seed))


class Assortment(NamedTuple):
    """Pictures of everything that is made here, and what each shows."""

    images: Tensor  # uint8 (N, 28, 28)
    kinds: tuple[str, ...]  # (N,): a digit, a sign's name, or "" for doodles and scribbles


@functools.cache
def assortment() -> Assortment:
    """As many of each sign, of each digit, and doodles and scribbles: for a class "none of these". Always the same."""
    chance, images, kinds = np.random.default_rng(0), [], []
    for name in sorted(SIGNS):
        make = _sign({name: SIGNS[name]})
        images += [drawn(make(chance), chance) for _ in range(OF_A_SIGN)]
        kinds += [name] * OF_A_SIGN
    scribble = _scribble(6, 16)
    images += [drawn((_doodle if number % 5 else scribble)(chance), chance) for number in range(DOODLES)]
    kinds += [""] * DOODLES
    digits = made_digits(10 * OF_A_DIGIT)
    kinds += [str(label) for label in digits.labels.tolist()]
    return Assortment(torch.cat([torch.from_numpy(np.stack(images)), digits.images]), tuple(kinds))
