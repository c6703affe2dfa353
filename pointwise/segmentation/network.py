"""The network that labels every pixel: fixed filters make its channels, three 1×1 convolutions read them."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from pointwise.models.config import ModelConfig
from pointwise.models.networks import ACTIVATION_LAYERS, Network
from pointwise.segmentation import filters
from pointwise.segmentation.filters import bank, blurred, enlarged


class PixelNetwork(Network):
    """Channels, then 1×1 convolutions, then a Gaussian over their logits: each pixel's class from its own channels.

    (N, 1 or 3, H, W) pictures in 0…1 in, (N, classes, H, W) probabilities out.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        first, second = config.widths
        self.channel_sets, self.smoothing = config.channel_sets, config.smoothing
        self.register_buffer("mean", torch.zeros(config.pixel_channels, 1, 1))
        self.register_buffer("scale", torch.ones(config.pixel_channels, 1, 1))
        self.conv1 = nn.Conv2d(config.pixel_channels, first, *config.kernels["conv1"])
        self.activation = ACTIVATION_LAYERS[config.activation]()
        self.conv2 = nn.Conv2d(first, second, *config.kernels["conv2"])
        self.conv3 = nn.Conv2d(second, config.num_classes, *config.kernels["conv3"])

    def reset(self) -> None:
        self.mean.zero_()
        self.scale.fill_(1.0)

    def forward(self, picture: Tensor) -> Tensor:
        height, width = picture.shape[-2:]
        maps = [enlarged(x, stride, height, width) for stride, x in bank(picture, self.channel_sets)]
        x = (torch.cat(maps, 1) - self.mean) * self.scale  # (N, channels, H, W)
        x = self.activation(self.conv1(x))  # (N, first, H, W)
        x = self.activation(self.conv2(x))  # (N, second, H, W)
        return blurred(self.conv3(x), self.smoothing).softmax(1)


PixelNetwork.parts = (
    filters.gaussian,
    filters.reduced,
    filters.blurred,
    filters.enlarged,
    filters.slopes,
    filters.eigenvalues,
    filters.edges,
    filters.responses,
    filters.texture,
    filters.bank,
)
