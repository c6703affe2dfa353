"""Contributions are exact, and sets that matter are missed."""

from __future__ import annotations

import numpy as np
import pytest

from pointwise.errors import ConfigError, DataError
from pointwise.segmentation import filters
from pointwise.segmentation.explanation import calculation, contributions, importance
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


def test_pixel_outside_is_refused(painted: Painted) -> None:
    with pytest.raises(ConfigError, match=r"The pixel \(117, 0\) is outside"):
        contributions(painted.fitted.network, painted.channels, 0, 117)


def test_texture_is_missed_where_colour_tells_nothing(painted: Painted) -> None:
    scores = importance(painted.channels.only(("colour", "texture")), painted.scribbles)
    assert set(scores) == {"all", "colour", "texture"}
    assert scores["texture"] < scores["all"] == pytest.approx(scores["colour"], abs=0.2)


def test_importance_needs_strokes_to_keep_back(painted: Painted) -> None:
    few = painted.scribbles.copy()
    few[50:] = 0
    with pytest.raises(DataError, match="too few strokes"):
        importance(painted.channels.only(("colour", "edges")), few)
