"""The claim that 1×1 convolutions see no shape: the same pixels in another order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from pointwise.data.digits import Digits, normalise
from pointwise.models import Network


def shuffled(image: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
    """The picture's pixels in an order that depends on the seed and the shape alone."""
    return image.ravel()[_order(image.size, seed)].reshape(image.shape)


def _order(pixels: int, seed: int) -> NDArray[np.int64]:
    return np.random.default_rng(seed).permutation(pixels)


@dataclass(frozen=True)
class Shuffle:
    """One network's answers to a picture and to its shuffled pixels."""

    before: NDArray[np.float32]  # logits (classes,)
    after: NDArray[np.float32]

    @property
    def moved(self) -> float:
        """The largest change of a logit."""
        return float(np.abs(self.before - self.after).max())

    @property
    def digits(self) -> tuple[int, int]:
        return int(self.before.argmax()), int(self.after.argmax())


def shuffle(model: Network, image: NDArray[np.uint8], seed: int) -> Shuffle:
    """Read a picture, uint8 (28, 28), and the same with its pixels shuffled."""
    both = np.stack([image, shuffled(image, seed)])
    with torch.inference_mode():
        before, after = model(normalise(torch.from_numpy(both))).numpy()
    return Shuffle(before, after)


def accuracy_on_shuffled(model: Network, digits: Digits, seed: int) -> float:
    """Of a network on digits whose pixels are all shuffled in the same way, 0–1."""
    order = torch.from_numpy(_order(digits.images[0].numel(), seed))
    right = 0
    with torch.inference_mode():
        for images, labels in zip(digits.images.split(500), digits.labels.split(500), strict=True):
            pixels = images.flatten(1)[:, order].reshape(images.shape)
            right += int((model(normalise(pixels)).argmax(1) == labels).sum())
    return right / len(digits)
