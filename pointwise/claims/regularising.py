"""The claim that 1×1 convolutions are easier to regularise: batch normalisation and dropout on few digits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pointwise.jobs import Comparison, PictureJob, Pictures
from pointwise.models import ModelConfig
from pointwise.training import Epoch, Recipe

FEW = 500  # digits to learn from
HELD_OUT = 2000  # at most
RECIPE = Recipe("few", epochs=60, batch_size=50)
VARIANTS = {
    "neither": ModelConfig("mlp_1x1"),
    "batch normalisation": ModelConfig("mlp_1x1", batch_norm=True),
    "dropout": ModelConfig("mlp_1x1", dropout=0.5),
    "both": ModelConfig("mlp_1x1", batch_norm=True, dropout=0.5),
}


def comparison(data_set: str) -> Comparison:
    """An mlp_1x1 of each of VARIANTS for FEW digits of a data set, from the same initial weights."""
    few = Pictures(data_set, few=FEW, few_held_out=HELD_OUT)
    return Comparison(
        "Ways to regularise", {name: PictureJob(config, RECIPE, few) for name, config in VARIANTS.items()}
    )


@dataclass(frozen=True)
class Outcome:
    """How one variant ended."""

    accuracy: float  # on held-out digits, 0–1
    loss: float
    training_loss: float


def outcome(epochs: Sequence[Epoch]) -> Outcome:
    """How a training ended, by its last epoch."""
    metrics = epochs[-1].metrics
    return Outcome(metrics["accuracy"], metrics["loss"], metrics["train_loss"])


def noise(accuracy: float, digits: int) -> float:
    """Two standard errors of an accuracy on a number of digits: less than this is no difference."""
    return 2 * math.sqrt(accuracy * (1 - accuracy) / digits)
