"""Digits as people draw them on the page: anywhere on the sheet, of any size, with any pen."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from pointwise.data.digits import Digits
from pointwise.data.synthetic_digits import WOBBLE, made_strokes
from pointwise.drawing import Stroke, draw_strokes, prepare

MADE = 1_000  # drawings that temperatures are fitted on
SHAKY = 1.5  # times WOBBLE: shakier than most that a recipe learns from
SEED = 1_000  # of the made drawings; no recipe's own


def draw_anywhere(strokes: Sequence[Stroke], chance: np.random.Generator, side: int = 280) -> NDArray[np.uint8]:
    """A drawing (side, side, 4) as people make it: anywhere, 45–85 % of the canvas large, with a pen of 5–9.3 %."""
    every = np.array([point for stroke in strokes for point in stroke], float)
    low, size = every.min(axis=0), np.ptp(every, axis=0)
    pen, scale = chance.uniform(14, 26) / 280, chance.uniform(0.45, 0.85) / max(float(size.max()), 1e-6)
    room = np.maximum(1 - scale * size - pen, 0.0)
    corner = pen / 2 + chance.random(2) * room
    moved = [(corner + scale * (np.array(stroke, float) - low)).tolist() for stroke in strokes]
    return draw_strokes(moved, side, pen * side, extent=1.0)


def shaky_drawings(count: int, shaky: float, seed: int) -> Digits:
    """Drawings of the ways of writing that a recipe trains on, by a hand ``shaky`` times WOBBLE; one seed, one set."""
    chance = np.random.default_rng(seed)
    labels = np.arange(count) % 10
    strokes = [made_strokes(int(label), chance, shaky * WOBBLE) for label in labels]
    images = [prepare(draw_anywhere(one, chance, side=140)).image for one in strokes]
    return Digits("Made drawings", torch.from_numpy(np.stack(images)), torch.from_numpy(labels.astype(np.int64)))


@functools.cache
def made_drawings() -> Digits:
    """The MADE drawings by a SHAKY hand that temperatures are fitted on."""
    return shaky_drawings(MADE, SHAKY, SEED)
