"""The training loop as tutorials write it, for the benchmarks to stand beside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import nn

from pointwise.data.mnist import unpack
from pointwise.models import build, default_config


@contextmanager
def plain_loop(folder: Path, seed: int, order: Sequence[int] | None = None) -> Iterator[Iterator[float]]:
    """Losses of step after step, epoch after epoch: DataLoader, per-picture transforms, default Adam, loss.item().

    ``order`` gives the pictures' order instead of a random one. Batches of 64, float32, the tutorial's network.
    """
    with TemporaryDirectory() as unpacked:
        unpack(folder, Path(unpacked))
        yield _losses(Path(unpacked), seed, order)


def _losses(root: Path, seed: int, order: Sequence[int] | None) -> Iterator[float]:
    from torch.utils.data import DataLoader
    from torchvision import datasets, transforms

    transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
    data = datasets.MNIST(root, transform=transform)
    loader = DataLoader(data, batch_size=64, shuffle=order is None, sampler=order)
    model = build(default_config("conv_mlp"), seed).train()
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    while True:
        for images, labels in loader:
            optimizer.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            optimizer.step()
            yield loss.item()
