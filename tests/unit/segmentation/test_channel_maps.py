"""Channels against scikit-image and SciPy, and wherever they are looked at the same."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import torch
from scipy import ndimage
from skimage.feature import hessian_matrix, hessian_matrix_eigvals, structure_tensor, structure_tensor_eigenvalues

from pointwise.errors import ConfigError, PictureError
from pointwise.models import ModelConfig
from pointwise.models.config import CHANNEL_SETS
from pointwise.segmentation import filters
from pointwise.segmentation.channel_maps import as_tensor, compute, names

INSIDE = (slice(24, -24), slice(24, -24))
PICTURE = np.random.default_rng(0).integers(0, 256, (80, 96), np.uint8)
GREY = PICTURE / 255.0


@pytest.mark.parametrize("sigma", [0.7, 2.0, 5.6])
def test_blur_is_scipys(sigma: float) -> None:
    ours = filters.blurred(as_tensor(PICTURE), sigma)[0, 0].numpy()
    assert np.allclose(ours[INSIDE], ndimage.gaussian_filter(GREY, sigma, truncate=6)[INSIDE], atol=2e-4)


def test_strided_blur_keeps_every_so_many_of_the_whole_ones_pixels() -> None:
    whole = filters.blurred(as_tensor(PICTURE), 3.0)[..., ::4, ::4]
    assert torch.allclose(filters.blurred(as_tensor(PICTURE), 3.0, 4), whole, atol=1e-6)


def test_hessian_eigenvalues_are_scikit_images() -> None:
    found = filters.edges(as_tensor(PICTURE), 2.0, 1)[0].numpy()
    hessian = hessian_matrix(ndimage.gaussian_filter(GREY, 2.0, truncate=6), sigma=1e-3, use_gaussian_derivatives=False)
    oracle = hessian_matrix_eigvals([part * 4 for part in hessian])
    assert np.allclose(found[2:4][(slice(None), *INSIDE)], oracle[(slice(None), *INSIDE)], atol=2e-3)


def test_structure_tensor_is_scikit_images() -> None:
    smooth = ndimage.gaussian_filter(GREY, 2.0, truncate=6)
    rows, columns = np.gradient(smooth)
    tensor = [ndimage.gaussian_filter(part, 2.0, truncate=6) for part in (rows**2, rows * columns, columns**2)]
    oracle = structure_tensor_eigenvalues(np.array(tensor))
    found = np.exp(filters.edges(as_tensor(PICTURE), 2.0, 1)[0, 4:6].numpy()) - 1e-5
    assert np.allclose(found[(slice(None), *INSIDE)], oracle[(slice(None), *INSIDE)], rtol=5e-3, atol=1e-6)
    assert structure_tensor(GREY).__class__ is list


def test_strong_texture_has_more_energy_than_the_same_one_faint() -> None:
    half = PICTURE.astype(np.float32)
    half[:, 48:] = 128 + (half[:, 48:] - 128) / 8
    found = compute(half.astype(np.uint8), ("texture",)).full()[:41]
    assert (found[:, 40, 12] - found[:, 40, 84]).median() > 2


@pytest.mark.parametrize("colours", [1, 3])
def test_names_counts_and_maps_agree_for_every_choice_of_sets(colours: int) -> None:
    picture = PICTURE[:20, :20] if colours == 1 else np.stack([PICTURE[:20, :20]] * 3, 2)
    for count in (1, 2, 3):
        for sets in combinations(CHANNEL_SETS, count):
            channels = compute(picture, sets)
            config = ModelConfig("paint", colours, num_classes=2, channel_sets=sets)
            assert channels.count == len(names(colours, sets)) == len(channels.set_of) == config.pixel_channels
            assert len(set(channels.names)) == channels.count
            assert set(channels.cost) == set(sets)


@pytest.mark.parametrize("shape", [(80, 96), (33, 17), (8, 8), (2, 5), (1, 1)])
def test_single_pixels_have_the_channels_of_the_whole(shape: tuple[int, int]) -> None:
    channels = compute(PICTURE[: shape[0], : shape[1]])
    rows, columns = (grid.ravel() for grid in np.indices(shape))
    assert torch.allclose(channels.at(rows, columns).T.reshape(-1, *shape), channels.full(), atol=1e-5)
    assert torch.isfinite(channels.full()).all()


def test_largest_picture_stays_below_400_megabytes() -> None:
    config = ModelConfig("paint", 3)
    small = compute(np.zeros((64, 64, 3), np.uint8))
    assert small.count == config.pixel_channels
    assert small.nbytes * (1024 // 64) ** 2 < 400e6


def test_fewer_sets_are_a_part_of_all() -> None:
    channels = compute(PICTURE)
    assert torch.equal(channels.only(("colour", "texture")).full(), channels.without("edges").full())
    with pytest.raises(ConfigError, match="No set of channels is left"):
        channels.only(())


@pytest.mark.parametrize("picture", [np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4)), np.zeros((0, 4), np.uint8)])
def test_other_arrays_are_refused(picture: np.ndarray) -> None:
    with pytest.raises(PictureError, match="A picture is uint8"):
        compute(picture)


def test_too_large_a_picture_and_unknown_sets_are_refused() -> None:
    with pytest.raises(PictureError, match="1025 × 2 pixels is too large"):
        compute(np.zeros((2, 1025), np.uint8))
    with pytest.raises(ConfigError, match="smell"):
        compute(PICTURE, ("smell",))
