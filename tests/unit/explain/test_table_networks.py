"""Baselines of a table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pointwise.data.table import Prepared, prepare, read_table
from pointwise.explain.table_networks import Score, advantages, baselines


@pytest.fixture
def prepared() -> Prepared:
    """price = 3·size + 100 in Bonn."""
    towns = [("Ulm", "Bonn", "Jena")[number % 3] for number in range(100)]
    rows = [f"{size},{town},{3 * size + 100 * (town == 'Bonn')}" for size, town in enumerate(towns)]
    return prepare(read_table("\n".join(["size,town,price", *rows]).encode(), "toy.csv"), "price")


def test_baselines_on_a_linear_table(prepared: Prepared) -> None:
    mean, linear, boosting = baselines(prepared)
    assert mean.r2 <= 0
    assert (linear.r2, linear.mae) == (pytest.approx(1), pytest.approx(0, abs=1e-3))
    assert mean.r2 < boosting.r2 < 1


def test_mean_baseline_is_the_training_rows_mean(prepared: Prepared) -> None:
    error = (prepared.held_out.targets - prepared.training.targets.mean()).abs().mean()
    assert baselines(prepared)[0].mae == pytest.approx(float(error))


def test_advantages_are_differences_of_r2_with_room_for_chance(prepared: Prepared) -> None:
    others = baselines(prepared)
    boosting = others[2]
    mean, linear, same = advantages(boosting, others, prepared)
    assert mean.value == pytest.approx(boosting.r2 - others[0].r2)
    assert mean.low > 0
    assert linear.value == pytest.approx(boosting.r2 - others[1].r2)
    assert (same.value, same.clear) == (0, False)


def test_a_small_advantage_on_few_rows_is_none(prepared: Prepared) -> None:
    (other,) = baselines(prepared)[:1]
    errors = other.errors * np.where(np.arange(len(other.errors)) % 2, 1.2, 0.4)
    (gap,) = advantages(Score("network", 0, 0, errors), [other], prepared)
    assert gap.value > 0
    assert not gap.clear
    level = replace(prepared.held_out, targets=prepared.held_out.targets * 0)
    assert not advantages(Score("network", 0, 0, errors), [other], replace(prepared, held_out=level))[0].clear
