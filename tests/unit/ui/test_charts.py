"""The axes of a training's curves."""

from __future__ import annotations

import pytest

from pointwise.ui.frame.charts import training_curves


@pytest.mark.parametrize("epochs", [[], [(10, 0.1, 0.2)], [(10, 0.4, 0.5), (20, 0.97, 0.99)]])
def test_accuracy_is_on_0_to_100_percent_from_the_start(epochs: list[tuple[int, float, float]]) -> None:
    low, high = training_curves([(1, 2.3, 0.1)], epochs, 100, "accuracy").layout.yaxis2.range
    assert -0.05 < low < 0
    assert 1 < high < 1.05


def test_an_r2_below_0_is_seen_and_so_is_1() -> None:
    low, high = training_curves([(1, 2.3, 0.1)], [(10, -3.6, -3.9), (20, 0.5, 0.6)], 100, "R²").layout.yaxis2.range
    assert low < -3.9
    assert 1 < high < 1.5
