"""The networks, each small enough to be read as its own diagram; kernels, strides and paddings stand in ``config``.

Pictures are float32 (N, C, H, W) in −1…1; a house is a 1×1 picture whose channels are its features.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from pointwise.models.config import ModelConfig

ACTIVATION_LAYERS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "gelu": nn.GELU,
}


class Network(nn.Module):
    """A module that carries its configuration and how it was made."""

    config: ModelConfig
    parts: ClassVar[tuple[Callable[..., Any], ...]] = ()  # functions that its class needs, for a script of its own
    card: Mapping[str, Any]  # how the weights were made and how good they are; empty for a fresh network

    def reset(self) -> None:
        """Give what is neither drawn at random nor learned its first values."""


class ConvMLP(Network):
    """The tutorial's model: a 1×1 convolution, then an MLP. (N, C, H, W) in, (N, classes) logits out."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        channels, hidden = config.widths
        self.conv1 = nn.Conv2d(config.input_channels, channels, *config.kernels["conv1"])
        self.activation = ACTIVATION_LAYERS[config.activation]()
        self.fc1 = nn.Linear(channels * config.image_size**2, hidden)
        self.fc2 = nn.Linear(hidden, config.num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.activation(self.conv1(x))  # (N, channels, H, W)
        x = x.flatten(1)
        x = self.activation(self.fc1(x))  # (N, hidden)
        return self.fc2(x)


class MLP1x1(Network):
    """An MLP of 1×1 convolutions alone: every pixel becomes a channel of a 1×1 picture.

    (N, C, H, W) in, (N, classes) logits out; equal to Linear, activation, Linear with the same weights.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        (hidden,) = config.widths
        self.conv1 = nn.Conv2d(config.input_channels * config.image_size**2, hidden, *config.kernels["conv1"])
        self.norm1 = nn.BatchNorm2d(hidden) if config.batch_norm else nn.Identity()
        self.activation = ACTIVATION_LAYERS[config.activation]()
        self.dropout = SeededDropout(config.dropout)
        self.conv2 = nn.Conv2d(hidden, config.num_classes, *config.kernels["conv2"])

    def forward(self, x: Tensor) -> Tensor:
        x = x.flatten(1)[:, :, None, None]  # (N, C·H·W, 1, 1)
        x = self.dropout(self.activation(self.norm1(self.conv1(x))))  # (N, hidden, 1, 1)
        return self.conv2(x).flatten(1)


class DenseMLP(Network):
    """The plain MLP: Linear, activation, Linear. (N, C, H, W) in, (N, classes) logits out.

    With the same seed it begins with MLP1x1's weights.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        (hidden,) = config.widths
        self.dense1 = nn.Linear(config.input_channels * config.image_size**2, hidden)
        self.norm1 = nn.BatchNorm1d(hidden) if config.batch_norm else nn.Identity()
        self.activation = ACTIVATION_LAYERS[config.activation]()
        self.dropout = SeededDropout(config.dropout)
        self.dense2 = nn.Linear(hidden, config.num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = x.flatten(1)  # (N, C·H·W)
        x = self.dropout(self.activation(self.norm1(self.dense1(x))))  # (N, hidden)
        return self.dense2(x)


class BagOfPixels(Network):
    """1×1 convolutions at every pixel, then the average over all pixels: it sees brightness and no shape.

    (N, C, H, W) in, (N, classes) logits out.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        first, second = config.widths
        self.conv1 = nn.Conv2d(config.input_channels, first, *config.kernels["conv1"])
        self.activation = ACTIVATION_LAYERS[config.activation]()
        self.conv2 = nn.Conv2d(first, second, *config.kernels["conv2"])
        self.conv3 = nn.Conv2d(second, config.num_classes, *config.kernels["conv3"])

    def forward(self, x: Tensor) -> Tensor:
        x = self.activation(self.conv1(x))  # (N, first, H, W)
        x = self.activation(self.conv2(x))  # (N, second, H, W)
        return self.conv3(x).mean(dim=(2, 3))


class NetworkInNetwork(Network):
    """Network in Network (Lin, Chen, Yan 2013, arXiv:1312.4400), small.

    Three k×k convolutions, each followed by a 1×1 convolution that mixes its channels, a 1×1 classifier and
    global average pooling. (N, C, H, W) in, (N, classes) logits out. The first two halve the resolution.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        first, second, third = config.widths
        self.conv1 = nn.Conv2d(config.input_channels, first, *config.kernels["conv1"])
        self.norm1 = nn.BatchNorm2d(first)
        self.mix1 = nn.Conv2d(first, first, *config.kernels["mix1"])
        self.conv2 = nn.Conv2d(first, second, *config.kernels["conv2"])
        self.norm2 = nn.BatchNorm2d(second)
        self.mix2 = nn.Conv2d(second, second, *config.kernels["mix2"])
        self.conv3 = nn.Conv2d(second, third, *config.kernels["conv3"])
        self.norm3 = nn.BatchNorm2d(third)
        self.mix3 = nn.Conv2d(third, third, *config.kernels["mix3"])
        self.activation = ACTIVATION_LAYERS[config.activation]()
        self.classifier = nn.Conv2d(third, config.num_classes, *config.kernels["classifier"])

    def forward(self, x: Tensor) -> Tensor:
        x = self.activation(self.norm1(self.conv1(x)))  # (N, first, H/2, W/2)
        x = self.activation(self.mix1(x))
        x = self.activation(self.norm2(self.conv2(x)))  # (N, second, H/4, W/4)
        x = self.activation(self.mix2(x))
        x = self.activation(self.norm3(self.conv3(x)))  # (N, third, H/4, W/4)
        x = self.activation(self.mix3(x))
        return self.classifier(x).mean(dim=(2, 3))


class SeededDropout(nn.Module):
    """Dropout (Srivastava et al. 2014) that draws from its own generator, never from the process's global one."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share
        self.generator = torch.Generator()

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.share == 0.0:
            return x
        kept = torch.rand(x.shape, generator=self.generator, device=self.generator.device) >= self.share
        return x * kept.to(x.device) / (1.0 - self.share)


class Price1x1(Network):
    """Dense layers written as 1×1 convolutions on a 1×1 picture. (N, features, 1, 1) in, (N, 1) out."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        first, second = config.widths
        self.conv1 = nn.Conv2d(config.input_channels, first, *config.kernels["conv1"])
        self.norm1 = nn.BatchNorm2d(first) if config.batch_norm else nn.Identity()
        self.conv2 = nn.Conv2d(first, second, *config.kernels["conv2"])
        self.norm2 = nn.BatchNorm2d(second) if config.batch_norm else nn.Identity()
        self.activation = ACTIVATION_LAYERS[config.activation]()
        self.dropout = SeededDropout(config.dropout)
        self.fc = nn.Linear(second, config.num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.dropout(self.activation(self.norm1(self.conv1(x))))  # (N, first, 1, 1)
        x = self.dropout(self.activation(self.norm2(self.conv2(x))))  # (N, second, 1, 1)
        return self.fc(x.flatten(1))
