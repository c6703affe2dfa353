"""Doodles as strokes of our own, each one drawn in many ways: what people name classes of their own after."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from pointwise import classify_pictures
from pointwise.calibration import SURE, probabilities_of, temperature_of
from pointwise.data.digits import normalise
from pointwise.data.synthetic_digits import smooth
from pointwise.drawing import draw_strokes, prepare
from pointwise.models import Network
from pointwise.teaching.own_classes import OwnClasses

Points = list[tuple[float, float]]
WOBBLE = 0.025  # of the points, in the doodle's height
TURN, STRETCH = 0.1, 0.1  # of a doodle, in radians and as a share: the same person holds the pen
SHEET, EXTENT, PEN = 280, 0.7, (0.05, 0.08)  # pixels; shares of it: the doodle, and the width of the pen
FEW = 6  # points of a stroke that is not round
PARTS = 8  # of a circle


def arc(x: float, y: float, radius: float, begin: float = 0.0, end: float = 1.0) -> Points:
    """A part of a circle in the unit box, in turns."""
    turns = (begin + (end - begin) * n / PARTS for n in range(PARTS + 1))
    return [(x + radius * math.cos(2 * math.pi * t), y + radius * math.sin(2 * math.pi * t)) for t in turns]


def sun(chance: np.random.Generator) -> list[Points]:
    rays = int(chance.integers(6, 10))
    turned = chance.uniform(0, 1)
    angles = [2 * math.pi * (n + turned) / rays for n in range(rays)]
    edge = [(math.cos(angle), math.sin(angle)) for angle in angles]
    return [arc(0.5, 0.5, 0.24), *([(0.5 + 0.32 * x, 0.5 + 0.32 * y), (0.5 + 0.5 * x, 0.5 + 0.5 * y)] for x, y in edge)]


def house(chance: np.random.Generator) -> list[Points]:
    roof = chance.uniform(0.3, 0.5)
    walls = [(0.1, roof), (0.1, 1.0), (0.9, 1.0), (0.9, roof)]
    door = [(0.42, 1.0), (0.42, 0.68), (0.6, 0.68), (0.6, 1.0)]
    return [walls, [(0.0, roof), (0.5, 0.0), (1.0, roof)], *([door] if chance.random() < 0.6 else [])]


def fish(chance: np.random.Generator) -> list[Points]:
    height = chance.uniform(0.16, 0.28)
    above = [(x, 0.5 - height * math.sin(math.pi * x / 0.75)) for x in np.linspace(0, 0.75, 9)]
    below = [(x, 1.0 - y) for x, y in reversed(above)]
    return [[*above, (1.0, 0.5 + height)], [(1.0, 0.5 + height), (1.0, 0.5 - height), *below]]


def star(chance: np.random.Generator) -> list[Points]:
    turned = chance.uniform(-0.03, 0.03)
    angles = [2 * math.pi * (0.75 + turned + 0.4 * n) for n in range(6)]
    return [[(0.5 + 0.5 * math.cos(angle), 0.5 + 0.5 * math.sin(angle)) for angle in angles]]


def flower(chance: np.random.Generator) -> list[Points]:
    petals = int(chance.integers(4, 7))
    turned = chance.uniform(0, 1)
    angles = [2 * math.pi * (n + turned) / petals for n in range(petals)]
    round_it = [arc(0.5 + 0.2 * math.cos(angle), 0.3 + 0.2 * math.sin(angle), 0.11) for angle in angles]
    return [arc(0.5, 0.3, 0.08), *round_it, [(0.5, 0.56), (0.5, 1.0)]]


DOODLES: dict[str, Callable[[np.random.Generator], list[Points]]] = {
    "sun": sun,
    "house": house,
    "fish": fish,
    "star": star,
    "flower": flower,
}


def doodle(name: str, number: int) -> NDArray[np.uint8]:
    """The doodle of that name and number, uint8 (28, 28) as a network receives it; always the same one."""
    chance = np.random.default_rng([number, *name.encode()])
    strokes = [_by_hand(np.array(points), chance) for points in DOODLES[name](chance)]
    angle, (wide, high) = chance.normal(0, TURN), 1 + chance.normal(0, STRETCH, 2)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    bent = [((points - 0.5) @ turn * (wide, high) + 0.5).tolist() for points in strokes]
    return prepare(draw_strokes(bent, SHEET, SHEET * chance.uniform(*PEN), EXTENT)).image


def drawn_classes(drawings: int = 5, first: int = 0) -> OwnClasses:
    """The five classes with so many drawings each, of the numbers from ``first`` on."""
    made = OwnClasses().with_names(", ".join(DOODLES))
    for number, name in enumerate(DOODLES):
        for one in range(first, first + drawings):
            made = made.with_drawing(number, doodle(name, one))
    return made


def read_right(network: Network, drawings: int = 10, first: int = 10_000) -> float:
    """The share of so many drawings of each class, of the numbers from ``first`` on, that a network of them reads."""
    pictures = [doodle(name, number) for name in DOODLES for number in range(first, first + drawings)]
    read = classify_pictures(network, np.stack(pictures)).argmax(1)
    return float((read == np.repeat(np.arange(len(DOODLES)), drawings)).mean())


def read_surely(network: Network, pictures: Tensor) -> float:
    """The share of pictures, uint8 (N, 28, 28), that a network of the five classes is sure to be one of them."""
    chances = probabilities_of(network, normalise(pictures), temperature_of(network.card))[:, : len(DOODLES)]
    return float((chances.amax(1) >= SURE).float().mean())


def _by_hand(points: NDArray[np.float64], chance: np.random.Generator) -> NDArray[np.float64]:
    """A stroke whose points are moved a little: lines where they are few, else a curve through them."""
    moved = points + chance.normal(0, WOBBLE, points.shape)
    return smooth(moved) if len(moved) > FEW else moved
