"""From channels and a network to labels, and what can be read off them: doubt, areas, scores."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from pointwise.errors import ConfigError
from pointwise.models import Network
from pointwise.segmentation import filters
from pointwise.segmentation.channels import Channels

BAND = 32  # rows that are labelled at a time: their hidden maps stay in the processor's cache
Labels = NDArray[np.uint8]
Probabilities = NDArray[np.float32]  # (H, W, k)


@dataclass(frozen=True, eq=False)
class Labelled:
    """Every pixel's class."""

    labels: Labels  # (H, W), 1…k
    probabilities: Probabilities
    seconds: float

    @cached_property
    def uncertainty(self) -> NDArray[np.uint8]:
        """(H, W), 255 where the two best classes are as probable as one another, 0 where one is certain."""
        return np.round(255 * (1 - _margin(self.probabilities))).astype(np.uint8)


def check_fits(network: Network, channels: Channels) -> None:
    """Raise ConfigError unless the network reads exactly these channels."""
    config = network.config
    if not config.architecture.labels_pixels:
        raise ConfigError(f"{config.arch} labels no pixels. Take a network that was painted.")
    if (config.input_channels, config.channel_sets) != (channels.colours, channels.sets):
        has, asks = f"{channels.colours} ({', '.join(channels.sets)})", f"{config.input_channels}"
        raise ConfigError(f"The network asks for {asks} ({', '.join(config.channel_sets)}), the picture has {has}.")


def label(network: Network, channels: Channels, band: int = BAND) -> Labelled:
    """Labels and probabilities of every pixel, computed ``band`` rows at a time.

    Exactly what the whole network answers to the picture: a 1×1 convolution and an interpolation may change places,
    so the maps of wide filters are read by the first layer before they are enlarged. Raises ConfigError for channels
    of another kind than the network's.
    """
    check_fits(network, channels)
    begun = time.perf_counter()
    with torch.no_grad():
        logits = filters.blurred(raw_logits(network, channels, band)[None], network.config.smoothing)[0]
        probabilities = logits.softmax(0)
        labels = probabilities.argmax(0).to(torch.uint8) + 1
    seconds = time.perf_counter() - begun
    return Labelled(labels.numpy(), probabilities.permute(1, 2, 0).numpy(), seconds)


def raw_logits(network: Any, channels: Channels, band: int = BAND) -> Tensor:
    """Logits (k, H, W) before they are smoothed."""
    height, width = channels.shape
    weights, biases = first_layer(network)
    partial, begin = [], 0
    for each in channels.maps:
        count, h, w = each.values.shape
        own = weights[:, begin : begin + count] @ each.values.reshape(count, h * w)
        partial.append((each.stride, own.reshape(-1, h, w)))
        begin += count
    partial = _summed(partial)
    second, third = network.conv2, network.conv3
    logits = torch.empty(network.config.num_classes, height, width)
    for top in range(0, height, band):
        rows = torch.arange(top, min(top + band, height))
        x = biases[:, None, None]
        for stride, maps in partial:
            x = x + _band(maps, stride, rows, width)
        x = network.activation(x).flatten(1)
        x = network.activation(torch.addmm(second.bias[:, None], second.weight[..., 0, 0], x))
        x = torch.addmm(third.bias[:, None], third.weight[..., 0, 0], x)
        logits[:, top : top + band] = x.reshape(len(x), len(rows), width)
    return logits


def first_layer(network: Any) -> tuple[Tensor, Tensor]:
    """The first layer's weights (first, C) and biases (first,), the standardisation multiplied in."""
    weights = network.conv1.weight[..., 0, 0] * network.scale.flatten()
    return weights, network.conv1.bias - weights @ network.mean.flatten()


def _summed(partial: list[tuple[int, Tensor]]) -> list[tuple[int, Tensor]]:
    """Maps of the same stride added up."""
    sums: dict[int, Tensor] = {}
    for stride, maps in partial:
        sums[stride] = sums[stride] + maps if stride in sums else maps
    return list(sums.items())


def _band(maps: Tensor, stride: int, rows: Tensor, width: int) -> Tensor:
    """Some rows of maps of a stride, interpolated."""
    if stride == 1:
        return maps[:, rows[0] : rows[-1] + 1]
    low, share = rows // stride, (rows % stride / stride)[:, None]
    high = (low + 1).clamp(max=maps.shape[1] - 1)
    band = maps[:, low] * (1 - share) + maps[:, high] * share
    at = torch.arange(width)
    low, share = at // stride, at % stride / stride
    high = (low + 1).clamp(max=band.shape[2] - 1)
    return band[..., low] * (1 - share) + band[..., high] * share


def _margin(probabilities: Probabilities) -> NDArray[np.float32]:
    if probabilities.shape[2] == 1:
        return np.ones(probabilities.shape[:2], np.float32)
    best = torch.from_numpy(probabilities).topk(2, dim=2).values
    return (best[..., 0] - best[..., 1]).numpy()


def label_here_next(probabilities: Probabilities, scribbles: NDArray[Any]) -> tuple[int, int] | None:
    """(y, x): where a stroke would teach most, the middle of the most doubtful area that has none; None without doubt.

    Doubt is averaged over some pixels around, so that it is an area rather than a single pixel on a border.
    """
    height, width = scribbles.shape
    reach = max(1.0, min(height, width) / 40)
    doubt = ndimage.gaussian_filter(1 - _margin(probabilities), reach, truncate=2.0)
    near = ndimage.uniform_filter((scribbles > 0).astype(np.float32), 2 * int(reach) + 1) > 1e-6
    doubt[near] = -1.0
    y, x = np.unravel_index(int(doubt.argmax()), doubt.shape)
    return (int(y), int(x)) if doubt[y, x] > 1e-3 else None


class Area(NamedTuple):
    """How much of a picture one class takes."""

    label: int
    pixels: int
    share: float  # 0…1
    area: float | None  # in µm², where a pixel's size is known


def areas(labels: NDArray[Any], classes: int, micrometres: float | None = None) -> list[Area]:
    """The area of each class, in order; ``micrometres`` is the side of a pixel of these labels.

    Raises ConfigError for a side that is not above 0.
    """
    if micrometres is not None and not 0 < micrometres < 1e6:
        raise ConfigError(f"A pixel of {micrometres} µm is out of range. Give its side, above 0.")
    counts = np.bincount(labels.ravel(), minlength=classes + 1)[1 : classes + 1]
    side = None if micrometres is None else micrometres**2
    return [
        Area(n, int(count), count / labels.size, None if side is None else float(count * side))
        for n, count in enumerate(counts, 1)
    ]


def iou_by_class(labels: NDArray[Any], truth: NDArray[Any]) -> dict[int, float]:
    """Intersection over union of each class that the truth has; pixels whose truth is 0 do not count."""
    known = truth > 0
    found, true = labels[known], truth[known]
    return {
        int(n): float(((found == n) & (true == n)).sum() / ((found == n) | (true == n)).sum()) for n in np.unique(true)
    }


def mean_iou(labels: NDArray[Any], truth: NDArray[Any]) -> float:
    """The mean of ``iou_by_class``."""
    return float(np.mean(list(iou_by_class(labels, truth).values())))
