"""The last layer trained anew on corrections, going no further than they need.

A loss of two parts is made as small as L-BFGS makes it (Liu & Nocedal 1989): on the stored digits the layer is to go on
answering as it did before (the cross-entropy with its own former probabilities, so that nothing is forgotten, its
mistakes included), and on the corrected drawings and variants of them, bent by the recipes' augmentation, it is to give
the digit that a person said. A small pull holds the weights where they were. The corrections begin with little weight,
which grows for those alone that are not read right yet.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from pointwise.calibration import SURE
from pointwise.data.digits import augment, normalise
from pointwise.errors import ConfigError
from pointwise.teaching.corrections import MOST, Correction
from pointwise.teaching.last_layer import FrozenNetwork, LastLayer

VARIANTS = 24  # of each corrected drawing, beside itself
MARGIN = 0.05  # above SURE, that the probability of a corrected drawing's digit is to reach
RIGHT_VARIANTS = 0.9  # the share of a drawing's variants that is to be read right
FIRST_WEIGHT, GROWTH, MOST_WEIGHT = 0.007, 1.5, 2.0  # of a drawing with its variants, beside all stored digits' 1
PULL = 1e-4
STEPS = 15  # of L-BFGS for each weight


@dataclass(frozen=True, eq=False)
class Taught:
    """What came of a lesson."""

    layer: LastLayer
    missed: tuple[Correction, ...] = ()  # those that are not read right and surely all the same


def teach(frozen: FrozenNetwork, corrections: Sequence[Correction]) -> Taught:
    """The last layer that reads the corrected drawings, always the same for the same corrections.

    Raises ConfigError for more than MOST corrections, DataError where the stored digits are missing.
    """
    if len(corrections) > MOST:
        raise ConfigError(f"{len(corrections)} corrections are too many. Take some back, to {MOST} at most.")
    if not corrections:
        return Taught(frozen.layer)
    lesson = _Lesson(frozen, corrections)
    layer, weights = frozen.layer, torch.full((len(corrections),), FIRST_WEIGHT)
    missed = lesson.missed(layer)
    while bool(missed.any()) and float(weights[missed].min()) <= MOST_WEIGHT:
        layer = lesson.fitted(layer, weights)
        missed = lesson.missed(layer)
        weights = torch.where(missed, weights * GROWTH, weights)
    return Taught(layer, tuple(one for one, left in zip(corrections, missed.tolist(), strict=True) if left))


class _Lesson:
    """The stored digits, the drawings and their variants, as the frozen network sees them."""

    def __init__(self, frozen: FrozenNetwork, corrections: Sequence[Correction]) -> None:
        self._start, self._temperature = frozen.layer, frozen.temperature
        stored = frozen.stored.features
        drawn = frozen.features(torch.cat([variants(one) for one in corrections]))
        self._count, self._digits = len(corrections), torch.tensor([one.digit for one in corrections])
        self._drawn = drawn.reshape(self._count, 1 + VARIANTS, -1)
        self._labels = self._digits.repeat_interleave(1 + VARIANTS)
        self._features = torch.cat([stored, drawn])
        self._sources = len(stored)
        before = (frozen.layer.logits(stored) / self._temperature).softmax(1)
        self._targets = torch.cat([before, F.one_hot(self._labels, before.shape[1]).float()])

    def missed(self, layer: LastLayer) -> Tensor:
        """Which drawings are not read right yet, and surely, or too few of their variants; bool (corrections,)."""
        scores = layer.logits(self._drawn.flatten(0, 1)) / self._temperature
        probabilities = scores.softmax(1).reshape(self._count, 1 + VARIANTS, -1)
        itself = probabilities[:, 0].gather(1, self._digits[:, None])[:, 0]
        right = (probabilities[:, 1:].argmax(2) == self._digits[:, None]).float().mean(1)
        return (itself < SURE + MARGIN) | (right < RIGHT_VARIANTS)

    def fitted(self, layer: LastLayer, weights: Tensor) -> LastLayer:
        """The layer, from ``layer`` on, with corrections of these weights."""
        from scipy.optimize import minimize  # half a second

        each = torch.full((len(self._features), 1), 1 / self._sources)
        each[self._sources :, 0] = (weights / (1 + VARIANTS)).repeat_interleave(1 + VARIANTS)
        start = _flat(self._start)

        def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            now, moved = _layer(values, self._start), values - start
            logs = (now.logits(self._features) / self._temperature).log_softmax(1)
            wrong = (logs.exp() - self._targets) * (each / self._temperature)  # the loss's slope in the logits
            slope = _flat(LastLayer(wrong.T @ self._features, wrong.sum(0)))
            value = float(-(each * self._targets * logs).sum()) + PULL / 2 * float(moved @ moved)
            return value, slope + PULL * moved

        found = minimize(loss, _flat(layer), jac=True, method="L-BFGS-B", options={"maxiter": STEPS, "maxcor": STEPS})
        return _layer(found.x, self._start)


def _flat(layer: LastLayer) -> NDArray[np.float64]:
    return torch.cat([layer.weights.flatten(), layer.biases]).double().numpy()


def _layer(values: NDArray[np.float64], like: LastLayer) -> LastLayer:
    every = torch.from_numpy(values).float()
    return LastLayer(every[: -len(like.biases)].reshape(like.weights.shape), every[-len(like.biases) :])


def variants(correction: Correction) -> Tensor:
    """The drawing and VARIANTS more, turned, stretched, bent and redrawn a little: float32 (n, 1, 28, 28) in −1…1."""
    picture = normalise(torch.from_numpy(correction.picture.copy())[None])
    chance = torch.Generator().manual_seed(zlib.crc32(correction.pixels))
    return torch.cat([picture, augment(picture.repeat(VARIANTS, 1, 1, 1), chance)])
