"""Baselines of a table."""

from __future__ import annotations

import pytest

from pointwise.data.table import Prepared, prepare, read_table
from pointwise.explain.table_networks import baselines


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
