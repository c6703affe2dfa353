"""A house's price as a sum over the hidden channels, and as a plane around that house.

With ReLU every channel is a hinge: 0 on one side of its fold line, linear on the other. Batch normalisation is folded
into the convolution before it, dropout is the identity; both are exact for a network in eval mode.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pointwise.data.housing import ROOMS, SQUARE_FEET
from pointwise.inference import price_scaling
from pointwise.models import ACTIVATION_LAYERS, Network
from pointwise.models.config import folded

Floats = NDArray[np.float64]
Segment = tuple[tuple[float, float], tuple[float, float]]  # two (square feet, rooms)


@dataclass(frozen=True)
class Layer:
    """The hidden channels of one 1×1 convolution for one house."""

    before: Floats  # (C,): weights · inputs + bias
    values: Floats  # (C,): after the activation


@dataclass(frozen=True)
class Plane:
    """How a price changes with square feet and rooms around one house."""

    dollars_per_square_foot: float
    dollars_per_room: float
    exact: bool  # True for ReLU: the price is this plane up to the next fold; False: only its tangent


@dataclass(frozen=True)
class Parts:
    """A price taken apart: base plus the contributions of the second layer's channels."""

    first: Layer
    second: Layer
    contributions: Floats  # (C2,), dollars: last layer's weight × channel's value × the scaling's std
    base: float  # dollars when every channel of the second layer is 0: last layer's bias × std + mean
    plane: Plane

    @property
    def price(self) -> float:
        """The sum, in dollars: what ``predict_price`` says, up to float32's rounding."""
        return self.base + float(self.contributions.sum())


@dataclass(frozen=True)
class ChannelMaps:
    """Every hidden channel over the range of houses; rows follow ``rooms``, columns ``square_feet``."""

    square_feet: Floats  # (n,), 0–5,000 times the reach
    rooms: Floats  # (n,), 0–10 times the reach
    before: tuple[Floats, Floats]  # of both layers, (C, n, n); a ReLU folds along the contour at 0
    values: tuple[Floats, Floats]  # of both layers, (C, n, n)
    price: Floats  # (n, n), dollars


def has_folds(model: Network) -> bool:
    """Whether the network's price is made of planes that meet in fold lines: with ReLU only."""
    return model.config.activation == "relu"


def price_parts(model: Network, square_feet: float, rooms: float) -> Parts:
    """The price of one house, taken apart. Raises ConfigError when ``model`` is no price network of two features."""
    with torch.inference_mode(False), torch.enable_grad():
        matrices = Matrices.of(model)
        x = torch.tensor([[square_feet / SQUARE_FEET, rooms / ROOMS]], dtype=torch.float64, requires_grad=True)
        before1, values1, before2, values2, price = matrices.forward(x)
        (slope,) = torch.autograd.grad(price.sum(), x)
    first, second = (Layer(_array(z[0]), _array(h[0])) for z, h in ((before1, values1), (before2, values2)))
    per_foot, per_room = float(slope[0, 0]) / SQUARE_FEET, float(slope[0, 1]) / ROOMS
    plane = Plane(per_foot, per_room, exact=has_folds(model))
    return Parts(first, second, _array(matrices.last) * second.values, matrices.base, plane)


def channel_maps(model: Network, n: int = 41, reach: float = 1.0) -> ChannelMaps:
    """Every channel on an n×n grid from 0 to ``reach`` times the training range.

    Raises ConfigError when ``model`` prices no houses.
    """
    matrices = Matrices.of(model)
    axis = torch.linspace(0, reach, n, dtype=torch.float64)
    x1, x0 = torch.meshgrid(axis, axis, indexing="ij")
    *layers, price = matrices.forward(torch.stack([x0, x1], dim=-1).reshape(-1, 2))
    before1, values1, before2, values2 = (_array(t.T).reshape(-1, n, n) for t in layers)
    square_feet, rooms = _array(axis) * SQUARE_FEET, _array(axis) * ROOMS
    return ChannelMaps(square_feet, rooms, (before1, before2), (values1, values2), _array(price).reshape(n, n))


def fold_lines(model: Network, reach: float = 1.0) -> tuple[Segment | None, ...]:
    """The line on which each channel of the first layer turns on, inside ``reach`` times the range, or None.

    Empty for an activation other than ReLU, which has no folds. The second layer's folds are the contours at 0 of
    ``channel_maps(model).before[1]``. Raises ConfigError when ``model`` prices no houses.
    """
    matrices = Matrices.of(model)
    if not has_folds(model):
        return ()
    rows = torch.cat([matrices.w1 * reach, matrices.b1[:, None]], dim=1).tolist()
    lines = (clip_line(w0, w1, bias) for w0, w1, bias in rows)
    return tuple(line and _in_units(line, reach) for line in lines)


def clip_line(w0: float, w1: float, bias: float) -> Segment | None:
    """The part of w0·x + w1·y + bias = 0 inside the unit square as its two ends; None where there is none."""
    ends: set[tuple[float, float]] = set()
    for edge in (0.0, 1.0):
        if w1 and 0 <= (y := -(w0 * edge + bias) / w1) <= 1:
            ends.add((edge, y))
        if w0 and 0 <= (x := -(w1 * edge + bias) / w0) <= 1:
            ends.add((x, edge))
    if len(ends) < 2:
        return None
    return min(ends), max(ends)


def _in_units(line: Segment, reach: float) -> Segment:
    (x0, y0), (x1, y1) = line
    feet, rooms = reach * SQUARE_FEET, reach * ROOMS
    return (x0 * feet, y0 * rooms), (x1 * feet, y1 * rooms)


def _array(tensor: Tensor) -> Floats:
    return tensor.detach().numpy()


@dataclass(frozen=True)
class Matrices:
    """A price network as float64 matrices: hidden = act(W·x + b), twice, then dollars; x is the features in 0–1."""

    w1: Tensor  # (C1, 2)
    b1: Tensor  # (C1,)
    w2: Tensor  # (C2, C1)
    b2: Tensor  # (C2,)
    last: Tensor  # (C2,), dollars
    base: float  # dollars
    activation: nn.Module

    @classmethod
    def of(cls, model: Network) -> Matrices:
        """The matrices of ``model``. Raises ConfigError when it is no price network of two features."""
        scaling = price_scaling(model)
        state = {name: t.detach().cpu().double() for name, t in model.state_dict().items()}
        w1, b1 = folded(state, "conv1")
        w2, b2 = folded(state, "conv2")
        base = scaling.from_model(float(state["fc.bias"][0]))
        activation = ACTIVATION_LAYERS[model.config.activation]()
        return cls(w1[:, :, 0, 0], b1, w2[:, :, 0, 0], b2, state["fc.weight"][0] * scaling.std, base, activation)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Before and after the activation of layer 1, of layer 2, each (N, C), and the price (N,), of houses (N, 2)."""
        before1 = x @ self.w1.T + self.b1
        values1 = self.activation(before1)
        before2 = values1 @ self.w2.T + self.b2
        values2 = self.activation(before2)
        return before1, values1, before2, values2, values2 @ self.last + self.base


def weights_of(model: Network) -> dict[str, Any]:
    """JSON of the folded float64 matrices as lists, for inpage/price.js; some 4 KB for the shipped network.

    Raises ConfigError when ``model`` is no price network of two features.
    """
    matrices = Matrices.of(model)
    named = {name: getattr(matrices, name).tolist() for name in ("w1", "b1", "w2", "b2", "last")}
    return {**named, "base": matrices.base, "activation": model.config.activation}
