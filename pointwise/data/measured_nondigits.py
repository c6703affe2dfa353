"""What is no digit, to measure a reader's doubt by: kinds, generators and a renderer that nothing was trained on.

What a recipe learns from (``nondigits.py``) is skeletons of strokes, drawn by Pillow's lines, and turned digits. These
are printed letters and signs that FreeType draws, curves from formulas whose ink is the distance to them, blots, and
stripes. Letters and signs that recipes learn are left out, and so is what a person would take for a digit: O, I, l, S.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray

from pointwise.data.digits import NO_DIGIT, Digits
from pointwise.drawing import Ink, prepare_ink

SIDE = 64  # pixels of a picture before it is prepared
PEN = (0.06, 0.19)  # width beside the picture's larger side
LETTERS, SIGNS = "FTVWefknvw", "#$%@©™±~»"
LEAN, TURN, STRETCH = 0.35, 0.15, 0.25  # of what is printed, at most, to both sides; the second in radians

Curve = NDArray[np.float64]  # points (N, 2), close to one another, in a box of 1
Kind = Callable[[np.random.Generator], Ink]


def _printed(characters: str) -> Kind:
    """One of the characters in Pillow's own font, thin or bold, slanted, turned and stretched."""

    def make(chance: np.random.Generator) -> Ink:
        from PIL import Image, ImageDraw, ImageFont

        font, middle = ImageFont.load_default(size=60), 64
        sheet = Image.new("L", (2 * middle, 2 * middle))
        character, bold = characters[chance.integers(len(characters))], int(chance.integers(0, 4))
        ImageDraw.Draw(sheet).text((middle, middle), character, 255, font, anchor="mm", stroke_width=bold)
        lean, turn = chance.uniform(-LEAN, LEAN), chance.uniform(-TURN, TURN)
        cos, sin, wide, high = np.cos(turn), np.sin(turn), *(1 + chance.uniform(-STRETCH, STRETCH, 2))
        matrix = np.array([[cos, -sin], [sin, cos]]) @ np.array([[wide, lean], [0, high]])
        (a, b), (c, d) = matrix.tolist()
        across, down = middle - (a + b) * middle, middle - (c + d) * middle
        bent = sheet.transform(sheet.size, Image.Transform.AFFINE, (a, b, across, c, d, down), Image.Resampling.BICUBIC)
        return np.asarray(bent) / 255

    return make


def _line(*corners: tuple[float, float]) -> Curve:
    ends = np.array(corners, float)
    along = np.linspace(0, 1, 40)[:, None]
    return np.vstack([start + along * (end - start) for start, end in pairwise(ends)])


def _arc(x: float, y: float, radius: float, start: float = 0, end: float = 1) -> Curve:
    """A part of a circle; from the right, in turns, clockwise."""
    angle = 2 * np.pi * np.linspace(start, end, 90)
    return np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)


def _polar(radius: Callable[[NDArray[np.float64]], NDArray[np.float64]], turns: float = 1) -> Curve:
    angle = 2 * np.pi * np.linspace(0, turns, 400)
    return np.stack([0.5 + 0.5 * radius(angle) * np.cos(angle), 0.5 + 0.5 * radius(angle) * np.sin(angle)], axis=1)


def _lissajous(across: int, down: int) -> Curve:
    t = np.linspace(0, 2 * np.pi, 500)
    return np.stack([0.5 + 0.5 * np.sin(across * t), 0.5 + 0.5 * np.cos(down * t)], axis=1)


def _heart() -> Curve:
    t = np.linspace(0, 2 * np.pi, 200)
    down = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return np.stack([0.5 + np.sin(t) ** 3 / 2, 0.45 - down / 32], axis=1)


