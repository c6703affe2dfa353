"""A new last layer for classes of somebody's own, over the frozen maps of a network that reads digits.

It is a softmax regression on a drawing's features: a cross-entropy over all drawings and variants of them, bent by the
recipes' augmentation, with a pull of all weights towards 0, made as small as L-BFGS makes it. How well it does on
drawings that it has not seen is measured by leaving a part of them out in turn; the temperature is fitted to the same
answers.

A class more, "none of these", learns from what ``assortment`` holds: made letters, signs, digits and doodles. Left out
of it is what looks like one of the classes: what lies as near to a drawing as drawings of its class do to each other, a
sign of which a quarter does, and a digit that the frozen network reads in the drawings of a class.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pointwise.calibration import fit_temperature
from pointwise.card import drawn_card
from pointwise.data.catalogue import NONE
from pointwise.data.digits import augment, normalise
from pointwise.data.nondigits import assortment
from pointwise.errors import DataError
from pointwise.intervals import Share, share_of
from pointwise.models import Network
from pointwise.teaching.last_layer import FrozenNetwork, LastLayer, with_last_layer
from pointwise.teaching.lbfgs import least
from pointwise.teaching.own_classes import OwnClasses

FEATURES, LEAST_VARIANTS, MOST_VARIANTS = 800, 5, 24  # pictures in all, about; variants of each drawing beside itself
PULL = 1e-3  # of the weights of features brought to one spread
STEPS = 60  # of L-BFGS
PARTS = 5  # that drawings are left out in
STRANGE = 0.1  # what the class "none of these" weighs beside all others together
NEAR = 0.25  # of the drawings of a class have another one of it within the distance that is called near
ALIKE = 0.25  # the share of a sign's pictures from which on all of them are left out
LEAST_TEMPERATURE = 0.5  # where all that was left out is read right, the likeliest temperature would be next to 0


@dataclass(frozen=True, eq=False)
class Learned:
    """A network for classes of somebody's own."""

    network: Network
    read: Share  # of the drawings, each by a last layer that has not seen it
    seconds: float


def learn(frozen: FrozenNetwork, classes: OwnClasses, none: bool = True) -> Learned:
    """The network whose last layer tells the classes apart, always the same one for the same drawings.

    With ``none`` it has one class more, NONE, for what is none of them. Raises DataError where there are too few.
    """
    if lacking := classes.lacking:
        raise DataError(lacking)
    import scipy.optimize  # noqa: F401  (half a second, and no part of learning)

    assorted = frozen.assorted if none else None  # made once for all who use the network
    began = time.perf_counter()
    pictures, labels = classes.pictures()
    features = _features(frozen, pictures)
    strange = features[:0, 0] if assorted is None else assorted[_unlike(frozen, features[:, 0], labels, assorted)]
    names = classes.names + (NONE,) * bool(len(strange))
    parts = min(PARTS, *(len(one.drawings) for one in classes.classes))
    of_class = np.concatenate([np.arange(len(one.drawings)) for one in classes.classes])
    left_out = torch.empty(len(labels), len(names))
    for part in range(parts):
        away = of_class % parts == part
        left_out[away] = _fitted(features[~away], labels[~away], strange).logits(features[away][:, 0])
    right = (left_out.argmax(1).numpy() == labels).astype(bool)
    temperature = max(LEAST_TEMPERATURE, fit_temperature(left_out, torch.from_numpy(labels)))
    layer, read = _fitted(features, labels, strange), share_of(right)
    seconds = time.perf_counter() - began
    words = (
        f"{len(labels)} drawings of your own; all but the last layer from {frozen.network.card.get('data', 'MNIST')}"
    )
    card = drawn_card(names, len(labels), words, {"accuracy": read.value}, round(temperature, 4), seconds)
    return Learned(with_last_layer(frozen.network, layer, card), read, seconds)


def _unlike(frozen: FrozenNetwork, seen: Tensor, labels: NDArray[np.int64], assorted: Tensor) -> Tensor:
    """Which of ``assorted``, (N, F), look like no class of the drawings ``seen``, (M, F): bool (N,)."""
    kinds = np.array(assortment().kinds)
    spread = torch.cat([seen, assorted]).std(0) + 1e-3
    drawings, numbers = seen / spread, torch.from_numpy(labels)
    apart = torch.cdist(drawings, drawings)
    apart[numbers[:, None] != numbers] = math.inf
    nearest = apart.fill_diagonal_(math.inf).min(1).values
    near = torch.stack([nearest[numbers == number].quantile(NEAR) for number in range(int(labels.max()) + 1)])
    alike = (torch.cdist(assorted / spread, drawings) < near[numbers]).any(1).numpy()
    read = (frozen.layer.logits(seen) / frozen.temperature).softmax(1)
    for number in range(len(near)):
        sureness, digit = read[numbers == number].mean(0).max(0)
        if sureness >= 0.5:
            alike |= kinds == str(int(digit))
    for kind in sorted({*kinds} - {""}):
        if alike[kinds == kind].mean() >= ALIKE:
            alike |= kinds == kind
    return torch.from_numpy(~alike)


def _features(frozen: FrozenNetwork, pictures: NDArray[np.uint8]) -> Tensor:
    """What the frozen network makes of each drawing and its variants, (N, 1 + variants, F); the drawing first."""
    inputs = normalise(torch.from_numpy(pictures.copy()))
    count = max(LEAST_VARIANTS, min(MOST_VARIANTS, FEATURES // len(inputs)))
    variants = augment(inputs.repeat_interleave(count, 0), torch.Generator().manual_seed(0))
    every = torch.cat([inputs[:, None], variants.reshape(len(inputs), count, *inputs.shape[1:])], 1)
    return frozen.features(every.flatten(0, 1)).reshape(len(inputs), 1 + count, -1)


def _fitted(features: Tensor, labels: NDArray[np.int64], strange: Tensor) -> LastLayer:
    """The layer that gives drawings, (N, variants, F), the classes ``labels``, and ``strange``, (M, F), one more."""
    seen = torch.cat([features.flatten(0, 1), strange]).double()
    centre, spread = seen.mean(0), seen.std(0) + 1e-3
    scaled = ((seen - centre) / spread).numpy()
    counts = np.bincount(labels)
    each = (1 / (len(counts) * counts[labels])).repeat(features.shape[1]) / features.shape[1]  # all classes weigh alike
    numbers = labels.repeat(features.shape[1])
    if len(strange):
        each = np.concatenate([each, np.full(len(strange), STRANGE / len(strange))]) / (1 + STRANGE)
        numbers = np.concatenate([numbers, np.full(len(strange), len(counts))])
    classes = len(counts) + bool(len(strange))
    targets = np.eye(classes)[numbers]

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, biases = values[:-classes].reshape(classes, -1), values[-classes:]
        logits = scaled @ weights.T + biases
        logits -= logits.max(1, keepdims=True)
        logs = logits - np.log(np.exp(logits).sum(1, keepdims=True))
        wrong = (np.exp(logs) - targets) * each[:, None]
        value = float(-(each[:, None] * targets * logs).sum()) + PULL / 2 * float((weights**2).sum())
        return value, np.concatenate([(wrong.T @ scaled + PULL * weights).ravel(), wrong.sum(0)])

    start = np.zeros(classes * (scaled.shape[1] + 1))
    found = torch.from_numpy(least(loss, start, STEPS))
    weights = found[:-classes].reshape(classes, -1) / spread
    biases = found[-classes:] - weights @ centre
    return LastLayer(weights.float(), biases.float())
