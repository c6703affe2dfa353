"""In what numbers, and in what order of them, a network computes while it is trained: a recipe's and a device's fact.

Weights, their gradients and the optimiser's moments are float32 in all of them, and so is everything that is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from pointwise.models import ModelConfig
from pointwise.training.recipes import Recipe

FLOAT32 = "float32"
BFLOAT16 = "bfloat16"  # products of bfloat16 numbers, added up in float32
LAST = ", channels last"  # a pixel's channels lie side by side in memory
PRECISIONS = (FLOAT32, BFLOAT16, FLOAT32 + LAST, BFLOAT16 + LAST)


def precision_for(recipe: Recipe, config: ModelConfig, device: torch.device) -> str:
    """One of PRECISIONS, the quickest that a recipe allows on a device; FLOAT32 on Apple's MPS, where nobody measured.

    Without instructions for bfloat16 a processor would take longer with it, so it keeps float32. A network that makes
    one row of its maps, as dense layers do, would only have to put the channels back.
    """
    if not recipe.mixed_precision or device.type not in ("cpu", "cuda"):
        return FLOAT32
    able = has_bfloat16() if device.type == "cpu" else torch.cuda.is_bf16_supported(including_emulation=False)
    flat = any(layer.flat for layer in config.architecture.layers)
    return (BFLOAT16 if able else FLOAT32) + ("" if flat else LAST)


def has_bfloat16() -> bool:
    """Whether this processor has AVX-512's instructions for bfloat16 and PyTorch oneDNN, which uses them.

    False with a PyTorch that does not tell (2.6 did not yet), and on Arm, where nobody measured.
    """
    able: Mapping[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return torch.backends.mkldnn.is_available() and bool(able.get("avx512_bf16", False))


def computing(forward: Callable[[Tensor], Tensor], precision: str, device: torch.device) -> Callable[[Tensor], Tensor]:
    """A forward pass in one of PRECISIONS: float32 pictures (N, C, H, W) in, float32 outputs."""
    if precision == FLOAT32:
        return forward

    def passed(x: Tensor) -> Tensor:
        with torch.autocast(device.type, torch.bfloat16, enabled=precision.startswith(BFLOAT16)):
            return forward(channels_last(x) if precision.endswith(LAST) else x).float()

    return passed


def channels_last(x: Tensor) -> Tensor:
    """A copy of pictures (N, C, H, W) whose channels lie side by side, in its strides also where there is but one.

    PyTorch's own ``contiguous(memory_format=torch.channels_last)`` leaves pictures of one channel as they are, and
    then every layer after them.
    """
    _, c, h, w = x.shape
    return torch.empty_strided(x.shape, (c * h * w, 1, c * w, c), dtype=x.dtype, device=x.device).copy_(x)
