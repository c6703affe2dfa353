"""price_1x1 on houses: trained on standardised features, and yet with weights for plain ones."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from typing import Any

from torch import Tensor

from pointwise.data.housing import HouseOptions, Houses, make_houses
from pointwise.inference import price_scaling
from pointwise.models import ModelConfig, Network, build
from pointwise.training.loop import Epoch, Step, train
from pointwise.training.metrics import measure
from pointwise.training.recipes import Recipe
from pointwise.weights import model_from


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


def train_houses(
    config: ModelConfig, recipe: Recipe, training: Houses, held_out: Houses, **how: Any
) -> Generator[Step, bool | None, None]:
    """Train a fresh network as ``train`` does; with ``recipe.standardise`` on features of mean 0 and deviation 1.

    Weights and measures of every epoch are for features in 0–1 all the same: a 1×1 convolution absorbs the shift and
    the scale, exactly. Without the centring the network is as accurate on the test houses, but more often bends in a
    corner of the range, where no training house lies. ``how`` is what else ``train`` takes.
    """
    model = build(config, recipe.seed)
    if not recipe.standardise:
        yield from train(model, recipe, training, held_out, **how)
        return
    scale = _FeatureScale.of(training)

    def plain(epoch: Epoch) -> Epoch:
        weights = scale.absorbed(epoch.weights)
        metrics = {**epoch.metrics, **measure(model_from(config, weights), held_out)}
        return replace(epoch, weights=weights, metrics=metrics)

    work = train(model, recipe, _Standardised(training, scale), _Standardised(held_out, scale), **how)
    stop: bool | None = None
    with closing(work), suppress(StopIteration):
        while True:
            step = work.send(stop)
            weights = None if step.weights is None else scale.absorbed(step.weights)
            stop = yield replace(step, weights=weights, epoch=step.epoch and plain(step.epoch))


def measure_prices(model: Network, options: HouseOptions | None = None) -> dict[str, float]:
    """Loss, mae (dollars) and r2 on the 200 test houses of these options. Raises ConfigError for another network."""
    _, test = make_houses(options)
    return measure(model, replace(test, scaling=price_scaling(model)))
