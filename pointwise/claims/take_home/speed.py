"""A 1×1 convolution in both memory layouts and a dense layer, timed in turns; medians."""

import statistics
import time

import torch
from torch import nn

conv, dense = nn.Conv2d(64, 64, kernel_size=1), nn.Linear(64, 64)
x = torch.randn(1, 64, 28, 28)
last = x.contiguous(memory_format=torch.channels_last)
rows = x.permute(0, 2, 3, 1).contiguous()
ways = {
    "Conv2d 1×1": lambda: conv(x),
    "Conv2d 1×1, channels last": lambda: conv(last),
    "Linear, channels already last": lambda: dense(rows),
    "Linear, channels moved": lambda: dense(x.permute(0, 2, 3, 1)),
}

times = {name: [] for name in ways}
with torch.inference_mode():
    for _ in range(21):  # in turns, so that whatever else the machine does meets all of them
        for name, run in ways.items():
            started = time.perf_counter()
            for _ in range(20):
                run()
            times[name].append((time.perf_counter() - started) / 20)

first = statistics.median(times["Conv2d 1×1"])
for name, seconds in times.items():
    median = statistics.median(seconds)
    print(f"{name}: {1e3 * median:.3f} ms, {median / first:.2f} times the first")
