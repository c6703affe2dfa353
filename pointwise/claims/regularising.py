"""The claim that 1×1 convolutions are easier to regularise: batch normalisation and dropout on few digits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from pointwise.data.digits import Digits
from pointwise.models import ModelConfig, build
from pointwise.training import Epoch, Recipe, train
from pointwise.training.interleave import Training

FEW = 500  # digits to learn from
HELD_OUT = 2000  # at most
RECIPE = Recipe("few", epochs=60, batch_size=50)
VARIANTS = {
    "neither": ModelConfig("mlp_1x1"),
    "batch normalisation": ModelConfig("mlp_1x1", batch_norm=True),
    "dropout": ModelConfig("mlp_1x1", dropout=0.5),
    "both": ModelConfig("mlp_1x1", batch_norm=True, dropout=0.5),
}


def trainings(training: Digits, held_out: Digits, seed: int = 0) -> dict[str, Training]:
    """An mlp_1x1 of each of VARIANTS, trained on FEW digits from the same initial weights."""
    few, others = _some(training, FEW), _some(held_out, HELD_OUT)
    return {name: train(build(config, seed), RECIPE, few, others) for name, config in VARIANTS.items()}


def _some(digits: Digits, most: int) -> Digits:
    chosen = torch.randperm(len(digits), generator=torch.Generator().manual_seed(0))[:most]
    return Digits(digits.name, digits.images[chosen], digits.labels[chosen])


@dataclass(frozen=True)
class Outcome:
    """How one variant ended."""

    accuracy: float  # on held-out digits, 0–1
    loss: float
    training_loss: float


def outcome(epochs: Sequence[Epoch]) -> Outcome:
    """Of a training's last epoch."""
    metrics = epochs[-1].metrics
    return Outcome(metrics["accuracy"], metrics["loss"], metrics["train_loss"])


def noise(accuracy: float, digits: int) -> float:
    """Two standard errors of an accuracy measured on so many digits: less than this is no difference."""
    return 2 * math.sqrt(accuracy * (1 - accuracy) / digits)
