"""What each input map adds to a channel's map: together with the bias they are the map before its activation."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from pointwise.explain.chain import Chain, Trace


@dataclass(frozen=True, eq=False)
class Mixture:
    """A channel's map before the activation, taken apart by input map; float32."""

    inputs: Tensor  # (I, h, w): the maps that go in
    kernels: Tensor  # (I, k, k): the weights of each; a dense layer's are as large as the maps, (I, h, w)
    parts: Tensor  # (I, h', w'): what each adds to every pixel; in a dense layer (I, h, w), numbers that are all added
    bias: float
    dense: bool  # whether every number of ``parts`` is added to one value

    @property
    def effects(self) -> Tensor:
        """The most that each input map changes anywhere, (I,)."""
        return self.parts.flatten(1).abs().amax(1)

    @property
    def strongest(self) -> Tensor:
        """Each input's weight that is furthest from 0, (I,)."""
        flat = self.kernels.flatten(1)
        return flat.gather(1, flat.abs().argmax(1, keepdim=True))[:, 0]

    def at(self, y: int, x: int) -> Tensor:
        """What each input map adds to the pixel (y, x) of the channel's map, (I,); a dense layer has one pixel only."""
        if self.dense:
            return self.parts.flatten(1).sum(1)
        return self.parts[:, y, x]


def mixture(chain: Chain, trace: Trace, stage: int, number: int) -> Mixture:
    """The map of channel ``number`` of a stage, taken apart; ``trace`` is the chain's."""
    part, used, inputs = chain.stages[stage], chain.stages[stage].channel(number), trace.maps[stage].inputs
    with torch.inference_mode():
        if part.flat:
            side = math.isqrt(len(inputs))
            shape = trace.maps[stage - 1].after.shape if stage else torch.Size((1, side, side))
            inputs, weights = inputs.reshape(shape), used.weights.reshape(shape)
            return Mixture(inputs, weights, inputs * weights, used.bias, dense=True)
        rows = used.weights[:, None]
        parts = F.conv2d(inputs[None], rows, None, part.stride, part.padding, groups=len(inputs))[0]
        return Mixture(inputs, used.weights, parts, used.bias, dense=False)
