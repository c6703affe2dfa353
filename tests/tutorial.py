"""The tutorial's own network and loop, as it writes them: what its readers have on their disks."""

from __future__ import annotations

import io

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pointwise.data.synthetic_digits import made_digits


class Net(nn.Module):
    """The tutorial's class."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 64, kernel_size=1)
        self.fc1 = nn.Linear(64 * 28 * 28, 256)
        self.fc2 = nn.Linear(256, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv1(x))
        x = x.view(-1, 64 * 28 * 28)
        x = F.relu(self.fc1(x))
        return self.fc2(x)


def trained() -> Net:
    """The network after three steps of the tutorial's loop."""
    torch.manual_seed(0)
    digits = made_digits(96, seed=0)
    net = Net()
    optimizer = torch.optim.Adam(net.parameters(), lr=0.001)
    criterion = nn.CrossEntropyLoss()
    for start in range(0, 96, 32):
        images, labels = digits.batch(slice(start, start + 32))
        optimizer.zero_grad()
        loss = criterion(net(images), labels)
        loss.backward()
        optimizer.step()
    return net.eval()


def saved(net: Net) -> bytes:
    """The file that its last line writes."""
    file = io.BytesIO()
    torch.save(net.state_dict(), file)
    return file.getvalue()
