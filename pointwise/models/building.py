"""From a configuration to a network with weights, or to its shapes alone."""

from __future__ import annotations

import importlib
import math

import torch
from torch import nn

from pointwise.errors import ConfigError, check_kind
from pointwise.models.config import Architecture, ModelConfig
from pointwise.models.networks import Network, SeededDropout

MAX_PARAMETERS = 50_000_000


def build(config: ModelConfig, seed: int = 0) -> Network:
    """A network with PyTorch's default initialisation, drawn from a generator of its own.

    Raises ConfigError, before any memory is taken, when it would have more than MAX_PARAMETERS parameters, and for what
    is no configuration.

    >>> from pointwise import ModelConfig, build
    >>> build(ModelConfig("mlp_1x1", widths=(64,))).conv1
    Conv2d(784, 64, kernel_size=(1, 1), stride=(1, 1))
    """
    check_kind("A ModelConfig", config, ModelConfig, "Make one: ModelConfig('nin').")
    model = allocate(skeleton(config))
    initialise(model, torch.Generator().manual_seed(seed))
    model.reset()
    model.config, model.card = config, {}
    return model


def skeleton(config: ModelConfig) -> Network:
    """The network's layers and shapes without memory for its weights (PyTorch's meta device).

    Raises ConfigError when it would have more than MAX_PARAMETERS parameters.
    """
    with torch.device("meta"):
        model = _network(config.architecture)(config)
    parameters = count_parameters(model)
    if parameters > MAX_PARAMETERS:
        raise ConfigError(
            f"{config.arch} with widths {config.widths} would have {parameters:,} parameters, "
            f"more than {MAX_PARAMETERS:,}. Choose smaller widths."
        )
    return model


def _network(architecture: Architecture) -> type[Network]:
    return getattr(importlib.import_module(architecture.module), architecture.network)


def allocate(model: Network) -> Network:
    """Give a skeleton memory, with arbitrary values. (Module.to_empty imports 500 modules to do the same.)"""
    empty = {name: torch.empty(t.shape, dtype=t.dtype) for name, t in model.state_dict().items()}
    model.load_state_dict(empty, assign=True)
    return model


def count_parameters(model: nn.Module) -> int:
    """The number of learned values."""
    return sum(p.numel() for p in model.parameters())


def initialise(model: nn.Module, generator: torch.Generator) -> None:
    """What nn.Linear, nn.Conv2d and batch normalisation do by themselves, with an explicit generator."""
    for module in model.modules():
        if isinstance(module, (nn.Linear, nn.Conv2d)):
            bound = 1.0 / math.sqrt(module.weight[0].numel())
            for parameter in module.parameters(recurse=False):  # weight, then bias
                nn.init.uniform_(parameter, -bound, bound, generator=generator)
        elif isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            module.reset_parameters()
        elif isinstance(module, SeededDropout):
            module.generator.manual_seed(generator.initial_seed())
