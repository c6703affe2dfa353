"""Temperature scaling, which lets a probability mean something; ``reliability`` measures whether it does.

Guo, Pleiss, Sun, Weinberger 2017, On calibration of modern neural networks, arXiv:1706.04599. The temperature stands on
a network's card; logits are divided by it before the softmax, which changes how sure it is and never what it reads.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pointwise.errors import ConfigError

if TYPE_CHECKING:  # SURE is needed before torch is there
    import torch
    from torch import Tensor

COLDEST, HOTTEST = 0.05, 20.0
STEPS = 40  # of a golden-section search: far below what can be measured
SURE = 0.8  # a probability below this is called unsure


def temperature_of(card: Mapping[str, Any]) -> float:
    """The temperature on a card, 1 where none stands. Raises ConfigError for one that is no temperature."""
    value = card.get("temperature", 1.0)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not COLDEST <= value <= HOTTEST:
        raise ConfigError(f"A temperature of {value} is none. It lies between {COLDEST} and {HOTTEST:g}.")
    return float(value)


def fit_temperature(logits: Tensor, labels: Tensor) -> float:
    """The temperature that gives the labels, int64 (N,), the largest likelihood; logits float32 (N, classes)."""
    import torch.nn.functional as F

    wide = logits.double()

    def loss(power: float) -> float:
        return float(F.cross_entropy(wide / math.exp(power), labels))

    low, high, golden = math.log(COLDEST), math.log(HOTTEST), (math.sqrt(5) - 1) / 2
    for _ in range(STEPS):
        left, right = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, right) if loss(left) < loss(right) else (left, high)
    return math.exp((low + high) / 2)


def logits_of(model: torch.nn.Module, inputs: Tensor) -> Tensor:
    """Logits (N, classes) of pictures (N, C, H, W), computed 500 at a time."""
    import torch

    with torch.inference_mode():
        return torch.cat([model(part) for part in inputs.split(500)])


def probabilities_of(model: torch.nn.Module, inputs: Tensor, temperature: float) -> Tensor:
    """Probabilities (N, classes) of pictures (N, C, H, W), their logits divided by the temperature before."""
    return (logits_of(model, inputs) / temperature).softmax(dim=1)
