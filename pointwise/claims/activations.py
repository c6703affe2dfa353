"""The claim that 1×1 convolutions add non-linearity: a stack of them is one of them, unless something bends between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor

from pointwise.errors import ConfigError

MOST = 64  # channels of a layer
SIDE = 28  # pixels of the picture that the forms are compared on


@dataclass(frozen=True, eq=False)
class Layer:
    """A 1×1 convolution."""

    weights: Tensor  # (O, I)
    biases: Tensor  # (O,)

    def run(self, x: Tensor) -> Tensor:
        """(N, I, H, W) to (N, O, H, W), by PyTorch's convolution."""
        return F.conv2d(x, self.weights[:, :, None, None], self.biases)

    def double(self) -> Layer:
        """The layer in double precision."""
        return Layer(self.weights.double(), self.biases.double())


@dataclass(frozen=True)
class Compared:
    """A stack of 1×1 convolutions beside single ones; in what its outputs vary by, their standard deviation."""

    product: float  # the largest difference to the product of its matrices
    best: float  # the root mean square difference to the single 1×1 that comes nearest, by least squares
    rank: int  # of the product of the matrices
    parameters: tuple[int, int]  # of the stack, and of a single one


def stack(channels: Sequence[int], seed: int = 0) -> list[Layer]:
    """Random layers from the first of ``channels`` to the last, (4, 8, 2) is two. Raises ConfigError beyond MOST."""
    if len(channels) < 2 or min(channels) < 1 or max(channels) > MOST:
        raise ConfigError(f"Layers of {', '.join(map(str, channels))} channels cannot be made. Choose 1 to {MOST}.")
    generator = torch.Generator().manual_seed(seed)
    return [
        Layer(
            torch.randn(outputs, inputs, generator=generator) / inputs**0.5,
            torch.randn(outputs, generator=generator) / 2,
        )
        for inputs, outputs in pairwise(channels)
    ]


def product(layers: Sequence[Layer]) -> Layer:
    """The one layer that ``layers`` without activations are: W₃(W₂(W₁x + b₁) + b₂) + b₃ = (W₃W₂W₁)x + …"""
    first, *others = layers
    weights, biases = first.weights, first.biases
    for layer in others:
        weights, biases = layer.weights @ weights, layer.weights @ biases + layer.biases
    return Layer(weights, biases)


def run(layers: Sequence[Layer], x: Tensor, activation: bool) -> Tensor:
    """(N, I, H, W) through all layers, with ReLU between them or nothing."""
    with torch.inference_mode():
        for layer in layers[:-1]:
            x = layer.run(x)
            x = x.relu() if activation else x
        return layers[-1].run(x)


def compare(layers: Sequence[Layer], activation: bool, seed: int = 0) -> Compared:
    """A stack beside single layers, on a picture of random numbers."""
    inputs, outputs = layers[0].weights.shape[1], len(layers[-1].biases)
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(1, inputs, SIDE, SIDE, generator=generator)
    out, single = run(layers, x, activation), product(layers)
    spread = float(out.std()) or 1.0
    apart = float((out - run([single], x, activation)).abs().max())
    pixels = x.flatten(2)[0].T.double()  # (H·W, I)
    known = torch.cat([pixels, torch.ones(len(pixels), 1, dtype=pixels.dtype)], 1)
    wanted = out.flatten(2)[0].T.double()
    fitted = known @ torch.linalg.lstsq(known, wanted).solution
    best = float((wanted - fitted).square().mean().sqrt())
    parameters = sum(layer.weights.numel() + len(layer.biases) for layer in layers)
    return Compared(
        apart / spread,
        best / spread,
        int(torch.linalg.matrix_rank(product([layer.double() for layer in layers]).weights, rtol=1e-10)),
        (parameters, inputs * outputs + outputs),
    )


def curves(layers: Sequence[Layer], activation: bool, points: int = 121) -> tuple[Tensor, Tensor, Tensor]:
    """Values (n,) from −3 to 3, the same in all channels in; the first channel out of the stack, and of its product."""
    values = torch.linspace(-3, 3, points)
    x = values.repeat(layers[0].weights.shape[1], 1)[None, :, None]  # (1, I, 1, n)
    return values, run(layers, x, activation)[0, 0, 0], run([product(layers)], x, activation)[0, 0, 0]
