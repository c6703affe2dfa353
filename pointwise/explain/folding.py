"""Batch normalisation multiplied into the convolution before it, which is exact for a network in eval mode."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn


def folded(state: Mapping[str, Tensor], conv: str, norm: str) -> tuple[Tensor, Tensor]:
    """Weights (O, I, k, k) and biases (O,) of a convolution and the normalisation after it, where there is one."""
    weight, bias = state[f"{conv}.weight"], state[f"{conv}.bias"]
    if f"{norm}.running_var" not in state:
        return weight, bias
    scale = state[f"{norm}.weight"] / (state[f"{norm}.running_var"] + nn.BatchNorm2d(1).eps).sqrt()
    return weight * scale[:, None, None, None], (bias - state[f"{norm}.running_mean"]) * scale + state[f"{norm}.bias"]
