"""Network in Network (Lin, Chen, Yan 2013, arXiv:1312.4400): an MLP slid over the image, and an average at the end."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from pointwise.explain.stages import Chain


def slid_mlp_difference(chain: Chain, image: NDArray[np.uint8]) -> float:
    """The largest difference between each k×k convolution with the 1×1 after it and a two-layer MLP on every patch.

    ``chain`` is of a nin, image uint8 (H, W).
    """
    trace, act = chain.run(image), chain.act()
    differences = []
    with torch.inference_mode():
        for number in range(0, len(chain.stages) - 1, 2):
            first, second = chain.stages[number : number + 2]
            x, expected = trace.maps[number].inputs[None], trace.maps[number + 1].after
            patches = F.unfold(x, first.kernel, padding=first.padding, stride=first.stride)[0].T  # (places, I·k·k)
            hidden = act(F.linear(patches, first.weights.flatten(1), first.biases))
            out = act(F.linear(hidden, second.weights.flatten(1), second.biases))
            differences.append(float((out.T.reshape(expected.shape) - expected).abs().max()))
    return max(differences)


def head_parameters(channels: int, side: int, classes: int) -> tuple[int, int]:
    """Of a 1×1 convolution with global average pooling after it, and of a dense layer on all places instead."""
    return channels * classes + classes, channels * side**2 * classes + classes
