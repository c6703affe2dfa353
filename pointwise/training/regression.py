"""price_1x1 on the tutorial's houses and on the rows of a table: training, and how good the result is."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pointwise.data.housing import ROOMS, SQUARE_FEET, HouseOptions, Houses, make_houses, true_price
from pointwise.inference import predict_prices, price_scaling
from pointwise.models import REGRESSOR, ModelConfig, Network, build
from pointwise.training.loop import Step, train
from pointwise.training.metrics import measure
from pointwise.training.recipes import Recipe
from pointwise.weights import model_from

if TYPE_CHECKING:
    from pointwise.data.table import Prepared

GRID = 11  # points along each feature
CPU = torch.device("cpu")  # such a small network is slower on an accelerator


@dataclass(frozen=True)
class _FeatureScale:
    """Means and standard deviations of the training houses' features, each float32 (2,)."""

    mean: Tensor
    std: Tensor

    @classmethod
    def of(cls, houses: Houses) -> _FeatureScale:
        return cls(houses.features.mean(dim=0), houses.features.std(dim=0))

    def absorbed(self, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Weights for plain features from weights for standardised ones: W·(x − mean)/std + b is linear in x."""
        weight = weights["conv1.weight"] / self.std[:, None, None]
        bias = weights["conv1.bias"] - weight[:, :, 0, 0] @ self.mean
        return {**weights, "conv1.weight": weight, "conv1.bias": bias}


@dataclass(frozen=True)
class _Standardised:
    """Houses as the network sees them while it is trained on standardised features."""

    houses: Houses
    scale: _FeatureScale

    def __len__(self) -> int:
        return len(self.houses)

    def batch(self, indices: Tensor | slice) -> tuple[Tensor, Tensor]:
        inputs, targets = self.houses.batch(indices)
        return (inputs - self.scale.mean[:, None, None]) / self.scale.std[:, None, None], targets

    @property
    def target_scale(self) -> float:
        return self.houses.target_scale


@dataclass(frozen=True)
class GridErrors:
    """Predicted minus true price in dollars on an 11×11 grid of the whole range, corners included."""

    errors: NDArray[np.float64]  # (11, 11): rows are rooms 0–10, columns 0–5,000 square feet

    @property
    def worst(self) -> float:
        """The largest absolute error."""
        return float(np.abs(self.errors).max())

    @property
    def corners(self) -> dict[str, float]:
        """The error at each corner, by a name such as "5000 sq ft, 0 rooms"."""
        ends = [(r, c) for r in (0, -1) for c in (0, -1)]
        return {f"{-c * SQUARE_FEET:.0f} sq ft, {-r * ROOMS:.0f} rooms": float(self.errors[r, c]) for r, c in ends}


def train_houses(
    config: ModelConfig, recipe: Recipe, training: Houses, held_out: Houses
) -> Generator[Step, bool | None, None]:
    """Train a fresh network as ``train`` does; with ``recipe.standardise`` on features of mean 0 and deviation 1.

    The weights of every epoch are for features in 0–1 all the same: a 1×1 convolution absorbs the shift and the
    scale, exactly. Without the centring the network is as accurate on the test houses, but more often bends in a
    corner of the range, where no training house lies.
    """
    model = build(config, recipe.seed)
    if not recipe.standardise:
        yield from train(model, recipe, training, held_out, CPU)
        return
    scale = _FeatureScale.of(training)
    work = train(model, recipe, _Standardised(training, scale), _Standardised(held_out, scale), CPU)
    stop: bool | None = None
    try:
        while True:
            step = work.send(stop)
            epoch = step.epoch and replace(step.epoch, weights=scale.absorbed(step.epoch.weights))
            stop = yield replace(step, epoch=epoch)
    except StopIteration:
        return


def priced_model(
    config: ModelConfig, recipe: Recipe, weights: Mapping[str, Tensor], options: HouseOptions | None = None
) -> Network:
    """A trained network with a card that says how it was made, its scaling, and its metrics on the test houses."""
    options = options or HouseOptions()
    training, test = make_houses(options, recipe.standardise)
    card = {
        "recipe": asdict(recipe),
        "seed": recipe.seed,
        "data": f"{len(training):,} made houses (seed {options.seed}, noise {options.noise:,.0f} dollars)",
        "scaling": training.scaling.as_dict(),
    }
    model = model_from(config, weights, card)
    model.card = {**card, "metrics": measure(model, test)}
    return model


def grid_errors(model: Network) -> GridErrors:
    """How far a price network is from the true plane. Raises ConfigError for another network."""
    square_feet, rooms = np.meshgrid(np.linspace(0, SQUARE_FEET, GRID), np.linspace(0, ROOMS, GRID))
    return GridErrors(predict_prices(model, square_feet, rooms) - true_price(square_feet, rooms))


def evaluate_price(model: Network) -> dict[str, Any]:
    """JSON: mae (dollars), r2 and loss on the tutorial's 200 test houses; the worst and the corners' grid errors."""
    _, test = make_houses()
    errors = grid_errors(model)
    scaled = replace(test, scaling=price_scaling(model))
    return {**measure(model, scaled), "worst_grid_error": errors.worst, "corner_errors": errors.corners}


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
