"""From channels and a network to labels, and what can be read off them: doubt, areas, scores."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from pointwise.errors import ConfigError
from pointwise.models import Network
from pointwise.segmentation import filters
from pointwise.segmentation.channel_maps import Channels

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
        raise ConfigError(
            f"The network asks for {asks} ({', '.join(config.channel_sets)}), the picture has {has}. Take one of as "
            "many colours, and the network's own sets of channels."
        )


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
        labels = _best(probabilities)
    seconds = time.perf_counter() - begun
    return Labelled(labels.numpy(), probabilities.permute(1, 2, 0).numpy(), seconds)


def raw_logits(network: Any, channels: Channels, band: int = BAND) -> Tensor:
    """Logits (k, H, W) before they are smoothed; ``band`` is even."""
    height, width = channels.shape
    weights, biases = first_layer(network)
    fine, coarse = _by_stride(channels, weights)
    second, third = network.conv2, network.conv3
    logits = torch.empty(network.config.num_classes, height, width)
    for top in range(0, height, band):
        rows = slice(top, min(top + band, height))
        x = biases[:, None]
        if fine:
            own = torch.cat([maps[:, rows] for _, maps in fine]).flatten(1)
            x = torch.addmm(x, torch.cat([part for part, _ in fine], 1), own)
        if coarse is not None:
            low = coarse[:, top // 2 : top // 2 + band // 2 + 1]
            x = x + _doubled(low, rows.stop - top, width).flatten(1)
        x = network.activation(x)
        x = network.activation(torch.addmm(second.bias[:, None], second.weight[..., 0, 0], x))
        x = torch.addmm(third.bias[:, None], third.weight[..., 0, 0], x)
        logits[:, rows] = x.reshape(len(x), -1, width)
    return logits


def first_layer(network: Any) -> tuple[Tensor, Tensor]:
    """The first layer's weights (first, C) and biases (first,), the standardisation multiplied in."""
    weights = network.conv1.weight[..., 0, 0] * network.scale.flatten()
    return weights, network.conv1.bias - weights @ network.mean.flatten()


def _by_stride(channels: Channels, weights: Tensor) -> tuple[list[tuple[Tensor, Tensor]], Tensor | None]:
    """Weights and maps of stride 1, and what the first layer makes of all others, at every second pixel."""
    parts = torch.split(weights, [len(each.values) for each in channels.maps], 1)
    fine = [(part, each.values) for part, each in zip(parts, channels.maps, strict=True) if each.stride == 1]
    whole: Tensor | None = None
    for stride in (8, 4, 2):
        height, width = (-(-side // stride) for side in channels.shape)
        whole = None if whole is None else _doubled(whole, height, width)
        for part, each in zip(parts, channels.maps, strict=True):
            if each.stride == stride:
                own = (part @ each.values.flatten(1)).reshape(-1, height, width)
                whole = own if whole is None else whole + own
    return fine, whole


def _doubled(maps: Tensor, height: int, width: int) -> Tensor:
    """Maps with a value interpolated between any two, to ``height`` and ``width``: at most one more at each end."""
    between = (2 * maps.shape[1] - 1, 2 * maps.shape[2] - 1)
    x = F.interpolate(maps[None], size=between, mode="bilinear", align_corners=True)
    x = F.pad(x, (0, max(0, width - between[1]), 0, max(0, height - between[0])), mode="replicate")
    return x[0, :, :height, :width]


def _best(scores: Tensor) -> Tensor:
    """The class, from 1, of the highest of (k, H, W) scores; five times as fast as argmax over the first axis."""
    best, labels = scores[0], torch.ones(scores.shape[1:], dtype=torch.uint8)
    for number, score in enumerate(scores[1:], 2):
        labels = torch.where(score > best, number, labels)
        best = torch.maximum(best, score)
    return labels.to(torch.uint8)


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
    """The area of each class 1…``classes`` of labels (H, W); ``micrometres`` is the side of one of their pixels.

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
    """Intersection over union, 0–1, of labels (H, W) with each class of ``truth`` (H, W), where it is not 0."""
    known = truth > 0
    found, true = labels[known], truth[known]
    return {
        int(n): float(((found == n) & (true == n)).sum() / ((found == n) | (true == n)).sum()) for n in np.unique(true)
    }


def mean_iou(labels: NDArray[Any], truth: NDArray[Any]) -> float:
    """The mean of ``iou_by_class``."""
    return float(np.mean(list(iou_by_class(labels, truth).values())))
