"""What a network costs: learned values, multiply-adds for one input, and measured time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from pointwise.errors import check_network
from pointwise.models import ModelConfig, Network, allocate, count_parameters, skeleton

LEAST = 0.002  # seconds in which a clock measures well


@dataclass(frozen=True)
class LayerCost:
    """What one layer of a network takes for one input."""

    name: str  # as in the state dict: "conv1"
    kind: str  # the layer's class: "Conv2d", "BatchNorm2d" or "Linear", say
    parameters: int
    multiply_adds: int


@dataclass(frozen=True)
class Cost:
    """What a whole network takes for one input."""

    parameters: int  # learned values
    multiply_adds: int  # pairs of one multiplication and one addition; biases are not counted
    layers: tuple[LayerCost, ...]  # those that have parameters, in forward order


def cost(config: ModelConfig | Network) -> Cost:
    """Parameters and multiply-adds of a network, or of a configuration's, counted on the shapes of one forward pass.

    A convolution or dense layer takes one multiply-add per weight and output pixel. A batch normalisation counts as
    none: when a network is used, it folds into the convolution before it. Raises ConfigError for too large a network,
    and for what is neither.

    >>> from pointwise import cost, load_model
    >>> cost(load_model("nin")).parameters
    90602
    """
    if not isinstance(config, ModelConfig):
        check_network(config)
        config = config.config
    model = allocate(skeleton(config)).eval()  # a pass on the meta device imports 900 modules first
    rows = count(model, torch.zeros(1, config.input_channels, config.image_size, config.image_size))
    return Cost(count_parameters(model), sum(row.multiply_adds for row in rows), rows)


def count(model: nn.Module, x: Tensor) -> tuple[LayerCost, ...]:
    """The cost of every layer with parameters that an input (1, C, H, W) goes through, in forward order."""
    rows: list[LayerCost] = []
    hooks = [
        module.register_forward_hook(lambda layer, _, output, name=name: rows.append(_layer(name, layer, output)))
        for name, module in model.named_modules()
        if isinstance(module, (nn.Conv2d, nn.Linear, nn.BatchNorm1d, nn.BatchNorm2d))
    ]
    with torch.inference_mode():
        model(x)
    for hook in hooks:
        hook.remove()
    return tuple(rows)


def _layer(name: str, layer: nn.Module, output: Tensor) -> LayerCost:
    weight = layer.get_parameter("weight")
    multiply_adds = 0 if weight.dim() == 1 else output[0].numel() * weight[0].numel()
    return LayerCost(name, type(layer).__name__, count_parameters(layer), multiply_adds)


def alternating_medians(work: Mapping[str, Callable[[], object]], rounds: int, least: float = 0.0) -> dict[str, float]:
    """Median milliseconds of one call of each, by name, over rounds in which all take turns.

    A call is repeated within its turn until ``least`` seconds have passed. One round before the others is not counted.
    """
    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds + 1):
        for name, run in work.items():
            times[name].append(_milliseconds(run, least))
    return {name: statistics.median(some[1:]) for name, some in times.items()}


def _milliseconds(run: Callable[[], object], least: float) -> float:
    calls, started = 0, time.perf_counter()
    while not calls or time.perf_counter() - started < least:
        run()
        calls += 1
    return (time.perf_counter() - started) * 1e3 / calls
