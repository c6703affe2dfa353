"""The tutorial's network for 28×28 digits beside the plain MLP: parameters and multiply-adds, layer by layer."""

import torch
from torch import nn

tutorial = nn.Sequential(
    nn.Conv2d(1, 64, kernel_size=1),
    nn.ReLU(),
    nn.Flatten(),
    nn.Linear(64 * 28 * 28, 256),
    nn.ReLU(),
    nn.Linear(256, 10),
)
plain = nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, 256), nn.ReLU(), nn.Linear(256, 10))


def multiply_adds(layer: nn.Module, output: torch.Tensor) -> int:
    """One for each weight and each place where it is used."""
    return output.numel() * layer.weight[0].numel()


for name, network in (("tutorial", tutorial), ("plain MLP", plain)):
    x = torch.zeros(1, 1, 28, 28)
    for layer in network:
        x = layer(x)
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            parameters = sum(p.numel() for p in layer.parameters())
            print(f"{name}: {parameters:,} parameters, {multiply_adds(layer, x):,} multiply-adds in {layer}")
    print(f"{name}: {sum(p.numel() for p in network.parameters()):,} parameters in all")
