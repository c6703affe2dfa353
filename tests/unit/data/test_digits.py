"""Digits in memory, and the ones that come with scikit-learn."""

import numpy as np
import torch
from sklearn.datasets import load_digits
from torchvision import transforms

from pointwise.data.digits import Digits, load_bundled, normalise


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
