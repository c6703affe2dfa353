"""What a network costs: learned values, multiply-adds for one input, and measured time."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from pointwise.models import ModelConfig, Network, count_parameters, materialised, skeleton

WARM_UP = 5  # forward passes before the clock runs


@dataclass(frozen=True)
class LayerCost:
    """One layer's share, for one input."""

    name: str  # as in the state dict: "conv1"
    kind: str  # the layer's class: "Conv2d", "BatchNorm2d" or "Linear"
    output: tuple[int, ...]  # shape for one input: (C, H, W) or (features,)
    parameters: int
    multiply_adds: int


@dataclass(frozen=True)
class Cost:
    """A whole network's, for one input."""

    parameters: int  # learned values
    multiply_adds: int  # pairs of one multiplication and one addition; biases are not counted
    layers: tuple[LayerCost, ...]  # those that have parameters, in forward order


def cost(config: ModelConfig) -> Cost:
    """Count on the shapes that one forward pass with arbitrary weights goes through.

    A convolution or dense layer takes one multiply-add per weight and output pixel. A batch normalisation counts as
    none: when a network is used, it folds into the convolution before it. Raises ConfigError for too large a network.
    """
    model = materialised(skeleton(config)).eval()  # a pass on the meta device imports 900 modules first
    rows = count(model, torch.zeros(1, config.input_channels, config.image_size, config.image_size))
    return Cost(count_parameters(model), sum(row.multiply_adds for row in rows), rows)


def count(model: nn.Module, x: Tensor) -> tuple[LayerCost, ...]:
    """Of the layers with parameters that one input, (1, C, H, W), goes through, in forward order."""
    rows: list[LayerCost] = []
    hooks = [
        module.register_forward_hook(lambda layer, _, output, name=name: rows.append(_layer(name, layer, output)))
        for name, module in model.named_modules()
        if isinstance(module, (nn.Conv2d, nn.Linear, nn.BatchNorm2d))
    ]
    with torch.inference_mode():
        model(x)
    for hook in hooks:
        hook.remove()
    return tuple(rows)


def _layer(name: str, layer: nn.Module, output: Tensor) -> LayerCost:
    weight = layer.get_parameter("weight")
    multiply_adds = 0 if weight.dim() == 1 else output[0].numel() * weight[0].numel()
    shape = tuple(output.shape[1:])
    return LayerCost(name, type(layer).__name__, shape, count_parameters(layer), multiply_adds)


def measured_ms(model: Network, repeats: int = 50) -> float:
    """Median milliseconds of one forward pass of one input, on the CPU, with the process's thread count.

    ``repeats`` is at least 1; a few passes before them are not counted.
    """
    config, was_training = model.config, model.training
    picture = torch.zeros(1, config.input_channels, config.image_size, config.image_size)
    times = []
    model.eval()
    with torch.inference_mode():
        for _ in range(WARM_UP + repeats):
            started = time.perf_counter()
            model(picture)
            times.append((time.perf_counter() - started) * 1e3)
    model.train(was_training)
    return statistics.median(times[WARM_UP:])
