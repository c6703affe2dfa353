"""Small classifiers with random weights, and a picture that uses every part of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from pointwise.data.digits import normalise
from pointwise.models import ModelConfig, Network, build

MODELS = Path(__file__).parents[3] / "models"
IMAGE: NDArray[np.uint8] = np.random.default_rng(0).integers(0, 256, (28, 28), np.uint8)


def network(arch: str, activation: str = "relu", seed: int = 1) -> Network:
    """A small network with random weights and, where it normalises, random statistics."""
    widths = {"nin": (6, 8, 10), "conv_mlp": (5, 12), "mlp_1x1": (20,), "bag_of_pixels": (7, 9)}[arch]
    model = build(ModelConfig(arch, widths=widths, activation=activation), seed).eval().requires_grad_(False)
    generator = torch.Generator().manual_seed(seed)
    for name, tensor in model.state_dict().items():
        if "norm" in name and tensor.is_floating_point():
            tensor.uniform_(0.5, 2.0, generator=generator)
    return model


def logits(model: Network, image: NDArray[np.uint8] = IMAGE) -> torch.Tensor:
    with torch.inference_mode():
        return model(normalise(torch.from_numpy(image)[None]))[0]
