"""Contributions are exact, and the numbers on the way through the layers are those of the whole network."""

from __future__ import annotations

import numpy as np
import pytest

from pointwise.errors import ConfigError
from pointwise.segmentation import filters
from pointwise.segmentation.explanation import calculation, contributions, effects, small_maps
from pointwise.segmentation.labelling import label, raw_logits
from tests.unit.segmentation.conftest import Painted


@pytest.mark.parametrize(("y", "x"), [(0, 0), (45, 58), (89, 116), (30, 3)])
def test_contributions_add_up_to_the_difference_of_the_logits(painted: Painted, y: int, x: int) -> None:
    network = painted.fitted.network
    why = contributions(network, painted.channels, y, x)
    logits = filters.blurred(raw_logits(network, painted.channels)[None], network.config.smoothing)[0, :, y, x]
    assert why.winner == label(network, painted.channels).labels[y, x] != why.runner_up
    assert why.difference == pytest.approx(float(logits[why.winner - 1] - logits[why.runner_up - 1]), abs=1e-4)
    assert why.parts.sum() + why.bias == pytest.approx(why.difference, abs=1e-4)
    assert sum(why.by_set.values()) == pytest.approx(why.parts.sum())


def test_calculation_ends_with_the_networks_logits(painted: Painted) -> None:
    steps = calculation(painted.fitted.network, painted.channels, 40, 50)
    assert [step.name for step in steps] == ["conv1", "conv2", "conv3"]
    assert np.allclose(steps[-1].after, raw_logits(painted.fitted.network, painted.channels)[:, 40, 50], atol=1e-4)


def test_what_the_values_of_a_layer_add_is_the_difference_of_the_logits_but_for_later_biases(painted: Painted) -> None:
    steps = calculation(painted.fitted.network, painted.channels, 40, 50)
    first, second, last = effects(steps, 2, 1)
    difference = steps[2].after[1] - steps[2].after[0]
    assert last.sum() == pytest.approx(difference)
    assert second.sum() + steps[2].biases[1] - steps[2].biases[0] == pytest.approx(difference)
    less = steps[0].after.copy()  # without one value, the network's second layer being on the same side of 0
    strongest = int(np.abs(first).argmax())
    less[strongest] *= 1 - 1e-6
    before = steps[1].weights @ less + steps[1].biases
    changed = (steps[2].weights[1] - steps[2].weights[0]) @ (np.maximum(before, 0) - steps[1].after)
    assert changed == pytest.approx(-1e-6 * first[strongest], rel=1e-3)


def test_small_maps_hold_the_values_of_single_pixels(painted: Painted) -> None:
    channels, *hidden, logits = small_maps(painted.fitted.network, painted.channels, 39)
    assert channels.shape == (painted.channels.count, 30, 39)  # every third pixel
    steps = calculation(painted.fitted.network, painted.channels, 3 * 20 + 1, 3 * 7 + 1)
    assert np.allclose(channels[:, 20, 7], steps[0].inputs, atol=1e-5)
    assert all(np.allclose(maps[:, 20, 7], step.after, atol=1e-4) for maps, step in zip(hidden, steps, strict=False))
    assert np.allclose(logits[:, 20, 7], raw_logits(painted.fitted.network, painted.channels)[:, 61, 22], atol=1e-4)


def test_pixel_outside_is_refused(painted: Painted) -> None:
    with pytest.raises(ConfigError, match=r"The pixel \(117, 0\) is outside"):
        contributions(painted.fitted.network, painted.channels, 0, 117)
