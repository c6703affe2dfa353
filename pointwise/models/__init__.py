"""The networks, and the configuration that rebuilds them. PyTorch is imported with the first name that needs it."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from pointwise.models.config import (
    ACTIVATIONS,
    ARCHITECTURES,
    CHANNEL_SETS,
    CLASSIFIERS,
    PAINTER,
    REGRESSOR,
    SHIPPED,
    SHIPPED_NAMES,
    Architecture,
    Layer,
    ModelConfig,
    default_config,
    register,
)

if TYPE_CHECKING:
    from pointwise.models.building import MAX_PARAMETERS, allocate, build, count_parameters, skeleton
    from pointwise.models.networks import ACTIVATION_LAYERS, Network

__all__ = [
    "ACTIVATIONS",
    "ACTIVATION_LAYERS",
    "ARCHITECTURES",
    "CHANNEL_SETS",
    "CLASSIFIERS",
    "MAX_PARAMETERS",
    "PAINTER",
    "REGRESSOR",
    "SHIPPED",
    "SHIPPED_NAMES",
    "Architecture",
    "Layer",
    "ModelConfig",
    "Network",
    "allocate",
    "build",
    "count_parameters",
    "default_config",
    "register",
    "skeleton",
]
_NEED_TORCH = {
    "building": ("MAX_PARAMETERS", "build", "count_parameters", "allocate", "skeleton"),
    "networks": ("ACTIVATION_LAYERS", "Network"),
}


def __getattr__(name: str) -> Any:
    for module, names in _NEED_TORCH.items():
        if name in names:
            return getattr(importlib.import_module(f"pointwise.models.{module}"), name)
    raise AttributeError(f"module 'pointwise.models' has no attribute {name!r}")
