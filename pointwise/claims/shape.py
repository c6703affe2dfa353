"""The claim that 1×1 convolutions see no shape: the same pixels in another order."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from pointwise.data.digits import Digits, normalise
from pointwise.models import Network, build, default_config
from pointwise.training import Recipe, measure, train
from pointwise.training.interleave import Training

ARCHS = ("mlp_1x1", "nin")  # the one that knows no neighbours, and the one that looks at them


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


def all_shuffled(digits: Digits, seed: int) -> Digits:
    """Digits whose pixels are all put into the same other order, the one of ``shuffled``."""
    order = torch.from_numpy(_order(digits.images[0].numel(), seed))
    return replace(digits, images=digits.images.flatten(1)[:, order].reshape(digits.images.shape))


def accuracy_on_shuffled(model: Network, digits: Digits, seed: int) -> float:
    """Of a network on digits whose pixels are all shuffled in the same way, 0–1."""
    return measure(model, all_shuffled(digits, seed))["accuracy"]


def trainings(training: Digits, held_out: Digits, recipe: Recipe, seed: int) -> dict[str, Training]:
    """A network of each of ARCHS, trained on the digits and on the shuffled ones; the keys are ``key_of``'s."""
    both = {False: (training, held_out), True: (all_shuffled(training, seed), all_shuffled(held_out, seed))}
    return {
        key_of(arch, moved): train(build(default_config(arch), recipe.seed), recipe, *both[moved])
        for arch in ARCHS
        for moved in both
    }


def key_of(arch: str, moved: bool) -> str:
    return f"{arch} {'shuffled' if moved else 'usual'}"
