"""A new last layer for classes of somebody's own, over the frozen maps of a network that reads digits.

It is a softmax regression on a drawing's features: a cross-entropy over all drawings and variants of them, bent by the
recipes' augmentation, with a pull of all weights towards 0, made as small as L-BFGS makes it (Liu & Nocedal 1989). How
well it does on drawings that it has not seen is measured by leaving a part of them out in turn; the probabilities'
temperature is fitted to the same answers.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pointwise.calibration import fit_temperature
from pointwise.card import drawn_card
from pointwise.data.digits import augment, normalise
from pointwise.errors import DataError
from pointwise.intervals import Share, share_of
from pointwise.models import Network
from pointwise.teaching.last_layer import FrozenNetwork, LastLayer, with_last_layer
from pointwise.teaching.own_classes import OwnClasses

FEATURES, LEAST_VARIANTS, MOST_VARIANTS = 800, 5, 24  # pictures in all, about; variants of each drawing beside itself
PULL = 1e-2  # of the weights of features brought to one spread
STEPS = 60  # of L-BFGS
PARTS = 5  # that drawings are left out in
LEAST_TEMPERATURE = 0.5  # where all that was left out is read right, the likeliest temperature would be next to 0


@dataclass(frozen=True, eq=False)
class Learned:
    """A network for classes of somebody's own."""

    network: Network
    read: Share  # of the drawings, each by a last layer that has not seen it
    seconds: float


def learn(frozen: FrozenNetwork, classes: OwnClasses) -> Learned:
    """The network whose last layer tells the classes apart, always the same one for the same drawings.

    Raises DataError where there are too few.
    """
    if lacking := classes.lacking:
        raise DataError(lacking)
    began = time.perf_counter()
    pictures, labels = classes.pictures()
    features = _features(frozen, pictures)
    parts = min(PARTS, *(len(one.drawings) for one in classes.classes))
    of_class = np.concatenate([np.arange(len(one.drawings)) for one in classes.classes])
    left_out = torch.empty(len(labels), len(classes.classes))
    for part in range(parts):
        away = of_class % parts == part
        left_out[away] = _fitted(features[~away], labels[~away]).logits(features[away][:, 0])
    right = (left_out.argmax(1).numpy() == labels).astype(bool)
    temperature = max(LEAST_TEMPERATURE, fit_temperature(left_out, torch.from_numpy(labels)))
    layer, read = _fitted(features, labels), share_of(right)
    seconds = time.perf_counter() - began
    words = (
        f"{len(labels)} drawings of your own; all but the last layer from {frozen.network.card.get('data', 'MNIST')}"
    )
    card = drawn_card(classes.names, words, {"accuracy": read.value}, round(temperature, 4), seconds)
    return Learned(with_last_layer(frozen.network, layer, card), read, seconds)


def _features(frozen: FrozenNetwork, pictures: NDArray[np.uint8]) -> Tensor:
    """What the frozen network makes of each drawing and its variants, (N, 1 + variants, F); the drawing first."""
    inputs = normalise(torch.from_numpy(pictures.copy()))
    count = max(LEAST_VARIANTS, min(MOST_VARIANTS, FEATURES // len(inputs)))
    variants = augment(inputs.repeat_interleave(count, 0), torch.Generator().manual_seed(0))
    every = torch.cat([inputs[:, None], variants.reshape(len(inputs), count, *inputs.shape[1:])], 1)
    return frozen.features(every.flatten(0, 1)).reshape(len(inputs), 1 + count, -1)


def _fitted(features: Tensor, labels: NDArray[np.int64]) -> LastLayer:
    """The layer that gives drawings, (N, variants, F), the classes ``labels``."""
    from scipy.optimize import minimize  # half a second

    seen = features.flatten(0, 1).double()
    centre, spread = seen.mean(0), seen.std(0) + 1e-3
    scaled = ((seen - centre) / spread).numpy()
    numbers = labels.repeat(features.shape[1])
    counts = np.bincount(labels)
    each = (1 / (len(counts) * counts[labels])).repeat(features.shape[1]) / features.shape[1]  # all classes weigh alike
    targets = np.eye(len(counts))[numbers]

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, biases = values[: -len(counts)].reshape(len(counts), -1), values[-len(counts) :]
        logits = scaled @ weights.T + biases
        logits -= logits.max(1, keepdims=True)
        logs = logits - np.log(np.exp(logits).sum(1, keepdims=True))
        wrong = (np.exp(logs) - targets) * each[:, None]
        value = float(-(each[:, None] * targets * logs).sum()) + PULL / 2 * float((weights**2).sum())
        return value, np.concatenate([(wrong.T @ scaled + PULL * weights).ravel(), wrong.sum(0)])

    start = np.zeros(len(counts) * (scaled.shape[1] + 1))
    found = torch.from_numpy(minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS}).x)
    weights = found[: -len(counts)].reshape(len(counts), -1) / spread
    biases = found[-len(counts) :] - weights @ centre
    return LastLayer(weights.float(), biases.float())
