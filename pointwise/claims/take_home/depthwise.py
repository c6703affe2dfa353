"""A full 3×3 convolution beside MobileNet's depthwise 3×3 and 1×1: weights, multiply-adds and time."""

import statistics
import time

import torch
from torch import nn

side, channels = 14, 512
blocks = {
    "full 3×3": nn.Conv2d(channels, channels, 3, padding=1, bias=False),
    "depthwise 3×3, then 1×1": nn.Sequential(
        nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False),
        nn.Conv2d(channels, channels, 1, bias=False),
    ),
}
x = torch.randn(1, channels, side, side)
times = {name: [] for name in blocks}
with torch.inference_mode():
    for _ in range(11):  # in turns, so that whatever else the machine does meets both
        for name, block in blocks.items():
            started = time.perf_counter()
            block(x)
            times[name].append(time.perf_counter() - started)

for name, block in blocks.items():
    weights = sum(p.numel() for p in block.parameters())
    median = 1e3 * statistics.median(times[name])
    print(f"{name}: {weights:,} weights, {weights * side**2:,} multiply-adds, {median:.1f} ms")
print(f"by the formula: 1/{channels} + 1/9 = {1 / channels + 1 / 9:.1%} of the work")
