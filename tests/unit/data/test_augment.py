"""Augmentation keeps the form of a batch and draws from its own generator."""

import torch
from torch import Tensor

from pointwise.data.digits import augment, load_bundled


def digits() -> Tensor:
    return load_bundled()[0].batch(slice(64))[0]


def augmented(seed: int) -> Tensor:
    return augment(digits(), torch.Generator().manual_seed(seed))


def test_shape_and_range_stay() -> None:
    x = augmented(0)
    assert (x.shape, x.dtype) == ((64, 1, 28, 28), torch.float32)
    assert x.min() >= -1 - 1e-5
    assert x.max() <= 1 + 1e-5


def test_every_digit_changes_and_none_is_lost() -> None:
    x, before = augmented(0), digits()
    assert (x != before).flatten(1).any(dim=1).all()
    ink = (x + 1).sum(dim=(1, 2, 3)) / (before + 1).sum(dim=(1, 2, 3))
    assert ink.min() > 0.3
    assert ink.max() < 4


def test_same_seed_same_digits() -> None:
    assert torch.equal(augmented(3), augmented(3))


def test_other_seed_other_digits() -> None:
    assert not torch.equal(augmented(3), augmented(4))


def test_input_and_global_generator_are_left_alone() -> None:
    x, state = digits(), torch.get_rng_state()
    before = x.clone()
    augment(x, torch.Generator())
    assert torch.equal(x, before)
    assert torch.equal(torch.get_rng_state(), state)
