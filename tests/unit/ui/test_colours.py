"""Numbers to colours, and maps to one picture."""

from __future__ import annotations

import numpy as np
import pytest

from pointwise.ui.feature_maps.map_components import tiles
from pointwise.ui.frame.colours import DIVERGING, RISING, Scale


def test_values_below_zero_make_zero_the_middle() -> None:
    scale = Scale.of(np.array([-1.0, 0.0, 3.0]))
    assert (scale.low, scale.high) == (-3.0, 3.0)
    colours = scale.coloured(np.array([-3.0, 0.0, 3.0]))
    assert [tuple(colour) for colour in colours.tolist()] == list(DIVERGING)


def test_other_values_rise_from_zero() -> None:
    scale = Scale.of(np.array([1.0, 4.0]))
    assert (scale.low, scale.high) == (0.0, 4.0)
    colours = scale.coloured(np.array([[0.0, 4.0]]))
    assert colours.shape == (1, 2, 3)
    assert [tuple(colour) for colour in colours[0].tolist()] == [RISING[0], RISING[-1]]


@pytest.mark.parametrize("values", [[], [0.0, 0.0]])
def test_nothing_has_a_scale_too(values: list[float]) -> None:
    assert Scale.of(np.array(values)) == Scale(0.0, 1.0)


def test_every_map_stands_in_the_picture_at_its_place() -> None:
    maps = np.arange(5 * 2 * 3, dtype=np.float32).reshape(5, 2, 3)
    pixels, columns = tiles(maps, shared=True)
    assert columns == 3
    assert pixels.shape == (4, 9, 3)
    assert np.array_equal(pixels[2:, 3:6], Scale.of(maps).coloured(maps[4]))


def test_each_map_can_have_a_scale_of_its_own() -> None:
    maps = np.array([[[0.0, 1.0]], [[0.0, 100.0]]], np.float32)
    pixels, _ = tiles(maps, shared=False)
    assert pixels[0, 1].tolist() == pixels[0, 3].tolist() == list(RISING[-1])
    shared, _ = tiles(maps, shared=True)
    assert shared[0, 1].tolist() != shared[0, 3].tolist()
