"""A classifier as a chain of convolutions whose every map can be looked at, taken apart pixel by pixel, and changed.

Dense layers are written as what they equal, 1×1 convolutions on a 1×1 picture, and batch normalisation is folded into
the convolution before it (exact in eval mode). A change is kept beside the weights, which are never touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from pointwise.calibration import temperature_of
from pointwise.data.digits import normalise
from pointwise.errors import ConfigError
from pointwise.models import ACTIVATION_LAYERS, CLASSIFIERS, Layer, ModelConfig, Network
from pointwise.models.config import folded

DIGITS = 4  # decimals of a pixel, as shown and as printed by its program
MOST_COPIED = 1_000  # products; with more, a program is no longer something to read

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Channel:
    """The weights that make one feature map."""

    weights: Tensor  # (I, k, k)
    bias: float


@dataclass(frozen=True, eq=False)
class Stage:
    """A convolution with the activation after it."""

    name: str  # as in the network
    weights: Tensor  # (O, I, k, k)
    biases: Tensor  # (O,)
    stride: int = 1
    padding: int = 0
    flat: bool = False
    activated: bool = True
    changed: Mapping[int, Channel] = field(default_factory=dict)

    @property
    def channels(self) -> int:
        """Output channels."""
        return len(self.biases)

    @property
    def inputs(self) -> int:
        """Input channels."""
        return self.weights.shape[1]

    @property
    def kernel(self) -> int:
        """Height and width of the kernel in pixels."""
        return self.weights.shape[2]

    @property
    def title(self) -> str:
        """The layer in a few words: name, kernel and channels."""
        kind = "dense, a 1×1 convolution on a 1×1 picture" if self.flat else f"{self.kernel}×{self.kernel} convolution"
        return f"{self.name}: {kind}, {self.inputs:,} → {self.channels}"

    def channel(self, number: int) -> Channel:
        """The weights that are in force, 0 ≤ ``number`` < channels."""
        return self.changed.get(number) or Channel(self.weights[number], float(self.biases[number]))

    def convolve(self, x: Tensor) -> Tensor:
        """What comes out before the activation: (I, h, w) to (O, h', w')."""
        out = self._products(x, self.weights) + self.biases[:, None, None]
        for number, channel in self.changed.items():
            row = self._products(x, channel.weights[None]) + channel.bias
            out = out.index_copy(0, torch.tensor([number]), row)
        return out

    def _products(self, x: Tensor, weights: Tensor) -> Tensor:
        if x.shape[1:] == (1, 1) and self.kernel == 1:  # as a matrix product, which is quicker
            return (weights.flatten(1) @ x.flatten())[:, None, None]
        return F.conv2d(x[None], weights, None, self.stride, self.padding)[0]


@dataclass(frozen=True, eq=False)
class Maps:
    """What goes into a stage and what comes out of it, float32."""

    inputs: Tensor  # (I, h, w)
    before: Tensor  # (O, h', w'): before the activation
    after: Tensor  # (O, h', w')

    def dead(self) -> NDArray[np.bool_]:
        """Which channels are zero everywhere after the activation, (O,)."""
        return (self.after == 0).flatten(1).all(1).numpy()

    def rank(self) -> int:
        """How many of the maps before the activation are no mixture of the others, the constant counted in."""
        return int(torch.linalg.matrix_rank(self.before.flatten(1).double(), rtol=1e-5))


@dataclass(frozen=True, eq=False)
class Trace:
    """All maps of a picture."""

    maps: tuple[Maps, ...]
    temperature: float = 1.0  # that the logits are divided by before the softmax

    @property
    def logits(self) -> Tensor:
        """The averages of the last maps, (classes,)."""
        return self.maps[-1].after.mean(dim=(1, 2))

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """Softmax of the logits over the temperature, (classes,)."""
        return (self.logits / self.temperature).softmax(0).numpy()


@dataclass(frozen=True, eq=False)
class Chain:
    """A classifier's stages in forward order."""

    stages: tuple[Stage, ...]
    activation: str  # one of ACTIVATIONS
    temperature: float = 1.0

    @classmethod
    def of(cls, model: Network) -> Chain:
        """The chain that computes what ``model`` does in eval mode. Raises ConfigError when it reads no pictures."""
        stages = stages_of(model.config, model.state_dict())
        return cls(stages, model.config.activation, temperature_of(model.card))

    def run(self, image: NDArray[np.uint8]) -> Trace:
        """All maps of a picture, uint8 (H, W), light ink on dark."""
        with torch.inference_mode():
            return self.trace(normalise(torch.from_numpy(image)[None])[0])

    def trace(self, x: Tensor) -> Trace:
        """All maps of float32 (C, H, W) in −1…1; differentiable."""
        act, maps = self.act(), []
        for stage in self.stages:
            x = x.reshape(-1, 1, 1) if stage.flat else x
            before = stage.convolve(x)
            after = act(before) if stage.activated else before
            maps.append(Maps(x, before, after))
            x = after
        return Trace(tuple(maps), self.temperature)

    def act(self) -> nn.Module:
        """The activation, as a module."""
        return ACTIVATION_LAYERS[self.activation]()

    def with_channel(self, stage: int, number: int, channel: Channel) -> Chain:
        """A chain in which one channel has other weights."""
        old = self.stages[stage]
        new = replace(old, changed={**old.changed, number: channel})
        return replace(self, stages=(*self.stages[:stage], new, *self.stages[stage + 1 :]))


def stages_of(config: ModelConfig, state: Mapping[str, Tensor]) -> tuple[Stage, ...]:
    """The stages of a classifier with these weights. Raises ConfigError when it reads no pictures."""
    if not config.architecture.classifies:
        raise ConfigError(f"{config.arch} reads no pictures. Choose one of {', '.join(CLASSIFIERS)}.")
    layers = config.architecture.layers
    return tuple(_stage(state, layer, layer is not layers[-1]) for layer in layers)


def _stage(state: Mapping[str, Tensor], layer: Layer, activated: bool) -> Stage:
    weights, biases = folded(state, layer.name)
    return Stage(layer.name, weights, biases, layer.stride, layer.padding, layer.flat, activated)


@dataclass(frozen=True)
class Pixel:
    """One value of a map, act(Σ weight · input + bias), in float64."""

    inputs: Floats  # (I, k, k); 0 where the kernel hangs over the edge
    weights: Floats  # (I, k, k)
    bias: float
    activation: str | None  # None: the layer has none

    @property
    def products(self) -> Floats:
        """Weights times inputs, (I, k, k)."""
        return self.inputs * self.weights

    @property
    def before(self) -> float:
        """The sum before the activation."""
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
    """The value of a channel's map at (y, x), taken apart. Raises IndexError for a pixel or channel out of range."""
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
