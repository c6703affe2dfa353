"""Three 1×1 convolutions without activations are one, the product of their matrices; with ReLU between they are not."""

import torch
from torch import nn

torch.manual_seed(0)
first, second, third = nn.Conv2d(3, 8, 1), nn.Conv2d(8, 8, 1), nn.Conv2d(8, 4, 1)
x = torch.randn(1, 3, 28, 28)


def matrix(conv: nn.Conv2d) -> torch.Tensor:
    return conv.weight[:, :, 0, 0]  # (out, in)


with torch.inference_mode():
    one = nn.Conv2d(3, 4, 1)
    one.weight[:, :, 0, 0] = matrix(third) @ matrix(second) @ matrix(first)
    one.bias[:] = matrix(third) @ (matrix(second) @ first.bias + second.bias) + third.bias
    plain = third(second(first(x)))
    bent = third(second(first(x).relu()).relu())
    print("without activations, largest difference to one convolution:", float((plain - one(x)).abs().max()))
    print("with ReLU between:", float((bent - one(x)).abs().max()))

for name, layers in (("three", (first, second, third)), ("one", (one,))):
    print(f"{name}: {sum(p.numel() for layer in layers for p in layer.parameters())} parameters")
