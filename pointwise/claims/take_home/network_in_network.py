"""Network in Network: a k×k convolution with a 1×1 after it is an MLP slid over the image; and what its end costs."""

import torch
from torch import nn

first, mix = nn.Conv2d(1, 32, kernel_size=5, padding=2), nn.Conv2d(32, 16, kernel_size=1)
x = torch.rand(1, 1, 28, 28)

with torch.inference_mode():
    by_convolutions = mix(first(x).relu()).relu()
    patches = nn.functional.unfold(x, 5, padding=2)[0].T  # (784, 25): the 5×5 pixels around each place
    hidden = nn.functional.linear(patches, first.weight.flatten(1), first.bias).relu()
    by_mlp = nn.functional.linear(hidden, mix.weight.flatten(1), mix.bias).relu()
    difference = by_convolutions - by_mlp.T.reshape(by_convolutions.shape)
    print("largest difference:", float(difference.abs().max()))

average, dense = nn.Conv2d(96, 10, 1), nn.Linear(96 * 7 * 7, 10)  # the end of a small Network in Network
for name, layer in (("1×1 convolution and average", average), ("dense layer on all places", dense)):
    print(f"{name}: {sum(p.numel() for p in layer.parameters()):,} parameters")
