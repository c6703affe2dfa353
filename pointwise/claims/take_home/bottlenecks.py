"""Inception's 5×5 branch and ResNet's bottleneck, with and without 1×1 convolutions: weights and multiply-adds."""

from torch import nn


def conv(kernel: int, inputs: int, outputs: int) -> nn.Conv2d:
    """One that keeps height and width, without bias."""
    return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False)


blocks = {
    "Inception (3a), 5×5 alone": (28, nn.Sequential(conv(5, 192, 32))),
    "Inception (3a), 1×1 to 16 channels, then 5×5": (28, nn.Sequential(conv(1, 192, 16), conv(5, 16, 32))),
    "ResNet, two 3×3 on 256 channels": (56, nn.Sequential(conv(3, 256, 256), conv(3, 256, 256))),
    "ResNet, bottleneck": (56, nn.Sequential(conv(1, 256, 64), conv(3, 64, 64), conv(1, 64, 256))),
}
for name, (side, block) in blocks.items():
    weights = sum(p.numel() for p in block.parameters())
    print(f"{name}: {weights:,} weights, {weights * side**2:,} multiply-adds on {side} × {side} pixels")
