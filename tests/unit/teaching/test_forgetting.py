"""What a move of a last layer forgets, its slope, and the quadratic form."""

from __future__ import annotations

import numpy as np
import pytest

from pointwise.models import ModelConfig, build
from pointwise.teaching.forgetting import Forgetting
from pointwise.teaching.last_layer import FrozenNetwork


@pytest.fixture(scope="module")
def forgetting() -> Forgetting:
    return FrozenNetwork(build(ModelConfig("bag_of_pixels"), seed=1).eval()).forgetting


def test_no_move_costs_nothing_and_a_small_one_nearly_what_the_quadratic_form_says(forgetting: Forgetting) -> None:
    still = np.zeros((10, forgetting.moves.shape[1], 1))
    assert forgetting.cost(still)[0] == pytest.approx(0, abs=1e-6)
    one = still.copy()
    one[3] = np.random.default_rng(0).normal(size=one[3].shape) * 0.02
    cost, _ = forgetting.cost(one)
    assert cost == pytest.approx((one**2).sum() / 2, rel=0.1)


def test_the_slope_is_that_of_the_cost(forgetting: Forgetting) -> None:
    chance = np.random.default_rng(1)
    at, way = (chance.normal(size=(10, forgetting.moves.shape[1], 1)) * 0.1 for _ in range(2))
    _, slope = forgetting.cost(at)
    around = (forgetting.cost(at + way)[0] - forgetting.cost(at - way)[0]) / 2
    assert float((slope * way).sum()) == pytest.approx(around, rel=0.05)
