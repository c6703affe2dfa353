"""The last layer trained anew on corrections, going no further than they need.

A loss of two parts is made as small as L-BFGS makes it: what the layer would forget of the stored digits
(forgetting.py), its mistakes included, and how badly it reads the corrected drawings and their variants, bent twice by
the recipes' augmentation. The corrections begin with little weight, which grows for those alone that are not read right
yet: first where forgetting is a quadratic form, in a few milliseconds, and from there with what it costs exactly. That
a drawing's variants are read surely, too, so that the next drawing of that hand is, is worth a little forgetting
(ALLOWED); that the drawing itself is read surely may cost more.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pointwise.calibration import SURE
from pointwise.data.digits import augment, normalise
from pointwise.errors import ConfigError
from pointwise.teaching.corrections import MOST, Correction
from pointwise.teaching.forgetting import with_one
from pointwise.teaching.last_layer import FrozenNetwork, LastLayer
from pointwise.teaching.lbfgs import least

VARIANTS = 48  # of each corrected drawing, beside itself
MARGIN = 0.03  # above SURE, that the probability of a corrected drawing's digit is to reach
SURE_VARIANTS = 0.95  # the share of a drawing's variants that is to be read right and surely
ALLOWED = 0.1  # of what is forgotten, in forgetting.py's measure, for the sake of variants
FIRST_WEIGHT, GROWTH, MOST_WEIGHT = 0.007, 1.5, 50.0  # of a drawing with its variants
STEPS = 6  # of L-BFGS for each weight
REMEMBERED = 100  # corrected drawings of which a network's features are kept

Values = NDArray[np.float32]


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
    weights = np.full(len(corrections), FIRST_WEIGHT)
    if not lesson.unread().any():
        return Taught(frozen.layer)
    for lesson.exactly in (False, True):
        unread = np.ones(len(corrections), bool)
        while unread.any() and weights[unread].min() <= MOST_WEIGHT:
            lesson.fit(weights)
            unread = lesson.unread()
            weights = np.where(unread, weights * GROWTH, weights)
    return Taught(lesson.layer(), tuple(compress(corrections, lesson.wrong())))


class _Lesson:
    """The drawings and their variants as the frozen network sees them, and the move that was found so far."""

    def __init__(self, frozen: FrozenNetwork, corrections: Sequence[Correction]) -> None:
        self.exactly = False  # whether forgetting is measured exactly, or by the quadratic form
        self._start, self._forgetting = frozen.layer, frozen.forgetting
        moves = torch.from_numpy(self._forgetting.moves)
        drawn = torch.cat([_drawn(frozen, one) for one in corrections])
        self._logits: Values = (frozen.layer.logits(drawn) / frozen.temperature).T.numpy()  # (classes, drawings)
        turned = torch.matmul(with_one(drawn), moves) / frozen.temperature
        self._drawn: Values = turned.numpy()  # (classes, drawings, F + 1)
        self._back: Values = np.ascontiguousarray(turned.transpose(1, 2).numpy())
        self._digits = np.array([one.digit for one in corrections])
        self._labels = self._digits.repeat(1 + VARIANTS)
        self._at = np.arange(len(self._labels))
        self.moved = np.zeros((len(moves), moves.shape[2], 1))

    def wrong(self) -> NDArray[np.bool_]:
        """Which drawings are not read right, and surely; (corrections,)."""
        return self._itself(self._probabilities(self.moved)) < SURE

    def unread(self) -> NDArray[np.bool_]:
        """For which drawings the layer is to go on learning; (corrections,)."""
        probabilities = self._probabilities(self.moved)
        right = probabilities[self._labels, self._at].reshape(-1, 1 + VARIANTS)[:, 1:]
        of_variants = np.asarray((right >= SURE).mean(1) < SURE_VARIANTS)
        allowed = self._cost(self.moved)[0] < ALLOWED
        return (self._itself(probabilities) < SURE + MARGIN) | (of_variants & allowed)

    def fit(self, weights: NDArray[np.float64]) -> None:
        """Move on, with corrections of these weights."""
        each = (weights / (1 + VARIANTS)).repeat(1 + VARIANTS).astype(np.float32)

        def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            wrong = self._probabilities(values.reshape(self.moved.shape))  # less the labels: the slope in the logits
            right = wrong[self._labels, self._at]
            wrong[self._labels, self._at] -= 1
            slope = self._back @ (wrong * each)[:, :, None]
            cost, back = self._cost(values.reshape(self.moved.shape))
            return cost - float(each @ np.log(np.maximum(right, 1e-30))), (slope + back).ravel()

        self.moved = least(loss, self.moved.ravel(), STEPS).reshape(self.moved.shape)

    def _cost(self, moved: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """What a move forgets, and the slope in it."""
        return self._forgetting.cost(moved) if self.exactly else (float((moved**2).sum()) / 2, moved)

    def layer(self) -> LastLayer:
        """The layer after the move."""
        moved = torch.from_numpy(self._forgetting.moves @ self.moved.astype(np.float32))[:, :, 0]
        return LastLayer(self._start.weights + moved[:, :-1], self._start.biases + moved[:, -1])

    def _probabilities(self, moved: NDArray[np.float64]) -> Values:
        logits = self._logits + (self._drawn @ moved.astype(np.float32))[:, :, 0]
        powers = np.exp(logits - logits.max(axis=0))
        return np.asarray(powers / powers.sum(axis=0))

    def _itself(self, probabilities: Values) -> Values:
        return probabilities[self._digits, self._at[:: 1 + VARIANTS]]


def _drawn(frozen: FrozenNetwork, correction: Correction) -> Tensor:
    """What a corrected drawing and its variants become below the last layer: (1 + VARIANTS, F)."""
    known = frozen.drawn.get(correction)
    if known is None:
        known = frozen.features(variants(correction))
        if len(frozen.drawn) >= REMEMBERED:
            frozen.drawn.clear()
        frozen.drawn[correction] = known
    return known


def variants(correction: Correction) -> Tensor:
    """The drawing and VARIANTS more, turned, stretched, bent and redrawn a little: float32 (n, 1, 28, 28) in −1…1."""
    picture = normalise(torch.from_numpy(correction.picture.copy())[None])
    chance = torch.Generator().manual_seed(zlib.crc32(correction.pixels))
    return torch.cat([picture, augment(augment(picture.repeat(VARIANTS, 1, 1, 1), chance), chance)])
