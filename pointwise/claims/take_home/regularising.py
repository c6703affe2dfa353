"""1×1 convolutions and dense layers on 500 digits, with and without batch normalisation and dropout, from three seeds.

The digits are scikit-learn's, 8×8 pixels, so that nothing is downloaded.
"""

import torch
from sklearn.datasets import load_digits
from torch import nn

pixels, labels = load_digits(return_X_y=True)
x, y = torch.tensor(pixels, dtype=torch.float32) / 8 - 1, torch.tensor(labels)  # (N, 64), (N,)
few, new = slice(0, 500), slice(1500, None)


def network(convolutions: bool, batch_norm: bool, dropout: float, seed: int) -> nn.Module:
    """Two layers; with the same seed both kinds begin with the same weights."""
    torch.manual_seed(seed)
    if convolutions:  # each pixel is a channel of a 1×1 picture
        first, second = nn.Conv2d(64, 256, 1), nn.Conv2d(256, 10, 1)
        norm = nn.BatchNorm2d(256) if batch_norm else nn.Identity()
        return nn.Sequential(
            nn.Unflatten(1, (64, 1, 1)), first, norm, nn.ReLU(), nn.Dropout(dropout), second, nn.Flatten()
        )
    dense, last = nn.Linear(64, 256), nn.Linear(256, 10)
    norm = nn.BatchNorm1d(256) if batch_norm else nn.Identity()
    return nn.Sequential(dense, norm, nn.ReLU(), nn.Dropout(dropout), last)


def accuracy(net: nn.Module) -> float:
    """The share of the new digits that it reads after 20 epochs on the 500."""
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3, fused=True)
    for _ in range(20):
        for batch in torch.randperm(500).split(50):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x[few][batch]), y[few][batch]).backward()
            optimizer.step()
    net.eval()
    with torch.inference_mode():
        return float((net(x[new]).argmax(1) == y[new]).float().mean())


for batch_norm, dropout in ((False, 0.0), (True, 0.0), (False, 0.5), (True, 0.5)):
    for kind in ("1×1 convolutions", "dense layers"):
        read = [accuracy(network(kind != "dense layers", batch_norm, dropout, seed)) for seed in range(3)]
        shares = ", ".join(f"{one:.1%}" for one in read)
        print(f"batch norm {batch_norm}, dropout {dropout}, {kind}: {shares} of {len(y[new])} new digits")
