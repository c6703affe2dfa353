"""Mixing colours with a 1×1 convolution."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pointwise.explain.colour import berries, brightness, contrast, learned, luminance, mix, opponent, shown, tree

PICTURE = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8)


def test_a_mix_is_a_1x1_convolution() -> None:
    weights = np.random.default_rng(1).normal(size=(4, 3))
    x = torch.from_numpy(PICTURE / 255.0).permute(2, 0, 1)[None]
    expected = torch.nn.functional.conv2d(x, torch.from_numpy(weights)[:, :, None, None])[0]
    np.testing.assert_allclose(mix(PICTURE, weights), expected.numpy(), atol=1e-12)


def test_the_learned_mixes_are_uncorrelated_and_rebuild_the_picture() -> None:
    weights, shares = learned(PICTURE)
    maps = mix(PICTURE, weights).reshape(3, -1)
    correlations = np.cov(maps)
    np.testing.assert_allclose(correlations - np.diag(np.diag(correlations)), 0, atol=1e-12)
    np.testing.assert_allclose(weights.T @ maps, (PICTURE / 255.0).reshape(-1, 3).T, atol=1e-12)
    assert shares.sum() == 1 or np.isclose(shares.sum(), 1)
    assert list(shares) == sorted(shares, reverse=True)


@pytest.mark.parametrize("side", [1, 4])
def test_a_picture_of_one_colour_has_mixes_too(side: int) -> None:
    weights, shares = learned(np.full((side, side, 3), 90, np.uint8))
    assert np.isfinite(weights).all()
    assert (shares >= 0).all()


def test_luminance_hides_the_berries_and_red_against_green_finds_them() -> None:
    picture = berries()
    red = picture[:, :, 0].astype(int) > picture[:, :, 1].astype(int) + 60
    leaves = picture[:, :, 1].astype(int) > picture[:, :, 0].astype(int) + 60
    assert red.mean() > 0.03

    def apart(weights: np.ndarray) -> float:
        (values,) = mix(picture, weights[:1])
        spread = np.sqrt((values[red].var() + values[leaves].var()) / 2)
        return float(abs(values[red].mean() - values[leaves].mean()) / spread)

    assert apart(luminance()) < 0.7
    assert apart(opponent()) > 10 * apart(luminance())


def test_the_parts_of_the_tree_are_the_picture_and_no_single_colour_finds_the_leaves() -> None:
    scene = tree()
    assert (sum(part.astype(int) for part in scene.parts.values()) == 1).all()
    for positive in ((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1)):
        assert contrast(brightness(scene, np.array(positive)), "leaves") < -0.3
    assert contrast(brightness(scene, np.array((-0.5, 1, -0.5))), "leaves") > 0.5


def test_a_map_is_shown_from_black_to_white_and_a_flat_one_is_black() -> None:
    np.testing.assert_allclose(shown(np.array([[-3.0, 1.0], [-1.0, -3.0]])), [[0, 1], [0.5, 0]])
    assert not shown(np.full((2, 2), 7.0)).any()
