"""The arithmetic of one pixel of one feature map, number by number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from pointwise.explain.stages import Chain, Maps
from pointwise.models import ACTIVATION_LAYERS

DIGITS = 4  # decimals, in what is shown and in what the snippet prints
MOST_COPIED = 1_000  # products; with more, a program is no longer something to read

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pixel:
    """act(Σ weight · input + bias) at one place, in float64."""

    inputs: Floats  # (I, k, k); 0 where the kernel hangs over the edge
    weights: Floats  # (I, k, k)
    bias: float
    activation: str | None  # None: the layer has none

    @property
    def products(self) -> Floats:
        """(I, k, k)"""
        return self.inputs * self.weights

    @property
    def before(self) -> float:
        """Before the activation."""
        return float(self.products.sum()) + self.bias

    @property
    def after(self) -> float:
        """The feature map's value."""
        if self.activation is None:
            return self.before
        return float(ACTIVATION_LAYERS[self.activation]()(torch.tensor(self.before, dtype=torch.float64)))

    def as_pytorch(self) -> str:
        """A program that prints ``after`` to DIGITS decimals."""
        act = "" if self.activation is None else ACTIVATION_LAYERS[self.activation]().__class__.__name__
        result = f"torch.nn.{act}()(z)" if act else "z"
        return "\n".join(
            (
                "import torch",
                "",
                f"x = torch.tensor({_numbers(self.inputs)}, dtype=torch.float64)",
                f"w = torch.tensor({_numbers(self.weights)}, dtype=torch.float64)",
                f"b = torch.tensor([{self.bias!r}], dtype=torch.float64)",
                f"shape = {(1, *self.inputs.shape)}  # one picture or filter, channels, height, width",
                "z = torch.nn.functional.conv2d(x.view(shape), w.view(shape), b)",
                f'print(f"{{{result}.item():.{DIGITS}f}}")',
            )
        )


def pixel_at(chain: Chain, maps: Maps, stage: int, channel: int, y: int, x: int) -> Pixel:
    """Take apart the value at (y, x) of a channel's map. Raises IndexError when there is no such place or channel."""
    part = chain.stages[stage]
    height, width = maps.after.shape[1:]
    if not (0 <= y < height and 0 <= x < width and 0 <= channel < part.channels):
        raise IndexError(
            f"There is no channel {channel} with a pixel ({y}, {x}) in {part.channels} of {height}×{width}"
        )
    padded = F.pad(maps.inputs, [part.padding] * 4)
    top, left = y * part.stride, x * part.stride
    patch = padded[:, top : top + part.kernel, left : left + part.kernel]
    used = part.channel(channel)
    activation = chain.activation if part.activated else None
    return Pixel(_array(patch), _array(used.weights), used.bias, activation)


def _array(tensor: torch.Tensor) -> Floats:
    return tensor.double().numpy()


def _numbers(values: Floats) -> str:
    return "[" + ", ".join(repr(value) for value in values.ravel().tolist()) + "]"
