"""1×1 convolutions and an average do not notice when pixels change places; a 3×3 convolution does."""

import torch
from torch import nn


def network(kernel: int) -> nn.Sequential:
    """Convolutions of one kernel size, then the average over all pixels."""
    return nn.Sequential(
        nn.Conv2d(1, 32, kernel, padding=kernel // 2),
        nn.ReLU(),
        nn.Conv2d(32, 10, kernel, padding=kernel // 2),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
    ).eval()


torch.manual_seed(0)
x = torch.rand(1, 1, 28, 28)
shuffled = x.flatten()[torch.randperm(28 * 28)].reshape(x.shape)
with torch.inference_mode():
    for kernel in (1, 3):
        net = network(kernel)
        print(f"{kernel}×{kernel}: a logit moves by", float((net(x) - net(shuffled)).abs().max()))
