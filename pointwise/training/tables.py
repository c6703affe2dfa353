"""price_1x1 on the rows of a table: configuration, training, and the network with its card."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from pointwise.models import REGRESSOR, ModelConfig, Network, build
from pointwise.training.loop import Step, train
from pointwise.training.metrics import measure
from pointwise.training.recipes import Recipe
from pointwise.weights import model_from

if TYPE_CHECKING:
    from pointwise.data.table import Prepared


def table_config(prepared: Prepared, activation: str = "relu", batch_norm: bool = False) -> ModelConfig:
    """The network of 16 and 8 channels for a table's inputs."""
    inputs = prepared.training.inputs.shape[1]
    return ModelConfig(REGRESSOR, inputs, 1, 1, activation=activation, batch_norm=batch_norm)


def train_table(config: ModelConfig, recipe: Recipe, prepared: Prepared) -> Generator[Step, bool | None, None]:
    """Train a fresh network on a table's training rows, as ``train`` does, on the CPU."""
    yield from train(
        build(config, recipe.seed), recipe, prepared.training, prepared.held_out, device=torch.device("cpu")
    )


def table_model(config: ModelConfig, recipe: Recipe, weights: Mapping[str, Tensor], prepared: Prepared) -> Network:
    """A trained network with a card that says how it was made, its scaling, and its metrics on the held-out rows."""
    card = {
        "recipe": asdict(recipe),
        "seed": recipe.seed,
        "data": prepared.training.name,
        "target": prepared.target,
        "features": [feature.name for feature in prepared.features],
        "scaling": prepared.scaling.as_dict(),
    }
    model = model_from(config, weights, card)
    model.card = {**card, "metrics": measure(model, prepared.held_out)}
    return model
