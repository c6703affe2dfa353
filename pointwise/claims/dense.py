"""The claim that a 1×1 convolution is a dense layer: the same weights in four forms, compared."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from pointwise.errors import ConfigError

MOST = 4_000_000  # values of the input, and of the output, that a comparison may have


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
    "Conv2d 1×1": by_conv2d,
    "Linear at every pixel": by_linear,
    "einsum": by_einsum,
    "matmul": by_matmul,
}


@dataclass(frozen=True)
class Comparison:
    """One form beside the 1×1 convolution; differences are the largest over all values."""

    form: str
    outputs: float
    gradients: float  # of the inputs, the weights and the biases
    parameters: int


def compare(pictures: int, height: int, width: int, inputs: int, outputs: int, seed: int = 0) -> list[Comparison]:
    """Run all forms on the same random numbers, (N, C, H, W) float32. Raises ConfigError for more than MOST values."""
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
            float((its_out - out).abs().max()),
            max(float((its - own).abs().max()) for its, own in zip(its_gradients, gradients, strict=True)),
            weight.numel() + bias.numel(),
        )
        for name, (its_out, its_gradients) in results.items()
    ]


def _run(form: Callable[..., Tensor], *numbers: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
    """Output, and the gradients of its product with the last of ``numbers`` with respect to the others."""
    with torch.inference_mode(False), torch.enable_grad():
        *given, probe = numbers
        leaves = [tensor.clone().requires_grad_() for tensor in given]
        out = form(*leaves)
        gradients = torch.autograd.grad((out * probe).sum(), leaves)
    return out.detach(), gradients


def source_of(form: str) -> str:
    """The code that ran, as Python."""
    return inspect.getsource(FORMS[form])
