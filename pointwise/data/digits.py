"""Pictures of digits in memory, as uint8: those of scikit-learn, a few, shuffled ones, and a light augmentation."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from pointwise.errors import DataError

NO_DIGIT = -1  # the label of a picture that no class fits
BUNDLED_HELD_OUT = 297  # the last of the 1,797, by other writers than most of the first 1,500
# Augmentation: the largest change of each kind.
ROTATION = math.radians(12)
SCALE = 0.12  # each axis by itself
SHEAR = 0.2
SHIFT = 0.08  # of half the picture, about one pixel
ELASTIC = 0.05  # of half the picture, before smoothing over a 4×4 grid
THICKEN, THIN = 0.35, 0.25  # the share of digits drawn with a thicker or thinner pen
DARKEN = 1.0  # how much stronger the ink may get: a pen on a screen has no grey strokes


@dataclass(frozen=True)
class Digits:
    """Pictures of digits with their labels."""

    name: str  # as shown to a person
    images: Tensor  # uint8 (N, 28, 28), light ink on dark; or in colour, (N, 3, 32, 32)
    labels: Tensor  # int64 (N,), 0–9 or NO_DIGIT

    def __len__(self) -> int:
        return len(self.labels)

    def to(self, device: torch.device) -> Digits:
        """The digits in a device's memory."""
        return replace(self, images=self.images.to(device), labels=self.labels.to(device))

    def batch(self, indices: Tensor | slice) -> tuple[Tensor, Tensor]:
        """Pictures as float32 (n, C, H, W) in −1…1, and labels as int64 (n,)."""
        return normalise(self.images[indices]), self.labels[indices]


def joined(first: Digits, *others: Digits) -> Digits:
    """Digits one after the other, under the name of the first."""
    every = (first, *others)
    return Digits(first.name, torch.cat([one.images for one in every]), torch.cat([one.labels for one in every]))


def some(digits: Digits, most: int) -> Digits:
    """At most ``most`` digits, in a random order that is always the same."""
    chosen = torch.randperm(len(digits), generator=torch.Generator().manual_seed(0))[:most]
    return replace(digits, images=digits.images[chosen], labels=digits.labels[chosen])


def split_off(digits: Digits, count: int) -> tuple[Digits, Digits]:
    """All digits but ``count`` of them, in their order, and those, drawn at random; always the same ones.

    Raises DataError where none is left.
    """
    if count >= len(digits):
        raise DataError(f"{count:,} of {len(digits):,} training pictures cannot be split off. Split fewer off.")
    away = torch.zeros(len(digits), dtype=torch.bool)
    away[torch.randperm(len(digits), generator=torch.Generator().manual_seed(1))[:count]] = True
    rest, split = (replace(digits, images=digits.images[part], labels=digits.labels[part]) for part in (~away, away))
    return rest, split


def pixel_order(pixels: int, seed: int) -> NDArray[np.int64]:
    """The order (pixels,) that so many pixels of a picture are put into, by the seed alone."""
    return np.random.default_rng(seed).permutation(pixels)


def all_shuffled(digits: Digits, seed: int) -> Digits:
    """Digits whose pixels are all put into the same other order, that of ``pixel_order``."""
    order = torch.from_numpy(pixel_order(digits.images[0].numel(), seed))
    return replace(digits, images=digits.images.flatten(1)[:, order].reshape(digits.images.shape))


def normalise(images: Tensor) -> Tensor:
    """Pictures, uint8 (n, H, W) or (n, C, H, W), as ToTensor and Normalize(0.5, 0.5) make them: float32 in −1…1."""
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


def augment(x: Tensor, generator: torch.Generator) -> Tensor:
    """Digits turned, stretched, slanted, shifted, bent and redrawn with another pen; float32 (n, 1, H, W) in −1…1.

    Chance is drawn where the generator is: on the digits' own device nothing has to wait for it.
    """
    return _warp(_pen(x, generator), generator).contiguous()


def _drawn(shape: tuple[int, ...], generator: torch.Generator, device: torch.device) -> Tensor:
    """Numbers in 0…1."""
    return torch.rand(shape, generator=generator, device=generator.device).to(device)


def _uniform(shape: tuple[int, ...], generator: torch.Generator, device: torch.device) -> Tensor:
    """Numbers in −1…1."""
    return _drawn(shape, generator, device) * 2 - 1


def _pen(x: Tensor, generator: torch.Generator) -> Tensor:
    """Some of the digits dilated or eroded by up to one pixel on each side, in any degree in between."""
    n, device = len(x), x.device
    draw = _drawn((n, 1, 1, 1), generator, device)
    degree = _drawn((n, 1, 1, 1), generator, device)
    thick = _among(x, torch.maximum, (1, -1))
    thin = _among(x, torch.minimum, (1,))
    x = torch.where(draw < THICKEN, x + degree * (thick - x), x)
    x = torch.where(draw > 1 - THIN, x + degree * (thin - x), x)
    gain = 1 + DARKEN * _drawn((n, 1, 1, 1), generator, device)
    return ((x + 1) * gain - 1).clamp_(max=1.0)


def _among(x: Tensor, pick: Callable[..., Tensor], offsets: tuple[int, ...]) -> Tensor:
    """What ``pick`` chooses of each pixel and those so far before it, by column and then by row.

    It is ``max_pool2d`` (``torch.maximum``, offsets 1 and −1) in a tenth of the time.
    """
    for dim in (2, 3):
        before, pairs = x, x.shape[dim] - 1
        x = before.clone()
        for offset in offsets:
            here = x.narrow(dim, max(offset, 0), pairs)
            pick(here, before.narrow(dim, max(-offset, 0), pairs), out=here)
    return x


def _warp(x: Tensor, generator: torch.Generator) -> Tensor:
    n, device = len(x), x.device
    angle = _uniform((n,), generator, device) * ROTATION
    scale = 1 + _uniform((n, 2), generator, device) * SCALE
    shear = _uniform((n,), generator, device) * SHEAR
    shift = _uniform((n, 2), generator, device) * SHIFT
    cos, sin = angle.cos(), angle.sin()
    to_x = torch.stack([scale[:, 0] * cos, scale[:, 1] * sin], dim=1)  # of the new x and y
    to_y = torch.stack([scale[:, 0] * (shear * cos - sin), scale[:, 1] * (shear * sin + cos)], dim=1)
    across, down = (((2 * torch.arange(side, device=device) + 1) / side - 1) for side in (x.shape[3], x.shape[2]))
    grid = _bend(_uniform((n, 2, 4, 4), generator, device) * ELASTIC, x.shape[2], x.shape[3])  # (n, 2, H, W)
    grid += to_x[:, :, None, None] * across
    grid += to_y[:, :, None, None] * down[:, None] + shift[:, :, None, None]
    return F.grid_sample(x + 1, grid.permute(0, 2, 3, 1), align_corners=False) - 1


def _bend(coarse: Tensor, height: int, width: int) -> Tensor:
    """A grid (n, 2, 4, 4) brought to (n, 2, H, W) as bicubic ``interpolate`` does, by two products for all of it."""
    return _bicubic(height, coarse.device).T @ (coarse @ _bicubic(width, coarse.device))


@lru_cache(maxsize=8)
def _bicubic(side: int, device: torch.device) -> Tensor:
    """What each of four values has of each of ``side`` values between them, (4, side)."""
    each = torch.eye(4, device=device)[:, None, :, None]
    return F.interpolate(each, size=(side, 1), mode="bicubic", align_corners=True)[:, 0, :, 0]