SHAPES: dict[str, tuple[Curve, ...]] = {
    "heart": (_heart(),),
    "flower": (_polar(lambda angle: np.cos(3 * angle)),),
    "clover": (_polar(lambda angle: np.cos(2 * angle)),),
    "gear": (_polar(lambda angle: 0.75 + 0.25 * np.sign(np.sin(8 * angle))), _arc(0.5, 0.5, 0.12)),
    "knot": (_lissajous(3, 2),),
    "weave": (_lissajous(3, 4),),
    "target": (_arc(0.5, 0.5, 0.5), _arc(0.5, 0.5, 0.22)),
    "face": (_arc(0.5, 0.5, 0.5), _arc(0.33, 0.36, 0.03), _arc(0.67, 0.36, 0.03), _arc(0.5, 0.5, 0.27, 0.08, 0.42)),
    "arrow": (_line((0, 0.5), (1, 0.5)), _line((0.68, 0.2), (1, 0.5), (0.68, 0.8))),
    "house": (_line((0.1, 0.45), (0.1, 1), (0.9, 1), (0.9, 0.45)), _line((0, 0.5), (0.5, 0), (1, 0.5))),
    "envelope": (_line((0, 0.2), (1, 0.2), (1, 0.8), (0, 0.8), (0, 0.2), (0.5, 0.55), (1, 0.2)),),
    "umbrella": (
        _arc(0.5, 0.5, 0.5, 0.5, 1),
        _line((0, 0.5), (1, 0.5)),
        _line((0.5, 0.5), (0.5, 0.9)),
        _arc(0.4, 0.9, 0.1, 0, 0.5),
    ),
    "cup": (_line((0.1, 0.1), (0.2, 0.9), (0.65, 0.9), (0.75, 0.1), (0.1, 0.1)), _arc(0.75, 0.42, 0.2, 0.75, 1.25)),
    "tree": (_line((0.5, 1), (0.5, 0.7)), _line((0.05, 0.7), (0.5, 0), (0.95, 0.7), (0.05, 0.7))),
    "fish": (_arc(0.4, 0.5, 0.3), _line((0.68, 0.5), (1, 0.25), (1, 0.75), (0.68, 0.5))),
    "ladder": (
        _line((0.3, 0), (0.2, 1)),
        _line((0.7, 0), (0.8, 1)),
        *(_line((0.25, y), (0.75, y)) for y in (0.2, 0.5, 0.8)),
    ),
    "hourglass": (_line((0.1, 0), (0.9, 0), (0.1, 1), (0.9, 1), (0.1, 0)),),
    "glasses": (_arc(0.22, 0.5, 0.2), _arc(0.78, 0.5, 0.2), _line((0.42, 0.5), (0.58, 0.5))),
    "lightning": (_line((0.6, 0), (0.2, 0.55), (0.75, 0.45), (0.3, 1)),),
    "anchor": (
        _line((0.5, 0.2), (0.5, 1)),
        _arc(0.5, 0.1, 0.1),
        _arc(0.5, 0.55, 0.45, 0.02, 0.48),
        _line((0.25, 0.32), (0.75, 0.32)),
    ),
}


def _shape(chance: np.random.Generator) -> Ink:
    """One of SHAPES, squeezed, slanted and bent by a wave: full ink within half the pen's width of it."""
    from scipy.spatial import KDTree

    curves = list(SHAPES.values())[chance.integers(len(SHAPES))]
    matrix = np.eye(2) + chance.uniform(-0.18, 0.18, (2, 2))
    wave, phase = chance.uniform(0, 0.05), chance.uniform(0, 2 * np.pi, 2)
    bent = [curve @ matrix + wave * np.sin(5 * curve[:, ::-1] + phase) for curve in curves]
    points = np.vstack(bent)
    points = (points - points.min(axis=0)) / np.ptp(points, axis=0).max()
    points = 0.13 * SIDE + points * 0.74 * SIDE
    grid = np.stack(np.meshgrid(np.arange(SIDE) + 0.5, np.arange(SIDE) + 0.5), axis=-1)
    distance, _ = KDTree(points).query(grid)
    return np.clip(chance.uniform(*PEN) * 0.74 * SIDE / 2 - distance + 0.5, 0, 1)


def _blot(chance: np.random.Generator) -> Ink:
    """The higher parts of smooth noise: spots, islands, bays."""
    from scipy.ndimage import gaussian_filter

    height = gaussian_filter(chance.normal(size=(SIDE, SIDE)), chance.uniform(3, 6), mode="constant")
    return np.clip((height - np.quantile(height, chance.uniform(0.6, 0.85))) / height.std() * 6, 0, 1)


def _stripes(chance: np.random.Generator) -> Ink:
    """Waves across a square or a disc."""
    down, across = (np.mgrid[:SIDE, :SIDE] + 0.5 - SIDE / 2) / (0.4 * SIDE)
    angle = chance.uniform(0, np.pi)
    wave = np.sin(chance.uniform(7, 14) * (np.cos(angle) * across + np.sin(angle) * down) + chance.uniform(0, 6))
    far = np.maximum(abs(down), abs(across)) if chance.random() < 0.5 else np.hypot(down, across)
    return np.clip(0.5 + 3 * wave, 0, 1) * (far < 1)


KINDS: dict[str, tuple[float, Kind]] = {  # each with its share
    "letters": (0.35, _printed(LETTERS)),
    "signs": (0.25, _printed(SIGNS)),
    "shapes": (0.3, _shape),
    "blots": (0.05, _blot),
    "stripes": (0.05, _stripes),
}


def measured_nondigits(count: int, seed: int = 0) -> tuple[Digits, NDArray[np.str_]]:
    """Pictures of no digit, all labelled NO_DIGIT, and the kind of each, (count,); by the seed alone."""
    chance = np.random.default_rng(seed)
    kinds = chance.choice(list(KINDS), count, p=[share for share, _ in KINDS.values()])
    images = np.zeros((count, 28, 28), np.uint8)
    for number, kind in enumerate(kinds):
        images[number] = prepare_ink(KINDS[kind][1](chance)).image
    return Digits("No digits", torch.from_numpy(images), torch.full((count,), NO_DIGIT)), kinds
