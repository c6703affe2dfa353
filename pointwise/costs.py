"""What a network costs: learned values, multiply-adds for one input, and measured time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from pointwise.models import ModelConfig, allocate, count_parameters, skeleton


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
    model = allocate(skeleton(config)).eval()  # a pass on the meta device imports 900 modules first
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


def in_turns(work: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median milliseconds of each; one round before is not counted."""
    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds + 1):
        for name, run in work.items():
            started = time.perf_counter()
            run()
            times[name].append((time.perf_counter() - started) * 1e3)
    return {name: statistics.median(some[1:]) for name, some in times.items()}
