"""Why a pixel was labelled so: exact contributions of its channels, and all values on their way through the network."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pointwise.errors import ConfigError
from pointwise.segmentation.channel_maps import Channels
from pointwise.segmentation.filters import gaussian
from pointwise.segmentation.labelling import check_fits

SEEN = 6.0  # standard deviations of the smoothing within which pixels are counted: the rest weighs 1e-9
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Contributions:
    """What each channel adds to the winner's logit over the runner-up's, at one pixel."""

    winner: int
    runner_up: int
    names: tuple[str, ...]
    sets: tuple[str, ...]  # of each channel
    values: Floats  # (C,) channels of the pixel in standard deviations from the picture's mean
    parts: Floats  # (C,) of the difference, averaged as the smoothing does over the pixels around
    bias: float  # of the difference, what no channel says
    difference: float  # logit of the winner minus that of the runner-up: parts and bias together

    @property
    def by_set(self) -> dict[str, float]:
        """The contributions of each set of channels together."""
        return {name: float(self.parts[np.array(self.sets) == name].sum()) for name in dict.fromkeys(self.sets)}


class Step(NamedTuple):
    """One 1×1 convolution at one pixel."""

    name: str
    inputs: Floats  # (I,)
    weights: Floats  # (O, I)
    biases: Floats  # (O,)
    before: Floats  # (O,) sums
    after: Floats  # (O,) after the activation; the last layer has none


def contributions(network: Any, channels: Channels, y: int, x: int) -> Contributions:
    """Exact contributions to a pixel's label: a network of ReLUs is linear around each pixel.

    Raises ConfigError for another activation, for a pixel outside the picture, and for a network with one class.
    """
    check_fits(network, channels)
    _check_pixel(channels, y, x)
    if network.config.activation != "relu" or network.config.num_classes < 2:
        raise ConfigError(
            "Contributions are exact for ReLU networks of two classes or more alone. Take such a network."
        )
    rows, row_weights = _window(channels.shape[0], y, network.config.smoothing)
    columns, column_weights = _window(channels.shape[1], x, network.config.smoothing)
    grid_y, grid_x = torch.meshgrid(rows, columns, indexing="ij")
    weights = torch.outer(row_weights, column_weights).flatten()
    inputs = _standardised(network, channels, grid_y.flatten(), grid_x.flatten())
    (first, b1), (second, b2), (third, b3) = _matrices(network)
    one = inputs @ first.T + b1
    two = one.relu() @ second.T + b2
    logits = weights @ (two.relu() @ third.T + b3)
    winner, runner_up = (int(n) for n in logits.topk(2).indices)
    back = (third[winner] - third[runner_up]) * (two > 0)  # (n, second): slopes at each pixel
    slopes = ((back @ second) * (one > 0)) @ first  # (n, C)
    parts = weights @ (slopes * inputs)
    difference = float(logits[winner] - logits[runner_up])
    centre = _standardised(network, channels, torch.tensor([y]), torch.tensor([x]))[0]
    bias = weights @ (((back @ second) * (one > 0)) @ b1 + back @ b2) + b3[winner] - b3[runner_up]
    return Contributions(
        winner + 1,
        runner_up + 1,
        channels.names,
        channels.set_of,
        centre.numpy(),
        parts.numpy(),
        float(bias),
        difference,
    )


def calculation(network: Any, channels: Channels, y: int, x: int) -> list[Step]:
    """The three 1×1 convolutions at one pixel, number by number, up to its logits before they are smoothed.

    Raises ConfigError for a pixel outside the picture.
    """
    check_fits(network, channels)
    _check_pixel(channels, y, x)
    values, steps = _standardised(network, channels, torch.tensor([y]), torch.tensor([x]))[0], []
    for number, (weights, biases) in enumerate(_matrices(network), 1):
        before = weights @ values + biases
        after = network.activation(before) if number < 3 else before
        steps.append(Step(f"conv{number}", *(t.numpy() for t in (values, weights, biases, before, after))))
        values = after
    return steps


def effects(steps: Sequence[Step], winner: int, runner_up: int) -> list[Floats]:
    """What each value after each step of a ``calculation`` adds to the logit of class ``winner`` over that of
    ``runner_up``, 1…k, before they are smoothed; with the biases of the layers behind it, a step's add up to it.
    """
    slopes = np.zeros(len(steps[-1].after))
    slopes[winner - 1] += 1.0
    slopes[runner_up - 1] -= 1.0
    found: list[Floats] = []
    for step in reversed(steps):
        found.insert(0, slopes * step.after)
        slopes = (slopes if step is steps[-1] else slopes * (step.before > 0)) @ step.weights
    return found


def small_maps(network: Any, channels: Channels, longest: int) -> list[NDArray[np.float32]]:
    """Maps (C, h, w), at most ``longest`` pixels long: the standardised channels, and what follows each of the steps.

    They hold the values at single pixels, evenly apart.
    """
    check_fits(network, channels)
    share = min(1.0, longest / max(channels.shape))
    height, width = (max(1, round(side * share)) for side in channels.shape)
    rows, columns = (
        ((torch.arange(count) + 0.5) * side / count).long()
        for count, side in zip((height, width), channels.shape, strict=True)
    )
    y, x = torch.meshgrid(rows, columns, indexing="ij")
    values = _standardised(network, channels, y.flatten(), x.flatten())
    found = [values]
    for number, (weights, biases) in enumerate(_matrices(network), 1):
        values = values @ weights.T + biases
        values = network.activation(values) if number < 3 else values
        found.append(values)
    return [one.T.reshape(-1, height, width).float().numpy() for one in found]


def _check_pixel(channels: Channels, y: int, x: int) -> None:
    height, width = channels.shape
    if not (0 <= y < height and 0 <= x < width):
        raise ConfigError(f"The pixel ({x}, {y}) is outside the picture. Choose one of its {width} × {height}.")


def _window(size: int, at: int, sigma: float) -> tuple[Tensor, Tensor]:
    """The pixels of a row that count at one of them, and their shares, float64."""
    if sigma == 0:
        return torch.tensor([at]), torch.ones(1, dtype=torch.float64)
    reach = math.ceil(SEEN * sigma)
    low, high = max(0, at - reach), min(size, at + reach + 1)
    return torch.arange(low, high), gaussian(size, sigma, 1, size)[at, low:high].double()


def _standardised(network: Any, channels: Channels, y: Tensor, x: Tensor) -> Tensor:
    return ((channels.at(y, x) - network.mean.flatten()) * network.scale.flatten()).double()


def _matrices(network: Any) -> list[tuple[Tensor, Tensor]]:
    layers = (network.conv1, network.conv2, network.conv3)
    return [(layer.weight[..., 0, 0].double(), layer.bias.double()) for layer in layers]
