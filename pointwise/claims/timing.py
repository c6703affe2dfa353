"""Layers and blocks beside each other on this machine's clock."""

from __future__ import annotations

import functools
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from pointwise.claims.dense import FORMS
from pointwise.claims.sizes import Block

REPEATS = 7
SHORT = 0.002  # seconds
CHANNELS_LAST = "Conv2d 1×1, channels last"
SHAPES = ((1, 28, 28, 64, 64), (8, 14, 14, 128, 128), (1, 1, 1, 784, 256))  # pictures, H, W, channels in and out


@dataclass(frozen=True)
class FormTimes:
    """All forms of one 1×1 convolution on one shape; medians in milliseconds."""

    shape: tuple[int, int, int, int, int]
    milliseconds: dict[str, float]
    product: float  # of a bare matrix product with as many multiply-adds, for reference

    def ratio(self, form: str) -> float:
        """Beside the 1×1 convolution as it is usually written."""
        return self.milliseconds[form] / self.milliseconds["Conv2d 1×1"]


def form_times(shape: tuple[int, int, int, int, int], repeats: int = REPEATS) -> FormTimes:
    """Time every form of ``dense.FORMS``, and the convolution on channels-last memory, alternating."""
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
    work[CHANNELS_LAST] = functools.partial(FORMS["Conv2d 1×1"], last, weight, bias)
    work["product"] = functools.partial(torch.matmul, weight, flat)
    medians = dict(zip(work, _medians(list(work.values()), repeats), strict=True))
    product = medians.pop("product")
    return FormTimes(shape, medians, product)


def times(blocks: Sequence[Block], repeats: int = 5) -> list[float]:
    """Median milliseconds of one forward pass of each block, alternating, with the process's thread count.

    One picture, random weights, no activations between. ``repeats`` is at least 1; one round before is not counted.
    """
    generator = torch.Generator().manual_seed(0)
    return _medians([_pass(block, generator) for block in blocks], repeats)


def _pass(block: Block, generator: torch.Generator) -> Callable[[], object]:
    x = torch.randn(1, block.convolutions[0].inputs, block.side, block.side, generator=generator)
    shapes = [(conv.outputs, conv.inputs, conv.kernel, conv.kernel) for conv in block.convolutions]
    weights = [torch.randn(shape, generator=generator) for shape in shapes]

    def run() -> object:
        out = x
        for weight in weights:
            out = F.conv2d(out, weight, padding=weight.shape[-1] // 2)
        return out

    return run


def _medians(work: Sequence[Callable[[], object]], repeats: int) -> list[float]:
    """Milliseconds of each, taking turns."""
    with torch.inference_mode():
        rounds = [[_milliseconds(one) for one in work] for _ in range(repeats + 1)]
    return [statistics.median(column) for column in zip(*rounds[1:], strict=True)]


def _milliseconds(work: Callable[[], object]) -> float:
    """Of one call; short ones are called until SHORT has passed."""
    calls, started = 0, time.perf_counter()
    while not calls or time.perf_counter() - started < SHORT:
        work()
        calls += 1
    return (time.perf_counter() - started) * 1e3 / calls
