"""Digits in memory, those that come with scikit-learn, shuffled ones, and augmentation from a generator of its own."""

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import Tensor
from torchvision import transforms

from pointwise.data.digits import Digits, _among, all_shuffled, augment, load_bundled, normalise, some


def test_normalise_does_what_torchvisions_transforms_do() -> None:
    images = torch.arange(256, dtype=torch.uint8).reshape(1, 16, 16)
    theirs = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])(images[0].numpy())
    torch.testing.assert_close(normalise(images)[0], theirs, rtol=0, atol=1e-6)


def test_normalise_leaves_its_input_alone() -> None:
    images = torch.full((2, 28, 28), 200, dtype=torch.uint8)
    normalise(images)
    assert (images == 200).all()


def test_batch_of_digits() -> None:
    digits = Digits("toy", torch.zeros(5, 28, 28, dtype=torch.uint8), torch.arange(5))
    images, labels = digits.batch(torch.tensor([4, 0]))
    assert (images.shape, images.dtype) == ((2, 1, 28, 28), torch.float32)
    assert labels.tolist() == [4, 0]


def test_bundled_digits_are_1797_in_mnists_form() -> None:
    training, held_out = load_bundled()
    assert (len(training), len(held_out)) == (1500, 297)
    for digits in (training, held_out):
        assert digits.images.shape == (len(digits), 28, 28)
        assert (digits.images.dtype, digits.labels.dtype) == (torch.uint8, torch.int64)
        assert digits.labels.unique().tolist() == list(range(10))


def test_bundled_digits_have_mnists_empty_frame() -> None:
    images = load_bundled()[0].images.clone()
    assert images.max() == 255
    images[:, 4:24, 4:24] = 0
    assert not images.any()


def test_bundled_digits_keep_the_shape_of_the_small_ones() -> None:
    small = np.asarray(load_digits().images[:50])
    large = load_bundled()[0].images[:50, 4:24, 4:24].double().numpy()
    blocks = large.reshape(50, 4, 5, 4, 5).mean(axis=(2, 4))  # both brought to 4×4 by averaging
    quarters = small.reshape(50, 4, 2, 4, 2).mean(axis=(2, 4)) * 255 / 16
    assert np.corrcoef(blocks.ravel(), quarters.ravel())[0, 1] > 0.98


def test_some_digits_keep_their_labels() -> None:
    digits = load_bundled()[1]
    few = some(digits, 20)
    assert len(few) == 20
    for image, label in zip(few.images, few.labels, strict=True):
        (number,) = (digits.images == image).flatten(1).all(1).nonzero()[0]
        assert digits.labels[number] == label
    assert torch.equal(few.images, some(digits, 20).images)
    assert len(some(digits, 1000)) == len(digits)


def test_all_digits_are_shuffled_alike() -> None:
    digits = load_bundled()[1]
    moved = all_shuffled(digits, seed=4)
    numbered = Digits("numbered", torch.arange(784).reshape(1, 28, 28), torch.zeros(1))
    order = all_shuffled(numbered, seed=4).images.flatten()
    assert order.sort().values.equal(torch.arange(784))
    assert torch.equal(moved.images.flatten(1), digits.images.flatten(1)[:, order])
    assert torch.equal(moved.labels, digits.labels)


def digits() -> Tensor:
    return load_bundled()[0].batch(slice(64))[0]


def augmented(seed: int) -> Tensor:
    return augment(digits(), torch.Generator().manual_seed(seed))


def test_pens_are_as_wide_as_max_pool2d_makes_them() -> None:
    x = digits()
    wide, narrow = F.max_pool2d(x, 3, stride=1, padding=1), -F.max_pool2d(-x, 2, stride=1, padding=1)[:, :, :-1, :-1]
    assert torch.equal(_among(x, torch.maximum, (1, -1)), wide)
    assert torch.equal(_among(x, torch.minimum, (1,)), narrow)


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
