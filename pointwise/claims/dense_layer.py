"""The claim that a 1×1 convolution is a dense layer: the same weights in four forms, compared and timed.

Network in Network (Lin, Chen, Yan 2013, arXiv:1312.4400) makes the same claim of each k×k convolution with the 1×1
after it: an MLP slid over the image.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from pointwise.costs import LEAST, alternating_medians
from pointwise.errors import ConfigError
from pointwise.explain.chain import Chain
from pointwise.models import default_config

MOST = 4_000_000  # values of the input, and of the output, that a comparison may have
REPEATS = 7
SHAPES = ((1, 28, 28, 64, 64), (8, 14, 14, 128, 128), (1, 1, 1, 784, 256))  # pictures, H, W, channels in and out
USUAL, CHANNELS_LAST = "Conv2d 1×1", "Conv2d 1×1, channels last"


def by_conv2d(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return F.conv2d(x, weight[:, :, None, None], bias)


def by_linear(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    pixels = x.permute(0, 2, 3, 1)  # the channels last: a row for each pixel
    return F.linear(pixels, weight, bias).permute(0, 3, 1, 2)


def by_einsum(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return torch.einsum("oc,nchw->nohw", weight, x) + bias[:, None, None]


def by_matmul(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    out = weight @ x.flatten(2) + bias[:, None]  # (O, C) times (N, C, H·W)
    return out.unflatten(2, x.shape[2:])


FORMS: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    USUAL: by_conv2d,
    "Linear at every pixel": by_linear,
    "einsum": by_einsum,
    "matmul": by_matmul,
}


@dataclass(frozen=True)
class Comparison:
    """A form held against the 1×1 convolution; differences are the largest over all values."""

    form: str
    outputs: float
    gradients: float  # of the inputs, the weights and the biases
    parameters: int


def compare(pictures: int, height: int, width: int, inputs: int, outputs: int, seed: int = 0) -> list[Comparison]:
    """All forms on the same random numbers, (N, C, H, W) float32. Raises ConfigError for more than MOST values."""
    values = pictures * height * width * max(inputs, outputs)
    if min(pictures, height, width, inputs, outputs) < 1 or values > MOST:
        raise ConfigError(f"{values:,} values cannot be compared here. Choose sizes with 1 to {MOST:,}.")
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(pictures, inputs, height, width, generator=generator)
    weight = torch.randn(outputs, inputs, generator=generator) / inputs**0.5
    bias = torch.randn(outputs, generator=generator)
    probe = torch.randn(pictures, outputs, height, width, generator=generator) / (pictures * height * width) ** 0.5
    results = {name: _run(form, x, weight, bias, probe) for name, form in FORMS.items()}
    out, gradients = next(iter(results.values()))
    return [
        Comparison(
            name,
            _apart(other, out),
            max(_apart(one, first) for one, first in zip(others, gradients, strict=True)),
            weight.numel() + bias.numel(),
        )
        for name, (other, others) in results.items()
    ]


def _apart(one: Tensor, other: Tensor) -> float:
    return float((one - other).abs().max())


def _run(form: Callable[..., Tensor], *numbers: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
    """A form's output, and the gradients of its product with the last of ``numbers`` with respect to the others."""
    with torch.inference_mode(False), torch.enable_grad():
        *given, probe = numbers
        leaves = [tensor.clone().requires_grad_() for tensor in given]
        out = form(*leaves)
        gradients = torch.autograd.grad((out * probe).sum(), leaves)
    return out.detach(), gradients


@dataclass(frozen=True, eq=False)
class AtPixel:
    """A 1×1 convolution over a picture, and a dense layer with the same weights that is given one pixel of it."""

    inputs: NDArray[np.float32]  # (C,), the pixel's
    maps: NDArray[np.float32]  # (O, H, W), all that the convolution makes
    by_convolution: NDArray[np.float32]  # (O,), the maps' values at the pixel
    by_dense: NDArray[np.float32]  # (O,)


def at_pixel(picture: NDArray[np.uint8], weights: NDArray[np.floating], row: int, column: int) -> AtPixel:
    """One pixel of a picture, uint8 (H, W, C) as 0–1, through weights (O, C) in both ways, without biases."""
    x = torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 255
    weight = torch.from_numpy(weights).float()
    with torch.inference_mode():
        maps = F.conv2d(x, weight[:, :, None, None])[0]
        dense = F.linear(x[:, :, row, column], weight)[0]
    return AtPixel(x[0, :, row, column].numpy(), maps.numpy(), maps[:, row, column].numpy(), dense.numpy())


def source_of(form: str) -> str:
    """The code of a form, as Python."""
    return inspect.getsource(FORMS[form])


@dataclass(frozen=True)
class FormTimes:
    """How long all forms of a 1×1 convolution take on one shape; medians in milliseconds."""

    shape: tuple[int, int, int, int, int]
    milliseconds: dict[str, float]
    product: float  # a bare matrix product with as many multiply-adds, for reference

    def ratio(self, form: str) -> float:
        """How many times as long as the 1×1 convolution a form takes."""
        return self.milliseconds[form] / self.milliseconds[USUAL]


def form_times(shape: tuple[int, int, int, int, int], repeats: int = REPEATS) -> FormTimes:
    """Every form of FORMS, and the convolution on channels-last memory, timed in turns."""
    pictures, height, width, inputs, outputs = shape
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(pictures, inputs, height, width, generator=generator)
    weight = torch.randn(outputs, inputs, generator=generator)
    bias = torch.randn(outputs, generator=generator)
    last = x.contiguous(memory_format=torch.channels_last)
    flat = x.permute(1, 0, 2, 3).reshape(inputs, -1)
    work: dict[str, Callable[[], object]] = {
        name: functools.partial(form, x, weight, bias) for name, form in FORMS.items()
    }
    work[CHANNELS_LAST] = functools.partial(FORMS[USUAL], last, weight, bias)
    work["product"] = functools.partial(torch.matmul, weight, flat)
    with torch.inference_mode():
        medians = alternating_medians(work, repeats, LEAST)
    return FormTimes(shape, medians, product=medians.pop("product"))


def slid_mlp_difference(chain: Chain, image: NDArray[np.uint8]) -> float:
    """The largest difference between each k×k convolution with the 1×1 after it and a two-layer MLP on every patch.

    ``chain`` is a nin's; image uint8 (H, W).
    """
    trace, act = chain.run(image), chain.act()
    differences = []
    with torch.inference_mode():
        for number in range(0, len(chain.stages) - 1, 2):
            first, second = chain.stages[number : number + 2]
            x, expected = trace.maps[number].inputs[None], trace.maps[number + 1].after
            patches = F.unfold(x, first.kernel, padding=first.padding, stride=first.stride)[0].T  # (pixels, I·k·k)
            hidden = act(F.linear(patches, first.weights.flatten(1), first.biases))
            out = act(F.linear(hidden, second.weights.flatten(1), second.biases))
            differences.append(_apart(out.T.reshape(expected.shape), expected))
    return max(differences)


def nin_head() -> tuple[int, int, int]:
    """Channels and side of nin's last maps before its classifier, and how many classes it has."""
    config = default_config("nin")
    side = config.image_size
    for layer in config.architecture.layers:
        side = layer.side(side)
    return config.widths[-1], side, config.num_classes


def head_parameters(channels: int, side: int, classes: int) -> tuple[int, int]:
    """Parameters of a 1×1 convolution before global average pooling, and of a dense layer on all pixels instead."""
    return channels * classes + classes, channels * side**2 * classes + classes
