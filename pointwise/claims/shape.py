"""The claim that 1×1 convolutions see no shape: the same pixels in another order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from pointwise.data.digits import Digits, all_shuffled, normalise, pixel_order
from pointwise.explain.chain import Chain
from pointwise.jobs import Comparison, PictureJob, Pictures
from pointwise.models import Network, default_config
from pointwise.training import Recipe, measure

ARCHS = ("mlp_1x1", "nin")  # the one that knows no neighbours, and the one that looks at them


def shuffled(image: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
    """The picture's pixels in an order that depends on the seed and the shape alone."""
    return image.ravel()[pixel_order(image.size, seed)].reshape(image.shape)


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
        """What is read before and after."""
        return int(self.before.argmax()), int(self.after.argmax())


def shuffle(model: Network, image: NDArray[np.uint8], seed: int) -> Shuffle:
    """A network's answers to a picture, uint8 (28, 28), before and after its pixels are shuffled."""
    both = np.stack([image, shuffled(image, seed)])
    with torch.inference_mode():
        before, after = model(normalise(torch.from_numpy(both))).numpy()
    return Shuffle(before, after)


def moved(model: Network, picture: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """The largest difference between a network's logits for two pictures, uint8 (28, 28)."""
    with torch.inference_mode():
        one, two = model(normalise(torch.from_numpy(np.stack([picture, other]))))
    return float((one - two).abs().max())


def by_place(chain: Chain) -> NDArray[np.float32]:
    """What a white pixel adds, more than a black one, to each unit of the dense layer after a 1×1 convolution.

    (units, H, W), before the unit's own activation; ``chain`` is a conv_mlp's, with pictures of one channel.
    """
    first, dense = chain.stages[:2]
    weights, act = first.weights[:, 0, 0, 0], chain.act()
    with torch.inference_mode():
        added = act(first.biases + weights) - act(first.biases - weights)  # white is 1, black is -1
        side = round((dense.inputs / first.channels) ** 0.5)
        places = dense.weights.reshape(dense.channels, first.channels, side, side)
        return torch.einsum("ucyx,c->uyx", places, added).numpy()


def accuracy_on_shuffled(model: Network, digits: Digits, seed: int) -> float:
    """A network's accuracy on digits whose pixels are all shuffled in the same way, 0–1."""
    return measure(model, all_shuffled(digits, seed))["accuracy"]


def comparison(recipe: Recipe, seed: int) -> Comparison:
    """A network of each of ARCHS for the bundled digits, and one for the shuffled; the names are ``key_of``'s."""
    jobs = {
        key_of(arch, moved): PictureJob(
            default_config(arch), recipe, Pictures("digits", shuffled=seed if moved else None)
        )
        for arch in ARCHS
        for moved in (False, True)
    }
    return Comparison("Usual and shuffled digits", jobs)


def key_of(arch: str, moved: bool) -> str:
    """The name of a network in ``comparison``."""
    return f"{arch} {'shuffled' if moved else 'usual'}"
