"""Digits in memory, as uint8, and the handwritten ones that come with scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

NO_DIGIT = -1  # the label of a picture that no class fits
BUNDLED_HELD_OUT = 297  # the last of the 1,797, by other writers than most of the first 1,500


@dataclass(frozen=True)
class Digits:
    """Pictures of digits with their labels."""

    name: str  # as shown to a person
    images: Tensor  # uint8 (N, 28, 28), light ink on dark; or in colour, (N, 3, 32, 32)
    labels: Tensor  # int64 (N,), 0–9 or NO_DIGIT

    def __len__(self) -> int:
        return len(self.labels)

    def batch(self, indices: Tensor | slice) -> tuple[Tensor, Tensor]:
        """float32 (n, C, H, W) in −1…1 and int64 (n,)."""
        return normalise(self.images[indices]), self.labels[indices]


def joined(first: Digits, *others: Digits) -> Digits:
    """All of them, under the name of the first."""
    every = (first, *others)
    return Digits(first.name, torch.cat([one.images for one in every]), torch.cat([one.labels for one in every]))


def normalise(images: Tensor) -> Tensor:
    """uint8 (n, H, W) or (n, C, H, W) to float32 (n, C, H, W) in −1…1: what ToTensor and Normalize(0.5, 0.5) do."""
    pictures = images.unsqueeze(1) if images.dim() == 3 else images
    return pictures.float().div_(127.5).sub_(1.0)


def load_bundled() -> tuple[Digits, Digits]:
    """1,500 training and 297 held-out digits of scikit-learn's ``load_digits``, brought from 8×8 to 28×28.

    Each picture (0–16) is enlarged bilinearly to 20×20 and set into a 4-pixel frame, as MNIST's are. Source:
    Alpaydin & Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998.
    """
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    small = torch.from_numpy(np.asarray(pixels, dtype=np.float32)).reshape(-1, 1, 8, 8) / 16.0
    large = F.interpolate(small, size=(20, 20), mode="bilinear", align_corners=False)
    images = F.pad(large, (4, 4, 4, 4)).squeeze(1).mul(255).round().to(torch.uint8)
    targets = torch.from_numpy(np.asarray(labels, dtype=np.int64))
    split = len(targets) - BUNDLED_HELD_OUT
    name = "Bundled digits"
    return Digits(name, images[:split], targets[:split]), Digits(name, images[split:], targets[split:])
